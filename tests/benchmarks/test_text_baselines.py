"""Baselines learn from what they are given, and from nothing else."""

import numpy as np

from stimmung.models.emotion_labels import POLARITIES
from stimmung.models.training.text_corpora import LabelledText
from text_baselines import baselines
from text_sets import true_polarities

MOODS = {"negative": "verspätet und furchtbar", "neutral": "fährt ab Gleis", "positive": "pünktlich und schön"}


def texts(count: int, polarities: tuple[str, ...] = POLARITIES) -> list[LabelledText]:
    return [
        LabelledText(f"Der Zug {number} {MOODS[polarity]}", "de", "germeval", polarity=polarity)
        for number in range(count)
        for polarity in polarities
    ]


def test_the_majority_is_that_of_the_training_texts() -> None:
    train = [*texts(4), *texts(9, ("neutral",))]
    majority = baselines(train, texts(3, ("negative",)))[0]
    assert [POLARITIES[at] for at in majority.polarity] == ["neutral"] * 3


def test_words_that_were_learnt_are_known_again() -> None:
    test = texts(30)[-9:]
    _, plain, balanced = baselines(texts(20), test)
    for one in (plain, balanced):
        assert np.array_equal(one.polarity, true_polarities(test)), one.title


def test_the_same_texts_give_the_same_answers() -> None:
    first, again = (baselines(texts(6), texts(2)) for _ in range(2))
    assert [one.polarity.tolist() for one in first] == [one.polarity.tolist() for one in again]
