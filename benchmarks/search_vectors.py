"""Indexes of sentence vectors side by side: the product's (IVFFlat), a graph (HNSW), and none.

A copy of the store's vectors is indexed, so that the store stays as it is. The truth is what comparing all finds.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, text

from machine import Figures
from search_bench import Bench, percentiles
from search_corpus_queries import meaning_queries
from stimmung.speech.records import Samples
from stimmung.store.database import Database
from stimmung.store.search.meaning.meanings import PROBES
from stimmung.store.search.meaning.vector_index import ROWS_A_LIST
from text_bench import show

DEPTH: Final = 50
MOST: Final = 300_000  # vectors
QUICK_MOST: Final = 20_000
TABLE: Final = "benchmark_vectors"
MEMORY: Final = "SET maintenance_work_mem = '2GB'"


@dataclass(frozen=True, slots=True)
class Built:
    """How an index is made, and which settings it is searched with."""

    name: str
    made: str
    settings: tuple[str, ...]


def vectors(bench: Bench) -> Figures:
    """Make each index over the same vectors and ask all meaning queries."""
    asked = [one.text.strip('~"') for one in meaning_queries()]
    embedded = bench.model.embed(asked)
    figures: Figures = {}
    with bench.store() as database:
        now = datetime.now(UTC)
        given = database.run(lambda connection: [database.spread.aim(connection, one, now).vector for one in embedded])
        count = _copy(database, QUICK_MOST if bench.options.quick else MOST)
        width = embedded.shape[1]
        truth, spent = _asked(database, given, ("enable_indexscan = off",), width)
        figures["exact"] = {"recall": 1.0, "built_s": 0.0, "mb": 0.0, **percentiles(spent)}
        for one in _built(count, width):
            figures[one.name] = _measured(database, one, (given, truth), width)
        with database.engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {TABLE}"))
    columns = {"built_s": 1, "mb": 0, "recall": 3, "p50_ms": 1, "p95_ms": 1}
    rows = [[name, *(f"{own[key]:.{digits}f}" for key, digits in columns.items())] for name, own in figures.items()]
    show(f"{count} vectors", ["index", "built s", "MB", f"recall@{DEPTH}", "p50 ms", "p95 ms"], rows)
    return {"vectors": count, **figures}


def _built(count: int, width: int) -> list[Built]:
    column = f"((embedding::halfvec({width})) halfvec_cosine_ops)"
    lists = max(count // ROWS_A_LIST, 10)
    ivf = f"USING ivfflat {column} WITH (lists = {lists})"
    hnsw = f"USING hnsw {column} WITH (m = 16, ef_construction = 64)"
    found = [
        Built(f"IVFFlat, {probes} probes", ivf, (f"ivfflat.probes = {probes}",))
        for probes in sorted({1, PROBES, 3 * PROBES})
    ]
    return [*found, *(Built(f"HNSW, ef {ef}", hnsw, (f"hnsw.ef_search = {ef}",)) for ef in (DEPTH, 200))]


def _copy(database: Database, most: int) -> int:
    with database.engine.begin() as connection:
        connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
        connection.execute(text(f"CREATE TABLE {TABLE} AS SELECT embedding FROM utterance_vectors LIMIT {most}"))
        connection.execute(text(f"ALTER TABLE {TABLE} ADD id serial"))
        return int(connection.execute(text(f"SELECT count(*) FROM {TABLE}")).scalar_one())


def _measured(database: Database, one: Built, asked: tuple[list[Samples], list[set[int]]], width: int) -> Figures:
    """Return the figures of an index; it is made anew only where the last one was another."""
    given, truth = asked
    began = time.perf_counter()
    with database.engine.begin() as connection:
        known = connection.execute(text("SELECT obj_description(to_regclass('benchmark_index'))")).scalar()
        if known is None or not known.startswith(one.made):
            connection.execute(text(MEMORY.replace("SET", "SET LOCAL")))
            connection.execute(text("DROP INDEX IF EXISTS benchmark_index"))
            connection.execute(text(f"CREATE INDEX benchmark_index ON {TABLE} {one.made}"))
            spent = time.perf_counter() - began
            connection.execute(text(f"COMMENT ON INDEX benchmark_index IS '{one.made} | {spent}'"))
            known = f" | {spent}"
    found, seconds = _asked(database, given, (*one.settings, "enable_seqscan = off"), width)
    shares = [len(own & right) / len(right) for own, right in zip(found, truth, strict=True)]
    size = database.run(
        lambda connection: int(connection.execute(text("SELECT pg_relation_size('benchmark_index')")).scalar_one())
    )
    return {
        "recall": sum(shares) / len(shares),
        "built_s": float(known.rpartition(" | ")[2]),
        "mb": size / 1e6,
        **percentiles(seconds),
    }


def _asked(
    database: Database, given: list[Samples], settings: tuple[str, ...], width: int
) -> tuple[list[set[int]], list[float]]:
    with database.engine.begin() as connection:
        for setting in settings:
            connection.execute(text(f"SET LOCAL {setting}"))
        _nearest(connection, given[0], width)
        found, spent = [], []
        for one in given:
            began = time.perf_counter()
            found.append(_nearest(connection, one, width))
            spent.append(time.perf_counter() - began)
    return found, spent


def _nearest(connection: Connection, one: Samples, width: int) -> set[int]:
    query = text(
        f"SELECT id FROM {TABLE} ORDER BY (embedding::halfvec({width})) <=> cast(:given AS halfvec({width}))"
        f" LIMIT {DEPTH}"
    )
    given = "[" + ",".join(f"{value:.6g}" for value in one.tolist()) + "]"
    return set(connection.execute(query, {"given": given}).scalars())
