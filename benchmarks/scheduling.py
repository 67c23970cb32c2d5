"""What the order of the queue does for callers in distress, and what it costs the others: hundreds of simulated calls.

The scheduler's own policy in virtual time against first come, first served (the same batches, bounds and shedding; only
the order differs) and against a single shared lock (one window at a time, by arrival, given both cores at their ideal
speed). One call in ten is distressed. `python benchmarks/scheduling.py [--quick] [--output [FILE]]`
"""

import argparse
import datetime
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from machine import Figures, headline, processor, result_file, save
from scheduling_calls import Cost, Sound, sounds
from scheduling_simulation import Outcome, Served, Simulation, longest_batch, over_bound
from stimmung.models.scheduler_metrics import quantile
from stimmung.models.scheduling import FINALS, Priority, SchedulerOptions
from text_plots import DPI

LOADS = (8, 12, 16, 24, 36, 60, 90)  # calls at once
QUICK_LOADS = (8, 24, 60)
SECONDS, QUICK_SECONDS = 240.0, 60.0  # that sound arrives for; then what is left is computed
SEED = 6
LANES = 2  # one a core
UNBOUNDED = 1_000_000
COLOURS = {"distress_first": "#0072b2", "first_come": "#e69f00", "single_lock": "#d55e00"}

EXPLAINED = (
    "longest wait: of a final, for its start; bound: what that is below, until finals alone are more than can be done;"
    " later than promised: finals that started later than scheduling.choose promises at any load"
)


@dataclass(frozen=True, slots=True)
class Side:
    """A way to order the work."""

    options: SchedulerOptions
    cost: Cost


def main() -> None:
    """Simulate, print a table, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SECONDS:.0f} s of calls at three loads")
    parser.add_argument(
        "--output", nargs="?", const="", metavar="FILE", help="write figures and a picture; by default into results"
    )
    options = parser.parse_args()
    print(headline())
    loads, seconds = (QUICK_LOADS, QUICK_SECONDS) if options.quick else (LOADS, SECONDS)
    found = {load: compare(sounds(load, seconds, SEED)) for load in loads}
    show(found)
    if options.output is not None:
        file = Path(options.output or result_file(datetime.datetime.now(datetime.UTC).date(), processor()))
        save(file, "scheduling", {"quick": options.quick, "seed": SEED, "loads": {str(k): v for k, v in found.items()}})
        draw(found, file.parent / "scheduling.png")
        print(f"written to {file}")
    print(json.dumps(summary(found)))


def sides() -> Mapping[str, Side]:
    """Return what is compared."""
    ours = SchedulerOptions(lanes=LANES)
    lock = SchedulerOptions(
        lanes=1, max_batch=1, batch_window=0.0, queue_jobs=UNBOUNDED, partial_patience=math.inf,
        record_patience=math.inf, order="first_come",
    )  # fmt: skip
    return {
        "distress_first": Side(ours, Cost()),
        "first_come": Side(replace(ours, order="first_come"), Cost()),
        "single_lock": Side(lock, Cost().divided_by(LANES)),
    }


def compare(arriving: Sequence[Sound]) -> Figures:
    """Return each side's figures over the same sound."""
    calls = len({sound.call for sound in arriving})
    found = {name: judged(Simulation(side.options, side.cost).run(arriving), side) for name, side in sides().items()}
    return {"calls": calls, **found}


def judged(outcome: Outcome, side: Side) -> Figures:
    """Return lags (arrival of the sound to the result), longest waits, and what was not done. Seconds and shares."""
    finals = [one for one in outcome.served if one.job.kind == "judge"]
    groups = {
        "distressed": [one for one in finals if one.job.priority is Priority.URGENT],
        "other": [one for one in finals if one.job.priority is Priority.FINAL],
        "partial": [one for one in outcome.served if one.job.priority is Priority.PARTIAL],
        "record": [one for one in outcome.served if one.job.priority is Priority.RECORD],
    }
    longest = longest_batch(outcome)
    waits = [one.start - one.job.arrived for one in outcome.served if one.job.priority in FINALS]
    first = [batch for batch in outcome.batches if batch[0].job.kind != "judge"]
    return {
        **{name: lags(served) for name, served in groups.items()},
        "longest_wait_s": round(max(waits), 2),
        "bound_s": round(side.options.age_bound + longest * math.ceil(2 / side.options.lanes), 2),
        "later_than_promised": len(over_bound(outcome, side.options)),
        "longest_batch_s": round(longest, 2),
        "windows_a_batch": round(sum(len(batch) for batch in first) / len(first), 2),
        "busy": round(outcome.busy / outcome.end / side.options.lanes, 2),
        "shed": {
            priority.name.lower(): round(sum(one.job.priority is priority for one, _ in outcome.shed) / asked, 3)
            for priority, asked in sorted(outcome.asked.items())
        },
        "finals_refused": sum(job.priority in FINALS for job in outcome.refused),
    }


