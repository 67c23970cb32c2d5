"""Measures of a voice model, against figures counted by hand."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]  # the library has no types

from voice_scores import auc, by_speaker, calibration_error, coverage, recalls, uar

TRUTH = np.array([0, 0, 0, 0, 1, 1])
FOUND = np.array([0, 0, 0, 1, 1, 0])


def test_every_class_counts_the_same_however_often_it_comes() -> None:
    assert recalls(TRUTH, FOUND, 2).tolist() == [0.75, 0.5]
    assert uar(TRUTH, FOUND) == 0.625


def test_a_class_that_never_comes_has_no_recall_and_does_not_count() -> None:
    assert np.isnan(recalls(TRUTH + 1, FOUND + 1, 3)[0])
    assert uar(TRUTH + 1, FOUND + 1) == 0.625
    assert np.isnan(uar(TRUTH[:0], FOUND[:0]))


def test_the_area_is_how_often_the_true_one_scores_higher() -> None:
    assert auc(np.array([True, False, True, False]), np.array([0.9, 0.5, 0.4, 0.1])) == 0.75
    assert np.isnan(auc(np.array([True, True]), np.array([0.9, 0.5])))


def test_the_area_is_that_of_scikit_learn_with_ties_too() -> None:
    rng = np.random.default_rng(0)
    truth, score = rng.random(300) < 0.3, rng.integers(0, 12, 300) / 12
    assert auc(truth, score + 0.1 * truth) == pytest.approx(roc_auc_score(truth, score + 0.1 * truth))


def test_what_is_least_sure_is_withheld_first() -> None:
    curve = coverage(np.array([0.5, 0.9, 0.6, 0.8, 0.7]), np.array([False, True, False, True, True]))
    assert curve.share.tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert curve.error.tolist() == pytest.approx([0, 0, 0, 1 / 4, 2 / 5])
    assert curve.error_at(1.0) == 0.4
    assert curve.error_at(0.8) == 0.25
    assert curve.error_at(0.7) == 0.25  # as few more as it takes
    assert curve.error_at(0.6) == 0


def test_probabilities_that_promise_too_much_are_found_out() -> None:
    confidence = np.full(100, 0.95)
    assert calibration_error(confidence, np.arange(100) < 95) == pytest.approx(0)
    assert calibration_error(confidence, np.arange(100) < 60) == pytest.approx(0.35)


def test_speakers_are_drawn_with_all_that_they_say() -> None:
    speakers = np.repeat(["a", "b", "c", "d"], 50)
    right = np.isin(speakers, ["a", "b", "c"])

    def share(rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> float:
        return float(right[rows].mean())

    found = by_speaker(speakers, share)
    assert found.value == 0.75
    assert found.low < 0.4  # of 200 utterances by themselves it would be 0.69
    assert found.high == 1.0
