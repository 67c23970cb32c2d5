"""The sound of live calls that ended joins what is kept of them: made ready one by one, on a thread of its own.

Who ends the server in between, by force, ends up with calls that have no sound.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from stimmung.api.faults import places_of
from stimmung.api.heard_sound import HeardSound
from stimmung.calls.kept_sound import redacted_opus
from stimmung.speech.errors import AudioError, StoreError
from stimmung.store.admission import Admission
from stimmung.store.call_sound import add_sound
from stimmung.store.database import Database
from stimmung.store.places import Places
from stimmung.store.records import Provenance, SavedCall

LOCK_SECONDS = 600.0  # that sound waits for a table that is just written anew: nobody waits for it
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The open store, by what the calls of this server are made, which are let in, and whether sound is kept."""

    database: Database
    places: Places
    provenance: Provenance
    admission: Admission = field(default_factory=Admission)
    sound: bool = True


class SoundKeeping:
    """Adds sound to calls; `close` it before the database."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self._database = shelf, shelf.database.within(LOCK_SECONDS)
        self._thread = ThreadPoolExecutor(1, "keep sound")
        self._lost = 0  # written by that thread only

    @property
    def lost(self) -> int:
        """How many calls are kept without the sound that was to be kept of them."""
        return self._lost

    def put(self, call: SavedCall, sound: HeardSound) -> None:
        """Have the sound added to a call that was just kept without; after `close` it is let go."""
        try:
            adding = self._thread.submit(self._add, call, sound)
            self._thread.submit(self._done, call, sound, adding)  # one thread: by then it was added, or could not be
        except RuntimeError:
            logger.error("call %s: its sound is not kept: the server stops", call.analysis.info.call_id)
            sound.drop()

    def close(self) -> None:
        """Add what is left, and stop."""
        self._thread.shutdown()

    def _add(self, call: SavedCall, sound: HeardSound) -> None:
        audio = sound.audio()
        if audio is not None and audio.samples.shape[1]:
            opus = redacted_opus(audio, call.analysis)
            add_sound(self._database, self._shelf.places, replace(call, audio=opus))

    def _done(self, call: SavedCall, sound: HeardSound, adding: Future[None]) -> None:
        """Let go of a sound, and tell where it could not be added, whatever the reason: the next comes all the same.

        The text of an error that nobody foresaw may hold what was said.
        """
        sound.drop()
        error = adding.exception()
        if error is not None:
            self._lost += 1
            foreseen = isinstance(error, AudioError | StoreError | OSError)
            why = error if foreseen else f"{type(error).__name__} at {places_of(error)}"
            logger.error("call %s: its sound is not kept: %s", call.analysis.info.call_id, why)
