"""Pictures of a text model: how true its probabilities are, and what it takes for what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import confusion_matrix  # type: ignore[import-untyped]  # the library has no types

from machine import Figures
from stimmung.models.emotion_labels import POLARITIES, SERVICE_CLASSES
from stimmung.models.training.text_corpora import LabelledText
from text_bench import Bench, skip
from text_challenge import FOLDER, LANGUAGES, QUICK_EVERY, answers_of, classes_of, polarities_of, read_challenge
from text_judged import Bools, Floats, Ints, Judged
from text_labelled import QUICK_EMOTIONS, QUICK_POLARITIES
from text_scores import polarity_confidence, reliability
from text_sets import (
    germeval_test,
    goemotions_dev,
    sample,
    spoken_texts_of,
    true_classes,
    true_labels,
    true_polarities,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 100
PANEL = 4.2  # inches a panel
DARK = 0.55  # of a row: from here on the cell is dark and its number white


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """One diagram: probabilities (n,) and whether each came true."""

    title: str
    probabilities: Floats
    truth: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """One matrix: counts (names, names), rows are what is true, columns what was found."""

    title: str
    names: tuple[str, ...]
    matrix: Ints


def plots(bench: Bench) -> Figures | None:
    """Draw the model under test, beside the file of results."""
    if bench.pictures is None:
        skip("plots", "no --output to draw beside")
        return None
    reliabilities, polarities, classes = [], [], []
    for calibrated, confusion in _labelled(bench):
        reliabilities += calibrated
        polarities += [one for one in confusion if one.names == POLARITIES]
        classes += [one for one in confusion if one.names == SERVICE_CLASSES]
    for confusion in _challenges(bench):
        polarities += [one for one in confusion if one.names == POLARITIES]
        classes += [one for one in confusion if one.names == SERVICE_CLASSES]
    bench.pictures.mkdir(parents=True, exist_ok=True)
    if reliabilities:
        draw_reliability(reliabilities, bench.pictures / "text_emotion_reliability.png")
    draw_confusion(polarities, bench.pictures / "text_emotion_polarity.png")
    if classes:
        draw_confusion(classes, bench.pictures / "text_emotion_classes.png")
    print(f"pictures drawn into {bench.pictures}")
    return {}


def _labelled(bench: Bench) -> Iterator[tuple[list[Calibrated], list[Confusion]]]:
    """Yield the panels of GoEmotions and of GermEval."""
    if bench.data is None:
        return
    side = bench.sides[0]
    english = sample(goemotions_dev(bench.data), QUICK_EMOTIONS if bench.quick else None)
    judged = bench.judged(side, "goemotions", spoken_texts_of(english))
    labels = (
        []
        if judged.labels is None
        else [
            Calibrated(
                "28 labels pooled, GoEmotions dev",
                judged.labels[judged.worded].ravel(),
                true_labels(english)[judged.worded].ravel(),
            )
        ]
    )
    matrices = [polarity_matrix("GoEmotions dev, English", english, judged)]
    if judged.likeliest_class is not None:
        truth = true_classes(english)
        one = np.flatnonzero(truth.sum(axis=1) == 1)
        matrices.append(
            matrix_of(
                "GoEmotions dev, texts of one class",
                SERVICE_CLASSES,
                truth[one].argmax(axis=1),
                judged.likeliest_class[one],
            )
        )
    yield [*labels, polarity_calibration("polarity, GoEmotions dev, English", english, judged)], matrices

    german = sample(germeval_test(bench.data), QUICK_POLARITIES if bench.quick else None)
    judged = bench.judged(side, "germeval", spoken_texts_of(german))
    title = "GermEval 2017 test_syn, German"
    yield [polarity_calibration(f"polarity, {title}", german, judged)], [polarity_matrix(title, german, judged)]


def _challenges(bench: Bench) -> Iterator[list[Confusion]]:
    for language in LANGUAGES:
        items = read_challenge(FOLDER / f"{language}.tsv")[:: QUICK_EVERY if bench.quick else 1]
        judged = answers_of(bench, bench.sides[0], items).given
        found = [matrix_of(f"challenge, {language}", POLARITIES, polarities_of(items), judged.polarity)]
        if judged.likeliest_class is not None:
            found.append(
                matrix_of(f"challenge, {language}", SERVICE_CLASSES, classes_of(items), judged.likeliest_class)
            )
        yield found


def polarity_calibration(title: str, texts: Sequence[LabelledText], judged: Judged) -> Calibrated:
    """Return the confidence in the likeliest polarity, over texts whose polarity is known."""
    truth = true_polarities(texts)
    confidence, right = polarity_confidence(judged, truth)
    asked = (truth >= 0)[judged.worded]
    return Calibrated(title, confidence[asked], right[asked])


def polarity_matrix(title: str, texts: Sequence[LabelledText], judged: Judged) -> Confusion:
    """Return which polarity was taken for which, over texts whose polarity is known."""
    truth = true_polarities(texts)
    known = truth >= 0
    return matrix_of(title, POLARITIES, truth[known], judged.polarity[known])


def matrix_of(title: str, names: tuple[str, ...], truth: Ints, found: Ints) -> Confusion:
    """Return how often each of `names` was taken for each, from indices (texts,)."""
    counted = confusion_matrix(truth, found, labels=range(len(names)))
    return Confusion(f"{title} ({len(truth)} texts)", names, np.asarray(counted, np.intp))


def draw_reliability(panels: Sequence[Calibrated], file: Path) -> None:
    """Draw what share came true over what was promised; the larger a dot, the more probabilities it stands for."""
    figure = _figure(len(panels), PANEL)
    for axes, panel in zip(_axes(figure, len(panels)), panels, strict=True):
        bins = reliability(panel.probabilities, panel.truth)
        axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        axes.plot([one.mean for one in bins], [one.share for one in bins], color="tab:blue", linewidth=1)
        sizes = [8 + 22 * float(np.log10(one.count)) for one in bins]
        axes.scatter([one.mean for one in bins], [one.share for one in bins], s=sizes, color="tab:blue")
        axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="probability", ylabel="share that came true")
        axes.set_title(f"{panel.title}\n{len(panel.probabilities)} probabilities", fontsize=9)
    _save(figure, file)


def draw_confusion(panels: Sequence[Confusion], file: Path) -> None:
    """Draw the matrices beside each other: numbers are texts, colours shares of a row."""
    figure = _figure(len(panels), PANEL if len(panels[0].names) < len(SERVICE_CLASSES) else PANEL * 1.35)
    for axes, panel in zip(_axes(figure, len(panels)), panels, strict=True):
        shares = panel.matrix / np.maximum(panel.matrix.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for (row, column), share in np.ndenumerate(shares):
            colour = "white" if share > DARK else "black"
            axes.text(column, row, str(panel.matrix[row, column]), ha="center", va="center", color=colour, fontsize=8)
        places = range(len(panel.names))
        axes.set_xticks(places, panel.names, rotation=45, ha="right", fontsize=8)
        axes.set_yticks(places, panel.names, fontsize=8)
        axes.set(xlabel="found", ylabel="true")
        axes.set_title(panel.title, fontsize=9)
    _save(figure, file)


def _figure(panels: int, size: float) -> "Figure":
    from matplotlib.figure import Figure  # not pyplot, which keeps a state of its own and looks for a screen

    return Figure(figsize=(panels * size, size), layout="constrained")


def _axes(figure: "Figure", count: int) -> list["Axes"]:
    return [figure.add_subplot(1, count, number) for number in range(1, count + 1)]


def _save(figure: "Figure", file: Path) -> None:
    # Tight: square panels leave too little room for titles. No version, so that the same data give the same file.
    figure.savefig(file, dpi=DPI, bbox_inches="tight", metadata={"Software": None})
