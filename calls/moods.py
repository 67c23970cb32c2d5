"""A customer's mood by the words of an utterance."""

from stimmung.calls.course import SCALE
from stimmung.speech.records import Utterance


def mood_of(utterance: Utterance) -> float | None:
    """Return the mood of an utterance, -5 to 5; None where its words were not judged."""
    return utterance.text_emotion.score * SCALE if utterance.text_emotion else None
