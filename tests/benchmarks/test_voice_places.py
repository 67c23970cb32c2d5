"""Scores that are compared alone and packed are those that the product tells."""

import numpy as np
import pytest

from voice_places import NAMES, told


def test_boredom_counts_as_neutral_and_disgust_as_none_of_the_five() -> None:
    classes = ("anger", "boredom", "disgust", "fear", "joy", "neutral", "sadness")
    likely = np.array([[0.1, 0.2, 0.3, 0.05, 0.05, 0.1, 0.2]], np.float32)
    scores = dict(zip(NAMES, told(likely, classes)[0].tolist(), strict=True))
    assert scores["neutral"] == pytest.approx(0.3)
    assert (scores["anger"], scores["sadness"]) == (pytest.approx(0.1), pytest.approx(0.2))
    assert sum(scores[name] for name in NAMES[:5]) == pytest.approx(0.7)
    # anger .6, boredom -.6, disgust .4, fear .6, joy .5, neutral 0, sadness -.3
    assert scores["arousal"] == pytest.approx(0.06 - 0.12 + 0.12 + 0.03 + 0.025 - 0.06, abs=1e-6)
