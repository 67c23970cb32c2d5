"""The redacted sound of calls: files in the data folder.

They are there before the database names them, and gone after it forgot them: a crash in between leaves a file without a
row, never a row without its file. `sweep` finds both.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from stimmung.speech.errors import StoreError
from stimmung.store.data_folder import private_folder
from stimmung.store.database import Database
from stimmung.store.durable import sync_folder, write_beside
from stimmung.store.records import StoredAudio
from stimmung.store.schema import calls, doomed_files

FOLDER = "audio"
SUFFIX = ".opus"
NAME_BYTES = 16  # random: a name tells nothing of the call
FILE_NAME = re.compile(rf"[0-9a-f]{{2}}/[0-9a-f]{{{2 * NAME_BYTES}}}{re.escape(SUFFIX)}")
CHUNK = 1 << 20  # bytes
GRACE = 3600.0  # s that a file may lie there without a row: its call is being saved


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: how many files without a row it removed, and the calls whose file is gone."""

    removed: int
    missing: tuple[str, ...]


def keep_audio(folder: Path, sound: Path | bytes) -> StoredAudio:
    """Copy a finished file, or its bytes, to a name of its own below `folder`; on the disk when this returns.

    Raises StoreError where the sound cannot be read or written.
    """
    name = secrets.token_hex(NAME_BYTES) + SUFFIX
    file = f"{name[:2]}/{name}"  # 256 folders: a million files in one are slow to list
    digest = hashlib.sha256()
    try:
        place = private_folder(folder) / file
        if not place.parent.exists():
            private_folder(place.parent)
            sync_folder(folder)
        partial = write_beside(place, _hashed(_chunks(sound), digest.update))
        partial.rename(place)
        sync_folder(place.parent)
        return StoredAudio(file, place.stat().st_size, digest.hexdigest())
    except OSError as error:
        raise StoreError(f"{error.filename or folder}: cannot keep the sound of a call: {error.strerror}") from error


def audio_path(folder: Path, audio: StoredAudio) -> Path:
    """Return where the sound of a call lies. Raises StoreError where the file is gone."""
    path = _place(folder, audio.file)
    if not path.is_file():
        raise StoreError(f"{path}: the sound of this call is not there any more; was the data folder restored?")
    return path


def remove_kept(folder: Path, audio: StoredAudio) -> None:
    """Delete a file that was kept in vain. Raises StoreError."""
    _remove(_place(folder, audio.file))


def doom_audio(connection: Connection, file: str) -> None:
    """Note, in the transaction that gives a file up, that it is to be deleted once that is committed."""
    connection.execute(insert(doomed_files).values(file=file).on_conflict_do_nothing())


def remove_doomed(database: Database, folder: Path) -> int:
    """Delete the files that committed transactions gave up, and return how many there were. Raises StoreError."""
    files = database.run(lambda connection: connection.scalars(select(doomed_files.c.file)).all())
    for file in files:
        _remove(_place(folder, file))
    if files:
        database.run(lambda connection: connection.execute(delete(doomed_files).where(doomed_files.c.file.in_(files))))
    return len(files)


def sweep(database: Database, folder: Path, clock: Callable[[], float]) -> Swept:
    """Remove files that no call names, and say which calls name a file that is not there.

    `clock` is the time in seconds since 1970, as files have it. Raises StoreError.
    """
    remove_doomed(database, folder)
    there = list(_old_files(folder, clock() - GRACE))  # first: what a call names later was not among them
    rows = database.run(
        lambda connection: connection.execute(
            select(calls.c.call_id, calls.c.audio_file).where(calls.c.audio_file.is_not(None))
        ).all()
    )
    named = {row.audio_file for row in rows}
    orphans = [path for path in there if path.relative_to(folder).as_posix() not in named]
    for path in orphans:
        _remove(path)
    missing = sorted(row.call_id for row in rows if not _is_there(folder, row.audio_file))
    return Swept(len(orphans), tuple(missing))


def _old_files(folder: Path, before: float) -> Iterator[Path]:
    """Yield files of ours, unfinished ones too, that were written before then."""
    for path in folder.glob("??/*"):
        if SUFFIX in path.name and path.is_file() and path.stat().st_mtime < before:
            yield path


def _place(folder: Path, file: str) -> Path:
    """Return where a file lies; a name that is none of ours leads nowhere, whoever wrote it into the database."""
    if not FILE_NAME.fullmatch(file):
        raise StoreError(f"{file}: is no name of a call's sound; somebody changed the database")
    return folder / file


def _is_there(folder: Path, file: str) -> bool:
    return FILE_NAME.fullmatch(file) is not None and (folder / file).is_file()


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: cannot delete the sound of a call: {error.strerror}") from error


def _chunks(sound: Path | bytes) -> Iterator[bytes]:
    if isinstance(sound, bytes):
        yield sound
        return
    with sound.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _hashed(chunks: Iterator[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for chunk in chunks:
        update(chunk)
        yield chunk
