"""What saving a call costs where searches have a million utterances to go through already."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from sqlalchemy import text

from machine import Figures
from search_bench import Bench, Options, milliseconds, percentiles, tracked
from search_load import drawn_calls
from stimmung.speech.settings import StoreSettings
from stimmung.store.calls import save_call
from stimmung.store.places import places_in
from stimmung.store.records import SavedCall
from stimmung.store.search.meaning.meanings import INDEX
from text_bench import show

SAVED, QUICK_SAVED = 300, 20
INDEXED: Final = text("SELECT to_regclass(:name) IS NOT NULL")


def inserts(bench: Bench) -> Figures:
    """Save calls one by one, and say whether the index of vectors was there (below 50,000 vectors it is not)."""
    count = QUICK_SAVED if bench.options.quick else SAVED
    name = f"single {time.time_ns()}"
    calls = [renamed(call, f"{name} {number}") for number, call in enumerate(new_calls(bench.options, count))]
    with bench.store() as database:
        indexed = bool(database.run(lambda connection: connection.execute(INDEXED, {"name": INDEX}).scalar_one()))
        places = places_in(database.data_dir, StoreSettings(data_dir=database.data_dir))
        spent, said = [], 0
        for call in tracked("Calls saved", calls):
            began = time.perf_counter()
            save_call(database, places, call)
            spent.append(time.perf_counter() - began)
            said += len(call.analysis.utterances)
    figures = {
        **percentiles(spent),
        "calls_per_s": len(spent) / sum(spent),
        "utterances_per_s": said / sum(spent),
        "vector_index": indexed,
    }
    row = [*milliseconds(figures), f"{figures['calls_per_s']:.1f}", f"{figures['utterances_per_s']:.0f}"]
    title = f"A call of {said / len(spent):.0f} utterances saved, {'with' if indexed else 'without'} the vector index"
    show(title, ["p50 ms", "p95 ms", "calls/s", "utterances/s"], [row])
    return figures


def new_calls(options: Options, count: int) -> Iterator[SavedCall]:
    """Yield the first calls of the corpus; `renamed` makes others of them."""
    return (call for _, call in islice(drawn_calls(options.work, options.rows, 0, 1), count))


def renamed(call: SavedCall, call_id: str) -> SavedCall:
    """Return the call as another one of this id."""
    info = replace(call.analysis.info, call_id=call_id)
    return replace(call, analysis=replace(call.analysis, info=info), content_hash=call_id)
