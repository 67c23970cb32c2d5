"""Utterances close behind the closing pause, at once and for good, however frames come; clicks count for nothing."""

from itertools import pairwise
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stimmung.speech.closing import Closed, Closer, ClosingOptions
from stimmung.speech.vad import Probabilities, VadOptions, cuts, runs

FRAME = 0.032  # seconds
PAUSE = int(ClosingOptions().max_pause / FRAME)  # frames: the longest pause within an utterance
LONG = ceil(ClosingOptions().long_from / FRAME)  # frames from which any pause ends an utterance
LONGEST = int(ClosingOptions().max_utterance / FRAME)  # frames of the longest utterance
CLICK = 3  # frames: what is longer is speech
GAP = 9  # frames: the shortest pause that is one
WHATEVER_THE_LENGTH = ClosingOptions(long_from=60.0)

levels = st.sampled_from((0.0, 0.1, 0.2, 0.24, 0.26, 0.5, 0.9))
lengths = st.one_of(
    st.integers(1, 5),  # clicks and the closures of plosives
    st.integers(7, PAUSE + 3),  # around the least silence and the closing pause
    st.integers(20, LONG + 5),
    st.integers(150, 500),  # longer than what fits
)


@st.composite
def tracks(draw: st.DrawFn) -> Probabilities:
    """Return the probabilities of some seconds to minutes, uneven ones too."""
    parts = draw(st.lists(st.tuples(levels, lengths), max_size=8))
    even = np.concatenate([np.zeros(0), *(np.full(length, level) for level, length in parts)])
    waver = draw(st.sampled_from((0.0, 0.05)))
    random = np.random.default_rng(draw(st.integers(0, 99)))
    return np.clip(even + waver * random.standard_normal(len(even)), 0, 1).astype(np.float32)


options = st.builds(ClosingOptions, st.sampled_from((0.3, 0.4, 0.5, 1.0)), st.sampled_from((5.0, 60.0)))


def track(*parts: tuple[float, int]) -> Probabilities:
    """Return a probability and how many frames it lasts, one after the other."""
    return np.concatenate([np.full(count, level, np.float32) for level, count in parts])


def closed(probabilities: Probabilities, options: ClosingOptions | None = None) -> list[Closed]:
    closer = Closer(FRAME, options=options)
    return closer.feed(probabilities) + closer.flush()


def one_by_one(probabilities: Probabilities, options: ClosingOptions | None = None) -> list[Closed]:
    closer = Closer(FRAME, options=options)
    found = [one for frame in range(len(probabilities)) for one in closer.feed(probabilities[frame : frame + 1])]
    return found + closer.flush()


def spans(*parts: tuple[float, int]) -> list[tuple[tuple[int, int], ...]]:
    return [one.spans for one in closed(track(*parts))]


def whole(one: Closed) -> tuple[int, int]:
    return one.spans[0][0], one.spans[-1][1]


def told_at(*parts: tuple[float, int]) -> list[int]:
    """Return how many frames were heard when each utterance was told, one by one; the end of the sound is 10,000."""
    closer, times = Closer(FRAME), list[int]()
    for heard, probability in enumerate(track(*parts), start=1):
        times += [heard] * len(closer.feed(np.array([probability])))
    return times + [10_000] * len(closer.flush())


def test_silence_and_nothing_at_all_are_no_utterance() -> None:
    assert closed(np.zeros(0, np.float32)) == []
    assert closed(np.zeros(10_000, np.float32)) == []
    assert Closer(FRAME).flush() == []


# what is one utterance


@pytest.mark.parametrize(("pause", "count"), [(9, 1), (PAUSE, 1), (PAUSE + 1, 2), (200, 2)])
def test_a_pause_longer_than_the_closing_pause_ends_an_utterance(pause: int, count: int) -> None:
    found = spans((0.0, 30), (0.9, 30), (0.0, pause), (0.9, 30), (0.0, 30))
    assert len(found) == count
    assert [span for one in found for span in one] == [(30, 60), (60 + pause, 90 + pause)]


