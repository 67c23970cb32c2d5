"""Utterances whose sentence vectors lie nearest to one that is asked for, by pgvector.

Below some tens of thousands every vector is compared. Above, an inverted file (IVFFlat) finds the nearest: a million
vectors are indexed in about a minute, where a graph (HNSW) takes ten times as long, and saving a call stays cheap.
With filters, few matches are compared one by one; many are met often enough on the way through the index.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import TEXT, Connection, bindparam, cast, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.types import Double, UserDefinedType

from stimmung.speech.records import Samples
from stimmung.store.schema import search_entries, utterance_vectors
from stimmung.store.search.candidates import Candidate, Wanted
from stimmung.store.search.filters import Clause
from stimmung.store.search.lexeme_queries import conjunction

INDEX: Final = "utterance_vectors_nearest"
EXACT: Final = 10_000  # matches of filters that are compared one by one
PROBES: Final = 20  # lists of the index that are read
MOST_PROBES: Final = 200  # where filters leave too little
entries, vectors = search_entries.c, utterance_vectors.c


def find_nearest(connection: Connection, wanted: Wanted, vector: Samples) -> tuple[Candidate, ...]:
    """Return the utterances nearest to `vector` (width,) that the filters of `wanted` leave, nearest first.

    `score` is the cosine. Those who were heard with vectors of another width are left out.
    """
    distance = _distance(vector)  # the cosine's, 0 to 2
    clauses = _clauses(wanted)
    if not _is_filtered(wanted):
        return _along_index(connection, vector, clauses, wanted.limit)
    some = select(entries.call, entries.number, entries.said_at, entries.distress).where(*clauses).limit(EXACT + 1)
    found = some.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    few = select(func.count()).select_from(found).scalar_subquery() <= EXACT
    beside = (vectors.call == found.c.call) & (vectors.number == found.c.number)
    one_by_one = (
        select(found.c.call, found.c.number, distance.label("distance"), found.c.said_at, found.c.distress)
        .select_from(found.join(utterance_vectors, beside))
        .where(few, func.vector_dims(vectors.embedding) == vector.size)
        .order_by(text("distance"))
        .limit(wanted.limit)
    )
    rows = connection.execute(one_by_one).all()
    counted = connection.execute(select(func.count()).select_from(some.subquery())).scalar_one() if not rows else 0
    if rows or counted <= EXACT:
        return tuple(_candidate(row) for row in rows)
    return _along_index(connection, vector, clauses, wanted.limit)


def _is_filtered(wanted: Wanted) -> bool:
    return bool(wanted.words or wanted.filters.signs or wanted.filters.clauses)


def _clauses(wanted: Wanted) -> list[Clause]:
    clauses = [*wanted.filters.clauses, entries.kept_at <= wanted.until]
    signs = [part for part in (wanted.words, wanted.filters.signs) if part]
    if signs:
        clauses.append(entries.words.op("@@")(cast(bindparam(None, conjunction(signs), TEXT, unique=True), TSQUERY)))
    return clauses


def _along_index(
    connection: Connection, vector: Samples, clauses: Sequence[Clause], limit: int
) -> tuple[Candidate, ...]:
    """Walk from the nearest vector on, and keep what the filters leave."""
    settings = {
        "ivfflat.probes": PROBES,
        "ivfflat.iterative_scan": "relaxed_order",
        "ivfflat.max_probes": MOST_PROBES,
        "enable_hashjoin": "off",  # the walk must come first and be cut off: joined otherwise it is read to its end
        "enable_mergejoin": "off",
    }
    distance: Clause = _distance(vector)
    width: Clause = literal_column(str(int(vector.size)))
    for name, value in settings.items():
        connection.execute(select(func.set_config(name, str(value), True)))
    beside = (entries.call == vectors.call) & (entries.number == vectors.number)
    walk = (
        select(vectors.call, vectors.number, distance.label("distance"), entries.said_at, entries.distress)
        .select_from(utterance_vectors.join(search_entries, beside))
        .where(*clauses, func.vector_dims(vectors.embedding) == width)  # so the index is, which has one width
        .order_by(distance)
        .limit(limit)
    )
    found = [_candidate(row) for row in connection.execute(walk)]
    return tuple(sorted(found, key=lambda one: (-one.score, one.call, one.number)))


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
