"""Probabilities and how far they may be trusted; the fit beside the weights survives writing and reading."""

import json
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from stimmung.models.calibration import (
    CALIBRATION_FILE,
    Calibration,
    Platt,
    calibrated,
    expected_calibration_error,
    logit,
    read_calibration,
    sigmoid,
    softmax,
    write_calibration,
)
from stimmung.speech.errors import WeightsError

FITTED = Calibration(
    temperature=1.25,
    labels=MappingProxyType({"joy": Platt(0.5, -0.25, 0.3), "anger": Platt()}),
    classes=MappingProxyType({"gratitude": Platt(1.5, 0.125, 0.625)}),
    languages=("de", "en"),
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_calibration(FITTED, tmp_path)
    read = read_calibration(tmp_path)
    assert read == Calibration(FITTED.temperature, dict(FITTED.labels), dict(FITTED.classes), FITTED.languages)


def test_the_file_is_plain_json_of_six_digits(tmp_path: Path) -> None:
    write_calibration(Calibration(1 / 3, {"joy": Platt(2 / 3)}, {}, ("de",)), tmp_path)
    assert json.loads((tmp_path / CALIBRATION_FILE).read_text("utf-8")) == {
        "temperature": 0.333333,
        "labels": {"joy": {"slope": 0.666667, "offset": 0.0, "threshold": 0.5}},
        "classes": {},
        "languages": ["de"],
    }


def test_weights_without_a_calibration_have_none(tmp_path: Path) -> None:
    assert read_calibration(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "{}",
        '{"temperature": "warm", "labels": {}, "classes": {}, "languages": []}',
        '{"temperature": 1, "labels": {"joy": {"slop": 1}}, "classes": {}, "languages": []}',
        '{"temperature": 1, "labels": ["joy"], "classes": {}, "languages": []}',
        '{"temperature": 1, "labels": {}, "classes": {}}',
    ],
)
def test_a_damaged_file_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / CALIBRATION_FILE).write_text(content, "utf-8")
    with pytest.raises(WeightsError, match=r"calibration\.json: no calibration of a text model"):
        read_calibration(tmp_path)


def test_softmax_adds_up_to_one_and_a_temperature_flattens_it() -> None:
    logits = np.array([[2.0, 1.0, 0.0], [1000.0, 0.0, -1000.0]])
    sharp, flat = softmax(logits), softmax(logits, 2.0)
    assert sharp.sum(axis=1) == pytest.approx([1, 1])
    assert sharp[0] == pytest.approx([0.66524, 0.24473, 0.09003], abs=1e-5)
    assert sharp[0, 0] > flat[0, 0] > flat[0, 1] > sharp[0, 1]
    assert flat[0, 0] / flat[0, 1] == pytest.approx(np.exp(0.5))


def test_sigmoid_holds_at_the_ends_and_logit_undoes_it() -> None:
    values = np.array([-800.0, -2.0, 0.0, 2.0, 800.0])
    assert sigmoid(values) == pytest.approx([0, 0.119203, 0.5, 0.880797, 1], abs=1e-6)
    assert logit(sigmoid(values[1:-1])) == pytest.approx(values[1:-1])
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()


def test_platt_scales_and_shifts() -> None:
    logits = np.array([-1.0, 0.0, 3.0])
    assert calibrated(logits, Platt()) == pytest.approx(sigmoid(logits))
    assert calibrated(logits, Platt(slope=2.0, offset=-1.0)) == pytest.approx(sigmoid(2 * logits - 1))


def test_probabilities_that_come_true_as_often_have_no_error() -> None:
    probabilities = np.repeat([0.1, 0.5, 0.9], 100)
    truth = np.concatenate([np.arange(100) < round(100 * share) for share in (0.1, 0.5, 0.9)])
    assert expected_calibration_error(probabilities, truth) == pytest.approx(0.0, abs=1e-9)


def test_overconfidence_is_the_gap_between_word_and_truth() -> None:
    truth = np.arange(100) < 60
    assert expected_calibration_error(np.full(100, 0.9), truth) == pytest.approx(0.3)
    assert expected_calibration_error(np.ones(100), truth) == pytest.approx(0.4)  # 1.0 is in the last bin


def test_bins_count_by_what_is_in_them() -> None:
    probabilities = np.array([0.05] * 30 + [0.95] * 10)
    truth = np.array([False] * 30 + [False] * 10)
    assert expected_calibration_error(probabilities, truth) == pytest.approx(0.75 * 0.05 + 0.25 * 0.95)


def test_gaps_to_both_sides_within_one_bin_cancel() -> None:
    probabilities, truth = np.array([0.41, 0.59]), np.array([False, True])
    assert expected_calibration_error(probabilities, truth, bins=1) == pytest.approx(0.0)
    assert expected_calibration_error(probabilities, truth, bins=2) == pytest.approx(0.41)


def test_nothing_has_no_calibration_error() -> None:
    assert np.isnan(expected_calibration_error(np.zeros(0), np.zeros(0, bool)))
