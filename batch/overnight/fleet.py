"""The worker processes of a run: one that ends is followed by another, unless they all die of the same."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from stimmung.batch.job_table import JobTable
from stimmung.batch.overnight.orders import Order
from stimmung.batch.overnight.worker_process import WorkerProcess
from stimmung.speech.errors import StoreError

UNFIT, WORN = 2, 10  # exit codes of `worker_main`
DEATHS = 10  # in a row, with no recording ended: a recording that kills is given up after four
LONGEST = 60.0  # s until a worker is followed by another; 1, 2, 4… after deaths in a row
NAME_BYTES = 6


@dataclass(slots=True)
class Fleet:
    """Starts workers by `start` with a name of their own; `tell` gets a line when one dies."""

    size: int
    jobs: JobTable
    start: Callable[[str], WorkerProcess]
    tell: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    workers: list[WorkerProcess] = field(default_factory=list)
    deaths: int = 0  # in a row
    restarts: int = 0
    given_up: str = ""  # why no more are started
    unfit: bool = False  # what they end of concerns all of them
    _ended: int = 0  # recordings, when the last worker died
    _next: float = 0.0
    _order: Order | None = None
    _lost: list[str] = field(default_factory=list)  # workers whose recordings are to be taken back

    def tend(self, ended: int, wanted: bool) -> None:
        """Look who ended and start whom it takes; `ended` recordings are done, failed or skipped so far."""
        for worker in [one for one in self.workers if one.ended() is not None]:
            self.workers.remove(worker)
            self._bury(worker, ended)
        self._take_back()
        while wanted and not self.given_up and len(self.workers) < self.size and self.clock() >= self._next:
            worker = self.start(f"worker-{secrets.token_hex(NAME_BYTES)}")
            if self._order is not None:
                worker.tell(self._order)
            self.workers.append(worker)

    def give(self, order: Order) -> None:
        """Give an order to all, and to those that are started later."""
        self._order = order
        for worker in self.workers:
            worker.tell(order)

    def kill(self) -> None:
        """End all at once, and have what they had wait again."""
        for worker in self.workers:
            worker.kill()
            self._lost.append(worker.name)
        self.workers.clear()
        self._take_back()

    def _bury(self, worker: WorkerProcess, ended: int) -> None:
        code = worker.ended()
        self._lost.append(worker.name)
        if code in (0, WORN):
            self.restarts += code == WORN
            return
        if code == UNFIT:
            self.unfit, self.given_up = True, "the settings do not let a worker start"
            return
        self.deaths = 1 if ended > self._ended else self.deaths + 1
        self._ended = ended
        self.restarts += 1
        self._next = self.clock() + min(2.0 ** (self.deaths - 1), LONGEST)
        why = f"signal {-code}" if code is not None and code < 0 else f"code {code}"
        self.tell(f"a worker ended with {why}; what it had waits again")
        if self.deaths >= DEATHS:
            self.given_up = f"{self.deaths} workers ended one after the other and nothing was done"

    def _take_back(self) -> None:
        while self._lost:
            try:
                self.jobs.take_back(timedelta(0), self._lost[-1])
            except StoreError:
                return  # the next time
            self._lost.pop()
