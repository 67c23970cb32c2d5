"""What people decide about jobs: try them again, leave them, do some stages of them anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, func, select, update

from stimmung.calls.records import UsedModel
from stimmung.store.database import Database
from stimmung.store.jobs.adding import FRESH
from stimmung.store.jobs.claiming import release_same
from stimmung.store.jobs.listing import numbers_of
from stimmung.store.jobs.records import GIVEN_UP, JobState, Which
from stimmung.store.jobs.sealing import JobKeys, job_keys
from stimmung.store.json_records import Json, clean
from stimmung.store.membership import among
from stimmung.store.places import Places
from stimmung.store.schema import calls, jobs, provenances

ENDED: Final[tuple[JobState, ...]] = (*GIVEN_UP, "skipped")


@dataclass(frozen=True, slots=True)
class Redo:
    """Which calls are outdated: those made with other models or settings than these.

    `models` are those that run now, `settings` those that matter by their keys, as in Provenance; a call is outdated if
    it has another model for one of their tasks, or another value. A task that it has no model for was not permitted
    or not wanted, and does not count. `stages` are to be done again; empty: everything.
    """

    models: tuple[UsedModel, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    stages: tuple[str, ...] = ()


def retry(database: Database, places: Places, which: Which | None = None) -> int:
    """Have jobs wait again as if they had never been tried, and return how many.

    Those that were given up or canceled; skipped ones only where `which` names that state or their numbers. Raises
    StoreError.
    """
    asked = which or Which()
    wanted = asked.states or (ENDED if asked.numbers else GIVEN_UP)
    states = tuple(state for state in wanted if state in ENDED)
    keys = job_keys(places)
    return database.run(lambda connection: _retry(connection, keys, asked, states))


def cancel(database: Database, places: Places, which: Which | None = None) -> int:
    """Have waiting and running jobs be left alone, and return how many; workers hear of it at their next heartbeat.

    One that is kept before its worker hears is done all the same. Raises StoreError.
    """
    keys = job_keys(places)
    return database.run(lambda connection: _cancel(connection, keys, which or Which()))


def redo(database: Database, wanted: Redo, batch: str) -> int:
    """Have those done jobs wait again, in this batch, whose calls are outdated; return how many.

    To be called before the recordings are added, which brings back what is known of them: the kept call has no
    customer key. Raises StoreError.
    """
    return database.run(lambda connection: _redo(connection, wanted, clean(batch)))


def _retry(connection: Connection, keys: JobKeys, which: Which, states: Sequence[str]) -> int:
    numbers = numbers_of(connection, keys, which)
    again = update(jobs).where(among(jobs.c.id, numbers), jobs.c.state.in_(states)).values(FRESH)
    return int(connection.execute(again).rowcount)


def _cancel(connection: Connection, keys: JobKeys, which: Which) -> int:
    numbers = numbers_of(connection, keys, which)
    meant = among(jobs.c.id, numbers) & jobs.c.state.in_(("waiting", "running"))
    found = list(connection.scalars(select(jobs.c.id).where(meant).order_by(jobs.c.id).with_for_update()))
    values = {"state": "canceled", "ended_at": func.now(), "not_before": None}
    connection.execute(update(jobs).where(among(jobs.c.id, found)).values(values))
    release_same(connection, found)
    return len(found)


def _redo(connection: Connection, wanted: Redo, batch: str) -> int:
    rows = connection.execute(select(provenances)).all()
    outdated = [row.digest for row in rows if _differs(row.content, wanted)]
    theirs = select(calls.c.id).where(among(calls.c.provenance, outdated))
    values = {**FRESH, "batch": batch, "redo": list(wanted.stages) or None, "content": jobs.c.content}
    done = update(jobs).where(jobs.c.state == "done", jobs.c.call.in_(theirs)).values(values)
    return int(connection.execute(done).rowcount)


def _differs(content: Json, wanted: Redo) -> bool:
    settings = content["made_by"]["settings"]
    used = {one["task"]: (one["name"], one["sha256"]) for one in content["models"]}
    return any(used.get(one.task, (one.name, one.sha256)) != (one.name, one.sha256) for one in wanted.models) or any(
        settings.get(key) != value for key, value in wanted.settings.items()
    )
