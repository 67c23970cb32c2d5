"""What a live call wants computed: in which order, how urgently, words so far; and what it keeps of the sound."""

import numpy as np
import pytest
from tests.calls.consent import consenting
from tests.calls.live_calls import CUSTOMER, EMERGENCY, SAYINGS, TALK, Line, conversation, ears, kept_by, line

from stimmung.calls.live_events import DistressChanged, PartialHeard, UtteranceFinal, Withdrawn
from stimmung.calls.live_tasks import Task
from stimmung.speech.engines import Ask, TranscriptionOptions
from stimmung.speech.fakes import FakeDetector
from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.utterances import Spoken


def until(seconds: float, since: float = 0.0) -> Samples:
    """Return a stretch of the talk."""
    return TALK[:, round(since * SAMPLE_RATE) : round(seconds * SAMPLE_RATE)]


def channel_of(task: Task) -> int:
    assert isinstance(task.payload, Ask)
    return task.payload.window.channel


# in which order


def test_what_is_judged_first_waits_for_what_was_said_before_it_on_the_same_channel() -> None:
    call = line().feed(until(9.0)).work("judge")
    first, second = call.take("judge")
    assert call.do(second) == []
    assert [type(one) for one in call.do(first)].count(UtteranceFinal) == 2
    starts = [one.utterance.start for one in call.of(UtteranceFinal) if one.utterance.channel == 1]
    assert starts == sorted(starts)


def test_an_agent_does_not_wait_for_the_callers_scores() -> None:
    call = line().feed(TALK).work("judge")
    assert {number for number, _ in call.texts()} == {0}


def test_a_window_is_heard_again_only_when_it_was_told() -> None:
    call = line(engines=ears(3)).feed(TALK)
    call.call.end()
    call.work("judge")
    assert {channel_of(task) for task in call.seen if task.kind == "record"} == {0}
    call.work()
    assert {channel_of(task) for task in call.seen if task.kind == "record"} == {0, 1}


def test_a_window_that_was_heard_at_once_and_well_is_not_heard_again() -> None:
    german = TranscriptionOptions(("de",))
    call = line(channels=1, options=german).feed(conversation([(1.0, 3.0)], seconds=4.0))
    call.end()
    assert [task.kind for task in call.seen] == ["hear", "judge", "finish"]


def test_one_thing_of_a_channel_is_heard_at_a_time_and_what_waited_in_a_window_is_heard_together() -> None:
    call = line(channels=1).feed(TALK[1:])
    task, ask = call.ask("hear")
    assert (ask.new, ask.said, ask.thorough) == (1, "", False)
    call.do(task)
    _, following = call.ask("hear")
    assert following.new == len(following.window.pieces) > 1
    assert following.window.duration < 14.0 < following.window.pieces[-1].span.end


def test_the_record_is_heard_thoroughly_and_as_a_whole() -> None:
    call = line(channels=1, options=TranscriptionOptions(("de",))).feed(TALK[1:]).work("record")
    _, ask = call.ask("record")
    assert ask.thorough
    assert ask.said == ""
    assert ask.new == len(ask.window.pieces)


def test_work_is_as_old_as_the_sound_that_it_is_about() -> None:
    call = line(channels=1).feed(TALK[1:])
    first, _ = call.ask("hear")
    assert first.ended == pytest.approx(CUSTOMER[0][1], abs=0.3)
    call.do(first)
    (judging,), (second, _) = call.take("judge"), call.ask("hear")
    assert judging.ended == first.ended
    assert second.ended == pytest.approx(CUSTOMER[1][1], abs=0.3)  # the first of those that waited


def test_work_costs_the_sound_that_is_heard() -> None:
    call = line(channels=1).feed(TALK[1:])
    task, ask = call.ask("hear")
    assert task.seconds == ask.window.duration


# how urgently


def test_the_channel_of_a_caller_in_distress_goes_before_others() -> None:
    call = line().feed(until(EMERGENCY + 1)).work()
    assert [one.caller.state for one in call.of(DistressChanged)][-1] == "urgent"
    call.feed(until(30.0, since=EMERGENCY + 1)).call.end()
    call.work("hear")
    urgency = {channel_of(task): task.urgency for task in call.take("hear")}
    assert urgency == {0: "final", 1: "urgent"}


def test_a_caller_is_urgent_from_the_next_utterance_on_and_the_agent_never() -> None:
    call = line()
    for second in range(30):
        call.feed(until(second + 1.0, since=float(second))).work()
    heard = [task for task in call.seen if task.kind == "hear"]
    assert {task.urgency for task in heard if channel_of(task) == 0} == {"final"}  # who says so too, but is no caller
    assert [task.urgency for task in heard if channel_of(task) == 1] == ["final"] * 3 + ["urgent"] * 4
    judged = [task.urgency for task in call.seen if task.kind == "judge" and task.urgency != "record"]
    assert judged == ["final"] * 3 + ["urgent"] * 4


