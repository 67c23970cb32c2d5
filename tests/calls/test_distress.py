"""How a caller's distress goes through a call: step by step, rise and fall, states, abstention."""

import pickle
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.calls.toy_distress import (
    CALM,
    EVIDENCE,
    MODEL,
    WORST,
    calls,
    few,
    follow,
    judge,
    now,
    phrases,
    plain,
    said,
    score,
    score_of,
    shares,
    voice,
)

from stimmung.calls.distress import RANKS, CallerState, DistressJudge
from stimmung.calls.distress_model import STATES, Threshold, Thresholds, logit
from stimmung.calls.records import CallerDistress
from stimmung.speech.records import DistressState, Utterance


class TestStepByStep:
    @few
    @given(calls())
    def test_a_state_that_was_kept_and_asked_in_between_leads_to_the_same_end(
        self, utterances: list[Utterance]
    ) -> None:
        kept, scores = CallerState(), []
        for utterance in utterances:
            now(kept, utterance.end + 7)
            followed = judge().follow(pickle.loads(pickle.dumps(kept)), utterance)
            kept = followed.caller
            scores.append(followed.score)
        end = follow(*utterances)
        assert (kept, scores[-1]) == (end.caller, end.score)

    @few
    @given(calls(), st.floats(0, 500))
    def test_asked_twice_at_a_time_the_answer_is_the_same(self, utterances: list[Utterance], later: float) -> None:
        caller = follow(*utterances).caller
        assert now(caller, caller.time + later) == now(caller, caller.time + later)

    @few
    @given(calls())
    def test_how_the_caller_is_when_an_utterance_ends_is_what_the_utterance_says(
        self, utterances: list[Utterance]
    ) -> None:
        caller = CallerState()
        for utterance in utterances:
            followed = judge().follow(caller, utterance)
            caller = followed.caller
            assert now(caller, utterance.end).state == followed.score.state

    @few
    @given(calls(), st.floats(0, 500))
    def test_words_that_say_nothing_change_nothing_but_the_time(
        self, utterances: list[Utterance], later: float
    ) -> None:
        caller = follow(*utterances).caller
        time = caller.time + later
        after = follow(said(time, time), after=caller)
        found, expected = now(after.caller, time), now(caller, time)
        assert found.score == pytest.approx(expected.score, abs=1e-12)  # None: too little was heard
        assert replace(found, score=None) == replace(expected, score=None)
        assert after.score.probability is None

    @few
    @given(calls())
    def test_a_moment_before_the_last_utterance_counts_as_its_end(self, utterances: list[Utterance]) -> None:
        caller = follow(*utterances).caller
        assert now(caller, 0.0) == now(caller, caller.time)


