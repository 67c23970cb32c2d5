"""How a caller's distress goes through a call: rise, fall, states, floors, and that nothing else moves it."""

import math
import pickle
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.toy_distress import (
    EVIDENCE,
    MODEL,
    arm,
    follow,
    judge,
    now,
    phrases,
    said,
    score_of,
    voice,
    without_probe,
    words,
)

from stimmung.calls.distress import RANKS, CallerState, DistressJudge
from stimmung.calls.distress_model import STATES, Threshold, Thresholds
from stimmung.calls.records import CallerDistress
from stimmung.speech.records import DistressState, Utterance

NOTFALL, DIZZY, ALONE = "Das ist ein Notfall!", "Mir ist schwindelig.", "Ich bin ganz allein."
WORST, CALM = 1.0, 0.0  # `negative` of words
FLOOR_SECONDS = MODEL.display.floor_seconds

few = settings(max_examples=30)
shares = st.floats(0.0, 1.0)
texts = st.sampled_from(["Also gut", "Ja.", "", NOTFALL, "Das ist kein Notfall.", DIZZY, ALONE])


@st.composite
def calls(draw: st.DrawFn, texts: st.SearchStrategy[str] = texts) -> list[Utterance]:
    """Draw what one caller says, in order; pauses, lengths and scores may be anything, even nothing."""
    time, found = 0.0, []
    for _ in range(draw(st.integers(1, 12))):
        start = time + draw(st.sampled_from([0.0, 0.5, 20.0, 90.0, 400.0]))
        time = start + draw(st.sampled_from([0.0, 0.4, 2.0, 15.0]))
        negative, arousal = draw(st.none() | shares), draw(st.none() | st.floats(-1.0, 1.0))
        vector = np.array([draw(shares), draw(shares)], np.float32)
        found.append(said(start, time, negative, arousal, draw(texts), vector))
    return found


def states_of(utterances: Sequence[Utterance]) -> list[DistressState]:
    caller, found = CallerState(), list[DistressState]()
    for utterance in utterances:
        caller = judge().follow(caller, utterance).caller
        found.append(caller.state)
    return found


def score(utterances: Sequence[Utterance], by: DistressJudge | None = None) -> float:
    """Return the score right after the last utterance."""
    found = now(follow(*utterances, by=by).caller, utterances[-1].end, by).score
    assert found is not None
    return found


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
        assert now(after.caller, time) == now(caller, time)
        assert after.score.probability is None

    @few
    @given(calls())
    def test_a_moment_before_the_last_utterance_counts_as_its_end(self, utterances: list[Utterance]) -> None:
        caller = follow(*utterances).caller
        assert now(caller, 0.0) == now(caller, caller.time)


class TestRiseAndFall:
    def test_the_score_rises_at_once(self) -> None:
        found = follow(said(0, 4, CALM), said(10, 14, WORST)).caller
        assert score([said(0, 4, CALM)]) < 0.12
        assert score([said(0, 4, CALM), said(10, 14, WORST)]) > 0.84
        assert found.state == "distressed"

    def test_in_silence_half_of_the_evidence_is_forgotten_in_thirty_seconds(self) -> None:
        caller = follow(said(0, 4, WORST)).caller
        for halves in range(5):
            found = now(caller, 4 + 30 * halves).score
            assert found == pytest.approx(score_of(EVIDENCE / 2**halves))

    def test_after_minutes_of_silence_nothing_is_left(self) -> None:
        assert now(follow(said(0, 4, WORST)).caller, 600).score == pytest.approx(score_of(0.0), abs=1e-4)

    def test_calm_words_take_back_less_than_bad_ones_gave(self) -> None:
        assert score([said(0, 4, WORST), said(4, 4, CALM)]) == pytest.approx(score_of(EVIDENCE - 0.1 * EVIDENCE))

    @few
    @given(calls(st.just("Also gut")), shares, st.floats(-1, 1))
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
        assert follow(*worst).caller.memory == MODEL.course.most
        assert follow(*best).caller.memory == -MODEL.course.most

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


