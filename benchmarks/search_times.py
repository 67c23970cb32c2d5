"""How long searches take: by kind, by how frequent what is asked is, bare and with three filters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from machine import Figures
from search_bench import THREE, Bench, Timed, milliseconds, percentiles, tracked
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
KINDS: Final = ("word", "phrase", "prefix", "compound", "filters", "meaning", "hybrid")
BARE, FILTERED = "bare", "3 filters"
SLOWEST: Final = 3
WARMING: Final = 50  # searches before the clock runs


@dataclass(frozen=True, slots=True)
class Asking:
    """A query to be timed: what group it counts in."""

    kind: str
    band: str
    text: str
    mode: Mode
    filtered: bool


Taken = Sequence[tuple[Asking, Timed]]


def askings(bench: Bench) -> Iterator[Asking]:
    """Yield every query, bare and with filters; searches by filters alone get the three besides their own."""
    for one in bench.queries:
        for filtered in (False, True):
            text = f"{one.text} {THREE}" if filtered else one.text
            own: Mode = "meaning" if one.kind == "meaning" else "words"
            yield Asking(one.kind, one.band, text, own, filtered)
            if one.kind in HYBRID and one.band in ("any", "middling"):
                plain = text.replace("~", "").replace('"', "")
                yield Asking("hybrid", "any", plain, "hybrid", filtered)
    for text in FILTERS:
        yield Asking("filters", "any", text, "words", False)
        if "by:" not in text:  # two roles contradict each other, and that is refused
            yield Asking("filters", "any", f"{text} {THREE}", "words", True)


def times(bench: Bench) -> Figures:
    """Ask some to warm caches, then everything once for time."""
    every = list(askings(bench))
    with bench.store() as database:
        taken = timed(bench, database, every, "Searches")
    groups = {name: _figures(taken, name) for name in dict.fromkeys(_names(taken))}
    rows = [
        [name, str(own["count"]), *milliseconds(own), f"{own['search_only']['p95_ms']:.1f}"]
        for name, own in groups.items()
    ]
    show("Searches", ["", "queries", "p50 ms", "p95 ms", "p95 ms without the text model"], rows)
    slow = sorted(taken, key=lambda one: -one[1].search)[:SLOWEST]
    slowest = [{"query": one.text, "mode": one.mode, "ms": 1_000 * timed.search} for one, timed in slow]
    for line in slowest:
        print(f"{line['ms']:.0f} ms [{line['mode']}] {line['query']}")
    filtered = longest_filtered(groups)
    if filtered:
        print(f"the longest p95 with three filters is that of {filtered['kind']}: {filtered['p95_ms']:.1f} ms")
    embedding = [timed.embedding for _, timed in taken if timed.embedding]
    return {
        "groups": groups,
        "filtered": filtered,
        "by_words": by_words(taken),
        "embedding": percentiles(embedding) if embedding else {},
        "slowest": slowest,
    }


def timed(bench: Bench, database: Database, every: Sequence[Asking], title: str) -> Taken:
    """Ask everything once, some of it before that to warm caches."""
    for one in every[:: max(len(every) // WARMING, 1)]:
        bench.ask(database, one.text, one.mode)
    return [(one, bench.ask(database, one.text, one.mode)) for one in tracked(title, every)]


def by_words(taken: Taken) -> Figures:
    """Return percentiles of all searches by words and filters, together and by kind."""
    own = [(one.kind, timed.search) for one, timed in taken if one.mode == "words"]
    kinds = {
        kind: percentiles([spent for of, spent in own if of == kind]) for kind in dict.fromkeys(of for of, _ in own)
    }
    return {**percentiles([spent for _, spent in own]), "kinds": kinds}


def longest_filtered(groups: Figures) -> Figures:
    """Return the kind of search whose p95 with three filters is the longest, and that; nothing where none was asked."""
    found = {kind: groups[name]["p95_ms"] for kind in KINDS if (name := f"{kind}, {FILTERED}") in groups}
    if not found:
        return {}
    kind = max(found, key=lambda one: found[one])
    return {"kind": kind, "p95_ms": found[kind]}


def _figures(taken: Taken, name: str) -> Figures:
    """Return a group's percentiles: as somebody waits, and without the text model."""
    own = [timed for one, timed in taken if name in _names([(one, timed)])]
    return {
        **percentiles([timed.total for timed in own]),
        "search_only": percentiles([timed.search for timed in own]),
    }


def _names(taken: Taken) -> list[str]:
    """Return the groups that queries count in."""
    names = []
    for one, _ in taken:
        side = FILTERED if one.filtered else BARE
        names += [f"{one.kind}, {side}", *([f"{one.kind}, {one.band}, {side}"] if one.band != "any" else [])]
    return list(dict.fromkeys(names))
