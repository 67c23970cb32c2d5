"""Levels are those of the speech alone, and follow the line's gain to the decibel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.speech.loudness import level_of, with_levels
from stimmung.speech.records import SAMPLE_RATE, Audio, Samples, Span, Utterance, Word

SECOND = SAMPLE_RATE


def sine(seconds: float, amplitude: float = 1.0) -> Samples:
    time = np.arange(round(seconds * SECOND)) / SECOND
    return (amplitude * np.sin(2 * np.pi * 200 * time)).astype(np.float32)


def speech(seconds: float, seed: int = 0) -> Samples:
    """Return noise that swells four times a second, as syllables do."""
    noise = np.random.default_rng(seed).standard_normal(round(seconds * SECOND)) * 0.05
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(noise.size) / SECOND)
    return (noise * swell).astype(np.float32)


def said(channel: int, start: float, end: float, words: tuple[Word, ...] = ()) -> Utterance:
    return Utterance(channel, "customer", "", start, end, "hallo", "de", 0.9, (), words)


def measured(samples: Samples, start: float = 0.0, end: float | None = None) -> float:
    level = level_of(samples, [Span(start, samples.shape[0] / SECOND if end is None else end)])
    assert level is not None
    return level


def test_the_scale_is_that_of_full_scale() -> None:
    assert measured(np.ones(SECOND, np.float32)) == pytest.approx(0.0, abs=1e-6)
    assert measured(sine(1.0)) == pytest.approx(-3.01, abs=0.01)
    assert measured(sine(1.0, 0.1)) == pytest.approx(-23.01, abs=0.01)


@given(gain=st.floats(-12, 12), seed=st.integers(0, 99))
def test_what_the_line_adds_the_level_adds(gain: float, seed: int) -> None:
    voice = speech(2.0, seed)
    louder = (voice * 10 ** (gain / 20)).astype(np.float32)
    assert measured(louder) - measured(voice) == pytest.approx(gain, abs=0.01)


@pytest.mark.parametrize("gain", [-3.0, 3.0])
def test_three_decibels_in_are_three_decibels_out(gain: float) -> None:
    samples = np.concatenate([speech(1.0), np.zeros(SECOND, np.float32), speech(1.5, 1)])
    spans = [Span(0.0, 1.0), Span(2.0, 3.5)]
    before, after = (level_of((samples * 10 ** (db / 20)).astype(np.float32), spans) for db in (0.0, gain))
    assert before is not None
    assert after == pytest.approx(before + gain, abs=0.001)


def test_pauses_do_not_make_a_voice_quieter() -> None:
    voice = speech(2.0)
    hum = sine(4.0, 0.001)  # a line is never quite silent
    with_pause = np.concatenate([voice, hum, voice])
    assert measured(with_pause) == pytest.approx(measured(voice), abs=0.1)


def test_only_the_spans_are_heard() -> None:
    samples = np.concatenate([sine(1.0, 0.01), sine(1.0, 0.5)])
    assert measured(samples, 0.0, 1.0) == pytest.approx(-43.0, abs=0.1)
    assert measured(samples, 1.0, 2.0) == pytest.approx(-9.0, abs=0.1)


@pytest.mark.parametrize(
    ("samples", "spans"),
    [
        (np.zeros(SECOND, np.float32), [Span(0.0, 1.0)]),
        (np.zeros(0, np.float32), [Span(0.0, 1.0)]),
        (sine(1.0), []),
        (sine(1.0), [Span(0.5, 0.5)]),
        (sine(1.0), [Span(0.5, 0.51)]),
        (sine(1.0), [Span(0.6, 0.4)]),
        (sine(1.0), [Span(2.0, 3.0)]),
        (sine(1.0), [Span(-2.0, -1.0)]),
    ],
    ids=["silence", "no sound", "no span", "no length", "one burst", "backwards", "behind the end", "before the start"],
)
def test_without_sound_there_is_no_level(samples: Samples, spans: list[Span]) -> None:
    assert level_of(samples, spans) is None


def test_a_span_may_begin_before_the_sound() -> None:
    assert measured(sine(1.0), -0.5, 0.5) == pytest.approx(-3.0, abs=0.1)


def test_every_utterance_gets_the_level_of_its_own_channel() -> None:
    audio = Audio(np.stack([sine(4.0, 0.1), sine(4.0, 0.5)]))
    quiet, loud = with_levels([said(0, 0.0, 2.0), said(1, 1.0, 3.0)], audio)
    assert quiet.level == pytest.approx(-23.0, abs=0.1)
    assert loud.level == pytest.approx(-9.0, abs=0.1)


def test_the_words_tell_where_the_speech_is() -> None:
    audio = Audio(np.concatenate([sine(1.0, 0.5), sine(2.0, 0.25), sine(1.0, 0.5)])[None])
    words = (Word(0.0, 1.0, "hallo", 0.9), Word(3.0, 4.0, "du", 0.9))
    with_words, without = with_levels([said(0, 0.0, 4.0, words), said(0, 0.0, 4.0)], audio)
    assert with_words.level == pytest.approx(-9.0, abs=0.1)
    assert without.level == pytest.approx(-11.1, abs=0.2)


def test_a_channel_that_the_sound_lacks_has_no_level() -> None:
    assert with_levels([said(1, 0.0, 1.0)], Audio(sine(1.0)[None]))[0].level is None


def test_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="16000 Hz, not at 8000"):
        with_levels([], Audio(sine(1.0)[None], 8_000))
