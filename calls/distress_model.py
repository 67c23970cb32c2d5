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
class Effect:
    """What one feature adds to the log-odds: a line through points; constant beyond the outermost."""

    feature: str
    at: tuple[float, ...]  # ascending values of the feature
    adds: tuple[float, ...]  # log-odds at each
    calm: float  # the feature's mean in calm utterances
    calm_adds: float  # the mean of what it adds there: what reasons are measured against

    def of(self, value: float) -> float:
        """Return what a value adds."""
        return float(np.interp(value, self.at, self.adds))


@dataclass(frozen=True, slots=True)
class Arm:
    """An additive logistic model of the features that are there; one that is missing adds nothing."""

    effects: tuple[Effect, ...]
    bias: float

    def probability(self, features: Features) -> float:
        """Return the calibrated probability that words or voice show distress in the utterance."""
        return sigmoid(
            self.bias + sum(one.of(features[one.feature]) for one in self.effects if one.feature in features)
        )

    def contributions(self, features: Features) -> dict[str, float]:
        """Return what each known feature adds to the log-odds, compared with calm utterances."""
        known = (one for one in self.effects if one.feature in features)
        return {one.feature: one.of(features[one.feature]) - one.calm_adds for one in known}

    def raised(self, feature: str, value: float) -> bool:
        """Return whether a feature's value is above that of calm utterances."""
        return any(one.feature == feature and value > one.calm for one in self.effects)


@dataclass(frozen=True, slots=True)
class CourseWeights:
    """How evidence adds up over a call: a caller is calm or in distress, and goes over from one to the other.

    The forward filter of that hidden Markov model: what was known fades towards how it usually is, and each utterance
    adds its log-odds.
    """

    onset: float  # calm callers who fall into distress, a second
    relief: float  # callers in distress who calm down, a second
    begin: float  # share of callers in distress when they begin to speak
    weight: float  # of an utterance's evidence: utterances are not independent of each other
    full_seconds: float  # of an utterance from which on its evidence counts in full; shorter ones in proportion
    most: float  # bound of the log-odds, either way
    slope: float  # of the calibration from the filter's log-odds to the score
    offset: float
    least_seconds: float  # of a caller's speech before there is a score

    @property
    def half_life(self) -> float:
        """Return in how many seconds half of what was known is forgotten."""
        return math.log(2) / (self.onset + self.relief)

    @property
    def start(self) -> float:
        """Return the log-odds of a caller of whom nothing was heard."""
        return logit(self.begin)

    def later(self, log_odds: float, seconds: float) -> float:
        """Return what is left of the log-odds when nothing is heard for so long."""
        if seconds <= 0:
            return log_odds
        usual = self.onset / (self.onset + self.relief)
        return logit(usual + (sigmoid(log_odds) - usual) * 0.5 ** (seconds / self.half_life))

    def heard(self, log_odds: float, evidence: float, seconds: float) -> float:
        """Return the log-odds after the evidence of an utterance of so many seconds."""
        share = min(1.0, seconds / self.full_seconds) if self.full_seconds > 0 else 1.0
        return min(max(log_odds + self.weight * share * evidence, -self.most), self.most)


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
        """Return what a probability says for or against distress: log-odds against the base rate."""
        return logit(probability) - logit(self.base_rate)

    def score(self, log_odds: float) -> float:
        """Return the calibrated probability that the caller is in distress now."""
        return sigmoid(self.course.slope * log_odds + self.course.offset)


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
        named = {
            one.feature: {"at": one.at, "adds": one.adds, "calm": one.calm, "calm_adds": one.calm_adds}
            for one in arm.effects
        }
        values[name] = {"bias": arm.bias, "features": named}
    values["course"] = _plain(model.course)
    values["thresholds"] = {name: _plain(model.thresholds.of(name)) for name in STATES[1:]}
    values["display"] = _plain(model.display)
    return json.dumps({**values, "report": dict(report)}, indent=1, ensure_ascii=False) + "\n"


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
    course = model.course
    if min(course.onset, course.relief, course.most) <= 0 or not 0 < course.begin < 1:
        raise ValueError("onset, relief and most should be above 0, begin between 0 and 1")
    usual = course.onset / (course.onset + course.relief)
    if model.score(logit(usual)) >= model.thresholds.uneasy.leave:
        raise ValueError(
            "silence should let go of every state: the score that it leads to should be below uneasy.leave"
        )
    enters = [model.thresholds.of(state).enter for state in STATES[1:]]
    leaves = [model.thresholds.of(state).leave for state in STATES[1:]]
    below = all(leave <= enter for leave, enter in zip(leaves, enters, strict=True))
    if not below or sorted(enters) != enters or sorted(leaves) != leaves:
        raise ValueError(f"thresholds to enter {enters} and to leave {leaves} should rise, and leave be the lower")


def _probe(values: Mapping[str, object]) -> Probe:
    text_model = values["text_model"]
    if not isinstance(text_model, str):
        raise TypeError("probe should have the SHA-256 of a text model")
    return Probe(text_model, np.array(_row(values["weights"]), np.float32), _number(values["bias"]))


def _arm(values: Mapping[str, object]) -> Arm:
    named = _section(values, "features")
    if unknown := named.keys() - KNOWN:
        raise ValueError(f"unknown features {', '.join(sorted(unknown))}")
    return Arm(tuple(_effect(name, _section(named, name)) for name in named), _number(values["bias"]))


def _effect(name: str, values: Mapping[str, object]) -> Effect:
    at, adds = (_row(values[key]) for key in ("at", "adds"))
    if len(at) != len(adds) or not at or sorted(set(at)) != list(at):
        raise ValueError(f"{name}: `at` should ascend, and `adds` have a number for each")
    return Effect(name, at, adds, _number(values["calm"]), _number(values["calm_adds"]))


def _row(values: object) -> tuple[float, ...]:
    if not isinstance(values, list):
        raise TypeError(f"{values!r} should be a list of numbers")
    return tuple(_number(value) for value in values)


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