def test_the_closing_pause_is_an_option() -> None:
    parts = track((0.9, 30), (0.0, 40), (0.9, 30))
    assert len(closed(parts, ClosingOptions(max_pause=1.2))) == 2
    assert len(closed(parts, ClosingOptions(max_pause=1.3))) == 1


@pytest.mark.parametrize(("length", "pause", "count"), [(LONG - 1, GAP, 1), (LONG, GAP - 1, 1), (LONG, GAP, 2)])
def test_any_pause_ends_a_long_utterance(length: int, pause: int, count: int) -> None:
    assert len(spans((0.9, length), (0.0, pause), (0.9, 30), (0.0, 30))) == count


def test_pauses_within_count_for_how_long_an_utterance_is() -> None:
    one, other = spans((0.9, 50), (0.0, PAUSE), (0.9, LONG - PAUSE - 50), (0.0, GAP), (0.9, 30))
    assert (one[0][0], one[-1][1]) == (0, LONG)
    assert other == ((LONG + GAP, LONG + GAP + 30),)


@pytest.mark.parametrize(("second", "found"), [(LONGEST - 260, 1), (LONGEST - 259, 2)])
def test_an_utterance_ends_before_it_grows_too_long(second: int, found: int) -> None:
    parts = track((0.9, 250), (0.0, 10), (0.9, second), (0.0, 30))
    assert len(closed(parts, WHATEVER_THE_LENGTH)) == found


def test_a_run_too_long_for_one_utterance_is_parted_where_it_is_quietest() -> None:
    ((one,), (other,)) = spans((0.9, 300), (0.5, 3), (0.16, 3), (0.5, 3), (0.9, 200), (0.0, 30))
    assert (one[0], other[1]) == (0, 509)
    assert one[1] == other[0] == pytest.approx(304, abs=1)


def test_a_run_that_is_cut_and_still_fits_is_one_utterance() -> None:
    ((first, second),) = spans((0.9, 250), (0.3, 5), (0.9, 153), (0.0, 30))
    assert first[1] == second[0] == 252
    assert second[1] == 408


def test_what_does_not_fit_behind_an_utterance_begins_the_next_with_its_first_part() -> None:
    """A run that is cut itself is not shared out: it is one sentence, and the words before it are another."""
    before, one, other = spans((0.9, 30), (0.0, 10), (0.9, 300), (0.2, 5), (0.9, 200), (0.0, 30))
    assert before == ((0, 30),)
    assert (one[0][0], one[-1][1]) == (40, other[0][0])


# clicks


@pytest.mark.parametrize(("length", "count"), [(CLICK, 0), (CLICK + 1, 1)])
def test_what_is_shorter_than_a_tenth_of_a_second_is_a_click(length: int, count: int) -> None:
    assert len(spans((0.0, 20), (0.9, length), (0.0, 40))) == count
    assert len(spans((0.0, 20), (0.9, length))) == count


def test_clicks_in_a_row_are_speech_where_the_gaps_are_short() -> None:
    assert spans((0.9, 2), (0.0, 4), (0.9, 2), (0.0, 4), (0.9, 2)) == [((0, 14),)]


def test_a_click_in_the_pause_joins_nothing() -> None:
    assert spans((0.9, 30), (0.0, 12), (0.9, 2), (0.0, 12), (0.9, 30)) == [((0, 30),), ((56, 86),)]


def test_a_click_neither_begins_nor_ends_an_utterance_beside_it() -> None:
    ((span,),) = spans((0.9, 2), (0.0, 10), (0.9, 30), (0.0, 10), (0.9, 2), (0.0, 40))
    assert span == (12, 42)


def test_a_click_makes_no_utterance_too_long() -> None:
    probabilities = track((0.9, 400), (0.0, 10), (0.9, 2), (0.0, 30))
    (one,) = one_by_one(probabilities, WHATEVER_THE_LENGTH)
    assert [one] == closed(probabilities, WHATEVER_THE_LENGTH)
    assert (one.spans, one.after) == (((0, 400),), None)


