"""Faults, one after the other, while two other callers speak: the table of what came of each, and of those two.

At the end, on a server of its own, SIGTERM while as many calls as are held are speaking.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from live_bench import Bench
from live_fault_cases import CASES, Came, Case, Target
from live_lag import Kept, finals, kept, lags
from live_load import LoadClock, play
from live_plan import Load, rotated, staggered
from live_server import Server
from live_sounds import CALM, TWO_CHANNELS
from machine import Figures
from text_bench import cell, show

TRACK: Final = "de-address"
# Short, so that cases are; and places for calls that a case broke off and that may still be resumed.
SETTINGS: Final = {"max_calls": 64, "resume_seconds": 6.0, "silence_close_seconds": 12.0}
WITNESSES: Final = 2
LONGEST: Final = 3_600.0  # s that the witnesses speak at most; they stop when the faults do
QUICK: Final = ("line drops, client comes back", "chunks of 1 byte", "nonsense for messages", "silence only")
TERMINATE_AFTER: Final = 40.0  # s
QUICK_TERMINATE_AFTER: Final = 10.0
LATEST: Final = 120.0  # s that a case may take


@dataclass(frozen=True, slots=True)
class Row:
    """A case and what came of it; times in the load of the others (s), memory in MB."""

    name: str
    expected: str
    came: Came
    began: float
    ended: float
    before: float
    after: float | None

    def figures(self, longest: float | None) -> Figures:
        """Return all of it as JSON; `longest` is the longest lag of others meanwhile (s)."""
        return {
            "case": self.name,
            "expected": self.expected,
            "came": self.came.text,
            "well": self.came.well,
            "seconds": self.ended - self.began,
            "memory_mb_before": self.before,
            "memory_mb_after": self.after,
            "others_lag_max_s": longest,
        }


def faults(bench: Bench) -> Figures:
    """Do everything that CASES know, then SIGTERM."""
    cases = {name: CASES[name] for name in CASES if not bench.quick or name in QUICK}
    with bench.server(SETTINGS) as server:
        rows, load = asyncio.run(_all(bench, server, cases))
        alive = server.is_ready()
    sigterm = terminated(bench)
    witness = kept(load)
    figures = {
        "settings": dict(SETTINGS),
        "cases": [*rows, sigterm],
        "well": sum(row["well"] for row in (*rows, sigterm)),
        "alive": alive,
        "witnesses": {**witness.figures(), "lag": lags(finals(load), bench.pause).figures()},
    }
    _show(figures, witness)
    return figures


async def _all(bench: Bench, server: Server, cases: Mapping[str, tuple[str, Case]]) -> tuple[list[Figures], Load]:
    lines = staggered(rotated(CALM, WITNESSES, 0), 1.0, 0)
    plan = bench.plan(server, lines, LONGEST)
    clock = LoadClock(plan)
    speaking = asyncio.create_task(play(plan, clock))
    track = next(one for one in bench.tracks if one.name == TRACK)
    target = Target(plan, track, SETTINGS["resume_seconds"], SETTINGS["silence_close_seconds"], server.get)
    rows: list[Row] = []
    for name, (expected, case) in cases.items():
        before, began = server.memory_mb(), clock.now()
        try:
            came = await asyncio.wait_for(case(target), LATEST)
        except (OSError, TimeoutError, KeyError) as error:
            came = Came(f"{type(error).__name__}: {error}", False)
        memory = server.memory_mb()
        rows.append(Row(name, expected, came, began, clock.now(), before, memory))
        print(f"{name}: {came.text}", flush=True)
    clock.cut()
    load = await speaking
    return [row.figures(_longest(load, row, bench.pause)) for row in rows], load


def _longest(load: Load, row: Row, pause: float) -> float | None:
    """Return the longest lag of the others meanwhile, beyond the closing pause (s)."""
    own = [heard.own - pause for _, heard in finals(load) if row.began <= heard.at < row.ended]
    return max(own, default=None)


def terminated(bench: Bench) -> Figures:
    """End a server while calls speak: each is heard out, and told its end."""
    after = QUICK_TERMINATE_AFTER if bench.quick else TERMINATE_AFTER
    with bench.server() as server:
        lines = staggered(rotated(TWO_CHANNELS, bench.calls_held, 0), 5.0, 0)
        plan = replace(bench.plan(server, lines, after + 60.0), once=True)
        plan = replace(plan, lines=tuple(replace(line, tracks=line.tracks[:1]) for line in lines))
        memory = server.memory_mb()
        load = bench.run(server, plan, terminate_after=after).load
        code = server.wait()
    found = kept(load)
    well = code == 0 and found.ended == found.calls == len(lines) and found.lost == 0 and found.missing == 0
    text = f"exit code {code}; {found.ended} of {found.calls} calls told their end, {found.lost} finals lost"
    name = f"SIGTERM while {len(lines)} calls speak"
    came = Came(text, well)
    return Row(name, "each is heard out, exit code 0", came, after, load.seconds, memory, None).figures(None)


def _show(figures: Figures, witness: Kept) -> None:
    rows = [
        [
            row["case"],
            row["expected"],
            row["came"],
            "yes" if row["well"] else "NO",
            cell(row["seconds"], 0),
            f"{cell(row['memory_mb_before'], 0)} → {cell(row['memory_mb_after'], 0)}",
            cell(row["others_lag_max_s"], 1),
        ]
        for row in figures["cases"]
    ]
    show("Faults", ["", "to be expected", "what came", "well", "s", "memory, MB", "others' lag, s"], rows)
    lag = figures["witnesses"]["lag"]
    print(
        f"{figures['well']} of {len(rows)} well; meanwhile {witness.calls} other calls: {witness.lost} finals lost,"
        f" {witness.missing} events missing, lag p95 {cell(lag['p95_s'])} s; server"
        f" {'ready' if figures['alive'] else 'NOT READY'} after it"
    )
