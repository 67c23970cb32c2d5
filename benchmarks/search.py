"""Search measured: how fast calls are loaded and found, how well, beside what else happens, and what it costs.

Run `python benchmarks/search.py --work FOLDER [--store FOLDER] [--rows N] [--only PART ...] [--quick] [--development]
[--output [FILE]] [--continue]`. The work folder is search_prepare.py's, or filled here with `--data`. Figures are
written after each part; `--continue` leaves out the parts that stand in the file.
"""

import argparse
import datetime
import json
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from machine import Figures, figure_at, headline, processor, result_file, save
from search_bench import Bench, Options
from search_corpus import ROWS
from search_corpus_texts import TEXTS_FILE
from search_fuzz import fuzz
from search_growth import growth
from search_plans import plans
from search_plots import plots
from search_prepare import prepare
from search_quality_run import quality
from search_readers import readers
from search_sizes import index_sizes, show_sizes
from search_times import times
from search_vectors import vectors
from search_writing import inserts
from text_bench import rounded, show

QUICK_ROWS: Final = 6_000
HELD_OUT: Final = ("quality", "as it is", "held-out", "all")
# The keys of the last line, and where in the figures of all parts each lies.
SUMMARY: Final[Mapping[str, tuple[str, ...]]] = {
    "p95_ms_word": ("times", "groups", "word, bare", "p95_ms"),
    "p95_ms_phrase": ("times", "groups", "phrase, bare", "p95_ms"),
    "p95_ms_compound": ("times", "groups", "compound, bare", "p95_ms"),
    "p95_ms_meaning": ("times", "groups", "meaning, bare", "p95_ms"),
    "p95_ms_hybrid": ("times", "groups", "hybrid, bare", "p95_ms"),
    "p95_ms_filtered": ("times", "filtered", "p95_ms"),  # of the kind whose is the longest
    "load_per_s": ("load", "per_s"),
    "index_mb": ("load", "index_mb"),
    "recall10_hybrid": (*HELD_OUT, "recall10_hybrid"),
    "ndcg10_hybrid": (*HELD_OUT, "ndcg10_hybrid"),
    "growth_1m_to_3m": ("growth", "growth_1m_to_3m"),
}


def load(bench: Bench) -> Figures:
    """Load the corpus, where that was not done before, and look at the sizes of tables and indexes."""
    with bench.store() as database:
        sizes = index_sizes(database)
    show_sizes(sizes)
    distinct = len(bench.texts)
    copies = bench.options.rows - distinct
    print(f"{distinct} rows have a text of their own and its true vector, {copies} are copies with a perturbed one")
    figures: Figures = {**sizes, "distinct_texts": distinct, "perturbed_copies": copies}
    loaded = bench.loaded
    if loaded is None:
        print(f"{bench.options.store} was loaded before by other means: nothing is known of how fast")
        return figures
    steps = {"copying": loaded.copying_s, **loaded.steps}
    rows = [[name, f"{seconds:.1f}"] for name, seconds in steps.items()]
    show(f"{loaded.rows} rows of {loaded.calls} calls, {loaded.per_second:.0f} a second", ["step", "s"], rows)
    drawing = f"drawing the corpus took {loaded.drawing_s:.0f} s besides, which are not counted"
    print(drawing)
    return {**figures, "per_s": loaded.per_second, "steps_s": steps, "drawing_s": loaded.drawing_s}


def judged(bench: Bench) -> Figures:
    """Ask the labelled queries; of the held-out half totals alone, and nothing where figures mean nothing yet."""
    return quality(bench.model, not (bench.options.quick or bench.options.development), bench.options.quick)


PARTS: Final[Mapping[str, Callable[[Bench], Figures]]] = {
    "load": load,
    "times": times,
    "plans": plans,
    "vectors": vectors,
    "quality": judged,
    "fuzz": fuzz,
    "readers": readers,  # it and the next write into the store, so they come behind what measures it
    "inserts": inserts,
    "growth": growth,
    "plots": plots,
}


