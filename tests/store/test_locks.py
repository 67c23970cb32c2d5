"""Locks that go with the process that holds them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stimmung.speech.errors import StoreError
from stimmung.store.locks import FileLock, is_free

pytestmark = pytest.mark.skipif(os.name != "posix", reason="flock is Unix's")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def test_shared_by_many_or_held_by_one(path: Path) -> None:
    with FileLock(path) as one, FileLock(path) as other:
        assert one.try_shared()
        assert other.try_shared()
        assert not other.try_alone()
        one.unlock()
        assert other.try_alone()
        assert not one.try_shared()
        assert not is_free(path)
    assert is_free(path)


def test_a_program_that_inherits_it_holds_it_until_it_ends(path: Path) -> None:
    with FileLock(path) as lock:
        assert lock.try_alone()
        command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
        heir = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=(lock.fileno(),))
    assert not is_free(path)
    heir.kill()
    heir.communicate()
    assert is_free(path)


def test_a_forked_child_cannot_give_it_up(path: Path) -> None:
    with FileLock(path) as lock:
        assert lock.try_shared()
        child = os.fork()
        if child == 0:
            lock.unlock()
            lock.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        with FileLock(path) as other:
            assert not other.try_alone()


def test_the_file_is_the_owners_alone(path: Path) -> None:
    FileLock(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="lock: cannot be opened for writing: No such file"):
        FileLock(tmp_path / "nowhere" / "lock")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="link: cannot be opened"):
        FileLock(tmp_path / "link")
