"""Which calls are not kept anew: those that were erased on request, and those that are too old to stay.

A call that is kept already may always be replaced: by what a withdrawal leaves of it, for instance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, exists, or_, select

from stimmung.speech.errors import StoreError
from stimmung.store.content import made_call_id
from stimmung.store.database import Database
from stimmung.store.json_records import clean
from stimmung.store.records import Source
from stimmung.store.removal.erased_calls import when_erased
from stimmung.store.removal.retention_rules import RetentionRules
from stimmung.store.schema import calls


class NotKeptError(StoreError):
    """A call that is not kept: erased on request, or else too old."""

    def __init__(self, reason: str, erased: bool) -> None:
        super().__init__(reason)
        self.erased = erased


@dataclass(frozen=True, slots=True)
class Admission:
    """By what a new call is let in: `rules` say what is too old, None that nothing is; `erased` lets erased ones in."""

    rules: RetentionRules | None = None
    erased: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def too_old(self, queue: str | None, began: datetime | None) -> str:
        """Return why a call that began then may not be kept any more; nothing where it may, or nobody knows when."""
        if self.rules is None or began is None or self.rules.ends(queue, began).text > self.now():
            return ""
        days = self.rules.days(queue).text
        where = "retention.queues" if queue in self.rules.queues else "retention.text_days"
        return f"the call began {began:%Y-%m-%d}, and calls stay {days} days ({where}): it is not kept"

    def sound_too_old(self, queue: str | None, began: datetime | None) -> str:
        """Return why the sound of a call that began then may not be kept any more; nothing where it may."""
        if self.rules is None or began is None or self.rules.ends(queue, began).audio > self.now():
            return ""
        days = self.rules.days(queue).audio
        where = "retention.queues" if queue in self.rules.queues else "retention.audio_days"
        return f"the call began {began:%Y-%m-%d}, and sound stays {days} days ({where})"


USUAL: Final = Admission()  # however old, unless it was erased


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call that is to be kept, as far as it matters for that; `call_id` is the one that it came with, if any."""

    content_hash: str
    call_id: str | None
    source: Source
    queue: str | None = None
    began: datetime | None = None


def why_not_kept(database: Database, secret_file: Path, call: Candidate, admission: Admission) -> str:
    """Return why a call would not be kept, nothing where it would, or is there already. Raises StoreError."""
    return database.run(lambda connection: _why(connection, secret_file, call, admission))


def why_refused(connection: Connection, secret_file: Path, call: Candidate, admission: Admission) -> str:
    """Return the same of a call that is not there, in the transaction that is to keep it."""
    if reason := admission.too_old(call.queue, call.began):
        return reason
    # A live call's id may be another one's: only its sound tells. A recording that was heard live before has the id.
    known = call.call_id if call.source == "recording" else None
    if admission.erased or (at := when_erased(connection, secret_file, call.content_hash, known)) is None:
        return ""
    return (
        f"call {clean(call.call_id) if call.call_id else made_call_id(call.content_hash)} was erased on request on"
        f" {at:%Y-%m-%d} and is not kept again: delete what it is made from, or, if there is a reason to keep it after"
        " all, `stimmung analyze --save --save-erased`"
    )


def _why(connection: Connection, secret_file: Path, call: Candidate, admission: Admission) -> str:
    call_id = clean(call.call_id) if call.call_id else made_call_id(call.content_hash)
    there = exists().where(or_(calls.c.content_hash == call.content_hash, calls.c.call_id == call_id))
    if connection.scalar(select(there)):
        return ""
    return why_refused(connection, secret_file, call, admission)
