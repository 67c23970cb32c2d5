"""Adds recordings that were found: each once, however often and under whichever run it is found again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import islice
from typing import Literal

from sqlalchemy import Connection, func, insert, select, update

from stimmung.speech.errors import StoreError
from stimmung.store.database import Database
from stimmung.store.jobs.claiming import release_same
from stimmung.store.jobs.records import Added, NewJob
from stimmung.store.jobs.rows import AnyRow
from stimmung.store.jobs.sealing import JobKey, JobKeys, job_keys
from stimmung.store.json_records import clean
from stimmung.store.membership import among
from stimmung.store.places import Places
from stimmung.store.pseudonyms import open_secret
from stimmung.store.schema import jobs
from stimmung.store.secret import Secret

ADDING = 7_369_706_425  # of PostgreSQL's advisory locks, ours by choice
MOST = 500  # recordings in one transaction: a quarter of a second, and nobody waits longer for it
Values = dict[str, object]  # by column
Fate = Literal["new", "known", "changed", "again"]
# Of a job that waits as if it had never been tried; who held it hears so at its next heartbeat.
FRESH: Values = {
    "state": "waiting",
    "stage": "",
    "tries": 0,
    "kills": 0,
    "suspect": False,
    "not_before": None,
    "worker": None,
    "error_type": None,
    "error": None,
    "heals": False,
    "content": None,
    "same_as": None,
    "ended_at": None,
}


@dataclass(frozen=True, slots=True)
class _Scan:
    """A run that adds, with what encrypts; the secret only where there is somebody to make a pseudonym of."""

    batch: str
    keys: JobKeys
    secret: Secret | None


def add_jobs(database: Database, places: Places, batch: str, found: Iterable[NewJob]) -> Added:
    """Add recordings to a batch, in transactions of some hundreds, and say what was known of them.

    The same sources are one job, whatever batch they are found for. As long as their versions stay, what is done,
    skipped or canceled stays so; what waits or runs goes over to this batch, and so does, to be tried again, what was
    given up because of something that may be over. Other versions wait anew. Raises StoreError.
    """
    keys = job_keys(places, make=True)
    total = Added()
    for some in _chunks(found):
        added = database.run(lambda connection: _add(connection, places, keys, batch, some))  # noqa: B023 run at once
        total = Added(*(one + other for one, other in zip(astuple(total), astuple(added), strict=True)))
    return total


def _chunks(found: Iterable[NewJob]) -> Iterator[list[NewJob]]:
    rest = iter(found)
    while some := list(islice(rest, MOST)):
        yield some


def _add(connection: Connection, places: Places, keys: JobKeys, batch: str, some: Sequence[NewJob]) -> Added:
    connection.execute(select(func.pg_advisory_xact_lock(ADDING)))  # two runs that find the same would stop each other
    named = any(one.info.get("customer") or one.info.get("call_id") for one in some)
    scan = _Scan(batch, keys, open_secret(connection, places.secret) if named else None)
    kept = _kept(connection, keys, some)
    fates: list[Fate] = []
    fresh: dict[str, Values] = {}
    for one in some:
        row = next((kept[key] for key in keys.source_keys(one.sources) if key in kept), None)
        if row is not None:
            fates.append(_meet(connection, scan, one, row))
            continue
        source_key = keys.newest.digest("sources", one.sources)
        fates.append("known" if source_key in fresh else "new")
        fresh.setdefault(source_key, {**_values(scan, keys.newest, source_key, one), "batch": clean(batch)})
    if fresh:
        connection.execute(insert(jobs), list(fresh.values()))
    return Added(*(fates.count(fate) for fate in ("new", "known", "changed", "again")))


def _kept(connection: Connection, keys: JobKeys, some: Sequence[NewJob]) -> dict[str, AnyRow]:
    asked = [key for one in some for key in keys.source_keys(one.sources)]
    columns = (jobs.c.id, jobs.c.source_key, jobs.c.version, jobs.c.sealed_by, jobs.c.batch, jobs.c.state)
    query = select(*columns, jobs.c.heals, jobs.c.info.is_(None).label("bare")).where(among(jobs.c.source_key, asked))
    rows = connection.execute(query.order_by(jobs.c.id).with_for_update())
    return {row.source_key: row for row in rows}


def _meet(connection: Connection, scan: _Scan, one: NewJob, row: AnyRow) -> Fate:
    """Bring a job that is there up to date."""
    key = scan.keys.by_id(row.sealed_by)
    if key is None:
        raise StoreError(f"job {row.id} was encrypted with the key {row.sealed_by}, which is not in the key file")
    values = _values(scan, key, row.source_key, one)
    fate: Fate = "known"
    if row.version != values["version"]:
        fate, values = "changed", {**values, **FRESH, "redo": None}
    elif row.state == "failed" and row.heals:
        fate, values = "again", {**values, **FRESH}
    elif row.state == "running":  # perhaps of a run that was killed: who comes next waits for it, too
        values = {}
    elif row.state != "waiting" or (row.batch == scan.batch and not row.bare):
        return "known"
    connection.execute(update(jobs).where(jobs.c.id == row.id).values(**values, batch=clean(scan.batch)))
    if fate == "changed":
        release_same(connection, [row.id])
    return fate


def _values(scan: _Scan, key: JobKey, source_key: str, one: NewJob) -> Values:
    return {
        "source_key": source_key,
        "version": key.digest("versions", one.versions),
        "sealed_by": key.key_id,
        "sources": key.seal(source_key, "sources", one.sources),
        "info": key.seal(source_key, "info", dict(one.info)) if one.info else None,
        **_about(scan.secret, one),
        "priority": one.priority,
        "began": one.began,
        "size": one.size,
    }


def _about(secret: Secret | None, one: NewJob) -> Values:
    """Return whose recording it is, as far as that is known: for whoever asks what there is about them, and erasure."""
    customer, call_id = one.info.get("customer"), one.info.get("call_id")
    if secret is None or not (customer or call_id):
        return {"customer_pseudonym": None, "call_pseudonym": None, "key_id": None}
    return {
        "customer_pseudonym": secret.pseudonym("customer", str(customer)).value if customer else None,
        "call_pseudonym": secret.pseudonym("call", clean(str(call_id))).value if call_id else None,
        "key_id": secret.key_id,
    }
