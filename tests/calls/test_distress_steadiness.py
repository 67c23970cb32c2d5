"""What changes nothing: loudness, voices in doubt, foreign vectors, models at fault."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.calls.toy_distress import (
    EVIDENCE,
    MODEL,
    WORST,
    arm,
    calls,
    few,
    follow,
    judge,
    now,
    plain,
    said,
    score,
    score_of,
    voice,
    words,
)

from stimmung.calls.distress import RANKS
from stimmung.speech.records import Utterance


class TestWhatChangesNothing:
    @few
    @given(calls(plain), st.sampled_from([-3.0, 3.0]))
    def test_is_loudness_the_words_themselves_and_what_the_recogniser_thinks(
        self, utterances: list[Utterance], louder: float
    ) -> None:
        other = [
            replace(one, level=-30 + louder, text="Nun denn", confidence=0.1, flags=("loop",), voice_features=None)
            for one in utterances
        ]
        first, second = follow(*(replace(one, level=-30) for one in utterances)), follow(*other)
        assert second.score.probability == first.score.probability
        assert (second.caller.log_odds, second.caller.state) == (first.caller.log_odds, first.caller.state)

    @few
    @given(calls(), st.floats(-1, 1))
    def test_is_a_voice_in_doubt(self, utterances: list[Utterance], arousal: float) -> None:
        doubtful = [replace(one, voice_emotion=voice(arousal, uncertain=True)) for one in utterances]
        unheard = [replace(one, voice_emotion=None) for one in utterances]
        assert follow(*doubtful) == follow(*unheard)

    def test_is_not_a_voice_in_which_no_feeling_stands_out(self) -> None:
        unclear = replace(said(0, 4), voice_emotion=voice(1.0, uncertain=True, ambiguous=True))
        assert follow(unclear) == follow(said(0, 4, arousal=1.0))

    def test_is_what_a_caller_is_always_like(self) -> None:
        """Where weights tell the change alone, who is gloomy from the beginning does not get gloomier."""
        change = arm(**{"words_negative": (0.0, 0.0), "change.words_negative": (0.0, 4.0)})
        by = replace(judge(), model=replace(MODEL, words=change))
        always = [said(at, at + 4, 0.8) for at in range(0, 50, 10)]
        assert score(always, by) == pytest.approx(score_of(0.0))
        assert score([said(0, 4, 0.2), *always[1:2]], by) == pytest.approx(score_of(0.6 * 4.0))

    def test_is_a_vector_of_a_model_that_the_weights_do_not_know(self) -> None:
        vector = np.array([3.0, 0.0], np.float32)
        assert score([said(0, 4, 0.5, vector=vector)]) == pytest.approx(score_of(3.0))
        foreign = judge().reading("0" * 64)
        assert score([said(0, 4, 0.5, vector=vector)], foreign) == pytest.approx(score_of(0.0))
        assert score([said(0, 4, WORST, vector=np.zeros(7, np.float32))], foreign) == pytest.approx(score_of(EVIDENCE))
        assert judge().reading("2" * 64) == judge()

    def test_a_voice_that_may_not_be_heard_leaves_the_words(self) -> None:
        assert score([said(0, 4, 0.8)]) == pytest.approx(score_of(0.3 * 2 * EVIDENCE))
        assert score([said(0, 4, 0.8, -0.5)]) == pytest.approx(score_of(0.3 * 2 * EVIDENCE - 0.5 * EVIDENCE))

    def test_words_that_nobody_may_read_leave_the_voice(self) -> None:
        vector = np.array([4.0, 0.0], np.float32)
        assert score([said(0, 4, arousal=0.5, vector=vector)]) == pytest.approx(score_of(0.5 * EVIDENCE))


class TestModelsAtFault:
    bad = st.sampled_from([math.nan, math.inf, -math.inf, 1e38, -1e38, 7.0])

    @few
    @given(calls(), bad, bad, bad)
    def test_spoil_nothing_that_is_remembered(
        self, utterances: list[Utterance], negative: float, arousal: float, coordinate: float
    ) -> None:
        vector = np.array([coordinate, coordinate], np.float32)
        broken = replace(said(0, 4), text_emotion=words(negative), voice_emotion=voice(arousal), text_vector=vector)
        end = utterances[-1].end
        caller = follow(*utterances[:-1], replace(broken, start=end, end=end), utterances[-1]).caller
        assert caller.log_odds is not None
        assert math.isfinite(caller.log_odds)
        assert abs(caller.log_odds) <= MODEL.course.most
        assert all(math.isfinite(value) for value in caller.first_minute.sums.values())
        found = now(caller, end)
        assert found.score is None or 0 <= found.score <= 1
        assert found.state in RANKS

    def test_are_as_if_they_had_not_spoken(self) -> None:
        broken = replace(said(4, 8, math.nan, math.nan), text_vector=np.array([math.nan, 1.0], np.float32))
        silent = said(4, 8)
        for place, one in enumerate((said(0, 4, 0.7, 0.2), said(8, 12, 0.9, 0.1))):
            before = [said(0, 4, 0.7, 0.2)] if place else []
            assert follow(*before, broken, one).score == follow(*before, silent, one).score