def reached(*scores: float) -> list[DistressState]:
    """Return the states of a caller whose score takes these values one after the other."""
    found, caller = list[DistressState](), follow(said(0, 4, 0.5)).caller
    for one in scores:
        memory = math.log(one / (1 - one)) + 2
        # Nothing is said: the memory is set, and a moment passes.
        caller = follow(said(4, 4), after=replace(caller, memory=memory)).caller
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
        before = follow(said(0, 4, WORST)).caller  # 0.88; after a minute 0.27
        again = said(64, 64, 0.5 + 1.05 / (2 * EVIDENCE))  # to 0.51: between leaving distress and entering it
        assert (before.state, now(before, 64).state) == ("urgent", "uneasy")
        assert now(follow(again, after=before).caller, 64).score == pytest.approx(score_of(2.05))
        assert follow(again, after=before).caller.state == "uneasy"

    @few
    @given(calls(st.just("Also gut")))
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


class TestFloors:
    @pytest.mark.parametrize(("text", "state"), [(NOTFALL, "urgent"), (DIZZY, "distressed"), (ALONE, "uneasy")])
    def test_hold_the_state_at_once_and_say_why(self, text: str, state: DistressState) -> None:
        found = follow(said(0, 1, CALM, text=text))
        assert found.score.state == state
        assert [reason.kind for reason in found.score.reasons] == ["safety"]
        assert found.score.reasons[0].quote in text
        assert now(found.caller, 1).reasons == found.score.reasons

    def test_leave_the_score_what_it_is(self) -> None:
        assert now(follow(said(0, 1, CALM, text=NOTFALL)).caller, 1).score is None
        assert score([said(0, 4, CALM, text=NOTFALL)]) == score([said(0, 4, CALM)])

    def test_want_no_model_at_all(self) -> None:
        assert follow(said(0, 1, text=NOTFALL)).score.state == "urgent"

    def test_are_set_by_no_phrase_that_is_taken_back(self) -> None:
        found = follow(said(0, 4, CALM, text="Das ist kein Notfall."))
        assert (found.caller.floors, found.score.reasons, found.score.state) == ((), (), "calm")

    def test_last_a_while_and_no_longer(self) -> None:
        caller = follow(said(0, 4, 0.5, text=NOTFALL)).caller
        assert now(caller, 4 + FLOOR_SECONDS).state == "urgent"
        assert now(caller, 4 + FLOOR_SECONDS + 0.1).state == "calm"
        assert now(caller, 4 + FLOOR_SECONDS + 0.1).reasons == ()

    def test_where_too_little_was_said_leave_the_caller_unknown_when_they_end(self) -> None:
        caller = follow(said(0, 1, WORST, text=NOTFALL)).caller
        assert now(caller, 2 + FLOOR_SECONDS) == CallerDistress(1, "", None, "unknown", "steady", (), caller.peak)

    def test_last_longer_when_the_same_is_said_again(self) -> None:
        caller = follow(said(0, 4, 0.5, text=NOTFALL), said(200, 204, 0.5, text=NOTFALL)).caller
        assert now(caller, 204 + FLOOR_SECONDS).state == "urgent"
        assert [floor.reason.time for floor in caller.floors] == [200]

    def test_never_lower_a_higher_state(self) -> None:
        high = said(0, 4, WORST, text="Also gut")
        assert states_of([high, said(4, 5, 0.5, text=ALONE)]) == ["urgent", "urgent"]
        assert states_of([said(0, 4, 0.5, text=NOTFALL), said(4, 5, 0.5, text=ALONE)]) == ["urgent", "urgent"]
        assert states_of([said(0, 4, 0.5, text=ALONE), said(4, 5, 0.5, text=NOTFALL)]) == ["uneasy", "urgent"]

    def test_a_high_one_is_not_crowded_out_by_many_low_ones(self) -> None:
        low = ["Ich bin ganz allein.", "Ich bin blind.", "Mein Mann ist gestorben.", "Ich bin eine alte Frau."]
        caller = follow(said(0, 4, 0.5, text=NOTFALL)).caller
        for place in range(40):
            caller = follow(said(5 + place, 6 + place, 0.5, text=low[place % len(low)]), after=caller).caller
        assert caller.state == "urgent"
        assert len(caller.floors) <= 1 + len(low)
        assert now(caller, 50).reasons[0].text == "names an emergency"

    def test_the_highest_reason_goes_first_wherever_it_stands(self) -> None:
        for text in (f"{ALONE} {NOTFALL}", f"{NOTFALL} {ALONE}"):
            found = follow(said(0, 4, WORST, text=text))
            assert [one.text for one in found.score.reasons][:2] == ["names an emergency", "is alone"]
            assert [one.text for one in now(found.caller, 4).reasons][:2] == ["names an emergency", "is alone"]

    @few
    @given(calls())
    def test_the_state_is_never_below_a_floor_that_stands(self, utterances: list[Utterance]) -> None:
        caller, until = CallerState(), {NOTFALL: -1.0, DIZZY: -1.0, ALONE: -1.0}
        for utterance in utterances:
            caller = judge().follow(caller, utterance).caller
            if utterance.text in until:
                until[utterance.text] = utterance.end + FLOOR_SECONDS
            for text, state in ((NOTFALL, "urgent"), (DIZZY, "distressed"), (ALONE, "uneasy")):
                if until[text] >= utterance.end:
                    assert RANKS.index(caller.state) >= RANKS.index(state)

    @few
    @given(calls())
    def test_phrases_move_no_score(self, utterances: list[Utterance]) -> None:
        plain = [replace(one, text="Also gut") for one in utterances]
        assert follow(*utterances).caller.memory == follow(*plain).caller.memory
        assert follow(*utterances).score.probability == follow(*plain).score.probability


