"""Processes that are killed at random moments, and what is told of a job in which they were."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from machine import Figures
from stimmung.speech.settings import StoreSettings
from stimmung.store.database import Database, open_database
from stimmung.store.embedded.process import ServerFiles, find_postmaster
from stimmung.store.embedded.server import FOLDER

LATEST: Final = 300.0  # s for a process to open the store, or to end
SERVER_GONE: Final = 1.0  # s that a process goes on without its database server, on one that it starts anew
CALL: Final = "SELECT count(*) FROM calls WHERE call_id = %s"
DOUBLES: Final = "SELECT count(*) - count(DISTINCT {}) FROM calls"


@dataclass(slots=True)
class Tally:
    """What came of the kills of one job.

    `told`: calls that were told to be kept, or to be gone. `lost`: calls that are not there and should be; `doubled`:
    those that are there twice; `torn`: not whole; `back`: calls, or traces of them, that should be gone.
    """

    job: str
    kills: int = 0
    told: int = 0
    lost: int = 0
    doubled: int = 0
    torn: int = 0
    back: int = 0
    during: Counter[str] = field(default_factory=Counter)

    def note(self, what: str) -> None:
        """Count a kill."""
        self.kills += 1
        self.during[what] += 1

    def row(self) -> list[str]:
        """Return the tally as a row of a table."""
        during = ", ".join(f"{count} {what}" for what, count in sorted(self.during.items()))
        numbers = (self.kills, self.told, self.lost, self.doubled, self.torn, self.back)
        return [self.job, *map(str, numbers), during]

    def figures(self) -> Figures:
        """Return the same as JSON."""
        return {**asdict(self), "during": dict(self.during)}


@dataclass(frozen=True, slots=True)
class Killing:
    """How often, by which chance, and where."""

    folder: Path  # of the job's own, empty
    count: int
    chance: random.Random

    def moment(self, longest: float) -> float:
        """Return when to kill, within so many seconds, and wait until then."""
        moment = self.chance.uniform(0.0, longest)
        pause(moment)
        return moment


class Worker:
    """`store_worker.py` doing one job, and what it told."""

    def __init__(self, job: str, folder: Path, *arguments: object) -> None:
        script = Path(__file__).with_name("store_worker.py")
        self.folder, self.began = folder, time.monotonic()
        self.numbers: list[int] = []
        self.opened, self.done = threading.Event(), False
        self.seconds = 0.0  # from `open` to `done`
        self._process = subprocess.Popen(
            [sys.executable, str(script), job, str(folder), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._errors: list[str] = []
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._listen, self._read_errors)]
        for thread in self._threads:
            thread.start()

    def wait_open(self) -> None:
        """Wait until it has opened the store."""
        if not self.opened.wait(LATEST):
            raise SystemExit(f"store.py: {self.folder}: a process did not open the store in time")

    def run(self) -> float:
        """Wait until it is done; return how long that took after the store was open (s)."""
        if self._process.wait(LATEST) != 0:
            raise SystemExit(f"store.py: {self.folder}: {''.join(self._errors)}")
        self._end()
        return self.seconds

    def kill(self, server: bool) -> None:
        """Kill it; with `server`, first only the database server, on whose successor it goes on for a moment."""
        if server:
            kill_server(self.folder)
            pause(SERVER_GONE)
        self._process.kill()
        self._end()

    def _end(self) -> None:
        self._process.wait()
        for thread in self._threads:
            thread.join()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                if line == "open\n":
                    self.began = time.monotonic()
                    self.opened.set()
                elif line == "done\n":
                    self.seconds, self.done = time.monotonic() - self.began, True
                elif line.endswith("\n"):
                    self.numbers.append(int(line))

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            self._errors += lines


def kill_server(folder: Path) -> None:
    """Kill the database server of a data folder, if it runs."""
    found = find_postmaster(ServerFiles(folder / FOLDER))
    if found is not None:
        os.kill(found.pid, signal.SIGKILL)


def pause(seconds: float) -> None:
    """Let time go by."""
    threading.Event().wait(seconds)


def opened(folder: Path, migrate: bool = True) -> Database:
    """Open the embedded database of a folder."""
    return open_database(StoreSettings(data_dir=folder), tell=lambda _line: None, migrate=migrate)


def count_of(database: Database, query: str, values: Sequence[object] = ()) -> int:
    """Return the one number that a query of ours gives."""
    return database.run(lambda connection: int(connection.exec_driver_sql(query, tuple(values) or None).scalar_one()))
