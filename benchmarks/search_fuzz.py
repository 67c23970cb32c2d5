"""Ten thousand queries that nobody would type, and some that attackers do, asked of a real database.

Each must give a result or a QueryError whose place lies in what was typed. Afterwards every table, right and setting
must be as it was, and no statement may hold a word of a query: what is typed travels as parameters.
"""

import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Final

from machine import Figures
from search_bench import NOW, Bench, percentiles, tracked
from search_fuzz_queries import CANARY, made_queries
from search_fuzz_watch import State, Statements, state_of, watched
from search_load import load, opened
from stimmung.speech.records import Samples
from stimmung.store.database import Database
from stimmung.store.search.language.parser import parse
from stimmung.store.search.language.query import QueryError
from stimmung.store.search.records import Ask
from stimmung.store.search.search import search, wanted_meanings
from text_bench import show

ASKED, QUICK_ASKED = 10_000, 200
ROWS, QUICK_ROWS = 5_000, 1_500  # of a store of its own
TYPED: Final = (CANARY, "rechnung", "drop ", "truncate", "pg_sleep", "passwd", "grant ", "alter ", "delete ", "insert ")
KINDS: Final = {"SELECT", "WITH"}  # what searches send
SHOWN: Final = 5  # faults


@dataclass(slots=True)
class _Told:
    """What came of the queries, and how long each took (s)."""

    outcomes: Counter[str] = field(default_factory=Counter)
    spent: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def fuzz(bench: Bench) -> Figures:
    """Ask, and compare everything before and after."""
    quick = bench.options.quick
    queries = made_queries(QUICK_ASKED if quick else ASKED)
    vector = bench.model.embed(["the same payment went out two times"])[0]
    told = _Told()
    with tempfile.TemporaryDirectory(dir=bench.options.store.parent) as folder:
        store = Path(folder) / "data"
        load(store, bench.options.work, QUICK_ROWS if quick else ROWS)
        with opened(store) as database:
            before = database.run(state_of)
            with watched(database, store) as statements:
                for query in tracked("Fuzzed queries", queries):
                    _ask(database, query, vector, told)
            after = database.run(state_of)
    return _figures(told, changed(before, after), statements)


def _ask(database: Database, typed: str, vector: Samples, told: _Told) -> None:
    began = time.perf_counter()
    try:
        query = parse(typed, now=NOW, zone=UTC)
        vectors = tuple(vector for _ in wanted_meanings(query))
        found = search(database, Ask(query, vectors=vectors))
        outcome = "something found" if found.hits else "nothing found"
    except QueryError as error:
        clear = bool(error.reason) and 0 <= error.place.start <= error.place.end <= len(typed)
        outcome = "told what is wrong" if clear else "told no place"
    except Exception as error:  # noqa: BLE001 what is looked for is what nobody thought of
        outcome = f"failed: {type(error).__name__}"
    told.spent.append(time.perf_counter() - began)
    told.outcomes[outcome] += 1
    if outcome == "told no place" or outcome.startswith("failed"):
        told.faults.append(f"{outcome}: {typed[:200]!a}")


def changed(before: State, after: State) -> list[str]:
    """Return the tables and catalogs that are not as they were."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _figures(told: _Told, differing: list[str], statements: Statements) -> Figures:
    holding = statements.holding(TYPED)
    figures: Figures = {
        "asked": sum(told.outcomes.values()),
        "outcomes": dict(told.outcomes),
        "failed": len(told.faults),
        "faults": told.faults[:SHOWN],
        "changed": differing,
        "statements_sent": len(statements.sent),
        "statements_seen": len(statements.seen),
        "kinds": statements.kinds,
        "statements_with_typed_words": len(holding),
        **percentiles(told.spent),
        "longest_ms": 1_000 * max(told.spent),
        "per_s": len(told.spent) / sum(told.spent),
    }
    rows = [[name, str(count)] for name, count in told.outcomes.most_common()]
    rows += [
        ["tables, rights, settings changed", ", ".join(differing) or "none"],
        ["different statements sent / seen by the server", f"{len(statements.sent)} / {len(statements.seen)}"],
        ["of these with a word that was typed", str(len(holding))],
        ["they begin with", ", ".join(statements.kinds)],
        ["p50 / p95 / longest ms", " / ".join(f"{figures[key]:.0f}" for key in ("p50_ms", "p95_ms", "longest_ms"))],
    ]
    show("Fuzzed", ["", ""], rows)
    print(*told.faults[:SHOWN], *holding[:SHOWN], sep="\n")
    unexpected = set(statements.kinds) - KINDS
    if told.faults or differing or holding or unexpected:
        print("THIS IS A FAULT: see above", *sorted(unexpected))
    return figures
