"""Has the words of customers read for how they feel; nobody else's, since an agent's mood is nobody's business here.

The turn before, whoever said it, is given along: "Na toll" after good news and after bad ones are two things.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stimmung.calls.records import Omission
from stimmung.speech.engines import SpokenText, TextEmotion
from stimmung.speech.records import Utterance

KEY = "text_emotion"
CONTEXT_GAP = 10.0  # s: an utterance that ended longer ago is no answer's question any more
WITHOUT_ROLES = Omission(KEY, "who is the customer is unknown", "--roles agent,customer, or roles in NAME.call.json")
WITHOUT_CUSTOMER = Omission(KEY, "the customer says nothing in this recording")
WITHOUT_MODEL = Omission(KEY, "no text model is chosen", "--text-model, or models.text in the settings")


@dataclass(frozen=True, slots=True)
class Read:
    """The utterances, those of customers with a score, and what was left out."""

    utterances: tuple[Utterance, ...]
    omitted: tuple[Omission, ...] = ()


def read_text_emotions(utterances: Sequence[Utterance], model: TextEmotion | None) -> Read:
    """Score the utterances of channels whose role is `customer`; `utterances` are ordered by start."""
    own = [place for place, utterance in enumerate(utterances) if utterance.role == "customer"]
    if not own:
        unknown = any(utterance.role == "unknown" for utterance in utterances)
        return Read(tuple(utterances), (WITHOUT_ROLES if unknown else WITHOUT_CUSTOMER,))
    if model is None:
        return Read(tuple(utterances), (WITHOUT_MODEL,))
    readings = model.read(
        [SpokenText(utterances[place].text, utterances[place].language, context_of(utterances, place)) for place in own]
    )
    scored = list(utterances)
    for place, reading in zip(own, readings, strict=True):
        scored[place] = replace(scored[place], text_emotion=reading.emotion)
    return Read(tuple(scored))


def context_of(utterances: Sequence[Utterance], place: int) -> str:
    """Return what another speaker said last before utterance `place` began; empty where that is too long ago."""
    own = utterances[place]
    for other in reversed(utterances[:place]):
        if own.start - other.end > CONTEXT_GAP:
            return ""
        if (other.channel, other.speaker) != (own.channel, own.speaker):
            return other.text
    return ""
