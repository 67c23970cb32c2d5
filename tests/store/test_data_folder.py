"""The data folder: private, ours, and never somebody else's made private."""

import os
import stat
from pathlib import Path

import pytest

from stimmung.speech.errors import StoreError
from stimmung.speech.settings import StoreSettings
from stimmung.store.data_folder import data_folder, private_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights as Unix has them")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_one_is_private_under_any_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = private_folder(tmp_path / "new")
    finally:
        os.umask(before)
    assert mode(folder) == 0o700


def test_the_users_data_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    assert data_folder(StoreSettings()) == tmp_path / "share" / "stimmung"
    assert data_folder(StoreSettings(data_dir=tmp_path / "own")) == tmp_path / "own"


def test_an_empty_one_such_as_a_fresh_volume_is_closed(tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    volume.chmod(0o755)
    assert mode(private_folder(volume)) == 0o700


def test_one_with_contents_that_others_can_read_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    (home / "letter.txt").touch()
    with pytest.raises(StoreError, match=r"others can read this folder \(drwxr-xr-x\): `chmod 700` it"):
        private_folder(home)
    assert mode(home) == 0o755


def test_a_private_one_with_contents_is_taken(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "kept")
    (folder / "postgres").mkdir()
    assert private_folder(folder) == folder


def test_a_link_leads_to_the_folder_that_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(private_folder(tmp_path / "real"))
    assert data_folder(StoreSettings(data_dir=tmp_path / "link")) == tmp_path / "real"
    with pytest.raises(StoreError, match="is a link"):
        private_folder(tmp_path / "link")


def test_a_place_that_cannot_hold_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file/data: cannot be used as data folder: Not a directory; name another one"):
        private_folder(tmp_path / "file" / "data")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="gives a folder away")
def test_somebody_elses_is_refused(tmp_path: Path) -> None:
    theirs = private_folder(tmp_path / "theirs")
    os.chown(theirs, 12_345, 12_345)
    with pytest.raises(StoreError, match="belongs to the user with id 12345, and stimmung runs as 0"):
        private_folder(theirs)
