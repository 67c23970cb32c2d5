"""A search as the audit records it: who, when, how, and how much was found; of the text only a pseudonym.

It is made as customers' are: whoever asks whether a name or a key was searched for makes its pseudonym and compares.
What an erasure makes nameless includes the searches for that customer.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from stimmung.store.audit import Act, Detail, record_acts
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
    """Record a search: one act, or one for each customer that it names."""
    detail: Detail = {"mode": ask.mode, "found": found.total, "shown": len(found.hits)}
    subjects = _keys(ask.query) or (" ".join(ask.query.text.split()),)
    about = [secret.pseudonym("customer", one) if one else None for one in subjects]
    record_acts(
        connection,
        [
            Act(
                "search",
                searcher.who,
                searcher.at,
                pseudonym=one.value if one else None,
                key_id=one.key_id if one else None,
                detail=detail,
            )
            for one in about
        ],
    )


def _keys(query: Query) -> tuple[str, ...]:
    """Return the customers that a query names, each once."""
    values = [value for one in query.filters for value in one.values]
    return tuple(dict.fromkeys(one.text for one in values if isinstance(one, CustomerKey)))
