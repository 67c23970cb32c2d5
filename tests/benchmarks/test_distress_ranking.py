"""Ranking on calls made by hand: the best, the worst, chance; how soon at the top; alarms; baselines that forget."""

import math

import numpy as np
import pytest
from tests.benchmarks import toy_callers

from distress_bench import JudgedCall
from distress_fitting import HALF_LIFE
from distress_ranking import (
    BASELINES,
    CALLERS,
    ILL,
    Ranked,
    _faded,
    alarms,
    placed,
    snapshots,
    times_to_top,
    urgent_first,
)
from stimmung.calls.records import CallerDistress
from stimmung.speech.records import DistressState

UTTERANCES = 8  # one every ten seconds
ONSET = 30.0  # s, where an utterance begins that ends at 34 s
ILL_CALLS = [toy_callers.judged([0.5] * UTTERANCES, onset=ONSET) for _ in range(8)]
CALM_CALLS = [toy_callers.judged([0.5] * UTTERANCES) for _ in range(CALLERS)]


def ranked(in_distress: float, calm: float, before: float | None = None) -> list[Ranked]:
    """Return calls with one number while in distress, `before` it another, and one for all calm callers."""

    def number(call: JudgedCall) -> list[float]:
        if not call.plan.distressed:
            return [calm] * UTTERANCES
        return [in_distress if ill else calm if before is None else before for ill in call.distressed]

    return [Ranked(call, np.array(number(call))) for call in (*ILL_CALLS, *CALM_CALLS)]


class TestSnapshots:
    def test_who_always_has_the_higher_number_is_always_at_the_top(self) -> None:
        found = snapshots(ranked(0.9, 0.1))
        assert found["precision_at_4"] == {"value": 1.0, "interval": [1.0, 1.0]}
        assert found["mean_reciprocal_rank"]["value"] == 1.0

    def test_who_always_has_the_lower_number_never_is(self) -> None:
        found = snapshots(ranked(0.1, 0.9))
        assert found["precision_at_4"]["value"] == 0.0
        assert found["mean_reciprocal_rank"]["value"] == pytest.approx(1 / (CALLERS - ILL + 1), abs=0.003)

    def test_where_all_are_alike_chance_decides(self) -> None:
        found = snapshots(ranked(0.5, 0.5))
        assert found["precision_at_4"]["value"] == pytest.approx(ILL / CALLERS, abs=0.03)  # 1,600 places: 0.0075
        low, high = found["precision_at_4"]["interval"]
        assert high - low == pytest.approx(2 * 1.96 * 0.0075, rel=0.25)
        places = np.arange(1, CALLERS + 1)  # the best of four is the n-th as often as the others fit behind it
        chance = np.array([math.comb(CALLERS - place, ILL - 1) for place in places]) / math.comb(CALLERS, ILL)
        assert found["mean_reciprocal_rank"]["value"] == pytest.approx(np.sum(chance / places), abs=0.04)

    def test_moments_lie_in_distress_and_long_enough_after_its_onset(self) -> None:
        """Numbers fit at the onset but 20 s later are at the bottom: every snapshot is later."""
        calls = [*ILL_CALLS, *CALM_CALLS]
        numbers = [[0.5] * UTTERANCES if not one.plan.distressed else [1.0] * 4 + [0.0] * 4 for one in calls]
        late = [Ranked(one, np.array(number)) for one, number in zip(calls, numbers, strict=True)]
        assert snapshots(late)["precision_at_4"]["value"] == 0.0
        relieved = [toy_callers.judged([1.0] * 6 + [0.0] * 2, onset=ONSET, relief=60.0) for _ in range(8)]
        early = [Ranked(one, one.score) for one in (*relieved, *CALM_CALLS)]
        assert snapshots(early)["precision_at_4"]["value"] == 1.0

    def test_callers_whose_distress_is_over_soon_are_in_none(self) -> None:
        short = [toy_callers.judged([0.0] * UTTERANCES, onset=ONSET, relief=50.0) for _ in range(8)]
        mixed = [*ranked(0.9, 0.1), *(Ranked(one, one.score) for one in short)]
        assert snapshots(mixed)["precision_at_4"]["value"] == 1.0


class TestTimeToTop:
    def test_a_caller_who_jumps_up_with_the_first_utterance_is_there_when_it_ends(self) -> None:
        found = times_to_top(ranked(0.9, 0.1))
        assert (found["time_to_top_median_s"], found["time_to_top_p95_s"]) == (4.0, 4.0)
        assert found["never"] == 0.0

    def test_who_waits_longer_is_there_later(self) -> None:
        calls = [*ILL_CALLS, *CALM_CALLS]
        numbers = [[0.1] * UTTERANCES if not one.plan.distressed else [0.0] * 5 + [0.9] * 3 for one in calls]
        found = times_to_top([Ranked(one, np.array(number)) for one, number in zip(calls, numbers, strict=True)])
        assert (found["time_to_top_median_s"], found["time_to_top_p95_s"]) == (24.0, 24.0)

    def test_ties_count_against_the_caller(self) -> None:
        calls = ranked(0.5, 0.5)
        calls[0] = Ranked(ILL_CALLS[0], np.full(UTTERANCES, 0.9))  # one of eight is above all others
        found = times_to_top(calls)
        assert found["never"] == pytest.approx(7 / 8, abs=0.05)
        assert found["time_to_top_median_s"] == found["time_to_top_p95_s"] == np.inf

    def test_where_nobody_is_ever_above_the_others_nobody_comes(self) -> None:
        found = times_to_top(ranked(0.5, 0.5))
        assert found["never"] == 1.0
        assert found["time_to_top_median_s"] == found["time_to_top_p95_s"] == np.inf

    def test_where_few_never_come_the_95th_percentile_says_so_and_the_median_does_not(self) -> None:
        never = [toy_callers.judged([0.0] * UTTERANCES, onset=ONSET) for _ in range(2)]
        found = times_to_top([*ranked(0.9, 0.1), *(Ranked(one, one.score) for one in never)])
        assert found["never"] == pytest.approx(0.2, abs=0.06)
        assert found["time_to_top_median_s"] == found["time_to_top_p95_of_those_who_came_s"] == 4.0
        assert found["time_to_top_p95_s"] == np.inf


