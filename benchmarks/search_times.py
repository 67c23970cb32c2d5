"""How long searches take: by kind, by how frequent what is asked is, bare and with three filters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import event

from machine import Figures
from search_bench import THREE, Bench, Timed, milliseconds, percentiles
from stimmung.store.database import Database
from stimmung.store.search.records import Mode
from text_bench import show

FILTERS: Final = (
    "mood:anger",
    "by:agent lang:en",
    "queue:bank mood:negative since:14d",
    "distress:>0.6 by:customer",
    "course:worsening lang:de",
    "duration:>5m hold:>30s",
    "meta.region:süd mood:gratitude",
    "first:30s by:customer mood:negative",
    "by:customer sort:distress",
    "last:60s mood:joy sort:oldest",
    "silence:>20s -by:agent until:2026-06-30",
    "sort:time",
)
HYBRID: Final = ("word", "phrase", "compound", "meaning")  # kinds that hybrid is asked with
SLOWEST: Final = 3


@dataclass(frozen=True, slots=True)
class Asking:
    """A query to be timed: what group it counts in."""

    kind: str
    band: str
    text: str
    mode: Mode
    filtered: bool


def askings(bench: Bench) -> Iterator[Asking]:
    """Yield every query, bare and with filters."""
    for one in bench.queries:
        for filtered in (False, True):
            text = f"{one.text} {THREE}" if filtered else one.text
            own: Mode = "meaning" if one.kind == "meaning" else "words"
            yield Asking(one.kind, one.band, text, own, filtered)
            if one.kind in HYBRID and one.band in ("any", "middling"):
                plain = text.replace("~", "").replace('"', "")
                yield Asking("hybrid", "any", plain, "hybrid", filtered)
    for text in FILTERS:
        yield Asking("filters", "any", text, "words", True)


def times(bench: Bench) -> Figures:
    """Ask everything once to warm caches and once for time."""
    with bench.store() as database:
        every = list(askings(bench))
        for one in every[:: max(len(every) // 50, 1)]:
            bench.ask(database, one.text, one.mode)
        taken = [(one, bench.ask(database, one.text, one.mode)) for one in every]
    figures: Figures = {"groups": {}, "embedding": _embedding(taken)}
    rows = []
    for name in dict.fromkeys(_names(taken)):
        own = [timed for one, timed in taken if name in _names([(one, timed)])]
        figures["groups"][name] = {
            **percentiles([timed.search for timed in own]),
            "with_embedding": percentiles([timed.total for timed in own]),
        }
        rows.append([name, str(len(own)), *milliseconds(figures["groups"][name])])
    show("Searches", ["", "queries", "p50 ms", "p95 ms"], rows)
    slow = sorted(taken, key=lambda one: -one[1].search)[:SLOWEST]
    figures["slowest"] = [{"query": one.text, "mode": one.mode, "ms": 1_000 * timed.search} for one, timed in slow]
    for line in figures["slowest"]:
        print(f"{line['ms']:.0f} ms [{line['mode']}] {line['query']}")
    return figures


def _names(taken: list[tuple[Asking, Timed]]) -> list[str]:
    """Return the groups that a query counts in."""
    names = []
    for one, _ in taken:
        side = "3 filters" if one.filtered else "bare"
        names += [one.kind, f"{one.kind}, {side}", f"{one.kind}, {one.band}, {side}"]
        names += ["filtered"] if one.filtered else []
    return list(dict.fromkeys(names))


def _embedding(taken: list[tuple[Asking, Timed]]) -> Figures:
    spent = [timed.embedding for _, timed in taken if timed.embedding]
    return percentiles(spent) if spent else {}


@dataclass(slots=True)
class _Statements:
    """Statements of one search with their seconds."""

    kept: list[tuple[str, object]]


def plans(bench: Bench) -> Figures:
    """Explain the slowest statement of the slowest searches, and what a filter that is joined would cost."""
    measured = times(bench)
    found: Figures = {"slowest": {}}
    with bench.store() as database:
        for one in measured["slowest"]:
            found["slowest"][one["query"]] = _explained(bench, database, one["query"], one["mode"])
        found["trap"] = _trap(database)
    return found


def _explained(bench: Bench, database: Database, text: str, mode: Mode) -> list[str]:
    seen = _Statements([])

    def note(*arguments: object) -> None:
        seen.kept.append((str(arguments[2]), arguments[3]))

    event.listen(database.engine, "before_cursor_execute", note)
    bench.ask(database, text, mode)
    event.remove(database.engine, "before_cursor_execute", note)
    plans = [_plan(database, statement, given) for statement, given in seen.kept if statement.startswith("WITH")]
    slowest = max(plans, key=_milliseconds, default=[])
    print(f"== {text} [{mode}]", *slowest, sep="\n")
    return slowest


def _plan(database: Database, statement: str, given: object) -> list[str]:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", given)  # type: ignore[arg-type]  # as it was given
        return [str(row[0]) for row in rows]


def _milliseconds(plan: list[str]) -> float:
    return float(plan[-1].split()[-2]) if plan and plan[-1].startswith("Execution Time") else 0.0


# A frequent word among utterances, a filter on their calls, newest first: as one writes it at first, and as it is kept.
TRAP: Final = """
    SELECT u.call, u.number FROM utterances u JOIN calls c ON c.id = u.call
    JOIN search_entries e ON e.call = u.call AND e.number = u.number
    WHERE to_tsvector('simple', u.text) @@ 'rechnung' AND c.queue = 'bank' AND u.polarity = 'negative'
    ORDER BY e.said_at DESC LIMIT 10
"""
OURS: Final = "rechnung queue:bank mood:negative"


def _trap(database: Database) -> Figures:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = '600s'")
        naive = [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {TRAP}")]
    print("== the filter joined", *naive, sep="\n")
    return {"naive_ms": _milliseconds(naive), "plan": naive, "ours": OURS}
