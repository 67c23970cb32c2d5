"""An hour at capacity: memory stays flat, lag stays what it was, no final utterance is lost."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from live_bench import SEED, Bench
from live_lag import Pair, finals, kept, lags
from live_plan import Load, rotated, staggered
from live_sounds import TWO_CHANNELS
from machine import Figures
from text_bench import cell, show

SPREAD: Final = 60.0  # s over which calls begin
WARM: Final = 0.2  # of the time, in which caches and allocators fill
FLAT: Final = 5.0  # per cent that the median of the last fifth may lie above that of the fifth after `WARM`


def soak(bench: Bench) -> Figures:
    """Keep all lines busy, call after call, and watch the server's memory."""
    seconds = bench.options.soak_minutes * 60
    with bench.server() as server:
        lines = staggered(rotated(TWO_CHANNELS, bench.calls_held, SEED), min(SPREAD, seconds / 10), SEED)
        ran = bench.run(server, bench.plan(server, lines, seconds))
        left = server.memory_mb()
    figures: Figures = {
        "minutes": bench.options.soak_minutes,
        "lag": lags(finals(ran.load), bench.pause).figures(),
        "first_third": lags(_between(ran.load, 0.0, seconds / 3), bench.pause).figures(),
        "last_third": lags(_between(ran.load, 2 * seconds / 3, np.inf), bench.pause).figures(),
        **growth(ran.memory),
        "memory_mb_end": left,
        **kept(ran.load).figures(),
        **ran.cost(),
    }
    _show(figures)
    if bench.pictures is not None:
        from live_plots import draw_memory

        title = f"{bench.calls_held} calls at once, one after the other on each line"
        draw_memory(ran.memory, bench.pictures / "live_soak_memory.png", title)
    return figures


def growth(rows: Sequence[tuple[float, float]]) -> Figures:
    """Return the server's memory when it is warm and in the end (medians of a fifth of the time), and the growth."""
    if not rows:
        return {"memory_mb_warm": None, "memory_mb_last": None, "memory_growth_per_cent": None, "memory_flat": None}
    seconds, megabytes = np.array(rows, float).T
    share = seconds / seconds[-1]
    warm = float(np.median(megabytes[(share >= WARM) & (share < 2 * WARM)])) if len(rows) >= 5 else float(megabytes[0])
    last = float(np.median(megabytes[share >= 1 - WARM]))
    more = 100 * (last / warm - 1)
    return {
        "memory_mb_warm": warm,
        "memory_mb_last": last,
        "memory_growth_per_cent": more,
        "memory_flat": more <= FLAT,
    }


def _between(load: Load, begin: float, end: float) -> list[Pair]:
    """Return the utterances that came between two times of the load."""
    return [(played, heard) for played, heard in finals(load) if begin <= heard.at < end]


def _show(figures: Figures) -> None:
    rows = [
        [
            name.replace("_", " "),
            cell(figures[name]["p50_s"]),
            cell(figures[name]["p95_s"]),
            str(figures[name]["finals"]),
        ]
        for name in ("lag", "first_third", "last_third")
    ]
    show(f"{figures['minutes']:g} minutes at capacity", ["", "p50 s", "p95 s", "finals"], rows)
    print(
        f"memory {cell(figures['memory_mb_warm'], 0)} MB warm, {cell(figures['memory_mb_last'], 0)} MB last"
        f" ({cell(figures['memory_growth_per_cent'], 1)} %), finals lost {figures['lost_finals']}, calls"
        f" {figures['calls']}, told their end {figures['ended']}"
    )
