"""Locks between processes, held on open files: whoever crashes, or is killed, gives them up with its last breath.

They are flock's, which go with the opened file and not with the process: a program that inherits the file holds the
lock for as long as it or one of its children lives. So a server's lock tells whether anything of it is still alive,
which its process number in a file cannot: numbers are given again, and each container has its own.
"""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from stimmung.speech.errors import StoreError

if sys.platform != "win32":
    import fcntl


class FileLock:
    """A lock file, opened but not locked yet; to be closed."""

    def __init__(self, path: Path) -> None:
        """Open `path`, made for its owner only. Raises StoreError where that is not possible."""
        self.path = path
        self._owner = os.getpid()
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except OSError as error:
            raise StoreError(f"{path}: cannot be opened for writing: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def fileno(self) -> int:
        """Return the file's number, for a program that shall inherit the lock."""
        return self._file

    def try_alone(self) -> bool:
        """Take the lock for oneself; False where anybody else holds it."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock beside others who share it; False where somebody holds it alone."""
        return self._try(fcntl.LOCK_SH)

    def close(self) -> None:
        """Close the file. The lock stays with a program that inherited it; in a forked child it stays the parent's."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def unlock(self) -> None:
        """Give the lock up, also where a forked child still has the file open."""
        if self._file >= 0 and self._owner == os.getpid():
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _try(self, how: int) -> bool:
        try:
            fcntl.flock(self._file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise StoreError(
                f"{self.path}: cannot be locked: {error.strerror}; put the data folder on a disk of this machine"
            ) from error
        return True


def is_free(path: Path) -> bool:
    """Say whether nobody holds the lock alone."""
    with FileLock(path) as lock:
        return lock.try_shared()
