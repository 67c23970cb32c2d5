"""The store measured: how fast calls are kept and how large they are, and what is left after it was killed.

`python benchmarks/store.py [--only PART …] [--quick] [--output [FILE]]`. Parts: `load` saves generated calls of 60
utterances, each in its own transaction; `kills` kills (SIGKILL) the writer or the database server at random moments of
starting and saving, thirty times, and then looks whether every call that was told as kept is there whole and once.
"""

import argparse
import datetime
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from machine import Figures, headline, processor, result_file, save
from stimmung.speech.settings import StoreSettings
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database, open_database
from stimmung.store.embedded.process import ServerFiles, find_postmaster
from stimmung.store.embedded.server import FOLDER
from stimmung.store.places import Places, places_in
from store_calls import UTTERANCES, generated_call
from text_bench import show

CALLS, QUICK_CALLS = 10_000, 200
KILLS, QUICK_KILLS = 30, 4
SEED: Final = 7
STARTING: Final = 1.6  # s: half of the kills come within about this of the writer's start, the others while it saves
SAVING: Final = 2.0
LATEST: Final = 60.0  # s for a writer to open the store


@dataclass(slots=True)
class Writer:
    """A process that saves calls, and what it told."""

    process: subprocess.Popen[str]
    kept: list[int]
    opened: threading.Event


def main() -> None:
    """Measure, print a table, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CALLS} calls, {QUICK_KILLS} kills")
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
        "migrations": migrating(folder.with_name("migrating")),
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


def migrating(folder: Path) -> Sequence[str]:
    """Return the migrations of a new database, by name."""
    from stimmung.store.migrate import shipped_migrations

    with opened(folder):
        return [f"{one.number:04}_{one.name}" for one in shipped_migrations()]


def kills(folder: Path, quick: bool) -> Figures:
    """Kill, start again, and look at what is there."""
    drawn = random.Random(SEED)
    told: set[int] = set()
    at: dict[str, int] = {}
    count = QUICK_KILLS if quick else KILLS
    for kill in range(count):
        starting, server = kill % 2 == 0, kill % 3 == 2
        writer = start_writer(folder, max(told, default=-1) + 1)
        if not starting and not writer.opened.wait(LATEST):
            raise SystemExit("store.py: the writer did not open the store in time")
        threading.Event().wait(drawn.uniform(0.0, STARTING if starting else SAVING))
        name = f"{'server' if server else 'writer'}, {'saving' if writer.opened.is_set() else 'starting'}"
        at[name] = at.get(name, 0) + 1
        if server:
            kill_server(folder)
        else:
            writer.process.kill()
        if server:  # it goes on, on a server of its own starting, until it is killed as well
            threading.Event().wait(1.0)
            writer.process.kill()
        writer.process.wait()
        told.update(writer.kept)
    lost, doubled, torn = look(folder, told)
    show("Killed", ["", ""], [[name, str(times)] for name, times in sorted(at.items())])
    print(f"{len(told)} calls told as kept; lost {lost}, there twice {doubled}, not whole {torn}")
    return {"kills": count, "killed": at, "told": len(told), "lost": lost, "doubled": doubled, "torn": torn}


def start_writer(folder: Path, first: int) -> Writer:
    """Start saving from call `first` on, in a process of its own."""
    script = Path(__file__).with_name("store_writer.py")
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(first), str(SEED)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    writer = Writer(process, [], threading.Event())
    threading.Thread(target=_listen, args=(writer,), daemon=True).start()
    return writer


def _listen(writer: Writer) -> None:
    assert writer.process.stdout is not None
    for line in writer.process.stdout:
        if line.strip() == "open":
            writer.opened.set()
        elif line.endswith("\n"):
            writer.kept.append(int(line))


def kill_server(folder: Path) -> None:
    """Kill the database server, if it runs."""
    found = find_postmaster(ServerFiles(folder / FOLDER))
    if found is not None:
        os.kill(found.pid, signal.SIGKILL)


def look(folder: Path, told: set[int]) -> tuple[int, int, int]:
    """Return how many calls are lost of those that were told as kept, how many are there twice, how many not whole."""
    with opened(folder) as database:
        doubled = sum(
            count_of(database, f"SELECT count(*) - count(DISTINCT {key}) FROM calls")
            for key in ("call_id", "content_hash")
        )
        torn = count_of(
            database,
            f"SELECT count(*) FROM (SELECT call FROM utterances GROUP BY call HAVING count(*) <> {UTTERANCES}) AS torn",
        ) + abs(
            count_of(database, "SELECT count(*) FROM calls")
            - count_of(database, "SELECT count(DISTINCT call) FROM utterances")
        )
        lost = 0
        for number in sorted(told):
            made = generated_call(number, SEED).analysis
            there = count_of(database, f"SELECT count(*) FROM calls WHERE call_id = '{made.info.call_id}'")
            if there == 0:
                lost += 1
            elif [one.text for one in load_call(database, made.info.call_id or "").analysis.utterances] != [
                one.text for one in made.utterances
            ]:
                torn += 1
    return lost, doubled, torn


def opened(folder: Path) -> Database:
    """Open the embedded database of a folder."""
    return open_database(StoreSettings(data_dir=folder), tell=lambda line: print(line, flush=True))


def size_of(database: Database) -> int:
    """Return the bytes of the database."""
    return count_of(database, "SELECT pg_database_size(current_database())")


def count_of(database: Database, query: str) -> int:
    """Return the one number that a query of ours gives."""
    return database.run(lambda connection: int(connection.exec_driver_sql(query).scalar_one()))


PARTS: Final[Mapping[str, Callable[[Path, bool], Figures]]] = {"load": load, "kills": kills}


if __name__ == "__main__":
    main()
