"""One call's work at the scheduler: handed out with the time its sound came, brought back, tried again if need be.

Lives on the event loop. What is final is never given up while the call lives; words so far and records may be.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from stimmung.api.call_steps import Landed
from stimmung.api.live_parts import Task, Urgency, Work
from stimmung.models.scheduling import Job, Priority
from stimmung.speech.errors import Overloaded, Shed

PRIORITIES: Final[Mapping[Urgency, Priority]] = {
    "urgent": Priority.URGENT,
    "final": Priority.FINAL,
    "partial": Priority.PARTIAL,
    "record": Priority.RECORD,
}
DUE_SECONDS = 1.0  # after its sound came a final is due; the aim for the slowest of twenty (benchmarks/live.py)
BEHIND_SECONDS = 60.0  # that words may be behind the sound; then no more is listened to: who sends too fast is slowed
RECORDS_SECONDS = 240.0  # of sound that may be out for the record, which waits behind everything
ATTEMPTS = 3  # at work that fails or is given up, such as in one batch with a call that makes it fail

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Errand:
    task: Task
    job: Job
    attempts: int = 0


class Errands:
    """The work of one call that is out, and what could not be handed out yet."""

    def __init__(self, call_id: str, work: Work, landed: Callable[[Landed], None]) -> None:
        self._call_id = call_id
        self._work = work
        self._landed = landed
        self._out: dict[asyncio.Future[Any], _Errand] = {}  # Any: results, which only the call reads
        self._held: deque[_Errand] = deque()

    def __len__(self) -> int:
        return len(self._out) + len(self._held)

    @property
    def hears_partials(self) -> bool:
        """Whether words so far are being heard, or wait for it."""
        return any(errand.job.priority is Priority.PARTIAL for errand in self._out.values())

    def is_too_much(self, heard: float) -> bool:
        """Say whether the call's sound should wait, of which `heard` seconds were listened to."""
        behind = records = 0.0
        for errand in (*self._out.values(), *self._held):
            if errand.job.priority is Priority.RECORD:
                records += errand.job.seconds
            elif errand.job.priority is not Priority.PARTIAL:
                behind = max(behind, heard - errand.task.ended)
        return behind >= BEHIND_SECONDS or records >= RECORDS_SECONDS

    def send(self, task: Task, arrived: float) -> None:
        """Hand out a task whose sound had come by `arrived` (s, the scheduler's clock)."""
        job = Job(
            call_id=self._call_id,
            kind=task.kind,
            priority=PRIORITIES[task.urgency],
            payload=task.payload,
            seconds=task.seconds,
            arrived=arrived,
            deadline=arrived + DUE_SECONDS,
            calm=task.calm,
        )
        self._submit(_Errand(task, job))

    def try_again(self) -> None:
        """Hand out what the scheduler did not take before, in the same order."""
        held, self._held = self._held, deque()
        for errand in held:
            self._submit(errand)

    def give_up(self) -> tuple[Task, ...]:
        """Want nothing any more; return the tasks that have no result."""
        errands = [*self._out.values(), *self._held]
        out, self._out = self._out, {}
        self._held.clear()
        for future in out:
            future.cancel()
        return tuple(errand.task for errand in errands)

    def _submit(self, errand: _Errand) -> None:
        try:
            answer: Future[Any] = self._work.submit(errand.job)
        except Overloaded:
            self._put_off(errand, "no place in the queue")
            return
        future = asyncio.wrap_future(answer)
        self._out[future] = errand
        future.add_done_callback(partial(self._came_back, errand))

    def _came_back(self, errand: _Errand, future: asyncio.Future[Any]) -> None:
        error = None if future.cancelled() else future.exception()
        if self._out.pop(future, None) is None:  # given up
            return
        if future.cancelled() or isinstance(error, Shed):
            self._put_off(errand, "given up for more urgent work")
        elif error is not None:
            self._failed(errand, error)
        else:
            self._landed(Landed(errand.task, future.result()))

    def _put_off(self, errand: _Errand, why: str) -> None:
        """Keep what is final for another attempt; let the call know of the rest that it has no result."""
        if errand.job.priority in (Priority.URGENT, Priority.FINAL):
            self._held.append(errand)
        else:
            self._landed(Landed(errand.task, why=why))

    def _failed(self, errand: _Errand, error: BaseException) -> None:
        errand.attempts += 1
        name = type(error).__name__  # its text may hold a caller's words
        logger.error("call %s: %s failed with %s", self._call_id, errand.job.kind, name)
        if errand.attempts < ATTEMPTS:
            self._held.append(errand)
        else:
            self._landed(Landed(errand.task, why="it could not be computed"))
