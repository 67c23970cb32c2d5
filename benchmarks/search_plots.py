"""Pictures of searching: how long it takes by kind and by how frequent what is asked is, and as the store grows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from machine import Figures, figure_at
from search_bench import Bench
from search_times import BARE, FILTERED, KINDS
from text_bench import skip
from text_plots import DPI

BANDS: Final = ("rare", "middling", "frequent")
COLOURS: Final[Mapping[str, str]] = {BARE: "#0072b2", FILTERED: "#e69f00"}
LINES: Final = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9")
LIMITS: Final = {"meaning": 150.0, "hybrid": 150.0}  # ms; 100 for the others
LIMIT: Final = 100.0
WIDTH: Final = 0.4  # of a bar


def plots(bench: Bench) -> Figures:
    """Draw what was measured, beside the file of figures."""
    if bench.pictures is None:
        skip("plots", "no --output to draw beside")
        return {}
    bench.pictures.mkdir(parents=True, exist_ok=True)
    groups = figure_at(bench.found, ("times", "groups"))
    if isinstance(groups, dict):
        draw_times(groups, bench.pictures / "search_times.png")
    sizes = figure_at(bench.found, ("growth", "sizes"))
    if isinstance(sizes, dict):
        draw_growth(sizes, bench.pictures / "search_growth.png")
    print(f"pictures drawn into {bench.pictures}")
    return {}


def draw_times(groups: Mapping[str, Figures], file: Path) -> None:
    """Draw bars up to the p95 of each kind and third, a mark at the median, dotted what was promised."""
    labels = [label for kind in KINDS for label in (kind, *(f"{kind}, {band}" for band in BANDS))]
    shown = [label for label in labels if any(f"{label}, {side}" in groups for side in COLOURS)]
    thirds = {label.split(",")[0] for label in shown if "," in label}
    shown = [label for label in shown if label not in thirds]
    figure = Figure(figsize=(8.0, 4.6), layout="constrained")
    axes = figure.add_subplot()
    for number, (side, colour) in enumerate(COLOURS.items()):
        places = [place for place, label in enumerate(shown) if f"{label}, {side}" in groups]
        own = [groups[f"{shown[place]}, {side}"] for place in places]
        left = [place + (number - 0.5) * WIDTH for place in places]
        axes.bar(left, [one["p95_ms"] for one in own], WIDTH, color=colour, label=f"{side}, p95")
        axes.scatter(left, [one["p50_ms"] for one in own], marker="_", s=60, color="black", zorder=3)
    for place, label in enumerate(shown):
        limit = LIMITS.get(label.split(",")[0], LIMIT)
        axes.hlines(limit, place - 0.5, place + 0.5, color="0.4", linewidth=1, linestyle=":")
    axes.set_xticks(range(len(shown)), shown, rotation=40, ha="right", fontsize=8)
    axes.set(yscale="log", ylabel="ms; black: median, dotted: promised p95")
    axes.legend(fontsize=8)
    _save(figure, file)


def draw_growth(sizes: Mapping[str, Figures], file: Path) -> None:
    """Draw median and p95 of each kind over the rows of the store."""
    figure = Figure(figsize=(8.0, 3.8), layout="constrained")
    panels: Sequence[Axes] = [figure.add_subplot(1, 2, number) for number in (1, 2)]
    rows = [int(one) for one in sizes]
    kinds = list(dict.fromkeys(kind for own in sizes.values() for kind in own["kinds"]))
    for axes, (key, title) in zip(panels, (("p50_ms", "median"), ("p95_ms", "p95")), strict=True):
        for kind, colour in zip(kinds, LINES, strict=False):
            found = [(size, own["kinds"][kind][key]) for size, own in zip(rows, sizes.values(), strict=True)]
            axes.plot(*zip(*found, strict=True), marker="o", markersize=4, color=colour, label=kind)
        axes.set(xscale="log", yscale="log", xlabel="million utterances", ylabel="ms", title=title)
        axes.set_xticks(rows, [f"{size / 1e6:g}" for size in rows])
        axes.minorticks_off()
    panels[0].legend(fontsize=8)
    _save(figure, file)


def _save(figure: Figure, file: Path) -> None:
    figure.savefig(file, dpi=DPI, metadata={"Software": None})  # no version: the same data give the same file
