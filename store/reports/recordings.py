"""What became of recordings that were to be analysed, for a report."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, select

from stimmung.calls.report_records import Period, Reasons, Recordings
from stimmung.store.database import Database
from stimmung.store.jobs.listing import TOLD, failures, find_jobs
from stimmung.store.jobs.records import Reason, Which
from stimmung.store.places import Places
from stimmung.store.schema import jobs

UNENDED = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class _Ended:
    """Jobs by state, and the numbers of those that were given up or skipped."""

    states: dict[str, int]
    told: tuple[int, ...]


def recordings_of(database: Database, places: Places, period: Period, with_files: bool = False) -> Recordings:
    """Return what became of recordings in a period, and why some became no call; those that wait are of today.

    `with_files`: with their names, which may be those of people. Raises StoreError.
    """
    ended = database.run(lambda connection: _ended(connection, period))
    if not ended.told:
        return Recordings(ended.states, ())
    reasons = failures(database, places, Which(states=TOLD, numbers=ended.told))
    return Recordings(ended.states, tuple(_reasons(database, places, one, with_files) for one in reasons))


def _ended(connection: Connection, period: Period) -> _Ended:
    within = (jobs.c.ended_at >= period.first) & (jobs.c.ended_at < period.end)
    meant = within | jobs.c.state.in_(UNENDED)
    counted = connection.execute(select(jobs.c.state, func.count().label("jobs")).where(meant).group_by(jobs.c.state))
    told = connection.scalars(select(jobs.c.id).where(within, jobs.c.state.in_(TOLD)).order_by(jobs.c.id))
    return _Ended({row.state: row.jobs for row in counted}, tuple(told))


def _reasons(database: Database, places: Places, reason: Reason, with_files: bool) -> Reasons:
    files: tuple[str, ...] = ()
    if with_files:
        found = find_jobs(database, places, Which(numbers=reason.numbers))
        files = tuple(source for job in found for source in job.sources)
    state: Literal["failed", "skipped"] = "failed" if reason.state == "failed" else "skipped"
    return Reasons(state, reason.error_type, reason.text, reason.count, reason.numbers, files)
