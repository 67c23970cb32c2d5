"""Speed and word errors of ours against faster-whisper's batched pipeline: same model, int8, two cores, word times.

Run `python benchmarks/transcribe.py --data ../shared/data [--quick] [--output]`. README.md states the terms.
Without `--data` only the sample calls are heard.
"""

import argparse
import datetime
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

import word_times
from comparison import Compared, Setting, choose_batches, compare, item_errors, speed_ratio, word_figures, words
from corpus import Condition, Item, recordings, write_item
from listeners import Listener
from machine import Figures, headline, processor, result_file, save
from stages import preparation_seconds
from wer import Errors, rate

MODES = {"greedy": 1, "beam5": 5}  # beam sizes
INSIDE = ("encode", "generate", "align")  # of the recognition network


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, and how often."""

    quick: bool
    repetitions: int
    phone_repetitions: int


def main() -> None:
    """Measure, and end with one line of JSON."""
    options = arguments()
    plan = Plan(options.quick, 1 if options.quick else options.repetitions, 1)
    print(headline())
    if options.data is None:
        print("no --data: the real call and kerstin_de are skipped, the sample calls alone are heard")
    with tempfile.TemporaryDirectory() as folder:
        heard = recordings(options.data, plan.quick, options.sentences)
        clean = [write_item(recording, "clean", Path(folder)) for recording in heard]
        phone = [write_item(recording, "phone", Path(folder)) for recording in heard]
        with Listener("stimmung") as ours, Listener("batched") as theirs:
            figures = against_batched(clean, phone, plan, (ours, theirs))
            figures |= word_time_figures(ours, plan)
        if not plan.quick:
            figures |= against_windows(clean, figures) | against_tuned(clean, figures)
    for name in ("plain_windows_ratio_greedy", "wer_plain_windows_greedy", "tuned_baseline_ratio_greedy"):
        figures.setdefault(name, None)
    if options.output is not None:
        file = options.output or result_file(datetime.datetime.now(datetime.UTC).date(), processor())
        save(Path(file), "transcribe", figures)
        print(f"written to {file}")
    print(json.dumps(figures))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the development data")
    parser.add_argument("--quick", action="store_true", help="the first seconds of some calls, once, under a minute")
    parser.add_argument("--repetitions", type=int, default=5, help="of the clean calls; phone is heard once")
    parser.add_argument("--sentences", type=int, help="of kerstin_de, by default all 240")
    parser.add_argument(
        "--output", nargs="?", const="", metavar="FILE", help="write figures; by default into benchmarks/results"
    )
    return parser.parse_args()


def against_batched(
    clean: Sequence[Item], phone: Sequence[Item], plan: Plan, sides: tuple[Listener, Listener]
) -> Figures:
    """Compare greedy and with beam 5, clean and through the phone channel."""
    ours, theirs = sides
    figures: Figures = {}
    for mode, beam_size in MODES.items():
        for side in sides:
            side.listen(Setting(beam_size, {}).job(clean[0]))  # the first call of a process pays for its start
        setting = Setting(beam_size, {} if plan.quick else choose_batches(clean, theirs, beam_size))
        chosen = {item.corpus: setting.job(item).batch_size for item in clean}
        print(f"{mode}: faster-whisper's batch {chosen}" + (" (not tried: --quick)" if plan.quick else ""))
        figures[f"fw_batch_{mode}"] = chosen
        jobs: tuple[tuple[Condition, Sequence[Item], int], ...] = (
            ("clean", clean, plan.repetitions),
            ("phone", phone, plan.phone_repetitions),
        )
        for condition, items, repetitions in jobs:
            compared = compare(items, setting, ours, theirs, repetitions)
            show(compared, f"{mode}, {condition}, {repetitions} repetitions")
            figures |= word_figures(compared, mode, condition)
            ending = mode if condition == "clean" else f"{mode}_phone"
            figures[f"speed_ratio_{ending}"] = round(speed_ratio(compared), 3)
            if ending == "greedy":
                figures |= cost(compared)
            figures["peak_rss_mb"] = round(max(heard.peak_memory_mb for one in compared for heard in one.ours))
            figures["fw_peak_rss_mb"] = round(max(heard.peak_memory_mb for one in compared for heard in one.theirs))
    return figures


def cost(compared: Sequence[Compared]) -> Figures:
    """Return how many times faster than real time we are, and which stage takes which share of the processor's time."""
    seconds = sum(one.item.seconds for one in compared)
    channel_seconds = sum(one.item.seconds * len(one.item.channel_files) for one in compared)
    ours = sum(one.our_timing.median for one in compared)
    spent: dict[str, float] = {}
    for one in compared:
        first = one.ours[0]
        for stage, value in {**preparation_seconds(one.item.file), **first.stages}.items():
            spent[stage] = spent.get(stage, 0.0) + value
    processor_seconds = sum(one.ours[0].processor_seconds for one in compared)
    counted = [stage for stage in ("decode", "events", "detector", *INSIDE) if stage in spent]
    shares = {stage: round(spent[stage] / processor_seconds, 4) for stage in counted}
    shares["other"] = round(1 - sum(shares.values()), 4)
    print("share of the processor's time, greedy:", ", ".join(f"{name} {share:.1%}" for name, share in shares.items()))
    if not set(INSIDE) & set(spent):
        print("recognition counts no stages of its own: features, encoder, decoder and alignment are in `other`")
    return {
        "rtf_x": round(seconds / ours, 1),
        "channel_rtf_x": round(channel_seconds / ours, 1),
        "stage_shares": shares,
        "windows": round(spent.get("windows", 0)),
        "window_seconds_per_window": round(spent.get("window_seconds", 0.0) / max(spent.get("windows", 0.0), 1.0), 2),
    }


