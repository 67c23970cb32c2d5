"""A withdrawal that was noted is remembered by whoever opens the folder next, until it is carried out."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stimmung.speech.errors import StoreError
from stimmung.store.removal.withdrawal_register import FOLDER, Promise, WithdrawalRegister

ONE, OTHER = "a" * 64, "b" * 64
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_promises_are_there_oldest_first_until_they_are_fulfilled(tmp_path: Path) -> None:
    register = WithdrawalRegister(tmp_path)
    assert register.promises() == ()
    for content in (ONE, OTHER, ONE):
        register.promise(content)
    os.utime(tmp_path / FOLDER / ONE, (NOON.timestamp(), NOON.timestamp()))
    os.utime(tmp_path / FOLDER / OTHER, (NOON.timestamp() - 1, NOON.timestamp() - 1))
    again = WithdrawalRegister(tmp_path)
    assert [one.content_hash for one in again.promises()] == [OTHER, ONE]
    again.fulfil(OTHER)
    again.fulfil(OTHER)
    assert register.promises() == (Promise(ONE, NOON),)


def test_the_files_are_private_and_empty_and_others_are_none_of_ours(tmp_path: Path) -> None:
    register = WithdrawalRegister(tmp_path)
    register.promise(ONE)
    path = tmp_path / FOLDER / ONE
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert path.read_bytes() == b""
    (tmp_path / FOLDER / "lost+found").mkdir()
    assert [one.content_hash for one in register.promises()] == [ONE]


def test_what_cannot_be_noted_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    with pytest.raises(StoreError, match=FOLDER):
        WithdrawalRegister(tmp_path).promise(ONE)
    with pytest.raises(StoreError, match="cannot be read"):
        WithdrawalRegister(tmp_path).promises()
