"""The one database, embedded or external: a pool of connections, and work that survives the loss of one."""

import contextlib
import copy
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import psycopg
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from stimmung.speech.errors import StoreError
from stimmung.speech.settings import StoreSettings
from stimmung.store.addresses import (
    client_environment,
    connection_parameters,
    may_come_yet,
    place,
    without_password,
)
from stimmung.store.data_folder import data_folder
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.lasting import LastingError, will_last
from stimmung.store.migrate import migrate_database, refuse_newer
from stimmung.store.pace import Pace, Tell, pause
from stimmung.store.search.lexemes.words import WordAnalysis
from stimmung.store.search.meaning.spread import Spread

Kind = Literal["embedded", "external"]
Result = TypeVar("Result")
DRIVER = "postgresql+psycopg://"
OLDEST = 15  # major version that the SQL is written for
POOL, OVERFLOW = 5, 10  # connections that a process keeps, and opens beyond them when it is busy
POOL_SECONDS = 30.0  # that a thread waits for a free connection
ATTEMPTS = 6  # of one piece of work: with the pauses below it outlasts a fail-over of some seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0  # s between attempts, doubled each time
CONNECT_ATTEMPTS = 8  # at the start, where the database may be starting too: some 10 s
# SQLSTATEs after which the same work may succeed: it was rolled back, or its server went away.
AGAIN = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "25006",  # read_only_sql_transaction: this server is a standby by now
    "53300",  # too_many_connections
    "57P01",  # admin_shutdown
    "57P02",  # crash_shutdown
    "57P03",  # cannot_connect_now
}


class Database:
    """An open database.

    `engine` is SQLAlchemy's, `data_dir` the private folder for what is kept in files, `words` analyses words for the
    index and for searches, `spread` knows how sentence vectors lie.
    """

    def __init__(
        self, kind: Kind, data_dir: Path, parameters: Mapping[str, str], server: EmbeddedServer | None = None
    ) -> None:
        """Take libpq's parameters of the database; no connection is made yet. `server` is closed with the database."""
        self.kind = kind
        self.data_dir = data_dir
        self.parameters = parameters
        self.words = WordAnalysis()
        self.spread = Spread()
        self._server = server
        self._lock_seconds: float | None = None
        self.engine = create_engine(
            DRIVER,
            connect_args=dict(parameters),
            pool_pre_ping=True,
            pool_size=POOL,
            max_overflow=OVERFLOW,
            pool_timeout=POOL_SECONDS,
            hide_parameters=True,  # errors would quote what calls say
        )
        if server is not None:
            event.listen(self.engine, "do_connect", _reviving(server))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the embedded server stops unless another process uses it."""
        self.engine.dispose()
        if self._server is not None:
            self._server.close()

    def within(self, seconds: float) -> Self:
        """Return the same database for work that cannot wait longer than this for a lock; StoreError is raised then."""
        other = copy.copy(self)
        other._lock_seconds = seconds
        return other

    def run(
        self,
        work: Callable[[Connection], Result],
        *,
        attempts: int = ATTEMPTS,
        sleep: Callable[[float], None] = pause,
    ) -> Result:
        """Do `work` in a transaction and commit it; do it again when the server went away or asks for that.

        Work is done again too when the connection was lost at its commit, so that it must be idempotent. Raises
        StoreError when it still fails, LastingError where it always will; the message holds no value from the database.
        """
        for attempt in range(attempts):
            try:
                with self.engine.begin() as connection:
                    if self._lock_seconds is not None:
                        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(1_000 * self._lock_seconds)}")
                    return work(connection)
            except SQLAlchemyError as error:
                if attempt + 1 == attempts or not may_try_again(error):
                    raise self.explained(error) from None  # its text may quote values: a call's words
                sleep(min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE))
        raise AssertionError("attempts must be 1 or more")

    @contextlib.contextmanager
    def outside_transactions(self) -> Iterator[Connection]:
        """Yield a connection whose statements commit one by one, for VACUUM and CHECKPOINT."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    def server_version(self) -> int:
        """Return the server's version number, such as 180004."""
        return self.run(_server_version)

    def client_environment(self) -> dict[str, str]:
        """Return the environment under which programs such as pg_dump reach this database."""
        return client_environment(self.parameters)

    def has_extension(self, name: str) -> bool:
        """Say whether an extension such as `vector` is installed in this database."""
        query = "SELECT 1 FROM pg_extension WHERE extname = %s"
        return self.run(lambda connection: connection.exec_driver_sql(query, (name,)).first() is not None)

    @functools.cached_property
    def has_half_vectors(self) -> bool:
        """Say whether sentence vectors are pgvector's; otherwise they are arrays, which cannot be searched."""
        query = (
            "SELECT format_type(atttypid, -1) = 'halfvec' FROM pg_attribute"
            " WHERE attrelid = 'utterance_vectors'::regclass AND attname = 'embedding'"
        )
        return self.run(lambda connection: bool(connection.exec_driver_sql(query).scalar_one()))

    def explained(self, error: SQLAlchemyError) -> StoreError:
        """Return the error to raise in the place of the library's, whose text may quote values."""
        return (LastingError if will_last(error) else StoreError)(self._explain(error))

    def _explain(self, error: SQLAlchemyError) -> str:
        where = place(self.parameters)
        if not isinstance(error, DBAPIError):
            return f"{where} cannot be used: {type(error).__name__}"
        cause = error.orig
        state = getattr(cause, "sqlstate", None)
        if state is not None:
            return f"{where} refused: {type(cause).__name__} (SQLSTATE {state})"
        return f"{where} cannot be reached: {without_password(str(cause).strip(), self.parameters)}"


