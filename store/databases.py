"""Databases beside the one in use: one that a backup is restored into, and the exchange of the two."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from stimmung.speech.errors import StoreError
from stimmung.store.database import Database
from stimmung.store.removal.rewriting import renew_log

MAINTENANCE = ("postgres", "template1")  # databases that every server has, to be connected to while others change
LENGTH = 8  # hexadecimal digits
LONGEST = 63  # bytes of a name
PURPOSES = ("restore", "before")
# Clients have a user; the server's own helpers, such as autovacuum, have none, may not be cut off, and make way.
CONNECTED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND usesysid IS NOT NULL")
CUT_OFF = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (:one, :other) AND usesysid IS NOT NULL"
)


def name_beside(database: Database, purpose: str) -> str:
    """Return a name for a database that is made from or for this one, by which `drop_remains` knows it."""
    suffix = f"_{purpose}_{secrets.token_hex(LENGTH // 2)}"
    return database.parameters["dbname"][: LONGEST - len(suffix)] + suffix


def beside(database: Database, name: str) -> Database:
    """Return another database of the same server, with the same data folder; to be closed."""
    other = Database(database.kind, database.data_dir, {**database.parameters, "dbname": name})
    other.words = database.words
    return other


def make_database(database: Database, name: str) -> None:
    """Make an empty database. Raises StoreError."""
    with _administering(database) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {_quoted(connection, name)} ENCODING 'UTF8' TEMPLATE template1")


def copy_extensions(database: Database, other: Database) -> None:
    """Have the other database know the extensions of this one, such as `vector`. Raises StoreError."""
    named = text("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname")
    names = database.run(lambda connection: connection.scalars(named).all())
    try:
        with other.outside_transactions() as connection:
            for name in set(names) - set(connection.scalars(named)):
                connection.exec_driver_sql(f"CREATE EXTENSION {_quoted(connection, name)} CASCADE")
    except SQLAlchemyError as error:
        raise StoreError(
            f"the server does not let this user make the extensions of the database ({', '.join(names)}): have an"
            " administrator CREATE EXTENSION them in template1, from which new databases are copied"
        ) from error


def drop_database(database: Database, name: str) -> None:
    """Drop a database, whoever uses it. Raises StoreError."""
    with _administering(database) as connection:
        connection.execute(CUT_OFF, {"one": name, "other": name})  # WITH (FORCE) would fail at autovacuum
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(connection, name)}")


def remains(database: Database) -> tuple[str, ...]:
    """Return the databases that a restoring which was killed has left beside this one."""
    own = database.parameters["dbname"]
    names = database.run(lambda connection: connection.scalars(text("SELECT datname FROM pg_database")).all())
    return tuple(name for name in names if _is_beside(str(name), own))


def drop_remains(database: Database) -> None:
    """Drop them: they may hold people who were erased. To be called `alone`. Raises StoreError."""
    names = remains(database)
    if names:
        renew_log(database)  # first, and as often as it is cut short: the log holds what was written into them
    for name in names:
        drop_database(database, name)


def exchange(database: Database, new: str, aside: str, force: bool) -> None:
    """Give the database `new` the name of the one in use, and that one the name `aside`: both or neither.

    Others who are connected are cut off if `force` says so. Raises StoreError where somebody is and it does not.
    """
    own = database.parameters["dbname"]
    database.engine.dispose()
    with _administering(database) as connection:
        others = connection.scalar(CONNECTED, {"name": own}) or 0
        if others and not force:
            raise StoreError(
                f"{others} connections use the database {own!r}: stop `stimmung serve` and whatever else uses it, or"
                " cut them off with --force"
            )
        connection.execute(CUT_OFF, {"one": own, "other": new})
        renamings = [(own, aside), (new, own)]
        both = "; ".join(
            f"ALTER DATABASE {_quoted(connection, old)} RENAME TO {_quoted(connection, named)}"
            for old, named in renamings
        )
        connection.exec_driver_sql(f"BEGIN; {both}; COMMIT")


@contextmanager
def _administering(database: Database) -> Iterator[Connection]:
    """Yield a connection to a database that stays, whose statements commit one by one."""
    with _reachable(database) as other:
        try:
            with other.outside_transactions() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(_explain(error)) from error


@contextmanager
def _reachable(database: Database) -> Iterator[Database]:
    for name in MAINTENANCE:
        with beside(database, name) as other:
            try:
                other.engine.connect().close()
            except OperationalError:  # not allowed into it
                continue
            yield other
            return
    raise StoreError(
        f"neither {' nor '.join(MAINTENANCE)} can be connected to: allow this user one of them for restoring"
    )


def _explain(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, errors.InsufficientPrivilege):
        return (
            f"the server does not let this user make, rename or drop databases ({str(cause).strip()}): have an"
            " administrator ALTER ROLE it CREATEDB, and keep other roles off the database"
        )
    return f"the server refused: {str(cause or type(error).__name__).strip()}"


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _is_beside(name: str, own: str) -> bool:
    found = re.fullmatch(rf"(.+)_({'|'.join(PURPOSES)})_[0-9a-f]{{{LENGTH}}}", name)
    return found is not None and (found[1] == own or (len(name.encode()) >= LONGEST and own.startswith(found[1])))
