"""The embedded server: a PostgreSQL of this user's own, shared by all processes that use the same data folder.

The first process starts it, the last one stops it. Who uses it shares a lock, so that a killed process counts no more;
if the last one is killed, the server goes on and the next process takes it over. Nothing here opens a folder to others.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from stimmung.speech.errors import StoreError
from stimmung.store.addresses import may_come_yet
from stimmung.store.data_folder import private_folder
from stimmung.store.embedded.account import client_name
from stimmung.store.embedded.binaries import EXTERNAL, Programs, embedded_programs
from stimmung.store.embedded.process import (
    ServerFiles,
    find_postmaster,
    start_server,
    stop_server,
    wait_until_settled,
)
from stimmung.store.embedded.settings import ADMIN, DATABASE, PORT, ROLE, SOCKET
from stimmung.store.embedded.setup import set_up
from stimmung.store.locks import FileLock, is_free
from stimmung.store.pace import Pace

FOLDER = "postgres"  # in the data folder
OTHERS_SECONDS = 600.0  # for another process that starts or stops the server; initdb and a recovery may take a while
LONGEST_SOCKET = 103  # bytes; 107 on Linux, 103 on macOS


class EmbeddedServer:
    """A running server that this process uses. To be closed: the last process that does so stops the server."""

    def __init__(self, data_dir: Path, pace: Pace, programs: Programs | None = None) -> None:
        """Start the server of `data_dir`, or join the others who use it. Raises StoreError with the way out."""
        if sys.platform == "win32":
            raise StoreError("the embedded database needs Linux or macOS: set STIMMUNG_DATABASE_URL")
        self._pace = pace
        self._programs = programs or embedded_programs()
        self._client = client_name()
        self._files = ServerFiles(private_folder(data_dir / FOLDER))
        self._process = os.getpid()
        self._users = FileLock(self._files.users_lock)
        self._link: tempfile.TemporaryDirectory[str] | None = None
        try:
            self._host = self._short_host()
            self._join()
        except BaseException:
            self._forget()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """The folder with all of the server's files."""
        return self._files.folder

    def connection(self, database: str = DATABASE, role: str = ROLE) -> Mapping[str, str]:
        """Return libpq's parameters of a connection; `role` may be `postgres`, who may do everything."""
        return {"host": self._host, "port": PORT, "user": role, "dbname": database}

    def revive(self) -> None:
        """Start the server again if it died, waiting for it if it is just recovering."""
        if self._process == -1:
            raise StoreError(f"{self._files.folder}: the database is closed")
        with self._starting():
            self._ensure_running()

    def close(self) -> None:
        """Leave the server, and stop it if nobody else uses it. A forked child only forgets it."""
        if self._process == os.getpid():
            with self._starting():
                self._leave()
        self._forget()

    def _join(self) -> None:
        with self._starting():
            reason = f"{self._files.users_lock}: waiting for who holds it"
            self._pace.wait(self._users.try_shared, reason, OTHERS_SECONDS)
            try:
                self._ensure_running()
            except BaseException:
                self._leave()
                raise

    def _leave(self) -> None:
        with FileLock(self._files.users_lock) as others:
            self._users.unlock()
            if others.try_alone():
                stop_server(self._files, self._pace)

    def _forget(self) -> None:
        if self._process == os.getpid() and self._link is not None:
            self._link.cleanup()
        self._process = -1
        self._users.close()

    def _starting(self) -> FileLock:
        """Return the lock under which servers are started and stopped, taken."""
        lock = FileLock(self._files.start_lock)
        reason = f"{self._files.folder}: waiting for another process that starts or stops the database"
        try:
            self._pace.wait(lock.try_alone, reason, OTHERS_SECONDS)
        except BaseException:
            lock.close()
            raise
        return lock

    def _ensure_running(self) -> None:
        reason = f"{self._files.folder}: the database recovers from a crash of one of its processes"
        self._pace.wait(self._runs, reason, OTHERS_SECONDS)

    def _runs(self) -> bool:
        """Start the server if there is none, and set it up; return False where it dies or recovers meanwhile."""
        running = not is_free(self._files.server_lock) or find_postmaster(self._files) is not None
        if not (running and wait_until_settled(self._files, self._pace)):
            start_server(self._files, self._programs, self._client, self._pace)
        try:  # of a running one too: whoever started it may have been killed before it was set up
            set_up(self.connection(role=ADMIN))
        except psycopg.Error as error:
            if isinstance(error, psycopg.OperationalError) and may_come_yet(str(error)):
                return False
            raise StoreError(f"{self._files.folder}: the database cannot be set up: {error}; {EXTERNAL}") from error
        return True

    def _short_host(self) -> str:
        """Return the folder of the socket as libpq can take it.

        A socket's path may have some hundred bytes and, for libpq, no comma. Where it has more, a link to it in a
        private temporary folder of this process serves; the socket itself stays in the data folder.
        """
        if _is_plain(self._files.cluster):
            return str(self._files.cluster)
        self._link = _private_link(self._files.cluster)
        return str(Path(self._link.name) / "s")


def _is_plain(folder: Path) -> bool:
    path = os.fsencode(folder / SOCKET)
    return len(path) <= LONGEST_SOCKET and b"," not in path and path.isascii()


def _private_link(folder: Path) -> "tempfile.TemporaryDirectory[str]":
    """Return a temporary folder (0700) with the link `s` to `folder`, in the first place whose path is short."""
    for place in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if place is None or not os.access(place, os.W_OK | os.X_OK):
            continue
        link = tempfile.TemporaryDirectory(prefix="stimmung-", dir=place, ignore_cleanup_errors=True)
        path = Path(link.name) / "s"
        if _is_plain(path):
            path.symlink_to(folder, target_is_directory=True)
            return link
        link.cleanup()
    raise StoreError(
        f"{folder}: the path is too long for a socket, and there is no folder with a short path for a link to it: name"
        " a shorter one with --data-dir (store.data_dir)"
    )
