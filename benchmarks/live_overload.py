"""Twice the calls that are held, one caller in ten in distress: who waits how long, by the order of the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from live_bench import SEED, Bench, Ran
from live_lag import Lags, Pair, finals, kept, lags
from live_plan import SAMPLE_BYTES, Line, Load, rotated, staggered
from live_queue import QueueWatch
from live_queue import figures as figures_of
from live_sounds import CALM, DISTRESSED
from machine import Figures
from stimmung.models.scheduling import SchedulerOptions
from text_bench import cell, show

ORDERS: Final = ("distress_first", "first_come")
SECONDS: Final = 300.0
SPREAD: Final = 60.0  # s over which calls begin: less, and all of them would fall silent together
DRAIN: Final = 180.0  # s that calls wait for what is still queued: more than half the run, so that nothing is cut off
QUICK_SECONDS, QUICK_SPREAD, QUICK_DRAIN = 40.0, 5.0, 60.0
SHARE: Final = 0.1  # of the lines have callers in distress
CUSTOMER: Final = 1  # channel
ALARM: Final = ("distressed", "urgent")


@dataclass(frozen=True, slots=True)
class Waits:
    """Who waited how long under one order."""

    distressed: Lags  # utterances of customers in distress, from when an idle server knows that they are
    earlier: Lags  # those of the same customers before that
    calm: Lags  # of everybody else's customers
    agents: Lags
    everyone: Lags


def overload(bench: Bench) -> Figures:
    """Run both orders with the same seeded starts and no admission limit."""
    known = reference(bench)
    print(f"an idle server tells distress at {', '.join(f'{name} {time:.1f} s' for name, time in known.items())}")
    lines = lines_of(2 * bench.calls_held, QUICK_SPREAD if bench.quick else SPREAD)
    ran, queues = {}, {}
    for order in ORDERS:
        ran[order], queues[order] = _run(bench, order, lines)
    found = {order: waits(one.load, known, bench.pause) for order, one in ran.items()}
    figures: Figures = {
        "calls": len(lines),
        "distressed_lines": sum(line.tracks[0] in DISTRESSED for line in lines),
        "known_s": dict(known),
        "orders": {order: {**_figures(found[order], ran[order]), "queue": queues[order]} for order in ORDERS},
        "bound_s": queues["distress_first"]["bound_s"],
    }
    figures["times_better"] = _ratio(found)
    figures["max_wait_s"] = max(found["distress_first"].everyone.own, default=None)
    _show(figures)
    _draw(bench, found)
    return figures


def reference(bench: Bench) -> dict[str, float]:
    """Play the calls of callers in distress alone, and return when each is told to be so (s in the call)."""
    own = tuple(Line(number, 0.0, (name,)) for number, name in enumerate(DISTRESSED))
    with bench.server() as server:
        plan = bench.plan(server, own, max(_seconds(bench).values()) + 5.0)
        load = bench.run(server, replace(plan, once=True)).load
    return {
        one.track: min((told.time for told in one.told if told.state in ALARM), default=np.inf) for one in load.played
    }


def _seconds(bench: Bench) -> dict[str, float]:
    sizes = {one.name: Path(one.file).stat().st_size / (SAMPLE_BYTES * one.channels) for one in bench.tracks}
    return {one.name: sizes[one.name] / one.rate for one in bench.tracks}


def lines_of(count: int, spread: float, least: int = 1) -> tuple[Line, ...]:
    """Return the lines: one in ten, `least` at least, plays callers in distress, all others calm ones."""
    ill = max(round(SHARE * count), least)
    return staggered([*rotated(DISTRESSED, ill, SEED), *rotated(CALM, count - ill, SEED)], spread, SEED)


def _run(bench: Bench, order: str, lines: Sequence[Line]) -> tuple[Ran, Figures]:
    seconds, drain = (QUICK_SECONDS, QUICK_DRAIN) if bench.quick else (SECONDS, DRAIN)
    with bench.server({"order": order}) as server, QueueWatch(server) as queue:
        ran = bench.run(server, replace(bench.plan(server, lines, seconds), drain=drain))
    return ran, figures_of(queue.samples, SchedulerOptions().age_bound)


def waits(load: Load, known: Mapping[str, float], pause: float) -> Waits:
    """Sort the utterances by whose they are; `known` is when an idle server tells the distress of a recording (s)."""
    everyone = finals(load)
    customers = [(played, heard) for played, heard in everyone if heard.channel == CUSTOMER]
    sides = (
        [pair for pair in customers if _is_known(pair, known)],
        [pair for pair in customers if pair[0].track in known and not _is_known(pair, known)],
        [pair for pair in customers if pair[0].track not in known],
        [pair for pair in everyone if pair[1].channel != CUSTOMER],
        everyone,
    )
    return Waits(*(lags(side, pause) for side in sides))


def _is_known(pair: Pair, known: Mapping[str, float]) -> bool:
    played, heard = pair
    return heard.end > known.get(played.track, np.inf)


def _figures(found: Waits, ran: Ran) -> Figures:
    return {
        "distressed": found.distressed.figures(),
        "distressed_earlier": found.earlier.figures(),
        "calm": found.calm.figures(),
        "agents": found.agents.figures(),
        "everyone": found.everyone.figures(),
        "partials": sum(one.partials for one in ran.load.played),
        "warnings": _warnings(ran.load),
        **kept(ran.load).figures(),
        **ran.cost(),
    }


def _warnings(load: Load) -> dict[str, int]:
    counted: dict[str, int] = {}
    for one in load.played:
        for code, times in one.warnings.items():
            counted[code] = counted.get(code, 0) + times
    return counted


def _ratio(found: Mapping[str, Waits]) -> float | None:
    """Return how many times longer the 95th percentile of callers in distress is with first come, first served."""
    first, plain = (found[order].distressed.figures()["p95_s"] for order in ORDERS)
    return None if first is None or plain is None else plain / max(first, 1e-3)


def _show(figures: Figures) -> None:
    rows = []
    for order, one in figures["orders"].items():
        for name in ("distressed", "distressed_earlier", "calm", "agents", "everyone"):
            own = one[name]
            rows.append(
                [f"{order}: {name.replace('_', ', ')}", str(own["finals"])]
                + [cell(own[key]) for key in ("p50_s", "p95_s", "max_s")]
            )
    title = f"{figures['calls']} calls at once, {figures['distressed_lines']} of them in distress"
    show(f"{title}: wait beyond the closing pause, s", ["", "finals", "p50", "p95", "max"], rows)
    for order, one in figures["orders"].items():
        print(
            f"{order}: {one['partials']} partials, warnings {one['warnings']}, finals lost {one['lost_finals']}, client"
            f" {one['client_share_of_core']:.0%} of a core, memory {one['memory_mb_max']:.0f} MB, queue {one['queue']}"
        )
    print(f"longest wait {cell(figures['max_wait_s'])} s, stated bound {cell(figures['bound_s'], 1)} s")


def _draw(bench: Bench, found: Mapping[str, Waits]) -> None:
    if bench.pictures is None:
        return
    from live_plots import draw_lags

    names = {"distress_first": "distress first", "first_come": "first come"}
    columns = {
        f"{names[order]}: {who}": own
        for order in ORDERS
        for who, own in (("in distress", found[order].distressed.own), ("calm", found[order].calm.own))
    }
    draw_lags(columns, bench.pictures / "live_lag_overload.png", (1.5,))
