"""The scheduler's threads: what runs together, what is dropped before it costs, what an error reaches, how it ends."""

import logging
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import NoneType
from typing import Any

import pytest

from stimmung.models.scheduler import Runner, Scheduler
from stimmung.models.scheduling import Job, Priority, SchedulerOptions
from stimmung.speech.errors import Overloaded, Shed

SOON = 10.0  # s after which a test that hangs has failed
URGENT, FINAL, PARTIAL, RECORD = Priority
OPTIONS = SchedulerOptions(lanes=1, capacity=10, batch_window=0.0, queue_jobs=4)


class Clock:
    """Time that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Ear:
    """A runner that notes its batches and, for the payload "hold", lets its lane wait until the test says `go`."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.holding = threading.Semaphore(0)
        self.go = threading.Event()

    def __call__(self, payloads: Sequence[Any]) -> list[str]:
        self.batches.append(list(payloads))
        if "hold" in payloads:
            self.holding.release()
            assert self.go.wait(SOON)
        if "fail" in payloads:
            raise RuntimeError("out of memory")
        return [f"heard {payload}" for payload in payloads]


def job(payload: str, priority: Priority = FINAL, call: str = "a", kind: str = "hear", **fields: Any) -> Job:
    """Return a second of sound that arrived at 100.0, where nothing else is said."""
    return replace(Job(call, kind, priority, payload, seconds=1.0, arrived=100.0, deadline=101.0), **fields)


@contextmanager
def running(
    ear: Runner, options: SchedulerOptions = OPTIONS, clock: Callable[[], float] | None = None
) -> Iterator[Scheduler]:
    """A scheduler that is warm, with the calls a, b and c."""
    scheduler = Scheduler({"hear": ear, "judge": ear}, options, clock or Clock())
    scheduler.start(lambda: None).result(SOON)
    for call in ("a", "b", "c"):
        scheduler.admit(call)
    try:
        yield scheduler
    finally:
        if isinstance(ear, Ear):
            ear.go.set()
        for call in ("a", "b", "c"):
            scheduler.leave(call)
        scheduler.stop(SOON)


@contextmanager
def busy(
    options: SchedulerOptions = OPTIONS, clock: Callable[[], float] | None = None
) -> Iterator[tuple[Scheduler, Ear]]:
    """A scheduler whose one lane is held until the test lets it `go`."""
    ear = Ear()
    with running(ear, options, clock) as scheduler:
        scheduler.submit(job("hold", URGENT, call="c"))
        assert ear.holding.acquire(timeout=SOON)
        yield scheduler, ear


def test_a_result_comes_back_to_who_asked() -> None:
    with running(Ear()) as scheduler:
        assert scheduler.submit(job("one")).result(SOON) == "heard one"


def test_jobs_of_several_calls_share_a_batch_and_each_gets_its_own_result() -> None:
    with busy() as (scheduler, ear):
        answers = [scheduler.submit(job(name, call=name)) for name in ("a", "b")]
        ear.go.set()
        assert [answer.result(SOON) for answer in answers] == ["heard a", "heard b"]
        assert ear.batches == [["hold"], ["a", "b"]]


def test_the_distressed_caller_overtakes() -> None:
    with busy(replace(OPTIONS, max_batch=1)) as (scheduler, ear):
        answers = [scheduler.submit(job("calm")), scheduler.submit(job("distressed", URGENT, call="b"))]
        ear.go.set()
        wait(answers, SOON)
        assert ear.batches == [["hold"], ["distressed"], ["calm"]]


def test_a_caller_who_becomes_distressed_moves_up_with_what_waits() -> None:
    with busy(replace(OPTIONS, max_batch=1)) as (scheduler, ear):
        answers = [scheduler.submit(job("calm")), scheduler.submit(job("turned", call="b"))]
        scheduler.promote("b", URGENT)
        ear.go.set()
        wait(answers, SOON)
        assert ear.batches == [["hold"], ["turned"], ["calm"]]


