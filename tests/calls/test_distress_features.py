"""What an utterance brings: which numbers by which names, and how they changed against the caller's first minute."""

import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from tests.calls.toy_distress import said, voice, words

from stimmung.calls.distress_features import (
    EMOTIONS,
    FEELINGS,
    FIRST_MINUTE,
    KNOWN,
    MEANING,
    MEANING_MOST,
    FirstMinute,
    Probe,
    features_of,
    kind_of,
    voice_features,
    words_features,
)
from stimmung.models.emotion_labels import SERVICE_CLASSES
from stimmung.models.voice_label_maps import SCORED
from stimmung.speech.records import ReasonKind, TextEmotionScore, Utterance, VoiceEmotionScore

PROBE = Probe("2" * 64, np.array([1.0, -2.0], np.float32), 0.5)
NOBODY = FirstMinute()


def after(*utterances: Utterance) -> FirstMinute:
    """Return the first minute with these in it."""
    minute = FirstMinute()
    for utterance in utterances:
        minute = minute.with_utterance(utterance, features_of(utterance, minute, None))
    return minute


class TestWords:
    def test_bring_the_polarities_and_the_emotions_that_the_model_knows(self) -> None:
        score = replace(words(0.75), emotions={"anger": 0.8, "boredom": 0.5, "neutral": 0.1})
        assert words_features(score) == {
            "words.negative": 0.75, "words.positive": 0.25, "words.anger": 0.8, "words.neutral": 0.1,
        }  # fmt: skip

    def test_of_a_model_of_polarity_are_never_the_feeling_neutral(self) -> None:
        assert words_features(words(0.75)) == {"words.negative": 0.75, "words.positive": 0.25}

    def test_that_nobody_read_bring_nothing(self) -> None:
        assert words_features(None) == {}
        assert words_features(TextEmotionScore("neutral", 0.0, {}, {}, {}, False)) == {}

    def test_are_told_by_names_that_the_embedded_model_knows(self) -> None:
        assert set(EMOTIONS) == set(SERVICE_CLASSES)


class TestVoice:
    def test_brings_arousal_valence_and_the_feelings_that_the_model_knows(self) -> None:
        score = VoiceEmotionScore(0.4, -0.3, {"anger": 0.6, "boredom": 0.2, "neutral": 0.1})
        assert voice_features(score) == {
            "voice.arousal": 0.4, "voice.valence": -0.3, "voice.anger": 0.6, "voice.neutral": 0.1,
        }  # fmt: skip

    @pytest.mark.parametrize(
        "score",
        [
            None,
            VoiceEmotionScore(None, None, {}, True, "too short"),
            VoiceEmotionScore(None, 0.1, {}),
            VoiceEmotionScore(0.1, None, {}),
            voice(0.9, uncertain=True),
        ],
    )
    def test_that_could_not_be_judged_brings_nothing(self, score: VoiceEmotionScore | None) -> None:
        assert voice_features(score) == {}

    def test_in_which_no_feeling_stands_out_is_used_as_it_is(self) -> None:
        assert voice_features(voice(0.9, uncertain=True, ambiguous=True)) == voice_features(voice(0.9))

    def test_is_told_by_the_feelings_that_every_voice_model_is_read_as(self) -> None:
        assert set(FEELINGS) == set(SCORED)


class TestNumbers:
    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
    def test_that_are_none_are_left_out_and_the_others_kept(self, bad: float) -> None:
        score = VoiceEmotionScore(bad, -0.3, {"anger": bad, "joy": 0.2})
        assert voice_features(score) == {"voice.valence": -0.3, "voice.joy": 0.2}
        emotions = {"anger": 0.2, "fear": bad}
        assert words_features(replace(words(bad), emotions=emotions)) == {"words.anger": 0.2}

    def test_out_of_their_bounds_are_kept_within(self) -> None:
        assert voice_features(VoiceEmotionScore(9.0, -1e300, {"joy": 1.0000001})) == {
            "voice.arousal": 1.0, "voice.valence": -1.0, "voice.joy": 1.0,
        }  # fmt: skip

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
    def test_that_are_none_in_a_vector_leave_its_meaning_out(self, bad: float) -> None:
        found = features_of(said(0, 4, 0.5, vector=np.array([bad, 1.0], np.float32)), NOBODY, PROBE)
        assert set(found) == {"words.negative", "words.positive"}


