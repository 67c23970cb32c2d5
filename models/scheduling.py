"""Which waiting jobs run next as one batch, and which are given up: pure functions of the queue and the time.

Callers in distress come first, and nobody starves. `choose` states how long anyone waits; benchmarks/scheduling.py and
its tests hold that against hundreds of simulated calls.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Literal

from stimmung.speech.errors import SettingsError

Order = Literal["distress_first", "first_come"]


class Priority(IntEnum):
    """What a job is for; the lower number is the more urgent."""

    URGENT = 0  # finals of callers who are distressed or urgent
    FINAL = 1  # finals of all others, by deadline
    PARTIAL = 2  # words of an utterance that still goes on
    RECORD = 3  # whole windows heard again for the call's record, and its last judgement


FINALS = (Priority.URGENT, Priority.FINAL)


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Something to compute for a call. Times are the scheduler's clock."""

    call_id: str
    kind: str  # names the runner; only jobs of one kind share a batch
    priority: Priority
    payload: Any  # Any: what the kind's runner takes; nothing here looks into it
    seconds: float  # of sound with its padding: what the job costs
    arrived: float  # when its sound had arrived; a job that follows from another keeps it, so that age adds up
    deadline: float
    calm: bool = True  # the words so far of calm callers are given up first


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A job in the queue."""

    job: Job
    number: int  # in order of submission
    queued: float


@dataclass(frozen=True, slots=True)
class SchedulerOptions:
    """How much is done at once, and how long anything may wait. Seconds, where nothing else is said."""

    lanes: int = 1  # batches that run side by side: one for a GPU, one a worker on CPUs
    max_batch: int = 8  # jobs
    max_batch_seconds: float = 60.0  # of sound, padded to the longest job: what a batch costs grows with it
    urgent_batch_seconds: float = 10.0  # the same, for those who fill up the batch of a caller in distress
    low_batch_seconds: float = 16.0  # the same, for partials and records: nobody waits long for the lane they hold
    batch_window: float = 0.02  # that a job waits for company on a free lane, while nothing URGENT waits
    queue_jobs: int = 512  # that may wait
    age_bound: float = 5.0  # since a final's sound arrived; older ones take turns with callers in distress
    partial_patience: float = 2.0  # in the queue; then the words so far are out of date
    record_patience: float = 60.0  # in the queue; then the call keeps the words that were heard live
    capacity: int = 8  # calls at once
    order: Order = "distress_first"  # "first_come" is there to be compared with

    def __post_init__(self) -> None:
        for name in ("lanes", "max_batch", "queue_jobs", "capacity"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} is {getattr(self, name)}: with less than 1 nothing is ever done")

    def patience(self, job: Job) -> float:
        """Return how long `job` may be queued before it is given up; finals never are."""
        if job.priority in FINALS:
            return math.inf
        return self.partial_patience if job.priority is Priority.PARTIAL else self.record_patience


@dataclass(frozen=True, slots=True)
class Lanes:
    """What the choice depends on besides the queue."""

    free: int
    low: int = 0  # busy with partials or records
    urgent_led: bool = False  # callers in distress had the last turn


@dataclass(frozen=True, slots=True)
class Choice:
    """The batch to start now, or when to ask again if nothing happens before."""

    batch: tuple[Waiting, ...] = ()
    urgent_led: bool = False  # for the next `Lanes`
    wake: float = math.inf

    @property
    def low(self) -> bool:
        return bool(self.batch) and self.batch[0].job.priority not in FINALS


def choose(waiting: Sequence[Waiting], lanes: Lanes, now: float, options: SchedulerOptions) -> Choice:
    """Return the jobs that start on a free lane, all of one kind.

    First the finals of callers in distress, then other finals by deadline, then partials, then records; a batch is led
    by the first and filled in that order. A final whose sound arrived more than `age_bound` ago is overdue: from then
    on the overdue, oldest first, and the callers in distress take turns in leading.

    How long anyone waits for the start, with T the longest batch, whatever comes later and however much it is:
    - a final: until it is overdue, then T * ceil(2 * (k + 1) / lanes), where k older finals start meanwhile. k is 0
      until finals alone are more than the lanes can do;
    - a final of a caller in distress: no longer than T * ceil(2 * (k + 1) / lanes) from the beginning, where k of
      callers in distress with earlier deadlines start meanwhile;
    - partials and records: their patience. Then they are given up. One lane, where there are several, is kept from
      them.
    """
    ends = (one.queued + options.patience(one.job) for one in waiting if one.job.priority not in FINALS)
    expiry = min(ends, default=math.inf)
    if not lanes.free or not waiting:
        return Choice(wake=expiry)
    late = any(_overdue(one, now, options) for one in waiting)
    turn = _Turn(now, options, lanes.free, overdue_first=late and lanes.urgent_led)
    ranked = sorted(waiting, key=turn.rank)
    leader = ranked[0]
    if turn.is_low(leader) and lanes.low >= options.lanes - 1 > 0:  # one lane is kept
        return Choice(wake=expiry)
    batch = turn.batch(ranked)
    gathered = turn.gathered(batch, waiting)
    if gathered > now:
        return Choice(wake=min(gathered, expiry))
    return Choice(batch, urgent_led=turn.is_urgent(leader) and not turn.overdue_first)


def _overdue(one: Waiting, now: float, options: SchedulerOptions) -> bool:
    return one.job.priority in FINALS and now - one.job.arrived >= options.age_bound


@dataclass(frozen=True, slots=True)
class _Turn:
    """Whose turn it is: that of the overdue, or that of callers in distress before all others."""

    now: float
    options: SchedulerOptions
    free: int  # lanes
    overdue_first: bool

    def rank(self, one: Waiting) -> tuple[float, ...]:
        """Return a key that sorts the queue: who leads, who fills up a batch first."""
        job = one.job
        if self.options.order == "first_come":
            return (one.number,)
        overdue = _overdue(one, self.now, self.options)
        if overdue and self.overdue_first:
            return (0, job.arrived, one.number)
        if job.priority is Priority.URGENT:
            return (1, job.deadline, one.number)
        if overdue:
            return (2, job.arrived, one.number)
        if job.priority is Priority.FINAL:
            return (3, job.deadline, one.number)
        fresh = self.now - one.queued < self.options.patience(job) / 2
        return (4, fresh, job.priority, job.calm, job.deadline, one.number)

    def is_urgent(self, one: Waiting) -> bool:
        return one.job.priority is Priority.URGENT and self.options.order == "distress_first"

    def is_low(self, one: Waiting) -> bool:
        return one.job.priority not in FINALS and self.options.order == "distress_first"

    def batch(self, ranked: Sequence[Waiting]) -> tuple[Waiting, ...]:
        """Return the first with those of its kind that fit, in order of rank.

        A batch is done when its longest job is. So while callers in distress wait only they may make it long, and
        partials or records never do so to finals.
        """
        leader, options = ranked[0], self.options
        batch, longest = [leader], leader.job.seconds
        hurry = self.overdue_first or self.is_urgent(leader)
        most = self.share(ranked)
        for one in ranked[1:]:
            if one.job.kind != leader.job.kind or len(batch) == most:
                continue
            short = (hurry and not self.is_urgent(one)) or (self.is_low(one) and not self.is_low(leader))
            limit = options.urgent_batch_seconds if short else options.max_batch_seconds
            if self.is_low(leader):
                limit = options.low_batch_seconds
            if max(longest, one.job.seconds) * (len(batch) + 1) <= limit:
                batch.append(one)
                longest = max(longest, one.job.seconds)
        return tuple(batch)

    def share(self, ranked: Sequence[Waiting]) -> int:
        """Return how many jobs one lane takes: where several lanes are free they share what waits."""
        alike = sum(one.job.kind == ranked[0].job.kind for one in ranked)
        return min(self.options.max_batch, math.ceil(alike / max(self.free, 1)))

    def gathered(self, batch: Sequence[Waiting], waiting: Sequence[Waiting]) -> float:
        """Return until when the batch waits for company: not when full or overdue, nor while anyone urgent waits."""
        hurry = _overdue(batch[0], self.now, self.options) or any(self.is_urgent(one) for one in waiting)
        if hurry or len(batch) == self.options.max_batch:
            return self.now
        return min(one.queued for one in batch) + self.options.batch_window


def expired(waiting: Iterable[Waiting], now: float, options: SchedulerOptions) -> list[Waiting]:
    """Return the partials and records that waited as long as anyone has use for them."""
    low = (one for one in waiting if one.job.priority not in FINALS)
    return [one for one in low if one.queued + options.patience(one.job) <= now]


def is_full(waiting: Sequence[Waiting], job: Job, options: SchedulerOptions) -> bool:
    """Say whether `job` finds no place. Finals of callers in distress have a queue's length for themselves alone."""
    if job.priority is Priority.URGENT:
        return sum(1 for one in waiting if one.job.priority is Priority.URGENT) >= options.queue_jobs
    return len(waiting) >= options.queue_jobs


