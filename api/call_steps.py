"""One call's work that costs processor time, a step at a time, on whatever thread: never two steps of a call at once.

Sound is decoded and listened to, results are taken in, orders are carried out. No clock, no queue, no connection.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stimmung.api.arrival_times import ArrivalTimes
from stimmung.api.events import Told
from stimmung.api.inbox import Sound
from stimmung.api.keepers import CallKeeper
from stimmung.api.live_parts import Call, Task
from stimmung.api.schemas import ConsentMessage, EndMessage, NoticeGiven, Order, PartialMessage
from stimmung.api.sound_permission import SoundPermission
from stimmung.api.sound_watch import LineWatch, MendingWatch
from stimmung.calls.live_events import Ended, Warned
from stimmung.calls.records import CallAnalysis, CallerDistress, Metrics, PolicyReport
from stimmung.speech.arrival import Arrivals, Arrived
from stimmung.speech.errors import AudioError
from stimmung.speech.records import Consent, Samples
from stimmung.speech.wire import WireFormat

ABANDONED = "the call was ended before it was done"
AT_ONCE = 10.0  # s of sound that are listened to at once at most: a long message is no reason for a long step
MOST_ROUNDS = 1_000  # of work that follows from work that was given up: each round ends a window of a channel


@dataclass(frozen=True, slots=True, eq=False)
class Landed:
    """What became of a task: its result, or why it has none."""

    task: Task
    result: Any = None  # Any: the runner's, which only the call reads
    why: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a step deals with, in the order of the fields.

    `no`: the caller's refusal or withdrawal. `rewind`: the connection was lost, so whatever was held back for late
    messages is let go. `abandon`: what was handed out and will not be waited for, None where all is waited for; the
    call ends then. `partial`: the words so far are wanted.
    """

    no: Consent | None = None
    landed: tuple[Landed, ...] = ()
    items: tuple[Sound | Order, ...] = ()
    rewind: bool = False
    abandon: tuple[Task, ...] | None = None
    partial: bool = False
    measure: bool = False
    report: bool = False


@dataclass(slots=True)
class Outcome:
    """What a step brought; `fault` is why sound could not be taken, in words for its sender."""

    told: list[Told] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    fault: str = ""
    callers: tuple[CallerDistress, ...] | None = None
    metrics: Metrics | None = None
    policy: PolicyReport | None = None
    analysis: CallAnalysis | None = None


