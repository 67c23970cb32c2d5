"""Searches that somebody keeps by a name, each person their own: the text as it was typed, so that `since:7d` stays so.

What identifies somebody is never kept in clear, so that a search that names anybody is not kept at all.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from stimmung.speech.errors import StoreError
from stimmung.store.database import Database
from stimmung.store.schema import saved_searches
from stimmung.store.search.identifiers import Guard
from stimmung.store.search.language.query import Field, Query

LONGEST_NAME: Final = 64  # characters
WAY_OUT: Final = "save it without, and add it when you search: stimmung search --saved NAME WORDS"


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that is kept; `query` is the text to parse. It may name people: it is not for logs."""

    name: str
    query: str = field(repr=False)
    saved_at: datetime


def save_search(database: Database, who: str, name: str, query: Query, guard: Guard) -> None:
    """Keep what was typed under a name of `who`, in the place of what had that name.

    Raises StoreError for a name that is none, for an empty search, and where either names a customer or anybody else.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise StoreError(f"a saved search has a name of 1 to {LONGEST_NAME} characters, which {name!r} is not")
    if (kind := database.run(lambda connection: guard.named_in(connection, name))) is not None:
        raise StoreError(f"the search is not saved: its name holds what reads like a {kind}; give it another name")
    if not query.text.strip():
        raise StoreError(f"there is nothing to save as {name}: give the search too")
    if any(one.field is Field.CUSTOMER for one in query.filters):
        raise StoreError(
            f"the search is not saved as {name}: it names a customer, and customers' keys are kept nowhere; save it"
            " without that filter, and add the filter when you search"
        )
    if (kind := database.run(lambda connection: guard.found_in(connection, query))) is not None:
        raise StoreError(f"the search is not saved as {name}: it holds what reads like a {kind}; {WAY_OUT}")
    row = {"who": who, "name": name, "query": query.text}
    new = insert(saved_searches).values(row)
    anew = new.on_conflict_do_update(
        index_elements=["who", "name"], set_={"query": new.excluded.query, "saved_at": func.now()}
    )
    database.run(lambda connection: connection.execute(anew))


def saved_search(database: Database, who: str, name: str) -> SavedSearch:
    """Return a search of `who` by its name. Raises StoreError that names those there are where it is none of them."""
    found = searches_of(database, who)
    for one in found:
        if one.name == name:
            return one
    known = f"; there are {', '.join(one.name for one in found)}" if found else ": you have saved none yet"
    raise StoreError(f"no search is saved as {name}{known}")


def searches_of(database: Database, who: str) -> tuple[SavedSearch, ...]:
    """Return the searches of `who`, by name. Raises StoreError."""
    own = select(saved_searches).where(saved_searches.c.who == who).order_by(saved_searches.c.name)
    rows = database.run(lambda connection: connection.execute(own).all())
    return tuple(SavedSearch(row.name, row.query, row.saved_at) for row in rows)


def forget_search(database: Database, who: str, name: str) -> None:
    """Forget a search of `who`. Raises StoreError where there is none of that name."""
    saved_search(database, who, name)
    own = (saved_searches.c.who == who) & (saved_searches.c.name == name)
    database.run(lambda connection: connection.execute(delete(saved_searches).where(own)))
