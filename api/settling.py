"""What withdrawals left behind in the database's files goes a while later: once for all that come until then.

Tables are written anew for it, and calls that end meanwhile have to wait.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final, Protocol

from stimmung.speech.errors import StoreError

SETTLE_SECONDS: Final = 1_800.0  # from the first withdrawal on; whatever else writes the tables anew may be earlier
logger = logging.getLogger(__name__)


class Alarm(Protocol):
    """Something that happens later: `threading.Timer`."""

    def start(self) -> None:
        """Begin to wait."""
        ...

    def cancel(self) -> None:
        """Let it not happen, if it did not yet."""
        ...


def timer(seconds: float, work: Callable[[], None]) -> Alarm:
    """Return a timer that keeps no process from ending."""
    made = threading.Timer(seconds, work)
    made.daemon = True
    return made


class Settling:
    """Does `settle` some time after it became due; again where it says that it is not done, or raises StoreError."""

    def __init__(self, settle: Callable[[], bool], alarm: Callable[[float, Callable[[], None]], Alarm] = timer) -> None:
        self._settle, self._alarm = settle, alarm
        self._lock = threading.Lock()
        self._set: Alarm | None = None
        self._closed = False

    def due(self) -> None:
        """Take note that there is something to settle."""
        with self._lock:
            if self._set is None and not self._closed:
                self._set = self._alarm(SETTLE_SECONDS, self._ring)
                self._set.start()

    def close(self) -> None:
        """Leave what is due to the next start."""
        with self._lock:
            self._closed = True
            if self._set is not None:
                self._set.cancel()

    def _ring(self) -> None:
        with self._lock:
            self._set = None  # what is withdrawn from now on is another time's
        try:
            settled = self._settle()
        except StoreError as error:
            logger.warning("what was withdrawn is still in the database's files, and is tried again: %s", error)
            settled = False
        if not settled:
            self.due()
