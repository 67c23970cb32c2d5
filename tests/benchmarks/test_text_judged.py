"""What a model says becomes arrays: in the order of the lists, thresholds beside it, silence as neutral."""

from collections.abc import Sequence

import numpy as np
import pytest

from stimmung.models.calibration import Calibration, Platt
from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES, SERVICE_CLASSES
from stimmung.speech.engines import ModelId, SpokenText, TextReading
from stimmung.speech.records import TextEmotionScore
from text_judged import CHUNK, judge

SCORE = TextEmotionScore(
    polarity="positive",
    score=0.6,
    polarities={"positive": 0.7, "negative": 0.1, "neutral": 0.2},
    emotions={"gratitude": 0.4, "joy": 0.35, "neutral": 0.1},
    labels={"gratitude": 0.4, "joy": 0.35},
    calibrated=True,
)
POLARITY_ONLY = TextEmotionScore("negative", -0.8, {"negative": 0.9, "positive": 0.1}, {}, {}, False)


class Told:
    """Says what it was told to, one score after the other, and counts how many texts come at a time."""

    model = ModelId("told", "0" * 64)

    def __init__(self, *scores: TextEmotionScore | None, calibration: Calibration | None = None) -> None:
        self.calibration = calibration
        self.scores = list(scores)
        self.handed: list[int] = []

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        self.handed.append(len(texts))
        return [TextReading(self.scores[int(one.text) % len(self.scores)]) for one in texts]


def texts(count: int) -> list[SpokenText]:
    return [SpokenText(str(number)) for number in range(count)]


def test_columns_stand_in_the_order_of_the_lists() -> None:
    judged = judge(Told(SCORE), texts(1))
    assert judged.polarities.tolist() == [[0.1, 0.2, 0.7]]
    assert POLARITIES[judged.polarity[0]] == "positive"
    assert judged.labels is not None
    assert judged.labels.shape == (1, 28)
    assert judged.labels[0, GOEMOTIONS.index("joy")] == 0.35
    assert judged.labels[0, GOEMOTIONS.index("anger")] == 0
    assert judged.likeliest_class is not None
    assert SERVICE_CLASSES[judged.likeliest_class[0]] == "gratitude"


def test_a_label_is_found_from_its_own_threshold_on() -> None:
    calibration = Calibration(1.0, {"joy": Platt(threshold=0.35)}, {"gratitude": Platt(threshold=0.3)}, ("en",))
    judged = judge(Told(SCORE, calibration=calibration), texts(1))
    assert judged.found_labels is not None
    assert [GOEMOTIONS[at] for at in np.flatnonzero(judged.found_labels[0])] == ["joy"]
    assert judged.found_classes is not None
    assert [SERVICE_CLASSES[at] for at in np.flatnonzero(judged.found_classes[0])] == ["gratitude"]


def test_without_a_calibration_a_half_is_the_threshold() -> None:
    judged = judge(Told(SCORE), texts(1))
    assert judged.found_labels is not None
    assert not judged.found_labels.any()
    assert set(judged.label_thresholds) == {0.5}


def test_a_text_without_words_is_neutral_and_marked() -> None:
    judged = judge(Told(SCORE, None), texts(2))
    assert judged.worded.tolist() == [True, False]
    assert POLARITIES[judged.polarity[1]] == "neutral"
    assert judged.found_classes is not None
    assert [SERVICE_CLASSES[at] for at in np.flatnonzero(judged.found_classes[1])] == ["neutral"]


def test_a_model_of_polarity_has_no_labels_and_no_classes() -> None:
    judged = judge(Told(POLARITY_ONLY, None), texts(2))
    assert judged.labels is None
    assert judged.found_labels is None
    assert judged.classes is None
    assert judged.likeliest_class is None
    assert judged.polarities[0].tolist() == [0.9, 0.0, 0.1]


@pytest.mark.parametrize("count", [CHUNK, CHUNK + 1])
def test_texts_are_handed_over_in_chunks_and_come_back_in_order(count: int) -> None:
    model, told = Told(SCORE, POLARITY_ONLY), list[int]()
    judged = judge(model, texts(count), lambda done, of: told.append(done))
    assert max(model.handed) == CHUNK
    assert told[-1] == count
    assert [POLARITIES[at] for at in judged.polarity[-2:]] == [
        ("positive", "negative")[number % 2] for number in range(count)[-2:]
    ]
