"""Runs one call's steps on shared threads, one at a time, and its errands at the scheduler. Lives on the event loop.

Sound is gathered until it is worth a hop to a thread; everything else starts the next step at once.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from stimmung.api.call_steps import Batch, CallSteps, Landed, Outcome
from stimmung.api.errands import Errands
from stimmung.api.inbox import Inbox
from stimmung.api.keepers import CallKeeper
from stimmung.api.live_parts import Call, Work
from stimmung.api.schemas import Order, StartRequest
from stimmung.calls.live_events import Ended
from stimmung.calls.records import CallAnalysis
from stimmung.speech.records import Consent

SHORTEST_WAIT = 0.001  # s; clocks differ by their steps

Answered = TypeVar("Answered")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What a worker works with: the scheduler, the threads for steps, the clock (s) of both, what keeps the call."""

    work: Work
    threads: Executor
    clock: Callable[[], float]
    keeper: CallKeeper | None = None


@dataclass(frozen=True, slots=True)
class Hooks:
    """Whom a worker tells: what each step brought, and that a mistake of ours has lost the call."""

    took: Callable[[Outcome], None]
    broke: Callable[[], None]


class CallWorker:
    """Does the work of one call from `begin` until it has ended."""

    def __init__(self, request: StartRequest, call: Call, means: Means, hooks: Hooks) -> None:
        self._call_id = request.call_id
        self._means, self._hooks = means, hooks
        self._inbox = Inbox(request.wire)
        self._steps = CallSteps(call, request.wire, means.keeper)
        self._errands = Errands(request.call_id, means.work, self._land)
        self._landed: list[Landed] = []
        self._no: Consent | None = None
        self._partial = self._measure = self._abandon = False
        self._rewinds: list[asyncio.Future[int]] = []
        self._reports: list[asyncio.Future[CallAnalysis | None]] = []
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._over = self._rescued = False
        self._running: asyncio.Task[None] | None = None
        self.room = asyncio.Event()  # more sound may be read
        self.room.set()

    @property
    def seconds(self) -> float:
        """How much sound was listened to: the call's time."""
        return self._steps.seconds

    @property
    def samples(self) -> int:
        """The same in samples of the wire's rate."""
        return self._steps.samples

    @property
    def behind(self) -> float:
        """About how much sound (s) came and was not listened to."""
        return self._inbox.seconds

    @property
    def waiting(self) -> int:
        """How much work is out."""
        return len(self._errands)

    def arrived(self, time: float) -> float | None:
        """Return when the sound at `time` (s in the call) arrived, by the clock; None before any."""
        return self._steps.arrived.at(time)

    def begin(self) -> None:
        """Start to work."""
        self._running = asyncio.create_task(self._work())
        self._running.add_done_callback(self._stopped)

    def put_sound(self, data: bytes) -> None:
        """Take a message of sound that arrived now."""
        now = self._means.clock()
        self._inbox.put_sound(data, now)
        self._update_room()
        if self._inbox.due_in(now) == 0.0:
            self._wake.set()
        else:
            self._set_alarm()

    def put(self, order: Order) -> None:
        """Take an order, to be carried out after the sound before it."""
        self._inbox.put(order)
        self._wake.set()

    def refuse(self, value: Consent) -> None:
        """Let the call know of a refusal or withdrawal, before everything that waits."""
        self._inbox.drop_consents()
        self._no = "withdrawn" if "withdrawn" in (value, self._no) else value
        self._wake.set()

    def ask_partial(self) -> None:
        """Have the words so far, unless they are being heard."""
        if not self._errands.hears_partials:
            self._partial = True
            self._wake.set()

    def measure(self) -> None:
        """Have the metrics and the callers with the next step."""
        self._measure = True
        self._wake.set()

    def abandon(self) -> None:
        """End the call with the next step, whatever is not done."""
        self._abandon = True
        self._wake.set()

    def try_again(self) -> None:
        """Hand out the work that the scheduler did not take."""
        self._errands.try_again()

    async def rewind(self) -> int:
        """Forget sound that was not listened to; return how many samples were."""
        self._inbox.drop_sound()
        self._update_room()
        return await self._ask(self._rewinds)

    async def report(self) -> CallAnalysis | None:
        """Return what is known of the call by now; None where that is lost."""
        return await self._ask(self._reports)

    async def close(self) -> None:
        """Stop at once, without an end of the call."""
        self._over = True
        self._errands.give_up()
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
        self._steps.forget()

    async def _ask(self, questions: list[asyncio.Future[Answered]]) -> Answered:
        answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        questions.append(answer)
        self._wake.set()
        return await answer

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._over:
            batch = self._next()
            if batch is None:
                self._set_alarm()
                await self._wake.wait()
                self._wake.clear()
                continue
            rewinds, reports = list(self._rewinds), list(self._reports)
            outcome = await loop.run_in_executor(self._means.threads, self._steps.run, batch)
            self._take(outcome)
            _answer(self._rewinds, rewinds, self._steps.samples)
            _answer(self._reports, reports, outcome.analysis)

    def _next(self) -> Batch | None:
        """Return what the next step deals with; None where nothing is worth one."""
        wanted = (self._no, self._partial, self._measure, self._abandon, self._landed, self._rewinds, self._reports)
        asked = any(wanted)
        if not asked and self._inbox.due_in(self._means.clock()) != 0.0:
            return None
        items = self._inbox.take(paused=self._errands.is_too_much(self._steps.seconds))
        self._update_room()
        if not asked and not items:
            return None
        batch = Batch(
            no=self._no,
            landed=tuple(self._landed),
            items=tuple(items),
            rewind=bool(self._rewinds),
            abandon=self._errands.give_up() if self._abandon else None,
            partial=self._partial,
            measure=self._measure,
            report=bool(self._reports),
        )
        self._no = None
        self._partial = self._measure = self._abandon = False
        self._landed = []
        return batch

    def _take(self, outcome: Outcome) -> None:
        self._over = any(isinstance(one, Ended) for one in outcome.told)
        if self._over:
            self._errands.give_up()
            self._steps.release()
        else:
            now = self._means.clock()
            for task in outcome.tasks:
                arrived = self._steps.arrived.at(task.ended)
                self._errands.send(task, now if arrived is None else arrived)
        self._hooks.took(outcome)

    def _land(self, landed: Landed) -> None:
        self._landed.append(landed)
        self._wake.set()

    def _set_alarm(self) -> None:
        """See to it that a little sound is dealt with in time; more than that waits for work to come back."""
        due = self._inbox.due_in(self._means.clock())
        if due and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(max(due, SHORTEST_WAIT), self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._wake.set()

    def _update_room(self) -> None:
        if self._inbox.is_full:
            self.room.clear()
        else:
            self.room.set()

    def _stopped(self, task: asyncio.Task[None]) -> None:
        """After a mistake of ours, end the call with what is known; after another, give it up."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            logger.error("call %s: %s at %s", self._call_id, type(error).__name__, _where(error))
        if error is not None and not self._rescued:
            self._rescued = self._abandon = True
            self.begin()
            return
        _answer(self._rewinds, list(self._rewinds), self._steps.samples)
        _answer(self._reports, list(self._reports), None)
        if error is not None:
            self._over = True
            self._errands.give_up()
            self._steps.forget()
            self._steps.release()
            self._hooks.broke()


def _answer(asked: list[asyncio.Future[Answered]], now: list[asyncio.Future[Answered]], answer: Answered) -> None:
    """Answer those who asked before the step."""
    for question in now:
        asked.remove(question)
        if not question.done():
            question.set_result(answer)


def _where(error: BaseException) -> str:
    """Return the places that an error went through, not its text, which may hold a caller's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