class TestPeak:
    def test_is_the_worst_moment_and_stays(self) -> None:
        caller = follow(said(0, 4, 0.5), said(10, 14, WORST), said(20, 24, CALM), said(300, 304, 0.6)).caller
        peak = now(caller, 400).peak
        assert peak is not None
        assert (peak.state, peak.time) == ("urgent", 14)
        assert peak.score == pytest.approx(score_of(EVIDENCE))

    def test_of_a_phrase_is_when_it_was_said_though_the_score_was_higher_later(self) -> None:
        peak = follow(said(0, 4, 0.3), said(5, 6, 0.5, text=NOTFALL), said(10, 14, 0.6)).caller.peak
        assert peak is not None
        assert (peak.state, peak.time) == ("urgent", 6)

    def test_moves_on_from_a_phrase_when_the_score_itself_gets_there(self) -> None:
        peak = follow(said(0, 4, 0.5, text=NOTFALL), said(10, 14, WORST)).caller.peak
        assert peak is not None
        assert (peak.state, peak.time) == ("urgent", 14)

    def test_is_never_reached_by_silence(self) -> None:
        """The score of who was more than calm rises while nothing is said; no moment of the call is to blame."""
        caller = follow(*(said(place, place + 1, CALM) for place in range(10))).caller
        later = now(caller, 500)
        assert caller.peak is not None
        assert (later.score or 0.0) > caller.peak.score
        assert later.peak == caller.peak

    def test_is_never_an_utterance_that_could_not_be_judged(self) -> None:
        caller = follow(said(0, 4, CALM)).caller
        assert follow(said(100, 104), after=caller).caller.peak == caller.peak


