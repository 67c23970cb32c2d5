"""The folder with the backups: one file each, its time in its name, gone when it is old enough."""

import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from stimmung.speech.errors import StoreError
from stimmung.store.durable import sync_folder

FORM = "stimmung-%Y%m%dT%H%M%SZ"
SUFFIX = ".backup"
NAME = re.compile(r"(stimmung-\d{8}T\d{6}Z)\.backup")
UNFINISHED = re.compile(r"\.stimmung-\d{8}T\d{6}Z\.(backup|dump)\.[0-9a-f]+")


def backup_name(made_at: datetime) -> str:
    """Return the name of a backup that was made then."""
    return made_at.astimezone(UTC).strftime(FORM) + SUFFIX


def backup_time(path: Path) -> datetime | None:
    """Return when a backup was made, by its name; None where it has none of ours."""
    found = NAME.fullmatch(path.name)
    try:
        return datetime.strptime(found.group(1), FORM).replace(tzinfo=UTC) if found else None
    except ValueError:  # digits that are no time
        return None


def backups_in(folder: Path) -> tuple[Path, ...]:
    """Return the finished backups, oldest first."""
    found = [(time, path) for path in _files(folder) if (time := backup_time(path)) is not None]
    return tuple(path for _, path in sorted(found))


def backups_before(folder: Path, end: datetime) -> tuple[Path, ...]:
    """Return the backups that were made before `end`, oldest first."""
    return tuple(path for path in backups_in(folder) if (time := backup_time(path)) is not None and time < end)


def delete_backups(paths: Iterable[Path]) -> None:
    """Delete them for good. Raises StoreError."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
            sync_folder(path.parent)
        except OSError as error:
            raise StoreError(f"{path}: cannot delete the backup: {error.strerror}") from error


def delete_unfinished(folder: Path) -> None:
    """Delete what a backup or a restoring that was killed left. To be called `alone`: no other one is at work."""
    delete_backups(path for path in _files(folder) if UNFINISHED.fullmatch(path.name))


def _files(folder: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"{folder}: cannot be read: {error.strerror}") from error
