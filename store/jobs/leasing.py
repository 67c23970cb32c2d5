"""Hands recordings to workers, each to one at a time, and takes them back from workers that are silent.

A worker that dies loses its lease and nothing else. A recording that kills its worker must not do so for ever, and one
that was only near must not be given up for it: what was in the hands of a worker that died is leased alone from then
on, after everything else, and only deaths over it alone count.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select, true, update

from stimmung.store.database import Database
from stimmung.store.jobs.claiming import release_same
from stimmung.store.jobs.records import WORKER_LOST, Beat, Job, TakenBack, Wants
from stimmung.store.jobs.rows import in_order, is_now, load_jobs, moment
from stimmung.store.jobs.sealing import JobKeys, job_keys
from stimmung.store.json_records import clean
from stimmung.store.membership import among
from stimmung.store.places import Places
from stimmung.store.schema import jobs

LEASE_BYTES = 8
FATAL = 3  # deaths over one recording alone, then it is given up
SILENT = timedelta(seconds=60)  # several heartbeats; a worker that swaps, or whose database fails over, comes back
LOST = f"its worker ended {FATAL} times while it did this recording and nothing else: look at it by itself"


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who asks for jobs: `lease` is new each time, so that a repeated attempt finds what the first one took."""

    worker: str
    lease: str
    wants: Wants
    now: datetime | None


def lease(
    database: Database, places: Places, worker: str, wants: Wants, now: datetime | None = None
) -> tuple[Job, ...]:
    """Give a worker the next recordings, highest priority first, then the oldest call; it is `running` them now.

    `worker` is a name that no other process has, nor had before. One over which a worker died is given only to a worker
    that has nothing else, when nothing else is due. `now`: instead of the database's time. Raises StoreError.
    """
    keys = job_keys(places)
    asking = _Asking(clean(worker), secrets.token_hex(LEASE_BYTES), wants, now)
    return database.run(lambda connection: _lease(connection, keys, asking))


def beat(database: Database, worker: str, held: Mapping[int, Beat], now: datetime | None = None) -> tuple[int, ...]:
    """Say that a worker is alive and how far it is, by numbers of jobs; return those that it is not to go on with.

    They were canceled, erased, changed on the disk, done otherwise, or taken back while it was silent. Raises
    StoreError.
    """
    return database.run(lambda connection: _beat(connection, clean(worker), held, now)) if held else ()


def give_back(database: Database, job: Job, seconds: float = 0.0) -> bool:
    """Have a job wait again at once, as if it had not been leased, but for the `seconds` of work that are lost.

    False: it was not this worker's any more. Raises StoreError.
    """
    return database.run(lambda connection: _give_back(connection, job, seconds))


def take_back(
    database: Database,
    places: Places,
    after: timedelta = SILENT,
    worker: str | None = None,
    now: datetime | None = None,
) -> TakenBack:
    """Have those wait again whose worker has been silent for that long. Any process may, as often as it likes.

    `worker`: only its jobs, by whoever has seen it die, with an `after` of nothing. When the third worker dies over one
    alone it is given up (`WorkerLost`). Raises StoreError.
    """
    keys = job_keys(places)
    old = jobs.c.beat_at <= moment(now) - after
    which = old if worker is None else and_(old, jobs.c.worker == clean(worker))
    return database.run(lambda connection: _take_back(connection, keys, which))


def _lease(connection: Connection, keys: JobKeys, asking: _Asking) -> tuple[Job, ...]:
    held = connection.execute(
        select(jobs.c.id, jobs.c.lease, jobs.c.suspect).where(jobs.c.worker == asking.worker, is_now("running"))
    ).all()
    numbers: Sequence[int] = [row.id for row in held if row.lease == asking.lease]  # commit lost on the way
    if not numbers and not any(row.suspect for row in held):
        numbers = _take(connection, keys, asking, asking.wants.most, suspect=False)
        if not numbers and not held:
            numbers = _take(connection, keys, asking, 1, suspect=True)
    return in_order(load_jobs(connection, keys, among(jobs.c.id, numbers)), numbers) if numbers else ()


