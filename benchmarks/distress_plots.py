"""Pictures of the distress score: how true it is, how it runs through each kind of call, who gets to the top when."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from distress_bench import Bench, JudgedCall, Side
from distress_calls import DISTRESSED, SHARES
from distress_held_out import Column, moments, utterances, whole
from machine import Figures
from text_bench import skip
from text_plots import DPI, Calibrated, draw_reliability
from voice_conditions import PHONE
from voice_scores import auc

STEPS: Final = np.linspace(-60.0, 60.0, 121)  # s around the onset, or around the middle of a calm call
COLOURS: Final[Mapping[Side, str]] = {"fused": "#0072b2", "words": "#e69f00", "voice": "#56b4e9"}


def plots(bench: Bench) -> Figures:
    """Draw the held-out calls on the phone, beside the file of results."""
    if bench.pictures is None:
        skip("plots", "no --output to draw beside")
        return {}
    bench.pictures.mkdir(parents=True, exist_ok=True)
    calls = bench.judged(PHONE)
    panels = [_calibrated("utterances", utterances(calls)), _calibrated("callers", moments(calls))]
    draw_reliability(panels, bench.pictures / "distress_reliability.png")
    draw_courses(calls, bench.pictures / "distress_courses.png")
    draw_roc({side: whole(bench.judged(PHONE, side)) for side in COLOURS}, bench.pictures / "distress_roc.png")
    print(f"pictures drawn into {bench.pictures}")
    return {}


def _calibrated(title: str, column: Column) -> Calibrated:
    known = np.isfinite(column.score)
    return Calibrated(f"{title}, composed calls, {PHONE}", column.score[known], column.truth[known])


def draw_courses(calls: Sequence[JudgedCall], file: Path) -> None:
    """Draw the median score and the middle half of it around the onset, for each kind of call."""
    figure = Figure(figsize=(10, 5.5), layout="constrained")
    names = [*DISTRESSED, *SHARES]
    for axes, name in zip(figure.subplots(2, 4, sharex=True, sharey=True).flat, names, strict=True):
        own = [call for call in calls if call.plan.course == name]
        rows = np.array([[_score(call, step) for step in STEPS] for call in own])
        low, middle, high = np.nanquantile(rows, [0.25, 0.5, 0.75], axis=0)
        axes.fill_between(STEPS, low, high, color="#56b4e9", alpha=0.4, linewidth=0)
        axes.plot(STEPS, middle, color="#0072b2")
        axes.axvline(0.0, color="0.6", linewidth=1, linestyle=":")
        axes.set_title(f"{name.replace('_', ' ')} ({len(own)})", fontsize=9)
        axes.set_ylim(0, 1)
    figure.supxlabel("seconds from the onset (calm calls: from the middle)", fontsize=9)
    figure.supylabel("score: median and middle half", fontsize=9)
    figure.savefig(file, dpi=DPI)


def _score(call: JudgedCall, step: float) -> float:
    """Return the score so many seconds from the onset; NaN outside the call."""
    onset = call.plan.onset
    time = (call.plan.duration / 2 if onset is None else onset) + step
    return call.score_at(time) if 0 <= time <= call.plan.duration else float("nan")


def draw_roc(columns: Mapping[Side, Column], file: Path) -> None:
    """Draw the ROC curves of whole calls."""
    figure = Figure(figsize=(4.5, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for name, column in columns.items():
        order = np.argsort(-column.score)
        truth = column.truth[order]
        false, true = np.cumsum(~truth) / np.sum(~truth), np.cumsum(truth) / np.sum(truth)
        axes.plot(false, true, color=COLOURS[name], label=f"{name}: AUC {auc(column.truth, column.score):.3f}")
    axes.plot([0, 1], [0, 1], color="0.8", linewidth=1)
    axes.set(xlabel="calm calls scored as high", ylabel="calls in distress found", xlim=(0, 1), ylim=(0, 1))
    axes.set_title(f"Composed calls, unseen actors and texts, {PHONE}", fontsize=9)
    axes.legend(loc="lower right", fontsize=8)
    figure.savefig(file, dpi=DPI)
