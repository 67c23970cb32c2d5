"""What the commands need of an open store: tests hand in small ones, `real_store` opens the one of the settings."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from stimmung.batch.job_table import JobTable
from stimmung.batch.report_access import Reports
from stimmung.batch.search_access import Finding
from stimmung.calls.redaction.records import Original
from stimmung.speech.records import CallInfo
from stimmung.speech.settings import Settings
from stimmung.store.admission import Candidate
from stimmung.store.audit import Act
from stimmung.store.backups.backup import Backup
from stimmung.store.backups.restore import Restored
from stimmung.store.persons.person import PersonFiles, PersonOptions
from stimmung.store.pseudonyms import Renewed
from stimmung.store.records import SavedAs, SavedCall, StoredCall
from stimmung.store.removal.erasure import Erased
from stimmung.store.removal.retention import Plan, Retained
from stimmung.store.status import StoreStatus


@dataclass(frozen=True, slots=True)
class Seen:
    """A kept call somebody looks at, and its words as they were said where they were asked for."""

    call: StoredCall
    originals: tuple[Original, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """How a store is opened: made where there is none, its schema brought up to date."""

    make: bool = False
    migrate: bool = True


class StoreAccess(Protocol):
    """An open store. What must be recorded is recorded by it: who calls it cannot forget to."""

    @property
    def finding(self) -> Finding:
        """The same store to be searched and listened to."""
        ...

    @property
    def reports(self) -> Reports:
        """Reports of what the same store keeps."""
        ...

    @property
    def jobs(self) -> JobTable:
        """Recordings that wait to be analysed for this store, and what became of them."""
        ...

    def admit(self, call: Candidate, erased: bool) -> None:
        """Raise NotKeptError where a call would not be kept, for being erased on request unless `erased`, or too old.

        One that is there already always is.
        """
        ...

    def sound_too_old(self, info: CallInfo) -> str:
        """Return why the sound of a call may not be kept any more, nothing where it may."""
        ...

    def intending(self, call_id: str, files: Sequence[Path]) -> AbstractContextManager[None]:
        """Remember files that are written in the block of a call that is yet to be kept. Raises StoreError."""
        ...

    def exporting(self, file: Path, call_ids: Sequence[str]) -> AbstractContextManager[None]:
        """Remember a file that is written in the block of calls that are kept. Raises StoreError where one is not."""
        ...

    def save(self, call: SavedCall, files: Sequence[Path] = (), erased: bool = False) -> SavedAs:
        """Keep a call; an erasure deletes its `files`, which were intended, too. Raises StoreError as `admit`, too."""
        ...

    def look(self, call_id: str, unredacted: bool) -> Seen:
        """Return a call for somebody to see. Raises StoreError where there is none, or no originals."""
        ...

    def count_calls(self, customer: str | None, call_id: str | None) -> int:
        """Return how many calls are kept of a customer, or under an id."""
        ...

    def erase_customer(self, customer: str) -> Erased:
        """Erase all that is kept about a customer. Raises StoreError."""
        ...

    def erase_call(self, call_id: str) -> Erased:
        """Erase a call. Raises StoreError."""
        ...

    def plan_retention(self) -> Plan:
        """Return what `run_retention` would remove. Raises StoreError."""
        ...

    def run_retention(self) -> Retained:
        """Remove what was kept long enough. Raises StoreError."""
        ...

    def status(self) -> StoreStatus:
        """Return how the store is; also where it was opened without bringing its schema up to date."""
        ...

    def migrate(self) -> Sequence[str]:
        """Bring the schema up to date; return the names of what was applied. Raises StoreError."""
        ...

    def backup(self, folder: Path | None) -> Backup:
        """Write a backup, into the data folder or another one. Raises StoreError."""
        ...

    def restore(self, file: Path, force: bool, registers: Sequence[Path]) -> Restored:
        """Replace the database by a backup. Raises StoreError; then everything is as it was."""
        ...

    def rotate_secret(self) -> Renewed:
        """Make a new secret and the pseudonyms anew. Raises StoreError."""
        ...

    def forget_lost_secrets(self) -> int:
        """Give up pseudonyms whose secret is lost; return how many calls had one. Raises StoreError."""
        ...

    def export_person(self, customer: str, folder: Path, options: PersonOptions) -> PersonFiles:
        """Write all that is kept about a customer into files. Raises StoreError."""
        ...

    def record_look(self, call_id: str) -> None:
        """Record that somebody looks at the words of a call as they were said, kept or not. Raises StoreError."""
        ...

    def acts(self, call_id: str | None, since: datetime | None) -> Sequence[Act]:
        """Return what was recorded, oldest first."""
        ...


OpenStore = Callable[[Settings, Callable[[str], None], Opening], AbstractContextManager[StoreAccess]]  # tells what for
