"""Moods on the scale of call analytics."""

import pytest

from stimmung.calls.moods import mood_of
from stimmung.speech.records import TextEmotionScore, Utterance


@pytest.mark.parametrize(("score", "mood"), [(-1.0, -5.0), (0.0, 0.0), (0.5, 2.5), (1.0, 5.0)])
def test_a_score_reaches_from_minus_five_to_five(score: float, mood: float) -> None:
    words = TextEmotionScore("neutral", score, {}, {}, {}, True)
    assert mood_of(Utterance(0, "customer", "", 0, 1, "Hi", "en", 0.9, (), (), text_emotion=words)) == mood


def test_words_that_were_not_judged_have_none() -> None:
    assert mood_of(Utterance(0, "agent", "", 0, 1, "Hi", "en", 0.9, (), ())) is None
