"""The embedded server is open to its owner and to nobody else: modes, owners, authentication, rights, logs."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest
from tests.store.server_users import connect, files, until

from stimmung.store.data_folder import private_folder
from stimmung.store.embedded.account import Account, reachable
from stimmung.store.embedded.binaries import embedded_programs
from stimmung.store.embedded.process import find_postmaster
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.embedded.settings import SOCKET
from stimmung.store.pace import Pace

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="becomes other users")


def ask(server: EmbeddedServer, statement: str, role: str = "stimmung") -> object:
    with connect(server, role) as connection:
        row = connection.execute(statement).fetchone()
    return row[0] if row else None


def refused(server: EmbeddedServer, statement: str) -> None:
    with connect(server) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def try_as(account: str, host: Path, role: str) -> str:
    """Connect as another operating system user; return what came of it."""
    entry = pwd.getpwnam(account)
    someone = Account(entry.pw_uid, entry.pw_gid, foreign=True)
    psql = reachable(embedded_programs(), (someone,)).path("psql")
    result = subprocess.run(
        [psql, "--host", host, "--username", role, "--no-psqlrc", "--command", "SELECT 'let in'", "stimmung"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd="/",
        env={"PATH": os.defpath},
        user=someone.uid,
        group=someone.gid,
        extra_groups=[],
    )
    return result.stdout + result.stderr


def test_folders_files_and_socket_are_the_owners_alone(embedded: EmbeddedServer) -> None:
    folder = embedded.folder
    assert stat.S_IMODE(folder.parent.stat().st_mode) == stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.stat().st_uid == os.geteuid()
    seen = list((folder / "data").rglob("*"))
    assert len(seen) > 500
    assert (folder / "data" / SOCKET).is_socket()
    for path in (folder / "data", *seen):
        if os.path.lexists(path):  # the server's own files come and go
            assert path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) == 0, path


def test_one_user_is_let_in_by_the_systems_word_and_over_the_socket_only(embedded: EmbeddedServer) -> None:
    with connect(embedded, "postgres") as connection:
        rules = connection.execute("SELECT type, auth_method, options, error FROM pg_hba_file_rules").fetchall()
        names = connection.execute("SELECT sys_name, pg_username, error FROM pg_ident_file_mappings").fetchall()
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert rules == [("local", "peer", ["map=stimmung"], None)]
    me = pwd.getpwuid(os.geteuid()).pw_name
    assert names == [(me, "postgres", None), (me, "stimmung", None)]


@as_root
@pytest.mark.parametrize("role", ["stimmung", "postgres"])
def test_another_user_does_not_reach_the_socket(embedded: EmbeddedServer, role: str) -> None:
    assert "Permission denied" in try_as("nobody", files(embedded.folder.parent).cluster, role)


@as_root
@pytest.mark.slow
@pytest.mark.parametrize("role", ["stimmung", "postgres"])
def test_another_user_who_reaches_the_socket_is_refused(role: str, tmp_path: Path) -> None:
    """Even with every folder and the socket opened by mistake."""
    with EmbeddedServer(private_folder(tmp_path), Pace()):
        cluster = files(tmp_path).cluster
        for path in (tmp_path, cluster.parent, cluster):
            path.chmod(0o755)
        (cluster / SOCKET).chmod(0o777)
        assert "Peer authentication failed" in try_as("nobody", cluster, role)
        cluster.chmod(0o700)  # the server does not start, and so does not end well, with an open one


@as_root
def test_roots_server_runs_as_a_user_that_nobody_else_is(embedded: EmbeddedServer) -> None:
    postmaster = find_postmaster(files(embedded.folder.parent))
    assert postmaster is not None
    owner = Path(f"/proc/{postmaster.pid}").stat().st_uid
    assert owner == (embedded.folder / "data").stat().st_uid != 0
    with pytest.raises(KeyError):
        pwd.getpwuid(owner)
    groups = next(line for line in Path(f"/proc/{postmaster.pid}/status").read_text().splitlines() if "Groups" in line)
    assert groups.split() == ["Groups:"]


def test_the_role_of_the_program_is_no_superuser(embedded: EmbeddedServer) -> None:
    assert ask(embedded, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user") is False
    refused(embedded, "COPY (SELECT 1) TO PROGRAM 'true'")
    refused(embedded, "SELECT pg_read_file('postgresql.conf')")
    refused(embedded, "ALTER SYSTEM SET work_mem = '1GB'")


def test_the_role_of_the_program_may_do_what_erasing_and_restoring_need(embedded: EmbeddedServer) -> None:
    with connect(embedded) as connection:
        connection.execute("CHECKPOINT")
        connection.execute("SELECT pg_switch_wal()")
        connection.execute("VACUUM (FULL) pg_catalog.pg_statistic")
        connection.execute("CREATE DATABASE restored")
        connection.execute("DROP DATABASE restored")


def test_settings_for_data_that_must_stay_and_must_go(embedded: EmbeddedServer) -> None:
    assert ask(embedded, "SHOW data_checksums") == "on"
    assert ask(embedded, "SHOW autovacuum") == "on"
    assert ask(embedded, "SHOW jit") == "off"
    assert ask(embedded, "SHOW wal_recycle") == "off"


def test_text_is_utf8_and_german_on_every_system(embedded: EmbeddedServer) -> None:
    assert ask(embedded, "SHOW server_encoding") == "UTF8"
    assert ask(embedded, "SELECT lower('ÄÖÜ') || upper('ß')") == "äöüß"
    assert ask(embedded, "SELECT to_tsvector('german', 'ÜBERWEISUNGEN')::text") == "'uberweis':1"
    assert ask(embedded, "SELECT extversion FROM pg_extension WHERE extname = 'vector'") is not None


def test_no_word_of_a_failing_statement_is_logged(embedded: EmbeddedServer) -> None:
    """Errors quote values: in the message, the detail, the statement, the parameters."""
    planted = "Wermutstropfen"
    with connect(embedded) as connection:
        connection.execute("CREATE TABLE logged (word text UNIQUE, many int)")
        connection.execute("INSERT INTO logged VALUES (%s)", [planted])
        for statement in (
            "INSERT INTO logged VALUES (%s)",
            "INSERT INTO logged (many) SELECT (%s::text)::int",
            "SELECT length(%s::text) / 0",
            f"SELECT '{planted}' FROM nowhere WHERE %s = ''",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement, [planted])
        connection.execute("DO $$ BEGIN RAISE WARNING 'Wermutstropfen'; END $$")
        connection.execute("DROP TABLE logged")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(psycopg.conninfo.make_conninfo(**embedded.connection(role="stranger")))
    logs = embedded.folder / "data" / "log"

    def said() -> str:
        return "".join(path.read_text() for path in logs.glob("*.log"))

    until(lambda: "stranger" in said())  # logged after the others, so that those would be there too
    assert planted not in said()
