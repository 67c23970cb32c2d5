"""What a worker says at the end of a recording: it is done, it failed, or there is nothing to do with it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, delete, func, null, select, update

from stimmung.store.database import Database
from stimmung.store.jobs.claiming import NOBODY, release_same
from stimmung.store.jobs.records import Done, Failure, Job, JobState
from stimmung.store.jobs.rows import AnyRow, moment
from stimmung.store.jobs.sealing import JobKeys, job_keys
from stimmung.store.json_records import clean
from stimmung.store.places import Places
from stimmung.store.schema import calls, jobs

WAITS: Final = (timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=15))  # then it is given up
UNDER_WAY: Final[tuple[JobState, ...]] = ("running", "canceled")  # the last where its worker has not heard of it
JITTER = 0.2  # of a wait, either way: a hundred that failed of the same do not come back at the same second


@dataclass(frozen=True, slots=True)
class _Pause:
    """From when a job waits (None: the database's time), and by how much longer or shorter than usual."""

    now: datetime | None
    factor: float


def finish(database: Database, job: Job, done: Done, now: datetime | None = None) -> bool:
    """Say that the call is kept. What was known of it is forgotten here: the call has it.

    False: the job was not this worker's any more; if it was so because the call is gone again (erased), its row goes
    as well. Raises StoreError.
    """
    return database.run(lambda connection: _finish(connection, job, done, now))


def fail(
    database: Database,
    places: Places,
    job: Job,
    failure: Failure,
    now: datetime | None = None,
    draw: Callable[[], float] = random.random,
) -> JobState | None:
    """Say that it could not be done, and return what it is now: `waiting` for a while if that may help, or `failed`.

    What may heal is tried again after 1, 4 and 15 minutes, then given up; `draw` (0 to 1) spreads that. None: the job
    was not this worker's any more. Raises StoreError.
    """
    keys = job_keys(places)
    pause = _Pause(now, 1 + JITTER * (2 * draw() - 1))
    return database.run(lambda connection: _fail(connection, keys, job, failure, pause))


def skip(database: Database, places: Places, job: Job, error_type: str, reason: str, forget: bool = False) -> bool:
    """Say that there is nothing to do with it, and why: no speech, refused by policy. It is not tried again.

    `forget`: of somebody who was erased; then the row keeps nothing but a digest by which the file is known. False:
    the job was not this worker's any more. Raises StoreError.
    """
    keys = job_keys(places)
    return database.run(lambda connection: _skip(connection, keys, job, Failure(error_type, reason), forget))


def _finish(connection: Connection, job: Job, done: Done, now: datetime | None) -> bool:
    # The call first, as erasures do: it stays until this is over, or is gone.
    kept = select(calls.c.id).where(calls.c.call_id == clean(done.call_id)).with_for_update(read=True, key_share=True)
    call = connection.scalar(kept)
    own = (jobs.c.id == job.number) & (jobs.c.lease == job.lease)
    if call is None:
        connection.execute(delete(jobs).where(own, jobs.c.worker == job.worker, jobs.c.state.in_(UNDER_WAY)))
        return False
    values = {
        "state": "done",
        "call": call,
        "audio_seconds": done.audio_seconds,
        "timings": dict(done.timings),
        "redo": None,
        "error_type": None,
        "error": None,
        "suspect": False,
        "ended_at": moment(now),
        # Whoever was canceled and did not hear of it: its content may be another's by now.
        "content": case((jobs.c.state == "canceled", null()), else_=jobs.c.content),
        **NOBODY,
    }
    ours = jobs.c.state.in_((*UNDER_WAY, "done"))  # the last by an attempt whose commit was lost on the way
    if not connection.execute(update(jobs).where(own, ours).values(values)).rowcount:
        return False
    connection.execute(update(jobs).where(jobs.c.same_as == job.number).values(NOBODY))
    return True


def _fail(connection: Connection, keys: JobKeys, job: Job, failure: Failure, pause: _Pause) -> JobState | None:
    row = _own(connection, job)
    if row is None or row.state != "running":
        return None if row is None else _ended(row)
    wait = _wait(row.tries, failure)
    values = {
        **_why(keys, row, failure),
        "tries": jobs.c.tries + 1,
        "worker": None,
        "lost": jobs.c.lost + (failure.seconds if wait is not None else 0.0),
        "spent": 0.0,
    }
    if wait is None:
        ending: dict[str, object] = {"state": "failed", "ended_at": moment(pause.now)}
    else:
        ending = {"state": "waiting", "not_before": moment(pause.now) + wait * pause.factor}
    connection.execute(update(jobs).where(jobs.c.id == job.number).values(**values, **ending))
    if wait is None:
        release_same(connection, [job.number])
        return "failed"
    return "waiting"


def _skip(connection: Connection, keys: JobKeys, job: Job, failure: Failure, forget: bool) -> bool:
    row = _own(connection, job)
    if row is None or row.state not in ("running", "skipped"):
        return False
    forgotten = {"sources": None, "error": None, "began": None, "content": None, **NOBODY} if forget else {}
    values = {**_why(keys, row, failure), "state": "skipped", "worker": None, "ended_at": func.now(), **forgotten}
    connection.execute(update(jobs).where(jobs.c.id == job.number).values(values))
    release_same(connection, [job.number])
    return True


def _own(connection: Connection, job: Job) -> AnyRow | None:
    """Return the row of a job if it was leased to this worker last, held until the transaction ends."""
    columns: tuple[ColumnElement[Any], ...] = (jobs.c.state, jobs.c.tries, jobs.c.sealed_by, jobs.c.source_key)
    own = (jobs.c.id == job.number) & (jobs.c.lease == job.lease)
    return connection.execute(select(*columns).where(own).with_for_update()).one_or_none()


def _ended(row: AnyRow) -> JobState | None:
    """Return what an attempt whose commit was lost on the way has made of it; None where somebody else did."""
    state: JobState = row.state
    return state if state in ("waiting", "failed") else None


def _wait(tries: int, failure: Failure) -> timedelta | None:
    if not failure.heals or tries >= len(WAITS):
        return None
    return failure.wait or WAITS[tries]


def _why(keys: JobKeys, row: AnyRow, failure: Failure) -> dict[str, object]:
    key = keys.by_id(row.sealed_by)
    error = key.seal(row.source_key, "error", failure.error) if key else None
    return {"error_type": clean(failure.error_type), "error": error, "heals": failure.heals}
