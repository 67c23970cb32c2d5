"""What is told along with a caller's state: where it is going, and why."""

from dataclasses import replace

from hypothesis import given
from tests.calls.toy_distress import (
    MODEL,
    WORST,
    calls,
    few,
    follow,
    judge,
    now,
    said,
)

from stimmung.calls.distress import CallerState
from stimmung.speech.records import Utterance


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