def test_kinds_do_not_mix() -> None:
    with busy() as (scheduler, ear):
        answers = [scheduler.submit(job("sound")), scheduler.submit(job("words", kind="judge"))]
        ear.go.set()
        wait(answers, SOON)
        assert ear.batches == [["hold"], ["sound"], ["words"]]


def test_two_lanes_run_two_batches_side_by_side() -> None:
    ear = Ear()
    with running(ear, replace(OPTIONS, lanes=2, max_batch=1)) as scheduler:
        answers = [scheduler.submit(job("hold")), scheduler.submit(job("hold"))]
        assert ear.holding.acquire(timeout=SOON)
        assert ear.holding.acquire(timeout=SOON)
        assert scheduler.metrics().running == 2
        ear.go.set()
        wait(answers, SOON)


def test_one_of_two_lanes_is_kept_from_partials_and_records() -> None:
    ear = Ear()
    with running(ear, replace(OPTIONS, lanes=2)) as scheduler:
        held = scheduler.submit(job("hold", PARTIAL))
        assert ear.holding.acquire(timeout=SOON)
        record = scheduler.submit(job("record", RECORD))
        assert scheduler.submit(job("final", kind="judge")).result(SOON) == "heard final"
        assert not record.done()
        ear.go.set()
        wait([held, record], SOON)
        assert ear.batches == [["hold"], ["final"], ["record"]]
        assert scheduler.submit(job("again", RECORD)).result(SOON) == "heard again"


def test_overdue_finals_and_callers_in_distress_take_turns() -> None:
    clock = Clock()
    with busy(replace(OPTIONS, max_batch=1), clock) as (scheduler, ear):
        calm = [scheduler.submit(job(f"calm {number}")) for number in range(2)]
        clock.now += OPTIONS.age_bound
        fresh = [scheduler.submit(job(f"fresh {number}", URGENT, arrived=clock.now)) for number in range(2)]
        ear.go.set()
        wait([*calm, *fresh], SOON)
        assert ear.batches[1:] == [["calm 0"], ["fresh 0"], ["calm 1"], ["fresh 1"]]


def test_a_cancelled_job_costs_nothing() -> None:
    with busy() as (scheduler, ear):
        unwanted, wanted = scheduler.submit(job("unwanted")), scheduler.submit(job("wanted"))
        assert unwanted.cancel()
        ear.go.set()
        assert wanted.result(SOON) == "heard wanted"
        assert ear.batches == [["hold"], ["wanted"]]
        assert wait([unwanted], SOON).done
        assert scheduler.metrics().cancelled[FINAL] == 1


def test_what_waits_for_a_call_that_leaves_is_cancelled() -> None:
    with busy() as (scheduler, ear):
        gone, other = scheduler.submit(job("gone", call="a")), scheduler.submit(job("other", call="b"))
        scheduler.leave("a")
        ear.go.set()
        with pytest.raises(CancelledError):
            gone.result(SOON)
        assert other.result(SOON) == "heard other"
        assert ear.batches == [["hold"], ["other"]]


def test_a_call_without_a_place_is_not_worked_for() -> None:
    with running(Ear()) as scheduler:
        scheduler.leave("a")
        with pytest.raises(Shed, match="no place"):
            scheduler.submit(job("late")).result(SOON)


def test_an_error_reaches_its_batch_alone_and_the_lane_lives_on() -> None:
    with busy(replace(OPTIONS, max_batch=2)) as (scheduler, ear):
        answers = [scheduler.submit(job(name)) for name in ("fail", "beside", "after")]
        ear.go.set()
        for answer in answers[:2]:
            with pytest.raises(RuntimeError, match="out of memory"):
                answer.result(SOON)
        assert answers[2].result(SOON) == "heard after"
        assert scheduler.metrics().failed[FINAL] == 2


def test_a_runner_that_loses_a_result_is_found_out() -> None:
    with (
        running(lambda payloads: []) as scheduler,
        pytest.raises(ValueError, match=r"'hear' gave 0 results for 1 jobs"),
    ):
        scheduler.submit(job("one")).result(SOON)


