"""A backup as one file: a tar of what was backed up, the database as pg_dump writes it, and the sound of the calls.

It holds redacted calls and pseudonyms, and neither the secret nor a key: those need copies of their own, elsewhere.
"""

import hashlib
import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from stimmung.speech.errors import StoreError

FORMAT = 1  # grows when an older stimmung could not read it
MANIFEST = "manifest.json"
DUMP = "database.dump"
AUDIO = "audio/"
AUDIO_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}\.opus")
MOST_MANIFEST = 1 << 20  # bytes
CHUNK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when and by what it was made, and how much is in it."""

    format: int
    made_at: datetime
    stimmung: str  # version
    server: int  # version number, such as 180004
    schema: int  # number of the last migration
    calls: int
    recordings: int
    dump_sha256: str


def write_archive(target: IO[bytes], manifest: Manifest, dump: Path, sounds: Iterable[Path], folder: Path) -> int:
    """Write a backup and return how many of the `sounds` below `folder` were not there any more. Raises OSError."""
    missing = 0
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        content = json.dumps({**asdict(manifest), "made_at": manifest.made_at.astimezone(UTC).isoformat()}).encode()
        entry = _entry(MANIFEST, len(content), manifest.made_at)
        archive.addfile(entry, BytesIO(content))
        _add(archive, DUMP, dump, manifest.made_at)
        for sound in sounds:
            try:
                _add(archive, AUDIO + sound.relative_to(folder).as_posix(), sound, manifest.made_at)
            except FileNotFoundError:  # its call was replaced or went while we were writing
                missing += 1
    return missing


@contextmanager
def open_archive(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a backup for reading. Raises StoreError where it is none."""
    try:
        with tarfile.open(path, "r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise StoreError(f"{path}: is no backup of stimmung, or was cut off: {error}") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror or error}") from error


def read_manifest(path: Path, archive: tarfile.TarFile) -> Manifest:
    """Return what the backup says of itself. Raises StoreError where it is none, or a newer stimmung made it."""
    entry = archive.next()
    if entry is None or entry.name != MANIFEST or entry.size > MOST_MANIFEST:
        raise StoreError(f"{path}: is no backup of stimmung")
    try:
        values = json.loads(_content(archive, entry).read())
        if values["format"] > FORMAT:
            raise StoreError(
                f"{path}: was made by stimmung {values['stimmung']}, newer than this one: install that one"
            )
        return Manifest(**{**values, "made_at": datetime.fromisoformat(values["made_at"])})
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{path}: is no backup of stimmung, or is damaged") from error


def extract_dump(path: Path, archive: tarfile.TarFile, manifest: Manifest, target: IO[bytes]) -> None:
    """Write the database's dump to `target`; the archive stands behind its manifest. Raises StoreError if damaged."""
    entry = archive.next()
    if entry is None or entry.name != DUMP:
        raise StoreError(f"{path}: holds no dump of a database")
    if _copied(_content(archive, entry), target) != manifest.dump_sha256:
        raise StoreError(f"{path}: the dump in it is damaged (SHA-256); take another backup")


def sounds_in(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the name and content of each file with sound; names of any other form are passed over."""
    for entry in archive:
        name = entry.name.removeprefix(AUDIO)
        if entry.isreg() and entry.name.startswith(AUDIO) and AUDIO_NAME.fullmatch(name):
            yield name, _content(archive, entry)


def chunks_of(source: IO[bytes]) -> Iterator[bytes]:
    """Yield what is left of a file, piece by piece."""
    while chunk := source.read(CHUNK):
        yield chunk


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add(archive: tarfile.TarFile, name: str, path: Path, made_at: datetime) -> None:
    with path.open("rb") as file:
        archive.addfile(_entry(name, path.stat().st_size, made_at), file)


def _entry(name: str, size: int, made_at: datetime) -> tarfile.TarInfo:
    """Return an entry that names no user and no times of files."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(made_at.timestamp())
    return entry


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(entry)
    if content is None:
        raise tarfile.ReadError(f"{entry.name} is no file")
    return content


def _copied(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks_of(source):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()
