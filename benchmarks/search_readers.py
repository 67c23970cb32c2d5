"""Searching while calls are saved: readers and the writer in processes of their own, on the store that was loaded.

In one process they would share Python's lock, and what is measured would be that.
"""

import itertools
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from threading import Barrier
from typing import Final

from machine import Figures
from search_bench import NOW, Bench, milliseconds, percentiles
from search_load import opened
from search_times import askings
from search_writing import new_calls, renamed
from stimmung.speech.settings import StoreSettings
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.places import places_in
from stimmung.store.records import SavedCall
from stimmung.store.search.language.parser import parse
from stimmung.store.search.records import Ask
from stimmung.store.search.search import search
from text_bench import show

READERS: Final = (0, 1, 8, 32)
MOST_PROCESSES: Final = 8  # of readers; more readers are threads of these
SECONDS, QUICK_SECONDS = 20.0, 3.0
WRITTEN: Final = 200  # calls that the writer saves again and again under new ids
WARMING: Final = 5  # searches of each process before the clock runs
READY: Final = 300.0  # s within which every process is ready


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a process is told: where the store is, when to begin, and for how long."""

    store: Path
    begin: Barrier  # a manager's, which knows it by name
    seconds: float


@dataclass(frozen=True, slots=True)
class _Side:
    """Who is there at once."""

    readers: int
    writes: bool

    @property
    def name(self) -> str:
        return f"{self.readers} readers{', a writer' if self.writes else ''}"

    @property
    def shares(self) -> list[int]:
        """Threads of each reading process."""
        processes = min(self.readers, MOST_PROCESSES)
        return [len(range(number, self.readers, processes)) for number in range(processes)]


def readers(bench: Bench) -> Figures:
    """Search from several processes, without and beside one that saves calls; and save without any reader."""
    texts = [one.text for one in askings(bench) if one.mode == "words"]
    seconds = QUICK_SECONDS if bench.options.quick else SECONDS
    sides = [_Side(count, writes) for writes in (True, False) for count in READERS if count or writes]
    calls = list(new_calls(bench.options, WRITTEN))
    context = multiprocessing.get_context("spawn")
    figures: Figures = {"seconds": seconds}
    with (
        bench.store(),  # keeps the server running between them
        context.Manager() as manager,
        ProcessPoolExecutor(MOST_PROCESSES + 1, mp_context=context) as pool,
    ):
        for side in sides:
            turn = _Turn(bench.options.store, manager.Barrier(len(side.shares) + side.writes), seconds)
            figures[side.name] = _measured(pool, side, turn, (texts, calls))
            print(f"{side.name}: done", flush=True)
    _show(figures, sides)
    return figures


def _measured(
    pool: ProcessPoolExecutor, side: _Side, turn: _Turn, given: tuple[Sequence[str], Sequence[SavedCall]]
) -> Figures:
    """Let everybody begin at once; return percentiles of searches and of savings, and both per second."""
    texts, calls = given
    # Each waits at the barrier, so that no process takes two parts.
    reading = [
        pool.submit(_read, turn, texts[number :: len(side.shares)], threads)
        for number, threads in enumerate(side.shares)
    ]
    writing: Future[list[float]] | None = pool.submit(_write, turn, calls) if side.writes else None
    spent = [one for future in reading for one in future.result()]
    saved = writing.result() if writing else []
    searches = {**percentiles(spent), "per_s": len(spent) / turn.seconds} if spent else None
    return {
        "searches": searches,
        "savings": {**percentiles(saved), "per_s": len(saved) / turn.seconds} if saved else None,
    }


def _read(turn: _Turn, texts: Sequence[str], threads: int) -> list[float]:
    """Search from so many threads; return the seconds of each search."""
    with opened(turn.store) as database, ThreadPoolExecutor(threads) as pool:
        for text in texts[:WARMING]:
            _search(database, text)
        turn.begin.wait(READY)
        until = time.monotonic() + turn.seconds
        own = [[*texts[first:], *texts[:first]] for first in range(0, len(texts), -(-len(texts) // threads))]
        return [one for spent in pool.map(lambda part: _reader(database, part, until), own[:threads]) for one in spent]


def _reader(database: Database, texts: Sequence[str], until: float) -> list[float]:
    spent = []
    for text in itertools.cycle(texts):
        began = time.monotonic()
        if began >= until:
            break
        _search(database, text)
        spent.append(time.monotonic() - began)
    return spent


def _search(database: Database, text: str) -> None:
    search(database, Ask(parse(text, now=NOW, zone=UTC), "words"))


def _write(turn: _Turn, calls: Sequence[SavedCall]) -> list[float]:
    """Save calls one after the other; return the seconds of each."""
    name = f"beside {time.time_ns()}"
    with opened(turn.store) as database:
        places = places_in(database.data_dir, StoreSettings(data_dir=database.data_dir))
        for number, call in enumerate(calls[:WARMING]):
            save_call(database, places, renamed(call, f"{name} before {number}"))
        turn.begin.wait(READY)
        until, spent = time.monotonic() + turn.seconds, []
        for number, call in enumerate(itertools.cycle(calls)):
            own = renamed(call, f"{name} {number}")
            began = time.monotonic()
            if began >= until:
                break
            save_call(database, places, own)
            spent.append(time.monotonic() - began)
        return spent


def _show(figures: Figures, sides: Sequence[_Side]) -> None:
    rows = []
    for side in sides:
        own = [figures[side.name][key] for key in ("searches", "savings")]
        cells = [[*milliseconds(one), f"{one['per_s']:.1f}"] if one else ["-"] * 3 for one in own]
        rows.append([side.name, *cells[0], *cells[1]])
    columns = ["p50 ms", "p95 ms", "searches/s", "p50 ms to save", "p95 ms to save", "calls saved/s"]
    show("Readers beside a writer", ["", *columns], rows)
