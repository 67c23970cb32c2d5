"""The scheduler's policy at work in virtual time: the same pure functions that the threads of the service call."""

import heapq
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scheduling_calls import PROMPT, Cost, Sound
from stimmung.models.scheduling import (
    FINALS,
    Job,
    Lanes,
    Priority,
    SchedulerOptions,
    Waiting,
    choose,
    displaced,
    expired,
    is_full,
)

ROUNDING = 1e-9  # s
Source = tuple[int, int]  # call, channel


@dataclass(frozen=True, slots=True)
class Served:
    """A job that ran; times in virtual seconds."""

    waiting: Waiting
    start: float
    end: float

    @property
    def job(self) -> Job:
        return self.waiting.job

    @property
    def lag(self) -> float:
        return self.end - self.job.arrived


@dataclass(slots=True)
class Outcome:
    """Everything that happened."""

    served: list[Served] = field(default_factory=list)
    batches: list[tuple[Served, ...]] = field(default_factory=list)
    shed: list[tuple[Waiting, float]] = field(default_factory=list)  # and when
    refused: list[Job] = field(default_factory=list)
    asked: Counter[Priority] = field(default_factory=Counter)
    replaced: int = 0  # partials that newer words made needless before they cost anything
    depth: int = 0  # the longest queue
    busy: float = 0.0  # lane seconds
    end: float = 0.0


class Simulation:
    """One run: `run` once, then read `outcome`."""

    def __init__(self, options: SchedulerOptions, cost: Cost) -> None:
        self.outcome = Outcome()
        self._options = options
        self._cost = cost
        self._queue: list[Waiting] = []
        self._lanes = Lanes(options.lanes)
        self._events: list[tuple[float, int, object]] = []
        self._numbers = itertools.count(1)
        self._now = 0.0
        self._wake = math.inf  # the next moment at which the choosing thread looks by itself

    def run(self, sounds: Sequence[Sound], drain: bool = True) -> Outcome:
        """Let all sounds arrive and everything be computed."""
        last = sounds[-1].time
        for sound in sounds:
            self._at(sound.time, sound)
        while self._events:
            self._now, _, event = heapq.heappop(self._events)
            if not drain and self._now > last:
                break
            if isinstance(event, Sound):
                self._arrive(event)
            elif isinstance(event, tuple):
                self._finish(event)
            self._act()
        self.outcome.end = self._now
        return self.outcome

    def _at(self, time: float, event: object) -> None:
        heapq.heappush(self._events, (time, next(self._numbers), event))

    def _arrive(self, sound: Sound) -> None:
        source: Source = (sound.call, sound.channel)
        if sound.what != "record":  # newer words, or the final ones, make up for those that still wait
            kept = [one for one in self._queue if one.job.kind != "partial" or one.job.payload != source]
            self.outcome.replaced += len(self._queue) - len(kept)
            self._queue = kept
        kinds = {
            "final": ("hear", Priority.URGENT if sound.distressed else Priority.FINAL),
            "partial": ("partial", Priority.PARTIAL),
            "record": ("record", Priority.RECORD),
        }
        kind, priority = kinds[sound.what]
        deadline = self._now + PROMPT
        self._submit(
            Job(str(sound.call), kind, priority, source, sound.seconds, self._now, deadline, not sound.distressed)
        )

    def _submit(self, job: Job) -> None:
        self.outcome.asked[job.priority] += 1
        if len(self._queue) >= self._options.queue_jobs:
            victim = displaced(self._queue, job)
            if victim is not None:
                self._queue.remove(victim)
                self.outcome.shed.append((victim, self._now))
            elif is_full(self._queue, job, self._options):
                self.outcome.refused.append(job)
                return
        self._queue.append(Waiting(job, next(self._numbers), self._now))
        self.outcome.depth = max(self.outcome.depth, len(self._queue))

    def _act(self) -> None:
        """Do what the choosing thread does when it wakes."""
        for one in expired(self._queue, self._now, self._options):
            self._queue.remove(one)
            self.outcome.shed.append((one, self._now))
        while (choice := choose(self._queue, self._lanes, self._now, self._options)).batch:
            self._lanes = Lanes(self._lanes.free - 1, self._lanes.low + choice.low, choice.urgent_led)
            taken = {one.number for one in choice.batch}
            self._queue = [one for one in self._queue if one.number not in taken]
            end = self._now + self._cost.batch([one.job for one in choice.batch])
            self._at(end, tuple(Served(one, self._now, end) for one in choice.batch))
        if choice.wake < self._wake or self._wake <= self._now:
            self._wake = choice.wake
            if choice.wake < math.inf:
                self._at(choice.wake, None)

    def _finish(self, batch: tuple[Served, ...]) -> None:
        low = batch[0].job.priority not in FINALS
        self._lanes = Lanes(self._lanes.free + 1, self._lanes.low - low, self._lanes.urgent_led)
        self.outcome.served += batch
        self.outcome.batches.append(batch)
        self.outcome.busy += batch[0].end - batch[0].start
        for one in batch:
            job = one.job
            if job.kind == "hear":
                follow_up = (job.arrived, job.deadline, job.calm)
                self._submit(Job(job.call_id, "judge", job.priority, job.payload, job.seconds, *follow_up))


def longest_batch(outcome: Outcome) -> float:
    """Return the seconds that the longest batch took."""
    return max(batch[0].end - batch[0].start for batch in outcome.batches)


def over_bound(outcome: Outcome, options: SchedulerOptions) -> list[Served]:
    """Return the finals that started later than `choose` promises."""
    longest = longest_batch(outcome)
    finals = [one for one in outcome.served if one.job.priority in FINALS]
    starts = np.array([one.start for one in finals])
    arrived = np.array([one.job.arrived for one in finals])
    deadlines = np.array(
        [one.job.deadline if one.job.priority is Priority.URGENT else math.inf for one in finals]
    )  # of callers in distress

    def latest(since: float, ahead: npt.NDArray[np.bool_], one: Served) -> float:
        before = int(np.sum(ahead & (since <= starts) & (starts < one.start)))
        return since + longest * math.ceil(2 * (before + 1) / options.lanes) + ROUNDING

    late = []
    for one in finals:
        queued, overdue = one.waiting.queued, one.job.arrived + options.age_bound
        urgent = one.job.priority is Priority.URGENT
        if (one.start > overdue and one.start > latest(max(overdue, queued), arrived <= one.job.arrived, one)) or (
            urgent and one.start > latest(queued, deadlines <= one.job.deadline, one)
        ):
            late.append(one)
    return late
