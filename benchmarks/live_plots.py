"""Pictures of live calls: how late utterances come, by whose they are and in which order; memory over the soak."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from text_plots import DPI

COLOURS: Final = ("#0072b2", "#e69f00", "#56b4e9", "#d55e00", "#009e73", "#cc79a7")
LEAST: Final = 0.01  # s: what came at once stands here on the logarithmic axis


def draw_lags(columns: Mapping[str, Sequence[float]], file: Path, limits: Sequence[float] = (0.4, 1.0)) -> None:
    """Draw the share of utterances that came within each time, a curve each; `limits` (s) are dotted."""
    figure = Figure(figsize=(6.5, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for number, (name, values) in enumerate(columns.items()):
        if len(values):
            rising = np.maximum(np.sort(np.asarray(values, float)), LEAST)
            share = np.arange(1, len(rising) + 1) / len(rising)
            axes.step(rising, share, where="post", color=COLOURS[number % len(COLOURS)], label=name)
    for limit in limits:
        axes.axvline(limit, color="0.6", linewidth=1, linestyle=":")
    axes.axhline(0.95, color="0.85", linewidth=1)
    axes.set(xscale="log", ylim=(0, 1.01), xlabel="seconds beyond the closing pause", ylabel="share of utterances")
    if columns:
        axes.legend(loc="lower right", fontsize=8)
    _save(figure, file)


def draw_memory(rows: Sequence[tuple[float, float]], file: Path, title: str) -> None:
    """Draw the server's memory over time; rows are seconds and MB."""
    figure = Figure(figsize=(6.5, 3.2), layout="constrained")
    axes = figure.add_subplot()
    seconds, megabytes = np.array(rows, float).reshape(-1, 2).T
    axes.plot(seconds / 60, megabytes, color=COLOURS[0], linewidth=1)
    axes.set(xlabel="minutes", ylabel="resident memory, MB", ylim=(0, 1.15 * float(megabytes.max(initial=1.0))))
    axes.set_title(title, fontsize=9)
    _save(figure, file)


def _save(figure: Figure, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=DPI)
