"""Withdrawals of consent that were answered and are not carried out yet: an empty file each beside the database.

Its name is the call's content hash, which tells nothing of anybody. It is on the disk before whoever withdrew gets an
answer, so that nothing that ends the server, not even a power cut, brings the scores back.
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from stimmung.speech.errors import StoreError
from stimmung.store.data_folder import private_folder
from stimmung.store.durable import sync_folder

FOLDER: Final = "withdrawals"
NAME: Final = re.compile("[0-9a-f]{64}")  # a content hash; whatever else lies there is not ours


@dataclass(frozen=True, slots=True)
class Promise:
    """The scores of the call of that content were withdrawn at that time, and have to go."""

    content_hash: str
    at: datetime


class WithdrawalRegister:
    """The promises below a data folder. Any number of threads and processes may use it at once."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def promise(self, content_hash: str) -> None:
        """Note that a call's scores have to go; when this returns it is on the disk. Raises StoreError."""
        try:
            path = private_folder(self._folder) / content_hash
            handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            sync_folder(self._folder)
            sync_folder(self._folder.parent)
        except OSError as error:
            raise StoreError(f"{self._folder}: a withdrawal of consent cannot be noted: {error.strerror}") from error

    def holds(self, content_hash: str) -> bool:
        """Say whether a call of that content is still to lose its scores."""
        return (self._folder / content_hash).exists()

    def promises(self) -> tuple[Promise, ...]:
        """Return what is not carried out yet, oldest first. Raises StoreError."""
        try:
            found = [
                Promise(entry.name, datetime.fromtimestamp(entry.stat().st_mtime, UTC))
                for entry in (os.scandir(self._folder) if self._folder.exists() else ())
                if NAME.fullmatch(entry.name)
            ]
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot be read: {error.strerror}") from error
        return tuple(sorted(found, key=lambda one: (one.at, one.content_hash)))

    def fulfil(self, content_hash: str) -> None:
        """Forget a promise that was kept; after a power cut it may be kept once more. Raises StoreError."""
        try:
            (self._folder / content_hash).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{self._folder}: {content_hash[:12]} cannot be deleted: {error.strerror}") from error
