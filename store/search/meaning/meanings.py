"""Utterances whose sentence vectors lie nearest to one that is asked for, by pgvector.

Below some tens of thousands every vector is compared. Above, an inverted file (IVFFlat) finds the nearest: a million
vectors are indexed in about a minute, where a graph (HNSW) takes ten times as long, and saving a call stays cheap.
With filters, what they leave of the nearest ones is mostly enough; where it is not, all that they leave is compared.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import TEXT, Connection, bindparam, cast, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.types import Double, UserDefinedType

from stimmung.speech.records import Samples
from stimmung.store.schema import search_entries, utterance_vectors
from stimmung.store.search.candidates import Candidate, Wanted
from stimmung.store.search.filters import Clause
from stimmung.store.search.lexeme_queries import conjunction
from stimmung.store.search.meaning.nearness import Aim, Near, standing_out

INDEX: Final = "utterance_vectors_nearest"
EXACT: Final = 2_500  # matches of filters that are compared one by one: 40 ms among a million
PAST: Final = 2  # times as many as are wanted: what was kept after the first page is left out of them
PROBES: Final = 40  # lists of the index that are read: of 340, 20 found 89 % of the nearest 50, and 60 all
MOST_PROBES: Final = 200  # where these hold too few
REACH: Final = 2_000  # nearest vectors whose entries are looked at, with filters: 35 ms, 70 where the disk is read
ENOUGH: Final = 10  # hits: a page; farther ones (20,000 took 250 ms) stand out from nothing
ONE_BY_ONE: Final = {"enable_hashjoin": "off", "enable_mergejoin": "off"}  # either would read a whole table
FURTHER: Final = {"ivfflat.iterative_scan": "relaxed_order", "ivfflat.max_probes": str(MOST_PROBES)}
LOADED: Final = text("SELECT CAST(:vector AS halfvec)")  # with the library, PostgreSQL knows its settings
# pgvector 0.7 has neither of these and refuses what it does not know: there a search ends with its first lists.
GOES_ON: Final = text(
    "SELECT set_config(name, CAST(:further AS json) ->> name, true) FROM pg_settings WHERE name LIKE 'ivfflat.%'"
    " AND CAST(:further AS json) ->> name IS NOT NULL"
)
entries, vectors = search_entries.c, utterance_vectors.c


def find_near(connection: Connection, wanted: Wanted, aim: Aim) -> Near:
    """Return the utterances nearest to what is aimed at that the filters of `wanted` leave, without those that are far.

    Those who were heard with vectors of another width are left out.
    """
    return standing_out(aim, _nearest(connection, wanted, aim.vector), _is_filtered(wanted))


def _nearest(connection: Connection, wanted: Wanted, vector: Samples) -> tuple[Candidate, ...]:
    clauses = _clauses(wanted)
    if not _is_filtered(wanted):
        return _along_index(connection, vector, clauses, wanted.limit, PAST * wanted.limit)
    close = _along_index(connection, vector, clauses, wanted.limit, REACH)
    if len(close) >= ENOUGH:
        return close
    return _one_by_one(connection, vector, clauses, wanted.limit) or close


def _one_by_one(
    connection: Connection, vector: Samples, clauses: Sequence[Clause], limit: int
) -> tuple[Candidate, ...]:
    """Compare all that the filters leave; return nothing where that is more than EXACT."""
    _set(connection, ONE_BY_ONE)
    distance = _distance(vector) + 0.0  # the cosine's, 0 to 2; so written that no index offers its order
    some = select(entries.call, entries.number, entries.said_at, entries.distress).where(*clauses).limit(EXACT + 1)
    found = some.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    count = select(func.count()).select_from(found).scalar_subquery()
    few = select(found).where(count <= EXACT).subquery("few")
    beside = (vectors.call == few.c.call) & (vectors.number == few.c.number)
    compared = (
        select(few.c.call, few.c.number, distance.label("distance"), few.c.said_at, few.c.distress)
        .select_from(few.join(utterance_vectors, beside))
        .where(func.vector_dims(vectors.embedding) == vector.size)
        .order_by(text("distance"))
        .limit(limit)
    )
    return tuple(_candidate(row) for row in connection.execute(compared))


def _is_filtered(wanted: Wanted) -> bool:
    return bool(wanted.words or wanted.filters.signs or wanted.filters.clauses)


def _clauses(wanted: Wanted) -> list[Clause]:
    clauses = [*wanted.filters.clauses, entries.kept_at <= wanted.until]
    signs = [part for part in (wanted.words, wanted.filters.signs) if part]
    if signs:
        clauses.append(entries.words.op("@@")(cast(bindparam(None, conjunction(signs), TEXT, unique=True), TSQUERY)))
    return clauses


def _along_index(
    connection: Connection, vector: Samples, clauses: Sequence[Clause], limit: int, reach: int
) -> tuple[Candidate, ...]:
    """Take the `reach` nearest vectors, and keep what the filters leave of them."""
    settings = {
        "ivfflat.probes": PROBES,
        **ONE_BY_ONE,
        "enable_bitmapscan": "off",  # or the signs would be looked up first, and all they find held against each vector
    }
    _set(connection, settings)
    connection.execute(LOADED, {"vector": "[0]"})
    connection.execute(GOES_ON, {"further": json.dumps(FURTHER)})
    distance: Clause = _distance(vector)
    width: Clause = literal_column(str(int(vector.size)))
    near = (
        select(vectors.call, vectors.number, distance.label("distance"))
        .where(func.vector_dims(vectors.embedding) == width)  # so the index is, which has one width
        .order_by(distance)
        .limit(reach)
        .cte("near")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    beside = (entries.call == near.c.call) & (entries.number == near.c.number)
    walk = (
        select(near.c.call, near.c.number, near.c.distance, entries.said_at, entries.distress)
        .select_from(near.join(search_entries, beside))
        .where(*clauses)
        .order_by(near.c.distance, near.c.call, near.c.number)
        .limit(limit)
    )
    found = tuple(_candidate(row) for row in connection.execute(walk))
    _set(connection, {"enable_bitmapscan": "on"})
    return found


def _set(connection: Connection, settings: Mapping[str, object]) -> None:
    connection.execute(select(*(func.set_config(name, str(value), True) for name, value in settings.items())))


def _candidate(row: Any) -> Candidate:  # Any: SQLAlchemy's row
    return Candidate(row.call, row.number, 1.0 - row.distance, row.said_at, row.distress)


class _HalfVector(UserDefinedType[str]):
    """pgvector's `halfvec` of one width."""

    cache_ok = True

    def __init__(self, width: int) -> None:
        self.width = width

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in SQL."""
        return f"halfvec({self.width})"


def _distance(vector: Samples) -> Clause:
    kind = _HalfVector(int(vector.size))
    given = "[" + ",".join(f"{value:.6g}" for value in vector.tolist()) + "]"
    stored = cast(vectors.embedding, kind)  # as the index has it: its expression must be the same
    return stored.op("<=>", return_type=Double())(cast(bindparam(None, given, TEXT, unique=True), kind))
