"""What goes of job rows: with a person who asks, and after its time. What hangs on a call goes with the call."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, ColumnElement, Connection, and_, delete, func, select

from stimmung.store.jobs.records import KnownJob
from stimmung.store.membership import among
from stimmung.store.pseudonyms import open_secret
from stimmung.store.removal.erasure_register import Erasure
from stimmung.store.schema import jobs
from stimmung.store.secret import Pseudonym, Secret


def forget_jobs(connection: Connection, secret_file: Path, erasure: Erasure) -> int:
    """Delete the jobs, added up to then, of the person or call that an erasure took, and return how many.

    Whose that was may be forgotten: then every job from before it goes. Raises StoreError without the secret.
    """
    early = jobs.c.added_at <= erasure.at
    if erasure.subject is None:
        return int(connection.execute(delete(jobs).where(early)).rowcount)
    secret = open_secret(connection, secret_file)
    column = jobs.c.customer_pseudonym if erasure.kind == "customer" else jobs.c.call_pseudonym
    values = _alike(connection, secret, column, Pseudonym(erasure.subject, erasure.key_id))
    return int(connection.execute(delete(jobs).where(among(column, values), early)).rowcount)


def delete_jobs_before(connection: Connection, end: datetime) -> int:
    """Delete jobs that have no call and were added before `end`, but for those that run; return how many."""
    return int(connection.execute(delete(jobs).where(*_old(end))).rowcount)


def count_jobs_before(connection: Connection, end: datetime) -> int:
    """Return how many `delete_jobs_before` would delete, but for those that name one of them as the same recording."""
    return connection.scalar(select(func.count()).select_from(jobs).where(*_old(end))) or 0


def jobs_about(connection: Connection, pseudonyms: Sequence[str]) -> tuple[KnownJob, ...]:
    """Return the jobs of these people's recordings, as far as they are no calls, oldest first."""
    about = and_(among(jobs.c.customer_pseudonym, pseudonyms), jobs.c.call.is_(None))
    query = select(jobs.c.added_at, jobs.c.began, jobs.c.state).where(about).order_by(jobs.c.added_at, jobs.c.id)
    return tuple(KnownJob(row.added_at, row.began, row.state) for row in connection.execute(query))


def _alike(connection: Connection, secret: Secret, column: Column[str], subject: Pseudonym) -> set[str]:
    """Return the subject's pseudonyms in the column, by whichever secret they were made."""
    newest = secret.renewed(subject)
    older = select(column, jobs.c.key_id).where(column.is_not(None), jobs.c.key_id != secret.key_id).distinct()
    rows = connection.execute(older).all()
    return {newest.value} | {value for value, key_id in rows if secret.renewed(Pseudonym(value, key_id)) == newest}


def _old(end: datetime) -> tuple[ColumnElement[bool], ...]:
    return jobs.c.call.is_(None), jobs.c.added_at < end, jobs.c.state != "running"
