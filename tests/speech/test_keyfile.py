"""The key file: made once and whole, read by its owner only, and refused where somebody else could have read it."""

import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stimmung.speech.errors import SettingsError
from stimmung.speech.keyfile import key_path, read_key, read_or_make_key
from stimmung.speech.settings import KEY_CHARACTERS, ServeSettings

needs_rights = pytest.mark.skipif(os.name != "posix", reason="rights as Unix has them")
KEY = "0123456789abcdef-key"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "serve.key"


def kept(path: Path, text: str = KEY + "\n", mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_first_server_makes_a_key_and_the_next_one_finds_it(path: Path) -> None:
    key = read_or_make_key(path)
    assert re.fullmatch(KEY_CHARACTERS, key)
    assert len(key) == 43
    assert read_or_make_key(path) == read_key(path) == key
    assert ServeSettings.model_validate({"api_key": key}).api_key is not None


def test_keys_differ(tmp_path: Path) -> None:
    assert read_or_make_key(tmp_path / "one") != read_or_make_key(tmp_path / "other")


@needs_rights
def test_nobody_else_may_read_it_under_a_loose_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        read_or_make_key(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_servers_that_start_at_once_agree_and_leave_nothing_behind(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(read_or_make_key, [path] * 40))
    assert len(keys) == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_server_that_comes_too_late_takes_the_key_that_is_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = read_or_make_key(path)
    monkeypatch.setattr(os.path, "lexists", lambda _: False)  # as it was when that server looked
    assert read_or_make_key(path) == key


@needs_rights
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644])
def test_a_file_that_others_may_touch_is_refused(path: Path, mode: int) -> None:
    kept(path, mode=mode)
    for read in (read_key, read_or_make_key):
        with pytest.raises(SettingsError, match=r"others may read.*delete it") as caught:
            read(path)
        assert KEY not in str(caught.value)
    assert path.read_text() == KEY + "\n"


@needs_rights
def test_a_link_is_not_followed(path: Path) -> None:
    target = kept(path.with_name("elsewhere"))
    path.symlink_to(target)
    with pytest.raises(SettingsError, match="cannot read the key"):
        read_or_make_key(path)


@needs_rights
def test_another_users_file_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(path)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(SettingsError, match="belongs to another user"):
        read_key(path)


@pytest.mark.parametrize("text", ["", "\n", "short\n", "sixteen letters and blanks\n", "schlüsselschlüssel\n"])
def test_a_file_without_a_key_says_so_and_does_not_show_what_it_holds(path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="holds no key; delete it") as caught:
        read_key(kept(path, text))
    assert "letters and" not in str(caught.value)


def test_without_a_file_the_way_out_is_named(path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no key yet; `stimmung serve` makes one, or set serve\.api_key"):
        read_key(path)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(SettingsError, match="STIMMUNG_SERVE__API_KEY"):
        read_or_make_key(tmp_path / "state" / "serve.key")


def test_it_lies_in_the_users_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))  # Linux
    monkeypatch.setenv("HOME", str(tmp_path))  # elsewhere
    assert key_path().is_relative_to(tmp_path)
    assert key_path().name == "serve.key"
