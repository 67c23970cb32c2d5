"""A database as the first version of the schema had it, with calls in it: what migrations are tried on."""

import psycopg
from sqlalchemy import Connection, text

from stimmung.store.database import Database
from stimmung.store.databases import beside, copy_extensions, drop_database, exchange, make_database, name_beside
from stimmung.store.migrate import TABLE, migrate_database, shipped_migrations

# What can be written of each table, with the types of the schema that is asked.
COLUMNS = text("""
    SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
           a.attidentity AS identity
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0
      AND NOT a.attisdropped AND a.attgenerated = '' AND c.relname <> :own
    ORDER BY c.oid, a.attnum
""")


def give_first_schema(database: Database) -> None:
    """Put a database in the place of this one that holds the same calls under schema 0001, as it knew them."""
    name, aside = name_beside(database, "restore"), name_beside(database, "before")
    make_database(database, name)
    with beside(database, name) as first:
        copy_extensions(database, first)
        migrate_database(first.engine, shipped_migrations()[:1])
        copy_rows(database, first)
    exchange(database, name, aside, force=True)
    drop_database(database, aside)


def copy_rows(source: Database, target: Database) -> None:
    """Copy what the target's tables can hold; they were made in an order in which no row refers to a later table's."""
    with source.engine.begin() as reading, target.engine.begin() as writing:
        columns: dict[str, list[tuple[str, str, str]]] = {}
        for row in writing.execute(COLUMNS, {"own": TABLE}):
            columns.setdefault(row.table, []).append((row.name, row.type, row.identity))
        for table, found in columns.items():
            wanted = ", ".join(f'"{name}"::{kind}' for name, kind, _ in found)
            names = ", ".join(f'"{name}"' for name, _, _ in found)
            _copy(reading, writing, f'SELECT {wanted} FROM "{table}"', f'"{table}" ({names})')
            for name in (name for name, _, identity in found if identity):
                last = f"SELECT setval(pg_get_serial_sequence('{table}', '{name}'), max({name})) FROM {table}"
                writing.exec_driver_sql(last)


def _copy(reading: Connection, writing: Connection, query: str, place: str) -> None:
    source, target = reading.connection.driver_connection, writing.connection.driver_connection
    assert isinstance(source, psycopg.Connection)
    assert isinstance(target, psycopg.Connection)
    with (
        source.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as rows,
        target.cursor().copy(f"COPY {place} FROM STDIN (FORMAT BINARY)") as into,
    ):
        for block in rows:
            into.write(block)