def test_a_full_queue_refuses_at_once_and_says_when_to_come_again() -> None:
    clock = Clock()
    with busy(clock=clock) as (scheduler, _):
        for number in range(4):
            scheduler.submit(job(str(number)))
        clock.now += 3.0
        with pytest.raises(Overloaded, match="4 jobs are waiting") as refusal:
            scheduler.submit(job("one too many"))
        assert refusal.value.retry_after == 3.0
        assert scheduler.metrics().refused == {"jobs": 1}


def test_a_final_takes_the_place_of_what_is_worth_less() -> None:
    with busy() as (scheduler, _):
        waiting = [
            scheduler.submit(job("record", RECORD)),
            scheduler.submit(job("distressed words", PARTIAL, call="b", calm=False)),
            scheduler.submit(job("calm words", PARTIAL)),
            scheduler.submit(job("final")),
        ]
        for place, fell in enumerate((2, 1, 0)):
            scheduler.submit(job(f"more {place}"))
            with pytest.raises(Shed, match="queue was full"):
                waiting[fell].result(0)
        assert not waiting[3].done()
        with pytest.raises(Overloaded):
            scheduler.submit(job("nothing left to give up"))
        assert scheduler.metrics().shed == {URGENT: 0, FINAL: 0, PARTIAL: 2, RECORD: 1}


def test_a_queue_full_of_the_calm_still_takes_the_distressed() -> None:
    with busy() as (scheduler, _):
        for number in range(4):
            scheduler.submit(job(str(number)))
        for number in range(4):
            scheduler.submit(job(str(number), URGENT))
        with pytest.raises(Overloaded):
            scheduler.submit(job("one too many", URGENT))


def test_places_of_cancelled_jobs_are_free_again() -> None:
    with busy() as (scheduler, _):
        for answer in [scheduler.submit(job(str(number))) for number in range(4)]:
            answer.cancel()
        assert not scheduler.submit(job("one more")).done()


def test_words_out_of_date_are_given_up() -> None:
    clock = Clock()
    with busy(clock=clock) as (scheduler, _):
        stale = scheduler.submit(job("words so far", PARTIAL))
        clock.now += OPTIONS.partial_patience
        scheduler.submit(job("anything that wakes the scheduler"))
        with pytest.raises(Shed, match="waited for too long"):
            stale.result(SOON)


def test_calls_past_capacity_are_refused_until_one_leaves() -> None:
    clock = Clock()
    with running(Ear(), replace(OPTIONS, capacity=4), clock) as scheduler:
        scheduler.admit("d")
        scheduler.admit("d")  # once more is no more
        with pytest.raises(Overloaded, match="all 4 places for calls are taken; try again in 30 s"):
            scheduler.admit("e")
        clock.now += 80.0
        scheduler.leave("d")
        scheduler.admit("e")
        with pytest.raises(Overloaded, match="try again in 20 s"):  # calls last 80 s, and there are four of them
            scheduler.admit("f")
        assert scheduler.metrics().refused == {"calls": 2}
        scheduler.leave("e")


def test_nothing_runs_before_the_warm_up_and_it_runs_on_a_lane() -> None:
    ear, warm, where = Ear(), threading.Event(), list[str]()

    def warm_up() -> None:
        where.append(threading.current_thread().name)
        assert warm.wait(SOON)

    scheduler = Scheduler({"hear": ear}, OPTIONS, Clock())
    scheduler.admit("a")
    started = scheduler.start(warm_up)
    early = scheduler.submit(job("early"))
    assert not scheduler.ready()
    assert ear.batches == []
    warm.set()
    started.result(SOON)
    assert early.result(SOON) == "heard early"
    assert scheduler.ready()
    assert where[0].startswith("lane")
    scheduler.leave("a")
    scheduler.stop(SOON)


def test_a_failed_warm_up_is_told_and_nothing_runs(caplog: pytest.LogCaptureFixture) -> None:
    def warm_up() -> None:
        raise RuntimeError("no device")

    scheduler = Scheduler({"hear": Ear()}, OPTIONS, Clock())
    with caplog.at_level(logging.ERROR), pytest.raises(RuntimeError, match="no device"):
        scheduler.start(warm_up).result(SOON)
    scheduler.admit("a")
    waiting = scheduler.submit(job("never"))
    scheduler.stop(0.0)
    assert not scheduler.ready()
    assert "warm-up failed" in caplog.text
    with pytest.raises(Shed):
        waiting.result(0)


