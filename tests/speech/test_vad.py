"""Runs of speech out of probabilities: two thresholds, short gaps closed, long runs cut; events are no speech."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.speech.records import Event, Span
from stimmung.speech.vad import Probabilities, VadOptions, cuts, runs, without_events

GAP = 9  # frames of 32 ms: the least silence, 0.3 s
LONGEST = 406  # frames, 13 s
LEVELS = (0.0, 0.1, 0.14, 0.15, 0.2, 0.24, 0.25, 0.3, 0.6, 1.0)  # both sides of both thresholds, and on them

tracks = st.lists(st.tuples(st.sampled_from(LEVELS), st.integers(1, 40)), max_size=20).map(
    lambda runs: np.repeat(np.array([level for level, _ in runs], np.float32), [count for _, count in runs])
)


def track(*runs: tuple[float, int]) -> Probabilities:
    """Return a probability and how many frames it lasts, one after the other."""
    return np.concatenate([np.full(count, level, np.float32) for level, count in runs])


def frames(*parts: tuple[float, int]) -> list[tuple[int, int]]:
    """Return first and last frame, exclusive, of each run, long ones cut."""
    return cut_runs(track(*parts))


def cut_runs(probabilities: Probabilities, longest: int = LONGEST) -> list[tuple[int, int]]:
    found = runs(probabilities, GAP, VadOptions())
    return [pair for first, last in found for pair in pairwise(cuts(probabilities, first, last, longest, last))]


def by_hand(probabilities: Probabilities, *, inside: bool = False) -> list[tuple[int, int]]:
    """Return the runs as one would find them frame by frame, before long ones are cut."""
    options, speaking, found = VadOptions(), False, []
    for index, probability in enumerate(probabilities):
        was = speaking
        speaking = bool(probability >= np.float32(options.on)) or (
            speaking and not probability < np.float32(options.off)
        )
        speaking = speaking or (inside and index == 0)
        if speaking and not was:
            found.append([index, index + 1])
        elif speaking:
            found[-1][1] = index + 1
    closed: list[list[int]] = []
    for run in found:
        if closed and run[0] - closed[-1][1] < GAP:
            closed[-1][1] = run[1]
        else:
            closed.append(run)
    return [(first, last) for first, last in closed]


def test_the_gap_and_the_length_are_those_of_the_options() -> None:
    assert (round(VadOptions().min_silence / 0.032), round(VadOptions().max_speech / 0.032)) == (GAP, LONGEST)


def test_no_frames_and_no_speech_give_no_runs() -> None:
    assert runs(np.zeros(0, np.float32), GAP, VadOptions()) == []
    assert runs(np.zeros(0, np.float32), GAP, VadOptions(), inside=True) == []
    assert runs(np.zeros(100, np.float32), GAP, VadOptions()) == []


def test_speech_begins_and_ends_with_its_frames() -> None:
    assert frames((0.0, 20), (0.9, 30), (0.0, 50)) == [(20, 50)]


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


@pytest.mark.parametrize(("gap", "found"), [(8, [(0, 48)]), (9, [(0, 20), (29, 49)])])
def test_only_a_gap_shorter_than_the_least_silence_is_closed(gap: int, found: list[tuple[int, int]]) -> None:
    assert frames((0.9, 20), (0.0, gap), (0.9, 20)) == found


@given(probabilities=tracks, inside=st.booleans())
def test_the_runs_are_those_that_one_finds_frame_by_frame(probabilities: Probabilities, inside: bool) -> None:
    assert runs(probabilities, GAP, VadOptions(), inside=inside) == by_hand(probabilities, inside=inside)


@given(probabilities=tracks, longest=st.integers(12, 125))
def test_cutting_loses_and_adds_nothing_and_leaves_nothing_long(probabilities: Probabilities, longest: int) -> None:
    found = cut_runs(probabilities, longest)
    assert all(0 < last - first <= longest for first, last in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    covered = {frame for first, last in found for frame in range(first, last)}
    whole = {frame for first, last in by_hand(probabilities) for frame in range(first, last)}
    assert covered == whole


@given(st.integers(0, 3000), st.integers(0, 800), st.integers(0, 2**32 - 1))
def test_certain_cuts_stay_where_they_are_while_a_run_goes_on(heard: int, more: int, seed: int) -> None:
    probabilities = np.random.default_rng(seed).uniform(0.3, 1.0, heard + more + 1).astype(np.float32)
    early = cuts(probabilities[: heard + 1], 0, heard + 1, LONGEST, heard - 1)
    late = cuts(probabilities, 0, heard + more + 1, LONGEST, heard + more + 1)
    assert early[:-1] == late[: len(early) - 1]


def cut(*parts: tuple[float, int]) -> int:
    """Return the frame at which a long run was cut in two."""
    (one, other) = frames(*parts)
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


def test_every_part_of_a_monologue_fits_a_window() -> None:
    lengths = [last - first for first, last in cut_runs(np.random.default_rng(3).uniform(0.3, 1.0, 5000).astype("f4"))]
    assert all(length <= LONGEST for length in lengths)
    assert all(length >= LONGEST // 2 for length in lengths[:-1])
    assert sum(lengths) == 5000


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


def test_a_short_span_far_from_any_event_is_not_taken_for_a_scrap() -> None:
    spans = (Span(0.0, 13.0), Span(13.0, 13.05))
    assert without_events(spans, [music(20.0, 30.0)]) == spans


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
