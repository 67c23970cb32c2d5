"""How many two-channel calls at once are heard in time: the largest number that keeps both limits of the lag."""

from collections.abc import Callable
from typing import Final

from live_bench import SEED, Bench, Ran
from live_lag import MOST_P50, MOST_P95, Lags, finals, kept, lags
from live_plan import rotated, staggered
from live_server import Server
from live_sounds import TWO_CHANNELS
from machine import Figures
from text_bench import cell, show

FIRST: Final = 8  # calls that are tried first
MOST: Final = 64  # calls that are tried at most
STEP_SECONDS: Final = 75.0
TRUE_SECONDS: Final = 600.0
SPREAD: Final = 15.0  # s over which calls begin
QUICK_STEP, QUICK_TRUE, QUICK_FIRST, QUICK_MOST = 15.0, 25.0, 2, 2
TRIES: Final = 4  # of the long run, each with a call less


def held(bench: Bench) -> Figures:
    """Search by short steps, then take the long run's word."""
    step, true = (QUICK_STEP, QUICK_TRUE) if bench.quick else (STEP_SECONDS, TRUE_SECONDS)
    first, most = (QUICK_FIRST, QUICK_MOST) if bench.quick else (FIRST, MOST)
    rows: list[Figures] = []
    print(f"closing pause {bench.pause:g} s, which recordings and live calls share; lags are beyond it")
    with bench.server() as server:

        def keeps(count: int) -> bool:
            return _step(bench, server, count, step, rows)[1].held

        tried = max(bench.options.calls or largest(keeps, first, most), 1)
        ran, found = _step(bench, server, tried, true, rows)
        for fewer in range(tried - 1, max(tried - TRIES, 0), -1):
            if found.held:
                break
            ran, found = _step(bench, server, fewer, true, rows)
    _show(rows)
    figures = {
        "calls_held": rows[-1]["calls"] if found.held else 0,
        "closing_pause_s": bench.pause,
        "lag": found.figures(),
        "limits": {"p50_s": MOST_P50, "p95_s": MOST_P95},
        "steps": rows,
        **kept(ran.load).figures(),
        **ran.cost(),
    }
    _draw(bench, found)
    return figures


def largest(keeps: Callable[[int], bool], first: int, most: int) -> int:
    """Return the largest number that `keeps`, from 0 to `most`: by half more or less until between, then by halves."""
    low, high, tried = 0, most + 1, min(first, most)
    while high - low > 1:
        if keeps(tried):
            low = tried
            tried = min(tried + max(tried // 2, 1), most) if high > most else (low + high) // 2
        else:
            high = tried
            tried = max(low + 1, (low + high) // 2)
    return low


def _step(bench: Bench, server: Server, count: int, seconds: float, rows: list[Figures]) -> tuple[Ran, Lags]:
    lines = staggered(rotated(TWO_CHANNELS, count, SEED), min(SPREAD, seconds / 4), SEED)
    ran = bench.run(server, bench.plan(server, lines, seconds))
    found = lags(finals(ran.load), bench.pause)
    # Last, since `kept` counts the calls that were played one after the other on these lines.
    rows.append({**found.figures(), **ran.cost(), **kept(ran.load).figures(), "calls": count, "held": found.held})
    print(
        f"{count} calls, {seconds:.0f} s: p50 {cell(rows[-1]['p50_s'])} s, p95 {cell(rows[-1]['p95_s'])} s", flush=True
    )
    return ran, found


def _show(rows: list[Figures]) -> None:
    cells = [
        [
            f"{row['calls']} calls, {row['seconds']:.0f} s",
            str(row["finals"]),
            *(
                cell(row[name])
                for name in ("p50_s", "p95_s", "max_s", "stated_p50_s", "stated_p95_s", "by_level_p95_s")
            ),
            f"{row['client_share_of_core']:.0%}",
            f"{row['server_share_of_core']:.0%}",
            "yes" if row["held"] else "no",
        ]
        for row in rows
    ]
    columns = [
        "",
        "finals",
        "p50",
        "p95",
        "max",
        "stated p50",
        "p95",
        "by level p95",
        "client CPU",
        "server CPU",
        "held",
    ]
    show("Lag beyond the closing pause, s; shares of one core", columns, cells)


def _draw(bench: Bench, found: Lags) -> None:
    if bench.pictures is not None:
        from live_plots import draw_lags

        draw_lags({f"at capacity ({len(found.own)} finals)": found.own}, bench.pictures / "live_lag_held.png")
