"""Makes what searches go through for calls that lack it: kept before there was a search, or while words were read
otherwise, by older rules or with other words of the house.

One transaction a call: killed at any moment the next run goes on where this one ended, and two at once do no harm.
Sentence vectors stay as they are.
"""

from typing import Final

from sqlalchemy import Connection, Row, delete, func, select, text, update

from stimmung.store.calls import find_call
from stimmung.store.database import Database
from stimmung.store.pace import Tell, tell_nobody
from stimmung.store.records import StoredCall
from stimmung.store.schema import calls, search_entries
from stimmung.store.search.entries import IndexedCall, outdated, search_version, write_entries
from stimmung.store.search.lexemes.words import WordAnalysis

TOLD_EVERY: Final = 500  # calls, some seconds
BEHIND_ERASURES: Final = text("LOCK TABLE calls IN ROW EXCLUSIVE MODE")  # waits for one that is under way


def index_missing(database: Database, tell: Tell = tell_nobody) -> int:
    """Make the entries of every call that has none or old ones, and return of how many. Raises StoreError.

    `tell` gets a line at the start and one after every some calls, and none where nothing is to be done.
    """
    query = select(calls.c.call_id).where(outdated(database.words)).order_by(calls.c.id)
    found = database.run(lambda connection: connection.scalars(query).all())
    made = 0
    for done, call_id in enumerate(found):
        if done % TOLD_EVERY == 0:
            tell(f"preparing kept calls for search: {done:,} of {len(found):,} done …")
        made += _index(database, call_id)
    return made


def _index(database: Database, call_id: str) -> bool:
    """Make the entries of a call; False: it went meanwhile, or somebody else made them."""
    stored = find_call(database, call_id)
    return stored is not None and database.run(lambda connection: _write(connection, stored, database.words))


def _write(connection: Connection, stored: StoredCall, words: WordAnalysis) -> bool:
    connection.execute(BEHIND_ERASURES)
    same = (calls.c.call_id == stored.call_id) & (calls.c.changed_at == stored.changed_at)
    row = connection.execute(select(calls).where(same, outdated(words)).with_for_update()).one_or_none()
    if row is None:
        return False
    own = search_entries.c.call == row.id
    kept_at = connection.execute(select(func.min(search_entries.c.kept_at)).where(own)).scalar_one()
    connection.execute(delete(search_entries).where(own))
    write_entries(connection, _indexed(row, stored), words)
    if kept_at is not None:  # else the next page of a search that goes on would miss the call
        connection.execute(update(search_entries).where(own).values(kept_at=kept_at))
    connection.execute(update(calls).where(calls.c.id == row.id).values(search_version=search_version(words)))
    return True


def _indexed(row: "Row[tuple[object, ...]]", stored: StoredCall) -> IndexedCall:
    began = stored.analysis.info.started_at or stored.saved_at
    return IndexedCall(row.id, began, dict(row._mapping), stored.analysis)
