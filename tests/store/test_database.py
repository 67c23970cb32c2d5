"""The database: opened with its schema, work done again when a server goes away, errors without secrets."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests.store.outside_servers import PASSWORD, OutsideServer
from tests.store.server_users import kill_server, server_pid

from stimmung.speech.errors import StoreError
from stimmung.speech.settings import StoreSettings
from stimmung.store import database as module
from stimmung.store.database import Database, open_database, prepare_schema
from stimmung.store.migrate import schema_status

PLANTED = "Wermutstropfen"


@pytest.fixture
def words(database: Database) -> Database:
    """A database with a table of words."""
    database.run(lambda connection: connection.exec_driver_sql("CREATE TABLE words (word text UNIQUE)"))
    return database


def add(connection: Connection, word: str = PLANTED) -> None:
    connection.exec_driver_sql("INSERT INTO words VALUES (%s)", (word,))


def count(database: Database) -> int:
    found = database.run(lambda connection: connection.exec_driver_sql("SELECT count(*) FROM words").scalar_one())
    return int(found)


def failing(times: int, how: Callable[[Connection], object]) -> Callable[[Connection], int]:
    """Return work that adds a word, fails `times` times after it, and then returns how often it was begun."""
    begun = 0

    def work(connection: Connection) -> int:
        nonlocal begun
        begun += 1
        add(connection)
        if begun <= times:
            how(connection)
        return begun

    return work


def raise_state(state: str) -> Callable[[Connection], object]:
    return lambda connection: connection.exec_driver_sql(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")


def cut_off(connection: Connection) -> None:
    """Have the server end this very connection, as it does when it stops."""
    connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_fresh_database_has_the_schema_and_says_what_it_is(database: Database) -> None:
    status = schema_status(database.engine)
    assert status.version > 0
    assert status.pending == ()
    assert database.server_version() // 10_000 >= 15
    available = "SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'"
    count_available = database.run(lambda connection: connection.exec_driver_sql(available).scalar_one())
    assert database.has_extension("vector") == bool(count_available)


@pytest.mark.parametrize("how", [cut_off, raise_state("40001"), raise_state("40P01"), raise_state("57P01")])
def test_work_is_done_again_and_counts_once(words: Database, how: Callable[[Connection], object]) -> None:
    pauses: list[float] = []
    assert words.run(failing(3, how), sleep=pauses.append) == 4
    assert pauses == [0.05, 0.1, 0.2]
    assert count(words) == 1


def test_attempts_are_bounded(words: Database) -> None:
    pauses: list[float] = []
    with pytest.raises(StoreError, match=r"refused: SerializationFailure \(SQLSTATE 40001\)"):
        words.run(failing(99, raise_state("40001")), attempts=3, sleep=pauses.append)
    assert len(pauses) == 2
    assert count(words) == 0


def test_what_will_fail_again_is_not_done_again_and_its_error_holds_no_word(words: Database) -> None:
    words.run(add)
    with pytest.raises(StoreError, match=r"refused: UniqueViolation \(SQLSTATE 23505\)") as caught:
        words.run(add, sleep=lambda _: pytest.fail("tried again"))
    assert PLANTED not in str(caught.value)
    assert caught.value.__suppress_context__  # so that a traceback does not show the driver's, which quotes the row
    assert caught.value.__cause__ is None


def test_errors_inside_of_work_show_no_parameters(words: Database) -> None:
    words.run(add)

    def look(connection: Connection) -> None:
        with pytest.raises(DBAPIError) as caught:
            connection.exec_driver_sql("SELECT %s::text, length(%s) / 0", (PLANTED, PLANTED))
        assert PLANTED not in str(caught.value)

    words.run(look)


def test_errors_of_the_work_itself_are_its_own(words: Database) -> None:
    def work(connection: Connection) -> None:
        add(connection)
        raise ValueError("of the work")

    with pytest.raises(ValueError, match="of the work"):
        words.run(work)
    assert count(words) == 0


def test_vacuum_and_the_like_run_outside_of_transactions(words: Database) -> None:
    with words.outside_transactions() as connection:
        connection.exec_driver_sql("VACUUM (FULL) words")
    assert count(words) == 0


def test_a_database_of_another_encoding_is_refused(database: Database) -> None:
    name = f"{database.parameters['dbname']}_latin"
    with database.outside_transactions() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        other = Database(database.kind, database.data_dir, {**database.parameters, "dbname": name})
        with other, pytest.raises(StoreError, match="has the encoding LATIN1"):
            prepare_schema(other)
    finally:
        with database.outside_transactions() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}")


def test_a_server_that_is_too_old_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST", 99)
    with pytest.raises(StoreError, match="99 or newer is needed"):
        prepare_schema(database)


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    return StoreSettings(data_dir=tmp_path / "data")


@pytest.mark.slow
def test_the_embedded_one_is_started_and_stopped(settings: StoreSettings) -> None:
    told: list[str] = []
    with open_database(settings, tell=told.append) as database:
        assert database.kind == "embedded"
        assert database.data_dir == settings.data_dir
        assert schema_status(database.engine).pending == ()
        assert told == ["making the database …"]
    assert settings.data_dir is not None
    assert server_pid(settings.data_dir) is None


@pytest.mark.slow
def test_the_schema_is_left_as_it_is_where_that_is_wanted(settings: StoreSettings) -> None:
    with open_database(settings, tell=print, migrate=False) as database:
        assert schema_status(database.engine).version == 0


@pytest.mark.slow
def test_a_killed_embedded_server_is_started_again_by_whoever_needs_it(settings: StoreSettings) -> None:
    assert settings.data_dir is not None
    with open_database(settings, tell=print) as database:
        database.run(lambda connection: connection.exec_driver_sql("CREATE TABLE words (word text UNIQUE)"))
        database.run(add)
        kill_server(settings.data_dir)
        assert count(database) == 1
        pid = server_pid(settings.data_dir)
        assert pid is not None
    assert server_pid(settings.data_dir) is None


@pytest.mark.slow
def test_the_crash_of_another_connection_is_outlived(settings: StoreSettings) -> None:
    """PostgreSQL then cuts everybody off and recovers, which it says to whoever comes in the meantime."""
    with open_database(settings, tell=print) as database:
        database.run(lambda connection: connection.exec_driver_sql("CREATE TABLE words (word text UNIQUE)"))
        insert = "INSERT INTO words VALUES (%s) ON CONFLICT DO NOTHING"  # a commit may be lost on the way back
        for number in range(5):
            with database.engine.connect() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None
                os.kill(driver.info.backend_pid, signal.SIGKILL)
                connection.invalidate()
            word = str(number)
            database.run(lambda connection, word=word: connection.exec_driver_sql(insert, (word,)))  # type: ignore[misc]
        assert count(database) == 5


@pytest.mark.slow
def test_nothing_stays_running_when_the_schema_cannot_be_used(settings: StoreSettings) -> None:
    assert settings.data_dir is not None
    with open_database(settings, tell=print) as database:
        newer = "INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, 'future', '')"
        database.run(lambda connection: connection.exec_driver_sql(newer))
    with pytest.raises(StoreError, match="it was used with a newer stimmung"):
        open_database(settings, tell=print)
    assert server_pid(settings.data_dir) is None


@pytest.fixture(params=["external_tls", pytest.param("debian", marks=pytest.mark.needs("pg_ctlcluster"))])
def outside(request: pytest.FixtureRequest) -> Iterator[OutsideServer]:
    """An external server with an empty database `fresh`."""
    server: OutsideServer = request.getfixturevalue(request.param)
    with server.admin() as connection:
        connection.execute("CREATE DATABASE fresh OWNER calls")
    yield server
    with server.admin() as connection:
        connection.execute("DROP DATABASE fresh WITH (FORCE)")


def at(address: str, tmp_path: Path) -> StoreSettings:
    return StoreSettings(database_url=SecretStr(address), data_dir=tmp_path / "data")


@pytest.mark.slow
def test_an_external_one_is_reached_with_tls_and_password(outside: OutsideServer, tmp_path: Path) -> None:
    with open_database(at(outside.url("fresh"), tmp_path), tell=print) as database:
        assert database.kind == "external"
        assert schema_status(database.engine).pending == ()
        with database.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            assert driver.pgconn.ssl_in_use
            assert driver.info.user == "calls"
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("password", "database"), [("wrong-geheim", "fresh"), (PASSWORD, "absent")])
def test_a_refusal_is_final_and_shows_no_password(
    outside: OutsideServer, tmp_path: Path, password: str, database: str
) -> None:
    refuses(outside.url(database, password), tmp_path, f"the database '{database}' at 127.0.0.1 cannot be reached: ")


@pytest.mark.slow
def test_a_server_that_wants_tls_refuses_to_do_without(debian: OutsideServer, tmp_path: Path) -> None:
    refuses(debian.url("postgres", sslmode="disable"), tmp_path, "no pg_hba.conf entry .*no encryption")


def refuses(address: str, tmp_path: Path, words: str) -> None:
    told: list[str] = []
    with pytest.raises(StoreError, match=words) as caught:
        open_database(at(address, tmp_path), tell=told.append)
    assert told == []  # it was not tried again
    assert "geheim" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


@pytest.mark.slow
def test_a_server_with_another_certificate_is_not_talked_to(outside: OutsideServer, tmp_path: Path) -> None:
    refuses(outside.url("fresh").replace("127.0.0.1", "localhost"), tmp_path, "does not match host name")


@pytest.mark.slow
def test_work_outlasts_a_restart_of_the_server(external_tls: OutsideServer, tmp_path: Path) -> None:
    with external_tls.admin() as connection:
        connection.execute("CREATE DATABASE failing OWNER calls")
    with open_database(at(external_tls.url("failing"), tmp_path), tell=print) as database:
        database.run(lambda connection: connection.exec_driver_sql("CREATE TABLE words (word text UNIQUE)"))
        external_tls.stop()
        pauses: list[float] = []

        def back(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                external_tls.restart()

        database.run(add, sleep=back)
        assert len(pauses) == 3
        assert count(database) == 1


@pytest.mark.slow
def test_a_server_that_is_not_there_yet_is_waited_for_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.001)
    told: list[str] = []
    with pytest.raises(StoreError, match=r"the database 'calls' at 127.0.0.1 cannot be reached: .*refused"):
        open_database(at("postgresql://u:geheim@127.0.0.1:1/calls", tmp_path), tell=told.append)
    assert told == ["waiting for the database 'calls' at 127.0.0.1 …"] * 7


@pytest.mark.slow
def test_a_stopped_process_of_ours_does_not_hold_up_the_others(settings: StoreSettings) -> None:
    """As Ctrl-Z does: who waits only waits for who is starting or stopping."""
    from tests.store.server_users import user

    assert settings.data_dir is not None
    with open_database(settings, tell=print) as first, user(settings.data_dir) as process:
        assert process.line() == "open"
        os.kill(process.process.pid, signal.SIGSTOP)
        with open_database(settings, tell=print) as second:
            assert second.server_version() == first.server_version()
        os.kill(process.process.pid, signal.SIGCONT)
        assert process.leave() == 0


def test_integrity_errors_can_be_met_inside_of_work(words: Database) -> None:
    words.run(add)

    def work(connection: Connection) -> str:
        try:
            with connection.begin_nested():
                add(connection)
        except IntegrityError:
            return "there already"
        return "new"

    assert words.run(work) == "there already"


def test_work_that_cannot_wait_for_a_lock_is_given_up(words: Database) -> None:
    with words.engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE words")
        with pytest.raises(StoreError, match="LockNotAvailable"):
            words.within(0.05).run(add)
    words.within(0.05).run(add)
    assert count(words) == 1
