"""pg_dump and pg_restore for an open database: which one to run, and the environment in which it gets there."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from stimmung.speech.errors import StoreError
from stimmung.store.addresses import client_environment
from stimmung.store.database import Database
from stimmung.store.embedded.binaries import client_program
from stimmung.store.tls_tunnel import Server, tls_tunnel


@dataclass(frozen=True, slots=True)
class ClientProgram:
    """A program to run, and its whole environment, with the password in it."""

    path: Path
    environment: Mapping[str, str]


@contextlib.contextmanager
def program_for(database: Database, name: str, oldest: int = 0) -> Iterator[ClientProgram]:
    """Yield a program such as `pg_dump` that reaches the database for as long as the block lasts.

    It is of the server's major version or a newer one, and not before `oldest`. Over TLS a program of the system is
    taken where there is one that is new enough, else the one that came with stimmung, by a tunnel. Raises StoreError
    where there is neither.
    """
    # Found by pg_dump, which tries to connect and so shows whether it knows TLS; both lie in one folder.
    server = max(oldest, database.server_version() // 10_000)
    through = _encrypted(database)
    if through is None:
        yield ClientProgram(client_program("pg_dump", server).with_name(name), database.client_environment())
        return
    try:
        path = client_program("pg_dump", server, tls=True).with_name(name)
    except StoreError:
        path = client_program("pg_dump", server).with_name(name)
        with tls_tunnel(database.parameters, through) as parameters:
            yield ClientProgram(path, client_environment(parameters))
    else:
        yield ClientProgram(path, database.client_environment())


def _encrypted(database: Database) -> Server | None:
    """Return the server that is connected to by TLS, None where the connection is not encrypted."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        return Server(driver.info.host, driver.info.port) if driver.pgconn.ssl_in_use else None