def word_time_figures(ours: Listener, plan: Plan) -> Figures:
    """Return the worse of starts and ends on the quick set of word_times.py, or nulls with a reason."""
    reason = None
    if plan.quick:
        reason = "--quick: run word_times.py"
    try:
        figures = {} if reason else word_times.measure(ours, quick=True)
    except SystemExit as missing:  # espeak-ng is not installed
        reason = str(missing)
        figures = {}
    if reason:
        return {"word_time_median_ms": None, "word_time_p95_ms": None, "word_time_reason": reason}
    median, high = word_times.worst(figures)
    return {"word_time_median_ms": median, "word_time_p95_ms": high}


def against_windows(items: Sequence[Item], figures: Figures) -> Figures:
    """Hear everything once more with faster-whisper's windows of 30 s one by one, greedy."""
    with Listener("windows") as plain:
        heard = [plain.listen(Setting(1, {}).job(item)) for item in items]
    errors: list[Errors] = []
    for item, one in zip(items, heard, strict=True):
        errors += item_errors(item, one)
    seconds = sum(one.seconds for one in heard)
    return {
        "plain_windows_ratio_greedy": round(seconds / our_seconds(items, figures), 3),
        "wer_plain_windows_greedy": round(rate(errors), 4),
    }


def against_tuned(items: Sequence[Item], figures: Figures) -> Figures:
    """Hear everything once with the batched pipeline in a process set up like ours (AVX-512, memory kept), greedy."""
    with Listener("tuned") as tuned:
        setting = Setting(1, figures["fw_batch_greedy"])
        tuned.listen(setting.job(items[0]))
        seconds = sum(tuned.listen(setting.job(item)).seconds for item in items)
    return {"tuned_baseline_ratio_greedy": round(seconds / our_seconds(items, figures), 3)}


def our_seconds(items: Sequence[Item], figures: Figures) -> float:
    """Return our greedy seconds over all items, from what was measured before."""
    return sum(item.seconds for item in items) / float(figures["rtf_x"])


def show(compared: Sequence[Compared], title: str) -> None:
    """Print a line a call: seconds of both sides with their spread, ratio, word error rates."""
    table = Table(title=title)
    for column in (
        "call",
        "seconds × channels",
        "ours s",
        "spread",
        "batched s",
        "spread",
        "ratio",
        "WER ours",
        "WER fw",
    ):
        table.add_column(column)
    for one in compared:
        table.add_row(f"{one.item.corpus}: {one.item.name}", *row([one]))
    table.add_row("all", *row(compared))
    Console(width=120).print(table)
    changed = [one.item.name for one in compared if not one.same_text]
    if changed:
        print("our text differed between repetitions (the first one counts):", ", ".join(changed))


def row(compared: Sequence[Compared]) -> list[str]:
    """Return the cells of one line of the table."""
    ours, theirs = [one.our_timing for one in compared], [one.their_timing for one in compared]
    errors = words(compared)
    lengths = sum(one.item.seconds * len(one.item.channel_files) for one in compared)
    return [
        f"{lengths:.0f}",
        f"{sum(timing.median for timing in ours):.2f}",
        f"{max(timing.spread for timing in ours):.0%}",
        f"{sum(timing.median for timing in theirs):.2f}",
        f"{max(timing.spread for timing in theirs):.0%}",
        f"{speed_ratio(compared):.2f}",
        f"{rate(errors.ours):.4f}" if errors else "-",
        f"{rate(errors.theirs):.4f}" if errors else "-",
    ]


if __name__ == "__main__":
    main()