class CallSteps:
    """Drives one call."""

    def __init__(self, call: Call, wire: WireFormat, keeper: CallKeeper | None = None) -> None:
        self._call, self._keeper = call, keeper
        self._permission = SoundPermission(keeper, wire) if keeper is not None else None
        self._rate = wire.sample_rate
        self._arrivals = Arrivals(wire)
        self._mending = MendingWatch()
        self._line = LineWatch(wire.channels, wire.sample_rate)
        self._ending = False  # no more sound is taken
        self._unheard: list[Samples] = []  # of this step
        self.arrived = ArrivalTimes()

    @property
    def seconds(self) -> float:
        """How much sound was listened to: the call's time."""
        return self._arrivals.seconds

    @property
    def samples(self) -> int:
        """The same in samples of the wire's rate."""
        return round(self._arrivals.seconds * self._rate)

    def run(self, batch: Batch) -> Outcome:
        """Do one step. What it raises is a mistake of ours: sound that cannot be read is told as `fault`."""
        outcome = Outcome()
        if batch.no is not None:
            self._consent(batch.no, outcome)
        for landed in batch.landed:
            outcome.told += self._land(landed)
        for item in batch.items:
            if not isinstance(item, Sound):
                self._feed(outcome)  # what came before an order was said before it
            self._deal(item, outcome)
        if batch.rewind and not self._ending:
            self._hear(self._arrivals.flush(), outcome)
        if batch.abandon is not None:
            self._abandon(batch.abandon, outcome)
        self._feed(outcome)
        if batch.partial and not self._ending:
            self._call.ask_partial()
        if batch.measure:
            outcome.told += self._call.tick()
        outcome.tasks = self._call.tasks()
        outcome.told += self._call.events()
        self._look(batch, outcome)
        if self._keeper is not None:
            self._keep(self._keeper, outcome)
        return outcome

    def release(self) -> None:
        """Let go of the call, which holds sound, for good: no further step may be taken."""
        del self._call

    def forget(self) -> None:
        """Let go of the sound that was to be kept, of a call that will not be."""
        if self._keeper is not None:
            self._keeper.forget()

    def _keep(self, keeper: CallKeeper, outcome: Outcome) -> None:
        """Keep a call that ends with this step, before anybody is told that it did."""
        for place, told in enumerate(outcome.told):
            if isinstance(told, Ended):
                if why := keeper.keep(told.analysis, self._call.originals()):
                    outcome.told.insert(place, Warned(told.time, "not_kept", why))
                return

    def _land(self, landed: Landed) -> Sequence[Told]:
        if landed.why:
            return self._call.failed(landed.task, landed.why)
        return self._call.done(landed.task, landed.result)

    def _deal(self, item: Sound | Order, outcome: Outcome) -> None:
        match item:
            case Sound() if not self._ending:
                self._take(item, outcome)
            case ConsentMessage():
                self._consent(item.value, outcome)
            case NoticeGiven():
                outcome.told += self._call.notice(item.at)
                self._rule(outcome)
            case PartialMessage() if not self._ending:
                self._call.ask_partial()
            case EndMessage():
                self._end(outcome)

    def _consent(self, value: Consent, outcome: Outcome) -> None:
        outcome.told += self._call.consent(value)
        self._rule(outcome)

    def _rule(self, outcome: Outcome) -> None:
        outcome.policy = self._call.analysis().policy
        if self._permission is not None:
            self._permission.rule(outcome.policy)

    def _take(self, sound: Sound, outcome: Outcome) -> None:
        try:
            arrived = self._arrivals.feed(sound.data)
        except AudioError as error:
            outcome.fault = str(error)
            return
        self._hear(arrived, outcome)
        self.arrived.mark(self.seconds, sound.arrived)

    def _hear(self, arrived: Arrived, outcome: Outcome) -> None:
        outcome.told += self._mending.add(arrived.notes, self.seconds)
        outcome.told += self._line.look(arrived.samples, self.seconds)
        if arrived.samples.shape[1]:
            self._unheard.append(arrived.samples)
        if sum(samples.shape[1] for samples in self._unheard) >= AT_ONCE * self._rate:
            self._feed(outcome)

    def _feed(self, outcome: Outcome) -> None:
        """Listen to what came, all at once: each time costs half a millisecond, whatever little there is."""
        if self._unheard:
            samples = np.concatenate(self._unheard, axis=1) if len(self._unheard) > 1 else self._unheard[0]
            self._call.feed(samples)
            self._unheard.clear()
            if self._permission is not None and (why := self._permission.hear(samples)):
                outcome.told.append(Warned(self.seconds, "sound_not_kept", f"the call's sound is not kept: {why}"))

    def _end(self, outcome: Outcome) -> None:
        if self._ending:
            return
        self._hear(self._arrivals.flush(), outcome)
        self._feed(outcome)
        self._ending = True
        self._call.end()

    def _abandon(self, out: Sequence[Task], outcome: Outcome) -> None:
        """Give up all work, and what follows from it, until the end is told."""
        self._end(outcome)
        tasks = [*out, *self._call.tasks()]
        rounds = 0
        while tasks and rounds < MOST_ROUNDS:
            rounds += 1
            for task in tasks:
                outcome.told += self._call.failed(task, ABANDONED)
            tasks = self._call.tasks()
            outcome.told += self._call.events()
        if not any(isinstance(one, Ended) for one in outcome.told):
            outcome.told.append(Ended(self.seconds, self._call.analysis()))

    def _look(self, batch: Batch, outcome: Outcome) -> None:
        if batch.measure:
            outcome.metrics = self._call.metrics(self.seconds)
            outcome.callers = self._call.snapshot(self.seconds)
        if batch.report:
            outcome.analysis = self._call.analysis()
