"""Makes backups: the whole store but for its secret and keys, in one file that only its owner can read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, func, select

from stimmung.speech.errors import StoreError
from stimmung.store.audit import Act, record_act
from stimmung.store.backups.archive import FORMAT, Manifest, file_sha256, write_archive
from stimmung.store.backups.dumping import dump_database
from stimmung.store.backups.files import backup_name, delete_unfinished
from stimmung.store.data_folder import private_folder
from stimmung.store.durable import sync_folder, write_beside
from stimmung.store.maintenance import Steward, alone
from stimmung.store.migrate import schema_status
from stimmung.store.provenance import DISTRIBUTION
from stimmung.store.schema import calls


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made; `missing` are recordings that went while it was made."""

    path: Path
    size: int  # bytes
    manifest: Manifest
    missing: int


@dataclass(frozen=True, slots=True)
class _Contents:
    """What is there at one moment: the name of the database's snapshot, how many calls, and their sound."""

    snapshot: str
    calls: int
    files: tuple[str, ...]


def make_backup(steward: Steward, now: datetime, folder: Path | None = None) -> Backup:
    """Write a backup into the data folder's own folder, or another one; calls go on being saved meanwhile.

    Only those in the data folder are removed when they are old enough. Raises StoreError; then there is none.
    """
    place = private_folder(folder or steward.backups)
    path = place / backup_name(now)
    if path.exists():
        raise StoreError(f"{path}: is there already; try again in a second")
    with alone(steward):
        delete_unfinished(place)
        try:
            backup = _write(steward, now, path)
        except OSError as error:
            raise StoreError(f"{place}: the backup cannot be written: {error.strerror}") from error
        detail = {"calls": backup.manifest.calls, "recordings": backup.manifest.recordings}
        steward.database.run(lambda connection: record_act(connection, Act("backup", steward.who, now, detail=detail)))
    return backup


def _write(steward: Steward, now: datetime, path: Path) -> Backup:
    database, audio = steward.database, steward.places.audio
    dump = write_beside(path.with_suffix(".dump"), ())
    partial = write_beside(path, ())
    try:
        with _contents(steward) as found:
            dump_database(database, found.snapshot, dump)
        manifest = Manifest(
            format=FORMAT,
            made_at=now,
            stimmung=version(DISTRIBUTION),
            server=database.server_version(),
            schema=schema_status(database.engine).version,
            calls=found.calls,
            recordings=len(found.files),
            dump_sha256=file_sha256(dump),
        )
        with partial.open("wb") as file:
            missing = write_archive(file, manifest, dump, (audio / name for name in found.files), audio)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        sync_folder(path.parent)
    finally:
        dump.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
    return Backup(path, path.stat().st_size, manifest, missing)


@contextmanager
def _contents(steward: Steward) -> Iterator[_Contents]:
    """Hold one view of the database for as long as it is dumped, and say what is in it."""
    with steward.database.engine.begin() as connection:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield _Contents(
            snapshot=str(connection.scalar(select(func.pg_export_snapshot()))),
            calls=connection.scalar(select(func.count()).select_from(calls)) or 0,
            files=_sound_files(connection),
        )


def _sound_files(connection: Connection) -> tuple[str, ...]:
    named = select(calls.c.audio_file).where(calls.c.audio_file.is_not(None)).order_by(calls.c.id)
    return tuple(file for file in connection.scalars(named) if file is not None)
