"""A search as the audit records it: who, when, how, and how much was found; of the text only a pseudonym.

That is made as customers' are: whoever asks whether a name or a key was searched for makes its pseudonym and compares.
What an erasure makes nameless includes the searches for that customer. Each call of which the page shows words has a
row of its own, as any look has, so that who asks who read something of a call finds it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from stimmung.store.audit import Act, Detail, record_acts
from stimmung.store.membership import among
from stimmung.store.schema import calls
from stimmung.store.search.language.query import CustomerKey, Query
from stimmung.store.search.records import Ask, Found
from stimmung.store.secret import Secret


@dataclass(frozen=True, slots=True)
class Searcher:
    """Who searches, and when."""

    who: str
    at: datetime


def customer_pseudonyms(query: Query, secret: Secret) -> tuple[str, ...]:
    """Return what may stand in the database for the customers that a query names, by every secret that there was."""
    return tuple(one.value for key in _keys(query) for one in secret.pseudonyms("customer", key))


def record_search(connection: Connection, secret: Secret, searcher: Searcher, ask: Ask, found: Found) -> None:
    """Record a search: one act, or one for each customer that it names, and one for each call that it shows."""
    detail: Detail = {"mode": ask.mode, "found": found.total, "shown": len(found.hits)}
    subjects = _keys(ask.query) or (" ".join(ask.query.text.split()),)
    about = [secret.pseudonym("customer", one) if one else None for one in subjects]
    searched = [
        Act(
            "search",
            searcher.who,
            searcher.at,
            pseudonym=one.value if one else None,
            key_id=one.key_id if one else None,
            detail=detail,
        )
        for one in about
    ]
    record_acts(connection, [*searched, *_looks(connection, searcher, found)])


def _looks(connection: Connection, searcher: Searcher, found: Found) -> Iterator[Act]:
    """Yield an act for each call of which something is shown; one that was erased meanwhile stays without a name."""
    shown = Counter(hit.call_id for hit in found.hits)
    columns = (calls.c.call_id, calls.c.customer_pseudonym, calls.c.key_id)
    held = select(*columns).where(among(calls.c.call_id, shown)).with_for_update(read=True, key_share=True)
    rows = connection.execute(held).all() if shown else []  # held: an erasure comes after, and finds the acts
    kept = {row.call_id: row for row in rows}
    for call_id, places in shown.items():
        row = kept.get(call_id)
        pseudonym = row.customer_pseudonym if row else None
        yield Act(
            "found",
            searcher.who,
            searcher.at,
            call_id=call_id if row else None,
            pseudonym=pseudonym,
            key_id=row.key_id if row and pseudonym else None,
            detail={"places": places},
        )


def _keys(query: Query) -> tuple[str, ...]:
    """Return the customers that a query names, each once."""
    values = [value for one in query.filters for value in one.values]
    return tuple(dict.fromkeys(one.text for one in values if isinstance(one, CustomerKey)))
