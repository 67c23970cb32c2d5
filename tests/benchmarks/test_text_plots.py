"""Pictures are drawn as small files; in matrices truth stands in rows, and only what is known is counted."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from stimmung.models.emotion_labels import POLARITIES, SERVICE_CLASSES
from stimmung.models.training.text_corpora import LabelledText
from text_judged import Judged
from text_plots import (
    DPI,
    PANEL,
    Calibrated,
    draw_confusion,
    draw_reliability,
    matrix_of,
    polarity_calibration,
    polarity_matrix,
)

SMALL = 120_000  # bytes
TEXTS = [LabelledText("a", "en", "goemotions", polarity=polarity) for polarity in ("negative", "positive", None)]
JUDGED = Judged(
    np.array([[0.8, 0.1, 0.1], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]),
    None,
    None,
    np.ones(3, bool),
    np.full(28, 0.5),
    np.full(9, 0.5),
)


def test_rows_are_what_is_true() -> None:
    found = polarity_matrix("x", TEXTS, JUDGED)
    assert found.matrix.tolist() == [[1, 0, 0], [0, 0, 0], [1, 0, 0]]
    assert found.title == "x (2 texts)"


def test_confidence_is_of_texts_whose_polarity_is_known() -> None:
    found = polarity_calibration("x", TEXTS, JUDGED)
    assert found.probabilities.tolist() == [0.8, 0.5]
    assert found.truth.tolist() == [True, False]


def test_diagrams_lie_beside_each_other_in_a_small_file(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    probabilities = draw.random(500)
    panel = Calibrated("labels", probabilities, draw.random(500) < probabilities)
    sizes = []
    for name, panels in (("one", [panel]), ("two", [panel, panel])):
        draw_reliability(panels, tmp_path / f"{name}.png")
        sizes.append(imread(tmp_path / f"{name}.png").shape[:2])
        assert (tmp_path / f"{name}.png").stat().st_size < SMALL
    (one_high, one_wide), (two_high, two_wide) = sizes
    assert two_high == pytest.approx(one_high, rel=0.1)
    assert two_wide == pytest.approx(2 * one_wide, rel=0.15)
    assert one_high == pytest.approx(PANEL * DPI, rel=0.2)


def test_the_same_figures_give_the_same_file(tmp_path: Path) -> None:
    truth = np.arange(90) % 9
    for name in ("first", "again"):
        draw_confusion([matrix_of("classes", SERVICE_CLASSES, truth, truth[::-1])], tmp_path / f"{name}.png")
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "again.png").read_bytes()
    assert (tmp_path / "first.png").stat().st_size < SMALL


def test_a_class_that_never_comes_is_no_error(tmp_path: Path) -> None:
    never = matrix_of("polarity", POLARITIES, np.array([0, 0]), np.array([0, 1]))
    draw_confusion([never], tmp_path / "never.png")
    assert (tmp_path / "never.png").exists()
