"""Measures of a text model: precision, recall and F1, micro and macro, calibration, bootstrap intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import precision_recall_fscore_support  # type: ignore[import-untyped]  # the library has no types

from stimmung.models.calibration import expected_calibration_error
from text_judged import Bools, Floats, Ints, Judged

DRAWS = 1_000
INTERVAL = (2.5, 97.5)  # per cent
BINS = 15  # of calibration, the same as in stimmung.models.calibration
SAID = 0.1  # from this probability on a label is worth mentioning


@dataclass(frozen=True, slots=True)
class LabelScore:
    """How well one label is found; `count` is how many texts have it."""

    name: str
    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the bounds of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Probabilities of like height: their mean, the share that came true, how many they are."""

    mean: float
    share: float
    count: int


def label_scores(truth: Bools, found: Bools, names: Sequence[str]) -> list[LabelScore]:
    """Score each column of (texts, names); what is never found or never true scores 0."""
    rows = precision_recall_fscore_support(truth, found, average=None, zero_division=0.0)
    return [
        LabelScore(name, float(precision), float(recall), float(f1), int(count))
        for name, precision, recall, f1, count in zip(names, *rows, strict=True)
    ]


def choice_scores(truth: Ints, found: Ints, names: Sequence[str]) -> list[LabelScore]:
    """Score texts that have one of `names` each, given as indices (texts,)."""
    places = np.arange(len(names))
    return label_scores(truth[:, np.newaxis] == places, found[:, np.newaxis] == places, names)


def macro_f1(scores: Sequence[LabelScore]) -> float:
    """Return the mean of the labels' F1."""
    return float(np.mean([score.f1 for score in scores]))


def accuracy(truth: Ints, found: Ints) -> float:
    """Return the share that is right: micro-F1, where each text has one label and gets one. NaN without texts."""
    return float(np.mean(truth == found)) if len(truth) else float("nan")


def counts(truth: Bools, found: Bools) -> Ints:
    """Return labels rightly found, wrongly found and missed in each text: (texts, 3)."""
    parts = (truth & found, ~truth & found, truth & ~found)
    return np.stack([part.sum(axis=1) for part in parts], axis=1).astype(np.intp)


def micro_f1(counted: Ints) -> float:
    """Return the F1 of all labels of all texts together, from `counts`; NaN where there is none at all."""
    right, wrong, missed = counted.sum(axis=0)
    return float(2 * right / (2 * right + wrong + missed)) if right + wrong + missed else float("nan")


def interval(size: int, figure: Callable[[Ints], float], seed: int = 0) -> Interval:
    """Return a figure of texts 0..size-1 and its bootstrap interval: `figure` takes the numbers of drawn texts.

    Two conditions of the same texts are compared in pairs by a `figure` that is their difference.
    """
    draw = np.random.default_rng(seed)
    drawn = [figure(draw.integers(size, size=size).astype(np.intp)) for _ in range(DRAWS)]
    value = figure(np.arange(size, dtype=np.intp))
    if np.isnan(value):  # of nothing: no text has what is asked
        return Interval(value, value, value)
    low, high = np.nanpercentile(drawn, INTERVAL)
    return Interval(value, float(low), float(high))


def label_calibration(judged: Judged, truth: Bools, least: float = 0.0) -> float:
    """Return the expected calibration error of all labels pooled, over probabilities from `least` on.

    NaN where the model knows no labels. Most of 28 labels are rightly near 0 in most texts, which makes the error over
    all of them small; the one from SAID on is of what a reader gets to see.
    """
    if judged.labels is None:
        return float("nan")
    values, came = judged.labels[judged.worded].ravel(), truth[judged.worded].ravel()
    return expected_calibration_error(values[values >= least], came[values >= least], BINS)


def polarity_confidence(judged: Judged, truth: Ints) -> tuple[Floats, Bools]:
    """Return the probability of the likeliest polarity and whether it is right, for texts with words."""
    worded = judged.worded
    return judged.polarities.max(axis=1)[worded], (judged.polarity == truth)[worded]


def reliability(probabilities: Floats, truth: Bools, bins: int = BINS) -> list[Bin]:
    """Return the bins of equal width that hold anything."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    return [
        Bin(float(probabilities[inside].mean()), float(truth[inside].mean()), int(inside.sum()))
        for inside in (place == one for one in range(bins))
        if inside.any()
    ]
