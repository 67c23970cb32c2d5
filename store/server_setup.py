"""What a fresh server needs besides its files: the role, its rights, the vector extension, the database.

The database comes last, so that a start that was cut short is taken up again by the next one.
"""

from collections.abc import Mapping

import psycopg

from stimmung.store.server_settings import ADMIN, DATABASE, ROLE

HAS_DATABASE = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"
HAS_ROLE = f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"
# No superuser: an injected statement reads no files and starts no programs. CREATEDB is for restoring into a new one.
MAKE_ROLE = f"CREATE ROLE {ROLE} LOGIN CREATEDB IN ROLE pg_checkpoint"
TEMPLATE = "template1"  # from which every new database is copied
MAKE_TEMPLATE = (
    f"GRANT EXECUTE ON FUNCTION pg_catalog.pg_switch_wal() TO {ROLE}",  # erasure leaves nothing in the log
    "CREATE EXTENSION IF NOT EXISTS vector",
)
MAKE_DATABASE = f"CREATE DATABASE {DATABASE} OWNER {ROLE} TEMPLATE {TEMPLATE}"


def set_up(connection: Mapping[str, str]) -> None:
    """Make what is missing; `connection` are the superuser's parameters. Raises psycopg.Error."""
    with _connect(connection, ADMIN) as admin:
        if admin.execute(HAS_DATABASE).fetchone():
            return
        if not admin.execute(HAS_ROLE).fetchone():
            admin.execute(MAKE_ROLE)
    with _connect(connection, TEMPLATE) as template:
        for statement in MAKE_TEMPLATE:
            template.execute(statement)
    with _connect(connection, ADMIN) as admin:  # with none to the template left, which would hinder its copying
        admin.execute(MAKE_DATABASE)


def _connect(connection: Mapping[str, str], database: str) -> psycopg.Connection:
    parameters = psycopg.conninfo.make_conninfo(**{**connection, "dbname": database})
    return psycopg.connect(parameters, autocommit=True)
