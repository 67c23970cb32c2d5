"""Whether an id is another call's already, and which."""

from dataclasses import dataclass

from sqlalchemy import Connection, Text, exists, func, select

from stimmung.store.json_records import clean
from stimmung.store.records import Source
from stimmung.store.schema import calls


@dataclass(frozen=True, slots=True)
class Holder:
    """The call that is kept under an id."""

    content_hash: str
    source: Source


def holder_of(connection: Connection, call_id: str) -> Holder | None:
    """Return what is kept under an id; from the calls' own rows, while all others may be written anew."""
    row = connection.execute(select(calls.c.content_hash, calls.c.source).where(calls.c.call_id == clean(call_id)))
    found = row.one_or_none()
    return None if found is None else Holder(found.content_hash, found.source)


def kept_beside(connection: Connection, call_id: str, digits: int) -> tuple[str, ...]:
    """Return the contents of live calls whose id was taken: so many digits of theirs stand behind it."""
    named = clean(call_id) + "-" + func.left(calls.c.content_hash, digits, type_=Text)
    beside = select(calls.c.content_hash).where(calls.c.call_id == named, calls.c.source == "live")
    return tuple(connection.scalars(beside))


def is_taken(connection: Connection, call_id: str, content_hash: str) -> bool:
    """Say whether a call of other content is kept under `call_id`."""
    other = (calls.c.call_id == clean(call_id)) & (calls.c.content_hash != content_hash)
    return bool(connection.execute(select(exists().where(other))).scalar())
