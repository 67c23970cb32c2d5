"""One embedded server's process: made by initdb, started by pg_ctl, found again, and stopped by a signal.

The process inherits a lock (`server.lock`), and so do all its children: as long as that is held, something of the
server lives, whatever postmaster.pid says. Once it is free, a postmaster.pid is a dead one's and is removed, since its
number may be another program's by now.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stimmung.speech.errors import StoreError
from stimmung.store.embedded.account import (
    HERE,
    Account,
    builder,
    folder_argument,
    hand_over,
    reachable,
    runner,
    start_as,
)
from stimmung.store.embedded.binaries import MAJOR, Programs
from stimmung.store.embedded.memory import shared_megabytes
from stimmung.store.embedded.settings import ADMIN, SOCKET, server_files
from stimmung.store.locks import FileLock, is_free
from stimmung.store.pace import Pace

READY = "ready"
STOPPING = "stopping"
STATUS_LINE = 7  # of postmaster.pid, counted from 0; in PostgreSQL since 10
START_LOG = "startup.log"  # what the server says before its own log is open
LOG_LINES = 6
REST_SECONDS = 60.0  # for what a killed server left running; its parts end by themselves within seconds
STOP_SECONDS = 30.0  # for the last checkpoint: at most 128 MB of pages
NO_SPACE = "No space left on device"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server's first process, as postmaster.pid describes it."""

    pid: int
    status: str


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """Where a server's files lie: all below one private folder."""

    folder: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder, with the socket in it."""
        return self.folder / "data"

    @property
    def unfinished(self) -> Path:
        """The data folder while initdb still works on it."""
        return self.folder / "initdb"

    @property
    def server_lock(self) -> Path:
        """Held by the server itself."""
        return self.folder / "server.lock"

    @property
    def start_lock(self) -> Path:
        """Held by who starts or stops the server."""
        return self.folder / "start.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by all who use the server."""
        return self.folder / "users.lock"


def find_postmaster(files: ServerFiles) -> Postmaster | None:
    """Return the running server, also one that is starting or stopping; None where there is none."""
    try:
        lines = (files.cluster / "postmaster.pid").read_text("utf-8", "replace").splitlines()
        found = Postmaster(int(lines[0]), lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else "starting")
    except (OSError, ValueError, IndexError):
        return None
    return found if _is_postmaster(found.pid, files) else None


def _is_postmaster(pid: int, files: ServerFiles) -> bool:
    """Say whether the process is this cluster's server, not another one that got its number."""
    if sys.platform != "linux":
        return not is_free(files.server_lock)
    process = Path("/proc") / str(pid)
    try:
        owner, words = process.stat().st_uid, process.joinpath("cmdline").read_bytes().split(b"\0")
        if owner != files.cluster.stat().st_uid:
            return False
    except OSError:
        return False
    # Under its path a server of this cluster is known even if somebody started it by hand, without our lock.
    return os.fsencode(files.cluster) in words or (HERE.encode() in words and not is_free(files.server_lock))


def start_server(files: ServerFiles, programs: Programs, client: str, pace: Pace) -> None:
    """Start the server, whose lock must be free, and return when it takes connections; it is made if there is none.

    `client` is the operating system user to let in. Raises StoreError with what the server said.
    """
    account = runner(files.cluster)
    programs = reachable(programs, (account, builder()))
    with FileLock(files.server_lock) as lock:
        rest = f"{files.folder}: waiting for the remains of an earlier database process to end"
        pace.wait(lock.try_alone, rest, REST_SECONDS)
        if not files.cluster.exists():
            pace.tell("making the database …")
            _make_cluster(files, programs, account, client, lock)
        _refuse_other_version(files.cluster)
        _prepare_start(files.cluster, account, client)
        options = ["-D", folder_argument(files.cluster, account), "-l", START_LOG, "-W", "-s"]
        _run(files.cluster, account, [str(programs.path("pg_ctl")), "start", *options], lock)
    _wait_until_ready(files, pace)


def stop_server(files: ServerFiles, pace: Pace) -> None:
    """Let the server write what it holds and end; its clients are cut off. Tells when that takes long."""
    if _signal(files, signal.SIGINT):  # "fast": open transactions are rolled back
        _wait_for_the_end(files, pace)


def wait_until_settled(files: ServerFiles, pace: Pace) -> bool:
    """Return True once a running server takes connections, False once nothing of one is left."""

    def known() -> bool:  # a server that was just started, by somebody who was killed then, shows itself in a moment
        return find_postmaster(files) is not None or is_free(files.server_lock)

    pace.wait(known, f"{files.folder}: waiting for an earlier database process to end", REST_SECONDS)
    postmaster = find_postmaster(files)
    if postmaster is None:
        return False
    if postmaster.status == STOPPING:
        _wait_for_the_end(files, pace)
        return False
    _wait_until_ready(files, pace)
    return True


def _wait_until_ready(files: ServerFiles, pace: Pace) -> None:
    """Wait for as long as the server lives: after a crash it first replays its log, and only its size limits that."""

    def settled() -> bool:
        postmaster = find_postmaster(files)
        if postmaster is not None:
            return postmaster.status == READY
        return is_free(files.server_lock)

    pace.wait(settled, "the database is starting; after a crash it first recovers what was being written")
    if find_postmaster(files) is None:
        raise StoreError(f"the database did not start: {_explain(_last_words(files.cluster), files.folder)}")


