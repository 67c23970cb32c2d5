"""The learnt part of the distress score: weights, calibration and thresholds, read from `data/distress.json`.

They are made by `benchmarks/distress_fit.py`; the file carries the report of what they were fitted on.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final, cast

import numpy as np

from stimmung.calls.distress_features import KNOWN, VOICE, WORDS, Features, Probe
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import DistressState

FILE: Final = Path(__file__).parent / "data" / "distress.json"
FORMAT: Final = "stimmung-distress-1"
NAME: Final = "distress-de-en"
WAY_OUT: Final = "install stimmung anew"
STATES: Final[tuple[DistressState, ...]] = ("calm", "uneasy", "distressed", "urgent")  # rising


@dataclass(frozen=True, slots=True)
class Arm:
    """A logistic model of the features that are there; one that is missing counts as in the mean of the training."""

    features: tuple[str, ...]
    centre: tuple[float, ...]  # mean in training
    scale: tuple[float, ...]  # standard deviation in training
    calm: tuple[float, ...]  # mean of calm utterances: what reasons are measured against
    weights: tuple[float, ...]  # of the standardised features
    bias: float

    def probability(self, features: Features) -> float:
        """Return the calibrated probability that the caller was in distress during the utterance."""
        total = self.bias
        for name, centre, scale, weight in zip(self.features, self.centre, self.scale, self.weights, strict=True):
            total += weight * (features.get(name, centre) - centre) / scale
        return sigmoid(total)

    def contributions(self, features: Features) -> dict[str, float]:
        """Return what each known feature adds to the log-odds, compared with calm utterances."""
        rows = zip(self.features, self.calm, self.scale, self.weights, strict=True)
        return {
            name: weight * (features[name] - calm) / scale for name, calm, scale, weight in rows if name in features
        }


@dataclass(frozen=True, slots=True)
class CourseWeights:
    """How evidence adds up over a call: in log-odds against the base rate, forgotten by half in `half_life` seconds."""

    half_life: float  # s
    rise: float  # what evidence for distress counts
    fall: float  # what evidence against it counts
    full_seconds: float  # of speech from which on an utterance counts in full
    most: float  # bound of what is remembered, either way
    slope: float  # of the calibration from what is remembered to the score
    offset: float
    least_seconds: float  # of a caller's speech before there is a score


@dataclass(frozen=True, slots=True)
class Threshold:
    """A state is entered at a score and left below a lower one."""

    enter: float
    leave: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Of all states above `calm`."""

    uneasy: Threshold
    distressed: Threshold
    urgent: Threshold

    def of(self, state: DistressState) -> Threshold:
        """Return the threshold of a state; `calm` and `unknown` have none."""
        return cast("Threshold", getattr(self, state))


@dataclass(frozen=True, slots=True)
class Display:
    """What is told along with the score."""

    trend_seconds: float  # the score is compared with what it was so long ago
    trend_least: float  # difference from which on it is no longer steady
    reason_least: float  # log-odds that a reason must add
    floor_seconds: float  # a safety phrase keeps its floor so long


@dataclass(frozen=True, slots=True)
class DistressModel:
    """Everything that was learnt; `sha256` of the file it came from."""

    base_rate: float  # share of utterances in distress that the probabilities are calibrated for
    probe: Probe | None
    both: Arm
    words: Arm
    voice: Arm
    course: CourseWeights
    thresholds: Thresholds
    display: Display
    sha256: str = ""

    def reading(self, text_model: str) -> "DistressModel":
        """Return the model for texts scored by the weights with this SHA-256: another's vectors mean something else."""
        fits = self.probe is not None and self.probe.text_model == text_model
        return self if fits else replace(self, probe=None)

    def arm(self, features: Features) -> Arm | None:
        """Return the model for what is known of an utterance; None where that is nothing."""
        words = any(name.startswith(f"{WORDS}.") for name in features)
        voice = any(name.startswith(f"{VOICE}.") for name in features)
        if words and voice:
            return self.both
        return self.words if words else self.voice if voice else None

    def evidence(self, probability: float) -> float:
        """Return what a probability says for or against distress, in log-odds against the base rate."""
        return logit(probability) - logit(self.base_rate)

    def score(self, memory: float) -> float:
        """Return the calibrated probability that the caller is in distress now."""
        return sigmoid(self.course.slope * memory + self.course.offset)


def read_distress_model(file: Path = FILE) -> DistressModel:
    """Read the weights. Raises WeightsError where the file is missing or not what it should be."""
    try:
        content = file.read_bytes()
        values = json.loads(content)
        return _model(values, hashlib.sha256(content).hexdigest())
    except OSError as error:
        raise WeightsError(f"{file}: cannot be read: {error.strerror}; {WAY_OUT}") from error
    except KeyError as error:
        raise WeightsError(
            f"{file}: no distress model of the format {FORMAT}: {error} is missing; {WAY_OUT}"
        ) from error
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise WeightsError(f"{file}: no distress model of the format {FORMAT}: {error}; {WAY_OUT}") from error


