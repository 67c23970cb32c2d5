"""What a fresh server needs besides its files: the role, its rights, the vector extension, the database.

The database comes last, so that a start that was cut short is taken up again by the next one.
"""

from collections.abc import Mapping

import psycopg

from stimmung.store.embedded.settings import ADMIN, DATABASE, ROLE

LOCK = 7_369_706_421  # of PostgreSQL's advisory locks, which each database has for itself
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
    """Make what is missing; `connection` are the superuser's parameters. Raises psycopg.Error.

    The server goes on with a statement for a moment after its client was killed: the locks wait for that.
    """
    with _connect(connection, ADMIN) as admin:
        admin.execute(f"SELECT pg_advisory_lock({LOCK})")
        if admin.execute(HAS_DATABASE).fetchone():
            return
        if not admin.execute(HAS_ROLE).fetchone():
            admin.execute(MAKE_ROLE)
        with _connect(connection, TEMPLATE) as template, template.transaction():
            template.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            for statement in MAKE_TEMPLATE:
                template.execute(statement)
        admin.execute(MAKE_DATABASE)  # with nobody connected to the template, which would hinder its copying


def _connect(connection: Mapping[str, str], database: str) -> psycopg.Connection:
    parameters = psycopg.conninfo.make_conninfo(**{**connection, "dbname": database})
    return psycopg.connect(parameters, autocommit=True)