def test_a_calm_call_says_so() -> None:
    call = line().feed(until(EMERGENCY + 1))
    assert all(task.calm for task in call.seen)
    call.work().feed(until(30.0, since=EMERGENCY + 1))
    assert not any(task.calm for task in call.collect() + call.waiting)


def test_the_record_and_the_end_are_never_urgent() -> None:
    call = line(engines=ears(3)).feed(TALK)
    call.end()
    assert {(task.kind, task.urgency) for task in call.seen if task.kind in ("record", "finish")} == {
        ("record", "record"),
        ("finish", "final"),  # the result may be waited for, but not be given up
    }


def test_a_caller_who_may_not_be_judged_is_never_urgent() -> None:
    call = line(info=consenting("agent", "unknown"), engines=ears(3)).feed(TALK)
    call.end()
    assert "urgent" not in {task.urgency for task in call.seen}
    assert call.of(DistressChanged) == []


# words so far


def speaking(seconds: float, end: float = 10.0) -> tuple[Line, Samples]:
    """Return a call of one channel after some seconds, in which the customer speaks from 1 s on, and all its sound."""
    samples = conversation([(1.0, end)], seconds=15.0)
    return line(channels=1).feed(samples[:, : round(seconds * SAMPLE_RATE)]), samples


def test_the_words_so_far_are_told_of_whoever_speaks() -> None:
    call, _ = speaking(5.0)
    call.call.ask_partial()
    call.work()
    (heard,) = call.told
    assert isinstance(heard, PartialHeard)
    assert heard.channel == 0
    assert heard.text in SAYINGS
    assert heard.start == pytest.approx(1.0, abs=0.15)
    assert heard.time == pytest.approx(5.0, abs=0.15)


def test_words_so_far_are_heard_only_when_they_are_wanted_and_once() -> None:
    call, _ = speaking(5.0)
    assert call.collect() == []
    call.call.ask_partial()
    assert [task.kind for task in call.collect()] == ["partial"]
    assert call.collect() == []


@pytest.mark.parametrize("seconds", [0.9, 1.5, 13.0])
def test_there_are_no_words_so_far_while_nobody_speaks_or_only_just(seconds: float) -> None:
    call, _ = speaking(seconds)
    call.work()
    call.call.ask_partial()
    assert call.collect() == []


def test_there_are_no_words_so_far_after_the_end() -> None:
    call, _ = speaking(5.0)
    call.call.end()
    call.call.ask_partial()
    assert "partial" not in {task.kind for task in call.collect()}


def test_there_are_no_words_so_far_while_those_before_are_not_heard() -> None:
    call = line(channels=1).feed(conversation([(1.0, 3.0), (4.0, 11.0)], seconds=9.0))
    call.call.ask_partial()
    call.collect()
    assert call.take("partial") == []
    call.work()
    call.call.ask_partial()
    assert call.ask("partial")[1].new == 1


def test_words_so_far_that_take_long_are_asked_for_less_often() -> None:
    call, samples = speaking(5.0)
    call.call.ask_partial()
    task, _ = call.ask("partial")
    call.feed(samples[:, 5 * SAMPLE_RATE : 6 * SAMPLE_RATE])
    call.call.ask_partial()
    assert call.collect() == []  # the ones before are not there yet
    call.do(task)
    call.feed(samples[:, 6 * SAMPLE_RATE : 8 * SAMPLE_RATE])
    assert call.collect() == []
    assert "partial" not in {one.kind for one in call.waiting}


@pytest.mark.parametrize("then", [12.0, 15.0])
def test_words_so_far_of_an_utterance_that_ended_meanwhile_are_not_told(then: float) -> None:
    call, samples = speaking(5.0)
    call.call.ask_partial()
    task, _ = call.ask("partial")
    call.feed(samples[:, 5 * SAMPLE_RATE : round(then * SAMPLE_RATE)])
    assert call.do(task) == []


def test_words_so_far_of_an_utterance_that_still_goes_on_are_told() -> None:
    call, samples = speaking(5.0)
    call.call.ask_partial()
    task, _ = call.ask("partial")
    call.feed(samples[:, 5 * SAMPLE_RATE : 8 * SAMPLE_RATE])
    (heard,) = call.do(task)
    assert isinstance(heard, PartialHeard)


def test_words_so_far_of_the_utterance_before_are_not_told_while_the_next_goes_on() -> None:
    samples = conversation([(1.0, 6.0), (7.0, 11.0)], seconds=11.0)
    call = line(channels=1).feed(samples[:, : 5 * SAMPLE_RATE])
    call.call.ask_partial()
    task, _ = call.ask("partial")
    call.feed(samples[:, 5 * SAMPLE_RATE : 9 * SAMPLE_RATE])
    assert call.do(task) == []


def test_words_so_far_are_never_urgent_but_those_of_a_caller_in_distress_are_not_calm() -> None:
    call = line().feed(until(EMERGENCY + 1)).work().feed(until(21.5, since=EMERGENCY + 1)).work()
    call.call.ask_partial()
    task, ask = call.ask("partial")
    assert ask.window.channel == 0  # whoever speaks: the call is the distressed caller's
    assert (task.urgency, task.calm) == ("partial", False)


