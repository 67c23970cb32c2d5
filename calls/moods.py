"""A customer's mood by the words, on the scale from -5 to 5 that users of call analytics know."""

from stimmung.speech.records import Utterance

MOOD_SCALE = 5.0  # the worst and the best mood; the text model's score reaches 1


def mood_of(utterance: Utterance) -> float | None:
    """Return the mood of an utterance, -5 to 5; None where its words were not judged."""
    return utterance.text_emotion.score * MOOD_SCALE if utterance.text_emotion else None
