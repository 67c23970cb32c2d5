"""Query plans of the slowest searches, and what a filter costs that is joined without thought."""

import re
from contextlib import closing
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from machine import Figures, figure_at
from search_bench import Bench
from search_times import times
from stimmung.store.database import Database
from stimmung.store.search.records import Mode

PATIENCE: Final = 120  # s, then the naive search is given up
# A word among utterances, a filter on their calls, newest first: as one writes it at first, and as it is searched. The
# planner hopes for ten matches soon and walks all of time where there are not as many.
TRAP: Final = """
    SELECT u.call, u.number FROM utterances u JOIN calls c ON c.id = u.call
    JOIN search_entries e ON e.call = u.call AND e.number = u.number
    WHERE to_tsvector('simple', u.text) @@ plainto_tsquery('simple', %(word)s) AND c.queue = 'bank'
    AND u.polarity = 'negative' ORDER BY e.said_at DESC LIMIT 10
"""
OURS: Final = "{} queue:bank mood:negative"
FREQUENT_WORD: Final = "rechnung"
VECTOR: Final = re.compile(r"\[-?[\d.][\d.,e-]{50,}\]")


def plans(bench: Bench) -> Figures:
    """Explain the slowest statement of the slowest searches, and what a filter that is joined would cost."""
    slowest = figure_at(bench.found, ("times", "slowest"))
    if not isinstance(slowest, list):
        slowest = times(bench)["slowest"]
    with bench.store() as database:
        explained = {one["query"]: _explained(bench, database, one["query"], one["mode"]) for one in slowest}
        return {"slowest": explained, "trap": _trap(bench, database)}


def _explained(bench: Bench, database: Database, text: str, mode: Mode) -> list[str]:
    """Return the plan of the statement of a search that takes longest, under the settings that it has there."""
    found: list[list[str]] = []

    def explain(
        connection: Connection, _: object, statement: str, given: Any, *__: object
    ) -> None:  # Any: the driver's
        if statement.startswith("WITH"):
            with closing(connection.connection.cursor()) as cursor:  # the driver's: SQLAlchemy's would come here again
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", given)
                found.append([VECTOR.sub("[…]", str(row[0])) for row in cursor.fetchall()])

    event.listen(database.engine, "before_cursor_execute", explain)
    try:
        bench.ask(database, text, mode)
    finally:
        event.remove(database.engine, "before_cursor_execute", explain)
    slowest = max(found, key=_milliseconds, default=[])
    print(f"== {text} [{mode}]", *slowest, sep="\n")
    return slowest


def _milliseconds(plan: list[str]) -> float:
    return float(plan[-1].split()[-2]) if plan and plan[-1].startswith("Execution Time") else 0.0


def _trap(bench: Bench, database: Database) -> Figures:
    rare = [one.text for one in bench.queries if (one.kind, one.band) == ("word", "rare")][:1]
    found: Figures = {}
    for word in (FREQUENT_WORD, *rare):
        ours = bench.ask(database, OURS.format(word), "words").search * 1_000
        naive = _joined(database, word)
        print(f"== {word}, the filter joined", *(naive or [f"given up after {PATIENCE} s"]), sep="\n")
        print(f"{word}: {_milliseconds(naive):.0f} ms joined, {ours:.0f} ms as it is searched")
        found[word] = {"naive_ms": _milliseconds(naive) or None, "plan": naive, "ours_ms": ours}
    return found


def _joined(database: Database, word: str) -> list[str]:
    """Return the plan of the naive search, nothing where it was given up."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{PATIENCE}s'")
        try:
            rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {TRAP}", {"word": word})
            return [str(row[0]) for row in rows]
        except OperationalError:  # psycopg's QueryCanceled
            return []
