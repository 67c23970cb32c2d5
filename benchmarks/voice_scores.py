"""Measures of a voice model: recalls and their mean, areas under curves, error over coverage, intervals by speaker."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stimmung.models.calibration import expected_calibration_error
from text_scores import Interval, interval

BINS = 10  # of calibration: a few hundred clips leave most of 15 bins nearly empty

Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Share of the utterances that are judged, the surest first, and the share of these that is judged wrongly."""

    share: Floats  # (n,), rising to 1
    error: Floats  # (n,)

    def error_at(self, share: float) -> float:
        """Return the error where `share` of the utterances, or as few more as it takes, is judged."""
        return float(self.error[int(np.searchsorted(self.share, share - 1e-9))])


def recalls(truth: Ints, found: Ints, classes: int) -> Floats:
    """Return the share of each class that is found (classes,); NaN for a class that never comes."""
    of_all = np.bincount(truth, minlength=classes)
    hits = np.bincount(truth[found == truth], minlength=classes)
    return np.where(of_all > 0, hits / np.maximum(of_all, 1), np.nan)


def uar(truth: Ints, found: Ints) -> float:
    """Return the unweighted average recall over the classes that come; NaN without any."""
    if not truth.size:
        return float("nan")
    return float(np.nanmean(recalls(truth, found, int(truth.max()) + 1)))


def auc(truth: Bools, score: Floats) -> float:
    """Return how often a true one scores higher than a false one, ties counting half; NaN where there are not both.

    scikit-learn's takes 30 times as long, which a bootstrap makes minutes.
    """
    if truth.all() or not truth.any():
        return float("nan")
    false = np.sort(score[~truth])
    under, upto = (np.searchsorted(false, score[truth], side) for side in ("left", "right"))
    return float((under + upto).mean() / 2 / false.shape[0])


def coverage(confidence: Floats, right: Bools) -> Coverage:
    """Return the error over coverage when the least sure answers are withheld."""
    order = np.argsort(-confidence, kind="stable")
    count = np.arange(1, len(order) + 1)
    return Coverage(count / len(order), np.cumsum(~right[order]) / count)


def calibration_error(confidence: Floats, right: Bools) -> float:
    """Return the expected calibration error of the likeliest class."""
    return expected_calibration_error(confidence, right, BINS)


def by_speaker(speakers: Names, figure: Callable[[Ints], float]) -> Interval:
    """Return a figure of utterances and its bootstrap interval over speakers, who are drawn with all of theirs.

    What one speaker says is alike: drawing utterances would promise more certainty than so few speakers give.
    """
    names = np.unique(speakers)
    rows = [np.flatnonzero(speakers == name) for name in names]
    return interval(len(names), lambda drawn: figure(np.concatenate([rows[one] for one in drawn])))
