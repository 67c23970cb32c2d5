"""What a session needs of others, as Protocols: the call that it drives, the scheduler, the board, the counters."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Literal, Protocol

from stimmung.api.board import BoardEntry
from stimmung.api.schemas import StartRequest
from stimmung.calls.live_events import LiveEvent
from stimmung.calls.records import CallAnalysis, CallerDistress, Metrics
from stimmung.calls.redaction.records import Original
from stimmung.models.scheduling import Job, Priority
from stimmung.speech.records import Consent, Samples

Urgency = Literal["urgent", "final", "partial", "record"]


class Task(Protocol):
    """Something to be computed for a call: `calls.live.Task`."""

    @property
    def kind(self) -> str: ...

    @property
    def urgency(self) -> Urgency: ...

    @property
    def calm(self) -> bool: ...

    @property
    def seconds(self) -> float: ...

    @property
    def ended(self) -> float: ...

    @property
    def payload(self) -> Any: ...  # Any: what the runner of its kind takes


class Call(Protocol):
    """One call without clock, threads and models: `calls.live.LiveCall`. Not safe for threads."""

    def feed(self, samples: Samples) -> None:
        """Take further sound: float32 (channels, n) at the wire's rate."""
        ...

    def tasks(self) -> list[Any]:  # Any: tasks, which only the call itself reads again
        """Return what became due."""
        ...

    def events(self) -> list[LiveEvent]:
        """Return what is to be told although no task ended; asked after `tasks`."""
        ...

    def done(self, task: Any, result: Any) -> list[LiveEvent]:
        """Take a result and return what is to be told."""
        ...

    def failed(self, task: Any, why: str) -> list[LiveEvent]:
        """Take note that a task will have no result."""
        ...

    def ask_partial(self) -> None:
        """Want the words so far, once."""
        ...

    def consent(self, value: Consent) -> list[LiveEvent]:
        """Take the caller's new answer."""
        ...

    def notice(self, at: datetime) -> list[LiveEvent]:
        """Take note of when the caller was told."""
        ...

    def tick(self) -> list[LiveEvent]:
        """Return who is otherwise now that time passed; asked about once a second."""
        ...

    def end(self) -> None:
        """Take note that no more sound will come."""
        ...

    def snapshot(self, time: float) -> tuple[CallerDistress, ...]:
        """Return how the callers are at a time of the call (s)."""
        ...

    def metrics(self, time: float) -> Metrics:
        """Return how the talk went up to a time of the call (s)."""
        ...

    def analysis(self) -> CallAnalysis:
        """Return everything that is known so far."""
        ...

    def originals(self) -> tuple[Original, ...]:
        """Return the words as they were said of a call that ended, where they may be kept."""
        ...


MakeCall = Callable[[StartRequest], Call]


class Work(Protocol):
    """Computes tasks: `models.scheduler.Scheduler`."""

    def ready(self) -> bool:
        """Say whether new calls make sense."""
        ...

    def admit(self, call_id: str) -> None:
        """Give a call its place. Raises Overloaded."""
        ...

    def leave(self, call_id: str) -> None:
        """Free the call's place and cancel what waits for it."""
        ...

    def submit(self, job: Job) -> Future[Any]:
        """Queue a job. Raises Overloaded; the future may end with Shed."""
        ...

    def promote(self, call_id: str, priority: Priority) -> None:
        """Move the queued finals of a call."""
        ...


class Board(Protocol):
    """Shows live calls: `api.board_hub.BoardHub`."""

    def update(self, entry: BoardEntry) -> None:
        """Take in how a call is now."""
        ...

    def remove(self, call_id: str) -> None:
        """Forget a call that is over."""
        ...

    def erase(self, call_id: str, why: str) -> None:
        """Forget what was scored of a call, because of `why`."""
        ...


class Counts(Protocol):
    """Counts what sessions do: `api.metrics.ServiceMetrics`. Words are ours, from a short list."""

    def call_started(self) -> None:
        """Count a call that was taken on."""
        ...

    def call_ended(self, how: str) -> None:
        """Count a call that ended."""
        ...

    def call_refused(self, reason: str) -> None:
        """Count a connection that got no call."""
        ...

    def final_sent(self, lag: float, *, urgent: bool) -> None:
        """Note the lag (s) of an utterance."""
        ...
