"""A worker: takes recordings from the table, some at a time, does them in threads, and says that it is alive.

While words of one call are recognised, others are fetched, decoded, judged and kept. No more is leased than is done at
once, so that nothing waits in the hands of a worker.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from stimmung.batch.job_table import WorkTable
from stimmung.batch.overnight.orders import Orders
from stimmung.batch.overnight.stages import Progress
from stimmung.speech.errors import StoreError
from stimmung.store.jobs.records import Beat, Job, Wants

logger = logging.getLogger(__name__)
Ending = Literal["finished", "stopped", "worn"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once, and for how long."""

    at_once: int = 3  # recordings
    recordings: int = 1_000  # then another worker takes over: what a library leaks in a night stays small
    growth: int = 1 << 30  # bytes of memory more than after the first recordings, then likewise
    warm: int = 20  # recordings after which the memory is what it should be
    beat: float = 5.0  # s between signs of life; the table waits for a minute
    look: float = 1.0  # s until it looks again, where there was nothing to do
    leave: float = 5.0  # s that threads get to stop by themselves where everything is to be given back


@dataclass(slots=True)
class _Held:
    job: Job
    progress: Progress
    work: Future[None] | None = None


@dataclass(slots=True)
class Worker:
    """See the module. `do` does one recording; `memory` gives the bytes that this process uses."""

    name: str
    batch: str | None
    jobs: WorkTable
    do: Callable[[Job, Progress], None]
    orders: Orders
    limits: Limits = Limits()
    memory: Callable[[], int] = lambda: 0
    clock: Callable[[], float] = time.monotonic
    _held: dict[int, _Held] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)
    _done: int = 0
    _usual: int = 0  # bytes

    def run(self) -> Ending:
        """Work until there is an order to end, or this process has done enough."""
        pool = ThreadPoolExecutor(self.limits.at_once, "recording")
        with self._beating():
            while not self.orders.stop:
                self.orders.clear()
                worn = self._is_worn()
                if not self._held and (worn or self.orders.finish):
                    pool.shutdown()
                    return "worn" if worn else "finished"
                took = False if worn or self.orders.finish or self.orders.paused else self._take(pool)
                if not took:
                    self.orders.wait(self.limits.look)
            self._give_back()
        pool.shutdown(wait=not self._held, cancel_futures=True)
        return "stopped"

    def _take(self, pool: ThreadPoolExecutor) -> bool:
        """Lease as many as fit, and begin with them; say whether there were any."""
        free = self.limits.at_once - len(self._held)
        if free <= 0:
            return False
        try:
            found = self.jobs.lease(self.name, Wants(free, self.batch))
        except StoreError as error:
            logger.warning("waiting for the database: %s", error)
            return False
        for job in found:
            held = _Held(job, Progress(self.clock))
            with self._lock:
                self._held[job.number] = held
            held.work = pool.submit(self._one, held)
        return bool(found)

    def _one(self, held: _Held) -> None:
        try:
            self.do(held.job, held.progress)
        except StoreError as error:  # of the database's, about what it was told: the lease ends by itself
            logger.warning("job %d: %s", held.job.number, error)
        finally:
            with self._lock:
                self._held.pop(held.job.number, None)
                self._done += 1
            self.orders.wake()

    def _is_worn(self) -> bool:
        if self._done < self.limits.warm:
            return self._done >= self.limits.recordings
        if not self._usual:
            self._usual = self.memory()
        grown = self.memory() - self._usual
        return self._done >= self.limits.recordings or grown > self.limits.growth

    @contextmanager
    def _beating(self) -> Iterator[None]:
        thread = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _beat_on(self) -> None:
        while not self._ended.wait(self.limits.beat):
            self.beat()

    def beat(self) -> None:
        """Tell the table how far every recording is, and leave those that are no longer ours."""
        with self._lock:
            held = dict(self._held)
        told = {number: Beat(one.progress.stage, one.progress.seconds) for number, one in held.items()}
        try:
            lost = self.jobs.beat(self.name, told)
        except StoreError as error:
            logger.warning("no sign of life could be given: %s", error)
            return
        for number in lost:
            held[number].progress.leave()

    def _give_back(self) -> None:
        """Have everything wait again. Threads that are in the middle of a window are left behind."""
        with self._lock:
            held = list(self._held.values())
        for one in held:
            one.progress.leave()
        until = self.clock() + self.limits.leave
        while self._held and (rest := until - self.clock()) > 0:
            self.orders.clear()
            if self._held:
                self.orders.wait(min(rest, self.limits.look))
        for one in held:
            try:
                self.jobs.give_back(one.job, one.progress.seconds)  # of one that is done nothing is given back
            except StoreError as error:
                logger.warning("job %d was not given back, and waits until its lease ends: %s", one.job.number, error)