class TestTrend:
    def test_is_rising_after_bad_words_and_falling_half_a_minute_later(self) -> None:
        caller = follow(said(0, 4, 0.5), said(36, 40, WORST)).caller
        assert now(caller, 40).trend == "rising"
        assert now(caller, 69).trend == "rising"  # as against half a minute before
        assert now(caller, 71).trend == "falling"

    def test_of_the_first_half_minute_is_told_against_the_first_utterance(self) -> None:
        caller = follow(said(0, 4, 0.5), said(5, 9, WORST)).caller
        assert now(caller, 9).trend == "rising"

    def test_is_steady_when_silence_has_lasted(self) -> None:
        assert now(follow(said(0, 4, 0.5), said(36, 40, WORST)).caller, 400).trend == "steady"

    def test_is_steady_after_one_utterance_and_among_calm_ones(self) -> None:
        assert now(follow(said(0, 4, WORST)).caller, 4).trend == "steady"
        assert now(follow(*(said(at, at + 4, 0.5) for at in range(0, 90, 9))).caller, 90).trend == "steady"

    def test_compares_with_what_was_left_then_not_with_what_was_said_long_before(self) -> None:
        caller = follow(said(0, 4, WORST), said(300, 304, 0.5)).caller
        assert now(caller, 304).trend == "steady"

    def test_remembers_half_a_minute_of_many_small_words(self) -> None:
        worst = said(0, 4, WORST)
        counted = [said(20 + place / 2, 20 + place / 2, 0.5) for place in range(25)]
        caller = follow(said(0, 3, 0.5), worst, *counted).caller
        assert now(caller, 34.5).trend == "falling"
        assert len(caller.past) <= len(counted) + 2

    def test_forgets_what_nobody_asks_for(self) -> None:
        caller = follow(*(said(at, at + 1, 0.5) for at in range(0, 1000, 10))).caller
        assert len(caller.past) <= 5


class TestReasons:
    @few
    @given(calls())
    def test_are_three_at_most_each_once_with_what_was_said_and_when(self, utterances: list[Utterance]) -> None:
        caller = CallerState()
        for place, utterance in enumerate(utterances):
            followed = judge().follow(caller, utterance)
            caller = followed.caller
            for reasons in (followed.score.reasons, now(caller, utterance.end).reasons):
                assert len(reasons) <= 3
                assert len({one.text for one in reasons}) == len(reasons)
                heard = {(one.start, one.text) for one in utterances[: place + 1]}
                assert all(any(time == one.time and one.quote in text for time, text in heard) for one in reasons)
            assert all(one.time == utterance.start for one in followed.score.reasons)

    def test_are_told_of_who_is_not_calm_only(self) -> None:
        caller = follow(said(0, 4, WORST, text="Es reicht mir")).caller
        assert [one.quote for one in now(caller, 4).reasons] == ["Es reicht mir"]
        assert now(caller, 200).state == "calm"
        assert now(caller, 200).reasons == ()

    def test_of_a_caller_are_the_strongest_still_left(self) -> None:
        caller = follow(
            said(0, 4, 0.8, text="eins"), said(5, 9, WORST, text="zwei"), said(10, 14, 0.7, text="drei")
        ).caller
        assert [one.quote for one in now(caller, 14).reasons] == ["zwei"]  # one text, so the strongest of them

    def test_from_long_ago_are_none_of_what_is_wrong_now(self) -> None:
        caller = follow(said(0, 4, arousal=1.0, text="damals"), said(400, 404, WORST, text="jetzt")).caller
        assert [one.quote for one in now(caller, 404).reasons] == ["jetzt"]

    def test_the_last_one_is_never_taken_away(self) -> None:
        high = replace(MODEL.display, reason_least=3.9)
        by = replace(judge(), model=replace(MODEL, display=high))
        caller = follow(said(0, 4, WORST), by=by).caller
        assert now(caller, 20, by).state == "distressed"
        assert len(now(caller, 20, by).reasons) == 1