class TestRiseAndFall:
    def test_the_score_rises_at_once(self) -> None:
        calm, worst = said(0, 4, CALM), said(10, 14, WORST, 1.0)
        assert score([calm]) < 0.01
        assert score([calm, worst]) > 0.95
        assert follow(calm, worst).caller.state == "urgent"

    @pytest.mark.parametrize("said_first", [WORST, CALM])
    def test_in_silence_half_of_what_was_known_is_forgotten_in_thirty_seconds(self, said_first: float) -> None:
        caller = follow(said(0, 4, said_first)).caller
        first, usual = now(caller, 4).score, score_of(0.0)
        assert first is not None
        for halves in range(5):
            assert now(caller, 4 + 30 * halves).score == pytest.approx(usual + (first - usual) / 2**halves)

    def test_after_minutes_of_silence_nothing_is_left(self) -> None:
        assert now(follow(said(0, 4, WORST)).caller, 600).score == pytest.approx(score_of(0.0), abs=1e-4)

    def test_calm_words_take_back_what_as_bad_ones_gave_and_words_between_take_nothing(self) -> None:
        worst = said(0, 4, WORST)
        assert score([worst, said(4, 4, 0.5)]) == pytest.approx(score_of(EVIDENCE))
        assert score([worst, said(4, 4, 0.25)]) == pytest.approx(score_of(EVIDENCE / 2))
        assert score([worst, said(4, 4, CALM)]) == pytest.approx(score_of(0.0))

    @few
    @given(calls(plain), shares, st.floats(-1, 1))
    def test_worse_words_or_a_more_aroused_voice_never_lower_it(
        self, before: list[Utterance], negative: float, arousal: float
    ) -> None:
        caller = follow(said(0, 4, 0.5), *before).caller
        found = [
            now(follow(said(caller.time, caller.time, *one), after=caller).caller, caller.time).score or 0.0
            for one in ((negative, arousal), ((1 + negative) / 2, arousal), ((1 + negative) / 2, (1 + arousal) / 2))
        ]
        assert found == sorted(found)

    def test_what_is_remembered_has_a_bound_either_way(self) -> None:
        worst = [said(place, place, WORST, 1.0) for place in range(20)]
        best = [said(place, place, CALM, -1.0) for place in range(200)]
        assert follow(*worst).caller.log_odds == MODEL.course.most
        assert follow(*best).caller.log_odds == -MODEL.course.most

    @few
    @given(calls())
    def test_scores_and_probabilities_are_some(self, utterances: list[Utterance]) -> None:
        caller = CallerState()
        for utterance in utterances:
            followed = judge().follow(caller, utterance)
            caller = followed.caller
            found = now(caller, utterance.end + 1)
            assert all(0 <= one <= 1 for one in (found.score, followed.score.probability) if one is not None)

    def test_a_short_utterance_counts_in_part_where_the_model_says_so(self) -> None:
        by = replace(judge(), model=replace(MODEL, course=replace(MODEL.course, full_seconds=2.0, least_seconds=0.0)))
        for seconds, share in ((0.0, 0.0), (0.5, 0.25), (2.0, 1.0), (9.0, 1.0)):
            assert score([said(0, seconds, WORST)], by) == pytest.approx(score_of(share * EVIDENCE))

    def test_evidence_counts_as_much_as_the_model_weighs_it(self) -> None:
        by = replace(judge(), model=replace(MODEL, course=replace(MODEL.course, weight=0.25)))
        assert score([said(0, 4, WORST)], by) == pytest.approx(score_of(0.25 * EVIDENCE))

    def test_a_caller_begins_as_callers_do_and_goes_to_where_they_usually_are(self) -> None:
        by = replace(judge(), model=replace(MODEL, course=replace(MODEL.course, begin=0.4, least_seconds=0.0)))
        usual = score_of(0.0)
        for time in (0, 30, 60, 3000):
            assert score([said(time, time, 0.5)], by) == pytest.approx(usual + (0.4 - usual) * 0.5 ** (time / 30))


def reached(*scores: float) -> list[DistressState]:
    """Return the states of a caller whose score takes these values one after the other."""
    found, caller = list[DistressState](), follow(said(0, 4, 0.5)).caller
    for one in scores:
        # Nothing is said: what is known is set, and a moment passes.
        caller = follow(said(4, 4), after=replace(caller, log_odds=logit(one))).caller
        found.append(caller.state)
    return found


