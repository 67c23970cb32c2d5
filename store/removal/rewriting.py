"""Writes tables anew, so that nothing of a deleted row stays in the database's files.

PostgreSQL only marks rows as dead: their bytes stay in the table, its indexes and overflow tables, in the planner's
statistics (which hold whole values) and in the write-ahead log. Found by grep on a cluster: after VACUUM FULL alone the
statistics still held the text.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import errors
from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from stimmung.speech.errors import StoreError
from stimmung.store.database import Database
from stimmung.store.pace import Pace
from stimmung.store.schema import METADATA, audit, calls, doomed_files, erasures, exports, saved_searches

LOCK_SECONDS = 5  # others who want a table wait behind us for at most as long
READERS_SECONDS = 600.0  # for transactions that began before the rows went; a dump of a large database takes minutes
WAITING = "waiting for others who still read what was erased"

# Whoever has a transaction open in this database; other than pg_stat_activity's times, seen without special rights.
OPEN_TRANSACTIONS = text("""
    SELECT l.virtualxid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'virtualxid' AND l.granted AND a.datname = current_database() AND l.pid <> pg_backend_pid()
""")
PREPARED = text("SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What was done, and in words what the server did not let us do and the operator must."""

    tables: tuple[str, ...]
    undone: tuple[str, ...] = ()


def tables_of_calls() -> tuple[Table, ...]:
    """Return `calls`, every table whose rows go with its rows, and those that name calls, people or files."""
    found = {calls}
    while more := {table for table in METADATA.tables.values() if _hangs_on(table, found)} - found:
        found |= more
    return tuple(sorted(found | {audit, doomed_files, erasures, exports, saved_searches}, key=lambda table: table.name))


def rewrite_tables(database: Database, tables: Sequence[Table], pace: Pace) -> Rewritten:
    """Write the tables anew and have the log begin a new file; nothing that was deleted before is left behind.

    Needs the space of the largest table for a moment, and nobody can use a table while it is written. Raises StoreError
    where others do not let go of it.
    """
    try:
        with database.outside_transactions() as connection:
            _wait_for_readers(connection, pace)
            for table in tables:
                _unhindered(connection, f"VACUUM (FULL, ANALYZE) {_quoted(connection, table)}", pace)
            # ANALYZE has just replaced the values; the replaced ones lie there as dead rows.
            _unhindered(connection, "VACUUM (FULL) pg_catalog.pg_statistic", pace)
            undone = tuple(_renew_log(connection))
    except SQLAlchemyError as error:
        raise StoreError(
            f"the rows are deleted, but the tables could not be written anew ({_cause(error)}); the next start of"
            " stimmung, or `stimmung retention run`, tries again"
        ) from error
    return Rewritten(tuple(table.name for table in tables), undone)


def renew_log(database: Database) -> tuple[str, ...]:
    """Have the write-ahead log begin a new file, and let go of those before; return what the server refused.

    Raises StoreError.
    """
    try:
        with database.outside_transactions() as connection:
            return tuple(_renew_log(connection))
    except SQLAlchemyError as error:
        raise StoreError(f"the database's log could not be renewed: {_cause(error)}") from error


def _cause(error: SQLAlchemyError) -> str:
    return str(error.orig).strip() if isinstance(error, DBAPIError) else type(error).__name__


def _hangs_on(table: Table, others: Collection[Table]) -> bool:
    return any(key.ondelete == "CASCADE" and key.column.table in others for key in table.foreign_keys)


def _quoted(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)


def _wait_for_readers(connection: Connection, pace: Pace) -> None:
    """Return once all transactions are over that were open when we came: their snapshots keep dead rows alive."""
    if connection.scalar(PREPARED):
        raise StoreError(
            "a prepared transaction keeps erased rows alive: end it (SELECT gid FROM pg_prepared_xacts; COMMIT or"
            " ROLLBACK PREPARED), then run `stimmung retention run`"
        )
    old = set(connection.scalars(OPEN_TRANSACTIONS))
    pace.wait(lambda: not old & set(connection.scalars(OPEN_TRANSACTIONS)), WAITING, READERS_SECONDS)


def _unhindered(connection: Connection, statement: str, pace: Pace) -> None:
    """Run a statement that needs a table alone, trying again while somebody uses it."""

    def done() -> bool:
        try:
            connection.execute(text(statement))
        except DBAPIError as error:
            if isinstance(error.orig, errors.LockNotAvailable | errors.DeadlockDetected):
                return False
            raise
        return True

    with _lock_timeout(connection):
        pace.wait(done, WAITING, READERS_SECONDS)


@contextmanager
def _lock_timeout(connection: Connection) -> Iterator[None]:
    connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
    try:
        yield
    finally:
        connection.execute(text("RESET lock_timeout"))


def _renew_log(connection: Connection) -> Iterator[str]:
    """Begin a new file of the write-ahead log and let go of those before; yield what we may not do."""
    # The first makes the log before it dispensable, the second removes its files. Without wal_recycle = off they
    # would be kept under another name, with their content.
    steps: Sequence[tuple[str, str, Callable[[], object]]] = (
        ("CHECKPOINT", "GRANT pg_checkpoint TO", lambda: connection.execute(text("CHECKPOINT"))),
        (
            "pg_switch_wal()",
            "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO",
            lambda: connection.execute(text("SELECT pg_switch_wal()")),
        ),
        ("CHECKPOINT", "", lambda: connection.execute(text("CHECKPOINT"))),
    )
    role = connection.scalar(text("SELECT current_user"))
    for name, grant, run in steps:
        try:
            run()
        except DBAPIError as error:
            if not isinstance(error.orig, errors.InsufficientPrivilege):
                raise
            if grant:
                yield f"{name} was refused: have an administrator run it now, and `{grant} {role}`"
    if connection.scalar(text("SHOW wal_recycle")) == "on":
        yield "the server keeps old log files and fills them again: set wal_recycle = off"
    if connection.scalar(text("SHOW archive_mode")) != "off":
        yield "the server archives its log: archived files are yours to delete, they hold what was erased"