def _wait_for_the_end(files: ServerFiles, pace: Pace) -> None:
    """Wait for a server that was told to stop; one that does not is stopped without its last checkpoint.

    Seen with 18.4: told to stop just when it begins to recover from the crash of one of its processes, it waits for
    ever. Nothing that was committed is lost: the next start replays the log.
    """

    def ended() -> bool:
        return is_free(files.server_lock)

    if not pace.wait_at_most(STOP_SECONDS, ended, "the database is writing its last pages and stops"):
        _signal(files, signal.SIGQUIT)  # "immediate"
        pace.wait(ended, f"{files.folder}: the database does not stop", REST_SECONDS)


def _signal(files: ServerFiles, number: signal.Signals) -> bool:
    """Send the server a signal; False where none runs."""
    postmaster = find_postmaster(files)
    if postmaster is None:
        return False
    try:
        os.kill(postmaster.pid, number)
    except ProcessLookupError:  # it ended in between
        return False
    except PermissionError as error:
        raise StoreError(
            f"{files.folder}: the database goes on: this root may not end it (container without KILL?)"
        ) from error
    return True


def _make_cluster(files: ServerFiles, programs: Programs, account: Account, client: str, lock: FileLock) -> None:
    """Run initdb in a folder of its own and rename that: a cluster is there whole or not at all."""
    maker = builder()
    shutil.rmtree(files.unfinished, ignore_errors=True)
    try:
        files.unfinished.mkdir(mode=0o700)
        hand_over(files.unfinished, maker)
        options = [
            "--username",
            ADMIN,
            "--auth",
            "reject",
            "--encoding",
            "UTF8",
            "--data-checksums",
            "--no-instructions",
        ]
        locale = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]  # on every system
        where = ["-D", folder_argument(files.unfinished, maker)]
        _run(files.unfinished, maker, [str(programs.path("initdb")), *where, *options, *locale], lock)
        _write_settings(files.unfinished, client)
        hand_over(files.unfinished, account)
        files.unfinished.rename(files.cluster)
        _sync_folder(files.folder)
    except OSError as error:
        raise StoreError(f"{files.folder}: the database cannot be made there: {error.strerror}") from error


def _prepare_start(cluster: Path, account: Account, client: str) -> None:
    try:
        for name in ("postmaster.pid", SOCKET, f"{SOCKET}.lock", START_LOG):  # a dead server's: its lock is ours
            (cluster / name).unlink(missing_ok=True)
        for path in _write_settings(cluster, client):
            if account.foreign:
                os.chown(path, account.uid, account.gid, follow_symlinks=False)
    except OSError as error:
        raise StoreError(f"{cluster}: cannot be written: {error.strerror}") from error


def _write_settings(cluster: Path, client: str) -> Sequence[Path]:
    """Write those of the settings files that differ from what they should be, whole or not at all; return them."""
    written = []
    for name, text in server_files(client, shared_megabytes()).items():
        path = cluster / name
        if path.is_file() and path.read_text("utf-8", "replace") == text:
            continue
        partial = cluster / f"{name}.new"
        partial.unlink(missing_ok=True)
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        written.append(path)
    return written


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_other_version(cluster: Path) -> None:
    try:
        version = (cluster / "PG_VERSION").read_text("ascii", "replace").strip()
    except OSError as error:
        raise StoreError(f"{cluster}: is no database: {error.strerror}; restore a backup into a new folder") from error
    if version != str(MAJOR):
        raise StoreError(
            f"{cluster}: was made by PostgreSQL {version}, and this stimmung has PostgreSQL {MAJOR}: make a backup with"
            " the stimmung that made it (`stimmung db backup`) and restore it into a new folder with this one"
        )


def _run(cluster: Path, account: Account, arguments: list[str], lock: FileLock) -> None:
    """Run a program of the server to its end; it and what it leaves running hold the lock."""
    try:
        with start_as(account, cluster, arguments, lock.fileno()) as process:
            try:
                _, said = process.communicate()
            except BaseException:  # Ctrl-C, which the program does not see by itself
                process.kill()
                raise
    except (OSError, subprocess.SubprocessError) as error:
        raise StoreError(f"{arguments[0]}: cannot be started: {error}") from error
    if process.returncode != 0:
        words = _explain(said.strip() or _last_words(cluster), cluster.parent)
        raise StoreError(f"{Path(arguments[0]).name} failed: {words}")


def _last_words(cluster: Path) -> str:
    """Return the end of what the server said: of what it could not put into its own log, else of that."""
    logs = sorted((cluster / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    for path in (cluster / START_LOG, *reversed(logs)):
        try:
            lines = path.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        telling = [line for line in lines if "redirecting log output" not in line and "HINT:" not in line]
        if telling:
            return "\n".join(telling[-LOG_LINES:])
    return "it said nothing"


def _explain(words: str, folder: Path) -> str:
    if NO_SPACE in words:
        return f"the disk that holds {folder} is full: make room and start again\n{words}"
    return words
