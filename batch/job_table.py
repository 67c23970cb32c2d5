"""The recordings that wait to be analysed, as commands and workers see them: tests hand in a small table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

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


class WorkTable(Protocol):
    """What a worker asks of the table. Everything raises StoreError where it cannot be reached."""

    def lease(self, worker: str, wants: Wants) -> tuple[Job, ...]:
        """Give a worker the next recordings; see `store.jobs.leasing`."""
        ...

    def beat(self, worker: str, held: Mapping[int, Beat]) -> tuple[int, ...]:
        """Say that a worker is alive; return the numbers of those that it is not to go on with."""
        ...

    def claim(self, job: Job, content: str) -> int | None:
        """Say what a recording's content is; return the job that does the same one already, if any."""
        ...

    def finish(self, job: Job, done: Done) -> bool:
        """Say that the call is kept."""
        ...

    def fail(self, job: Job, failure: Failure) -> JobState | None:
        """Say that it could not be done."""
        ...

    def skip(self, job: Job, error_type: str, reason: str, forget: bool = False) -> bool:
        """Say that there is nothing to do with it."""
        ...

    def give_back(self, job: Job, seconds: float) -> bool:
        """Have it wait again at once; `seconds` of work are lost."""
        ...


class JobTable(WorkTable, Protocol):
    """What those ask who add recordings, watch them being done, and decide about them."""

    def add(self, batch: str, found: Iterable[NewJob]) -> Added:
        """Add recordings to a batch."""
        ...

    def take_back(self, after: timedelta = SILENT, worker: str | None = None) -> TakenBack:
        """Have those wait again whose worker is silent."""
        ...

    def counts(self, batch: str | None) -> Counts:
        """Return how far a batch is, or everything."""
        ...

    def failures(self, which: Which) -> Sequence[Reason]:
        """Return why recordings were given up or skipped, the most frequent reasons first."""
        ...

    def find(self, which: Which) -> Sequence[Job]:
        """Return the jobs that are meant."""
        ...

    def batches(self) -> Sequence[str]:
        """Return the batches that have jobs, the newest first."""
        ...

    def retry(self, which: Which) -> int:
        """Have jobs wait again that were given up or canceled; return how many."""
        ...

    def cancel(self, which: Which) -> int:
        """Have jobs be left alone; return how many."""
        ...