@given(tracks())
def test_every_frame_of_speech_is_in_exactly_one_utterance_and_none_of_a_click(probabilities: Probabilities) -> None:
    covered = [frame for one in closed(probabilities) for first, last in one.spans for frame in range(first, last)]
    speech = [run for run in runs(probabilities, 9, VadOptions()) if run[1] - run[0] > CLICK]
    assert covered == [frame for first, last in speech for frame in range(first, last)]


@given(tracks())
def test_no_utterance_is_too_long_and_no_pause_in_it(probabilities: Probabilities) -> None:
    for one in closed(probabilities):
        assert whole(one)[1] - whole(one)[0] <= LONGEST
        for before, after in pairwise(one.spans):
            assert after[0] - before[1] <= (PAUSE if before[1] - whole(one)[0] < LONG else 0)


def test_a_single_part_may_be_longer_than_an_utterance_where_nothing_cuts_it() -> None:
    found = closed(track((0.9, 300), (0.0, 30)), ClosingOptions(max_utterance=5.0))
    assert [whole(one) for one in found] == [(0, 300)]


@given(tracks())
def test_parts_are_those_of_the_whole_run(probabilities: Probabilities) -> None:
    speech = [run for run in runs(probabilities, 9, VadOptions()) if run[1] - run[0] > CLICK]
    wanted = [pair for run in speech for pair in pairwise(cuts(probabilities, *run, 406, run[1]))]
    assert [span for one in closed(probabilities) for span in one.spans] == wanted


# when it is told


@given(tracks(), st.lists(st.integers(1, 700), min_size=1, max_size=8), options)
def test_fed_in_any_pieces_it_closes_the_same(
    probabilities: Probabilities, sizes: list[int], options: ClosingOptions
) -> None:
    closer, found, first = Closer(FRAME, options=options), list[Closed](), 0
    turn = 0
    while first < len(probabilities):
        found += closer.feed(probabilities[first : first + sizes[turn % len(sizes)]])
        first, turn = first + sizes[turn % len(sizes)], turn + 1
    assert found + closer.flush() == closed(probabilities, options)


@given(tracks(), options)
@settings(max_examples=25)
def test_frame_by_frame_it_closes_the_same(probabilities: Probabilities, options: ClosingOptions) -> None:
    assert one_by_one(probabilities, options) == closed(probabilities, options)


@pytest.mark.parametrize("dip", range(398, 410))
def test_a_cut_waits_until_its_place_is_certain(dip: int) -> None:
    """Quiet just where the run no longer fits: what follows says which frame is in its middle."""
    probabilities, options = track((0.9, dip), (0.3, 4), (0.9, 200), (0.0, 30)), ClosingOptions(max_utterance=12.8)
    assert one_by_one(probabilities, options) == closed(probabilities, options)


def test_nobody_waits_longer_than_the_closing_pause() -> None:
    assert told_at((0.0, 10), (0.9, 40), (0.0, 100), (0.9, 40), (0.0, PAUSE)) == [50 + PAUSE + 1, 10_000]


def test_a_click_in_the_pause_delays_only_until_it_is_known_for_one() -> None:
    (time,) = told_at((0.9, 40), (0.0, 10), (0.9, 2), (0.0, 40))
    assert time == 52 + GAP
    (time,) = told_at((0.9, 40), (0.0, PAUSE + 1), (0.9, 2), (0.0, 40))
    assert time == 40 + PAUSE + 1


def test_a_long_utterance_is_told_at_its_first_pause() -> None:
    assert told_at((0.9, LONG), (0.0, 40)) == [LONG + GAP]
    assert told_at((0.9, LONG - 1), (0.0, 40)) == [LONG + PAUSE]


def test_a_monologue_is_told_as_soon_as_it_no_longer_fits() -> None:
    first, *_ = told_at((0.9, 250), (0.3, 5), (0.9, 500))
    assert first == LONGEST + 1


