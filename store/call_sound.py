"""Adds the sound to a call that is kept already: that of a live call is ready a moment after its words."""

from dataclasses import replace

from sqlalchemy import Connection, select, update

from stimmung.calls.policy import may_keep_audio
from stimmung.speech.errors import StoreError
from stimmung.store.audio_files import keep_audio, remove_kept
from stimmung.store.database import Database
from stimmung.store.drafts import drafted
from stimmung.store.places import Places
from stimmung.store.records import SavedCall
from stimmung.store.schema import calls


def add_sound(database: Database, places: Places, saved: SavedCall) -> bool:
    """Add the sound of `saved` to the call, which is kept as `saved` says but for it; say whether that was done.

    It is not where the call is not kept any more, or otherwise by now: erased, withdrawn, analysed anew. Raises
    StoreError where the call's rules forbid it, and for a database or file that cannot be used.
    """
    if saved.audio is None or not may_keep_audio(saved.analysis.policy):
        raise StoreError("the call's rules forbid to keep its sound (see `keep_audio` in its policy)")
    silent, sounding = drafted(replace(saved, audio=None)), drafted(saved)
    audio = keep_audio(places.audio, saved.audio)
    values = {
        "audio_file": audio.file,
        "audio_bytes": audio.size,
        "audio_sha256": audio.sha256,
        "fingerprint": sounding.fingerprint,
    }
    here = calls.c.content_hash == saved.content_hash
    change = update(calls).where(here, calls.c.fingerprint == silent.fingerprint).values(values)
    done = select(calls.c.id).where(here, calls.c.audio_file == audio.file)

    def work(connection: Connection) -> bool:
        # The second: by an attempt whose commit was lost on the way.
        return bool(connection.execute(change).rowcount) or connection.execute(done).first() is not None

    added = database.run(work)
    if not added:
        remove_kept(places.audio, audio)
    return added
