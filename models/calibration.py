"""Makes scores mean what they say: a probability of 0.7 comes true seven times in ten.

Polarity, one of three, gets a temperature; every label, each by itself, gets Platt's slope and offset. They were
fitted on a split that no weight was trained on (models/training/calibrate_text_emotion.py) and lie beside the weights.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stimmung.speech.errors import WeightsError

CALIBRATION_FILE = "calibration.json"
DIGITS = 6  # behind the point: far beyond what any fit is sure of

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Platt:
    """sigmoid(slope * logit + offset); `threshold` is the probability from which on the label is taken as said."""

    slope: float = 1.0
    offset: float = 0.0
    threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the logits of one set of weights become probabilities.

    `labels` by GoEmotions label, `classes` by service class; `languages` are those that it was fitted on.
    """

    temperature: float
    labels: Mapping[str, Platt]
    classes: Mapping[str, Platt]
    languages: tuple[str, ...]


def read_calibration(folder: Path) -> Calibration | None:
    """Return the calibration beside the weights in `folder`, None where there is none."""
    file = folder / CALIBRATION_FILE
    if not file.exists():
        return None
    try:
        content: dict[str, Any] = json.loads(file.read_text("utf-8"))  # Any: JSON
        return Calibration(
            temperature=float(content["temperature"]),
            labels={name: Platt(**values) for name, values in content["labels"].items()},
            classes={name: Platt(**values) for name, values in content["classes"].items()},
            languages=tuple(content["languages"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{file}: no calibration of a text model: {error!r}; fetch the model again") from error


def write_calibration(calibration: Calibration, folder: Path) -> None:
    """Write it beside the weights, rounded to DIGITS."""

    def rounded(fitted: Mapping[str, Platt]) -> dict[str, dict[str, float]]:
        return {
            name: {field: round(value, DIGITS) for field, value in asdict(platt).items()}
            for name, platt in fitted.items()
        }

    content = {
        "temperature": round(calibration.temperature, DIGITS),
        "labels": rounded(calibration.labels),
        "classes": rounded(calibration.classes),
        "languages": calibration.languages,
    }
    (folder / CALIBRATION_FILE).write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def softmax(logits: npt.NDArray[np.floating], temperature: float = 1.0) -> Array:
    """Return probabilities along the last axis."""
    scaled = np.asarray(logits, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def sigmoid(logits: npt.NDArray[np.floating]) -> Array:
    """Return 1 / (1 + exp(-logits)) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(logits, np.float64))))


def logit(probabilities: npt.NDArray[np.floating]) -> Array:
    """Return the inverse of `sigmoid`, for probabilities off 0 and 1 by at least 1e-6."""
    inside = np.clip(np.asarray(probabilities, np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def calibrated(logits: npt.NDArray[np.floating], platt: Platt) -> Array:
    """Return probabilities of one label."""
    return sigmoid(platt.slope * np.asarray(logits, np.float64) + platt.offset)


def expected_calibration_error(probabilities: Array, truth: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """Return how far probabilities (n,) are off the share that came true, in the mean over bins of equal width.

    A bin counts by how many fall into it; NaN where there are none at all.
    Guo et al. 2017, https://arxiv.org/abs/1706.04599.
    """
    if not len(probabilities):
        return float("nan")
    place = np.minimum((probabilities * bins).astype(int), bins - 1)  # 1.0 belongs to the last bin
    error = 0.0
    for number in range(bins):
        inside = place == number
        if inside.any():
            gap = abs(float(probabilities[inside].mean()) - float(truth[inside].mean()))
            error += gap * float(inside.mean())
    return error