def lags(served: Sequence[Served]) -> Figures:
    """Return median, 95th percentile and longest, in seconds."""
    ordered = sorted(one.lag for one in served)
    points = {"p50_s": quantile(ordered, 0.5), "p95_s": quantile(ordered, 0.95), "max_s": quantile(ordered, 1.0)}
    return {name: round(value, 3) for name, value in points.items()}


def show(found: Mapping[int, Figures]) -> None:
    """Print a line for each load and side."""
    lags_of = ("distressed p50", "p95", "others p50", "p95")
    columns = ("calls", "order", *lags_of, "longest wait", "bound", "later than promised")
    more = ("windows a batch", "busy", "partials shed", "records shed", "finals refused")
    table = Table(*columns, *more, title="seconds from the sound's arrival to the result; shares of what was asked for")
    table.columns[1].no_wrap = True
    for load, figures in found.items():
        for name in COLOURS:
            own = figures[name]
            lag = [own[group][point] for group in ("distressed", "other") for point in ("p50_s", "p95_s")]
            promise = [own["bound_s"], own["later_than_promised"]] if name == "distress_first" else ["", ""]
            rest = [own["windows_a_batch"], own["busy"], own["shed"].get("partial"), own["shed"].get("record")]
            row = [load, name.replace("_", " "), *lag, own["longest_wait_s"], *promise, *rest, own["finals_refused"]]
            table.add_row(*(str(cell) for cell in row))
        table.add_section()
    Console(width=170).print(table)
    print(EXPLAINED)


def draw(found: Mapping[int, Figures], file: Path) -> None:
    """Draw lags and longest waits over the number of calls."""
    figure = Figure(figsize=(11, 3.8), layout="constrained")
    panels = {
        "finals of callers in distress: p95": "distressed",
        "other finals: p95": "other",
        "longest wait of a final": "",
    }
    for axes, (title, group) in zip(figure.subplots(1, 3, sharey=True), panels.items(), strict=True):
        for name, colour in COLOURS.items():
            values = [own[name][group]["p95_s"] if group else own[name]["longest_wait_s"] for own in found.values()]
            axes.plot(list(found), values, marker="o", markersize=3, color=colour, label=name.replace("_", " "))
        if not group:
            bounds = [own["distress_first"]["bound_s"] for own in found.values()]
            axes.plot(list(found), bounds, color="0.5", linestyle=":", label="bound below saturation")
        axes.set(yscale="log", xlabel="calls at once, on two cores")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_title(title, fontsize=9)
        axes.legend(fontsize=8)
    figure.supylabel("seconds, simulated", fontsize=9)
    figure.savefig(file, dpi=DPI, metadata={"Software": None})


def summary(found: Mapping[int, Figures]) -> Figures:
    """Return the key figures of each load."""
    return {
        str(load): {
            "distressed_p95_s": own["distress_first"]["distressed"]["p95_s"],
            "first_come_distressed_p95_s": own["first_come"]["distressed"]["p95_s"],
            "lock_distressed_p95_s": own["single_lock"]["distressed"]["p95_s"],
            "other_p95_s": own["distress_first"]["other"]["p95_s"],
            "longest_wait_s": own["distress_first"]["longest_wait_s"],
            "later_than_promised": own["distress_first"]["later_than_promised"],
        }
        for load, own in found.items()
    }


if __name__ == "__main__":
    main()
