"""Runs the work of all calls on the lanes of one machine, in batches across calls, in the order of `scheduling`.

A lane is a thread that owns a device (or one worker of a device) while a batch runs; one more thread does the choosing.
A job is dropped before it costs anything when its future is cancelled or its call has left.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from stimmung.models.admission import Admission
from stimmung.models.scheduler_metrics import Meter, Now, SchedulerMetrics
from stimmung.models.scheduling import (
    Choice,
    Job,
    Lanes,
    Priority,
    SchedulerOptions,
    Waiting,
    choose,
    displaced,
    expired,
    is_full,
    moved,
)
from stimmung.speech.errors import Overloaded, Shed

LONGEST_WAIT = 60.0  # s that the choosing thread sleeps at most; a condition takes no infinite time
AGAIN_AT_LEAST = 1.0  # s that a refused job is told to wait
STOPPING_RETRY = 30.0  # s in which another process may have taken over

# Any: payloads and results are the business of the runners and of who submits
Runner = Callable[[Sequence[Any]], Sequence[Any]]
Answer = Future[Any]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    jobs: tuple[Job, ...]
    answers: tuple[Answer, ...]
    started: float
    low: bool  # partials or records


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """What the choosing thread does next, outside the lock."""

    given_up: tuple[Answer, ...]
    batch: _Batch | None


class Scheduler:
    """Takes jobs of many calls from any thread, answers each with a future. A runner takes and returns whole batches.

    An exception of a runner reaches the futures of its batch and nobody else's. Payloads are held until they ran.
    """

    def __init__(
        self,
        runners: Mapping[str, Runner],
        options: SchedulerOptions | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runners = dict(runners)
        self._options = options or SchedulerOptions()
        self._clock = clock
        self._changed = threading.Condition()  # guards everything below
        self._waiting: list[Waiting] = []
        self._answers: dict[int, Answer] = {}  # by number
        self._submitted = 0
        self._lanes = Lanes(free=0)  # none before the warm-up
        self._running = 0
        self._warm = self._draining = self._closed = False
        self._admission = Admission(self._options.capacity)
        self._meter = Meter()
        self._pool = ThreadPoolExecutor(self._options.lanes, thread_name_prefix="lane")
        self._chooser = threading.Thread(target=self._work, name="scheduler", daemon=True)

    def start(self, warm_up: Callable[[], None]) -> Future[None]:
        """Warm up on a lane, and take work from then on; jobs submitted before wait.

        The future tells when that is so, or what the warm-up raised: then nothing will ever run.
        """
        self._chooser.start()
        warming = self._pool.submit(warm_up)
        warming.add_done_callback(self._warmed)
        return warming

    def ready(self) -> bool:
        """Say whether new calls make sense: warmed up, and not stopping."""
        with self._changed:
            return self._warm and not self._draining

    def stop(self, wait: float) -> None:
        """Refuse new calls, go on until every call has left and all is computed, for `wait` seconds at most.

        What still waits then is shed; a batch that still runs ends by itself and answers.
        """
        with self._changed:
            self._draining = True
            idle = self._changed.wait_for(self._idle, wait)
            self._closed = True
            rest = self._give_up(self._waiting)
            self._changed.notify_all()
        _shed(rest, "the server stops")
        if self._chooser.is_alive():
            self._chooser.join()  # first, since it may be about to launch a batch
        self._pool.shutdown(wait=idle)

    def admit(self, call_id: str) -> None:
        """Give a call its place; raise Overloaded past capacity."""
        with self._changed:
            if self._draining:
                self._meter.refused("stopping")
                raise Overloaded("the server is stopping", STOPPING_RETRY)
            try:
                self._admission.admit(call_id, self._clock())
            except Overloaded:
                self._meter.refused("calls")
                raise

    def leave(self, call_id: str) -> None:
        """Free the call's place and cancel what waits for it; what runs already runs on."""
        with self._changed:
            self._admission.leave(call_id, self._clock())
            gone = [self._answers[one.number] for one in self._waiting if one.job.call_id == call_id]
            self._changed.notify_all()
        for answer in gone:
            answer.cancel()

    def submit(self, job: Job) -> Answer:
        """Queue a job. The future may end with Shed: the job was given up, or its call has left.

        Raises Overloaded where the queue is full and holds nothing that is worth less than this job.
        """
        if job.kind not in self._runners:
            raise ValueError(f"no runner for {job.kind!r}, only for {', '.join(sorted(self._runners))}")
        answer: Answer = Future()
        with self._changed:
            if self._closed or job.call_id not in self._admission.calls:
                given_up = [answer]
                self._meter.cancelled(job)
            else:
                given_up = self._make_room(job)
                self._submitted += 1
                self._waiting.append(Waiting(job, self._submitted, self._clock()))
                self._answers[self._submitted] = answer
                self._changed.notify_all()
        _shed(given_up, "its call has no place" if answer in given_up else "the queue was full")
        return answer

    def promote(self, call_id: str, priority: Priority) -> None:
        """Move the queued finals of a call: URGENT when its caller became distressed, FINAL when calm again.

        Its partials are from now on given up after (or with) those of calm callers.
        """
        with self._changed:
            self._waiting = [moved(one, call_id, priority) for one in self._waiting]
            self._changed.notify_all()

    def metrics(self) -> SchedulerMetrics:
        """Return the queue, the counters and the recent lags."""
        with self._changed:
            self._drop_cancelled()
            held = (self._options.lanes, len(self._admission.calls), self._options.capacity)
            return self._meter.read(Now(self._clock(), self._waiting, self._running, *held))

    def _work(self) -> None:
        while (step := self._next()) is not None:
            _shed(step.given_up, "it waited for too long")
            if step.batch is not None:
                self._launch(step.batch)

    def _next(self) -> _Step | None:
        """Wait for something to do; None when there will be nothing more."""
        with self._changed:
            while not self._closed:
                now = self._clock()
                self._drop_cancelled()
                given_up = tuple(self._give_up(expired(self._waiting, now, self._options)))
                choice = choose(self._waiting, self._lanes, now, self._options)
                if given_up or choice.batch:
                    return _Step(given_up, self._take(choice, now))
                self._changed.wait(min(choice.wake - now, LONGEST_WAIT))
            return None

    def _take(self, choice: Choice, now: float) -> _Batch | None:
        """Move jobs from the queue to a lane, less those that were cancelled at the last moment."""
        pairs = [(one.job, self._answers[one.number]) for one in choice.batch]
        self._remove(choice.batch)
        jobs, answers = [], []
        for job, answer in pairs:
            if answer.set_running_or_notify_cancel():
                jobs.append(job)
                answers.append(answer)
            else:
                self._meter.cancelled(job)
        if not jobs:
            return None
        self._lanes = Lanes(self._lanes.free - 1, self._lanes.low + choice.low, choice.urgent_led)
        self._running += 1
        self._meter.started(jobs)
        return _Batch(tuple(jobs), tuple(answers), now, choice.low)

    def _launch(self, batch: _Batch) -> None:
        runner = self._runners[batch.jobs[0].kind]
        results = self._pool.submit(_run, runner, batch)
        results.add_done_callback(partial(self._ended, batch))

    def _ended(self, batch: _Batch, results: Future[list[Any]]) -> None:
        error = results.exception()
        with self._changed:
            self._lanes = Lanes(self._lanes.free + 1, self._lanes.low - batch.low, self._lanes.urgent_led)
            self._running -= 1
            self._meter.ended(batch.jobs, batch.started, self._clock(), failed=error is not None)
            self._changed.notify_all()
        if error is not None:
            for answer in batch.answers:
                answer.set_exception(error)
            return
        for answer, result in zip(batch.answers, results.result(), strict=True):
            answer.set_result(result)

    def _warmed(self, warming: Future[None]) -> None:
        if warming.cancelled():
            return
        error = warming.exception()
        if error is not None:
            logger.error("warm-up failed, nothing will run", exc_info=error)
            return
        with self._changed:
            self._warm = True
            self._lanes = Lanes(free=self._options.lanes)
            self._changed.notify_all()

    def _idle(self) -> bool:
        return not (self._running or self._admission.calls)  # what waits, waits for a call that has its place

    def _make_room(self, job: Job) -> list[Answer]:
        """Give up what is worth less than `job` where the queue is full; raise Overloaded where nothing is."""
        if len(self._waiting) < self._options.queue_jobs:
            return []
        self._drop_cancelled()
        if len(self._waiting) < self._options.queue_jobs:
            return []
        victim = displaced(self._waiting, job)
        if victim is not None:
            return self._give_up([victim])
        if is_full(self._waiting, job, self._options):
            self._meter.refused("jobs")
            oldest = self._clock() - min(one.queued for one in self._waiting)
            raise Overloaded(f"{len(self._waiting)} jobs are waiting already", max(oldest, AGAIN_AT_LEAST))
        return []

    def _give_up(self, given_up: Sequence[Waiting]) -> list[Answer]:
        answers = [self._answers[one.number] for one in given_up]
        for one in given_up:
            self._meter.shed(one.job)
        self._remove(given_up)
        return answers

    def _drop_cancelled(self) -> None:
        gone = [one for one in self._waiting if self._answers[one.number].cancelled()]
        for one in gone:
            self._answers[one.number].set_running_or_notify_cancel()  # tells those who wait for several futures
            self._meter.cancelled(one.job)
        self._remove(gone)

    def _remove(self, gone: Sequence[Waiting]) -> None:
        if not gone:
            return
        numbers = {one.number for one in gone}
        self._waiting = [one for one in self._waiting if one.number not in numbers]
        for number in numbers:
            del self._answers[number]


def _run(runner: Runner, batch: _Batch) -> list[Any]:
    results = list(runner([job.payload for job in batch.jobs]))
    if len(results) != len(batch.jobs):
        kind = batch.jobs[0].kind
        raise ValueError(f"the runner of {kind!r} gave {len(results)} results for {len(batch.jobs)} jobs")
    return results


def _shed(answers: Sequence[Answer], why: str) -> None:
    """Tell those who wait that their jobs were given up; never under the lock, since they may act on it at once."""
    for answer in answers:
        if answer.set_running_or_notify_cancel():
            answer.set_exception(Shed(f"given up: {why}"))
