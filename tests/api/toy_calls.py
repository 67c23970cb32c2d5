"""A call, a scheduler and what surrounds them, small enough to see through: sessions are tested with these."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from stimmung.api.board import BoardEntry
from stimmung.api.schemas import StartRequest
from stimmung.api.session import SessionParts
from stimmung.api.session_options import SessionOptions
from stimmung.api.sessions import SessionRegistry
from stimmung.calls.live_events import (
    DistressChanged,
    Ended,
    LiveEvent,
    PartialHeard,
    UtteranceFinal,
    Warned,
    Withdrawn,
)
from stimmung.calls.policy import Party, report_policy
from stimmung.calls.records import CallAnalysis, CallerDistress, Deployment, Metrics
from stimmung.calls.redaction.records import Original
from stimmung.models.scheduling import Job, Priority
from stimmung.speech.errors import CallInfoError, Overloaded, Shed
from stimmung.speech.records import Consent, DistressScore, DistressState, Reason, Samples, Utterance

UTTERANCE_SECONDS = 1.0  # of sound, whatever it is, make an utterance


class ToyClock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds


@dataclass(frozen=True, slots=True)
class ToyTask:
    """A task of `ToyCall`; its payload is the number of the utterance, 0 for the last judgement."""

    token: int
    kind: str
    urgency: Any  # Any: one of the four words
    ended: float
    payload: int
    calm: bool = True
    seconds: float = UTTERANCE_SECONDS


def utterance(number: int, text: str, start: float = 0.0) -> Utterance:
    """Return an utterance of a customer that was judged."""
    distress = DistressScore(0.9, "distressed", (Reason("words", "anger", text, start),))
    vector = np.ones(4, np.float32)
    return Utterance(
        0, "customer", "", start, start + UTTERANCE_SECONDS, text, "de", 0.9, (), (), vector, vector, distress=distress
    )


def caller(state: DistressState, score: float = 0.9) -> CallerDistress:
    """Return a caller in a state, with a reason that quotes them."""
    return CallerDistress(0, "", score, state, "rising", (Reason("words", "anger", "so geht das nicht", 1.0),))


class ToyCall:
    """Makes an utterance of each second of sound; what it is done with says whether the caller is distressed."""

    def __init__(self, request: StartRequest) -> None:
        self.request = request
        self.samples = self.feeds = 0
        self._pieces = [np.zeros((request.wire.channels, 0), np.float32)]
        self.said: list[Utterance] = []
        self.threads: set[int] = set()
        self.consents: list[Consent] = []
        self.notices: list[datetime] = []
        self.failures: list[str] = []
        self.partials = 0
        self.bug: Exception | None = None  # raised at the next sound
        self.calmed: CallerDistress | None = None  # told of at the next tick
        self._busy = threading.Lock()
        self._due: list[ToyTask] = []
        self._open = 0
        self._number = self._tokens = 0
        self._ended = self._finishing = False
        self._state: DistressState = "unknown"

    @property
    def heard(self) -> Samples:
        return np.concatenate(self._pieces, axis=1)

    @property
    def seconds(self) -> float:
        return self.samples / self.request.wire.sample_rate

    def feed(self, samples: Samples) -> None:
        with self._alone():
            if self.bug is not None:
                bug, self.bug = self.bug, None
                raise bug
            assert not self._ended
            self.feeds += 1
            self._pieces.append(samples)
            self.samples += samples.shape[1]
            while self.seconds >= (self._number + 1) * UTTERANCE_SECONDS:
                self._number += 1
                self._add("hear", self._number)

    def events(self) -> list[LiveEvent]:
        return []

    def tasks(self) -> list[ToyTask]:
        with self._alone():
            if self._ended and not self._open and not self._finishing:
                self._finishing = True
                self._add("finish", 0, "record")
            due, self._due = self._due, []
            return due

    def done(self, task: ToyTask, result: Any) -> list[LiveEvent]:
        with self._alone():
            self._open -= 1
            if task.kind == "finish":
                return [Ended(self.seconds, self._analysis())]
            if task.kind == "partial":
                return [PartialHeard(self.seconds, 0, 0.0, str(result))]
            said = utterance(task.payload, str(result), (task.payload - 1) * UTTERANCE_SECONDS)
            self.said.append(said)
            events: list[LiveEvent] = [UtteranceFinal(self.seconds, task.payload, said)]
            if result in ("calm", "distressed", "urgent"):
                self._state = result
                events.append(DistressChanged(self.seconds, caller(result)))
            return events

    def failed(self, task: ToyTask, why: str) -> list[LiveEvent]:
        with self._alone():
            self._open -= 1
            self.failures.append(f"{task.kind} {task.payload}: {why}")
            if task.kind == "finish":
                return [Ended(self.seconds, self._analysis())]
            return [] if task.kind == "partial" else [Warned(self.seconds, "not_heard", why)]

    def ask_partial(self) -> None:
        with self._alone():
            self.partials += 1
            self._add("partial", self._number + 1, "partial")

    def consent(self, value: Consent) -> list[LiveEvent]:
        with self._alone():
            self.consents.append(value)
            if value == "granted":
                return []
            self._state = "unknown"
            return [Withdrawn(self.seconds)]

    def notice(self, at: datetime) -> list[LiveEvent]:
        with self._alone():
            self.notices.append(at)
            return []

    def tick(self) -> list[LiveEvent]:
        told, self.calmed = self.calmed, None
        return [DistressChanged(self.seconds, told)] if told else []

    def end(self) -> None:
        with self._alone():
            assert not self._ended
            self._ended = True

    def snapshot(self, time: float) -> tuple[CallerDistress, ...]:
        return (caller(self._state),) if self._state != "unknown" else ()

    def metrics(self, time: float) -> Metrics:
        return Metrics(time, (), 0.0, None, 0.0, 0.0, (), ())

    def analysis(self) -> CallAnalysis:
        with self._alone():
            return self._analysis()

    def originals(self) -> tuple[Original, ...]:
        return ()

    def _analysis(self) -> CallAnalysis:
        info = self.request.info
        policy = report_policy([Party("customer", 1.0)], info, Deployment("care", "contract"))
        distress = self.snapshot(self.seconds)
        return CallAnalysis(
            self.request.call_id, self.seconds, self.request.wire.channels, "de", info, (), tuple(self.said), (),
            distress=distress, policy=policy,
        )  # fmt: skip

    def _add(self, kind: str, payload: int, urgency: str = "") -> None:
        self._tokens += 1
        self._open += 1
        urgency = urgency or ("urgent" if self._state in ("distressed", "urgent") else "final")
        ended = payload * UTTERANCE_SECONDS
        self._due.append(ToyTask(self._tokens, kind, urgency, ended, payload))

    def _alone(self) -> "_Alone":
        self.threads.add(threading.get_ident())
        return _Alone(self._busy)


class _Alone:
    """Fails where two threads use a call at once."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        assert self._lock.acquire(blocking=False), "two steps of one call at once"

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@dataclass
class ToyWork:
    """A scheduler that answers at once, or when a test says so."""

    capacity: int = 100
    answer: Callable[[Job], Any] | None = lambda job: f"utterance {job.payload}"
    is_ready: bool = True
    full: bool = False  # no job finds a place
    calls: list[str] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    waiting: list[tuple[Job, Future[Any]]] = field(default_factory=list)
    promoted: list[tuple[str, Priority]] = field(default_factory=list)

    def ready(self) -> bool:
        return self.is_ready

    def admit(self, call_id: str) -> None:
        if len(self.calls) >= self.capacity:
            raise Overloaded(f"all {self.capacity} places for calls are taken", 7.2)
        self.calls.append(call_id)

    def leave(self, call_id: str) -> None:
        if call_id in self.calls:
            self.calls.remove(call_id)
        for job, future in self.waiting:
            if job.call_id == call_id:
                future.cancel()

    def submit(self, job: Job) -> Future[Any]:
        if self.full:
            raise Overloaded("3 jobs are waiting already", 1.0)
        assert job.call_id in self.calls
        self.jobs.append(job)
        future: Future[Any] = Future()
        if self.answer is None:
            self.waiting.append((job, future))
        else:
            future.set_result(self.answer(job))
        return future

    def promote(self, call_id: str, priority: Priority) -> None:
        self.promoted.append((call_id, priority))

    def do(self, answer: Any = "words") -> None:
        """Answer what waits."""
        waiting, self.waiting = self.waiting, []
        for _, future in waiting:
            if future.set_running_or_notify_cancel():
                future.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Fail what waits."""
        waiting, self.waiting = self.waiting, []
        for _, future in waiting:
            if future.set_running_or_notify_cancel():
                future.set_exception(error)

    def shed(self) -> None:
        """Give up what waits."""
        self.fail(Shed("given up: the queue was full"))


@dataclass
class ToyBoard:
    """The entries of a board, and what was erased."""

    entries: dict[str, BoardEntry] = field(default_factory=dict)
    erased: list[tuple[str, str]] = field(default_factory=list)

    def update(self, entry: BoardEntry) -> None:
        gone = any(call_id == entry.call_id for call_id, _ in self.erased) and entry.call_id in self.entries
        self.entries[entry.call_id] = replace(entry, callers=()) if gone else entry

    def remove(self, call_id: str) -> None:
        self.entries.pop(call_id, None)

    def erase(self, call_id: str, why: str) -> None:
        self.erased.append((call_id, why))
        if call_id in self.entries:
            self.entries[call_id] = replace(self.entries[call_id], callers=())


@dataclass
class ToyCounts:
    """What was counted."""

    started: int = 0
    ended: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lags: list[tuple[float, bool]] = field(default_factory=list)

    def call_started(self) -> None:
        self.started += 1

    def call_ended(self, how: str) -> None:
        self.ended.append(how)

    def call_refused(self, reason: str) -> None:
        self.refused.append(reason)

    def final_sent(self, lag: float, *, urgent: bool) -> None:
        self.lags.append((lag, urgent))


class ToyService:
    """Sessions with everything that they need, in a test's hands."""

    def __init__(self, options: SessionOptions | None = None, threads: int = 1, **work: Any) -> None:
        self.clock = ToyClock()
        self.work = ToyWork(**work)
        self.board, self.counts = ToyBoard(), ToyCounts()
        self.calls: dict[str, ToyCall] = {}
        self.threads = ThreadPoolExecutor(threads)
        self.parts = SessionParts(self.work, self.board, self.counts, self.threads, self.clock)
        self.options = options or SessionOptions(capacity=100)
        self.closed: str | None = None
        self.sessions = SessionRegistry(self.make, self.parts, self.options, lambda: self.closed)

    def make(self, request: StartRequest) -> ToyCall:
        """Begin a call; one in German gibberish is refused as the true one refuses roles that do not fit."""
        if request.info.queue == "impossible":
            raise CallInfoError("roles: agent twice")
        call = self.calls[request.call_id] = ToyCall(request)
        return call

    def wait(self, seconds: float, step: float = 0.25) -> None:
        """Let time go by, looked at as often as the service would."""
        until = self.clock.now + seconds
        while self.clock.now < until:
            self.clock.pass_by(min(step, until - self.clock.now))
            self.sessions.tick()
