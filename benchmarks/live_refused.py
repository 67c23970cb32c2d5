"""The shipped limit: whoever comes past it is told so at once, and those who are in are heard in time."""

from typing import Final

from live_bench import SEED, Bench
from live_lag import finals, lags
from live_plan import Load, Played, rotated, staggered
from live_sounds import TWO_CHANNELS
from machine import Figures
from stimmung.api.capacity import calls_held
from stimmung.speech.settings import Settings
from text_bench import cell, show

SHIPPED: Final = 0  # of `serve.max_calls`: so many for each core
SECONDS: Final = 120.0
SPREAD: Final = 10.0
QUICK_SECONDS, QUICK_SPREAD = 20.0, 3.0
BUSY: Final = (503, 1013)  # HTTP status, close code


def refused(bench: Bench) -> Figures:
    """Send twice as many calls as are held to a server as it ships; who is refused comes again each second."""
    seconds, spread = (QUICK_SECONDS, QUICK_SPREAD) if bench.quick else (SECONDS, SPREAD)
    count = max(2 * bench.calls_held, limit() + 4)
    with bench.server({"max_calls": SHIPPED}) as server:
        lines = staggered(rotated(TWO_CHANNELS, count, SEED), spread, SEED)
        ran = bench.run(server, bench.plan(server, lines, seconds))
    figures = {**outcome(ran.load, limit()), "lag": lags(finals(ran.load), bench.pause).figures(), **ran.cost()}
    _show(figures)
    return figures


def limit() -> int:
    """Return how many calls a server takes as it ships, on this machine."""
    return calls_held(Settings())


def outcome(load: Load, most: int) -> Figures:
    """Return who was taken and who was refused, and how; a session past the limit that was taken is not refused."""
    turned_away = [one for one in load.played if one.refusal is not None]
    broken = [one for one in load.played if one.refusal is None and one.error]
    over = max(at_once(load) - most, 0)
    clean = sum(is_clean(one) for one in turned_away)
    sessions = len(turned_away) + len(broken) + over
    return {
        "limit": most,
        "most_at_once": at_once(load),
        "taken": sum(one.refusal is None for one in load.played),
        "refused": len(turned_away),
        "broken": len(broken),
        "codes": sorted({one.refusal.code for one in turned_away if one.refusal}),
        "refused_cleanly": clean / sessions if sessions else None,
    }


def is_clean(one: Played) -> bool:
    """Return whether a refused call got a code that says busy and a reason; over HTTP, when to come again, too."""
    refusal = one.refusal
    if refusal is None or refusal.code not in BUSY or not refusal.reason.strip():
        return False
    return refusal.code != BUSY[0] or refusal.retry_after.strip().isdigit()


def at_once(load: Load) -> int:
    """Return the most calls that were being sent at the same time."""
    taken = [one for one in load.played if one.refusal is None and one.sent > 0]
    edges = sorted(edge for one in taken for edge in ((one.began, 1), (one.began + one.sent, -1)))
    most = now = 0
    for _, step in sorted(edges):
        now += step
        most = max(most, now)
    return most


def _show(figures: Figures) -> None:
    keys = ("limit", "most_at_once", "taken", "refused", "broken", "codes")
    rows = [[key.replace("_", " "), str(figures[key])] for key in keys]
    rows.append(["refused cleanly", cell(figures["refused_cleanly"])])
    rows += [[f"lag of those taken, {name[:3]}", cell(figures["lag"][name])] for name in ("p50_s", "p95_s")]
    show("The limit as it ships", ["", ""], rows)
