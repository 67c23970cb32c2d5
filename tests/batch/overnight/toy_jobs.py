"""A table of jobs without a database, for workers and runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from stimmung.speech.errors import StoreError
from stimmung.store.jobs.leasing import SILENT
from stimmung.store.jobs.records import (
    Added,
    Beat,
    Counts,
    Done,
    Failure,
    Job,
    JobState,
    NewJob,
    Reason,
    TakenBack,
    Wants,
    Which,
)

EVENING = datetime(2026, 3, 1, 20, tzinfo=UTC)


def toy_job(number: int, new: NewJob, batch: str = "night") -> Job:
    """Return a job that waits."""
    return Job(
        number=number,
        batch=batch,
        sources=new.sources,
        info=new.info,
        state="waiting",
        stage="",
        attempts=0,
        not_before=None,
        worker=None,
        lease=None,
        beat_at=None,
        error_type=None,
        error="",
        content=None,
        call_id=None,
        audio_seconds=None,
        timings={},
        redo=(),
        priority=new.priority,
        began=new.began,
        size=new.size,
        added_at=EVENING,
        started_at=None,
        ended_at=None,
        same_as=None,
    )


@dataclass
class ToyJobs:
    """Keeps jobs by number; `lost` are told to whoever beats, `away` is raised as often as it says."""

    jobs: dict[int, Job] = field(default_factory=dict)
    lost: tuple[int, ...] = ()
    away: int = 0
    beats: list[Mapping[int, Beat]] = field(default_factory=list)
    given_back: list[int] = field(default_factory=list)
    taken_back: list[str | None] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)
    asked: list[Which] = field(default_factory=list)
    reasons: tuple[Reason, ...] = ()

    def states(self) -> list[JobState]:
        return [job.state for job in self.jobs.values()]

    def add(self, batch: str, found: Iterable[NewJob]) -> Added:
        self._answer()
        known = {job.sources for job in self.jobs.values()}
        new = [one for one in found if one.sources not in known]
        for one in new:
            number = len(self.jobs) + 1
            self.jobs[number] = toy_job(number, one, batch)
        return Added(new=len(new))

    def lease(self, worker: str, wants: Wants) -> tuple[Job, ...]:
        self._answer()
        waiting = [job for job in self.jobs.values() if job.state == "waiting"][: wants.most]
        for job in waiting:
            self.jobs[job.number] = replace(job, state="running", worker=worker)
        return tuple(self.jobs[job.number] for job in waiting)

    def beat(self, worker: str, held: Mapping[int, Beat]) -> tuple[int, ...]:
        self._answer()
        self.beats.append(held)
        return tuple(number for number in self.lost if number in held)

    def claim(self, job: Job, content: str) -> int | None:
        for other in self.jobs.values():
            if other.number != job.number and other.content == content and other.state != "failed":
                self._change(job, state="skipped", same_as=other.number, error_type="same_recording")
                return other.number
        self._change(job, content=content)
        return None

    def finish(self, job: Job, done: Done) -> bool:
        self._answer()
        self._change(job, state="done", call_id=done.call_id, audio_seconds=done.audio_seconds, timings=done.timings)
        return True

    def fail(self, job: Job, failure: Failure) -> JobState | None:
        self._answer()
        state: JobState = "waiting" if failure.heals else "failed"
        self._change(job, state=state, error_type=failure.error_type, error=failure.error)
        return state

    def skip(self, job: Job, error_type: str, reason: str, forget: bool = False) -> bool:
        self._answer()
        self.forgotten += [job.number] if forget else []
        self._change(job, state="skipped", error_type=error_type, error=reason)
        return True

    def give_back(self, job: Job, seconds: float) -> bool:
        if self.jobs[job.number].state != "running":
            return False
        self.given_back.append(job.number)
        self._change(job, state="waiting", worker=None)
        return True

    def take_back(self, after: timedelta = SILENT, worker: str | None = None) -> TakenBack:
        self._answer()
        self.taken_back += [worker] if worker else []
        mine = [job for job in self.jobs.values() if job.state == "running" and job.worker == worker]
        for job in mine:
            self._change(job, state="waiting", worker=None)
        return TakenBack(again=tuple(job.number for job in mine))

    def counts(self, batch: str | None) -> Counts:
        self._answer()
        states: dict[JobState, int] = dict.fromkeys(("waiting", "running", "done", "skipped", "failed", "canceled"), 0)
        sizes = dict(states)
        for job in self.jobs.values():
            if batch in (None, job.batch):
                states[job.state] += 1
                sizes[job.state] += job.size
        audio = sum(job.audio_seconds or 0.0 for job in self.jobs.values())
        return Counts(states, sizes, audio, 0.0, {})

    def failures(self, which: Which) -> tuple[Reason, ...]:
        self.asked.append(which)
        return self.reasons

    def find(self, which: Which) -> tuple[Job, ...]:
        return tuple(self.jobs.values())

    def batches(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(job.batch for job in self.jobs.values()))

    def retry(self, which: Which) -> int:
        self.asked.append(which)
        return 2

    def cancel(self, which: Which) -> int:
        self.asked.append(which)
        return 3

    def _answer(self) -> None:
        if self.away:
            self.away -= 1
            raise StoreError("the database is away")

    def _change(self, job: Job, **values: object) -> None:
        self.jobs[job.number] = replace(self.jobs[job.number], **values)  # type: ignore[arg-type]  # of Job's types
