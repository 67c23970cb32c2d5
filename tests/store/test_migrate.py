"""Migrations: numbered, applied once and in order, all or nothing, by one of many."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine

from stimmung.speech.errors import StoreError
from stimmung.store.database import Database
from stimmung.store.migrate import (
    Migration,
    migrate_database,
    read_migrations,
    schema_status,
    shipped_migrations,
)

FIRST = Migration(1, "calls", "CREATE TABLE one (word text DEFAULT '50 % :x'); CREATE TABLE two (number int);")
SECOND = Migration(2, "more", "ALTER TABLE two ADD COLUMN word text; INSERT INTO two VALUES (1, 'a');")
BROKEN = Migration(3, "broken", "CREATE TABLE three (number int); SELECT * FROM nowhere;")


@pytest.fixture
def empty(database: Database) -> Engine:
    """A database without a schema of ours."""
    database.run(lambda connection: connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    return database.engine


def tables(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row[0] for row in rows}


def numbers(migrations: Sequence[Migration]) -> list[int]:
    return [migration.number for migration in migrations]


def test_each_is_applied_once_and_in_order(empty: Engine) -> None:
    assert numbers(migrate_database(empty, [FIRST])) == [1]
    assert numbers(migrate_database(empty, [FIRST, SECOND])) == [2]
    assert migrate_database(empty, [FIRST, SECOND]) == ()
    with empty.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM two").scalar_one() == 1
    status = schema_status(empty, [FIRST, SECOND])
    assert status.version == 2
    assert [one.name for one in status.applied] == ["calls", "more"]


def test_looking_changes_nothing(empty: Engine) -> None:
    status = schema_status(empty, [FIRST, SECOND])
    assert (status.version, numbers(status.pending)) == (0, [1, 2])
    assert tables(empty) == set()


def test_one_that_fails_leaves_nothing_and_those_before_it_stay(empty: Engine) -> None:
    with pytest.raises(StoreError, match=r"migration 0003_broken failed, .* as it was before it: relation .nowhere"):
        migrate_database(empty, [FIRST, SECOND, BROKEN])
    assert tables(empty) == {"one", "two", "schema_migrations"}
    assert numbers(schema_status(empty, [FIRST, SECOND, BROKEN]).pending) == [3]


def test_of_many_at_once_one_works(database: Database, empty: Engine) -> None:
    start = Barrier(6)

    def migrate(_number: int) -> list[int]:
        with Database(database.kind, database.data_dir, database.parameters) as own:
            start.wait(30)
            return numbers(migrate_database(own.engine, [FIRST, SECOND]))

    with ThreadPoolExecutor(6) as pool:
        done = sorted(number for numbers in pool.map(migrate, range(6)) for number in numbers)
    assert done == [1, 2]


def test_a_database_of_a_newer_stimmung_is_refused(empty: Engine) -> None:
    migrate_database(empty, [FIRST, SECOND])
    with pytest.raises(
        StoreError, match="the database has schema 2, and this stimmung knows 1: it was used with a newer"
    ):
        migrate_database(empty, [FIRST])


def test_a_file_that_was_changed_after_it_was_applied_is_refused(empty: Engine) -> None:
    migrate_database(empty, [FIRST])
    changed = Migration(1, "calls", FIRST.sql + " ")
    with pytest.raises(StoreError, match="0001_calls is not the one that this database has had: reinstall"):
        schema_status(empty, [changed])


def test_our_own_fit_a_fresh_database(empty: Engine) -> None:
    applied = migrate_database(empty)
    assert numbers(applied) == numbers(shipped_migrations()) == list(range(1, len(applied) + 1))
    assert "calls" in tables(empty)


def test_our_own_end_every_line_the_same_way() -> None:
    assert all("\r" not in migration.sql for migration in shipped_migrations())


def test_a_checkout_with_line_ends_of_windows_has_the_same_checksum() -> None:
    unix, windows = read_migrations([("0001_a.sql", "a;\nb;\n")]), read_migrations([("0001_a.sql", "a;\r\nb;\r\n")])
    assert unix[0].checksum == windows[0].checksum


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["0001_a.sql", "0003_b.sql"], "0003_b: number 0002 was expected"),
        (["0001_a.sql", "0001_b.sql"], "0001_b: number 0002 was expected"),
        (["0002_a.sql"], "0002_a: number 0001 was expected"),
        (["1_a.sql"], "1_a.sql: a migration's file is called like 0001_calls.sql"),
    ],
)
def test_numbers_have_no_gaps_and_names_a_form(names: list[str], words: str) -> None:
    with pytest.raises(StoreError, match=words):
        read_migrations([(name, "") for name in names])


def test_the_files_are_shipped(root: Path) -> None:
    files = sorted(path.name for path in (root / "store" / "migrations").glob("*.sql"))
    assert files == [f"{one.number:04}_{one.name}.sql" for one in shipped_migrations()]
