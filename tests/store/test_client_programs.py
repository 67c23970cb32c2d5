"""pg_dump reaches every kind of database, and through the tunnel only the server that the address proves."""

import socket
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.store.outside_servers import OutsideServer
from tests.store.tls import make_certificate

from stimmung.speech.errors import StoreError
from stimmung.store.addresses import connection_parameters
from stimmung.store.client_programs import program_for
from stimmung.store.database import Database
from stimmung.store.tls_tunnel import Server, tls_context, tls_tunnel


def test_a_dump_holds_what_the_database_holds(database: Database, tmp_path: Path) -> None:
    long = "x" * 3_000_000
    database.run(lambda connection: connection.exec_driver_sql("CREATE TABLE words AS SELECT %s::text", (long,)))
    with program_for(database, "pg_dump") as program:
        command = [str(program.path), "--no-password", f"--file={tmp_path / 'dump.sql'}"]
        result = subprocess.run(command, env=program.environment, capture_output=True, text=True, check=False)
    assert result.stderr == ""
    assert long in (tmp_path / "dump.sql").read_text()
    assert database.parameters.get("password", "none") not in " ".join(command)


@pytest.fixture
def way(external_tls: OutsideServer) -> tuple[dict[str, str], Server]:
    """The parameters of an external server, and where it is."""
    parameters = dict(connection_parameters(external_tls.url("postgres")))
    return parameters, Server(parameters["host"], int(parameters["port"]))


@pytest.mark.slow
def test_several_connections_at_once_and_none_after_the_end(way: tuple[dict[str, str], Server]) -> None:
    with tls_tunnel(*way) as parameters:
        folder = Path(parameters["host"])
        assert folder.stat().st_mode & 0o777 == 0o700
        assert parameters["sslmode"] == "disable"
        opened = [psycopg.connect(psycopg.conninfo.make_conninfo(**parameters)) for _ in range(3)]
        for number, connection in enumerate(opened):
            assert connection.execute("SELECT %s::int", [number]).fetchone() == (number,)
            connection.close()
    assert not folder.exists()


@pytest.mark.slow
def test_connections_that_are_open_at_the_end_are_cut_without_a_word(
    way: tuple[dict[str, str], Server], caplog: pytest.LogCaptureFixture
) -> None:
    with tls_tunnel(*way) as parameters:
        opened = psycopg.connect(psycopg.conninfo.make_conninfo(**parameters))
    with opened, pytest.raises(psycopg.OperationalError):
        opened.execute("SELECT 1")
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["verify-full", "verify-ca"])
def test_another_certificate_is_refused(way: tuple[dict[str, str], Server], tmp_path: Path, mode: str) -> None:
    parameters, server = way
    other = make_certificate(tmp_path).certificate
    wrong = {**parameters, "sslmode": mode, "sslrootcert": str(other)}
    with pytest.raises(StoreError, match=r"no TLS with it: .*certificate verify failed"), tls_tunnel(wrong, server):
        pytest.fail("a tunnel to a stranger")


@pytest.mark.slow
def test_a_certificate_for_another_name_is_refused_by_verify_full_only(way: tuple[dict[str, str], Server]) -> None:
    parameters, server = way
    elsewhere = replace(server, host="localhost")
    with pytest.raises(StoreError, match=r"no TLS with it: .*localhost"), tls_tunnel(parameters, elsewhere):
        pytest.fail("a tunnel to a stranger")
    with tls_tunnel({**parameters, "sslmode": "verify-ca"}, elsewhere) as through:
        psycopg.connect(psycopg.conninfo.make_conninfo(**through)).close()


def test_a_server_without_tls_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        server = Server("127.0.0.1", int(listener.getsockname()[1]))

        def answer() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(8)
                client.sendall(b"N")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(StoreError, match="does not speak TLS"), tls_tunnel({"sslmode": "require"}, server):
            pytest.fail("a tunnel without TLS")
        thread.join()


def test_certificates_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"its certificates cannot be used: .*No such file"):
        tls_context({"sslmode": "verify-full", "sslrootcert": str(tmp_path / "absent.pem")})
