"""What text models say of many texts, as arrays to score: a row a text, columns in the order of the label lists.

A text in which a model sees no words counts as neutral, as a listener would take it; probabilities leave it out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from stimmung.models.calibration import Calibration, Platt
from stimmung.models.emotion_labels import GOEMOTIONS, NEUTRAL, POLARITIES, SERVICE_CLASSES
from stimmung.speech.engines import ModelId, SpokenText, TextReading
from stimmung.speech.records import TextEmotionScore

CHUNK = 512  # texts handed over at a time: enough for batches of like length, and for progress to be seen
UNCALIBRATED = 0.5  # threshold of labels that nobody fitted one for

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]
Role = Literal["model", "beside"]
Told = Callable[[int, int], None]  # texts done, and of how many


class TextJudge(Protocol):
    """A text model as the benchmark needs it: `TextEmotion`, and the thresholds that go with its weights."""

    @property
    def model(self) -> ModelId: ...

    @property
    def calibration(self) -> Calibration | None: ...

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A model in the comparison: its role, what tables call it, the name or folder that it was loaded by."""

    role: Role
    title: str
    given: str
    model: TextJudge


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What one model says of n texts; `labels` and `classes` are None where it knows polarity only.

    A label is found where its probability reaches its threshold; several may be.
    """

    polarities: Floats  # (n, 3): of POLARITIES
    labels: Floats | None  # (n, 28): of GOEMOTIONS
    classes: Floats | None  # (n, 9): of SERVICE_CLASSES
    worded: Bools  # (n,): False where the model saw no words
    label_thresholds: Floats  # (28,)
    class_thresholds: Floats  # (9,)

    @property
    def polarity(self) -> Ints:
        """The likeliest of POLARITIES (n,)."""
        return np.asarray(self.polarities.argmax(axis=1), np.intp)

    @property
    def found_labels(self) -> Bools | None:
        return None if self.labels is None else np.asarray(self.labels >= self.label_thresholds)

    @property
    def found_classes(self) -> Bools | None:
        return None if self.classes is None else np.asarray(self.classes >= self.class_thresholds)

    @property
    def likeliest_class(self) -> Ints | None:
        """The likeliest of SERVICE_CLASSES (n,)."""
        return None if self.classes is None else np.asarray(self.classes.argmax(axis=1), np.intp)


def silent(done: int, of: int) -> None:
    """Tell nobody."""


def judge(model: TextJudge, texts: Sequence[SpokenText], told: Told = silent) -> Judged:
    """Have the model read all texts."""
    scores: list[TextEmotionScore | None] = []
    for begin in range(0, len(texts), CHUNK):
        scores += [reading.emotion for reading in model.read(texts[begin : begin + CHUNK])]
        told(len(scores), len(texts))
    calibration = model.calibration
    return Judged(
        polarities=_rows(scores, POLARITIES, _polarities),
        labels=_rows(scores, GOEMOTIONS, lambda score: score.labels)
        if any(score and score.labels for score in scores)
        else None,
        classes=_rows(scores, SERVICE_CLASSES, lambda score: score.emotions)
        if any(score and score.emotions for score in scores)
        else None,
        worded=np.array([score is not None for score in scores], bool),
        label_thresholds=_thresholds(calibration.labels if calibration else {}, GOEMOTIONS),
        class_thresholds=_thresholds(calibration.classes if calibration else {}, SERVICE_CLASSES),
    )


def _rows(
    scores: Sequence[TextEmotionScore | None],
    names: Sequence[str],
    read: Callable[[TextEmotionScore], Mapping[str, float]],
) -> Floats:
    """Return probabilities (texts, names); 0 for what a model does not know, neutral for a text without words."""
    rows = []
    for score in scores:
        known = {NEUTRAL: 1.0} if score is None else read(score)
        rows.append([known.get(name, 0.0) for name in names])
    return np.array(rows, np.float64).reshape(len(scores), len(names))


def _polarities(score: TextEmotionScore) -> Mapping[str, float]:
    return {str(name): value for name, value in score.polarities.items()}


def _thresholds(fitted: Mapping[str, Platt], names: Sequence[str]) -> Floats:
    return np.array([fitted[name].threshold if name in fitted else UNCALIBRATED for name in names])
