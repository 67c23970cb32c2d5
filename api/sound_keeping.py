"""The sound of live calls that ended joins what is kept of them: made ready one by one, on a thread of its own.

Who ends the server in between, by force, ends up with calls that have no sound.
"""

import logging
import queue
import threading
from dataclasses import dataclass, field, replace

from stimmung.api.heard_sound import HeardSound
from stimmung.calls.kept_sound import redacted_opus
from stimmung.speech.errors import AudioError, StoreError
from stimmung.store.admission import Admission
from stimmung.store.call_sound import add_sound
from stimmung.store.database import Database
from stimmung.store.places import Places
from stimmung.store.records import Provenance, SavedCall

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The open store, by what the calls of this server are made, which are let in, and whether sound is kept."""

    database: Database
    places: Places
    provenance: Provenance
    admission: Admission = field(default_factory=Admission)
    sound: bool = True


@dataclass(frozen=True, slots=True)
class _Heard:
    """A call as it is kept, and its sound."""

    call: SavedCall
    sound: HeardSound


class SoundKeeping:
    """Adds sound to calls; `close` it before the database."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._heard: queue.SimpleQueue[_Heard | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="keep sound", daemon=True)
        self._thread.start()

    def put(self, call: SavedCall, sound: HeardSound) -> None:
        """Have the sound added to a call that was just kept without."""
        self._heard.put(_Heard(call, sound))

    def close(self) -> None:
        """Add what is left, and stop."""
        self._heard.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (heard := self._heard.get()) is not None:
            try:
                self._add(heard)
            except (AudioError, StoreError, OSError) as error:
                logger.error("call %s: its sound is not kept: %s", heard.call.analysis.info.call_id, error)
            finally:
                heard.sound.drop()

    def _add(self, heard: _Heard) -> None:
        audio = heard.sound.audio()
        if audio is not None and audio.samples.shape[1]:
            sound = redacted_opus(audio, heard.call.analysis)
            add_sound(self._shelf.database, self._shelf.places, replace(heard.call, audio=sound))