def model_to_json(model: DistressModel, report: Mapping[str, object]) -> str:
    """Return the file's text: numbers and the report of the fit."""
    values: dict[str, object] = {"format": FORMAT, "base_rate": model.base_rate}
    if model.probe is not None:
        weights = [round(float(weight), 4) for weight in model.probe.weights]
        values["probe"] = {"text_model": model.probe.text_model, "bias": round(model.probe.bias, 4), "weights": weights}
    for name in ("both", "words", "voice"):
        arm: Arm = getattr(model, name)
        columns = zip(arm.features, arm.centre, arm.scale, arm.calm, arm.weights, strict=True)
        named = {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in columns}
        values[name] = {"bias": arm.bias, "features": named}
    values["course"] = _plain(model.course)
    values["thresholds"] = {name: _plain(model.thresholds.of(name)) for name in STATES[1:]}
    values["display"] = _plain(model.display)
    return json.dumps({**values, "report": dict(report)}, indent=1, ensure_ascii=False) + "\n"


COLUMNS: Final = ("centre", "scale", "calm", "weight")


def logit(probability: float) -> float:
    """Return the log-odds of a probability, which is kept 1e-6 away from 0 and 1."""
    kept = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(kept / (1 - kept))


def sigmoid(log_odds: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + math.exp(-log_odds)) if log_odds >= 0 else math.exp(log_odds) / (1 + math.exp(log_odds))


def _plain(record: CourseWeights | Threshold | Display) -> dict[str, float]:
    return {one.name: getattr(record, one.name) for one in fields(record)}


def _model(values: Mapping[str, object], sha256: str) -> DistressModel:
    if values["format"] != FORMAT:
        raise ValueError(f"format {values['format']!r}")
    thresholds = _section(values, "thresholds")
    model = DistressModel(
        base_rate=_number(values["base_rate"]),
        probe=_probe(_section(values, "probe")) if "probe" in values else None,
        both=_arm(_section(values, "both")),
        words=_arm(_section(values, "words")),
        voice=_arm(_section(values, "voice")),
        course=CourseWeights(**_numbers(_section(values, "course"))),
        thresholds=Thresholds(**{name: Threshold(**_numbers(_section(thresholds, name))) for name in STATES[1:]}),
        display=Display(**_numbers(_section(values, "display"))),
        sha256=sha256,
    )
    _check(model)
    return model


def _check(model: DistressModel) -> None:
    """Raise ValueError for numbers with which nothing could be computed, or nothing that means anything."""
    if not 0 < model.base_rate < 1:
        raise ValueError(f"base_rate {model.base_rate} should lie between 0 and 1")
    if model.course.half_life <= 0:
        raise ValueError(f"half_life {model.course.half_life} should be above 0")
    enters = [model.thresholds.of(state).enter for state in STATES[1:]]
    leaves = [model.thresholds.of(state).leave for state in STATES[1:]]
    below = all(leave <= enter for leave, enter in zip(leaves, enters, strict=True))
    if not below or sorted(enters) != enters or sorted(leaves) != leaves:
        raise ValueError(f"thresholds to enter {enters} and to leave {leaves} should rise, and leave be the lower")


def _probe(values: Mapping[str, object]) -> Probe:
    weights, text_model = values["weights"], values["text_model"]
    if not isinstance(weights, list) or not isinstance(text_model, str):
        raise TypeError("probe should have a list of weights and the SHA-256 of a text model")
    return Probe(text_model, np.array([_number(weight) for weight in weights], np.float32), _number(values["bias"]))


def _arm(values: Mapping[str, object]) -> Arm:
    named = _section(values, "features")
    rows = {name: _numbers(_section(named, name)) for name in named}
    if unknown := rows.keys() - KNOWN:
        raise ValueError(f"unknown features {', '.join(sorted(unknown))}")
    if any(row["scale"] <= 0 for row in rows.values()):
        raise ValueError("scale should be above 0")
    centre, scale, calm, weight = (tuple(row[column] for row in rows.values()) for column in COLUMNS)
    return Arm(tuple(rows), centre, scale, calm, weight, _number(values["bias"]))


def _section(values: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = values[name]
    if not isinstance(section, Mapping):
        raise TypeError(f"{name} should be an object")
    return section


def _numbers(section: Mapping[str, object]) -> dict[str, float]:
    return {name: _number(value) for name, value in section.items()}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r} should be a number")
    return float(value)
