"""What phrases that name danger do to a caller's state, and which moment is the worst."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from tests.calls.toy_distress import (
    ALONE,
    CALM,
    DIZZY,
    EVIDENCE,
    MODEL,
    NOTFALL,
    WORST,
    calls,
    few,
    follow,
    judge,
    now,
    said,
    score,
    score_of,
)

from stimmung.calls.distress import RANKS, CallerState
from stimmung.calls.records import CallerDistress
from stimmung.speech.records import DistressState, Utterance

FLOOR_SECONDS = MODEL.display.floor_seconds


def states_of(utterances: Sequence[Utterance]) -> list[DistressState]:
    caller, found = CallerState(), list[DistressState]()
    for utterance in utterances:
        caller = judge().follow(caller, utterance).caller
        found.append(caller.state)
    return found


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
        assert follow(*utterances).caller.log_odds == follow(*plain).caller.log_odds
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
