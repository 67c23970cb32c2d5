"""Figures of held-out calls, counted by hand."""

import numpy as np
import pytest
from tests.benchmarks import toy_callers

from distress_bench import JudgedCall
from distress_held_out import Column, abstained, better, known, moments, utterances, whole

NAN = float("nan")


def column(score: list[float], truth: list[bool], actors: str = "") -> Column:
    return Column(np.array(score), np.array(truth), np.array(list(actors or "a" * len(score))))


def test_utterances_are_held_against_what_they_show_and_moments_against_what_is_so() -> None:
    call = toy_callers.judged([0.2, 0.6, 0.7], onset=10.0, probabilities=[0.1, NAN, 0.9], who="08")
    assert utterances([call, call]).score.tolist() == pytest.approx([0.1, NAN, 0.9] * 2, nan_ok=True)
    assert utterances([call]).truth.tolist() == call.shows.tolist() == [False, True, True]
    assert moments([call]).score.tolist() == [0.2, 0.6, 0.7]
    assert moments([call]).truth.tolist() == call.distressed.tolist()
    assert set(moments([call]).actor) == set(utterances([call]).actor) == set(whole([call]).actor) == {"08"}


def test_what_an_utterance_shows_and_whether_the_caller_is_in_distress_are_two_things() -> None:
    texts = toy_callers.texts()
    calls = toy_callers.composed(texts, toy_callers.readings(texts), [toy_callers.actor()], 40, share=1.0)
    (call, *_) = [one for one in calls if any(line.shows != line.distressed for line in one.plan.lines)]
    nothing = np.zeros(len(call.utterances))
    judged = JudgedCall(call, nothing, nothing, ("calm",) * nothing.size, nothing)
    assert utterances([judged]).truth.tolist() == [line.shows for line in call.plan.lines]
    assert moments([judged]).truth.tolist() == [line.distressed for line in call.plan.lines]


def test_a_call_counts_by_its_highest_score_and_by_0_where_there_is_none() -> None:
    calls = [
        toy_callers.judged([0.2, 0.8, 0.3], onset=10.0),
        toy_callers.judged([NAN, 0.4, NAN]),
        toy_callers.judged([NAN, NAN]),
    ]
    found = whole(calls)
    assert found.score.tolist() == [0.8, 0.4, 0.0]
    assert found.truth.tolist() == [True, False, False]


def test_the_area_has_an_interval_over_actors() -> None:
    sure = column([0.9, 0.1] * 6, [True, False] * 6, "aabbccddeeff").auc()
    assert (sure.value, sure.low, sure.high) == (1.0, 1.0, 1.0)
    mixed = column([0.9, 0.1] * 3 + [0.1, 0.9] * 3, [True, False] * 6, "aabbccddeeff").auc()
    assert mixed.value == 0.5
    assert mixed.low < 0.25 < 0.75 < mixed.high


def test_what_a_side_cannot_judge_counts_as_0_so_that_all_sides_have_the_same_rows() -> None:
    own, everything = column([NAN, 0.4, 0.6], [True, False, True]), column([0.9, 0.1, 0.8], [True, False, True])
    assert known(own, everything).score.tolist() == [0.0, 0.4, 0.6]
    assert known(own, everything).auc().value == 0.5
    with pytest.raises(AssertionError):
        known(own, column([0.9], [True]))


class TestBetter:
    truth = [True, False, True, False] * 4
    actors = "aabbccddaabbccdd"
    perfect = column([0.9, 0.1] * 8, truth, actors)
    even = column([0.5, 0.5] * 8, truth, actors)

    def test_it_is_the_distance_to_the_best_of_the_others(self) -> None:
        found = better(self.perfect, [self.even, column([0.5, 0.1, 0.1, 0.1] * 4, self.truth, self.actors)])
        assert found.value == pytest.approx(0.25)

    def test_who_is_as_good_as_another_is_not_better(self) -> None:
        found = better(self.perfect, [self.perfect, self.even])
        assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)

    def test_who_is_worse_is_below_nothing(self) -> None:
        assert better(self.even, [self.perfect]).value == -0.5

    def test_the_best_other_may_be_another_one_in_every_draw(self) -> None:
        """One is right about half of the actors, another about the others: drawn together, the better is above both."""
        truth = [True, False] * 4
        names = "aabbccdd"
        first = column([0.9, 0.1] * 2 + [0.5, 0.5] * 2, truth, names)
        second = column([0.5, 0.5] * 2 + [0.9, 0.1] * 2, truth, names)
        found = better(column([0.9, 0.1] * 4, truth, names), [first, second])
        assert found.value == pytest.approx(1 - first.auc().value)
        assert found.low == 0.0
        assert found.high == pytest.approx(found.value)


def test_calibration_is_of_what_was_judged() -> None:
    truth = [True] * 6 + [False] * 4
    assert column([0.6] * 10, truth).ece() == pytest.approx(0.0)
    assert column([0.9] * 10, truth).ece() == pytest.approx(0.3)
    assert column([0.6] * 10 + [NAN] * 10, truth + [False] * 10).ece() == pytest.approx(0.0)


def test_abstained_is_the_share_of_the_time_from_the_first_word_to_the_first_score() -> None:
    late = toy_callers.judged([NAN, NAN, 0.4, NAN])  # known when the third ends, at 24 s of 39 s
    never = toy_callers.judged([NAN, NAN])  # 19 s
    at_once = toy_callers.judged([0.4, 0.5])  # after 4 s of 19 s
    assert abstained([late]) == pytest.approx(24 / 39)
    assert abstained([never]) == 1.0
    assert abstained([late, never, at_once]) == pytest.approx((24 + 19 + 4) / (39 + 19 + 19))
    greeted = toy_callers.judged([NAN, 0.4], begin=30.0)  # known at 44 s of 49 s, and silent for the first 30 s
    assert abstained([greeted]) == pytest.approx(14 / 19)
