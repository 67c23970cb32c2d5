"""The learnt part of the distress score: its file as it is shipped, and every way in which a file can be wrong."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.toy_distress import MODEL

from stimmung.calls.distress_features import KNOWN, MEANING, VOICE_FEATURES, WORDS_FEATURES
from stimmung.calls.distress_model import (
    FILE,
    STATES,
    Arm,
    CourseWeights,
    DistressModel,
    Effect,
    logit,
    model_to_json,
    read_distress_model,
    sigmoid,
)
from stimmung.models import text_weights
from stimmung.speech.errors import WeightsError

Values = dict[str, Any]  # Any: JSON


def shipped() -> Values:
    return dict(json.loads(FILE.read_text("utf-8")))


def features(arm: Arm) -> set[str]:
    return {one.feature for one in arm.effects}


def written(folder: Path, values: object) -> Path:
    file = folder / "distress.json"
    file.write_text(values if isinstance(values, str) else json.dumps(values), "utf-8")
    return file


class TestShippedFile:
    def test_is_read_and_written_to_the_same_text(self) -> None:
        assert model_to_json(read_distress_model(), shipped()["report"]) == FILE.read_text("utf-8")

    def test_says_which_file_it_was(self) -> None:
        assert read_distress_model().sha256 == sha256(FILE.read_bytes()).hexdigest()

    def test_has_a_probe_of_the_embedded_text_model(self) -> None:
        probe = read_distress_model().probe
        assert probe is not None
        assert probe.text_model == text_weights.SHA256["model.safetensors"]
        assert probe.weights.shape == (json.loads((text_weights.FOLDER / "config.json").read_text())["hidden_size"],)

    def test_has_arms_of_features_that_are_known_and_of_their_own_side(self) -> None:
        model = read_distress_model()
        both, words, voice = (features(arm) for arm in (model.both, model.words, model.voice))
        assert words | voice == both == KNOWN
        assert set(WORDS_FEATURES) <= words
        assert set(VOICE_FEATURES) <= voice
        assert not words & voice

    def test_has_the_mean_of_calm_utterances_within_each_line(self) -> None:
        model = read_distress_model()
        for one in (*model.both.effects, *model.words.effects, *model.voice.effects):
            assert one.at[0] < one.calm < one.at[-1]
            assert min(one.adds) < one.calm_adds < max(one.adds)

    def test_has_thresholds_that_rise_and_are_left_below_where_they_are_entered(self) -> None:
        thresholds = [read_distress_model().thresholds.of(state) for state in STATES[1:]]
        assert all(0 < one.leave < one.enter < 1 for one in thresholds)
        assert sorted({one.enter for one in thresholds}) == [one.enter for one in thresholds]
        assert sorted({one.leave for one in thresholds}) == [one.leave for one in thresholds]

    def test_enters_no_state_when_nothing_is_said_and_can_reach_every_one(self) -> None:
        model = read_distress_model()
        for known in (model.course.start, -model.course.most):
            assert model.score(model.course.later(known, 3600)) < model.thresholds.uneasy.enter
        assert model.score(model.course.start) < model.thresholds.uneasy.leave
        assert model.score(model.course.most) > model.thresholds.urgent.enter

    def test_lets_go_of_every_state_when_nothing_is_said(self) -> None:
        model = read_distress_model()
        assert model.score(model.course.later(model.course.most, 3600)) < model.thresholds.uneasy.leave

    def test_forgets_and_abstains_as_was_promised(self) -> None:
        course = read_distress_model().course
        assert course.half_life == pytest.approx(30.0, abs=0.01)
        assert course.least_seconds == 3.0
        assert 0 < course.weight <= 1

    def test_tells_what_it_was_fitted_on(self) -> None:
        assert {"what", "calls", "texts", "actors", "base_rate", "measured_by"} <= shipped()["report"].keys()
        assert shipped()["report"]["base_rate"] == read_distress_model().base_rate


def test_a_model_without_a_probe_stays_one(tmp_path: Path) -> None:
    model = replace(MODEL, probe=None)
    found = read_distress_model(written(tmp_path, model_to_json(model, {})))
    assert replace(found, sha256=MODEL.sha256) == model


numbers = st.floats(-1e6, 1e6)


@st.composite
def models(draw: st.DrawFn) -> DistressModel:
    """Draw a model with arms of any features and numbers."""

    def arm() -> Arm:
        names = draw(st.sets(st.sampled_from(sorted(KNOWN))))
        return Arm(tuple(line(name) for name in names), draw(numbers))

    def line(name: str) -> Effect:
        at = tuple(sorted(draw(st.sets(numbers, min_size=1, max_size=4))))
        return Effect(name, at, tuple(draw(numbers) for _ in at), draw(numbers), draw(numbers))

    return replace(MODEL, base_rate=draw(st.floats(1e-6, 0.999)), probe=None, both=arm(), words=arm(), voice=arm())


@settings(max_examples=30)
@given(model=models())
def test_what_is_written_is_read_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, model: DistressModel
) -> None:
    folder = tmp_path_factory.mktemp("model")
    found = read_distress_model(written(folder, model_to_json(model, {"what": "drawn"})))
    assert replace(found, sha256=model.sha256) == model


class TestWrongFiles:
    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"format": "stimmung-distress-0"}, "stimmung-distress-0"),
            ({"base_rate": "0.1"}, "'0.1' should be a number"),
            ({"base_rate": None}, "None should be a number"),
            ({"base_rate": True}, "True should be a number"),
            ({"base_rate": math.nan}, "nan should be a number"),
            ({"base_rate": math.inf}, "inf should be a number"),
            ({"base_rate": 10**400}, "too large"),
            ({"base_rate": 0.0}, "base_rate 0.0 should lie between 0 and 1"),
            ({"base_rate": 1}, "base_rate 1.0 should lie between 0 and 1"),
            ({"both": []}, "both should be an object"),
            ({"thresholds": 3}, "thresholds should be an object"),
            ({"probe": None}, "probe should be an object"),
            ({"probe": {"text_model": 3, "bias": 0, "weights": [0.1]}}, "SHA-256 of a text model"),
            ({"probe": {"text_model": "a", "bias": 0, "weights": 0.1}}, "0.1 should be a list of numbers"),
            ({"probe": {"text_model": "a", "bias": 0, "weights": ["x"]}}, "'x' should be a number"),
            ({"probe": {"text_model": "a", "bias": 0}}, "'weights' is missing"),
        ],
    )
    def test_are_refused_by_what_is_wrong(self, tmp_path: Path, change: Values, named: str) -> None:
        self.refused(written(tmp_path, {**shipped(), **change}), named)

    @pytest.mark.parametrize(
        "key", ["format", "base_rate", "both", "words", "voice", "course", "thresholds", "display"]
    )
    def test_are_refused_where_a_key_is_missing(self, tmp_path: Path, key: str) -> None:
        values = shipped()
        del values[key]
        self.refused(written(tmp_path, values), f"'{key}' is missing")

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            (lambda values: values["both"].pop("bias"), "'bias' is missing"),
            (lambda values: values["both"]["features"][MEANING].pop("calm"), "'calm' is missing"),
            (lambda values: values["both"]["features"][MEANING].pop("calm_adds"), "'calm_adds' is missing"),
            (lambda values: values["both"]["features"][MEANING].pop("at"), "'at' is missing"),
            (lambda values: values["both"]["features"][MEANING].update(at=0.5), "0.5 should be a list of numbers"),
            (lambda values: values["both"]["features"][MEANING].update(at=[], adds=[]), "words.meaning: `at` should"),
            (lambda values: values["both"]["features"][MEANING].update(at=[0, 2, 1], adds=[0, 0, 0]), "ascend"),
            (lambda values: values["both"]["features"][MEANING].update(at=[0, 1, 1], adds=[0, 0, 0]), "ascend"),
            (lambda values: values["words"]["features"][MEANING]["adds"].pop(), "`adds` have a number for each"),
            (lambda values: values["words"]["features"][MEANING]["at"].pop(), "`adds` have a number for each"),
            (lambda values: values["words"]["features"][MEANING]["adds"].__setitem__(0, math.nan), "nan should be"),
            (lambda values: values["voice"]["features"].update({"voice.joy": 3}), "voice.joy should be an object"),
            (lambda values: values["both"]["features"].update({"words.rage": {}}), "unknown features words.rage"),
            (lambda values: values["course"].pop("onset"), "onset"),
            (lambda values: values["course"].update(onset=0), "onset, relief and most should be above 0"),
            (lambda values: values["course"].update(relief=-1), "onset, relief and most should be above 0"),
            (lambda values: values["course"].update(most=0), "onset, relief and most should be above 0"),
            (lambda values: values["course"].update(begin=0), "begin between 0 and 1"),
            (lambda values: values["course"].update(begin=1), "begin between 0 and 1"),
            (lambda values: values["course"].update(speed=1), "speed"),
            (lambda values: values["thresholds"].pop("urgent"), "'urgent' is missing"),
            (lambda values: values["thresholds"]["urgent"].pop("leave"), "leave"),
            (lambda values: values["thresholds"]["urgent"].update(enter=0.1), "should rise"),
            (lambda values: values["thresholds"]["uneasy"].update(leave=0.5), "leave be the lower"),
            (lambda values: values["display"].update(floor_seconds="300"), "'300' should be a number"),
        ],
    )
    def test_are_refused_for_one_bad_number(
        self, tmp_path: Path, change: Callable[[Values], object], named: str
    ) -> None:
        values = shipped()
        change(values)
        self.refused(written(tmp_path, values), named)

    @pytest.mark.parametrize("text", ["", "{", "[]", "3", '"format"', "null", "{}", "[" * 100_000])
    def test_are_refused_where_they_hold_something_else(self, tmp_path: Path, text: str) -> None:
        self.refused(written(tmp_path, text), "")

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
    def test_are_refused_where_they_were_cut_off(self, tmp_path: Path, share: float) -> None:
        text = FILE.read_text("utf-8")
        self.refused(written(tmp_path, text[: int(share * len(text))]), "")

    def test_are_refused_where_they_are_no_text(self, tmp_path: Path) -> None:
        file = tmp_path / "distress.json"
        file.write_bytes(b"\xff\xfe\x00\x01" * 9)
        self.refused(file, "")

    def test_are_refused_where_they_are_not_there(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "distress.json", "No such file")
        self.refused(tmp_path, "directory")

    def refused(self, file: Path, named: str) -> None:
        """Assert that the error names the file, what is wrong with it, and the way out."""
        with pytest.raises(WeightsError) as caught:
            read_distress_model(file)
        text = str(caught.value)
        assert text.startswith(f"{file}: ")
        assert named in text
        assert text.endswith("; install stimmung anew")
        assert caught.value.__cause__ is not None


class TestArms:
    def test_of_both_of_words_or_of_the_voice_by_what_is_known(self) -> None:
        assert MODEL.arm({"words.negative": 0.1, "voice.arousal": 0.1}) is MODEL.both
        assert MODEL.arm({"words.negative": 0.1, "change.words.negative": 0.1}) is MODEL.words
        assert MODEL.arm({"voice.arousal": 0.1}) is MODEL.voice
        assert MODEL.arm({}) is None

    def test_add_nothing_for_what_is_missing(self) -> None:
        model = read_distress_model()
        for arm in (model.both, model.words, model.voice):
            assert arm.probability({}) == sigmoid(arm.bias)
            for one in arm.effects:
                assert logit(arm.probability({one.feature: one.calm})) == pytest.approx(arm.bias + one.of(one.calm))

    def test_tell_what_a_feature_adds_against_calm_utterances(self) -> None:
        arm = Arm((Effect("voice.fear", (0.0, 1.0), (1.0, 3.0), calm=0.1, calm_adds=1.5),), bias=-2.0)
        assert arm.contributions({"voice.fear": 0.5, "voice.joy": 0.5}) == {"voice.fear": pytest.approx(0.5)}
        assert arm.contributions({}) == {}
        assert [arm.raised("voice.fear", value) for value in (0.05, 0.1, 0.15)] == [False, False, True]
        assert not arm.raised("voice.joy", 1.0)

    @given(st.dictionaries(st.sampled_from(sorted(KNOWN)), st.floats(-4, 4)))
    def test_add_up_to_what_the_probability_is_made_of(self, known: Mapping[str, float]) -> None:
        arm = read_distress_model().both
        usual = arm.bias + sum(one.calm_adds for one in arm.effects if one.feature in known)
        total = usual + sum(arm.contributions(known).values())
        assert logit(arm.probability(known)) == pytest.approx(min(max(total, logit(0)), logit(1)), abs=1e-3)

    @given(st.dictionaries(st.sampled_from(sorted(KNOWN)), st.floats(-4, 4)))
    def test_give_probabilities(self, known: Mapping[str, float]) -> None:
        model = read_distress_model()
        assert all(0 <= arm.probability(known) <= 1 for arm in (model.both, model.words, model.voice))


class TestEffects:
    line = Effect("voice.fear", at=(0.0, 1.0, 3.0), adds=(-1.0, 2.0, 0.0), calm=0.0, calm_adds=0.0)

    @pytest.mark.parametrize(
        ("value", "added"), [(0.0, -1.0), (1.0, 2.0), (3.0, 0.0), (0.5, 0.5), (2.5, 0.5), (-9.0, -1.0), (9.0, 0.0)]
    )
    def test_are_lines_through_their_points_and_constant_beyond(self, value: float, added: float) -> None:
        assert self.line.of(value) == pytest.approx(added)

    def test_of_one_point_are_the_same_everywhere(self) -> None:
        assert {replace(self.line, at=(0.5,), adds=(0.7,)).of(value) for value in (-1.0, 0.5, 2.0)} == {0.7}


class TestCourse:
    """A caller is calm or in distress; what is known of that goes on between utterances, and grows by each."""

    course = CourseWeights(
        onset=1 / 600, relief=1 / 50, begin=0.05, weight=0.5, full_seconds=2.0, most=8.0, slope=1.0, offset=0.0,
        least_seconds=3.0,
    )  # fmt: skip

    @pytest.mark.parametrize("known", [0.0005, 0.05, 0.5, 0.999])
    @pytest.mark.parametrize("seconds", [0.0, 1.0, 30.0, 400.0])
    def test_between_utterances_goes_as_calm_callers_fall_and_others_calm_down(
        self, known: float, seconds: float
    ) -> None:
        """A million small steps of the two rates come to the same."""
        onset, relief, steps = self.course.onset, self.course.relief, 2**20
        step = np.eye(2) + np.array([[-onset, onset], [relief, -relief]]) * seconds / steps
        _, expected = np.array([1 - known, known]) @ np.linalg.matrix_power(step, steps)
        assert sigmoid(self.course.later(logit(known), seconds)) == pytest.approx(expected, rel=1e-4)

    def test_half_of_it_is_forgotten_in_the_half_life(self) -> None:
        usual = sigmoid(self.course.later(8.0, 1e6))
        assert usual == pytest.approx(50 / 650)
        assert sigmoid(self.course.later(8.0, self.course.half_life)) == pytest.approx((sigmoid(8.0) + usual) / 2)

    def test_no_time_and_time_that_ran_backwards_change_nothing(self) -> None:
        for known in (-8.0, self.course.start, 0.0, 8.0):
            assert self.course.later(known, 0.0) == pytest.approx(known)
            assert self.course.later(known, -5.0) == pytest.approx(known)

    def test_begins_at_the_share_of_callers_who_begin_in_distress(self) -> None:
        assert sigmoid(self.course.start) == pytest.approx(0.05)

    def test_an_utterance_adds_its_evidence_as_weighed_and_less_when_short(self) -> None:
        for seconds, share in ((0.0, 0.0), (0.5, 0.25), (2.0, 1.0), (60.0, 1.0)):
            assert self.course.heard(-1.0, 3.0, seconds) == pytest.approx(-1.0 + 0.5 * share * 3.0)
            assert self.course.heard(-1.0, -3.0, seconds) == pytest.approx(-1.0 - 0.5 * share * 3.0)
        assert replace(self.course, full_seconds=0.0).heard(-1.0, 3.0, 0.0) == pytest.approx(0.5)

    def test_is_never_surer_than_its_bound(self) -> None:
        assert self.course.heard(7.0, 13.0, 9.0) == 8.0
        assert self.course.heard(-7.0, -13.0, 9.0) == -8.0

    @given(st.floats(-8, 8), st.floats(-8, 8), st.floats(0, 1000))
    def test_whoever_was_known_to_be_worse_still_is_later(self, one: float, other: float, seconds: float) -> None:
        low, high = sorted((one, other))
        assert self.course.later(low, seconds) <= self.course.later(high, seconds) + 1e-9


class TestReading:
    def test_keeps_the_probe_for_its_own_text_model_only(self) -> None:
        assert MODEL.probe is not None
        assert MODEL.reading(MODEL.probe.text_model) is MODEL
        assert MODEL.reading("0" * 64).probe is None
        assert MODEL.reading("").probe is None
        assert MODEL.reading("0" * 64).reading(MODEL.probe.text_model).probe is None

    def test_changes_nothing_else(self) -> None:
        assert replace(MODEL.reading("0" * 64), probe=MODEL.probe) == MODEL


def test_evidence_is_none_at_the_base_rate_and_bounded() -> None:
    model = read_distress_model()
    assert model.evidence(model.base_rate) == pytest.approx(0)
    assert model.evidence(0.5) > 0 > model.evidence(0.01)
    assert math.isfinite(model.evidence(0.0))
    assert math.isfinite(model.evidence(1.0))


@given(st.floats(allow_nan=False))
def test_a_sigmoid_is_a_probability_however_far_out(log_odds: float) -> None:
    assert 0 <= sigmoid(log_odds) <= 1


@given(st.floats(-13, 13))
def test_log_odds_and_probability_are_each_others_inverse(log_odds: float) -> None:
    assert logit(sigmoid(log_odds)) == pytest.approx(log_odds, abs=1e-6)


def test_the_weights_of_a_probe_are_what_its_vectors_are() -> None:
    probe = read_distress_model().probe
    assert probe is not None
    assert probe.weights.dtype == np.float32
