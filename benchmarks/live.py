"""Calls heard while they happen: how late, how many at once, who waits when there are too many, what goes wrong.

Run `python benchmarks/live.py [--only PART …] [--quick] [--output]`. The server and the load client are processes of
their own, all on the same two cores. A whole run takes about two and a half hours, one of them the soak. README.md
states the terms.
"""

import argparse
import datetime
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

from live_bench import Bench, Options, previous
from live_equal import equal
from live_faults import faults
from live_first import first
from live_held import held
from live_notice import notice
from live_overload import overload
from live_refused import refused
from live_soak import soak
from machine import Figures, confine, figure_at, headline, processor, result_file, save
from stimmung.speech.errors import StimmungError
from text_bench import rounded

PARTS: Final[Mapping[str, Callable[[Bench], Figures]]] = {
    "equal": equal,
    "first": first,
    "held": held,
    "overload": overload,
    "refused": refused,
    "notice": notice,
    "faults": faults,
    "soak": soak,
}
LIBRARIES: Final = ("fastapi", "uvicorn", "websockets", "torch", "transformers")  # beside those of `machine`
QUICK_CALLS, QUICK_SOAK = 2, 0.4  # minutes
# The keys of the last line, and where in the figures of all parts each lies.
SUMMARY: Final[Mapping[str, tuple[str, ...]]] = {
    "calls_held": ("held", "calls_held"),
    "lag_p50_s": ("held", "lag", "p50_s"),
    "lag_p95_s": ("held", "lag", "p95_s"),
    "overload_distressed_p95_s": ("overload", "orders", "distress_first", "distressed", "p95_s"),
    "overload_fcfs_distressed_p95_s": ("overload", "orders", "first_come", "distressed", "p95_s"),
    "overload_calm_p95_s": ("overload", "orders", "distress_first", "calm", "p95_s"),
    "max_wait_s": ("overload", "max_wait_s"),
    "refused_cleanly": ("refused", "refused_cleanly"),
    "notice_median_s": ("notice", "notice_median_s"),
    "live_equals_batch": ("equal", "live_equals_batch"),
}
EXPLAINED: Final = (
    "lags and waits in seconds beyond the closing pause, from the sending of the last voiced sample to the arrival of"
    " its final utterance, by the client's clock; overload: customers in distress from when an idle server knows it;"
    " notice: the longer of the medians of sample and composed calls"
)


def main() -> None:
    """Measure, and end with one line of JSON."""
    options = arguments()
    confine()
    print(headline())
    print(", ".join(f"{name} {version(name)}" for name in LIBRARIES))
    output = _output(options.output)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) if options.work is None else options.work
        own = Options(work.resolve(), options.quick, options.calls, options.soak_minutes)
        if options.quick:
            own = replace(own, calls=own.calls or QUICK_CALLS, soak_minutes=QUICK_SOAK)
        bench = Bench(own, None if output is None else output.parent, previous(output, options.quick))
        try:
            figures = measure(bench, options.only)
        except (StimmungError, OSError) as error:
            raise SystemExit(f"live.py: {error}") from error
    figures = {key: rounded(value) for key, value in {**figures, "quick": options.quick}.items()}
    if output is not None:
        save(output, "live", figures)
        print(f"written to {output}")
    print(EXPLAINED)
    print(json.dumps(summary(figures), allow_nan=False))


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder that keeps sounds, logs and plans of the run")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="few calls and short: minutes, to see that all works")
    parser.add_argument("--calls", type=int, metavar="N", help="how many calls are held, instead of searching")
    parser.add_argument("--soak-minutes", type=float, default=60.0, metavar="M", help="length of the soak, 60")
    parser.add_argument(
        "--output",
        nargs="?",
        const="",
        metavar="FILE",
        help="write figures and pictures, by default into results; parts measured before on that day stay",
    )
    options = parser.parse_args(given)
    if options.calls is not None and options.calls < 1:
        parser.error(f"--calls {options.calls}: give a number of calls from 1 on")
    return options


def measure(bench: Bench, only: Sequence[str] | None) -> Figures:
    """Run the parts, all or `only` some, and return their figures with those found before, a part's under its name."""
    for name, part in PARTS.items():
        if only is None or name in only:
            print(f"== {name}", flush=True)
            bench.found[name] = part(bench)
    return {**bench.found, "libraries": {name: version(name) for name in LIBRARIES}}


def summary(figures: Figures) -> Figures:
    """Return the figures of the last line; None for what was not measured."""
    return {key: figure_at(figures, path) for key, path in SUMMARY.items()}


def _output(given: str | None) -> Path | None:
    if given is None:
        return None
    return Path(given) if given else result_file(datetime.datetime.now(datetime.UTC).date(), processor())


if __name__ == "__main__":
    main()
