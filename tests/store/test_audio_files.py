"""The sound of calls in files: there whenever the database names one, gone once it does not."""

import hashlib
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update
from tests.store.made_calls import places_below, saved_call

from stimmung.speech.errors import StoreError
from stimmung.store.audio_files import GRACE, audio_path, doom_audio, keep_audio, remove_doomed, sweep
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.places import Places
from stimmung.store.records import StoredAudio
from stimmung.store.schema import calls, doomed_files

SOUND = b"OggS" + bytes(range(256)) * 100
NOW = 2_000_000_000.0  # s since 1970: long after the files here were written


@pytest.fixture
def places(database: Database) -> Places:
    return places_below(database.data_dir)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def kept_sound(database: Database, call_id: str) -> StoredAudio:
    audio = load_call(database, call_id).audio
    assert audio is not None
    return audio


def test_sound_is_kept_with_the_call(database: Database, places: Places) -> None:
    save_call(database, places, replace(saved_call(1), audio=SOUND))
    audio = kept_sound(database, "call-1")
    assert audio_path(places.audio, audio).read_bytes() == SOUND
    assert (audio.size, audio.sha256) == (len(SOUND), hashlib.sha256(SOUND).hexdigest())
    assert "call-1" not in audio.file


def test_a_file_is_copied_and_left_where_it_was(database: Database, places: Places, tmp_path: Path) -> None:
    source = tmp_path / "redacted.opus"
    source.write_bytes(SOUND)
    save_call(database, places, replace(saved_call(1), audio=source))
    assert audio_path(places.audio, kept_sound(database, "call-1")).read_bytes() == source.read_bytes() == SOUND


@pytest.mark.skipif(os.name != "posix", reason="rights as Unix has them")
def test_nobody_else_can_read_it_under_a_loose_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        audio = keep_audio(tmp_path / "audio", SOUND)
    finally:
        os.umask(before)
    path = audio_path(tmp_path / "audio", audio)
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent, tmp_path / "audio")]
    assert modes == [0o600, 0o700, 0o700]


def test_sound_kept_at_once_by_many_is_all_there(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: keep_audio(tmp_path / "audio", bytes([number])), range(40)))
    assert [audio_path(tmp_path / "audio", one).read_bytes() for one in found] == [bytes([one]) for one in range(40)]
    assert len(files(tmp_path / "audio")) == 40


def test_a_sound_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"missing\.opus: cannot keep the sound"):
        keep_audio(tmp_path / "audio", tmp_path / "missing.opus")
    assert files(tmp_path) == []


def test_the_same_call_again_keeps_the_first_file_only(database: Database, places: Places) -> None:
    saved = replace(saved_call(1), audio=SOUND)
    save_call(database, places, saved)
    first = kept_sound(database, "call-1")
    assert save_call(database, places, saved).outcome == "same"
    assert kept_sound(database, "call-1") == first
    assert files(places.audio) == [places.audio / first.file]


def test_a_call_analysed_anew_has_the_new_file_only(database: Database, places: Places) -> None:
    save_call(database, places, replace(saved_call(1), audio=SOUND))
    save_call(database, places, replace(saved_call(1, utterances=3), audio=b"OggS other"))
    audio = kept_sound(database, "call-1")
    assert files(places.audio) == [places.audio / audio.file]
    assert audio_path(places.audio, audio).read_bytes() == b"OggS other"
    save_call(database, places, saved_call(1))  # and without sound, none
    assert files(places.audio) == []
    assert load_call(database, "call-1").audio is None


def test_a_refused_call_leaves_no_file(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    with pytest.raises(StoreError, match="belongs to another recording"):
        save_call(database, places, replace(saved_call(1), content_hash="f" * 64, audio=SOUND))
    assert files(places.audio) == []


def test_what_a_transaction_gave_up_goes_even_after_a_crash(database: Database, places: Places) -> None:
    save_call(database, places, replace(saved_call(1), audio=SOUND))
    audio = kept_sound(database, "call-1")

    def erase() -> None:
        database.run(lambda connection: doom_audio(connection, audio.file))
        database.run(lambda connection: connection.execute(delete(calls)))

    erase()  # and the process is killed before it can delete the file
    assert files(places.audio)
    assert remove_doomed(database, places.audio) == 1
    assert files(places.audio) == []
    assert database.run(lambda connection: connection.execute(select(doomed_files)).all()) == []
    assert remove_doomed(database, places.audio) == 0


def test_a_sweep_removes_what_no_call_names_and_nothing_else(database: Database, places: Places) -> None:
    save_call(database, places, replace(saved_call(1), audio=SOUND))
    mine = places.audio / kept_sound(database, "call-1").file
    orphan = places.audio / keep_audio(places.audio, b"orphan").file  # its call was never committed
    unfinished = orphan.with_name(f".{orphan.name}.0123456789abcdef")
    unfinished.write_bytes(b"half")
    foreign = places.audio / "ab" / "notes.txt"
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_bytes(b"not ours")
    swept = sweep(database, places.audio, lambda: NOW)
    assert (swept.removed, swept.missing) == (2, ())
    assert files(places.audio) == sorted([mine, foreign])


def test_a_sweep_leaves_a_file_whose_call_is_being_saved(database: Database, places: Places) -> None:
    path = places.audio / keep_audio(places.audio, SOUND).file
    written = path.stat().st_mtime
    assert sweep(database, places.audio, lambda: written + GRACE - 1).removed == 0
    assert path.exists()
    assert sweep(database, places.audio, lambda: written + GRACE + 1).removed == 1


def test_a_sweep_names_calls_whose_file_is_gone(database: Database, places: Places) -> None:
    for number in range(3):
        save_call(database, places, replace(saved_call(number), audio=SOUND))
    lost = kept_sound(database, "call-1")
    (places.audio / lost.file).unlink()
    assert sweep(database, places.audio, lambda: NOW).missing == ("call-1",)
    with pytest.raises(StoreError, match="is not there any more; was the data folder restored"):
        audio_path(places.audio, lost)


def test_names_from_a_changed_database_lead_nowhere(database: Database, places: Places, tmp_path: Path) -> None:
    save_call(database, places, replace(saved_call(1), audio=SOUND))
    victim = tmp_path / "victim.opus"
    victim.write_bytes(b"mine")
    for name in (str(victim), "../../victim.opus", "ab/../../victim.opus"):
        with pytest.raises(StoreError, match="is no name of a call's sound"):
            audio_path(places.audio, StoredAudio(name, 1, ""))
        database.run(lambda connection: connection.execute(insert(doomed_files).values(file=name)))  # noqa: B023 at once
        with pytest.raises(StoreError, match="is no name of a call's sound"):
            remove_doomed(database, places.audio)
        database.run(lambda connection: connection.execute(delete(doomed_files)))
        database.run(lambda connection: connection.execute(update(calls).values(audio_file=name)))  # noqa: B023 at once
        assert sweep(database, places.audio, lambda: NOW).missing == ("call-1",)
    assert victim.exists()


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A disk that takes no more."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        yield


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot keep the sound of a call: No space left"):
        keep_audio(tmp_path, SOUND)
    assert files(tmp_path) == []
