"""The store measured: how fast calls are kept, how large they are, what kills leave, how long migrating takes.

`python benchmarks/store.py [--only PART …] [--quick] [--output [FILE]]`. Parts: `load` saves generated calls of 60
utterances, each in its own transaction; `kills` kills (SIGKILL) whatever writes, and the database server, at random
moments of starting, saving, erasing, migrating and of a live call, and then looks whether every call that was told as
kept is there whole and once; `migrate` brings calls from the first schema to the newest.
"""

import argparse
import datetime
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from machine import Figures, headline, processor, result_file, save
from stimmung.speech.settings import StoreSettings
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.places import Places, places_in
from store_calls import UTTERANCES, generated_call
from store_killing import count_of, opened
from store_kills import EACH, JOBS, QUICK_EACH, kills
from store_migrating import migrate
from text_bench import show

CALLS, QUICK_CALLS = 10_000, 200
SEED: Final = 7
QUICK: Final = f"{QUICK_CALLS} calls, {QUICK_EACH} kill a job instead of {EACH} ({', '.join(JOBS)})"


def main() -> None:
    """Measure, print a table, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help=QUICK)
    parser.add_argument("--output", nargs="?", const="", metavar="FILE", help="write figures; by default into results")
    options = parser.parse_args()
    print(headline())
    figures: dict[str, object] = {"quick": options.quick}
    for name, part in PARTS.items():
        if options.only is None or name in options.only:
            print(f"== {name}", flush=True)
            with tempfile.TemporaryDirectory() as folder:
                figures |= part(Path(folder) / "data", options.quick)
    if options.output is not None:
        file = Path(options.output or result_file(datetime.datetime.now(datetime.UTC).date(), processor()))
        save(file, "store", figures)
        print(f"written to {file}")
    keys = ("calls_per_s", "kb_per_call", "kills", "lost", "doubled")
    print(json.dumps({key: figures.get(key) for key in keys}))


def load(folder: Path, quick: bool) -> Figures:
    """Save calls one after the other, look at the size, and read some of them again."""
    count = QUICK_CALLS if quick else CALLS
    with opened(folder) as database:
        places = places_in(folder, StoreSettings(data_dir=folder))
        before = size_of(database)
        spent = _save_all(database, places, count)
        bytes_each = (size_of(database) - before) / count
        began = time.perf_counter()
        for number in range(0, count, max(count // 100, 1)):
            load_call(database, generated_call(number, SEED).analysis.info.call_id or "")
        reading = (time.perf_counter() - began) / len(range(0, count, max(count // 100, 1)))
        began = time.perf_counter()
        save_call(database, places, generated_call(0, SEED))
        again = time.perf_counter() - began
    figures = {
        "calls": count,
        "calls_per_s": count / spent,
        "kb_per_call": bytes_each / 1_000,
        "load_call_s": reading,
        "save_again_s": again,
    }
    rows = [
        [f"calls of {UTTERANCES} utterances", str(count)],
        ["saved a second", f"{figures['calls_per_s']:.0f}"],
        ["kB a call, indexes included", f"{figures['kb_per_call']:.0f}"],
        ["reading one, s", f"{reading:.4f}"],
        ["the same call saved again, s", f"{again:.4f}"],
    ]
    show("Load", ["", ""], rows)
    return figures


def _save_all(database: Database, places: Places, count: int) -> float:
    """Return the seconds that saving took, without those of making the calls up."""
    spent = 0.0
    for number in range(count):
        call = generated_call(number, SEED)
        began = time.perf_counter()
        save_call(database, places, call)
        spent += time.perf_counter() - began
        if number % 1_000 == 999:
            print(f"{number + 1} calls: {(number + 1) / spent:.0f} a second", flush=True)
    return spent


def size_of(database: Database) -> int:
    """Return the bytes of the database."""
    return count_of(database, "SELECT pg_database_size(current_database())")


PARTS: Final[Mapping[str, Callable[[Path, bool], Figures]]] = {"load": load, "kills": kills, "migrate": migrate}


if __name__ == "__main__":
    main()