class TestNumbers:
    def test_before_the_first_utterance_ends_and_while_unknown_a_caller_is_last(self) -> None:
        one = Ranked(ILL_CALLS[0], np.array([np.nan, 0.3, *[0.8] * 6]))
        assert [one.at(time) for time in (0.0, 3.9, 4.0, 13.9, 14.0, 24.0, 1e6)] == [-np.inf] * 4 + [0.3, 0.8, 0.8]

    def test_the_product_ranks_who_is_urgent_first_and_the_others_by_score(self) -> None:
        scores = [0.9, 0.2, 0.7, float("nan"), 0.1]
        states: tuple[DistressState, ...] = ("uneasy", "urgent", "distressed", "unknown", "calm")
        order = np.argsort(-urgent_first(toy_callers.judged(scores, states))).tolist()
        assert order == [1, 0, 2, 4, 3]
        callers = [
            CallerDistress(place, "", None if np.isnan(score) else score, state, "steady")
            for place, (score, state) in enumerate(zip(scores, states, strict=True))
        ]
        assert [one.channel for one in sorted(callers, key=lambda one: one.rank, reverse=True)] == order

    def test_callers_are_placed_by_state_and_then_by_score(self) -> None:
        call = toy_callers.judged([0.9, 0.2, 0.7, np.nan, 0.1], ["uneasy", "urgent", "distressed", "unknown", "calm"])
        assert np.argsort(-placed(call)).tolist() == [1, 2, 0, 4, 3]

    def test_a_floor_puts_an_unscored_caller_above_a_calm_one(self) -> None:
        call = toy_callers.judged([np.nan, 0.99], ["urgent", "distressed"])
        assert placed(call)[0] > placed(call)[1]


class TestAlarms:
    def test_entries_count_and_not_utterances_an_hour_of_calm_calls(self) -> None:
        states = ["calm", "distressed", "distressed", "uneasy", "calm", "urgent", "distressed", "unknown"]
        calm = toy_callers.judged([0.5] * 8, states)
        found = alarms([calm, calm, toy_callers.judged([0.5] * 3, ["calm", "urgent", "urgent"], onset=0.0)])
        hours = 2 * calm.plan.duration / 3600
        assert found["hours"] == pytest.approx(hours)
        counted = {name: round(rate * hours) for name, rate in found["false_alarms"].items()}
        assert counted == {"uneasy": 2 * 2, "distressed": 2 * 2, "urgent": 2 * 1}

    def test_a_state_at_the_beginning_is_entered_in_every_call(self) -> None:
        calm = toy_callers.judged([0.5] * 3, ["urgent"] * 3)
        found = alarms([calm] * 3 + [toy_callers.judged([0.5], onset=0.0)])
        assert found["false_alarms"]["urgent"] * found["hours"] == pytest.approx(3)

    def test_found_is_who_is_in_the_state_while_in_distress(self) -> None:
        calls = [
            toy_callers.judged([0.5] * 4, ["calm", "calm", "uneasy", "distressed"], onset=20.0),
            toy_callers.judged([0.5] * 4, ["urgent", "urgent", "calm", "calm"], onset=20.0),  # too early
            toy_callers.judged([0.5] * 4, ["calm", "calm", "calm", "urgent"], onset=20.0, relief=30.0),  # too late
            toy_callers.judged([0.5] * 4, ["calm", "calm", "urgent", "calm"], onset=20.0),
        ]
        found = alarms([*calls, toy_callers.judged([0.5])])["found"]
        assert found == {"uneasy": 0.5, "distressed": 0.5, "urgent": 0.25}


class TestBaselines:
    def test_half_of_what_was_is_forgotten_in_half_a_minute(self) -> None:
        call = toy_callers.judged([0.5] * 3, levels=[-20.0, -10.0, -25.0])
        left = 0.5 ** (10 / HALF_LIFE)
        expected = [0.0, 10 / (1 + left), (10 * left - 5) / (1 + left + left**2)]
        assert _faded(call, BASELINES["loudness"]).number == pytest.approx(expected)

    def test_loudness_is_measured_by_the_first_utterance(self) -> None:
        utterances = toy_callers.judged([0.5] * 2, levels=[-31.0, -25.0]).call.utterances
        assert BASELINES["loudness"](utterances) == [0.0, 6.0]

    def test_words_count_by_the_list_and_the_text_model_by_its_polarity(self) -> None:
        call = toy_callers.composed(texts := toy_callers.texts(), read := toy_callers.readings(texts),
                                    [toy_callers.actor()], 1)[0]  # fmt: skip
        negative = [score.polarities["negative"] for one in call.utterances if (score := read[one.text].emotion)]
        assert BASELINES["text model's negative"](call.utterances) == negative
        assert set(BASELINES["sentiment lexicon"](call.utterances)) == {0.0}
        nobody = toy_callers.judged([0.5] * 2).call.utterances
        assert BASELINES["text model's negative"](nobody) == [0.0, 0.0]
