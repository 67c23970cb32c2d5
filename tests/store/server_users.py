"""Programs that use an embedded server, to be started, interrupted and killed by tests."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from stimmung.store.embedded.process import ServerFiles, find_postmaster
from stimmung.store.embedded.server import FOLDER, EmbeddedServer
from stimmung.store.pace import pause

# Opens the server, says so, and leaves it when its input ends or Ctrl-C comes.
USER = """
import signal
import sys
from pathlib import Path
from stimmung.store.pace import Pace
from stimmung.store.embedded.server import EmbeddedServer
signal.signal(signal.SIGINT, signal.default_int_handler)  # who was started in a shell's background ignores it
with EmbeddedServer(Path(sys.argv[1]), Pace(lambda line: print(line, file=sys.stderr))):
    try:
        print("open", flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
print("closed", flush=True)
"""


@dataclass
class User:
    """A process that uses the server of a data folder."""

    process: subprocess.Popen[str]

    def line(self) -> str:
        """Return the next line that it says, nothing once it ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> int:
        """Let it close the server and end; return its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(60)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)

    def interrupt(self) -> None:
        """Press Ctrl-C: the terminal tells every process of the group."""
        os.killpg(self.process.pid, signal.SIGINT)


@contextlib.contextmanager
def user(data_dir: Path) -> Iterator[User]:
    """Start a process that opens the server of `data_dir`; it is gone at the end."""
    command = [sys.executable, "-c", USER, str(data_dir)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a group as a terminal makes one
    ) as process:
        try:
            yield User(process)
        finally:
            process.kill()


def files(data_dir: Path) -> ServerFiles:
    """Return where the server's files lie."""
    return ServerFiles(data_dir / FOLDER)


def server_pid(data_dir: Path) -> int | None:
    """Return the process number of the running server, None where none runs."""
    found = find_postmaster(files(data_dir))
    return found.pid if found else None


def kill_server(data_dir: Path) -> None:
    """Kill the server's first process as a machine short of memory does; its children end by themselves."""
    pid = server_pid(data_dir)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: server_pid(data_dir) is None)


def until(done: Callable[[], object]) -> None:
    """Wait for another process, a minute at most."""
    for _ in range(6000):
        if done():
            return
        pause(0.01)
    raise AssertionError("it did not happen")


def connect(server: EmbeddedServer, role: str = "stimmung") -> psycopg.Connection:
    """Connect to the server's database."""
    return psycopg.connect(psycopg.conninfo.make_conninfo(**server.connection(role=role)), autocommit=True)
