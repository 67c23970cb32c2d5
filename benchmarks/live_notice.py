"""From the onset of distress to the top of the board: sample calls at capacity, in real time; composed calls beside.

At the top is a caller over whom fewer stand than callers are in distress just then, by the scripts. Composed calls were
ranked by distress.py in the same way (four of forty); their time is taken from its kept figures, and the live call's
own delay is added, which that one does not have.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from live_bench import Bench, with_board
from live_lag import finals, lags
from live_overload import lines_of
from live_plan import Load, Looked, Played, Track
from machine import RESULTS, Figures, figure_at
from text_bench import cell, show

SECONDS: Final = 600.0
SPREAD: Final = 60.0
QUICK_SECONDS, QUICK_SPREAD = 65.0, 2.0
LINES_ILL: Final = 2  # whose callers come to be in distress, one after the other, both recordings in turn
SIDE: Final = ("distress", "ranking", "sides", "fused")
KEYS: Final = ("time_to_top_median_s", "time_to_top_p95_s")


def notice(bench: Bench) -> Figures:
    """Play sample calls at capacity and watch the board."""
    seconds, spread = (QUICK_SECONDS, QUICK_SPREAD) if bench.quick else (SECONDS, SPREAD)
    with bench.server() as server:
        lines = lines_of(max(bench.calls_held, 2 * LINES_ILL), spread, LINES_ILL)
        ran = bench.run(server, with_board(bench.plan(server, lines, seconds)))
    times = times_to_top(ran.load, bench.tracks)
    delay = bench.pause + (lags(finals(ran.load), bench.pause).figures()["p50_s"] or 0.0)
    samples = {**_figures([time for own in times.values() for time in own]), "by_call": _by_call(times)}
    composed = composed_times(RESULTS, delay)
    medians = [side["median_s"] for side in (samples, composed) if side and side["median_s"] is not None]
    figures = {
        "samples": samples,
        "composed": composed,
        "live_delay_s": delay,
        "board_changes": len(ran.load.board),
        "notice_median_s": max(medians, default=None),
    }
    _show(figures)
    return figures


def times_to_top(load: Load, tracks: Sequence[Track]) -> dict[str, list[float]]:
    """Return by recording the seconds from each onset to the top; infinity where it was never reached."""
    onsets = {track.name: track.onset for track in tracks if track.onset is not None}
    ill = [one for one in load.played if one.track in onsets and one.sent > onsets[one.track]]
    spans = {one.call_id: (one.began + onsets[one.track], one.began + one.sent) for one in ill}
    found: dict[str, list[float]] = {}
    for one in ill:
        if one.whole:  # a call that the end of the run cut off had less time than the others
            found.setdefault(one.track, []).append(_seconds(one, spans, load.board))
    return found


def _seconds(own: Played, spans: dict[str, tuple[float, float]], board: Sequence[Looked]) -> float:
    onset, until = spans[own.call_id]
    before = [look for look in board if look.at <= onset][-1:]
    for look in (*before, *(look for look in board if onset < look.at <= until)):
        at = max(look.at, onset)
        others = sum(1 for begin, end in spans.values() if begin <= at <= end)
        if own.call_id in look.order[: max(others, 1)]:
            return at - onset
    return float("inf")


def composed_times(results: Path, delay: float) -> Figures | None:
    """Return the kept times of composed calls, the live delay added; None where nobody kept any."""
    for file in sorted(results.glob("*.json"), key=lambda one: one.stem.rpartition("_")[2], reverse=True):
        content: Figures = json.loads(file.read_text("utf-8"))
        if figure_at(content, ("distress", "quick")) is False and figure_at(content, SIDE) is not None:
            median, high = (figure_at(content, (*SIDE, key)) for key in KEYS)
            return {
                "median_s": median + delay if isinstance(median, float | int) else None,
                "p95_s": high + delay if isinstance(high, float | int) else None,
                "never": figure_at(content, (*SIDE, "never")),
                "file": file.name,
            }
    return None


def _figures(times: Sequence[float]) -> Figures:
    if not times:
        return {"onsets": 0, "median_s": None, "p95_s": None, "never": None}
    known = np.array(times)
    return {
        "onsets": len(times),
        "median_s": float(np.median(known)),
        "p95_s": float(np.quantile(known, 0.95, method="higher")),
        "never": float(np.mean(~np.isfinite(known))),
    }


def _by_call(times: dict[str, list[float]]) -> Figures:
    return {name: _figures(own) for name, own in sorted(times.items())}


def _show(figures: Figures) -> None:
    sides = {"sample calls": figures["samples"], **figures["samples"]["by_call"], "composed calls": figures["composed"]}
    rows = [
        [name, str(own.get("onsets", "")), cell(own["median_s"], 1), cell(own["p95_s"], 1), cell(own["never"])]
        for name, own in sides.items()
        if own
    ]
    show("From onset to the top of the board, s", ["", "onsets", "median", "p95", "never"], rows)
    print(f"composed calls: distress.py's figures and {figures['live_delay_s']:.2f} s of closing pause and lag")
