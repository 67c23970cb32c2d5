"""Calls that ended live are kept in the store, each before its end is told, so that whoever was told finds it there.

While the store cannot be reached they wait in memory and are tried again. Their sound is not kept.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import uuid4

from stimmung.calls.records import CallAnalysis
from stimmung.calls.redaction.records import Original
from stimmung.speech.errors import StoreError
from stimmung.speech.settings import Settings
from stimmung.store.audit import system_user
from stimmung.store.calls import save_call
from stimmung.store.content import hash_live
from stimmung.store.database import Database, open_database
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.places import Places, places_in
from stimmung.store.provenance import provenance_of
from stimmung.store.records import Provenance, SavedCall
from stimmung.store.removal.erasure import settle_erasures
from stimmung.store.taken import is_taken

AGAIN_SECONDS = 5.0  # between two tries to keep what waits
MOST_WAITING = 1_000  # calls; a call of ten minutes is half a megabyte
DIGITS = 8  # of the content's hash behind an id that was taken already
logger = logging.getLogger(__name__)


class CallKeeper(Protocol):
    """Keeps one call; from any thread, and it blocks while it writes."""

    def keep(self, analysis: CallAnalysis, originals: tuple[Original, ...]) -> str:
        """Keep a call that ended; return why that has to wait, nothing where it is kept."""
        ...

    def withdraw(self, analysis: CallAnalysis) -> None:
        """Put `analysis`, which holds no scores any more, in the place of what was kept."""
        ...


class Keeping(Protocol):
    """Where calls are kept."""

    def of_call(self, call_id: str) -> CallKeeper:
        """Return what keeps the live call of that id."""
        ...


@dataclass(frozen=True, slots=True)
class Shelf:
    """The open store, and by what the calls of this server are made."""

    database: Database
    places: Places
    provenance: Provenance


class StoreKeeping:
    """Keeps calls in the store; `close` it before the database."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._waiting: deque[SavedCall] = deque()
        self._lock = threading.Lock()  # over what waits
        self._writing = threading.Lock()  # so that a withdrawal comes after what it withdraws
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._try_again, name="keep", daemon=True)
        self._thread.start()

    def of_call(self, call_id: str) -> "StoredLiveCall":
        """Return what keeps the live call of that id."""
        return StoredLiveCall(call_id, hash_live(call_id, uuid4().hex), self)

    @property
    def provenance(self) -> Provenance:
        return self._shelf.provenance

    @property
    def waiting(self) -> int:
        """How many calls could not be kept yet."""
        return len(self._waiting)

    def save(self, call: SavedCall) -> str:
        """Keep a call; return why that has to wait, nothing where it is kept."""
        with self._writing:
            try:
                self._save(call)
            except StoreError as error:
                self._wait(call)
                return str(error)
        return ""

    def close(self) -> int:
        """Try once more what waits, and stop; return how many calls could not be kept."""
        self._closed.set()
        self._thread.join()
        self._retry()
        if self._waiting:
            logger.error("%d calls could not be kept in the store and are lost", len(self._waiting))
        return len(self._waiting)

    def _save(self, call: SavedCall) -> None:
        """Keep a call, under an id beside its own where another call has that already. Raises StoreError."""
        shelf, saved, call_id = self._shelf, call, call.analysis.info.call_id or ""
        if shelf.database.run(lambda connection: is_taken(connection, call_id, call.content_hash)):
            other = f"{call_id}-{call.content_hash[:DIGITS]}"
            saved = _under(call, other)
            logger.warning("call %s: another call of that id is kept; kept as %s", call_id, other)
        save_call(shelf.database, shelf.places, saved)

    def _wait(self, call: SavedCall) -> None:
        with self._lock:
            kept = [one for one in self._waiting if one.content_hash != call.content_hash]  # the newest counts
            self._waiting = deque([*kept, call], MOST_WAITING)
            if len(kept) >= MOST_WAITING:
                logger.error("the oldest of %d calls that wait for the store is lost", MOST_WAITING)

    def _try_again(self) -> None:
        while not self._closed.wait(AGAIN_SECONDS):
            self._retry()

    def _retry(self) -> None:
        """Keep what waits, oldest first, until one cannot be kept."""
        while self._waiting:
            with self._writing:
                call = self._waiting[0] if self._waiting else None
                if call is None:
                    return
                try:
                    self._save(call)
                except StoreError as error:
                    logger.warning("%d calls wait for the store: %s", len(self._waiting), error)
                    return
                with self._lock:
                    self._waiting = deque((one for one in self._waiting if one is not call), MOST_WAITING)


class StoredLiveCall:
    """Keeps one live call under the id that it came with."""

    def __init__(self, call_id: str, content_hash: str, keeping: StoreKeeping) -> None:
        self._call_id, self._content_hash, self._keeping = call_id, content_hash, keeping

    def keep(self, analysis: CallAnalysis, originals: tuple[Original, ...]) -> str:
        """Keep a call that ended; return why that has to wait, nothing where it is kept."""
        call = SavedCall(analysis, self._content_hash, self._keeping.provenance, "live", originals)
        return self._keeping.save(_under(call, self._call_id))

    def withdraw(self, analysis: CallAnalysis) -> None:
        """Put `analysis`, which holds no scores any more, in the place of what was kept."""
        self.keep(analysis, ())


@contextmanager
def open_keeping(settings: Settings, tell: Callable[[str], None]) -> Iterator[StoreKeeping]:
    """Open the store of the settings while the block runs. Raises StoreError."""
    with open_database(settings.store, tell=tell) as database:
        places = places_in(database.data_dir, settings.store)
        settle_erasures(Steward(database, places, system_user(), Pace(tell)))
        keeping = StoreKeeping(Shelf(database, places, provenance_of(settings)))
        try:
            yield keeping
        finally:
            keeping.close()


def _under(call: SavedCall, call_id: str) -> SavedCall:
    return replace(call, analysis=replace(call.analysis, info=replace(call.analysis.info, call_id=call_id)))