def _take(connection: Connection, keys: JobKeys, asking: _Asking, most: int, suspect: bool) -> list[int]:
    now = moment(asking.now)
    due = or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now)
    batch = true() if asking.wants.batch is None else jobs.c.batch == clean(asking.wants.batch)
    # Without their key, or where they were forgotten, nobody can know which recording it is.
    readable = jobs.c.sealed_by.in_(keys.key_ids) & jobs.c.sources.is_not(None)
    query = (
        select(jobs.c.id)
        .where(is_now("waiting"), jobs.c.suspect.is_(suspect), due, batch, readable)
        # The least suspected first: a run that is killed often shall not meet the same one each time.
        .order_by(*([jobs.c.kills] if suspect else []), jobs.c.priority.desc(), jobs.c.began, jobs.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    numbers = list(connection.scalars(query))
    taken = {
        "state": "running",
        "stage": "",
        "attempts": jobs.c.attempts + 1,
        "worker": asking.worker,
        "lease": asking.lease,
        "beat_at": now,
        "started_at": now,
        "ended_at": None,
        "not_before": None,
        "spent": 0.0,
    }
    if numbers:
        connection.execute(update(jobs).where(among(jobs.c.id, numbers)).values(taken))
    return numbers


def _beat(connection: Connection, worker: str, held: Mapping[int, Beat], now: datetime | None) -> tuple[int, ...]:
    mine = and_(jobs.c.worker == worker, is_now("running"))
    query = select(jobs.c.id).where(mine, among(jobs.c.id, held)).order_by(jobs.c.id).with_for_update()
    numbers = list(connection.scalars(query))
    if numbers:
        told = update(jobs).where(jobs.c.id == bindparam("number"))
        values = {"stage": bindparam("at"), "spent": bindparam("seconds"), "beat_at": moment(now)}
        rows = [{"number": one, "at": clean(held[one].stage), "seconds": held[one].seconds} for one in numbers]
        connection.execute(told.values(values), rows)
    return tuple(sorted(set(held) - set(numbers)))


def _give_back(connection: Connection, job: Job, seconds: float) -> bool:
    own = (jobs.c.id == job.number) & (jobs.c.lease == job.lease)
    values = {"state": "waiting", "stage": "", "worker": None, "lost": jobs.c.lost + seconds, "spent": 0.0}
    # By an attempt whose commit was lost on the way it waits already; its lease is new as soon as it is leased again.
    done = connection.execute(update(jobs).where(own, jobs.c.worker.is_not(None), is_now("running")).values(values))
    return bool(done.rowcount) or connection.scalar(select(jobs.c.state).where(own)) == "waiting"


def _take_back(connection: Connection, keys: JobKeys, which: ColumnElement[bool]) -> TakenBack:
    columns = (jobs.c.id, jobs.c.worker, jobs.c.kills, jobs.c.sealed_by, jobs.c.source_key)
    query = select(*columns).where(is_now("running"), which).order_by(jobs.c.id)
    rows = connection.execute(query.with_for_update(skip_locked=True)).all()
    crowds = _crowds(connection, {row.worker for row in rows})
    again: list[int] = []
    given_up: list[int] = []
    for row in rows:
        kills = row.kills + (crowds[row.worker] == 1)
        fatal = kills >= FATAL
        (given_up if fatal else again).append(row.id)
        values = {
            **(_given_up(keys, row.sealed_by, row.source_key) if fatal else {"state": "waiting"}),
            "kills": kills,
            "suspect": True,
            "worker": None,
            "lost": jobs.c.lost + jobs.c.spent,
            "spent": 0.0,
        }
        connection.execute(update(jobs).where(jobs.c.id == row.id).values(values))
    if given_up:
        release_same(connection, given_up)
    return TakenBack(tuple(again), tuple(given_up))


def _crowds(connection: Connection, workers: Collection[str]) -> dict[str, int]:
    """Return how many jobs each worker has."""
    query = select(jobs.c.worker, func.count().label("held")).where(is_now("running"), among(jobs.c.worker, workers))
    return {row.worker: row.held for row in connection.execute(query.group_by(jobs.c.worker))}


def _given_up(keys: JobKeys, sealed_by: str, source_key: str) -> dict[str, object]:
    key = keys.by_id(sealed_by)
    error = key.seal(source_key, "error", LOST) if key else None
    return {"state": "failed", "error_type": WORKER_LOST, "error": error, "heals": False, "ended_at": func.now()}
