"""Work on the whole store that one process at a time does: erasing, retention, backups, restoring."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from stimmung.store.database import Database
from stimmung.store.locks import FileLock
from stimmung.store.pace import Pace
from stimmung.store.places import Places
from stimmung.store.removal.erasure_register import REGISTER_FILE

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
    """Keep others from such work; yield False where another one is at it and we shall not `wait`."""
    with alone_in_folder(steward, wait) as here:
        if not here:
            yield False
            return
        with alone_in_database(steward, wait) as everywhere:
            yield everywhere


@contextlib.contextmanager
def alone_in_folder(steward: Steward, wait: bool = True) -> Iterator[bool]:
    """Keep other processes with this data folder from such work."""
    with FileLock(steward.database.data_dir / LOCK_FILE) as lock:
        if wait:
            steward.pace.wait(lock.try_alone, WAITING)
            yield True
        else:
            yield lock.try_alone()


@contextlib.contextmanager
def alone_in_database(steward: Steward, wait: bool = True) -> Iterator[bool]:
    """Keep other machines with this database from such work.

    Behind a pool of connections such as PgBouncer's this needs sessions of its own (`pool_mode = session`). Raises
    StoreError for a server that went away.
    """
    attempt = select(func.pg_try_advisory_lock(LOCK))
    try:
        with steward.database.outside_transactions() as connection:
            if wait:
                steward.pace.wait(lambda: bool(connection.scalar(attempt)), WAITING)
            elif not connection.scalar(attempt):
                yield False
                return
            try:
                yield True
            finally:
                with contextlib.suppress(SQLAlchemyError):  # the server ended, and the lock with it
                    connection.execute(select(func.pg_advisory_unlock(LOCK)))
    except SQLAlchemyError as error:
        raise steward.database.explained(error) from None  # its text may quote values