class TestStates:
    def test_are_entered_at_one_score_and_left_below_a_lower_one(self) -> None:
        assert reached(0.29, 0.31, 0.25, 0.21, 0.19, 0.25) == ["calm", "uneasy", "uneasy", "uneasy", "calm", "calm"]

    def test_do_not_flap_around_a_threshold(self) -> None:
        assert set(reached(0.61, *(0.59, 0.61) * 10)) == {"distressed"}
        assert set(reached(0.51, *(0.49, 0.51) * 10)) == {"uneasy"}

    def test_may_be_skipped_upwards_and_downwards(self) -> None:
        assert reached(0.9, 0.1, 0.9, 0.55, 0.25, 0.7) == [
            "urgent", "calm", "urgent", "distressed", "uneasy", "distressed",
        ]  # fmt: skip

    def test_are_let_go_of_in_silence_though_nobody_asked_meanwhile(self) -> None:
        """Who was calm again for a minute needs the higher score to be distressed anew."""
        before = follow(said(0, 4, WORST)).caller  # 0.88; after a minute 0.31
        again = said(64, 64, 0.5 + 0.9 / (2 * EVIDENCE))  # to 0.52: between leaving distress and entering it
        assert (before.state, now(before, 64).state) == ("urgent", "uneasy")
        assert 0.5 < (now(follow(again, after=before).caller, 64).score or 0.0) < 0.6
        assert follow(again, after=before).caller.state == "uneasy"

    @few
    @given(calls(plain))
    def test_follow_from_the_score_alone_where_nobody_names_danger(self, utterances: list[Utterance]) -> None:
        caller = CallerState()
        for utterance in utterances:
            caller = judge().follow(caller, utterance).caller
            found = now(caller, utterance.end)
            assert (found.state == "unknown") == (found.score is None)
            if found.score is not None and found.state != "calm":
                assert found.score >= MODEL.thresholds.of(found.state).leave
            for state in STATES[RANKS.index(found.state) :] if found.score is not None else ():
                assert (found.score or 0.0) < MODEL.thresholds.of(state).enter


class TestAbstention:
    @pytest.mark.parametrize(("seconds", "known"), [(0.0, False), (2.9, False), (3.0, True), (10.0, True)])
    def test_lasts_until_three_seconds_were_heard(self, seconds: float, known: bool) -> None:
        found = now(follow(said(0, seconds, WORST, 1.0)).caller, seconds)
        assert (found.score is not None) == known
        assert found.state == ("urgent" if known else "unknown")
        assert (found.peak is not None) == known
        assert (found.reasons != ()) == known

    def test_adds_up_what_was_said_but_not_what_could_not_be_judged(self) -> None:
        heard = [said(0, 2, WORST), said(2, 12), replace(said(12, 22), voice_emotion=voice(1.0, uncertain=True))]
        assert follow(*heard).caller.state == "unknown"
        assert follow(*heard, said(22, 23, WORST)).caller.state == "urgent"

    def test_at_the_beginning_nothing_is_known_however_long_nobody_speaks(self) -> None:
        assert now(CallerState(), 500) == CallerDistress(1, "", None, "unknown", "steady")

    def test_where_neither_words_nor_voice_are_there_nothing_ever_is(self) -> None:
        found = follow(*(said(place, place + 5) for place in range(0, 50, 5)))
        assert found.score.probability is None
        assert now(found.caller, 50) == CallerDistress(1, "", None, "unknown", "steady")


class TestTies:
    def test_utterances_that_end_together_both_count(self) -> None:
        both = [said(0, 4, 0.75), said(1, 4, 0.75)]
        assert score(both) == pytest.approx(score_of(EVIDENCE))

    def test_one_that_ends_before_the_last_takes_nothing_back(self) -> None:
        caller = follow(said(0, 8, WORST), said(2, 5, 0.5)).caller
        assert caller.time == 8
        assert now(caller, 8).score == pytest.approx(score_of(EVIDENCE))

    def test_one_of_no_length_counts_and_adds_no_time(self) -> None:
        caller = follow(said(0, 4, 0.5), said(4, 4, WORST)).caller
        assert caller.spoken == 4
        assert caller.state == "urgent"

    def test_one_of_no_length_alone_is_no_first_minute(self) -> None:
        assert follow(said(0, 0, WORST)).caller.first_minute.mean("words.negative") is None


def test_states_follow_each_other_as_the_thresholds_do() -> None:
    assert RANKS == ("unknown", "calm", "uneasy", "distressed", "urgent")
    assert all(RANKS.index(low) < RANKS.index(high) for low, high in pairwise(STATES))


def test_a_judge_of_other_thresholds_judges_by_them() -> None:
    strict = replace(MODEL, thresholds=Thresholds(Threshold(0.05, 0.04), Threshold(0.1, 0.09), Threshold(0.11, 0.105)))
    assert follow(said(0, 4, 0.5), by=DistressJudge(strict, phrases())).caller.state == "urgent"
