"""The first final utterance of the first caller after a cold start, and of the hundredth."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from live_bench import Bench
from live_plan import SAMPLE_BYTES, Line, Played, Track
from machine import Figures
from text_bench import cell, show

TRACK: Final = "de-address"
SECONDS: Final = 9.0  # of its sound: its first utterance ends at 7 s at the latest, the rest is for the closing pause
CALLERS: Final = 100
EVERY: Final = 1.5  # s between two callers, so that six speak at once
ALONE: Final = 15.0  # s before the last one, who finds the server idle as the first one did
QUICK_CALLERS: Final = 6


def first(bench: Bench) -> Figures:
    """Call as soon as the server is ready; then many call briefly; then one more, alone as the first was."""
    callers = QUICK_CALLERS if bench.quick else CALLERS
    starts = [0.0, *(ALONE + EVERY * number for number in range(callers - 2))]
    starts.append(starts[-1] + SECONDS + ALONE)
    brief = shortened(next(track for track in bench.tracks if track.name == TRACK), SECONDS, bench.options.work)
    lines = tuple(Line(number, start, (brief.name,)) for number, start in enumerate(starts))
    with bench.server() as server:
        plan = replace(bench.plan(server, lines, starts[-1] + SECONDS + 1.0), tracks=(brief,), once=True)
        load = bench.run(server, plan).load
        ready = server.ready_seconds
    calls = {one.line: one for one in load.played}
    figures: Figures = {
        "ready_s": ready,
        "callers": callers,
        "first": _first(calls[0], bench.pause),
        "last": _first(calls[callers - 1], bench.pause),
        "heard": sum(bool(one.finals) for one in load.played),
    }
    rows = [[name, *(cell(figures[key][name]) for key in ("first", "last"))] for name in figures["first"]]
    show(
        f"First final utterance, s (server ready after {ready:.1f} s)", ["", "first caller", f"number {callers}"], rows
    )
    return figures


def shortened(track: Track, seconds: float, folder: Path) -> Track:
    """Return the beginning of a track as one of its own."""
    size = round(seconds * track.rate) * SAMPLE_BYTES * track.channels
    file = folder / f"{track.name}-start.pcm"
    file.write_bytes(Path(track.file).read_bytes()[:size])
    return replace(track, name=f"{track.name}-start", file=str(file))


def _first(call: Played, pause: float) -> Figures:
    """Return when a call's first final came after the call began, and its lag beyond the closing pause."""
    if not call.finals:
        return {"after_start_s": None, "spoken_until_s": None, "lag_s": None}
    heard = min(call.finals, key=lambda one: one.at)
    return {"after_start_s": heard.at - call.began, "spoken_until_s": heard.end, "lag_s": heard.own - pause}
