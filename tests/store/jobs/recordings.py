"""Recordings as a folder would give them, and a night in which they are done."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.store.made_calls import saved_call, with_info

from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.jobs.adding import add_jobs
from stimmung.store.jobs.finishing import finish
from stimmung.store.jobs.leasing import lease
from stimmung.store.jobs.listing import find_jobs
from stimmung.store.jobs.records import Added, Done, Job, NewJob, Wants, Which
from stimmung.store.places import Places

EVENING = datetime(2026, 3, 1, 20, tzinfo=UTC)
BATCH = "night of 1 March"


def later(seconds: float = 0.0, minutes: float = 0.0) -> datetime:
    return EVENING + timedelta(seconds=seconds, minutes=minutes)


def new(number: int, customer: str | None = None, version: str = "1", priority: int = 0) -> NewJob:
    """Return recording `number` of a folder."""
    return NewJob(
        sources=(f"/recordings/{number:04}_{customer or 'nobody'}.wav",),
        versions=(version,),
        info={"customer": customer, "call_id": f"call-{number}"} if customer else {"queue": "meters"},
        priority=priority,
        began=EVENING - timedelta(minutes=1000 - number),
        size=1000,
    )


def add(database: Database, places: Places, *found: NewJob, batch: str = BATCH) -> Added:
    return add_jobs(database, places, batch, found)


def add_some(database: Database, places: Places, count: int) -> Added:
    return add(database, places, *(new(number) for number in range(1, count + 1)))


def take(
    database: Database, places: Places, worker: str = "w1", most: int = 1, now: datetime = EVENING
) -> tuple[Job, ...]:
    return lease(database, places, worker, Wants(most), now)


def take_one(database: Database, places: Places, worker: str = "w1", now: datetime = EVENING) -> Job:
    (job,) = take(database, places, worker, 1, now)
    return job


def keep(database: Database, places: Places, job: Job, number: int, customer: str | None = None) -> str:
    """Keep call `number` of the series as the job's."""
    made = saved_call(number)
    if customer:
        made = with_info(made, replace(made.analysis.info, customer=customer))
    if job.content:
        made = replace(made, content_hash=job.content)
    return save_call(database, places, made).call_id


def do(database: Database, places: Places, job: Job, number: int, customer: str | None = None) -> bool:
    call_id = keep(database, places, job, number, customer)
    return finish(database, job, Done(call_id, 60.0, {"decode": 1.0, "recognise": 4.0}), EVENING)


def job_of(database: Database, places: Places, number: int) -> Job:
    (job,) = find_jobs(database, places, Which(numbers=(number,)))
    return job


def states(database: Database, places: Places) -> list[str]:
    """Return the states of all jobs, by number."""
    return [job.state for job in find_jobs(database, places, Which())]


def numbers(found: Sequence[Job]) -> list[int]:
    return [job.number for job in found]
