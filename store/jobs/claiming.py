"""The same recording under two names is done once: the first of them that is read; the others name that job."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, update

from stimmung.store.database import Database
from stimmung.store.jobs.records import LIVE, SAME, Job
from stimmung.store.jobs.rows import is_now
from stimmung.store.membership import among
from stimmung.store.schema import jobs

CLAIMING = 7_369_706_426  # seed of the hash that advisory locks are named by, ours by choice
NOBODY = {"info": None, "customer_pseudonym": None, "call_pseudonym": None, "key_id": None}  # the call has them


def claim_content(database: Database, job: Job, content: str) -> int | None:
    """Say that the job's recording has this content (`store.content`); return the job that does it already, if any.

    This one is `skipped` then, and waits again should the other one be given up. None: go on. Raises StoreError.
    """
    return database.run(lambda connection: _claim(connection, job, content))


def release_same(connection: Connection, numbers: Sequence[int]) -> None:
    """Have those wait again that were skipped because of these jobs, which will not do their recording after all."""
    same = among(jobs.c.same_as, numbers)
    again = {"state": "waiting", "same_as": None, "error_type": None, "ended_at": None, "worker": None}
    connection.execute(update(jobs).where(same, jobs.c.state == "skipped").values(again))


def _claim(connection: Connection, job: Job, content: str) -> int | None:
    # Two workers with the same content: the second waits here, and sees below what the first one wrote.
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(content, CLAIMING))))
    own = (jobs.c.id == job.number) & (jobs.c.lease == job.lease)
    alike = jobs.c.id != job.number, jobs.c.content == content, is_now(*LIVE)
    # Held for a moment, so that its end is seen here, or sees below what is written here.
    other = connection.execute(select(jobs.c.id, jobs.c.state).where(*alike).with_for_update(read=True)).first()
    if other is None:
        connection.execute(update(jobs).where(own, jobs.c.state == "running").values(content=content))
        return None
    values = {
        "state": "skipped",
        "same_as": other.id,
        "error_type": SAME,
        "error": None,
        "content": None,
        "worker": None,
        "ended_at": func.now(),
        **(NOBODY if other.state == "done" else {}),  # else it may have to be done after all
    }
    connection.execute(update(jobs).where(own, jobs.c.state == "running").values(values))
    return int(other.id)
