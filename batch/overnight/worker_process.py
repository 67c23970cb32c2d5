"""Worker processes as the run sees them: started, given orders, and noticed when they end."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import IO, Protocol

from stimmung.batch.overnight.orders import Order
from stimmung.batch.overnight.work_order import WorkOrder

PROGRAM = (sys.executable, "-m", "stimmung.batch.overnight.worker_main")


class WorkerProcess(Protocol):
    """A process that works."""

    @property
    def name(self) -> str: ...

    def ended(self) -> int | None:
        """Return its exit code, negative for a signal; None while it runs."""
        ...

    def tell(self, order: Order) -> None:
        """Give it an order; one that has ended does not hear it."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...


class RealWorker:
    """See `WorkerProcess`. What it says on stderr is passed on, line by line."""

    def __init__(self, order: WorkOrder, tell: Callable[[str], None], program: Sequence[str] = PROGRAM) -> None:
        self.name = order.name
        self._tell = tell
        # A group of its own: Ctrl-C is pressed for the run, which decides what becomes of its workers.
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self._process.stderr is not None
        self._reader = threading.Thread(target=self._pass_on, args=(self._process.stderr,), daemon=True)
        self._reader.start()
        self._write(order.line())

    def ended(self) -> int | None:
        """Return its exit code."""
        code = self._process.poll()
        if code is not None:
            self._close()
        return code

    def tell(self, order: Order) -> None:
        """Give it an order."""
        self._write(order)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End it at once, and wait for that."""
        self._process.kill()
        self._process.wait()
        self._close()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):  # it has ended, or its end was noticed
            return

    def _pass_on(self, lines: IO[str]) -> None:
        for line in lines:
            self._tell(line.rstrip("\n"))

    def _close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        with contextlib.suppress(BrokenPipeError):  # an order that it did not read any more
            self._process.stdin.close()
        self._reader.join()
        self._process.stderr.close()
