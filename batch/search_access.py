"""What the commands about finding and hearing need of an open store; tests hand in a small one."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from stimmung.speech.records import Audio, Span
from stimmung.store.search.language.query import Query
from stimmung.store.search.records import Ask, Found
from stimmung.store.search.saved import SavedSearch


class Finding(Protocol):
    """The side of a store that is searched and listened to. What must be recorded is recorded by it."""

    @property
    def has_meanings(self) -> bool:
        """Say whether the database can compare sentence vectors."""
        ...

    def prepare(self, tell: Callable[[str], None]) -> None:
        """Make what searches go through where it is missing; `tell` gets lines while it lasts. Raises StoreError."""
        ...

    def search(self, ask: Ask) -> Found:
        """Return a page of hits, the customers that the query names looked up. Raises QueryError and StoreError."""
        ...

    def tend(self) -> None:
        """Make or renew the index over sentence vectors where that is due. Raises StoreError."""
        ...

    def save_search(self, name: str, query: Query) -> None:
        """Keep what was typed under a name. Raises StoreError."""
        ...

    def saved_search(self, name: str) -> SavedSearch:
        """Return a search by its name. Raises StoreError."""
        ...

    def saved_searches(self) -> Sequence[SavedSearch]:
        """Return one's own searches by name."""
        ...

    def forget_search(self, name: str) -> None:
        """Forget a search. Raises StoreError."""
        ...

    def hear(self, call_id: str, span: Span) -> Audio:
        """Return a stretch of a call's sound, redacted. Raises StoreError that says why there is none; AudioError."""
        ...

    def exporting(self, call_id: str, file: Path) -> AbstractContextManager[None]:
        """Remember a file that is written in the block, so that erasing the call deletes it. Raises StoreError."""
        ...
