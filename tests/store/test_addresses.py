"""Addresses of a database: as libpq reads them, with safe defaults, and without the password in any error."""

import os

import pytest

from stimmung.speech.errors import StoreError
from stimmung.store.addresses import client_environment, connection_parameters, is_local, place, without_password

SECRET = "geheim/1@2:3"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_scheme_of_postgresql_will_do(scheme: str) -> None:
    found = connection_parameters(f"{scheme}://calls:p%40ss@db.example.org:6432/stimmung?application_name=mine")
    assert found["host"] == "db.example.org"
    assert found["port"] == "6432"
    assert found["user"] == "calls"
    assert found["password"] == "p@ss"
    assert found["dbname"] == "stimmung"
    assert found["application_name"] == "mine"
    assert found["connect_timeout"] == "10"


@pytest.mark.parametrize(
    ("address", "sslmode"),
    [
        ("postgresql://db.example.org/calls", "require"),
        ("postgresql://10.0.0.7/calls", "require"),
        ("postgresql://localhost,db.example.org/calls", "require"),
        ("postgresql://db.example.org/calls?sslmode=verify-full", "verify-full"),
        ("postgresql://db.example.org/calls?sslmode=disable", "disable"),
        ("postgresql://localhost/calls", None),
        ("postgresql://127.0.0.1/calls", None),
        ("postgresql:///calls?host=/run/postgresql", None),
        ("postgresql:///calls", None),
    ],
)
def test_what_leaves_the_machine_is_encrypted(address: str, sslmode: str | None) -> None:
    assert connection_parameters(address).get("sslmode") == sslmode


def test_an_operators_environment_may_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert "sslmode" not in connection_parameters("postgresql://db.example.org/calls")


def test_of_several_hosts_the_one_that_takes_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = connection_parameters("postgresql://a.example.org:5432,b.example.org:5433/calls")
    assert found["host"] == "a.example.org,b.example.org"
    assert found["port"] == "5432,5433"
    assert found["target_session_attrs"] == "read-write"
    assert "target_session_attrs" not in connection_parameters("postgresql://a.example.org/calls")


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://calls:{SECRET}@db.example.org/stimmung",
        "postgresql://calls:geheim%zz@db.example.org/stimmung",
        "postgresql://calls:geheim@db.example.org/stimmung?no_such=1",
        "postgresql://calls:geheim#1@db.example.org:x/stimmung",
        "postgresql://calls:gehe@im@db.example.org/stimmung",
        "postgresql://calls:123/gehe@db.example.org/stimmung",
    ],
)
def test_an_address_that_cannot_be_read_is_not_repeated(address: str) -> None:
    with pytest.raises(StoreError) as caught:
        connection_parameters(address)
    assert "gehe" not in str(caught.value)
    assert "%40" in str(caught.value)
    assert caught.value.__context__ is None  # nor by what caused it


def test_programs_get_the_password_by_their_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PGSERVICE", "other")
    monkeypatch.setenv("STIMMUNG_DATABASE_URL", "postgresql://calls:geheim@db.example.org/stimmung")
    parameters = connection_parameters("postgresql://calls:geheim@db.example.org/stimmung?sslrootcert=/ca.pem")
    environment = client_environment(parameters)
    ours = {name: value for name, value in environment.items() if name.startswith(("PG", "STIMMUNG"))}
    assert ours == {
        "PGHOST": "db.example.org",
        "PGUSER": "calls",
        "PGPASSWORD": "geheim",
        "PGDATABASE": "stimmung",
        "PGSSLMODE": "require",
        "PGSSLROOTCERT": "/ca.pem",
        "PGAPPNAME": "stimmung",
        "PGCONNECT_TIMEOUT": "10",
        "PGCLIENTENCODING": "UTF8",
    }
    assert environment["PATH"] == os.environ["PATH"]


def test_a_database_is_named_without_user_and_password() -> None:
    parameters = connection_parameters("postgresql://calls:geheim@db.example.org/stimmung")
    assert place(parameters) == "the database 'stimmung' at db.example.org"
    assert without_password("connection with geheim failed", parameters) == "connection with *** failed"


def test_sockets_and_loopback_are_local() -> None:
    assert is_local({"host": "/run/postgresql"})
    assert is_local({})
    assert is_local({"host": "localhost,127.0.0.1"})
    assert not is_local({"host": "localhost.example.org"})
    assert not is_local({"hostaddr": "192.0.2.7"})
