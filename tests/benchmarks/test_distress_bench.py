"""What the parts share: nobody is judged by a model that heard him or her; one side alone; features left out."""

from dataclasses import replace

import numpy as np
import pytest
from tests.benchmarks import toy_callers
from tests.calls import toy_distress

from distress_ablations import GROUPS, stripped
from distress_bench import Fold, alone, judge, judged_call
from distress_calls import ComposedCall
from stimmung.calls.distress import DistressJudge
from stimmung.calls.distress_features import KNOWN, FirstMinute, features_of
from stimmung.calls.safety import SafetyPhrases
from stimmung.speech.records import Utterance

TEXTS = toy_callers.texts()
NO_PHRASES = SafetyPhrases({})
CALLS = toy_callers.composed(TEXTS, toy_callers.readings(TEXTS), [toy_callers.actor("03"), toy_callers.actor("08")], 6)


@pytest.fixture
def call() -> ComposedCall:
    return CALLS[0]


def known(one: Utterance) -> set[str]:
    """Return the names of the features that are told of an utterance, with a minute before it."""
    probe = replace(toy_distress.MODEL.probe, weights=np.ones(toy_callers.WIDTH, np.float32))  # type: ignore[type-var]
    features = features_of(one, FirstMinute(), probe)
    minute = FirstMinute().with_utterance(replace(one, start=0.0, end=2.0), features)
    return set(features_of(one, minute, probe))


class TestJudging:
    def test_each_call_is_judged_by_the_model_that_never_heard_its_actor(self) -> None:
        """The models differ in their base rate, and with it in how high they score."""
        low, high = (replace(toy_distress.MODEL, probe=None, base_rate=rate) for rate in (0.5, 0.01))
        folds = [Fold(low, frozenset({"03"})), Fold(high, frozenset({"08"}))]
        found = judge(folds, NO_PHRASES, CALLS)
        assert [one.call for one in found] == CALLS
        for one in found:
            own = low if one.call.actor == "03" else high
            expected = judged_call(DistressJudge(own, NO_PHRASES), one.call)
            assert one.score.tolist() == pytest.approx(expected.score.tolist(), nan_ok=True)
        other = judge([Fold(high, frozenset({"03"})), Fold(low, frozenset({"08"}))], NO_PHRASES, CALLS)
        assert not np.allclose(found[0].score, other[0].score, equal_nan=True)

    def test_a_call_is_followed_as_the_product_does(self) -> None:
        said = (
            toy_distress.said(0, 2, 0.5),
            toy_distress.said(5, 9, 1.0),
            toy_distress.said(10, 11),
            toy_distress.said(120, 124, 0.0),
        )
        plan = toy_callers.judged([0.5] * 4).plan
        found = judged_call(toy_distress.judge(), ComposedCall(plan, "03", said))
        assert found.ends.tolist() == [2.0, 9.0, 11.0, 124.0]
        assert np.isnan(found.probability).tolist() == [False, False, True, False]
        assert np.isnan(found.score).tolist() == [True, False, False, False]  # three seconds are needed
        assert found.state == ("unknown", "urgent", "urgent", "calm")
        assert found.score[1] == pytest.approx(toy_distress.score_of(toy_distress.EVIDENCE))

    def test_the_score_stays_until_the_next_utterance_ends(self) -> None:
        one = toy_callers.judged([float("nan"), 0.4, 0.9])
        assert [one.score_at(time) for time in (0.0, 5.0, 14.0, 23.9, 24.0, 1e6)] == [0.0, 0.0, 0.4, 0.4, 0.9, 0.9]
        assert one.highest == 0.9
        assert toy_callers.judged([float("nan")]).highest == 0.0


class TestSides:
    def test_words_alone_have_no_voice_and_a_voice_alone_no_words(self, call: ComposedCall) -> None:
        for one in alone(call, "words").utterances:
            assert one.text
            assert {name.removeprefix("change.").partition(".")[0] for name in known(one)} == {"words"}
        for one in alone(call, "voice").utterances:
            assert one.text == ""  # no phrase is found in it
            assert {name.removeprefix("change.").partition(".")[0] for name in known(one)} == {"voice"}

    def test_fused_is_the_call_itself(self, call: ComposedCall) -> None:
        assert alone(call, "fused") is call
        assert alone(call, "words").plan is call.plan


class TestAblations:
    """What is left out no longer tells one utterance from another; all else does as before."""

    GONE = {  # noqa: RUF012
        "words: meaning": {"words.meaning", "change.words.meaning"},
        "words: emotions": {f"words.{name}" for name in ("anger", "annoyance", "disappointment", "sadness", "fear",
                            "confusion", "gratitude", "joy", "neutral")},
        "words: polarity": {"words.negative", "words.positive", "change.words.negative"},
        "voice: feelings": {f"voice.{name}" for name in ("anger", "fear", "sadness", "joy", "neutral")}
        | {"change.voice.neutral"},
        "voice: arousal and valence": {f"{change}voice.{name}" for change in ("", "change.")
                                       for name in ("arousal", "valence")},
    }  # fmt: skip

    @pytest.mark.parametrize("group", GONE)
    def test_what_is_stripped_tells_nothing_any_more(self, group: str, call: ComposedCall) -> None:
        strip = GROUPS[group]
        assert strip is not None
        before = [_features(one) for one in call.utterances]
        after = [_features(one) for one in stripped(call, strip).utterances]
        for name in KNOWN - {name for name in KNOWN if name.startswith("change.")}:
            values = {found.get(name) for found in after}
            if name in self.GONE[group]:
                assert len(values) == 1
            else:
                assert [found.get(name) for found in after] == [found.get(name) for found in before]

    def test_every_feature_is_left_out_once(self) -> None:
        assert set(self.GONE) == set(GROUPS) - {"nothing", "safety phrases"}
        assert set().union(*self.GONE.values()) == KNOWN
        assert sum(map(len, self.GONE.values())) == len(KNOWN)

    def test_what_could_not_be_judged_stays_so(self, call: ComposedCall) -> None:
        silent = replace(
            call, utterances=tuple(replace(one, text_emotion=None, voice_emotion=None) for one in call.utterances)
        )
        for strip in GROUPS.values():
            if strip is not None:
                assert not any(known(one) for one in stripped(silent, strip).utterances)

    def test_no_phrases_find_nothing(self) -> None:
        assert toy_distress.phrases().find("Das ist ein Notfall!", "de")
        assert not NO_PHRASES.find("Das ist ein Notfall!", "de")


def _features(one: Utterance) -> dict[str, float]:
    probe = replace(toy_distress.MODEL.probe, weights=np.ones(toy_callers.WIDTH, np.float32))  # type: ignore[type-var]
    return features_of(one, FirstMinute(), probe)
