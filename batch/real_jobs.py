"""The table of jobs in the store's database."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from stimmung.store.database import Database
from stimmung.store.jobs.adding import add_jobs
from stimmung.store.jobs.changing import cancel, retry
from stimmung.store.jobs.claiming import claim_content
from stimmung.store.jobs.finishing import fail, finish, skip
from stimmung.store.jobs.leasing import SILENT, beat, give_back, lease, take_back
from stimmung.store.jobs.listing import batches, counts, failures, find_jobs
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
from stimmung.store.places import Places


class RealJobs:
    """See `JobTable`. Where there are no jobs there may be no key yet either, and nothing is asked for it."""

    def __init__(self, database: Database, places: Places) -> None:
        self._database, self._places = database, places

    def lease(self, worker: str, wants: Wants) -> tuple[Job, ...]:
        """Give a worker the next recordings."""
        return lease(self._database, self._places, worker, wants)

    def beat(self, worker: str, held: Mapping[int, Beat]) -> tuple[int, ...]:
        """Say that a worker is alive."""
        return beat(self._database, worker, held)

    def claim(self, job: Job, content: str) -> int | None:
        """Say what a recording's content is."""
        return claim_content(self._database, job, content)

    def finish(self, job: Job, done: Done) -> bool:
        """Say that the call is kept."""
        return finish(self._database, job, done)

    def fail(self, job: Job, failure: Failure) -> JobState | None:
        """Say that it could not be done."""
        return fail(self._database, self._places, job, failure)

    def skip(self, job: Job, error_type: str, reason: str, forget: bool = False) -> bool:
        """Say that there is nothing to do with it."""
        return skip(self._database, self._places, job, error_type, reason, forget)

    def give_back(self, job: Job, seconds: float) -> bool:
        """Have it wait again at once."""
        return give_back(self._database, job, seconds)

    def add(self, batch: str, found: Iterable[NewJob]) -> Added:
        """Add recordings to a batch."""
        return add_jobs(self._database, self._places, batch, found)

    def take_back(self, after: timedelta = SILENT, worker: str | None = None) -> TakenBack:
        """Have those wait again whose worker is silent."""
        return take_back(self._database, self._places, after, worker)

    def counts(self, batch: str | None) -> Counts:
        """Return how far a batch is, or everything."""
        return counts(self._database, batch)

    def failures(self, which: Which) -> tuple[Reason, ...]:
        """Return why recordings were given up or skipped."""
        return failures(self._database, self._places, which) if self.batches() else ()

    def find(self, which: Which) -> tuple[Job, ...]:
        """Return the jobs that are meant."""
        return find_jobs(self._database, self._places, which) if self.batches() else ()

    def batches(self) -> tuple[str, ...]:
        """Return the batches that have jobs, the newest first."""
        return batches(self._database)

    def retry(self, which: Which) -> int:
        """Have jobs wait again that were given up or canceled."""
        return retry(self._database, self._places, which) if self.batches() else 0

    def cancel(self, which: Which) -> int:
        """Have jobs be left alone."""
        return cancel(self._database, self._places, which) if self.batches() else 0
