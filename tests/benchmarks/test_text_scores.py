"""Measures of a text model, against figures counted by hand."""

import numpy as np
import pytest

from stimmung.models.emotion_labels import POLARITIES
from text_judged import Bools, Floats, Ints, Judged
from text_scores import (
    accuracy,
    choice_scores,
    counts,
    interval,
    label_calibration,
    label_scores,
    macro_f1,
    micro_f1,
    polarity_confidence,
    reliability,
)

TRUTH: Bools = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]], bool)
FOUND: Bools = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]], bool)


def ints(*values: int) -> Ints:
    return np.array(values, np.intp)


def judged(polarities: Floats, labels: Floats | None, worded: Bools) -> Judged:
    return Judged(polarities, labels, None, worded, np.full(28, 0.5), np.full(9, 0.5))


def test_labels_are_scored_one_by_one() -> None:
    first, second, third = label_scores(TRUTH, FOUND, ("a", "b", "c"))
    assert (first.precision, first.recall, first.f1, first.count) == (0.5, 0.5, 0.5, 2)
    assert (second.f1, second.count) == (1.0, 2)
    assert (third.f1, third.count) == (0.0, 0)


def test_macro_f1_is_the_mean_over_labels_and_micro_f1_that_of_all_together() -> None:
    assert macro_f1(label_scores(TRUTH, FOUND, ("a", "b", "c"))) == pytest.approx((0.5 + 1 + 0) / 3)
    assert counts(TRUTH, FOUND).tolist() == [[1, 0, 0], [1, 0, 1], [1, 1, 0], [0, 1, 0]]
    assert micro_f1(counts(TRUTH, FOUND)) == pytest.approx(2 * 3 / (2 * 3 + 2 + 1))


def test_one_choice_of_three_is_scored_by_choice() -> None:
    truth, found = ints(0, 0, 1, 2), ints(0, 1, 1, 1)
    scores = {score.name: score for score in choice_scores(truth, found, POLARITIES)}
    assert accuracy(truth, found) == 0.5
    assert scores["negative"].f1 == pytest.approx(2 / 3)
    assert scores["neutral"].precision == pytest.approx(1 / 3)
    assert scores["positive"].f1 == 0


def test_what_nobody_asked_has_no_figure() -> None:
    assert np.isnan(accuracy(ints(), ints()))
    assert np.isnan(micro_f1(np.zeros((4, 3), np.intp)))
    nothing = interval(4, lambda texts: float("nan"))
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()


def test_an_interval_holds_its_figure_and_is_the_same_every_time() -> None:
    right = np.arange(200) % 4 > 0

    def share(texts: Ints) -> float:
        return float(right[texts].mean())

    first, again, other = interval(200, share), interval(200, share), interval(200, share, seed=1)
    assert first == again
    assert first != other
    assert first.value == 0.75
    # Normal approximation: 0.75 ± 1.96 · sqrt(0.75 · 0.25 / 200) = 0.69 to 0.81
    assert first.low == pytest.approx(0.69, abs=0.015)
    assert first.high == pytest.approx(0.81, abs=0.015)


def test_a_difference_in_pairs_is_as_narrow_as_the_pairs_allow() -> None:
    clean = np.arange(100) % 2 == 0
    heard = clean.copy()
    heard[0] = False
    lost = interval(100, lambda texts: float(clean[texts].mean() - heard[texts].mean()))
    assert lost.value == pytest.approx(0.01)
    assert 0 <= lost.low <= lost.high < 0.05  # two samples of their own would differ by 0.1 and more


def test_calibration_of_labels_is_pooled_and_leaves_out_texts_without_words() -> None:
    labels = np.zeros((3, 28))
    labels[0, 0], labels[1, 0], labels[2, :] = 0.8, 0.8, 1.0
    truth = np.zeros((3, 28), bool)
    truth[0, 0] = True
    one = judged(np.full((3, 3), 1 / 3), labels, np.array([True, True, False]))
    assert label_calibration(one, truth) == pytest.approx(0.3 * 2 / 56)
    assert label_calibration(one, truth, 0.1) == pytest.approx(0.3)
    assert np.isnan(label_calibration(judged(np.full((3, 3), 1 / 3), None, one.worded), truth))


def test_confidence_in_a_polarity_is_that_of_the_likeliest() -> None:
    polarities = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.0, 1.0, 0.0]])
    confidence, right = polarity_confidence(judged(polarities, None, np.array([True, True, False])), ints(0, 0, 1))
    assert confidence.tolist() == [0.7, 0.6]
    assert right.tolist() == [True, False]


def test_bins_of_reliability_hold_all_probabilities_even_1() -> None:
    bins = reliability(np.array([0.0, 0.02, 0.51, 1.0]), np.array([False, True, True, True]), bins=10)
    assert [(one.mean, one.share, one.count) for one in bins] == [(0.01, 0.5, 2), (0.51, 1.0, 1), (1.0, 1.0, 1)]
