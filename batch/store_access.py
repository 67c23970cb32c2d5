"""What the commands need of an open store: tests hand in small ones, `real_store` opens the one of the settings."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from stimmung.calls.redaction.records import Original
from stimmung.speech.settings import Settings
from stimmung.store.audit import Act
from stimmung.store.records import SavedAs, SavedCall, StoredCall


@dataclass(frozen=True, slots=True)
class Seen:
    """A kept call somebody looks at, and its words as they were said where they were asked for."""

    call: StoredCall
    originals: tuple[Original, ...] = ()


class StoreAccess(Protocol):
    """An open store. What must be recorded is recorded by it: who calls it cannot forget to."""

    def save(self, call: SavedCall, files: Sequence[Path] = ()) -> SavedAs:
        """Keep a call; an erasure deletes its exported `files` too."""
        ...

    def look(self, call_id: str, unredacted: bool) -> Seen:
        """Return a call for somebody to see. Raises StoreError where there is none, or no originals."""
        ...

    def acts(self, call_id: str | None, since: datetime | None) -> Sequence[Act]:
        """Return what was recorded, oldest first."""
        ...


OpenStore = Callable[[Settings, Callable[[str], None]], AbstractContextManager[StoreAccess]]