# before the end is certain


def pausing() -> tuple[Line, Samples]:
    """Return a call whose customer paused a third of a second ago, at 3.0 s, and the sound; it was asked for words."""
    samples = conversation([(1.0, 3.0)], seconds=10.0)
    call = line(channels=1, engines=ears(detector=FakeDetector())).feed(samples[:, : round(3.34 * SAMPLE_RATE)])
    return call, samples[:, round(3.34 * SAMPLE_RATE) :]


def test_words_are_asked_for_while_the_pause_may_be_the_end_and_told_when_it_is_certain() -> None:
    call, rest = pausing()
    task, _ = call.ask("hear")
    assert call.do(task) == []
    call.feed(rest[:, : SAMPLE_RATE // 2])
    (judging,) = call.take("judge")
    assert judging.ended == task.ended
    assert call.take("hear") == []
    call.do(judging)
    assert [one.utterance.start for one in call.of(UtteranceFinal)] == pytest.approx([1.0], abs=0.05)


def test_words_that_are_late_are_waited_for_and_not_asked_for_twice() -> None:
    call, rest = pausing()
    task, _ = call.ask("hear")
    call.feed(rest[:, : SAMPLE_RATE // 2])
    assert call.take("hear", "judge") == []
    call.do(task)
    assert [one.ended for one in call.take("judge")] == [task.ended]


def test_where_the_caller_goes_on_the_utterance_is_heard_whole_when_it_ended() -> None:
    call, _ = pausing()
    task, _ = call.ask("hear")
    call.do(task)
    more = conversation([(0.0, 1.0)], seconds=2.0)
    call.feed(more).work()
    (final,) = call.of(UtteranceFinal)
    assert final.utterance.end == pytest.approx(4.34, abs=0.05)


def test_early_words_are_told_as_words_so_far_to_who_wants_those() -> None:
    for wanted in (False, True):
        call, _ = pausing()
        if wanted:
            call.call.ask_partial()
        task, _ = call.ask("hear")
        assert [type(one) for one in call.do(task)] == [PartialHeard] * wanted


def test_where_early_words_are_lost_the_utterance_is_heard_when_it_ended() -> None:
    call, rest = pausing()
    task, _ = call.ask("hear")
    assert call.fail(task) == []
    call.feed(rest).work()
    assert len(call.of(UtteranceFinal)) == 1


def test_a_machine_that_takes_long_is_not_asked_early() -> None:
    call, rest = pausing()
    task, _ = call.ask("hear")
    call.feed(rest)  # until long after the end
    call.do(task)
    call.work()
    again = conversation([(0.5, 2.0)], seconds=2.34)
    assert "hear" not in {one.kind for one in call.feed(again).waiting}


def test_what_was_heard_early_and_not_told_when_consent_is_withdrawn_comes_before_the_withdrawal() -> None:
    agent = line(info=consenting("agent"), channels=1, engines=ears(detector=FakeDetector()))
    samples = conversation([(1.0, 3.0)], seconds=10.0)
    agent.feed(samples[:, : round(3.34 * SAMPLE_RATE)]).work()
    agent.call.feed(samples[:, round(3.34 * SAMPLE_RATE) :])
    agent.call.tasks()
    assert [type(one) for one in agent.call.consent("withdrawn")] == [UtteranceFinal, Withdrawn]
    assert agent.call.events() == []


# what is kept


def test_nothing_of_the_sound_is_kept_once_its_window_is_done() -> None:
    call = line(channels=1, engines=ears(3), options=TranscriptionOptions(("de",)))
    most = 0
    for _ in range(5):
        call.feed(TALK[1:]).work()
        call.seen.clear()
        most = max(most, len(spoken_in(call.call)))
    assert most <= 8  # what one window holds
    call.end()
    call.seen.clear()
    assert spoken_in(call.call) == []


def test_nothing_of_the_sound_is_kept_although_nothing_could_be_heard() -> None:
    call = line(engines=ears(3))
    for _ in range(5):
        call.feed(TALK).work_without("hear", "record")
        call.seen.clear()
        assert len(spoken_in(call.call)) <= 40  # four windows that wait for the call's language, and two that fill
    call.call.end()
    call.work_without("hear", "record")
    call.seen.clear()
    assert spoken_in(call.call) == []


def test_of_an_utterance_nothing_is_kept_that_is_as_long_as_its_sound() -> None:
    call = line(options=TranscriptionOptions(("de",))).feed(TALK)
    call.end()
    call.seen.clear()
    assert arrays_in(call.call._script) != []
    assert max(arrays_in(call.call._script)) < 10


def spoken_in(call: object) -> list[Spoken]:
    """Return the utterances with sound that a call refers to."""
    return [one for one in kept_by(call) if isinstance(one, Spoken)]


def arrays_in(script: object) -> list[int]:
    """Return how many numbers there are in each array that is referred to."""
    return [one.size for one in kept_by(script) if isinstance(one, np.ndarray)]
