"""Databases for the store's tests: each test gets an empty one with the schema in it, on one of three servers.

`database` is the embedded server; the slow suite runs the same tests against an external server over TCP with TLS and a
password, from the same programs, and against Debian's PostgreSQL (15 in Debian 12), which has no vectors.

All files lie in memory where Linux offers that: on a disk a server's first start waits some seconds for `fsync`, whose
work only a power cut could show. tests/batch/test_real_store.py runs the same server on the disk.
"""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from tests.store.outside_servers import OutsideServer
from tests.store.server_users import until

from stimmung.store.addresses import connection_parameters
from stimmung.store.data_folder import private_folder
from stimmung.store.database import Database, Kind, prepare_schema
from stimmung.store.embedded.binaries import Programs, embedded_programs
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.embedded.settings import ADMIN
from stimmung.store.pace import Pace

DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")  # one folder a major version
TEMPLATE = "with_schema"  # a database with the schema and no call, copied for each test
NUMBERS = itertools.count(1)
MEMORY = Path("/dev/shm")  # a file system in memory; 64 MB in some containers
ROOM = 2 << 30  # bytes that must be free in it: some 70 MB a server, three of a session's and a test's own
Reach = Callable[[str], Mapping[str, str]]  # libpq's parameters of a database by its name


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """An empty folder, in memory where there is room."""
    with _temporary_folder() as folder:
        yield Path(folder).resolve()


@pytest.fixture(scope="session")
def embedded() -> Iterator[EmbeddedServer]:
    """One embedded server for all tests, which need not outlive a power cut."""
    with _temporary_folder() as folder, EmbeddedServer(private_folder(Path(folder) / "data"), Pace()) as server:
        parameters = psycopg.conninfo.make_conninfo(**server.connection(role=ADMIN))
        with psycopg.connect(parameters, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        _make_template(server.connection)
        yield server


@pytest.fixture(scope="session")
def external_tls() -> Iterator[OutsideServer]:
    """The same programs as a server on TCP, with TLS and a password."""
    yield from _outside(embedded_programs(), own_tls=False)


@pytest.fixture(scope="session")
def debian() -> Iterator[OutsideServer]:
    """Debian's PostgreSQL on TCP, with TLS of its own and a password."""
    installed = sorted(path.parent.parent for path in DEBIAN_PROGRAMS.glob("*/bin/postgres"))
    yield from _outside(Programs(installed[0]), own_tls=True)


@pytest.fixture(
    params=[
        "embedded",
        pytest.param("external_tls", marks=pytest.mark.slow),
        pytest.param("debian", marks=[pytest.mark.slow, pytest.mark.needs("pg_ctlcluster")]),
    ]
)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the schema, on each kind of server."""
    yield from _fresh(request.getfixturevalue(request.param), tmp_path)


@pytest.fixture
def embedded_database(embedded: EmbeddedServer, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the schema, on the embedded server only."""
    yield from _fresh(embedded, tmp_path)


def _fresh(server: EmbeddedServer | OutsideServer, folder: Path) -> Iterator[Database]:
    reach, name = _reach(server), f"test_{next(NUMBERS)}"
    _statement(reach, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    try:
        kind: Kind = "embedded" if isinstance(server, EmbeddedServer) else "external"
        with Database(kind, private_folder(folder / "stimmung-data"), reach(name)) as database:
            yield database
    finally:
        until(lambda: _dropped(reach, name))


def _reach(server: EmbeddedServer | OutsideServer) -> Reach:
    if isinstance(server, EmbeddedServer):
        return server.connection
    return lambda name: connection_parameters(server.url(name))


def _outside(programs: Programs, own_tls: bool) -> Iterator[OutsideServer]:
    with _temporary_folder() as folder:
        Path(folder).chmod(0o711)
        server = OutsideServer(Path(folder), programs, own_tls)
        try:
            server.start()
            _make_template(_reach(server))
            yield server
        finally:
            server.close()


def _temporary_folder() -> "tempfile.TemporaryDirectory[str]":
    place = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None
    return tempfile.TemporaryDirectory(prefix="stimmung-test-", dir=place, ignore_cleanup_errors=True)


def _make_template(reach: Reach) -> None:
    _statement(reach, f"CREATE DATABASE {TEMPLATE}")
    with Database("external", Path("unused"), reach(TEMPLATE)) as database:
        prepare_schema(database)


def _dropped(reach: Reach, name: str) -> bool:
    """Drop a database, and say whether that went: autovacuum's processes are the administrator's to end."""
    try:
        _statement(reach, f"DROP DATABASE {name} WITH (FORCE)")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _statement(reach: Reach, statement: str) -> None:
    parameters = psycopg.conninfo.make_conninfo(**reach("postgres"))
    with psycopg.connect(parameters, autocommit=True) as connection:
        connection.execute(statement)
