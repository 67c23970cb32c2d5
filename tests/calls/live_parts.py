"""Pieces of a live call for tests: utterances with a sound of their own, and what was heard in them."""

from dataclasses import replace

import numpy as np

from stimmung.calls.live_tasks import Found, Judging
from stimmung.speech.engines import Answer, TextReading
from stimmung.speech.records import SAMPLE_RATE, Role, Span, TextEmotionScore, Utterance, Word
from stimmung.speech.utterances import Spoken


def spoken(start: float, end: float, channel: int = 0, level: float = 0.1) -> Spoken:
    """Return the sound of an utterance, 0.2 s of silence on either side."""
    sound = np.zeros(round((end - start + 0.4) * SAMPLE_RATE), np.float32)
    noise = np.random.default_rng(0).standard_normal(len(sound)).astype(np.float32)
    inside = slice(round(0.2 * SAMPLE_RATE), len(sound) - round(0.2 * SAMPLE_RATE))
    sound[inside] = level * noise[inside]
    return Spoken(channel, (Span(start, end),), Span(start - 0.2, end + 0.2), sound)


def said(
    start: float, end: float, text: str = "ja gut", channel: int = 0, role: Role = "customer", language: str = "de"
) -> Utterance:
    """Return the words of such an utterance, spread evenly over it."""
    each = (end - start) / len(text.split())
    words = tuple(
        Word(start + place * each, start + (place + 1) * each, word, 0.9) for place, word in enumerate(text.split())
    )
    bare = Utterance(channel, role, "", start, end, text, language, 0.9, (), words)
    return replace(bare, voice_features=np.full(4, start, np.float32))


def answer(*utterances: Utterance) -> Answer:
    return Answer(utterances, {})


def reading(score: float = -0.8) -> TextReading:
    """Return what a text model says of a mood."""
    polarities = {"negative": 0.5 - score / 2, "neutral": 0.0, "positive": 0.5 + score / 2}
    emotion = TextEmotionScore("neutral", score, polarities, {}, {}, True)  # type: ignore[arg-type]  # not narrowed
    return TextReading(emotion, np.ones(2, np.float32))


def found(work: Judging, score: float = -0.8, level: float = 0.5) -> Found:
    """Return the same for all texts, and the same for all voices."""
    rows = tuple(np.array([level, 1.0], np.float32) for _ in work.voices)
    return Found(tuple(reading(score) for _ in work.texts), rows)