def test_stopping_computes_what_waits_and_takes_no_new_call() -> None:
    with busy() as (scheduler, ear):
        last = scheduler.submit(job("last words"))
        stopping = threading.Thread(target=scheduler.stop, args=(SOON,))
        stopping.start()
        while scheduler.ready():
            pass
        with pytest.raises(Overloaded, match="stopping"):
            scheduler.admit("d")
        ear.go.set()
        assert last.result(SOON) == "heard last words"
        stopping.join(0.05)
        assert stopping.is_alive()
        follow_up = scheduler.submit(job("judged", kind="judge"))  # calls that are there may finish
        assert follow_up.result(SOON) == "heard judged"
        for call in ("a", "b", "c"):
            scheduler.leave(call)
        stopping.join(SOON)
        assert not stopping.is_alive()


def test_stopping_has_a_time_limit_and_what_runs_still_answers() -> None:
    ear = Ear()
    with running(ear) as scheduler:
        held = scheduler.submit(job("hold"))
        assert ear.holding.acquire(timeout=SOON)
        waits = scheduler.submit(job("waits"))
        scheduler.stop(0.01)
        with pytest.raises(Shed, match="server stops"):
            waits.result(0)
        assert not held.done()
        ear.go.set()
        assert held.result(SOON) == "heard hold"
        with pytest.raises(Shed):
            scheduler.submit(job("too late")).result(0)


def test_an_unknown_kind_is_refused_by_name() -> None:
    with running(Ear()) as scheduler, pytest.raises(ValueError, match="no runner for 'sing', only for hear, judge"):
        scheduler.submit(job("one", kind="sing"))


def test_whatever_calls_do_every_answer_comes_to_an_end() -> None:
    """Calls come, leave, change their minds and their distress, runners fail, the queue is short: nothing hangs."""
    options = replace(OPTIONS, lanes=2, queue_jobs=20, capacity=3)
    answers: list[Future[Any]] = []

    def live(scheduler: Scheduler, call: str) -> None:
        chance = random.Random(call)
        for number in range(300):
            payload = "fail" if chance.random() < 0.05 else f"{call}{number}"
            wanted = job(payload, chance.choice(list(Priority)), call, chance.choice(["hear", "judge"]))
            with suppress(Overloaded):
                answers.append(scheduler.submit(wanted))
                if chance.random() < 0.2:
                    answers[-1].cancel()
            if chance.random() < 0.1:
                scheduler.promote(call, chance.choice([URGENT, FINAL]))
            if chance.random() < 0.02:
                scheduler.leave(call)
                scheduler.admit(call)

    with running(Ear(), options) as scheduler:
        threads = [threading.Thread(target=live, args=(scheduler, call)) for call in ("a", "b", "c")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SOON)
        assert not wait(answers, SOON).not_done
        told = scheduler.metrics()
        assert sum(told.depth.values()) == told.running == 0
        ended = (told.done, told.failed, told.shed, told.cancelled)
        assert sum(sum(counts.values()) for counts in ended) == len(answers)
    assert {type(answer.exception()) for answer in answers if not answer.cancelled()} <= {RuntimeError, Shed, NoneType}


def test_many_threads_get_every_answer_once() -> None:
    with running(Ear(), replace(OPTIONS, lanes=2, queue_jobs=10_000)) as scheduler:
        answers: list[Future[Any]] = []

        def submit(call: str) -> None:
            answers.extend(
                scheduler.submit(job(f"{call}{number}", Priority(number % 2), call)) for number in range(200)
            )

        threads = [threading.Thread(target=submit, args=(call,)) for call in ("a", "b", "c")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SOON)
        heard = {answer.result(SOON) for answer in answers}
        assert heard == {f"heard {call}{number}" for call in "abc" for number in range(200)}
        assert scheduler.metrics().done == {URGENT: 300, FINAL: 300, PARTIAL: 0, RECORD: 0}
