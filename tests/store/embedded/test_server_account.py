"""As whom the server runs, and whence its programs, where the ones at hand lie below a private folder."""

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stimmung.speech.errors import StoreError
from stimmung.store.embedded import account as accounts
from stimmung.store.embedded.account import (
    FIRST_ID,
    IDS,
    Account,
    builder,
    client_name,
    folder_argument,
    hand_over,
    reachable,
    runner,
)
from stimmung.store.embedded.binaries import Programs, embedded_programs

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="becomes other users")
not_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="is about ordinary users")
UNNAMED = 54_321  # an id without an account


@not_root
def test_ordinary_users_run_it_as_themselves(tmp_path: Path) -> None:
    assert runner(tmp_path / "data") == builder() == Account(os.geteuid(), os.getegid(), foreign=False)
    assert folder_argument(tmp_path, builder()) == str(tmp_path)
    assert reachable(programs := embedded_programs(), (builder(),)) is programs


@as_root
def test_root_gives_it_a_number_that_is_nobodys(tmp_path: Path) -> None:
    account = runner(tmp_path / "data")
    assert FIRST_ID <= account.uid < FIRST_ID + IDS
    with pytest.raises(KeyError):
        pwd.getpwuid(account.uid)
    assert runner(tmp_path / "data") == account
    assert len({runner(tmp_path / str(number)).uid for number in range(20)}) > 10


@as_root
def test_root_keeps_to_the_owner_that_a_cluster_has(tmp_path: Path) -> None:
    os.chown(tmp_path, UNNAMED, UNNAMED)
    assert runner(tmp_path) == Account(UNNAMED, UNNAMED, foreign=True)
    os.chown(tmp_path, 0, 0)
    with pytest.raises(StoreError, match="belongs to root, as whom no PostgreSQL runs"):
        runner(tmp_path)


@as_root
def test_handing_over_follows_no_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.touch()
    inside = tmp_path / "inside"
    (inside / "deep").mkdir(parents=True)
    (inside / "deep" / "file").touch()
    (inside / "link").symlink_to(outside)
    hand_over(inside, Account(UNNAMED, UNNAMED, foreign=True))
    assert {path.lstat().st_uid for path in (inside, *inside.rglob("*"))} == {UNNAMED}
    assert outside.stat().st_uid == 0


@as_root
@pytest.mark.slow
def test_programs_below_a_private_folder_are_copied_and_their_folder_stays_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "SOFTWARE_CACHE", tmp_path / "cache")
    private = tmp_path / "venv"
    private.mkdir(mode=0o700)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700  # so that others do not reach the copy below it either
    ours = embedded_programs()
    (private / "pg").symlink_to(ours.folder)
    (tmp_path / "venv.libs").mkdir()
    (tmp_path / "venv.libs" / "libpq.so").write_bytes(b"")
    programs = Programs(private / "pg")
    with pytest.raises(StoreError, match="cannot run programs there"):
        reachable(programs, (builder(),))
    assert stat.S_IMODE(private.stat().st_mode) == stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    copy = next((tmp_path / "cache").iterdir())
    assert stat.S_IMODE(copy.stat().st_mode) == 0o755
    assert (copy / "venv.libs" / "libpq.so").exists()  # beside the package, where its programs look
    postgres = copy / "venv" / "pg" / "bin" / "postgres"
    said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True).stdout
    assert "PostgreSQL" in said


@as_root
def test_a_cache_that_others_may_write_to_is_not_run_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "SOFTWARE_CACHE", tmp_path)
    private = tmp_path / "pg18"
    (private / "bin").mkdir(parents=True)
    (private / "lib").mkdir()
    (private / "share").mkdir()
    (private / "bin" / "postgres").write_text("#!/bin/sh\n")
    (private / "bin" / "postgres").chmod(0o700)
    tmp_path.chmod(0o777)
    with pytest.raises(StoreError, match="others may write there"):
        reachable(Programs(private), (builder(),))


@as_root
def test_a_user_without_a_name_is_told_what_is_missing() -> None:
    script = f"""
import os
from stimmung.speech.errors import StoreError
from stimmung.store.embedded.account import client_name
os.setuid({UNNAMED})
try:
    client_name()
except StoreError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert f"the user id {UNNAMED} has no name on this system" in said
    assert "/etc/passwd" in said
    assert "STIMMUNG_DATABASE_URL" in said


def test_we_are_known_by_name() -> None:
    assert client_name() == pwd.getpwuid(os.geteuid()).pw_name
