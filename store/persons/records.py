"""What is kept about one customer, gathered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from stimmung.calls.redaction.records import Original
from stimmung.store.audit import Act
from stimmung.store.jobs.records import KnownJob
from stimmung.store.records import StoredCall
from stimmung.store.removal.retention_rules import Ends
from stimmung.store.secret import Pseudonym

Tongue = Literal["de", "en"]


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call of the person: when it began, until when it is kept, and if wanted the words as they were said."""

    call: StoredCall
    began: datetime
    ends: Ends
    originals: tuple[Original, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """A file with calls of the person that somebody exported: when, and in which format."""

    at: datetime
    form: str


@dataclass(frozen=True, slots=True)
class Person:
    """All that is kept about the customer with `key`; `acts` are without those who did them."""

    key: str
    pseudonym: Pseudonym
    made_at: datetime
    calls: tuple[KeptCall, ...]
    given: tuple[Given, ...]
    acts: tuple[Act, ...]
    recordings: tuple[KnownJob, ...] = ()  # found, and no calls
