"""A look at a kept call, or a part of its sound, recorded: whoever shows or plays one to somebody calls this first.

The call is held meanwhile: an erasure comes before, and there is nothing to look at, or after, and finds the record.
"""

from datetime import datetime

from sqlalchemy import Connection, select

from stimmung.speech.errors import StoreError
from stimmung.speech.records import Span
from stimmung.store.audit import Act, record_act
from stimmung.store.database import Database
from stimmung.store.records import StoredCall
from stimmung.store.schema import calls


def record_look(database: Database, call: StoredCall, who: str, at: datetime, unredacted: bool = False) -> None:
    """Record that `who` sees the call now, with the words as they were said if `unredacted`.

    Raises StoreError, also where the call was erased since it was read.
    """
    customer = call.customer
    act = Act(
        action="look_unredacted" if unredacted else "look",
        who=who,
        at=at,
        call_id=call.call_id,
        pseudonym=customer.value if customer else None,
        key_id=customer.key_id if customer else None,
    )
    database.run(lambda connection: _record(connection, call, act))


def record_play(database: Database, call: StoredCall, who: str, at: datetime, heard: Span) -> None:
    """Record that `who` hears that much of the call's sound now. Raises StoreError as `record_look`."""
    customer = call.customer
    act = Act(
        action="play",
        who=who,
        at=at,
        call_id=call.call_id,
        pseudonym=customer.value if customer else None,
        key_id=customer.key_id if customer else None,
        detail={"from": int(heard.start), "seconds": round(heard.end - heard.start)},
    )
    database.run(lambda connection: _record(connection, call, act))


def record_look_at(database: Database, content_hash: str, who: str, at: datetime) -> bool:
    """Record that `who` sees the call of that content now; say whether it is kept at all. Raises StoreError."""

    def work(connection: Connection) -> bool:
        columns = (calls.c.call_id, calls.c.customer_pseudonym, calls.c.key_id)
        held = select(*columns).where(calls.c.content_hash == content_hash).with_for_update(read=True, key_share=True)
        row = connection.execute(held).one_or_none()
        if row is None:
            return False
        key_id = row.key_id if row.customer_pseudonym else None
        record_act(connection, Act("look", who, at, row.call_id, row.customer_pseudonym, key_id))
        return True

    return database.run(work)


def _record(connection: Connection, call: StoredCall, act: Act) -> None:
    this = calls.c.call_id == call.call_id
    if connection.scalar(select(calls.c.id).where(this).with_for_update(read=True, key_share=True)) is None:
        raise StoreError(f"call {call.call_id} was erased just now")
    record_act(connection, act)
