"""Turns as the pipeline's utterances: words with times as if somebody had said them, two channels."""

from collections.abc import Sequence
from typing import Final

from normalise import Language
from redaction_records import Dialogue, Role
from stimmung.speech.records import Role as SpeakerRole
from stimmung.speech.records import Utterance, Word

CHANNELS: Final[dict[Role, int]] = {"agent": 0, "customer": 1}
SIGN_SECONDS: Final = 0.07  # s a character: about fourteen a second
PAUSE: Final = 0.7  # s between two utterances


def utterances_of(dialogue: Dialogue) -> tuple[Utterance, ...]:
    """Return a dialogue's turns one after the other."""
    return told([(turn.role, turn.text) for turn in dialogue.turns], dialogue.language)


def told(turns: Sequence[tuple[Role, str]], language: Language) -> tuple[Utterance, ...]:
    """Return texts, each with who says it, as utterances one after the other."""
    at = 0.0
    made = []
    for role, text in turns:
        words = []
        start = at
        for word in text.split():
            end = at + SIGN_SECONDS * (len(word) + 1)
            words.append(Word(at, end, word, 0.9))
            at = end
        speaker: SpeakerRole = role
        made.append(Utterance(CHANNELS[role], speaker, role, start, at, text, language, 0.9, (), tuple(words)))
        at += PAUSE
    return tuple(made)
