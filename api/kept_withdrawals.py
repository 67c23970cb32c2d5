"""Withdrawals of consent from calls that may be in the store: noted on the disk first, then carried out there.

While the store cannot be reached they wait, however many; those that a server leaves when it ends, the next start does.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from stimmung.api.settling import Settling
from stimmung.api.sound_keeping import Shelf
from stimmung.speech.errors import StoreError
from stimmung.store.calls import withdraw_call
from stimmung.store.lasting import LastingError
from stimmung.store.removal.withdrawal_register import WithdrawalRegister

# How long a promise stays whose call is not in the store: another server of this folder may be just saving it, and is
# to note anew that it was withdrawn if it does.
UNKNOWN_DAYS: Final = 1.0
Fate = Literal["done", "not kept", "waits"]
logger = logging.getLogger(__name__)


class KeptWithdrawals:
    """Carries out withdrawals; from any thread, one at a time."""

    def __init__(self, shelf: Shelf, settling: Settling, register: WithdrawalRegister) -> None:
        self._shelf, self._settling, self._register = shelf, settling, register
        self._waiting: dict[str, bool] = {}  # contents, and whether nothing of it can come into the store any more
        self._lock = threading.Lock()  # over what waits

    @property
    def waiting(self) -> int:
        """How many could not be carried out yet."""
        return len(self._waiting)

    def promise(self, content_hash: str) -> None:
        """Have a withdrawal on the disk, so that it is carried out whatever happens. Raises StoreError."""
        self._register.promise(content_hash)

    def is_promised(self, content_hash: str) -> bool:
        """Say whether a call of that content, kept or yet to come, has lost its scores or is to."""
        return self._register.holds(content_hash)

    def carry_out(self, content_hash: str, sure: bool = True) -> Fate:
        """Take the scores out of what is kept, or have that wait.

        `sure`: a call of that content that is not there will not come any more.
        """
        try:
            found = withdraw_call(self._shelf.database, self._shelf.places, content_hash)
        except LastingError as error:
            logger.error("a withdrawal cannot be carried out before the next start: %s: %s", _name(error), error)
            self._forget(content_hash)
            return "waits"
        except StoreError as error:
            logger.warning("a withdrawal waits for the store: %s: %s", _name(error), error)
            with self._lock:
                self._waiting[content_hash] = sure
            return "waits"
        if found:
            self._settling.due()
        self._forget(content_hash)
        if found or sure:
            self._fulfil(content_hash)
        return "done" if found else "not kept"

    def resume(self) -> None:
        """Carry out what was promised before this start. Raises StoreError where nobody can say what that is."""
        old = datetime.now(UTC) - timedelta(days=UNKNOWN_DAYS)
        with self._lock:
            self._waiting |= {one.content_hash: one.at < old for one in self._register.promises()}
        self.retry()

    def retry(self) -> None:
        """Carry out what waits, until one cannot be."""
        for content, sure in list(self._waiting.items()):
            if self.carry_out(content, sure) == "waits":
                return

    def _forget(self, content_hash: str) -> None:
        with self._lock:
            self._waiting.pop(content_hash, None)

    def _fulfil(self, content_hash: str) -> None:
        try:
            self._register.fulfil(content_hash)
        except StoreError as error:
            logger.warning("a withdrawal is carried out, and will be once more: %s", error)


def _name(error: StoreError) -> str:
    return type(error).__name__
