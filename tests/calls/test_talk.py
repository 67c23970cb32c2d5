"""Runs of talk do not depend on how they were cut into utterances, and the arithmetic of spans adds up."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.calls.conversations import call, without_words

from stimmung.calls.talk import Run, covered, gaps, runs_of, spread, total
from stimmung.speech.records import Span

TIMES = st.integers(0, 40).map(lambda tenths: tenths / 4)  # quarters: sums of them are exact
SPANS = st.lists(st.tuples(TIMES, TIMES).map(lambda pair: Span(*sorted(pair))), max_size=8)


def edges(runs: list[Run]) -> list[tuple[float, float]]:
    return [(round(run.start, 3), round(run.end, 3)) for run in runs]


def test_a_short_pause_belongs_to_the_talk_and_a_long_one_does_not() -> None:
    short, long = call("A 0-4 eins [0.5] zwei"), call("A 0-4 eins [0.6] zwei")
    assert edges(runs_of(short, 0, 10.0)) == [(0.0, 4.0)]
    assert edges(runs_of(long, 0, 10.0)) == [(0.0, 1.7), (2.3, 4.0)]
    assert [run.text for run in runs_of(long, 0, 10.0)] == ["eins", "zwei"]


def test_it_is_the_same_whether_the_pause_is_in_an_utterance_or_between_two() -> None:
    inside = call("A 0-4 eins [0.4] zwei")
    between = call("A 0-1.8 eins\nA 2.2-4 zwei")
    assert runs_of(inside, 0, 10.0) == runs_of(between, 0, 10.0)


def test_without_words_an_utterance_is_talk_from_end_to_end() -> None:
    assert edges(runs_of(without_words(call("A 0-4 eins [0.6] zwei")), 0, 10.0)) == [(0.0, 4.0)]


def test_only_the_channel_counts_and_only_until_the_end() -> None:
    talk = call("A 0-2 eins\nC 1-3 zwei\nA 4-9 drei")
    assert edges(runs_of(talk, 0, 5.0)) == [(0.0, 2.0), (4.0, 5.0)]
    assert edges(runs_of(talk, 0, 3.0)) == [(0.0, 2.0)]


def test_what_has_no_length_is_no_talk() -> None:
    assert runs_of(call("A 2-2 eins"), 0, 10.0) == []
    assert runs_of(without_words(call("A 2-2 eins")), 0, 10.0) == []


def test_utterances_of_one_channel_may_overlap() -> None:
    talk = call("A 0-6 eins [4] zwei\nA 2-3 drei")
    assert edges(runs_of(talk, 0, 10.0)) == [(0.0, 1.0), (2.0, 3.0), (5.0, 6.0)]


@given(spans=SPANS, depth=st.integers(1, 3))
def test_covered_is_where_that_many_spans_lie_over_each_other(spans: list[Span], depth: int) -> None:
    found = covered(spans, depth)
    for quarter in range(41):
        moment = quarter / 4 + 0.125
        inside = any(span.start <= moment < span.end for span in found)
        assert inside == (sum(span.start <= moment < span.end for span in spans) >= depth)
    assert all(span.start < span.end for span in found)
    assert all(one.end < other.start for one, other in pairwise(found))


@given(spans=SPANS)
def test_what_is_covered_and_the_gaps_make_up_the_whole(spans: list[Span]) -> None:
    talk = covered(spans)
    assert total(talk) + total(gaps(talk, 10.0)) == 10.0
    assert covered([*talk, *gaps(talk, 10.0)]) == [Span(0.0, 10.0)]


@given(spans=SPANS, step=st.sampled_from([0.25, 1.0, 3.0]))
def test_spreading_over_steps_loses_nothing(spans: list[Span], step: float) -> None:
    shares = spread(spans, step, 41)
    assert sum(shares) == total(spans)
    assert all(0 <= share <= step * len(spans) for share in shares)
