"""Spans of speech out of probabilities: two thresholds, short gaps closed, clicks dropped, long spans cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.speech.records import Event, Span
from stimmung.speech.vad import Probabilities, VadOptions, speech_spans, without_events

FRAME = 0.032  # seconds
LEVELS = (0.0, 0.1, 0.14, 0.15, 0.2, 0.24, 0.25, 0.3, 0.6, 1.0)  # both sides of both thresholds, and on them

tracks = st.lists(st.tuples(st.sampled_from(LEVELS), st.integers(1, 40)), max_size=20).map(
    lambda runs: np.repeat(np.array([level for level, _ in runs], np.float32), [count for _, count in runs])
)


def track(*runs: tuple[float, int]) -> Probabilities:
    """Return a probability and how many frames it lasts, one after the other."""
    return np.concatenate([np.full(count, level, np.float32) for level, count in runs])


def frames(*runs: tuple[float, int], options: VadOptions | None = None) -> list[tuple[int, int]]:
    """Return first and last frame, exclusive, of each span."""
    return [tuple_of(span) for span in speech_spans(track(*runs), FRAME, options)]


def tuple_of(span: Span) -> tuple[int, int]:
    return round(span.start / FRAME), round(span.end / FRAME)


def by_hand(probabilities: Probabilities, options: VadOptions) -> list[tuple[int, int]]:
    """Return the spans as one would find them frame by frame, before long ones are cut."""
    speaking, runs = False, []
    for index, probability in enumerate(probabilities):
        was = speaking
        speaking = bool(probability >= np.float32(options.on)) or (
            speaking and not probability < np.float32(options.off)
        )
        if speaking and not was:
            runs.append([index, index + 1])
        elif speaking:
            runs[-1][1] = index + 1
    closed: list[list[int]] = []
    for run in runs:
        if closed and run[0] - closed[-1][1] < round(options.min_silence / FRAME):
            closed[-1][1] = run[1]
        else:
            closed.append(run)
    return [(first, last) for first, last in closed if (last - first) * FRAME >= options.min_speech]


def test_no_frames_and_no_speech_give_no_spans() -> None:
    assert speech_spans(np.zeros(0, np.float32), FRAME) == ()
    assert speech_spans(np.zeros(100, np.float32), FRAME) == ()


def test_speech_begins_and_ends_with_its_frames() -> None:
    assert frames((0.0, 20), (0.9, 30), (0.0, 50)) == [(20, 50)]
    (span,) = speech_spans(track((0.0, 20), (0.9, 30), (0.0, 50)), FRAME)
    assert (span.start, span.end) == pytest.approx((0.64, 1.6))


def test_speech_may_fill_the_recording_from_its_first_frame_to_its_last() -> None:
    assert frames((0.9, 30)) == [(0, 30)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0.2, 0.2, [(20, 70)]),  # a soft ending belongs to the speech, a soft beginning does not begin it
        (0.2, 0.1, [(20, 50)]),
        (0.0, 0.15, [(20, 70)]),
        (0.25, 0.0, [(0, 50)]),
    ],
)
def test_it_takes_more_to_begin_speech_than_to_go_on(
    before: float, after: float, expected: list[tuple[int, int]]
) -> None:
    assert frames((before, 20), (0.9, 30), (after, 20), (0.0, 20)) == expected


def test_doubt_at_the_very_beginning_is_silence() -> None:
    assert frames((0.2, 50)) == []


@pytest.mark.parametrize(("gap", "spans"), [(8, [(0, 48)]), (9, [(0, 20), (29, 49)])])
def test_only_a_gap_shorter_than_the_least_silence_is_closed(gap: int, spans: list[tuple[int, int]]) -> None:
    assert frames((0.9, 20), (0.0, gap), (0.9, 20)) == spans


@pytest.mark.parametrize(("length", "spans"), [(3, []), (4, [(20, 24)])])
def test_a_burst_shorter_than_the_least_speech_is_a_click(length: int, spans: list[tuple[int, int]]) -> None:
    assert frames((0.0, 20), (0.9, length), (0.0, 20)) == spans


def test_clicks_in_a_row_are_one_span_when_the_gaps_are_short() -> None:
    assert frames((0.9, 2), (0.0, 4), (0.9, 2), (0.0, 4), (0.9, 2)) == [(0, 14)]


@given(probabilities=tracks)
def test_the_spans_are_those_that_one_finds_frame_by_frame(probabilities: Probabilities) -> None:
    options = VadOptions(max_speech=1e6)
    assert [tuple_of(span) for span in speech_spans(probabilities, FRAME, options)] == by_hand(probabilities, options)


@given(probabilities=tracks, longest=st.floats(0.4, 4.0))
def test_cutting_loses_and_adds_nothing_and_leaves_no_long_span(probabilities: Probabilities, longest: float) -> None:
    spans = speech_spans(probabilities, FRAME, VadOptions(max_speech=longest))
    assert all(0 < span.duration <= longest + FRAME / 2 + 1e-6 for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    covered = {frame for first, last in map(tuple_of, spans) for frame in range(first, last)}
    whole = {frame for first, last in by_hand(probabilities, VadOptions()) for frame in range(first, last)}
    assert covered == whole


def cut(*runs: tuple[float, int]) -> int:
    """Return the frame at which a long span was cut in two."""
    (one, other) = frames(*runs)
    assert one[1] == other[0]
    return one[1]


def test_a_long_span_is_cut_in_the_middle_of_its_quietest_moment() -> None:
    assert cut((0.9, 300), (0.5, 3), (0.16, 3), (0.5, 3), (0.9, 200)) == pytest.approx(304, abs=1)


def test_a_plosive_is_no_place_to_cut() -> None:
    assert cut((0.9, 280), (0.16, 1), (0.9, 40), (0.4, 6), (0.9, 150)) == pytest.approx(323, abs=2)


def test_a_cut_in_the_first_half_of_what_fits_is_not_worth_it() -> None:
    assert cut((0.9, 60), (0.16, 5), (0.9, 300), (0.3, 5), (0.9, 100)) == pytest.approx(367, abs=1)


@pytest.mark.parametrize("count", [407, 408, 410, 420, 500])
def test_a_cut_leaves_no_scrap_of_an_even_voice(count: int) -> None:
    assert all(last - first > 3 for first, last in frames((0.9, count)))


def test_every_span_of_a_monologue_fits_a_window() -> None:
    probabilities = np.random.default_rng(3).uniform(0.3, 1.0, 5000).astype(np.float32)
    spans = speech_spans(probabilities, FRAME)
    assert all(span.duration <= 13.0 for span in spans)
    assert all(span.duration >= 6.4 for span in spans[:-1])
    assert sum(span.duration for span in spans) == pytest.approx(160.0)


# events


def music(start: float, end: float) -> Event:
    return Event("music", 0, start, end)


@pytest.mark.parametrize(
    ("events", "left"),
    [
        ([], [(2.0, 8.0)]),
        ([(0.0, 1.0), (9.0, 10.0)], [(2.0, 8.0)]),
        ([(0.0, 2.0), (8.0, 9.0)], [(2.0, 8.0)]),  # neighbours that only touch
        ([(0.0, 3.0)], [(3.0, 8.0)]),
        ([(7.0, 9.0)], [(2.0, 7.0)]),
        ([(4.0, 5.0)], [(2.0, 4.0), (5.0, 8.0)]),
        ([(4.0, 5.0), (6.0, 7.0)], [(2.0, 4.0), (5.0, 6.0), (7.0, 8.0)]),
        ([(3.0, 5.0), (4.0, 6.0)], [(2.0, 3.0), (6.0, 8.0)]),
        ([(1.0, 9.0)], []),
        ([(2.0, 8.0)], []),
    ],
)
def test_events_are_cut_out_of_speech(events: list[tuple[float, float]], left: list[tuple[float, float]]) -> None:
    kept = without_events([Span(2.0, 8.0)], [music(*event) for event in events])
    assert [(span.start, span.end) for span in kept] == left


def test_scraps_beside_an_event_are_dropped() -> None:
    assert without_events([Span(2.0, 4.0)], [music(2.05, 3.0)]) == (Span(3.0, 4.0),)


def test_the_short_rest_of_a_long_span_is_not_taken_for_a_scrap() -> None:
    spans = speech_spans(track((0.9, 403), (0.16, 4)), FRAME)
    assert without_events(spans, []) == spans


@given(
    borders=st.lists(st.integers(0, 400), min_size=2, max_size=12, unique=True).map(sorted),
    events=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=5),
)
def test_what_is_kept_is_what_was_speech_and_no_event(borders: list[int], events: list[tuple[int, int]]) -> None:
    speech = [Span(first / 10, last / 10) for first, last in zip(borders[::2], borders[1::2], strict=False)]
    heard = [music(start / 10, (start + length) / 10) for start, length in events]
    kept = without_events(speech, heard, min_speech=0.05)
    for tenth in range(420):
        middle = tenth / 10 + 0.05
        wanted = any(s.start < middle < s.end for s in speech) and not any(e.start < middle < e.end for e in heard)
        assert any(s.start < middle < s.end for s in kept) == wanted
