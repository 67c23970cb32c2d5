"""From a classifier's outputs to how an utterance feels: numpy only, no network here.

A service class is as likely as the most likely of its GoEmotions labels, before calibration; `neutral` as likely as
the most likely label that belongs to no class.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from stimmung.models.calibration import Calibration, Platt, calibrated, logit, softmax
from stimmung.models.emotion_labels import (
    GOEMOTIONS,
    NEGATIVE,
    NEUTRAL,
    POLARITIES,
    POSITIVE,
    SERVICE_CLASSES,
    SERVICE_EMOTIONS,
)
from stimmung.models.label_maps import LabelMap
from stimmung.speech.records import Polarity, TextEmotionScore

UNCALIBRATED = Platt()
WITHOUT_CLASS = tuple(name for name in GOEMOTIONS if not any(name in members for members in SERVICE_EMOTIONS.values()))

Logits = npt.NDArray[np.float64]


def judge(
    logits: npt.NDArray[np.floating], labels: LabelMap, calibration: Calibration | None, language: str
) -> TextEmotionScore:
    """Return the judgement of one text from its outputs (labels,).

    Without a calibration, or in a language that it was not fitted on, the result says `calibrated=False`.
    """
    known = calibration.languages if calibration else ()
    of_labels = label_logits(logits, labels)
    emotions = {
        name: _probability(value, _platt(calibration.labels if calibration else {}, name))
        for name, value in of_labels.items()
    }
    classes = {
        name: _probability(value, _platt(calibration.classes if calibration else {}, name))
        for name, value in class_logits(of_labels).items()
    }
    polarities = _polarities(logits, labels, emotions, calibration.temperature if calibration else 1.0)
    return TextEmotionScore(
        polarity=max(polarities, key=lambda one: polarities[one]),
        score=polarities["positive"] - polarities["negative"],
        polarities=polarities,
        emotions=classes,
        labels=emotions,
        calibrated=language in known,
        flags=("language",) if known and language and language not in known else (),
    )


def label_logits(logits: npt.NDArray[np.floating], labels: LabelMap) -> dict[str, float]:
    """Return the logit of each GoEmotions label that the classifier knows."""
    if not labels.emotions:
        return {}
    values = logit(softmax(logits)) if labels.together else np.asarray(logits, np.float64)
    return {name: float(values[at]) for name, at in zip(GOEMOTIONS, labels.emotions, strict=True) if at >= 0}


def class_logits(of_labels: Mapping[str, float]) -> dict[str, float]:
    """Return the raw logit of each service class from those of the labels."""
    members = {**SERVICE_EMOTIONS, NEUTRAL: WITHOUT_CLASS}
    found = {name: [of_labels[one] for one in members[name] if one in of_labels] for name in SERVICE_CLASSES}
    return {name: max(values) for name, values in found.items() if values}


def _probability(value: float, platt: Platt) -> float:
    return float(calibrated(np.array(value), platt))


def _platt(fitted: Mapping[str, Platt], name: str) -> Platt:
    return fitted.get(name, UNCALIBRATED)


def _polarities(
    logits: npt.NDArray[np.floating], labels: LabelMap, emotions: Mapping[str, float], temperature: float
) -> dict[Polarity, float]:
    if not labels.polarities:
        return _from_emotions(emotions)
    places = [at for at in labels.polarities if at >= 0]
    shares = iter(softmax(np.asarray(logits)[places], temperature))
    return {
        name: float(next(shares)) if at >= 0 else 0.0  # some classifiers know no neutral
        for name, at in zip(POLARITIES, labels.polarities, strict=True)
    }


def _from_emotions(emotions: Mapping[str, float]) -> dict[Polarity, float]:
    """Return the polarity of a classifier that knows emotions only: that of its strongest label on each side."""
    sides = {"negative": NEGATIVE, "positive": POSITIVE, "neutral": set(GOEMOTIONS) - NEGATIVE - POSITIVE}
    strongest = {side: max((emotions.get(one, 0.0) for one in names), default=0.0) for side, names in sides.items()}
    whole = sum(strongest.values()) or 1.0
    return {name: strongest[name] / whole for name in POLARITIES}