@given(tracks())
@settings(max_examples=25)
def test_an_utterance_is_told_in_the_frame_in_which_its_pause_is_over(probabilities: Probabilities) -> None:
    """But for a click in the pause, which may yet turn out to be a word, and where its length alone ends it."""
    closer = Closer(FRAME)
    heard = runs(probabilities, 9, VadOptions())
    for frame in range(len(probabilities)):
        for one in closer.feed(probabilities[frame : frame + 1]):
            begin, end = whole(one)
            pause = GAP - 1 if end - begin >= LONG else PAUSE
            if not any(first <= end + pause and last > end for first, last in heard):
                assert frame + 1 == end + pause + 1


# what is said of the pauses


def test_pauses_are_told_as_far_as_somebody_waits_for_them() -> None:
    one, other = closed(track((0.0, 100), (0.9, 30), (0.0, 200), (0.9, 30), (0.0, 10)))
    assert one.before > 100  # nobody spoke before the call began either
    assert other.before == 200
    assert one.after is other.after is None
    assert int(one.pause) == PAUSE


def test_of_the_pause_behind_a_long_utterance_only_the_shortest_is_certain() -> None:
    one, other = closed(track((0.9, LONG), (0.0, PAUSE), (0.9, 30), (0.0, 40)))
    assert (one.after, other.before) == (None, PAUSE)
    assert one.pause == GAP - 1


def test_where_a_length_parts_two_the_pause_between_is_known() -> None:
    one, other = closed(track((0.9, 350), (0.0, 12), (0.9, 100), (0.0, 40)), WHATEVER_THE_LENGTH)
    assert one.after == other.before == 12


def test_speech_that_is_cut_has_no_pause_between() -> None:
    one, other = closed(track((0.9, 600), (0.0, 40)))
    assert one.after == other.before == 0


# who speaks


def speaking(*parts: tuple[float, int]) -> tuple[int, int] | None:
    closer = Closer(FRAME)
    closer.feed(track(*parts))
    return closer.still_speaking()


def test_nobody_speaks_before_the_first_word_and_behind_the_closing_pause() -> None:
    assert Closer(FRAME).still_speaking() is None
    assert speaking((0.0, 50)) is None
    assert speaking((0.0, 50), (0.9, 20), (0.0, PAUSE + 1)) is None


def test_what_may_be_a_click_is_nobody_yet() -> None:
    assert speaking((0.0, 50), (0.9, CLICK)) is None
    assert speaking((0.0, 50), (0.9, CLICK + 1)) == (50, 54)


def test_who_pauses_for_less_than_the_closing_pause_still_speaks() -> None:
    assert speaking((0.0, 50), (0.9, 20), (0.0, PAUSE)) == (50, 70)
    assert speaking((0.0, 50), (0.9, 20), (0.0, PAUSE), (0.9, 2)) == (50, 70)  # a click, or their next word
    assert speaking((0.0, 50), (0.9, 20), (0.0, PAUSE), (0.9, 4)) == (50, 74 + PAUSE)


def test_of_a_monologue_only_what_is_not_told_yet_goes_on() -> None:
    closer = Closer(FRAME)
    (one,) = closer.feed(track((0.9, 250), (0.3, 5), (0.9, 200)))
    assert closer.still_speaking() == (one.spans[-1][1], 455)


def test_at_the_end_of_the_sound_nobody_speaks() -> None:
    closer = Closer(FRAME)
    closer.feed(track((0.9, 50)))
    assert closer.still_speaking() == (0, 50)
    assert len(closer.flush()) == 1
    assert closer.still_speaking() is None
    assert closer.flush() == []


@given(tracks())
@settings(max_examples=50)
def test_what_goes_on_is_needed_and_was_not_told(probabilities: Probabilities) -> None:
    closer, told = Closer(FRAME), 0
    for first in range(0, len(probabilities), 7):
        for one in closer.feed(probabilities[first : first + 7]):
            told = whole(one)[1]
        going_on = closer.still_speaking()
        assert told <= closer.needed_from
        if going_on:
            assert closer.needed_from == going_on[0] < going_on[1] <= first + 7
            assert going_on[1] - going_on[0] <= LONGEST
        heard = min(first + 7, len(probabilities))
        assert heard - closer.needed_from <= LONGEST + PAUSE + 9 + CLICK  # memory is bounded
