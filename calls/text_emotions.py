"""Has the words of those read for how they feel whom the policy permits to be read: customers, never agents.

What another speaker said last before is given along: "Ja." is an answer to something.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stimmung.calls.omissions import Scored, not_scored
from stimmung.calls.policy import permissions_for
from stimmung.calls.records import Omission, PartyPolicy
from stimmung.speech.engines import SpokenText, TextEmotion
from stimmung.speech.records import Utterance

KEY: Scored = "text_emotion"
CONTEXT_GAP = 10.0  # s: what ended longer ago is not answered any more
PLACEHOLDER = re.compile(r"\[[A-Z_]+\]")  # `[IBAN]`
WORD = re.compile(r"\w")
OVERLAP = 0.5  # s that the other may still speak on when the answer begins
WITHOUT_MODEL = Omission(KEY, "no text model is chosen", "--text-model, or models.text in the settings")


@dataclass(frozen=True, slots=True)
class Read:
    """The utterances, those that may be read with a score, and what was left out."""

    utterances: tuple[Utterance, ...]
    omitted: tuple[Omission, ...] = ()


def read_text_emotions(
    utterances: Sequence[Utterance], parties: Sequence[PartyPolicy], model: TextEmotion | None
) -> Read:
    """Score the utterances of parties whose words may be read; `utterances` are ordered by start."""
    omitted = not_scored(KEY, utterances, parties)
    own = [place for place, said in enumerate(utterances) if permissions_for(said, parties).text_emotion.allowed]
    if not own or model is None:
        return Read(tuple(utterances), (*omitted, WITHOUT_MODEL) if own else omitted)
    readings = model.read([spoken_text(utterances, place) for place in own])
    scored = list(utterances)
    for place, reading in zip(own, readings, strict=True):
        scored[place] = replace(scored[place], text_emotion=reading.emotion, text_vector=reading.vector)
    return Read(tuple(scored), omitted)


def spoken_text(utterances: Sequence[Utterance], place: int) -> SpokenText:
    """Return utterance `place` as a text model reads it.

    Digits alone have no mood, and what stands in their place has none either: after a question, models found some.
    """
    own = utterances[place]
    words = own.text if WORD.search(PLACEHOLDER.sub("", own.text)) else ""
    return SpokenText(words, own.language, context_of(utterances, place))


def context_of(utterances: Sequence[Utterance], place: int) -> str:
    """Return what another speaker said last before utterance `place` began; empty where that is too long ago."""
    own = utterances[place]
    before = [
        other
        for other in utterances[:place]
        if (other.channel, other.speaker) != (own.channel, own.speaker) and other.end <= own.start + OVERLAP
    ]
    last = max(before, key=lambda other: other.end, default=None)
    return last.text if last and own.start - last.end <= CONTEXT_GAP else ""