def open_database(
    settings: StoreSettings, *, tell: Tell, migrate: bool = True, compound_words: Sequence[str] = ()
) -> Database:
    """Open the database that the settings name, starting the embedded one if need be, with its schema up to date.

    `tell` gets a line when something takes long. Without `migrate` the schema is left as it is. `compound_words` are
    those of the settings for searching. Raises StoreError with the way out.
    """
    folder = data_folder(settings)
    pace = Pace(tell)
    if settings.database_url is None:
        server = EmbeddedServer(folder, pace)
        database = Database("embedded", folder, server.connection(), server)
    else:
        parameters = connection_parameters(settings.database_url.get_secret_value())
        database = Database("external", folder, parameters)
    database.words = WordAnalysis(compound_words)
    try:
        _greet(database, pace)
        prepare_schema(database, migrate)
    except BaseException:
        database.close()
        raise
    return database


def prepare_schema(database: Database, migrate: bool = True) -> None:
    """Refuse a server that is too old or has another encoding, and bring the schema up to date."""
    version, encoding = database.run(_server_version), database.run(_server_encoding)
    if version // 10_000 < OLDEST:
        raise StoreError(f"{place(database.parameters)} is PostgreSQL {version // 10_000}: {OLDEST} or newer is needed")
    if encoding != "UTF8":
        raise StoreError(
            f"{place(database.parameters)} has the encoding {encoding}: make one with CREATE DATABASE ... ENCODING"
            " 'UTF8' TEMPLATE template0"
        )
    if migrate:
        migrate_database(database.engine)
    else:
        refuse_newer(database.engine)


def may_try_again(error: SQLAlchemyError) -> bool:
    """Say whether the same work may succeed a little later."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or state in AGAIN or (state or "").startswith("08"):  # 08: connection exceptions
        return True
    return state is None and isinstance(error, OperationalError) and may_come_yet(str(error.orig))


def _greet(database: Database, pace: Pace) -> None:
    """Make the first connection, patiently: a container's database may start at the same time."""
    for attempt in range(CONNECT_ATTEMPTS):
        try:
            with database.engine.connect():
                return
        except OperationalError as error:
            if attempt + 1 == CONNECT_ATTEMPTS or not may_try_again(error):
                raise StoreError(_unreachable(error, database.parameters)) from None  # may repeat the address
            pace.tell(f"waiting for {place(database.parameters)} …")
            pace.sleep(min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE))


def _unreachable(error: OperationalError, parameters: Mapping[str, str]) -> str:
    words = without_password(str(error.orig).strip(), parameters)
    return f"{place(parameters)} cannot be reached: {words}"


def _reviving(server: EmbeddedServer) -> Callable[..., psycopg.Connection[Any] | None]:  # Any: rows of any shape
    """Return how to connect to the embedded server: if it died in the meantime, it is started first."""

    def connect(
        _dialect: object, _record: object, _arguments: object, parameters: dict[str, Any]
    ) -> psycopg.Connection[Any] | None:
        try:
            return psycopg.connect(**parameters)
        except psycopg.OperationalError:
            server.revive()
            return None  # SQLAlchemy connects

    return connect


def _server_version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())


def _server_encoding(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SHOW server_encoding").scalar_one())
