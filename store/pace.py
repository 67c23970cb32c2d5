"""Waiting for another process or program: told now and then, ended at a limit, with a clock that tests replace."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from stimmung.speech.errors import StoreError

Tell = Callable[[str], None]
QUIET_SECONDS = 1.5  # nobody needs to read about a wait that is over sooner
TELL_SECONDS = 15.0  # between two lines about the same wait
STEP_SECONDS = 0.01  # a server is ready after a tenth of a second
LONGEST_STEP_SECONDS = 0.25


def pause(seconds: float) -> None:
    """Sleep; a signal's exception ends it."""
    threading.Event().wait(seconds)


def tell_nobody(_line: str) -> None:
    """Take a line and drop it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How waiting is done: by which clock (seconds), how to sleep, and whom to tell."""

    tell: Tell = tell_nobody
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = pause

    def wait(self, done: Callable[[], bool], reason: str, limit: float | None = None) -> None:
        """Return once `done()` says so. Tells `reason` when it takes long; raises StoreError with it at `limit`."""
        if not self.wait_at_most(limit, done, reason):
            raise StoreError(f"{reason}: given up after {limit:.0f} s")

    def wait_at_most(self, limit: float | None, done: Callable[[], bool], reason: str) -> bool:
        """Wait as `wait` does; return False at the limit (seconds; None: never)."""
        start = self.now()
        next_line = start + QUIET_SECONDS
        step = STEP_SECONDS
        while not done():
            now = self.now()
            if limit is not None and now - start >= limit:
                return False
            if now >= next_line:
                self.tell(f"{reason} …")
                next_line = now + TELL_SECONDS
            self.sleep(step)
            step = min(step * 1.2, LONGEST_STEP_SECONDS)
        return True