def main() -> None:
    """Measure, and end with one line of JSON."""
    given = arguments()
    print(headline())
    with tempfile.TemporaryDirectory() as folder:
        rows = given.rows or (QUICK_ROWS if given.quick else ROWS)
        work = given.work or Path(folder) / "work"
        store = (given.store or Path(folder) / "store" / "data").absolute()
        store.parent.mkdir(parents=True, exist_ok=True)
        if given.data and not (work / TEXTS_FILE).exists():
            prepare(given.data, work, rows * 2 // 3 if given.quick else 0, 2)
        output = _output(given.output)
        bench = Bench(
            Options(rows, work, store, given.quick, given.development),
            output.parent if output else None,
            previous(output, rows, given.quick),
        )
        only = [name for name in given.only or PARTS if not (given.go_on and name in bench.found)]
        failed = measure(bench, only, output)
    explain(bench, failed)
    print(json.dumps(rounded(summary(bench.found)), allow_nan=False))
    if failed:
        raise SystemExit(1)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rows", type=int, metavar="N", help=f"of the corpus, by default {ROWS}")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="folder that search_prepare.py filled")
    parser.add_argument(
        "--data", type=Path, metavar="PATH", help="development data, to fill a work folder that has no texts yet"
    )
    parser.add_argument(
        "--store", type=Path, metavar="FOLDER", help="loaded store that is used again, or where one is loaded and kept"
    )
    parser.add_argument(
        "--quick", action="store_true", help=f"{QUICK_ROWS} rows and few queries, to see that all works"
    )
    parser.add_argument(
        "--development", action="store_true", help="leave the held-out half of the labelled queries alone"
    )
    parser.add_argument(
        "--output",
        nargs="?",
        const="",
        metavar="FILE",
        help="write figures after each part, and pictures, by default into results; parts measured before on that day"
        " with as many rows stay",
    )
    parser.add_argument(
        "--continue", dest="go_on", action="store_true", help="leave out the parts that the file of --output has"
    )
    options = parser.parse_args(given)
    if options.data and not (options.data / "text").is_dir():
        parser.error(f"--data {options.data}: holds no text/; a store is given with --store")
    if not options.data and not (options.work and (options.work / TEXTS_FILE).exists()):
        parser.error(
            "the corpus's texts are missing: give --work, a folder of search_prepare.py's, or --data to make it"
        )
    return options


def measure(bench: Bench, names: Sequence[str], output: Path | None) -> list[str]:
    """Run these parts, each with its seconds, and write figures after each; return those that failed.

    A part that fails does not take the others with it: the run is long, and nobody watches it.
    """
    failed = []
    for name, part in PARTS.items():
        if name not in names:
            continue
        print(f"== {name}", flush=True)
        began = time.monotonic()
        try:
            bench.found[name] = {**part(bench), "seconds": time.monotonic() - began}
        except Exception:  # noqa: BLE001 whatever it is, it is told, and the exit status says so
            traceback.print_exc()
            failed.append(name)
            continue
        print(f"== {name}: {bench.found[name]['seconds']:.0f} s", flush=True)
        if output is not None:
            save(output, "search", _written(bench))
            print(f"written to {output}", flush=True)
    return failed


def _written(bench: Bench) -> Figures:
    parts = {name: rounded(figures) for name, figures in bench.found.items()}
    return {"quick": bench.options.quick, "rows": bench.options.rows, **parts}


def previous(file: Path | None, rows: int, quick: bool) -> dict[str, Figures]:
    """Return the parts that stand in the file already, measured with as many rows."""
    if file is None or not file.exists():
        return {}
    known = json.loads(file.read_text("utf-8")).get("search", {})
    if (known.get("rows"), known.get("quick")) != (rows, quick):
        return {}
    return {name: known[name] for name in PARTS if name in known}


def summary(found: Mapping[str, Figures]) -> Figures:
    """Return the figures of the last line; None for what was not measured."""
    return {key: figure_at(dict(found), path) for key, path in SUMMARY.items()}


def explain(bench: Bench, failed: Sequence[str]) -> None:
    """Say what the figures of the last line mean where that can be mistaken, and why those are missing that are."""
    filtered = bench.found.get("times", {}).get("filtered")
    if filtered:
        print(f"p95_ms_filtered is of {filtered['kind']}, the kind with the longest p95 of all with three filters")
    development = figure_at(dict(bench.found), ("quality", "as it is", "development", "all"))
    if isinstance(development, dict):
        own = [f"{key} {development[key]:.3f}" for key in ("recall10_hybrid", "ndcg10_hybrid")]
        print(f"the development half has {', '.join(own)}; the last line is of the held-out half")
    for key, value in summary(bench.found).items():
        part = SUMMARY[key][0]
        if value is not None:
            continue
        if part in failed:
            reason = f"the part `{part}` failed"
        elif part not in bench.found:
            reason = f"the part `{part}` was not asked for"
        elif part == "quality":
            reason = "the held-out half was left alone (--quick or --development)"
        elif part == "load":
            reason = "the store was loaded before by other means"
        else:
            reason = f"so small a corpus has no such query ({bench.options.rows} rows)"
        print(f"{key} is null: {reason}")


def _output(given: str | None) -> Path | None:
    if given is None:
        return None
    return Path(given) if given else result_file(datetime.datetime.now(datetime.UTC).date(), processor())


if __name__ == "__main__":
    main()
