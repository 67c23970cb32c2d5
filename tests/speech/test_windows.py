"""Every word of speech is in exactly one window, whole, in silence, and its place in the call is known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.speech.records import SAMPLE_RATE, Samples, Span, Window
from stimmung.speech.windows import WindowOptions, group_utterances, pack_windows

OPTIONS = WindowOptions()


@st.composite
def speeches(draw: st.DrawFn) -> tuple[tuple[Span, ...], float]:
    """Return spans of at most 13 s as the detector gives them, touching ones too, and the recording's duration."""
    time, spans = draw(st.sampled_from((0, 1, 5, 40))), []
    for _ in range(draw(st.integers(0, 12))):
        length = draw(st.integers(3, 406))
        spans.append(Span(time * 0.032, (time + length) * 0.032))
        time += length + draw(st.sampled_from((0, 9, 12, 15, 16, 22, 60, 200)))
    last = spans[-1].end if spans else 0.0
    return tuple(spans), last + draw(st.sampled_from((0.0, 0.01, 0.1, 2.0)))


def ramp(duration: float) -> Samples:
    """Return a channel whose samples say where they are from: exact in float32 up to 17 minutes."""
    return np.arange(round(duration * SAMPLE_RATE), dtype=np.float32)


def pack(duration: float, *speech: tuple[float, float]) -> list[Window]:
    return pack_windows(ramp(duration), 0, [Span(*span) for span in speech])


def test_no_speech_gives_no_windows() -> None:
    assert pack(10.0) == []
    assert pack_windows(np.zeros(0, np.float32), 0, []) == []


@pytest.mark.parametrize(("more", "groups"), [(-0.2, 1), (-0.01, 1), (0.01, 2), (5.0, 2)])
def test_a_long_pause_ends_an_utterance(more: float, groups: int) -> None:
    pause = OPTIONS.max_pause + more
    assert len(group_utterances([Span(1.0, 2.0), Span(2.0 + pause, 3.0 + pause)])) == groups


@pytest.mark.parametrize(("end", "groups"), [(13.6, 1), (13.7, 2)])
def test_an_utterance_ends_before_it_grows_too_long(end: float, groups: int) -> None:
    assert len(group_utterances([Span(0.0, 8.0), Span(8.3, end)])) == groups


@given(speeches())
def test_utterances_keep_every_span_in_its_order(case: tuple[tuple[Span, ...], float]) -> None:
    groups = group_utterances(case[0])
    assert tuple(span for group in groups for span in group) == case[0]
    for group in groups:
        assert group[-1].end - group[0].start <= OPTIONS.max_utterance
        assert all(after.start - before.end <= OPTIONS.max_pause for before, after in pairwise(group))


@given(speeches())
def test_every_span_is_in_exactly_one_window_in_order(case: tuple[tuple[Span, ...], float]) -> None:
    speech, duration = case
    windows = pack_windows(ramp(duration), 3, speech)
    assert tuple(span for window in windows for span in window.speech) == speech
    assert all(window.channel == 3 and window.pieces for window in windows)


@given(speeches())
def test_no_window_is_longer_than_its_limit(case: tuple[tuple[Span, ...], float]) -> None:
    windows = pack_windows(ramp(case[1]), 0, case[0])
    rounding = 12 / SAMPLE_RATE  # a sample for each piece
    assert all(window.duration <= OPTIONS.max_window + rounding for window in windows)


@given(speeches())
def test_an_utterance_is_one_piece_and_never_split(case: tuple[tuple[Span, ...], float]) -> None:
    speech, duration = case
    pieces = [piece for window in pack_windows(ramp(duration), 0, speech) for piece in window.pieces]
    groups = group_utterances(speech)
    assert len(pieces) == len(groups)
    for piece, group in zip(pieces, groups, strict=True):
        assert piece.span.start <= group[0].start
        assert piece.span.end >= group[-1].end


@given(speeches())
def test_margins_stay_in_the_recording_and_out_of_the_neighbours(case: tuple[tuple[Span, ...], float]) -> None:
    speech, duration = case
    pieces = [piece for window in pack_windows(ramp(duration), 0, speech) for piece in window.pieces]
    groups = group_utterances(speech)
    assert all(0.0 <= piece.span.start and piece.span.end <= duration + 1e-9 for piece in pieces)
    for (one, before), (other, after) in pairwise(zip(pieces, groups, strict=True)):
        assert one.span.end <= other.span.start + 1e-9
        pause = after[0].start - before[-1].end
        assert one.span.end - before[-1].end == pytest.approx(min(0.2, pause / 2), abs=1e-6)
        assert after[0].start - other.span.start == pytest.approx(min(0.2, pause / 2), abs=1e-6)


@given(speeches())
def test_a_windows_samples_are_those_of_its_pieces(case: tuple[tuple[Span, ...], float]) -> None:
    for window in pack_windows(ramp(case[1]), 0, case[0]):
        position = 0
        for piece in window.pieces:
            first = round(piece.span.start * SAMPLE_RATE)
            count = round(piece.span.end * SAMPLE_RATE) - first
            assert piece.offset == position / SAMPLE_RATE
            assert np.array_equal(window.samples[position : position + count], np.arange(first, first + count))
            position += count
        assert len(window.samples) == position


def test_speech_that_fills_the_file_is_heard_from_its_first_sample_to_its_last() -> None:
    (window,) = pack(3.0, (0.0, 3.0))
    assert np.array_equal(window.samples, ramp(3.0))
    assert window.pieces[0].span == Span(0.0, 3.0)


def test_the_silence_at_the_edges_of_the_file_is_margin_too() -> None:
    (window,) = pack(5.0, (0.1, 4.9))
    assert window.pieces[0].span == Span(0.0, 5.0)
    (window,) = pack(5.0, (1.0, 4.0))
    assert window.pieces[0].span == Span(0.8, 4.2)


def test_long_pauses_are_left_out_of_a_window() -> None:
    (window,) = pack(100.0, (1.0, 3.0), (50.0, 52.0))
    assert window.duration == pytest.approx(4.8)
    assert [piece.offset for piece in window.pieces] == [0.0, pytest.approx(2.4)]


def test_short_pauses_stay_as_they_were() -> None:
    (window,) = pack(10.0, (1.0, 2.0), (2.4, 4.0))
    assert window.duration == pytest.approx(3.4)
    assert len(window.pieces) == 1


def test_a_window_is_full_before_the_next_begins() -> None:
    windows = pack(100.0, *((start, start + 4.0) for start in range(1, 90, 10)))
    assert [len(window.pieces) for window in windows] == [3, 3, 3]


def test_speech_cut_by_the_detector_is_parted_without_a_gap() -> None:
    one, other = pack(40.0, (1.0, 14.0), (14.0, 27.0))
    assert one.pieces[0].span.end == 14.0 == other.pieces[0].span.start


def test_a_span_of_the_greatest_length_still_fits() -> None:
    (window,) = pack(40.0, (1.0, 14.6))
    assert window.duration == pytest.approx(14.0)


def test_options_shape_the_windows() -> None:
    narrow = WindowOptions(max_pause=0.1, margin=0.05, max_window=1.5)
    windows = pack_windows(ramp(10.0), 0, [Span(1.0, 2.0), Span(2.3, 3.3)], narrow)
    edges = [(window.pieces[0].span.start, window.pieces[0].span.end) for window in windows]
    assert edges[0] == pytest.approx((0.95, 2.05))
    assert edges[1] == pytest.approx((2.25, 3.35))
