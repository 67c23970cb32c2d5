"""What the scheduler tells about itself: numbers only, never a call's words."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stimmung.models.scheduling import Job, Priority, Waiting

RECENT_BATCHES = 100
RECENT_LAGS = 500  # jobs of each priority


@dataclass(frozen=True, slots=True)
class SchedulerMetrics:
    """The queue as it is, counters since the start, and the recent past. Times in seconds."""

    depth: Mapping[Priority, int]  # jobs waiting
    oldest: Mapping[Priority, float]  # since the oldest waiting job's sound arrived; 0 where none waits
    running: int  # lanes with a batch
    lanes: int
    calls: int  # admitted
    capacity: int
    batches: int  # started so far
    busy: float  # spent in batches so far, over all lanes
    batch_fill: float  # jobs in a batch, mean of the last ones
    batch_padding: float  # share of the last batches' padded sound that was padding
    done: Mapping[Priority, int]  # jobs computed so far
    failed: Mapping[Priority, int]  # whose runner raised
    shed: Mapping[Priority, int]  # given up: out of date, or for more urgent ones in a full queue
    cancelled: Mapping[Priority, int]  # nobody wanted them any more before they cost anything
    refused: Mapping[str, int]  # "calls": no place for a call, "jobs": queue full, "stopping"
    lag_p50: Mapping[Priority, float]  # from the sound's arrival to the result, of the last jobs
    lag_p95: Mapping[Priority, float]


@dataclass(frozen=True, slots=True)
class Now:
    """What the meter cannot know by itself when it is read."""

    time: float
    waiting: Sequence[Waiting]
    running: int
    lanes: int
    calls: int
    capacity: int


class Meter:
    """Counts. Not safe for threads by itself: the scheduler calls it under its lock."""

    def __init__(self) -> None:
        self._batches = 0
        self._busy = 0.0
        self._recent: deque[tuple[int, float, float]] = deque(maxlen=RECENT_BATCHES)  # jobs, sound, padded sound
        self._counted: dict[str, Counter[Priority]] = {
            name: Counter() for name in ("done", "failed", "shed", "cancelled")
        }
        self._refused: Counter[str] = Counter()
        self._lags: dict[Priority, deque[float]] = {priority: deque(maxlen=RECENT_LAGS) for priority in Priority}

    def started(self, jobs: Sequence[Job]) -> None:
        """Note a batch."""
        self._batches += 1
        padded = max(job.seconds for job in jobs) * len(jobs)
        self._recent.append((len(jobs), sum(job.seconds for job in jobs), padded))

    def ended(self, jobs: Iterable[Job], started: float, now: float, failed: bool) -> None:
        """Note what became of a batch."""
        self._busy += now - started
        for job in jobs:
            self._counted["failed" if failed else "done"][job.priority] += 1
            if not failed:
                self._lags[job.priority].append(now - job.arrived)

    def shed(self, job: Job) -> None:
        """Note a job that was given up."""
        self._counted["shed"][job.priority] += 1

    def cancelled(self, job: Job) -> None:
        """Note a job that nobody wanted any more."""
        self._counted["cancelled"][job.priority] += 1

    def refused(self, what: str) -> None:
        """Note a refusal."""
        self._refused[what] += 1

    def read(self, now: Now) -> SchedulerMetrics:
        """Return everything counted so far, and the queue as it is."""
        waiting: dict[Priority, list[Job]] = {priority: [] for priority in Priority}
        for one in now.waiting:
            waiting[one.job.priority].append(one.job)
        fills, sound, padded = (
            (sum(column) for column in zip(*self._recent, strict=True)) if self._recent else (0, 0, 0)
        )
        lags = {priority: sorted(values) for priority, values in self._lags.items()}
        return SchedulerMetrics(
            depth={priority: len(jobs) for priority, jobs in waiting.items()},
            oldest={
                priority: max((now.time - job.arrived for job in jobs), default=0.0)
                for priority, jobs in waiting.items()
            },
            running=now.running,
            lanes=now.lanes,
            calls=now.calls,
            capacity=now.capacity,
            batches=self._batches,
            busy=self._busy,
            batch_fill=fills / max(len(self._recent), 1),
            batch_padding=1 - sound / padded if padded else 0.0,
            refused=dict(self._refused),
            lag_p50={priority: quantile(values, 0.5) for priority, values in lags.items()},
            lag_p95={priority: quantile(values, 0.95) for priority, values in lags.items()},
            **{name: {priority: counts[priority] for priority in Priority} for name, counts in self._counted.items()},
        )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the sorted values lie, by nearest rank; 0 where there are none."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
