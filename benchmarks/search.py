"""Search measured: how fast calls are loaded and found, how well, beside what else happens, and what it costs.

Run `python benchmarks/search.py --work FOLDER [--data FOLDER] [--rows N] [--only PART ...] [--quick] [--held-out]
[--output [FILE]]`. The work folder is search_prepare.py's; a store is loaded into `--data` where none is yet.
"""

import argparse
import datetime
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import text

from machine import Figures, figure_at, headline, processor, result_file, save
from search_bench import Bench, Options, percentiles
from search_corpus import ROWS
from search_fuzz import fuzz
from search_load import load as load_corpus
from search_quality_run import quality
from search_times import askings, plans, times
from search_vectors import vectors
from search_writing import inserts, readers
from stimmung.store.database import Database
from text_bench import rounded, show

GROWTH: Final = {100_000: True, 1_000_000: True, 3_000_000: False}  # rows, and whether with the index of vectors
QUICK_GROWTH: Final = {10_000: True, 20_000: False}
QUICK_ROWS: Final = 20_000
LONG: Final = "growth"  # a part that takes hours, and is done only when asked for
SIZES: Final = text(
    "SELECT c.relname, pg_relation_size(c.oid) / 1e6 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i') AND pg_relation_size(c.oid) > 1e6 ORDER BY 2 DESC"
)
INDEXES: Final = text(
    "SELECT sum(pg_relation_size(indexrelid)) / 1e6 FROM pg_index"
    " WHERE indrelid IN ('search_entries'::regclass, 'utterance_vectors'::regclass)"
)
# The keys of the last line, and where in the figures of all parts each lies.
SUMMARY: Final[Mapping[str, tuple[str, ...]]] = {
    "p95_ms_word": ("times", "groups", "word", "p95_ms"),
    "p95_ms_phrase": ("times", "groups", "phrase", "p95_ms"),
    "p95_ms_compound": ("times", "groups", "compound", "p95_ms"),
    "p95_ms_meaning": ("times", "groups", "meaning", "p95_ms"),
    "p95_ms_hybrid": ("times", "groups", "hybrid", "p95_ms"),
    "p95_ms_filtered": ("times", "groups", "filtered", "p95_ms"),
    "load_per_s": ("load", "per_s"),
    "index_mb": ("load", "index_mb"),
    "recall10_hybrid": ("quality", "as it is", "development", "all", "recall10_hybrid"),
    "ndcg10_hybrid": ("quality", "as it is", "development", "all", "ndcg10_hybrid"),
    "growth_1m_to_3m": ("growth", "growth_1m_to_3m"),
}


def load(bench: Bench) -> Figures:
    """Load the corpus, where that was not done before, and look at the sizes of tables and indexes."""
    with bench.store() as database:
        sizes = {str(name): float(mb) for name, mb in database.run(lambda connection: connection.execute(SIZES).all())}
        figures: Figures = {"mb": sizes, "index_mb": _index_mb(database)}
    show("Sizes", ["", "MB"], [[name, f"{mb:.0f}"] for name, mb in sizes.items()])
    if bench.loaded is None:
        print(f"{bench.options.data} was loaded before: nothing is known of how fast")
        return figures
    steps = {"copying": bench.loaded.copying_s, **bench.loaded.steps}
    show(
        f"{bench.loaded.rows} rows of {bench.loaded.calls} calls, {bench.loaded.per_second:.0f} a second",
        ["step", "s"],
        [[name, f"{seconds:.1f}"] for name, seconds in steps.items()],
    )
    return {**figures, "rows": bench.loaded.rows, "per_s": bench.loaded.per_second, "steps_s": steps}


def _index_mb(database: Database) -> float:
    return float(database.run(lambda connection: connection.execute(INDEXES).scalar_one()))


def growth(bench: Bench) -> Figures:
    """Load stores of several sizes and ask them the same words; how many times longer three million take than one."""
    sizes = QUICK_GROWTH if bench.options.quick else GROWTH
    asked = [one for one in askings(bench) if one.mode == "words"]
    figures: Figures = {}
    for rows, indexed in sizes.items():
        with tempfile.TemporaryDirectory(dir=bench.options.data.parent) as folder:
            store = Path(folder) / "data"
            loaded = load_corpus(store, bench.options.work, rows, with_vectors=indexed)
            grown = Bench(Options(rows, bench.options.work, store, bench.options.quick))
            with grown.store() as database:
                spent = [bench.ask(database, one.text, one.mode).search for one in asked]
                figures[str(rows)] = {**percentiles(spent), "per_s": loaded.per_second, "index_mb": _index_mb(database)}
    columns = ("p50_ms", "p95_ms", "per_s", "index_mb")
    show(
        "Growth",
        ["rows", *columns],
        [[rows, *(f"{own[key]:.1f}" for key in columns)] for rows, own in figures.items()],
    )
    smaller, larger = list(sizes)[-2:]
    return {**figures, "growth_1m_to_3m": figures[str(larger)]["p95_ms"] / figures[str(smaller)]["p95_ms"]}


PARTS: Final[Mapping[str, Callable[[Bench], Figures]]] = {
    "load": load,
    "times": times,
    "readers": readers,
    "inserts": inserts,
    "plans": plans,
    "vectors": vectors,
    "quality": lambda bench: quality(bench.model, bench.options.held_out, bench.options.quick),
    "fuzz": lambda bench: fuzz(bench.model, bench.options.quick),
    LONG: growth,
}


def main() -> None:
    """Measure, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rows", type=int, help=f"of the corpus, by default {ROWS}")
    parser.add_argument("--work", type=Path, default=Path("work"), help="folder that search_prepare.py filled")
    parser.add_argument("--data", type=Path, help="folder of the store; by default one that is removed afterwards")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROWS} rows and few queries")
    parser.add_argument("--held-out", action="store_true", help="quality of the held-out queries too, in totals")
    parser.add_argument("--output", nargs="?", const="", metavar="FILE", help="write figures; by default into results")
    given = parser.parse_args()
    print(headline())
    with tempfile.TemporaryDirectory() as folder:
        rows = given.rows or (QUICK_ROWS if given.quick else ROWS)
        data = (given.data or Path(folder) / "data").absolute()
        bench = Bench(Options(rows, given.work, data, given.quick, given.held_out))
        figures: Figures = {"quick": given.quick, "rows": rows}
        for name, part in PARTS.items():
            if name in (given.only or [one for one in PARTS if one != LONG]):
                print(f"== {name}", flush=True)
                figures[name] = part(bench)
    if given.output is not None:
        file = Path(given.output or result_file(datetime.datetime.now(datetime.UTC).date(), processor()))
        save(file, "search", figures)
        print(f"written to {file}")
    print(json.dumps(rounded({key: figure_at(figures, path) for key, path in SUMMARY.items()})))


if __name__ == "__main__":
    main()
