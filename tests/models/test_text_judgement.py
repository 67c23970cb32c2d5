"""Logits become judgements: probabilities, classes, calibration and its limits."""

import numpy as np
import pytest

from stimmung.models.calibration import Calibration, Platt
from stimmung.models.emotion_labels import GOEMOTIONS, NEUTRAL, POLARITIES, SERVICE_CLASSES
from stimmung.models.label_maps import label_map
from stimmung.models.text_judgement import WITHOUT_CLASS, class_logits, judge

OURS = (*(f"polarity/{one}" for one in POLARITIES), *(f"goemotions/{one}" for one in GOEMOTIONS))
LABELS = label_map("mood", OURS, several=True)


def logits(**values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return outputs of our labels; those that are not named are -6."""
    bare = [label.partition("/")[2] for label in OURS]
    found = np.full(len(OURS), -6.0)
    for name, value in values.items():
        place, _, rest = name.partition("_")
        index = bare.index(rest) if place == "p" else 3 + GOEMOTIONS.index(name)
        found[index] = value
    return found


def test_polarity_is_a_choice_and_emotions_stand_by_themselves() -> None:
    score = judge(logits(p_negative=2.0, p_neutral=0.0, p_positive=-1.0, anger=1.0, sadness=2.0), LABELS, None, "de")
    assert score.polarity == "negative"
    assert sum(score.polarities.values()) == pytest.approx(1)
    assert score.score == pytest.approx(score.polarities["positive"] - score.polarities["negative"])
    assert -1 < score.score < -0.7
    assert score.labels["anger"] == pytest.approx(1 / (1 + np.exp(-1)))
    assert score.emotions["anger"] + score.emotions["sadness"] > 1


def test_a_class_is_as_likely_as_its_likeliest_label() -> None:
    score = judge(logits(disgust=1.5, anger=-2.0), LABELS, None, "en")
    assert score.emotions["anger"] == pytest.approx(score.labels["disgust"])
    assert set(score.emotions) == set(SERVICE_CLASSES)


@pytest.mark.parametrize("label", WITHOUT_CLASS)
def test_what_belongs_to_no_class_is_neutral(label: str) -> None:
    found = class_logits({name: 3.0 if name == label else -4.0 for name in GOEMOTIONS})
    assert found[NEUTRAL] == 3.0
    assert all(value == -4.0 for name, value in found.items() if name != NEUTRAL)


def calibration() -> Calibration:
    return Calibration(2.0, {"joy": Platt(0.5, 1.0)}, {"joy": Platt(1.0, -1.0)}, ("de", "en"))


def test_calibration_changes_labels_classes_and_polarity() -> None:
    raw = judge(logits(p_positive=1.0, joy=2.0), LABELS, None, "de")
    fitted = judge(logits(p_positive=1.0, joy=2.0), LABELS, calibration(), "de")
    assert fitted.labels["joy"] == pytest.approx(1 / (1 + np.exp(-2)))  # 0.5 * 2 + 1
    assert fitted.emotions["joy"] == pytest.approx(1 / (1 + np.exp(-1)))  # 2 - 1
    assert fitted.polarities["positive"] < raw.polarities["positive"]
    assert fitted.polarity == raw.polarity


@pytest.mark.parametrize(
    ("given", "language", "calibrated", "flags"),
    [
        (calibration(), "de", True, ()),
        (calibration(), "fr", False, ("language",)),
        (calibration(), "", False, ()),
        (None, "de", False, ()),
    ],
)
def test_only_languages_that_were_measured_are_calibrated(
    given: Calibration | None, language: str, calibrated: bool, flags: tuple[str, ...]
) -> None:
    score = judge(logits(joy=1.0), LABELS, given, language)
    assert (score.calibrated, score.flags) == (calibrated, flags)


def test_a_classifier_of_polarity_alone_has_no_emotions() -> None:
    labels = label_map("german-sentiment-bert", ("positive", "negative", "neutral"), several=False)
    score = judge(np.array([0.0, 3.0, 1.0]), labels, None, "de")
    assert score.polarity == "negative"
    assert score.polarities["negative"] == pytest.approx(np.exp(3) / (1 + np.exp(3) + np.exp(1)))
    assert score.emotions == {}
    assert score.labels == {}


def test_a_classifier_without_neutral_says_0_for_it() -> None:
    score = judge(np.array([0.0, 0.0]), label_map("two", ("negative", "positive"), several=False), None, "de")
    assert score.polarities == {"negative": 0.5, "neutral": 0.0, "positive": 0.5}


def test_a_classifier_of_emotions_alone_gets_its_polarity_from_them() -> None:
    labels = label_map("go", GOEMOTIONS, several=True)
    outputs = np.full(28, -6.0)
    outputs[GOEMOTIONS.index("gratitude")] = 3.0
    assert judge(outputs, labels, None, "en").polarity == "positive"
    outputs[GOEMOTIONS.index("anger")] = 6.0
    assert judge(outputs, labels, None, "en").polarity == "negative"
