"""How searches by words and filters become slower as the store grows; the same words are asked of every size."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from machine import Figures, figure_at
from search_bench import Bench
from search_load import Loaded, load
from search_sizes import index_sizes
from search_times import Asking, askings, by_words, timed
from text_bench import show

GROWTH: Final = {100_000: True, 1_000_000: True, 3_000_000: False}  # rows, and whether with vectors
QUICK_GROWTH: Final = {2_000: True, 6_000: True, 18_000: False}
COLUMNS: Final = ("p50_ms", "p95_ms", "per_s", "index_mb")


def growth(bench: Bench) -> Figures:
    """Ask stores of several sizes; how many times longer the p95 is in the largest than in the one a third of it.

    The store that the other parts are measured on is not loaded again: it was asked by `times`, before others wrote
    into it.
    """
    sizes = QUICK_GROWTH if bench.options.quick else GROWTH
    asked = [one for one in askings(bench) if one.mode == "words"]
    found = {str(rows): _measured(bench, rows, indexed, asked) for rows, indexed in sizes.items()}
    rows = [[size, *("-" if own[key] is None else f"{own[key]:.1f}" for key in COLUMNS)] for size, own in found.items()]
    show("Growth, searches by words and filters", ["rows", "p50 ms", "p95 ms", "rows loaded/s", "index MB"], rows)
    smaller, larger = list(found)[-2:]
    return {"sizes": found, "growth_1m_to_3m": found[larger]["p95_ms"] / found[smaller]["p95_ms"]}


def _measured(bench: Bench, rows: int, indexed: bool, asked: list[Asking]) -> Figures:
    known = figure_at(bench.found, ("times", "by_words"))
    if rows == bench.options.rows and isinstance(known, dict):
        return {**known, "per_s": _rate(bench.loaded), "index_mb": figure_at(bench.found, ("load", "index_mb"))}
    print(f"{rows} rows{'' if indexed else ', without vectors'}", flush=True)
    with tempfile.TemporaryDirectory(dir=bench.options.store.parent) as folder:
        store = Path(folder) / "data"
        loaded = load(store, bench.options.work, rows, with_vectors=indexed)
        grown = Bench(replace(bench.options, rows=rows, store=store))
        with grown.store() as database:
            taken = timed(grown, database, asked, f"Searches of {rows} rows")
            return {**by_words(taken), "per_s": _rate(loaded), "index_mb": index_sizes(database)["index_mb"]}


def _rate(loaded: Loaded | None) -> float | None:
    return loaded.per_second if loaded else None
