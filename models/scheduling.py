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
    urgent_batch_seconds: float = 10.0  # the same, where others fill up the batch of a caller in distress
    batch_window: float = 0.02  # that a job waits for company on a free lane, while nothing URGENT waits
    queue_jobs: int = 512  # that may wait
    age_bound: float = 5.0  # since a final's sound arrived; older ones lead every second batch at least
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
    low: int = 0  # running partials or records
    urgent_led: bool = False  # the last batch was led by a caller in distress while others were overdue


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

    First lead the finals of callers in distress, then other finals by deadline, then partials, then records. A final
    whose sound arrived more than `age_bound` ago is overdue, and while some are overdue the oldest of them leads at
    least every second batch; the urgent lead those between. A batch is filled in the same order.

    How long anyone waits, with T the longest batch: a final that becomes overdue with k older finals still waiting
    starts within age_bound + T * (2 * (k + 1) / lanes + 1), whatever comes after it. While that load is below what the
    lanes can do, k is 0 and that is age_bound + 3 * T. One of a caller in distress with k older or more pressing ones
    before it starts within T * (2 * (k + 1) / lanes + 1) of being queued. Partials and records start within their
    patience or are given up; where there are several lanes, one of them is always kept from them.
    """
    expiry = min((one.queued + options.patience(one.job) for one in waiting), default=math.inf)
    if not lanes.free or not waiting:
        return Choice(wake=expiry)
    leader, urgent_led = _leader(waiting, lanes, now, options)
    if leader is None:
        return Choice(wake=expiry)
    batch = _filled(leader, waiting, now, options)
    gathered = _gathered(batch, waiting, now, options)
    return Choice(batch, urgent_led) if gathered <= now else Choice(wake=min(gathered, expiry))


def _overdue(one: Waiting, now: float, options: SchedulerOptions) -> bool:
    return one.job.priority in FINALS and now - one.job.arrived >= options.age_bound


def _aged(one: Waiting, now: float, options: SchedulerOptions) -> bool:
    return now - one.queued >= options.patience(one.job) / 2


def _rank(one: Waiting, now: float, options: SchedulerOptions) -> tuple[float, ...]:
    """Return a key that sorts the queue: who leads, who fills up a batch first."""
    job = one.job
    if options.order == "first_come":
        return (one.number,)
    if job.priority is Priority.URGENT:
        return (0, job.deadline, one.number)
    if _overdue(one, now, options):
        return (1, job.arrived, one.number)
    if job.priority is Priority.FINAL:
        return (2, job.deadline, one.number)
    return (3, not _aged(one, now, options), job.priority, job.calm, job.deadline, one.number)


def _leader(
    waiting: Sequence[Waiting], lanes: Lanes, now: float, options: SchedulerOptions
) -> tuple[Waiting | None, bool]:
    """Return who leads the next batch, and whether that is the turn of callers in distress between the overdue."""
    first = min(waiting, key=lambda one: _rank(one, now, options))
    if options.order == "first_come":
        return first, False
    if first.job.priority not in FINALS:
        kept_free = options.lanes > 1 and lanes.low >= options.lanes - 1
        return (None if kept_free else first), False
    late = [one for one in waiting if _overdue(one, now, options)]
    if first.job.priority is not Priority.URGENT or not late:
        return first, False
    return (min(late, key=lambda one: (one.job.arrived, one.number)), False) if lanes.urgent_led else (first, True)


def _filled(leader: Waiting, waiting: Sequence[Waiting], now: float, options: SchedulerOptions) -> tuple[Waiting, ...]:
    """Return the leader with those of its kind that fit, in order of rank.

    A batch is done when its longest job is, so whoever fills up the batch of a caller in distress may not make it long.
    """
    batch, longest = [leader], leader.job.seconds
    hurry = _urgent(leader, options)
    others = [one for one in waiting if one.job.kind == leader.job.kind and one is not leader]
    for one in sorted(others, key=lambda one: _rank(one, now, options)):
        limit = options.urgent_batch_seconds if hurry and not _urgent(one, options) else options.max_batch_seconds
        if len(batch) < options.max_batch and max(longest, one.job.seconds) * (len(batch) + 1) <= limit:
            batch.append(one)
            longest = max(longest, one.job.seconds)
            hurry = hurry or _urgent(one, options)
    return tuple(batch)


def _urgent(one: Waiting, options: SchedulerOptions) -> bool:
    return one.job.priority is Priority.URGENT and options.order == "distress_first"


def _gathered(batch: Sequence[Waiting], waiting: Sequence[Waiting], now: float, options: SchedulerOptions) -> float:
    """Return until when the batch waits for company: not at all when it is full or overdue, or anyone urgent waits."""
    hurry = _overdue(batch[0], now, options) or any(_urgent(one, options) for one in waiting)
    if hurry or len(batch) == options.max_batch:
        return now
    return min(one.queued for one in batch) + options.batch_window


def expired(waiting: Iterable[Waiting], now: float, options: SchedulerOptions) -> list[Waiting]:
    """Return the partials and records that waited as long as anyone has use for them."""
    return [one for one in waiting if one.queued + options.patience(one.job) <= now]


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
