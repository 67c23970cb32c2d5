"""`stimmung serve` in a process of its own, as a firm would run it, and what that process costs."""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from corpus import SAMPLES
from stimmung.speech.errors import StimmungError

READY: Final = 180.0  # s until a server must be ready
GRACE: Final = 60.0  # s that it gets to end after SIGTERM
LOG_TAIL: Final = 2_000  # characters of its log that an error shows
Value = str | int | float | bool


class ServerError(StimmungError):
    """The server did not start, or went away."""


class Server:
    """A server on a free port of this machine; use it as a context manager.

    `settings` are those of the section `serve`; whatever a voice needs is settled as in samples/demo.toml.
    """

    def __init__(self, work: Path, settings: Mapping[str, Value] | None = None) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self.key = secrets.token_hex(16)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = work / f"serve-{self.port}.log"
        self._config = work / f"serve-{self.port}.toml"
        own: dict[str, Value] = {"port": self.port, "api_key": self.key, **(settings or {})}
        self._config.touch(mode=0o600)
        self._config.write_text(configuration(own), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self.started = 0.0  # on time.monotonic
        self.ready_seconds = 0.0  # from the start of the process until it was ready

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready. Raises ServerError."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start the process and wait for nothing."""
        command = [sys.executable, "-m", "stimmung.batch", "serve", "--config", str(self._config)]
        self.started = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait_ready(self) -> None:
        """Wait until it takes calls. Raises ServerError."""
        pause = threading.Event()
        while not self.is_ready():
            if self.ended() is not None or time.monotonic() - self.started > READY:
                self.stop()
                raise ServerError(f"stimmung serve was not ready after {READY:.0f} s, or ended: {self.tail()}")
            pause.wait(0.05)
        self.ready_seconds = time.monotonic() - self.started

    def is_ready(self) -> bool:
        """Ask whether it takes calls."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5.0) as answer:
                return bool(answer.status == 200)
        except OSError:  # not listening yet, or 503 while models load
            return False

    def ended(self) -> int | None:
        """Return the exit code; None while it runs."""
        return None if self._process is None else self._process.poll()

    def terminate(self) -> None:
        """Ask it to end, as an orchestrator does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = GRACE) -> int | None:
        """Return the exit code; None if it still runs after that time."""
        if self._process is None:
            return None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """End it, by force if need be."""
        self.terminate()
        if self._process is not None and self.wait() is None:
            self._process.kill()
            self._process.wait()

    def get(self, path: str) -> Any:  # Any: JSON of the server
        """Return what it answers, as JSON; None for 404."""
        request = urllib.request.Request(f"{self.url}{path}", headers={"Authorization": f"Bearer {self.key}"})
        try:
            with urllib.request.urlopen(request, timeout=30.0) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise ServerError(f"{path}: the server answered {error.code}") from error

    def memory_mb(self) -> float:
        """Return the resident memory of the server now, its children included, in MB of 10^6 bytes."""
        return sum(_resident(pid) for pid in family(self.pid)) / 1e6

    def processor_seconds(self) -> float:
        """Return the processor's seconds of the server so far, its children included."""
        return sum(_processor(pid) for pid in family(self.pid))

    def tail(self) -> str:
        """Return the end of its log."""
        return self._log.read_text("utf-8", "replace")[-LOG_TAIL:] if self._log.exists() else "no log"


class MemoryWatch:
    """Notes the server's memory every `every` seconds until it is closed; use it as a context manager."""

    def __init__(self, server: Server, every: float = 1.0) -> None:
        self._server, self._every = server, every
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.began = time.monotonic()
        self.rows: list[tuple[float, float]] = []  # s, MB

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(self._every):
            if self._server.ended() is None:
                self.rows.append((time.monotonic() - self.began, self._server.memory_mb()))


def configuration(serve: Mapping[str, Value]) -> str:
    """Return a configuration file: the policy of the sample calls, and these settings of `serve`."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in serve.items()]  # JSON's plain values are TOML's
    return (SAMPLES / "demo.toml").read_text("utf-8") + "\n[serve]\n" + "\n".join(lines) + "\n"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def family(pid: int) -> list[int]:
    """Return a process and its descendants; only itself where the system does not tell."""
    found = [pid]
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = thread.read_text().split()
        except OSError:  # the thread has ended meanwhile
            continue
        for child in children:
            found += family(int(child))
    return found


def _resident(pid: int) -> int:
    """Return bytes; 0 for a process that has ended."""
    try:
        found = re.search(r"^VmRSS:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _processor(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime, stime