def displaced(waiting: Iterable[Waiting], job: Job) -> Waiting | None:
    """Return the job to give up for `job` in a full queue; None where that is worth no less than `job`.

    Partials of calm callers go first, then other partials, the oldest of each since newer words make up for them; then
    records, the newest. Finals stay.
    """
    worst = min(waiting, key=lambda one: (_worth(one.job), _staleness(one)), default=None)
    if worst is None or worst.job.priority in FINALS or _worth(worst.job) > _worth(job):
        return None
    if job.priority is Priority.RECORD is worst.job.priority:
        return None
    return worst


def _worth(job: Job) -> int:
    if job.priority is Priority.PARTIAL:
        return 0 if job.calm else 1
    return 2 if job.priority is Priority.RECORD else 3


def _staleness(one: Waiting) -> int:
    return one.number if one.job.priority is Priority.PARTIAL else -one.number


def moved(one: Waiting, call_id: str, priority: Priority) -> Waiting:
    """Return the job as it waits after its caller became distressed (URGENT) or calm again (FINAL)."""
    if one.job.call_id != call_id:
        return one
    calm = priority is not Priority.URGENT
    if one.job.priority in FINALS:
        return replace(one, job=replace(one.job, priority=priority, calm=calm))
    return replace(one, job=replace(one.job, calm=calm))
