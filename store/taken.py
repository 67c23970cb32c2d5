"""Whether an id is another call's already."""

from sqlalchemy import Connection, exists, select

from stimmung.store.json_records import clean
from stimmung.store.schema import calls


def is_taken(connection: Connection, call_id: str, content_hash: str) -> bool:
    """Say whether a call of other content is kept under `call_id`."""
    other = (calls.c.call_id == clean(call_id)) & (calls.c.content_hash != content_hash)
    return bool(connection.execute(select(exists().where(other))).scalar())