class TestWhatChangesNothing:
    @few
    @given(calls(st.just("Also gut")), st.sampled_from([-3.0, 3.0]))
    def test_is_loudness_the_words_themselves_and_what_the_recogniser_thinks(
        self, utterances: list[Utterance], louder: float
    ) -> None:
        other = [
            replace(one, level=-30 + louder, text="Nun denn", confidence=0.1, flags=("loop",), voice_features=None)
            for one in utterances
        ]
        first, second = follow(*(replace(one, level=-30) for one in utterances)), follow(*other)
        assert second.score.probability == first.score.probability
        assert (second.caller.memory, second.caller.state) == (first.caller.memory, first.caller.state)

    @few
    @given(calls(), st.floats(-1, 1))
    def test_is_a_voice_in_doubt(self, utterances: list[Utterance], arousal: float) -> None:
        doubtful = [replace(one, voice_emotion=voice(arousal, uncertain=True)) for one in utterances]
        unheard = [replace(one, voice_emotion=None) for one in utterances]
        assert follow(*doubtful) == follow(*unheard)

    def test_is_not_a_voice_in_which_no_feeling_stands_out(self) -> None:
        unclear = replace(said(0, 4), voice_emotion=voice(1.0, uncertain=True, ambiguous=True))
        assert follow(unclear) == follow(said(0, 4, arousal=1.0))

    def test_is_what_a_caller_is_always_like(self) -> None:
        """Where weights tell the change alone, who is gloomy from the beginning does not get gloomier."""
        change = arm(**{"words_negative": (0.0, 0.0), "change.words_negative": (0.0, 4.0)})
        by = replace(judge(), model=replace(MODEL, words=change))
        always = [said(at, at + 4, 0.8) for at in range(0, 50, 10)]
        assert score(always, by) == pytest.approx(score_of(0.0))
        assert score([said(0, 4, 0.2), *always[1:2]], by) == pytest.approx(score_of(0.6 * 4.0))

    def test_is_a_vector_of_a_model_that_the_weights_do_not_know(self) -> None:
        vector = np.array([3.0, 0.0], np.float32)
        assert score([said(0, 4, 0.5, vector=vector)]) == pytest.approx(score_of(3.0))
        foreign = judge().reading("0" * 64)
        assert score([said(0, 4, 0.5, vector=vector)], foreign) == pytest.approx(score_of(0.0))
        assert score([said(0, 4, WORST, vector=np.zeros(7, np.float32))], foreign) == pytest.approx(score_of(EVIDENCE))
        assert judge().reading("2" * 64) == judge()

    def test_a_voice_that_may_not_be_heard_leaves_the_words(self) -> None:
        assert score([said(0, 4, 0.8)]) == pytest.approx(score_of(0.3 * 2 * EVIDENCE))
        assert score([said(0, 4, 0.8, -0.5)]) == pytest.approx(score_of(0.3 * 2 * EVIDENCE - 0.5 * EVIDENCE))

    def test_words_that_nobody_may_read_leave_the_voice(self) -> None:
        vector = np.array([4.0, 0.0], np.float32)
        assert score([said(0, 4, arousal=0.5, vector=vector)]) == pytest.approx(score_of(0.5 * EVIDENCE))


class TestModelsAtFault:
    bad = st.sampled_from([math.nan, math.inf, -math.inf, 1e38, -1e38, 7.0])

    @few
    @given(calls(), bad, bad, bad)
    def test_spoil_nothing_that_is_remembered(
        self, utterances: list[Utterance], negative: float, arousal: float, coordinate: float
    ) -> None:
        vector = np.array([coordinate, coordinate], np.float32)
        broken = replace(said(0, 4), text_emotion=words(negative), voice_emotion=voice(arousal), text_vector=vector)
        end = utterances[-1].end
        caller = follow(*utterances[:-1], replace(broken, start=end, end=end), utterances[-1]).caller
        assert math.isfinite(caller.memory)
        assert abs(caller.memory) <= MODEL.course.most
        assert all(math.isfinite(value) for value in caller.first_minute.sums.values())
        found = now(caller, end)
        assert found.score is None or 0 <= found.score <= 1
        assert found.state in RANKS

    def test_are_as_if_they_had_not_spoken(self) -> None:
        broken = replace(said(4, 8, math.nan, math.nan), text_vector=np.array([math.nan, 1.0], np.float32))
        silent = said(4, 8)
        for place, one in enumerate((said(0, 4, 0.7, 0.2), said(8, 12, 0.9, 0.1))):
            before = [said(0, 4, 0.7, 0.2)] if place else []
            assert follow(*before, broken, one).score == follow(*before, silent, one).score


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
    assert without_probe().model.probe is None
