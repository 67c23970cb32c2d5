"""A voice is its utterance and a little silence around it, and nothing of its neighbours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.speech.records import SAMPLE_RATE, Samples, Span, Utterance
from stimmung.speech.utterances import utterances_of
from stimmung.speech.voices import cut_voices


def said(start: float, end: float, states: Samples | None = None) -> Utterance:
    return Utterance(0, "customer", "", start, end, "Hallo", "de", 0.9, (), (), states)


def ramp(seconds: float) -> Samples:
    """Return a channel whose samples say where they are from: exact in float32 up to 17 minutes."""
    return np.arange(round(seconds * SAMPLE_RATE), dtype=np.float32)


def cut(seconds: float, *spans: tuple[float, float]) -> list[tuple[Span, Span]]:
    """Return for each voice the span of its samples in the recording, and that of its speech in the recording."""
    found = []
    for voice in cut_voices(ramp(seconds), [said(*span) for span in spans]):
        begin = float(voice.samples[0]) / SAMPLE_RATE
        assert np.array_equal(voice.samples, voice.samples[0] + np.arange(len(voice.samples)))
        speech = Span(begin + voice.speech.start, begin + voice.speech.end)
        found.append((Span(begin, begin + len(voice.samples) / SAMPLE_RATE), speech))
    return found


def edges(*spans: Span) -> list[float]:
    return [edge for span in spans for edge in (span.start, span.end)]


def test_a_voice_alone_keeps_its_margins() -> None:
    ((around, speech),) = cut(10.0, (3.0, 5.0))
    assert edges(around, speech) == pytest.approx([2.8, 5.2, 3.0, 5.0])


def test_the_recording_ends_a_voice() -> None:
    (first, last) = cut(10.0, (0.05, 2.0), (8.0, 9.9))
    assert edges(first[0], last[0]) == pytest.approx([0.0, 2.2, 7.8, 10.0])


def test_neighbours_share_the_gap_between_them() -> None:
    one, other = cut(10.0, (1.0, 3.0), (3.1, 5.0))
    assert (one[0].end, other[0].start) == pytest.approx((3.05, 3.05))


def test_speech_without_a_gap_is_parted_at_its_edge() -> None:
    one, other = cut(10.0, (1.0, 3.0), (3.0, 5.0))
    assert (one[0].end, other[0].start) == pytest.approx((3.0, 3.0))


def test_utterances_over_each_other_get_no_margin_there() -> None:
    long, inside, after = cut(20.0, (1.0, 9.0), (2.0, 3.0), (9.1, 10.0))
    assert edges(long[0], inside[0]) == pytest.approx([0.8, 9.0, 2.0, 3.2])
    assert after[0].start == pytest.approx(9.05)


def test_the_states_come_along() -> None:
    states = np.ones(4, np.float32)
    voices = cut_voices(ramp(10.0), [said(1.0, 2.0, states), said(4.0, 5.0)])
    assert voices[0].states is states
    assert voices[1].states is None


def test_an_utterance_that_is_said_to_end_after_the_recording_ends_with_it() -> None:
    ((around, speech),) = cut(5.0, (4.0, 5.001))
    assert (around.end, speech.end) == pytest.approx((5.0, 5.0))


def test_no_utterance_no_voice() -> None:
    assert cut_voices(ramp(1.0), []) == []


def assert_margins(parts: list[tuple[int, int]], rest: int, apart: float) -> None:
    """Compare with the windows' margins; in silence no edge moves. `parts` are pauses and lengths in frames."""
    heard = [(level, count) for gap, length in parts for level, count in ((0.0, gap), (1.0, length))]
    probabilities = np.repeat(np.array([level for level, _ in heard], np.float32), [count for _, count in heard])
    channel = ramp((len(probabilities) + rest) * 0.032)
    spoken = utterances_of(np.zeros_like(channel), 0, probabilities, 0.032, ())
    voices = cut_voices(channel, [said(one.speech[0].start, one.speech[-1].end) for one in spoken])
    for voice, one in zip(voices, spoken, strict=True):
        begin = float(voice.samples[0]) / SAMPLE_RATE
        end = begin + len(voice.samples) / SAMPLE_RATE
        assert (begin, end) == pytest.approx((one.piece.start, one.piece.end), abs=apart + 2 / SAMPLE_RATE)
        assert begin + voice.speech.start == pytest.approx(one.speech[0].start)
        assert begin + voice.speech.end == pytest.approx(one.speech[-1].end, abs=2 / SAMPLE_RATE)


@given(st.lists(st.tuples(st.integers(13, 300), st.integers(5, 150)), min_size=1, max_size=8), st.integers(0, 50))
def test_margins_are_those_of_the_recognisers_windows(parts: list[tuple[int, int]], rest: int) -> None:
    assert_margins(parts, rest, 0.0)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(5, 300)), min_size=1, max_size=8), st.integers(0, 50))
def test_margins_differ_little_where_an_utterance_was_closed_before_its_pause_was_known(
    parts: list[tuple[int, int]], rest: int
) -> None:
    assert_margins(parts, rest, 0.075)
