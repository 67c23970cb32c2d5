"""What the distress score is worth: composed calls of unseen actors and texts, ranking, ablations, stability.

Run `python benchmarks/distress.py --data ../shared/data [--work RUN] [--only PART …] [--quick] [--output]`. RUN keeps
what was heard of clips and spoken texts; without it a quarter of an hour goes into hearing them. README.md states the
terms, and what composed calls can and cannot prove.
"""

import argparse
import datetime
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from distress_ablations import ablations
from distress_bench import COUNT, Bench, Options
from distress_held_out import held_out
from distress_plots import plots
from distress_quick import QuickBench
from distress_ranking import ranking
from distress_stability import stability
from machine import Figures, confine, figure_at, headline, processor, result_file, save, usable_cores
from stimmung.speech.errors import StimmungError
from text_bench import rounded

PARTS: Final[Mapping[str, Callable[[Bench], Figures]]] = {
    "held_out": held_out,
    "ranking": ranking,
    "ablations": ablations,
    "stability": stability,
    "plots": plots,
}
COPIES: Final = 12
QUICK_COUNT, QUICK_COPIES, QUICK_RECORDINGS = 20, 1, 1
LIBRARIES: Final = ("scikit-learn", "torch", "transformers")  # beside those of `machine`
# The keys of the last line, and where in the figures of all parts each lies: composed calls on the phone.
SUMMARY: Final[Mapping[str, tuple[str, ...]]] = {
    **{
        f"call_auc_{side}": ("held_out", "lines", "phone", "call_auc", side, "value")
        for side in ("fused", "words", "voice")
    },
    "utterance_auc_fused": ("held_out", "lines", "phone", "utterance_auc", "fused", "value"),
    "ece": ("held_out", "lines", "phone", "ece", "caller"),
    "precision_at_4": ("ranking", "sides", "fused", "precision_at_4", "value"),
    "time_to_top_median_s": ("ranking", "sides", "fused", "time_to_top_median_s"),
    "time_to_top_p95_s": ("ranking", "sides", "fused", "time_to_top_p95_s"),
    "false_alarms_per_hour": ("ranking", "false_alarms", "distressed"),
    "abstained": ("held_out", "lines", "phone", "abstained"),
}
EXPLAINED: Final = (
    "calls composed of acted clips and written utterances, joined at the level of features, on the phone; actors and"
    " texts unseen; one caller in five in distress; null: the 95th percentile never reaches the top"
)


def main() -> None:
    """Measure, and end with one line of JSON."""
    options = arguments()
    confine()
    _threads()
    print(headline())
    print(", ".join(f"{name} {version(name)}" for name in LIBRARIES))
    output = _output(options.output)
    with tempfile.TemporaryDirectory() as folder:
        work, pictures = options.work or Path(folder), None if output is None else output.parent
        if options.quick:
            bench: Bench = QuickBench(
                Options(options.data, work, QUICK_COUNT, QUICK_COPIES, QUICK_RECORDINGS), pictures
            )
        else:
            bench = Bench(Options(options.data, work, COUNT, COPIES), pictures)
        try:
            figures = measure(bench, options.only)
        except (StimmungError, OSError) as error:
            raise SystemExit(f"distress.py: {error}") from error
    figures = {key: rounded(value) for key, value in {**figures, "quick": options.quick}.items()}
    if output is not None:
        save(output, "distress", figures)
        print(f"written to {output}")
    print(EXPLAINED)
    print(json.dumps(summary(figures), allow_nan=False))


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the development data: emodb, text, calls")
    parser.add_argument("--work", type=Path, help="folder that keeps what was heard of clips and spoken texts")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--quick", action="store_true", help="few actors, texts and calls: minutes, to see that everything works"
    )
    parser.add_argument(
        "--output", nargs="?", const="", metavar="FILE", help="write figures and pictures; by default into results"
    )
    options = parser.parse_args(given)
    if not (options.data / "emodb").is_dir():
        parser.error(f"--data {options.data}: there is no folder `emodb` in it")
    return options


def measure(bench: Bench, only: Sequence[str] | None) -> Figures:
    """Run the parts, all or `only` some, and return their figures, each part's under its name."""
    figures: Figures = {"libraries": {name: version(name) for name in LIBRARIES}}
    for name, part in PARTS.items():
        if only is None or name in only:
            print(f"== {name}", flush=True)
            figures[name] = part(bench)
    return figures


def summary(figures: Figures) -> Figures:
    """Return the figures of the last line; None for what was not measured, and for a time that never came."""
    return {key: figure_at(figures, path) for key, path in SUMMARY.items()}


def _threads() -> None:
    import torch

    torch.set_num_threads(len(usable_cores()))


def _output(given: str | None) -> Path | None:
    if given is None:
        return None
    return Path(given) if given else result_file(datetime.datetime.now(datetime.UTC).date(), processor())


if __name__ == "__main__":
    main()