class TestMeaning:
    def test_is_the_probes_log_odds_within_its_bounds(self) -> None:
        for vector, expected in (([1.0, 0.0], 1.5), ([0.0, 1.0], -1.5), ([9.0, 0.0], 4.0), ([0.0, 9.0], -4.0)):
            found = features_of(said(0, 4, 0.5, vector=np.array(vector, np.float32)), NOBODY, PROBE)
            assert found[MEANING] == pytest.approx(expected)
            assert abs(found[MEANING]) <= MEANING_MOST

    def test_wants_probe_words_and_vector(self) -> None:
        vector = np.ones(2, np.float32)
        assert MEANING not in features_of(said(0, 4, 0.5, vector=vector), NOBODY, None)
        assert MEANING not in features_of(said(0, 4, 0.5), NOBODY, PROBE)
        assert features_of(said(0, 4, vector=vector), NOBODY, PROBE) == {}


class TestFirstMinute:
    def test_is_unknown_before_anything_was_said(self) -> None:
        assert NOBODY.mean("words.negative") is None
        assert not any(name.startswith("change.") for name in features_of(said(0, 4, 0.5, 0.5), NOBODY, None))

    def test_is_the_mean_over_seconds_of_what_was_said_before(self) -> None:
        minute = after(said(5, 8, 0.2, 0.1), said(10, 11, 0.6, 0.5))
        assert minute.mean("words.negative") == pytest.approx(0.3)
        assert minute.mean("voice.arousal") == pytest.approx(0.2)
        found = features_of(said(70, 75, 0.9, -0.3), minute, None)
        assert found["change.words.negative"] == pytest.approx(0.6)
        assert found["change.voice.arousal"] == pytest.approx(-0.5)

    def test_counts_from_the_callers_first_word_and_ends_a_minute_later(self) -> None:
        first, late = said(100, 104, 0.2), said(100 + FIRST_MINUTE, 170, 1.0)
        assert after(first, late) == after(first)
        assert after(first, replace(late, start=99.9 + FIRST_MINUTE)).mean("words.negative") != 0.2
        assert after(said(100, 104), said(150, 154, 0.4), said(165, 169, 1.0)).mean("words.negative") == 0.4

    def test_leaves_out_what_could_not_be_judged(self) -> None:
        minute = after(said(0, 4, 0.2, 0.1), said(5, 9, 0.4), said(10, 50))
        assert minute.mean("words.negative") == pytest.approx(0.3)
        assert minute.mean("voice.arousal") == pytest.approx(0.1)
        assert minute.mean("voice.neutral") is None

    def test_an_utterance_of_no_length_is_no_measure_of_anybody(self) -> None:
        assert after(said(0, 0, 0.9)).mean("words.negative") is None
        assert after(said(0, 0, 0.9), said(1, 3, 0.2)).mean("words.negative") == pytest.approx(0.2)


def test_every_feature_is_of_a_kind_that_reasons_know() -> None:
    kinds = {name: kind_of(name) for name in KNOWN}
    assert set(kinds.values()) == set(get_args(ReasonKind)) - {"safety"}
    assert all(name.startswith(f"{kind}.") for name, kind in kinds.items())


def test_everything_that_can_be_found_is_known() -> None:
    emotions = dict.fromkeys((*EMOTIONS, "relief"), 0.5)
    full = replace(
        said(5, 9, 0.5, vector=np.ones(2, np.float32)),
        text_emotion=replace(words(0.5), emotions=emotions),
        voice_emotion=VoiceEmotionScore(0.1, 0.1, dict.fromkeys(FEELINGS, 0.2)),
    )
    minute = FirstMinute().with_utterance(full, features_of(full, FirstMinute(), PROBE))
    assert set(features_of(full, minute, PROBE)) == KNOWN
