"""Work on the whole store that one process at a time does: erasing, retention, backups, restoring."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from stimmung.store.database import Database
from stimmung.store.erasure_register import REGISTER_FILE
from stimmung.store.locks import FileLock
from stimmung.store.pace import Pace
from stimmung.store.places import Places

LOCK = 7_369_706_423  # of PostgreSQL's advisory locks, ours by choice
BACKUPS = "backups"
LOCK_FILE = "maintenance.lock"
WAITING = "waiting for another process that erases, cleans up, or makes or restores a backup"


@dataclass(frozen=True, slots=True)
class Steward:
    """Who works on which store: `who` is named in the audit, `pace` says how waiting is told."""

    database: Database
    places: Places
    who: str
    pace: Pace

    @property
    def register(self) -> Path:
        """The register of erasures."""
        return self.database.data_dir / REGISTER_FILE

    @property
    def backups(self) -> Path:
        """The folder with the backups; it may not be there."""
        return self.database.data_dir / BACKUPS


@contextlib.contextmanager
def alone(steward: Steward, wait: bool = True) -> Iterator[bool]:
    """Keep others from such work; yield False where another one is at it and we shall not `wait`.

    Two locks: the file's for processes with this data folder, the database's for other machines with this database.
    Both go with the process that holds them. Behind a pool of connections such as PgBouncer's the second needs
    sessions of its own (`pool_mode = session`).
    """
    with FileLock(steward.database.data_dir / LOCK_FILE) as lock:
        if not lock.try_alone():
            if not wait:
                yield False
                return
            steward.pace.wait(lock.try_alone, WAITING)
        with steward.database.outside_transactions() as connection:
            attempt = select(func.pg_try_advisory_lock(LOCK))
            if not connection.scalar(attempt):
                if not wait:
                    yield False
                    return
                steward.pace.wait(lambda: bool(connection.scalar(attempt)), WAITING)
            try:
                yield True
            finally:
                with contextlib.suppress(SQLAlchemyError):  # the server ended, and the lock with it
                    connection.execute(select(func.pg_advisory_unlock(LOCK)))
