"""Searching while calls are saved, and what saving a call costs with the index of vectors in place."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle, islice
from typing import Final

from machine import Figures
from search_bench import Bench, milliseconds, percentiles
from search_load import drawn_calls
from search_times import askings
from stimmung.speech.settings import StoreSettings
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.places import places_in
from stimmung.store.records import SavedCall
from text_bench import show

READERS: Final = (1, 8, 32)
ASKED, QUICK_ASKED = 320, 32  # searches of all readers together
SAVED, QUICK_SAVED = 200, 10


def readers(bench: Bench) -> Figures:
    """Search from several threads while another one saves calls."""
    figures: Figures = {}
    rows = []
    queries = [one for one in askings(bench) if one.mode == "words"]
    with bench.store() as database:
        for count in READERS:
            ended = threading.Event()
            with ThreadPoolExecutor(count + 1) as pool:
                writer = pool.submit(_write, bench, database, ended, f"beside {count} {time.time_ns()}")
                asked = islice(cycle(queries), QUICK_ASKED if bench.options.quick else ASKED)
                began = time.perf_counter()
                spent = list(pool.map(lambda one: bench.ask(database, one.text, one.mode).search, asked))
                seconds = time.perf_counter() - began
                ended.set()
                saved = writer.result()
            figures[str(count)] = {**percentiles(spent), "per_s": len(spent) / seconds, "saved_per_s": saved / seconds}
            rates = [f"{figures[str(count)][key]:.1f}" for key in ("per_s", "saved_per_s")]
            rows.append([str(count), *milliseconds(figures[str(count)]), *rates])
    show("Readers beside a writer", ["readers", "p50 ms", "p95 ms", "searches/s", "calls saved/s"], rows)
    return figures


def inserts(bench: Bench) -> Figures:
    """Save calls one by one."""
    with bench.store() as database:
        places = places_in(database.data_dir, StoreSettings(data_dir=database.data_dir))
        spent, said = [], 0
        for call in _new_calls(bench, QUICK_SAVED if bench.options.quick else SAVED, f"single {time.time_ns()}"):
            began = time.perf_counter()
            save_call(database, places, call)
            spent.append(time.perf_counter() - began)
            said += len(call.analysis.utterances)
    figures = {**percentiles(spent), "utterances_per_s": said / sum(spent)}
    row = [*milliseconds(figures), f"{figures['utterances_per_s']:.0f}"]
    show("A call saved", ["p50 ms", "p95 ms", "utterances/s"], [row])
    return figures


def _write(bench: Bench, database: Database, ended: threading.Event, name: str) -> int:
    """Save calls until told otherwise, and return how many."""
    places = places_in(database.data_dir, StoreSettings(data_dir=database.data_dir))
    saved = 0
    for call in _new_calls(bench, bench.options.rows, name):
        if ended.is_set():
            break
        save_call(database, places, call)
        saved += 1
    return saved


def _new_calls(bench: Bench, count: int, name: str) -> "islice[SavedCall]":
    """Return calls of the corpus under ids of their own."""
    source = (call for _, call in drawn_calls(bench.options.work, bench.options.rows, 0, 1))
    renamed = (_renamed(call, f"{name} {number}") for number, call in enumerate(source))
    return islice(renamed, count)


def _renamed(call: SavedCall, call_id: str) -> SavedCall:
    info = replace(call.analysis.info, call_id=call_id)
    return replace(call, analysis=replace(call.analysis, info=info), content_hash=call_id)
