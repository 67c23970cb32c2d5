"""The embedded server: the first starts it, the last stops it; whatever is killed, nothing that was kept is lost."""

import itertools
import os
import shutil
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tests.store.server_users import connect, files, kill_server, server_pid, until, user

from stimmung.speech.errors import StoreError
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.locks import FileLock, is_free
from stimmung.store.pace import Pace, pause

pytestmark = pytest.mark.slow


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A private folder without a server in it."""
    folder = tmp_path / "stimmung"
    folder.mkdir(mode=0o700)
    return folder


def opened(data_dir: Path) -> EmbeddedServer:
    return EmbeddedServer(data_dir, Pace())


def hasty(told: list[str], sleep: Callable[[float], None]) -> Pace:
    """Return a pace to whom each look at the clock is a second later."""
    clock = itertools.count()
    return Pace(told.append, lambda: float(next(clock)), sleep)


def remember(server: EmbeddedServer, word: str) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def remembered(server: EmbeddedServer) -> list[str]:
    with connect(server) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM kept ORDER BY word")]


def said_by_server(data_dir: Path) -> str:
    return "".join(path.read_text() for path in (files(data_dir).cluster / "log").iterdir())


def test_the_first_starts_it_and_the_last_stops_it(data_dir: Path) -> None:
    with opened(data_dir) as first:
        remember(first, "kept")
        pid = server_pid(data_dir)
        second = opened(data_dir)
        assert server_pid(data_dir) == pid
    assert server_pid(data_dir) == pid
    assert remembered(second) == ["kept"]
    second.close()
    assert server_pid(data_dir) is None
    assert is_free(files(data_dir).server_lock)
    with opened(data_dir) as again:
        assert remembered(again) == ["kept"]
        assert server_pid(data_dir) != pid
    assert "not properly shut down" not in said_by_server(data_dir)


def test_closing_twice_is_closing_once(data_dir: Path) -> None:
    server = opened(data_dir)
    server.close()
    server.close()
    with pytest.raises(StoreError, match="is closed"):
        server.revive()
    assert server_pid(data_dir) is None


def test_ten_processes_at_once_share_one_server(data_dir: Path) -> None:
    with ExitStack() as stack:
        users = [stack.enter_context(user(data_dir)) for _ in range(10)]
        with ThreadPoolExecutor(10) as pool:
            assert list(pool.map(lambda one: one.line(), users)) == ["open"] * 10
            pid = server_pid(data_dir)
            assert pid is not None
            assert [one.leave() for one in users[:9]] == [0] * 9
            assert server_pid(data_dir) == pid
            assert users[9].leave() == 0
    assert server_pid(data_dir) is None
    assert not files(data_dir).unfinished.exists()


def test_processes_that_come_and_go_never_find_it_gone(data_dir: Path) -> None:
    def come_and_go(number: int) -> None:
        for turn in range(5):
            with opened(data_dir) as server:
                remember(server, f"{number}-{turn}")

    opened(data_dir).close()
    with opened(data_dir) as server:
        remember(server, "first")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(come_and_go, range(4)))
    assert server_pid(data_dir) is None
    with opened(data_dir) as server:
        assert len(remembered(server)) == 21


def test_a_killed_user_leaves_the_server_to_the_next(data_dir: Path) -> None:
    with user(data_dir) as process:
        assert process.line() == "open"
        pid = server_pid(data_dir)
        process.kill()
    assert server_pid(data_dir) == pid
    with opened(data_dir):
        assert server_pid(data_dir) == pid
    assert server_pid(data_dir) is None


def test_a_killed_user_does_not_keep_the_server_from_stopping(data_dir: Path) -> None:
    with opened(data_dir), user(data_dir) as process:
        assert process.line() == "open"
        process.kill()
    assert server_pid(data_dir) is None


def test_ctrl_c_ends_the_user_and_not_the_server(data_dir: Path) -> None:
    with user(data_dir) as process, opened(data_dir) as other:
        assert process.line() == "open"
        pid = server_pid(data_dir)
        assert pid is not None
        assert os.getsid(pid) != os.getsid(process.process.pid)
        process.interrupt()
        assert process.line() == "interrupted"
        assert process.line() == "closed"
        assert server_pid(data_dir) == pid
        remember(other, "still there")
    assert "not properly shut down" not in said_by_server(data_dir)


def test_a_forked_child_that_ends_takes_the_server_from_nobody(data_dir: Path) -> None:
    with opened(data_dir) as server:
        child = os.fork()
        if child == 0:
            server.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert not is_free(files(data_dir).server_lock)
        with opened(data_dir):
            pass  # as the last one it would stop it, if the child had given up our place
        remember(server, "still there")


def test_what_was_committed_survives_a_killed_server(data_dir: Path) -> None:
    with opened(data_dir) as server:
        remember(server, "committed")
        unfinished = connect(server)
        unfinished.execute("BEGIN")
        unfinished.execute("INSERT INTO kept VALUES ('not committed')")
        kill_server(data_dir)
        unfinished.close()
        with opened(data_dir) as other:
            assert remembered(other) == ["committed"]
        assert server_pid(data_dir) is not None
    assert server_pid(data_dir) is None
    assert "not properly shut down" in said_by_server(data_dir)


def test_a_postmaster_file_with_a_number_that_is_another_process_by_now(data_dir: Path) -> None:
    with opened(data_dir) as server:
        remember(server, "kept")
        left = (files(data_dir).cluster / "postmaster.pid").read_text()
        kill_server(data_dir)
        until(lambda: is_free(files(data_dir).server_lock))
        stale = files(data_dir).cluster / "postmaster.pid"
        # As after the restart of a container, where the same small numbers are given again.
        stale.write_text("\n".join([str(os.getpid()), *left.splitlines()[1:]]))
    with opened(data_dir) as server:
        assert remembered(server) == ["kept"]


def test_the_remains_of_a_killed_server_are_waited_for(data_dir: Path) -> None:
    opened(data_dir).close()
    told: list[str] = []
    held = FileLock(files(data_dir).server_lock)  # as a backend does that still runs
    assert held.try_alone()

    def sleep(_seconds: float) -> None:
        pause(0.01)
        if told:
            held.close()

    with EmbeddedServer(data_dir, hasty(told, sleep)):
        assert "waiting for an earlier database process to end" in told[0]
    assert server_pid(data_dir) is None


def test_remains_that_never_end_are_an_error_and_not_a_second_server(data_dir: Path) -> None:
    opened(data_dir).close()
    with FileLock(files(data_dir).server_lock) as held:
        assert held.try_alone()
        with pytest.raises(StoreError, match="waiting for an earlier database process to end: given up after 60 s"):
            EmbeddedServer(data_dir, hasty([], lambda _: None))
    assert server_pid(data_dir) is None


def test_another_who_starts_it_is_waited_for(data_dir: Path) -> None:
    opened(data_dir).close()
    told: list[str] = []
    starter = FileLock(files(data_dir).start_lock)
    assert starter.try_alone()

    def sleep(_seconds: float) -> None:
        pause(0.01)
        if told:
            starter.close()

    with EmbeddedServer(data_dir, hasty(told, sleep)):
        assert "waiting for another process that starts or stops the database" in told[0]


@pytest.mark.parametrize(
    "sign",
    ["initdb/base", "initdb/global/pg_control", "initdb/PG_VERSION", "data/postgresql.conf", "data/postmaster.pid"],
)
def test_a_first_start_that_was_cut_short_is_done_again_or_taken_up(data_dir: Path, sign: str) -> None:
    place = files(data_dir)
    with user(data_dir) as process:
        until(lambda: (place.folder / sign).exists() or server_pid(data_dir) is not None)
        process.kill()
    with opened(data_dir) as server:
        remember(server, "kept")
    assert not place.unfinished.exists()
    assert server_pid(data_dir) is None
    with opened(data_dir) as server:
        assert remembered(server) == ["kept"]


def test_a_start_that_was_cut_short_before_the_database_was_made(data_dir: Path) -> None:
    def drop_database(server: EmbeddedServer) -> None:
        parameters = psycopg.conninfo.make_conninfo(**server.connection("postgres", "postgres"))
        with psycopg.connect(parameters, autocommit=True) as admin:
            admin.execute("DROP DATABASE stimmung WITH (FORCE)")

    with opened(data_dir) as server:
        drop_database(server)
    with opened(data_dir) as server:
        remember(server, "kept")
        drop_database(server)
        with opened(data_dir) as joining:  # a server that goes on after who started it was killed
            remember(joining, "kept")


def test_a_server_that_does_not_start_says_why_and_leaves_nothing_running(data_dir: Path) -> None:
    opened(data_dir).close()
    with (files(data_dir).cluster / "postgresql.auto.conf").open("a") as file:
        file.write("shared_buffers = 'lots'\n")
    with pytest.raises(StoreError, match=r'did not start: .*invalid value for parameter "shared_buffers": "lots"'):
        opened(data_dir)
    assert is_free(files(data_dir).server_lock)
    assert is_free(files(data_dir).users_lock)
    assert is_free(files(data_dir).start_lock)


def test_a_cluster_of_another_version_is_refused(data_dir: Path) -> None:
    opened(data_dir).close()
    (files(data_dir).cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(StoreError, match="made by PostgreSQL 17, and this stimmung has PostgreSQL 18: make a backup"):
        opened(data_dir)


def test_own_settings_are_renewed_and_an_operators_stay(data_dir: Path) -> None:
    with opened(data_dir) as server, connect(server, "postgres") as connection:
        connection.execute("ALTER SYSTEM SET work_mem = '7MB'")
    (files(data_dir).cluster / "postgresql.conf").write_text("listen_addresses = '*'\n")
    (files(data_dir).cluster / "pg_hba.conf").write_text("local all all trust\n")
    with opened(data_dir) as server, connect(server, "postgres") as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("work_mem", "listen_addresses")]
        rules = connection.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()
    assert shown == [("7MB",), ("",)]
    assert rules == [("local", "peer")]


@pytest.mark.parametrize("name", ["n" * 120, "a,b", "Größe", "two words", "it's"])
def test_every_path_will_do(data_dir: Path, name: str) -> None:
    folder = data_dir / name
    folder.mkdir(mode=0o700)
    with opened(folder) as server:
        remember(server, "kept")
        host = Path(server.connection()["host"])
        assert host.is_dir()
        if host != files(folder).cluster:
            assert host.parent.stat().st_mode & 0o777 == 0o700
    assert host == files(folder).cluster or not host.parent.exists()


def test_no_parents_mode_is_changed(data_dir: Path) -> None:
    deep = data_dir / "a" / "b"
    deep.mkdir(parents=True)
    (data_dir / "a").chmod(0o750)
    deep.chmod(0o700)
    parents = [deep, *deep.parents]
    before = [(path.stat().st_mode, path.stat().st_uid) for path in parents]
    opened(deep).close()
    assert [(path.stat().st_mode, path.stat().st_uid) for path in parents] == before


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_server_knows_nothing_of_our_environment(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STIMMUNG_SERVE__API_KEY", "a-key-that-is-nobodys-business")
    with opened(data_dir):
        environment = Path(f"/proc/{server_pid(data_dir)}/environ").read_bytes()
    assert b"nobodys-business" not in environment


def test_a_server_that_does_not_stop_is_stopped_without_loss(data_dir: Path) -> None:
    """SIGSTOP for what was seen: a server that was told to stop while it recovered, and waited for ever."""
    server = opened(data_dir)
    remember(server, "kept")
    pid = server_pid(data_dir)
    assert pid is not None
    told: list[str] = []
    children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    checkpointer = next(one for one in children if b"checkpointer" in Path(f"/proc/{one}/cmdline").read_bytes())
    os.kill(checkpointer, signal.SIGSTOP)  # without whose last checkpoint the server does not end
    # PostgreSQL gives its processes 5 s of real time before it kills them.
    server._pace = hasty(told, lambda _: pause(0.2 if len(told) > 2 else 0.01))
    server.close()
    assert "stops …" in told[0]
    assert "does not stop" in told[2]
    assert is_free(files(data_dir).server_lock)
    with opened(data_dir) as again:
        assert remembered(again) == ["kept"]


def test_a_crash_of_one_connection_writes_no_statement_into_the_log(data_dir: Path) -> None:
    with opened(data_dir) as server, connect(server) as watcher, ThreadPoolExecutor(1) as pool:
        victim = connect(server)
        running = pool.submit(victim.execute, "SELECT pg_sleep(30), 'a planted word'")
        active = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%pg_sleep(30)%%' AND pid = %s"
        until(lambda: watcher.execute(active, [victim.info.backend_pid]).fetchone() == (1,))
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        assert isinstance(running.exception(30), psycopg.OperationalError)
        victim.close()
        until(lambda: "was terminated by signal 9" in said_by_server(data_dir))
        server.revive()  # which waits: told to stop while it recovers, it might not for 30 s
        said = said_by_server(data_dir)
    assert "planted" not in said


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounts a small disk")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=20m,mode=700 tmpfs {disk} 2>/dev/null") != 0:
        pytest.fail("root, and no right to mount a tmpfs")
    try:
        with pytest.raises(StoreError, match=r"the disk that holds .* is full: make room and start again"):
            opened(disk)
        assert shutil.disk_usage(disk).used < 1 << 20  # nothing half-made is left to fill it
    finally:
        os.system(f"umount {disk}")
