"""A job's row as a record, and the conditions that choose rows."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, literal, literal_column, select, true
from sqlalchemy.types import DateTime, Text

from stimmung.store.jobs.records import Job, JobState, Which
from stimmung.store.jobs.sealing import JobKeys
from stimmung.store.membership import among
from stimmung.store.schema import calls, jobs

AnyRow = Row[Any]  # Any: of columns of many types


def moment(now: datetime | None) -> ColumnElement[datetime]:
    """Return the time by the database's clock, which all machines share; `now` instead of it where one is given."""
    return func.now() if now is None else literal(now, DateTime(timezone=True))


def is_now(*states: JobState) -> ColumnElement[bool]:
    """Return the condition that a job is in one of these states, as text in the statement: indexes are by states."""
    return jobs.c.state.in_([literal_column(f"'{state}'", Text) for state in states])


def chosen(which: Which) -> ColumnElement[bool]:
    """Return the condition for everything but the pattern for sources, which are encrypted."""
    return and_(
        true() if which.batch is None else jobs.c.batch == which.batch,
        jobs.c.state.in_(which.states) if which.states else true(),
        jobs.c.error_type.in_(which.error_types) if which.error_types else true(),
        among(jobs.c.id, which.numbers) if which.numbers else true(),
    )


def load_jobs(connection: Connection, keys: JobKeys, condition: ColumnElement[bool]) -> tuple[Job, ...]:
    """Return the jobs for which the condition is true, by number."""
    query = select(jobs, calls.c.call_id).outerjoin(calls, calls.c.id == jobs.c.call).where(condition)
    return tuple(_job(row, keys) for row in connection.execute(query.order_by(jobs.c.id)))


def in_order(found: Sequence[Job], numbers: Collection[int]) -> tuple[Job, ...]:
    """Return the jobs in the order of their numbers in `numbers`."""
    by_number = {job.number: job for job in found}
    return tuple(by_number[number] for number in numbers if number in by_number)


def _job(row: AnyRow, keys: JobKeys) -> Job:
    sources = keys.open(row.sealed_by, row.source_key, "sources", row.sources)
    info = keys.open(row.sealed_by, row.source_key, "info", row.info)
    error = keys.open(row.sealed_by, row.source_key, "error", row.error)
    return Job(
        number=row.id,
        batch=row.batch,
        sources=tuple(sources or ()),
        info=info or {},
        state=row.state,
        stage=row.stage,
        attempts=row.attempts,
        not_before=row.not_before,
        worker=row.worker,
        lease=row.lease,
        beat_at=row.beat_at,
        error_type=row.error_type,
        error=error or "",
        content=row.content,
        call_id=row.call_id,
        audio_seconds=row.audio_seconds,
        timings=dict(row.timings),
        redo=tuple(row.redo or ()),
        priority=row.priority,
        began=row.began,
        size=row.size,
        added_at=row.added_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        same_as=row.same_as,
    )
