"""How far recordings are, and why some were given up or skipped."""

from collections import defaultdict
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Final, get_args

from sqlalchemy import Connection, Double, cast, func, select

from stimmung.store.database import Database
from stimmung.store.jobs.records import Counts, Job, JobState, Reason, Which
from stimmung.store.jobs.rows import chosen, load_jobs
from stimmung.store.jobs.sealing import JobKeys, job_keys
from stimmung.store.places import Places
from stimmung.store.schema import jobs

STATES: Final[tuple[JobState, ...]] = get_args(JobState)
TOLD: Final[tuple[JobState, ...]] = ("failed", "skipped")
FILE = "FILE"  # in messages, for the name of whichever recording it is
SHORTEST = 5  # characters of a name that is told from a word or a number
SOME = 20  # numbers of jobs that a reason names


def find_jobs(database: Database, places: Places, which: Which) -> tuple[Job, ...]:
    """Return the jobs that are meant, by number. Raises StoreError."""
    keys = job_keys(places)
    return database.run(lambda connection: _matching(connection, keys, which))


def numbers_of(connection: Connection, keys: JobKeys, which: Which) -> list[int]:
    """Return the numbers of the jobs that are meant; only a pattern for sources needs them decrypted."""
    if which.sources:
        return [job.number for job in _matching(connection, keys, which)]
    return list(connection.scalars(select(jobs.c.id).where(chosen(which)).order_by(jobs.c.id)))


def counts(database: Database, batch: str | None = None) -> Counts:
    """Return how far a batch is, or everything. Raises StoreError."""
    return database.run(lambda connection: _count(connection, Which(batch)))


def batches(database: Database) -> tuple[str, ...]:
    """Return the batches that have jobs, the one last added to first. Raises StoreError."""
    query = select(jobs.c.batch).group_by(jobs.c.batch).order_by(func.max(jobs.c.added_at).desc(), jobs.c.batch.desc())
    return database.run(lambda connection: tuple(connection.scalars(query)))


def failures(database: Database, places: Places, which: Which | None = None) -> tuple[Reason, ...]:
    """Return why recordings were given up or skipped, the most frequent reasons first. Raises StoreError."""
    keys = job_keys(places)
    asked = which or Which(states=TOLD)
    found = database.run(lambda connection: _matching(connection, keys, asked))
    groups: defaultdict[tuple[JobState, str, str], list[int]] = defaultdict(list)
    for job in found:
        if job.state in TOLD:
            groups[job.state, job.error_type or "", _without_names(job)].append(job.number)
    reasons = (
        Reason(state, error_type, text, len(numbers), tuple(numbers[:SOME]))
        for (state, error_type, text), numbers in groups.items()
    )
    return tuple(sorted(reasons, key=lambda one: (TOLD.index(one.state), -one.count, one.error_type, one.text)))


def _matching(connection: Connection, keys: JobKeys, which: Which) -> tuple[Job, ...]:
    found = load_jobs(connection, keys, chosen(which))
    if not which.sources:
        return found
    return tuple(job for job in found if any(fnmatchcase(source, which.sources) for source in job.sources))


def _count(connection: Connection, which: Which) -> Counts:
    sums = select(
        jobs.c.state,
        func.count().label("jobs"),
        func.sum(jobs.c.size).label("size"),
        func.sum(jobs.c.audio_seconds).label("audio"),
        func.sum(jobs.c.lost).label("lost"),
    )
    rows = connection.execute(sums.where(chosen(which)).group_by(jobs.c.state)).all()
    by_state = {row.state: row for row in rows}
    return Counts(
        states={state: by_state[state].jobs if state in by_state else 0 for state in STATES},
        sizes={state: int(by_state[state].size) if state in by_state else 0 for state in STATES},
        audio_seconds=float(by_state["done"].audio or 0.0) if "done" in by_state else 0.0,
        repeated_seconds=sum(float(row.lost) for row in rows),
        stages=_stages(connection, which),
    )


def _stages(connection: Connection, which: Which) -> Mapping[str, float]:
    parts = func.jsonb_each_text(jobs.c.timings).table_valued("key", "value").render_derived()
    query = (
        select(parts.c.key, func.sum(cast(parts.c.value, Double)))
        .select_from(jobs.join(parts, onclause=chosen(which)))
        .where(jobs.c.state == "done")
        .group_by(parts.c.key)
        .order_by(parts.c.key)
    )
    return {stage: float(seconds) for stage, seconds in connection.execute(query)}


def _without_names(job: Job) -> str:
    """Return the message without the names of the job's files, so that equal reasons read equal."""
    text = job.error
    for source in job.sources:
        for name in (source, PurePath(source).name):
            text = text.replace(name, FILE) if len(name) >= SHORTEST else text
    return text
