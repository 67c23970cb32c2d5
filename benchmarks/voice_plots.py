"""Pictures of a voice model: what it takes for what, what abstaining is worth, how true it is, what lines cost."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from machine import Figures
from text_bench import skip
from text_plots import DPI, PANEL, Calibrated, Confusion, draw_confusion, draw_reliability, matrix_of
from text_scores import Interval
from voice_abstention import COVERED, Confidence, confidence
from voice_bench import SHORT, WHOLE, Bench, EmoDb
from voice_conditions import PHONE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLES: Final[Mapping[str, str]] = {SHORT: "7 classes, all cut to 2 s", WHOLE: "4 classes, uncut"}
WIDTH: Final = 0.38  # of a bar, where two stand at each line


def plots(bench: Bench) -> Figures | None:
    """Draw held-out EMO-DB, beside the file of results."""
    if bench.emodb is None or bench.pictures is None:
        skip("plots", "no --output to draw beside" if bench.pictures is None else "no --data")
        return None
    bench.pictures.mkdir(parents=True, exist_ok=True)
    for group in TITLES:
        file = bench.pictures / f"voice_emotion_confusion_{group}.png"
        draw_confusion([confusion(bench.emodb, line, group) for line in bench.emodb.lines], file)
    sure = {TITLES[group]: confidence(bench.emodb, group) for group in TITLES}
    draw_coverage(sure, bench.pictures / "voice_emotion_coverage.png")
    panels = [Calibrated(f"{title}, {PHONE}", one.highest, one.right) for title, one in sure.items()]
    draw_reliability(panels, bench.pictures / "voice_emotion_reliability.png")
    recalls = {
        TITLES[group]: [bench.emodb.outcome(line, group).uar() for line in bench.emodb.lines] for group in TITLES
    }
    draw_lines(bench.emodb.lines, recalls, bench.pictures / "voice_emotion_lines.png")
    print(f"pictures drawn into {bench.pictures}")
    return {}


def confusion(emodb: EmoDb, line: str, group: str) -> Confusion:
    """Return which class was taken for which behind a line."""
    judged = emodb.outcome(line, group)
    examples = judged.examples
    matrix = matrix_of(line, examples.classes, examples.label, judged.found).matrix
    return Confusion(f"{line} ({len(examples.label)} clips)", examples.classes, matrix)


def draw_coverage(curves: Mapping[str, Confidence], file: Path) -> None:
    """Draw the share of errors over the share of clips that are judged, the surest first."""
    figure = _figure(PANEL * 1.4)
    axes = figure.add_subplot()
    for title, one in curves.items():
        curve = one.coverage
        axes.plot(curve.share, curve.error, label=title)
    axes.axvline(COVERED, color="0.7", linewidth=1)
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel="share judged, the surest first", ylabel="share of these judged wrong")
    axes.set_title(f"EMO-DB, held-out speakers, {PHONE}", fontsize=9)
    axes.legend(fontsize=8)
    _save(figure, file)


def draw_lines(lines: Sequence[str], recalls: Mapping[str, Sequence[Interval]], file: Path) -> None:
    """Draw the average recall behind each line with its interval."""
    figure = _figure(PANEL * 1.4)
    axes = figure.add_subplot()
    for number, (title, own) in enumerate(recalls.items()):
        at = [place + (number - 0.5) * WIDTH for place in range(len(lines))]
        values = [one.value for one in own]
        bounds = [[one.value - one.low for one in own], [one.high - one.value for one in own]]
        axes.bar(at, values, WIDTH, label=title, yerr=bounds, capsize=3, error_kw={"linewidth": 1})
    axes.set_xticks(range(len(lines)), lines)
    axes.set(ylim=(0, 1), ylabel="unweighted average recall")
    axes.set_title("EMO-DB, held-out speakers, 95 % over speakers", fontsize=9)
    axes.legend(fontsize=8, loc="lower right", framealpha=1)
    _save(figure, file)


def _figure(width: float) -> "Figure":
    from matplotlib.figure import Figure  # not pyplot, which keeps a state of its own and looks for a screen

    return Figure(figsize=(width, PANEL), layout="constrained")


def _save(figure: "Figure", file: Path) -> None:
    figure.savefig(file, dpi=DPI, metadata={"Software": None})  # no version: the same data give the same file
