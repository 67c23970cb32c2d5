"""Files with keys: made once, whole, private; refused where others could have read them."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stimmung.speech.errors import StoreError
from stimmung.store.key_files import KEY_BYTES, make_keys, new_key, read_keys, replace_keys

needs_rights = pytest.mark.skipif(os.name != "posix", reason="rights as Unix has them")
WHAT, NOTE = "the keys of the test", "first line\nsecond line"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys"


def kept(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_key_is_made_once(path: Path) -> None:
    keys = make_keys(path, WHAT, NOTE)
    assert [len(key) for key in keys] == [KEY_BYTES]
    assert make_keys(path, WHAT, NOTE) == read_keys(path, WHAT) == keys
    assert path.read_text() == f"# first line\n# second line\n{keys[0].hex()}\n"
    assert [file.name for file in path.parent.iterdir()] == ["keys"]


def test_keys_differ(tmp_path: Path) -> None:
    assert make_keys(tmp_path / "one", WHAT, NOTE) != make_keys(tmp_path / "other", WHAT, NOTE)


@needs_rights
def test_nobody_else_may_read_it_under_a_loose_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        keys = make_keys(path, WHAT, NOTE)
        replace_keys(path, [*keys, new_key()], WHAT, NOTE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_that_is_there_keeps_its_mode(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    make_keys(path, WHAT, NOTE)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


def test_processes_that_start_at_once_agree(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: make_keys(path, WHAT, NOTE), range(40)))
    assert len(keys) == 1
    assert [file.name for file in path.parent.iterdir()] == ["keys"]


def test_who_comes_too_late_takes_what_is_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = make_keys(path, WHAT, NOTE)
    monkeypatch.setattr(os.path, "lexists", lambda _: False)  # as it was when that process looked
    assert make_keys(path, WHAT, NOTE) == keys


@needs_rights
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644])
def test_a_file_that_others_may_touch_is_refused(path: Path, mode: int) -> None:
    key = new_key().hex()
    kept(path, key, mode)
    with pytest.raises(StoreError, match=r"others may read the keys of the test.*chmod 600") as caught:
        read_keys(path, WHAT)
    assert key not in str(caught.value)
    with pytest.raises(StoreError, match="others may read"):
        make_keys(path, WHAT, NOTE)


@needs_rights
def test_behind_a_link_the_files_own_rights_count(path: Path) -> None:
    target = kept(path.with_name("mounted"), new_key().hex())
    path.symlink_to(target)
    keys = read_keys(path, WHAT)
    replace_keys(path, [*keys, new_key()], WHAT, NOTE)
    assert path.is_symlink()
    assert read_keys(target, WHAT)[0] == keys[0]
    target.chmod(0o644)
    with pytest.raises(StoreError, match="others may read"):
        read_keys(path, WHAT)


@needs_rights
def test_another_users_file_is_refused_and_roots_is_not(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(path, new_key().hex())
    owner = path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:
        assert read_keys(path, WHAT)
    else:
        with pytest.raises(StoreError, match="belongs to the user with id"):
            read_keys(path, WHAT)


@pytest.mark.parametrize("text", ["", "# note\n", "abc\n", "0" * 63, "0" * 65, "g" * 64, "0" * 64 + "\nsecret words\n"])
def test_a_file_without_keys_says_so_and_does_not_show_what_it_holds(path: Path, text: str) -> None:
    with pytest.raises(StoreError, match=r"does not hold the keys of the test.*openssl rand -hex 32") as caught:
        read_keys(kept(path, text), WHAT)
    assert "secret words" not in str(caught.value)


def test_a_key_made_by_hand_is_taken(path: Path) -> None:
    assert read_keys(kept(path, "AB" * 32), WHAT) == (b"\xab" * 32,)
    assert read_keys(kept(path, "ab" * 32 + "\r\n\r\n# old\r\n" + "cd" * 32), WHAT) == (b"\xab" * 32, b"\xcd" * 32)


def test_without_a_file_the_way_out_is_named(path: Path) -> None:
    with pytest.raises(StoreError, match="no file with the keys of the test; put it back"):
        read_keys(path, WHAT)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot keep the keys of the test"):
        make_keys(tmp_path / "data" / "keys", WHAT, NOTE)
    with pytest.raises(StoreError, match="cannot write the keys of the test"):
        replace_keys(tmp_path / "data" / "keys", [new_key()], WHAT, NOTE)


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"is no file with|cannot read"):
        read_keys(tmp_path, WHAT)


def test_a_replacement_that_fails_leaves_the_old_keys(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = make_keys(path, WHAT, NOTE)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        replace_keys(path, [*keys, new_key()], WHAT, NOTE)
    assert read_keys(path, WHAT) == keys
    assert [file.name for file in path.parent.iterdir()] == ["keys"]
