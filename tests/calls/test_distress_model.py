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
    DistressModel,
    logit,
    model_to_json,
    read_distress_model,
    sigmoid,
)
from stimmung.models import text_weights
from stimmung.speech.errors import WeightsError

KEYS = ("format", "base_rate", "both", "words", "voice", "course", "thresholds", "display")
Values = dict[str, Any]  # Any: JSON


def shipped() -> Values:
    return dict(json.loads(FILE.read_text("utf-8")))


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
        assert set(model.words.features) | set(model.voice.features) == set(model.both.features) == KNOWN
        assert set(WORDS_FEATURES) <= set(model.words.features)
        assert set(VOICE_FEATURES) <= set(model.voice.features)
        assert not set(model.words.features) & set(model.voice.features)

    def test_has_thresholds_that_rise_and_are_left_below_where_they_are_entered(self) -> None:
        thresholds = [read_distress_model().thresholds.of(state) for state in STATES[1:]]
        assert all(0 < one.leave < one.enter < 1 for one in thresholds)
        assert sorted({one.enter for one in thresholds}) == [one.enter for one in thresholds]
        assert sorted({one.leave for one in thresholds}) == [one.leave for one in thresholds]

    def test_fades_into_calm_when_nothing_is_said_and_can_reach_distress(self) -> None:
        model = read_distress_model()
        assert model.score(0.0) < model.thresholds.uneasy.leave
        assert model.score(model.course.most) > model.thresholds.distressed.enter

    def test_forgets_and_abstains_as_was_promised(self) -> None:
        course = read_distress_model().course
        assert (course.half_life, course.least_seconds) == (30.0, 3.0)
        assert 0 < course.fall < course.rise

    def test_tells_what_it_was_fitted_on(self) -> None:
        assert {"what", "calls", "texts", "actors", "base_rate", "measured_by"} <= shipped()["report"].keys()
        assert shipped()["report"]["base_rate"] == read_distress_model().base_rate


def test_a_model_without_a_probe_stays_one(tmp_path: Path) -> None:
    model = replace(MODEL, probe=None)
    found = read_distress_model(written(tmp_path, model_to_json(model, {})))
    assert replace(found, sha256=MODEL.sha256) == model


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for one file after the other: hypothesis wants none that is new for each test."""
    return tmp_path_factory.mktemp("models")


numbers = st.floats(-1e6, 1e6)


@st.composite
def models(draw: st.DrawFn) -> DistressModel:
    """Draw a model with arms of any features and numbers."""

    def arm() -> Arm:
        names = tuple(draw(st.sets(st.sampled_from(sorted(KNOWN)))))
        columns = [tuple(draw(numbers) for _ in names) for _ in range(3)]
        scale = tuple(draw(st.floats(1e-6, 1e6)) for _ in names)
        return Arm(names, columns[0], scale, columns[1], columns[2], draw(numbers))

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
            ({"probe": {"text_model": "a", "bias": 0, "weights": 0.1}}, "list of weights"),
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
            (lambda values: values["both"]["features"][MEANING].update(scale=0), "scale should be above 0"),
            (lambda values: values["words"]["features"][MEANING].update(scale=-1), "scale should be above 0"),
            (lambda values: values["words"]["features"][MEANING].update(weight=math.nan), "nan should be a number"),
            (lambda values: values["both"]["features"].update({"words.rage": {}}), "unknown features words.rage"),
            (lambda values: values["course"].pop("half_life"), "half_life"),
            (lambda values: values["course"].update(half_life=0), "half_life 0.0 should be above 0"),
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

    def test_take_what_is_missing_for_usual(self) -> None:
        model = read_distress_model()
        for arm in (model.both, model.words, model.voice):
            usual = dict(zip(arm.features, arm.centre, strict=True))
            assert arm.probability({}) == pytest.approx(arm.probability(usual)) == pytest.approx(sigmoid(arm.bias))

    def test_add_nothing_for_what_is_as_in_calm_utterances(self) -> None:
        arm = read_distress_model().both
        calm = dict(zip(arm.features, arm.calm, strict=True))
        assert set(arm.contributions(calm).values()) == {0.0}
        assert arm.contributions({}) == {}

    @given(st.dictionaries(st.sampled_from(sorted(KNOWN)), st.floats(-4, 4)))
    def test_add_up_to_what_the_probability_is_made_of(self, features: Mapping[str, float]) -> None:
        arm = read_distress_model().both
        calm = dict(zip(arm.features, arm.calm, strict=True))
        known = {name: calm[name] for name in features}
        added = sum(arm.contributions(features).values())
        assert logit(arm.probability(features)) == pytest.approx(
            min(max(logit(arm.probability(known)) + added, logit(0)), logit(1)), abs=1e-3
        )

    @given(st.dictionaries(st.sampled_from(sorted(KNOWN)), st.floats(-4, 4)))
    def test_give_probabilities(self, features: Mapping[str, float]) -> None:
        model = read_distress_model()
        assert all(0 <= arm.probability(features) <= 1 for arm in (model.both, model.words, model.voice))


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
