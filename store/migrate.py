"""Brings a database's schema up to date: numbered SQL files, each applied once, in order, in a transaction of its own.

A file that was applied is never changed: its checksum is kept. Several processes may do this at once; one works and the
others find it done.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from stimmung.speech.errors import StoreError

FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
TABLE = "schema_migrations"
LOCK = 7_369_706_420  # of PostgreSQL's advisory locks, ours by choice
CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """A numbered file of SQL; `checksum` is the SHA-256 of its bytes with line ends as on Unix."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Return what tells this text from a changed one."""
        return hashlib.sha256(self.sql.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration that the database has had."""

    number: int
    name: str
    checksum: str
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """What a database has had, and what it still needs."""

    applied: tuple[Applied, ...]
    pending: tuple[Migration, ...]

    @property
    def version(self) -> int:
        """Return the number of the last migration applied, 0 for none."""
        return self.applied[-1].number if self.applied else 0


def shipped_migrations() -> tuple[Migration, ...]:
    """Return stimmung's own migrations, by number."""
    folder = resources.files("stimmung.store") / "migrations"
    found = [(entry.name, entry.read_text("utf-8")) for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return read_migrations(found)


def read_migrations(files: Sequence[tuple[str, str]]) -> tuple[Migration, ...]:
    """Return migrations from names and texts. Raises StoreError for a name out of form and for a gap in the numbers."""
    migrations = []
    for name, text in sorted(files):
        found = FILE_NAME.fullmatch(name)
        if found is None:
            raise StoreError(f"{name}: a migration's file is called like 0001_calls.sql")
        migrations.append(Migration(int(found.group(1)), found.group(2), text.replace("\r\n", "\n")))
    for expected, migration in enumerate(migrations, 1):
        if migration.number != expected:
            raise StoreError(f"migration {migration.number:04}_{migration.name}: number {expected:04} was expected")
    return tuple(migrations)


def schema_status(engine: Engine, migrations: Sequence[Migration] | None = None) -> SchemaStatus:
    """Compare a database with the migrations (ours by default), and change nothing.

    Raises StoreError where the database is newer than the code, or where an applied file was changed since.
    """
    with engine.connect() as connection:
        return _compare(connection, shipped_migrations() if migrations is None else migrations)


def refuse_newer(engine: Engine, migrations: Sequence[Migration] | None = None) -> None:
    """Raise StoreError where this stimmung does not know the database's schema."""
    schema_status(engine, migrations)


def migrate_database(engine: Engine, migrations: Sequence[Migration] | None = None) -> tuple[Migration, ...]:
    """Apply what is missing and return it. Raises as `schema_status`, and where a file fails: then with its name."""
    known = shipped_migrations() if migrations is None else tuple(migrations)
    done: list[Migration] = []
    if not schema_status(engine, known).pending:
        return ()
    while True:
        with engine.begin() as connection:  # one transaction each: what was applied before a failure stays
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            connection.exec_driver_sql(CREATE)
            pending = _compare(connection, known).pending  # again: another process may have been quicker
            if not pending:
                return tuple(done)
            _apply(connection, pending[0])
        done.append(pending[0])


def _apply(connection: Connection, migration: Migration) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    try:
        driver.execute(migration.sql)  # not through SQLAlchemy: it may hold several statements, and : and %
        row = (migration.number, migration.name, migration.checksum)
        connection.exec_driver_sql(f"INSERT INTO {TABLE} (number, name, checksum) VALUES (%s, %s, %s)", row)
    except (DBAPIError, psycopg.Error) as error:
        cause = getattr(error, "orig", error)
        raise StoreError(
            f"migration {migration.number:04}_{migration.name} failed, and the database is as it was before it: {cause}"
        ) from error


def _compare(connection: Connection, known: Sequence[Migration]) -> SchemaStatus:
    applied = _applied(connection)
    if len(applied) > len(known):
        raise StoreError(
            f"the database has schema {applied[-1].number}, and this stimmung knows {len(known)}: it was used with a"
            " newer stimmung; install that one, or restore a backup of before into another database"
        )
    for past, migration in zip(applied, known, strict=False):
        if (past.number, past.checksum) != (migration.number, migration.checksum):
            raise StoreError(
                f"migration {migration.number:04}_{migration.name} is not the one that this database has had:"
                " reinstall stimmung; changes come in files of their own"
            )
    return SchemaStatus(applied, tuple(known[len(applied) :]))


def _applied(connection: Connection) -> tuple[Applied, ...]:
    if connection.exec_driver_sql(f"SELECT to_regclass('{TABLE}')").scalar_one() is None:
        return ()
    rows = connection.exec_driver_sql(f"SELECT number, name, checksum, applied_at FROM {TABLE} ORDER BY number")
    return tuple(Applied(*row) for row in rows)
