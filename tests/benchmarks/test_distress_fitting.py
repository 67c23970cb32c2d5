"""The fit: its sums are the product's, no probe judges what it learnt, nothing is found where nothing is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.benchmarks import toy_callers

from distress_bench import JudgedCall, judged_call
from distress_calls import ComposedCall, Line
from distress_fitting import (
    ALARMS,
    ALL,
    HALF_LIFE,
    KNOTS,
    VOICE_COLUMNS,
    Rows,
    TextVectors,
    evidence_of,
    fit_arm,
    fit_model,
    fit_probe,
    fit_thresholds,
    fold_probes,
    log_odds_of,
    probabilities_of,
    rows_of,
    scores_of,
)
from distress_held_out import utterances, whole
from distress_ranking import alarms
from stimmung.calls.distress import CallerState, DistressJudge
from stimmung.calls.distress_features import CHANGE, EMOTIONS, FEELINGS, MEANING, Probe
from stimmung.calls.distress_model import Arm, CourseWeights, DistressModel, logit, sigmoid
from stimmung.calls.safety import SafetyPhrases
from stimmung.speech.engines import TextReading
from stimmung.speech.records import DistressState, TextEmotionScore, Utterance, VoiceEmotionScore
from text_judged import Bools
from voice_scores import auc

NO_PHRASES = SafetyPhrases({})
STATES: tuple[DistressState, ...] = ("uneasy", "distressed", "urgent")
COURSES = (
    CourseWeights(1 / 600, 1 / 50, 0.05, 1.0, 2.0, 3.2, 1.1, -2.0, 3.0),
    CourseWeights(1 / 300, 1 / 100, 0.4, 0.5, 0.0, 1.2, 0.7, -1.0, 3.0),
    CourseWeights(1 / 20, 1 / 10, 0.02, 1.0, 10.0, 8.0, 2.0, -3.0, 0.0),  # as far as ever it goes
)
CAST = [toy_callers.actor(name) for name in ("03", "08", "09")]
STRANGER = toy_callers.actor("16")
TEXTS, UNSEEN = toy_callers.texts(10), toy_callers.texts(10, "b")
READ, UNSEEN_READ = toy_callers.readings(TEXTS), toy_callers.readings(UNSEEN, seed=1)
Change = Callable[[Utterance], Utterance]


def any_call(rng: np.random.Generator) -> ComposedCall:
    """Return a call in which anything may be missing; what it shows leans on its words."""
    lines, said, clock = [], [], 0.0
    names = list(READ)
    for _ in range(int(rng.integers(1, 25))):
        start = clock + float(rng.choice([0.0, 0.5, 5.0, 45.0, 300.0]))
        clock = start + float(rng.choice([0.0, 0.3, 1.9, 2.0, 6.0, 18.0]))
        words, text = any_words(rng), str(rng.choice(names))
        shows = bool((words.polarities["negative"] if words else 0.5) + 0.5 * rng.standard_normal() > 0.8)
        lines.append(Line(text, "neutral", 0, start, clock, shows, shows))
        one = Utterance(1, "customer", "", start, clock, text, "de", 1.0, (), ())
        vector = READ[text].vector if rng.random() < 0.8 else None
        said.append(replace(one, text_emotion=words, voice_emotion=any_voice(rng), text_vector=vector))
    onset = next((line.start for line in lines if line.distressed), None)
    return ComposedCall(toy_callers.plan(lines, onset=onset), "03", tuple(said))


def any_words(rng: np.random.Generator) -> TextEmotionScore | None:
    if rng.random() < 0.2:
        return None
    return toy_callers.words(rng.random(), {name: rng.random() for name in EMOTIONS} if rng.random() < 0.8 else {})


def any_voice(rng: np.random.Generator) -> VoiceEmotionScore | None:
    chance = rng.random()
    if chance < 0.2:
        return None
    if chance < 0.3:
        return VoiceEmotionScore(None, None, {}, True, "nothing heard")
    feelings = {name: rng.random() for name in FEELINGS}
    return VoiceEmotionScore(rng.uniform(-1, 1), rng.uniform(-1, 1), feelings, chance < 0.5, "", chance < 0.4)


def any_calls(count: int, seed: int) -> list[ComposedCall]:
    rng = np.random.default_rng(seed)
    return [any_call(rng) for _ in range(count)]


def fit(calls: Sequence[ComposedCall], read: Mapping[str, TextReading] = READ) -> DistressModel:
    return fit_model(calls, toy_callers.vectors(TEXTS, read), toy_callers.TEXT_MODEL)


def judged(model: DistressModel, calls: Sequence[ComposedCall]) -> list[JudgedCall]:
    by = DistressJudge(model, NO_PHRASES)
    return [judged_call(by, call) for call in calls]


def changed(call: ComposedCall, change: Change) -> ComposedCall:
    return replace(call, utterances=tuple(change(one) for one in call.utterances))


@pytest.fixture(scope="module")
def rough() -> DistressModel:
    """A model as fitted on calls in which anything may be missing."""
    return fit(any_calls(80, seed=1))


@pytest.fixture(scope="module")
def training() -> list[ComposedCall]:
    return toy_callers.composed(TEXTS, READ, CAST, 40)


@pytest.fixture(scope="module")
def fitted(training: list[ComposedCall]) -> DistressModel:
    return fit(training)


class TestShortcut:
    """The fit adds up thousands of calls at once, and must add as `calls.distress` does, utterance by utterance."""

    @pytest.mark.parametrize("course", COURSES)
    def test_what_is_remembered_is_what_the_product_remembers(
        self, rough: DistressModel, course: CourseWeights
    ) -> None:
        model, calls = replace(rough, course=course), any_calls(60, seed=2)
        rows = rows_of(calls, lambda _: model.probe)
        expected = log_odds_of(course, evidence_of(model, rows), rows)
        by, found = DistressJudge(model, NO_PHRASES), list[float]()
        for call in calls:
            caller = CallerState()
            for utterance in call.utterances:
                caller = by.follow(caller, utterance).caller
                assert caller.log_odds is not None
                found.append(caller.log_odds)
        assert expected == pytest.approx(np.array(found), abs=1e-9)
        assert course.most > 1 or {-course.most, course.most} <= set(found)  # both bounds are met
        assert np.ptp(found) > 0.5

    @pytest.mark.parametrize("course", COURSES)
    def test_so_are_scores_and_probabilities_where_the_product_tells_any(
        self, rough: DistressModel, course: CourseWeights
    ) -> None:
        model, calls = replace(rough, course=course), any_calls(60, seed=3)
        rows = rows_of(calls, lambda _: model.probe)
        told = judged(model, calls)
        likely, score = (np.concatenate([getattr(one, name) for one in told]) for name in ("probability", "score"))
        assert probabilities_of(model, rows) == pytest.approx(likely, abs=1e-9, nan_ok=True)
        known = np.isfinite(score)
        ours = scores_of(model, log_odds_of(course, evidence_of(model, rows), rows))
        assert ours[known] == pytest.approx(score[known], abs=1e-9)
        assert np.isnan(likely).any()
        assert known.mean() > 0.8

    def test_rows_say_what_is_known_and_what_is_true(self) -> None:
        calls = any_calls(30, seed=4)
        rows, said = rows_of(calls, lambda _: None), [one for call in calls for one in call.utterances]
        assert rows.has_words.tolist() == [one.text_emotion is not None for one in said]
        assert rows.end.tolist() == [one.end for one in said]
        assert rows.shows.tolist() == [line.shows for call in calls for line in call.plan.lines]
        assert rows.call.tolist() == [number for number, call in enumerate(calls) for _ in call.utterances]
        assert np.isnan(rows.column(MEANING)).all()  # without a probe
        assert 0 < rows.has_voice.mean() < 1


class TestProbes:
    def test_a_probe_does_not_change_with_the_text_that_it_judges_written_or_heard(self) -> None:
        texts = noise(30, seed=1)
        before = fold_probes(texts, "")
        for row, name in ((0, "text 0"), (41, "text 11")):
            vector, distress = texts.vector.copy(), texts.distress.copy()
            vector[row] += 10.0
            distress[row] = ~distress[row]
            after = fold_probes(replace(texts, vector=vector, distress=distress), "")
            assert after[name].weights.tolist() == before[name].weights.tolist()
            moved = [one for one in before if not np.array_equal(before[one].weights, after[one].weights)]
            assert len(moved) == 24  # those of the other four folds

    def test_languages_and_labels_count_the_same_however_many_texts_they_have(self) -> None:
        """100 texts in German, 6 in English: English still has its say about what sets distress apart."""
        german = [(f"de {number}", [1.0 if number % 2 else -1.0, 0.0], bool(number % 2), "de") for number in range(100)]
        english = [(f"en {number}", [0.0, 1.0 if number % 2 else -1.0], bool(number % 2), "en") for number in range(6)]
        names, vectors, distress, languages = zip(*german, *english, strict=True)
        texts = TextVectors(names, np.array(vectors), np.array(distress), languages)
        probe = fit_probe(texts, np.ones(106, bool), "")
        assert probe.weights[1] == pytest.approx(probe.weights[0], rel=0.05)
        assert probe.weights[0] > 1

    def test_what_is_chance_gets_no_weight_since_no_probe_judges_what_it_learnt(self) -> None:
        """Were texts judged by a probe that learnt them, it would seem to know all."""
        texts = noise(200, seed=3, width=60)
        folded = fold_probes(texts, "")
        learnt = dict.fromkeys(folded, fit_probe(texts, np.ones(400, bool), ""))
        assert _auc(texts, learnt) > 0.8
        assert _auc(texts, folded) == pytest.approx(0.5, abs=0.1)

    def test_the_model_keeps_a_probe_of_all_texts(self, fitted: DistressModel) -> None:
        texts = toy_callers.vectors(TEXTS, READ)
        expected = fit_probe(texts, np.ones(len(texts.text), bool), toy_callers.TEXT_MODEL)
        assert isinstance(fitted.probe, Probe)
        assert fitted.probe.weights.tolist() == expected.weights.tolist()
        assert fitted.probe.text_model == toy_callers.TEXT_MODEL


class TestArms:
    def test_each_has_what_its_side_knows(self, fitted: DistressModel) -> None:
        both, words, voice = (names(arm) for arm in (fitted.both, fitted.words, fitted.voice))
        assert both == [*words, *voice] == list(ALL)
        assert not any("voice" in name for name in words)
        assert not any("words" in name for name in voice)

    def test_what_no_call_has_is_left_out(self, training: list[ComposedCall]) -> None:
        def strip(one: Utterance) -> Utterance:
            score = one.voice_emotion
            return replace(one, text_vector=None, voice_emotion=replace(score, emotions={}) if score else None)

        model = fit([changed(call, strip) for call in training])
        gone = {MEANING, f"{CHANGE}.{MEANING}", f"{CHANGE}.voice.neutral", *(f"voice.{name}" for name in FEELINGS)}
        assert set(names(model.both)) == set(ALL) - gone
        assert not gone & {*names(model.words), *names(model.voice)}
        numbers = [(*one.at, *one.adds, one.calm, one.calm_adds) for one in model.both.effects]
        assert np.isfinite([model.both.bias, *np.concatenate(numbers)]).all()

    def test_what_never_moves_is_left_out(self) -> None:
        rows = some_rows(200, seed=1)
        rows.values[:, ALL.index("voice.joy")] = 0.3
        rows.values[::2, ALL.index("voice.fear")] = np.nan
        assert set(VOICE_COLUMNS) - set(names(fit_arm(rows, VOICE_COLUMNS, everyone(rows)))) == {"voice.joy"}

    def test_utterances_that_were_not_chosen_change_nothing(self) -> None:
        rows = some_rows(400, seed=2)
        chosen = np.arange(400) < 200
        before = fit_arm(rows, VOICE_COLUMNS, chosen)
        rows.values[200:] = rows.values[:200] + 1.0
        rows.shows[200:] = ~rows.shows[:200]
        assert fit_arm(rows, VOICE_COLUMNS, chosen) == before

    def test_what_is_missing_adds_nothing_and_each_feature_adds_its_own(self) -> None:
        rows = some_rows(300, seed=3)
        arm = fit_arm(rows, VOICE_COLUMNS, everyone(rows))
        one, other = arm.effects[:2]
        both = {one.feature: 0.2, other.feature: -0.1}
        assert arm.probability({}) == pytest.approx(sigmoid(arm.bias))
        assert logit(arm.probability(both)) == pytest.approx(arm.bias + one.of(0.2) + other.of(-0.1))

    def test_a_line_bends_where_distress_lies_at_both_ends(self) -> None:
        """A voice is in distress when it is aroused and when it has no strength: no straight line can say that."""
        rows = some_rows(4000, seed=4)
        arousal = rows.column("voice.arousal")
        truth = np.abs(arousal) > 0.6
        (effect,) = fit_arm(replace(rows, shows=truth), ["voice.arousal"], everyone(rows)).effects
        assert len(effect.at) == KNOTS
        assert effect.at[0] == pytest.approx(arousal.min(), abs=1e-5)
        assert effect.at[-1] == pytest.approx(arousal.max(), abs=1e-5)
        low, middle, high = (effect.of(value) for value in (-0.95, 0.0, 0.95))
        assert min(low, high) > middle + 2

    def test_calm_is_the_mean_of_calm_utterances_and_of_what_they_add(self) -> None:
        rows = some_rows(500, seed=5)
        rows.values[::3, ALL.index("voice.fear")] = np.nan
        for effect in fit_arm(rows, VOICE_COLUMNS, everyone(rows)).effects:
            calm = rows.column(effect.feature)[~rows.shows]
            calm = calm[np.isfinite(calm)]
            assert effect.calm == pytest.approx(calm.mean(), abs=1e-4)
            assert effect.calm_adds == pytest.approx(np.mean([effect.of(value) for value in calm]), abs=1e-4)

    def test_all_utterances_at_once_are_judged_as_one_by_one(self, rough: DistressModel) -> None:
        rows = rows_of(any_calls(40, seed=5), lambda _: rough.probe)
        found = probabilities_of(rough, rows)
        for values, likely in zip(rows.values, found, strict=True):
            known = {name: float(value) for name, value in zip(ALL, values, strict=True) if np.isfinite(value)}
            arm = rough.arm(known)
            assert likely == pytest.approx(arm.probability(known) if arm else np.nan, abs=1e-9, nan_ok=True)
        assert 0 < np.isnan(found).mean() < 0.5

    def test_probabilities_come_true_as_often_as_they_say(
        self, fitted: DistressModel, training: list[ComposedCall]
    ) -> None:
        rows = rows_of(training, lambda _: fitted.probe)
        assert fitted.base_rate == pytest.approx(rows.shows.mean(), abs=1e-4)
        assert probabilities_of(fitted, rows).mean() == pytest.approx(fitted.base_rate, abs=0.02)


class TestCourse:
    def test_half_of_what_was_known_is_forgotten_as_was_designed(self, rough: DistressModel) -> None:
        assert rough.course.half_life == pytest.approx(HALF_LIFE, abs=0.01)

    def test_the_likeliest_course_has_a_score_that_comes_true(
        self, fitted: DistressModel, training: list[ComposedCall]
    ) -> None:
        rows = rows_of(training, lambda _: fitted.probe)
        found = scores_of(fitted, log_odds_of(fitted.course, evidence_of(fitted, rows), rows))
        assert found.mean() == pytest.approx(rows.distressed.mean(), abs=0.03)
        assert auc(rows.distressed, found) > 0.97


class TestThresholds:
    def test_the_rarer_alarms_are_to_be_the_higher_the_threshold(self, rough: DistressModel) -> None:
        assert list(ALARMS) == list(STATES)
        assert sorted(ALARMS.values(), reverse=True) == list(ALARMS.values())
        enters = [rough.thresholds.of(state).enter for state in STATES]
        leaves = [rough.thresholds.of(state).leave for state in STATES]
        assert enters == sorted(enters)
        assert leaves == sorted(leaves)
        assert all(leave < enter for enter, leave in zip(enters, leaves, strict=True))

    def test_a_state_is_entered_as_low_as_its_false_alarms_allow(self, rough: DistressModel) -> None:
        """Calm callers are at 0.1, 0.2, …, 10 in calls of twelve minutes: thresholds part them where was asked."""
        calls = [*(_twelve_minutes(None) for _ in range(100)), _twelve_minutes(0.0)]
        rows = rows_of(calls, lambda _: None)
        model = replace(rough, course=CourseWeights(1 / 80, 1 / 80, 0.5, 1.0, 0.0, 20.0, 1.0, -5.0, 0.0))
        evidence = np.array([*np.arange(1, 101) / 10, 15.0])
        found = fit_thresholds(model, evidence, rows, calls)
        scores = scores_of(model, evidence)[:100]
        for state, allowed in ALARMS.items():
            enter = getattr(found, state).enter
            assert np.sum(scores >= enter) <= allowed * 20
            assert np.sum(scores >= enter - 0.006) > allowed * 20  # a step lower would be too low

    def test_the_product_gives_alarms_about_as_rarely(
        self, fitted: DistressModel, training: list[ComposedCall]
    ) -> None:
        """The product lets go of a state in silence and enters it again, which the fit counts as one alarm."""
        found = alarms(judged(fitted, training))
        for state, allowed in ALARMS.items():
            assert found["false_alarms"][state] * found["hours"] <= 1.3 * allowed * found["hours"] + 1


class TestFinding:
    def test_what_sets_distress_apart_is_found_in_texts_and_actors_that_are_new(self, fitted: DistressModel) -> None:
        found = judged(fitted, toy_callers.composed(UNSEEN, UNSEEN_READ, [STRANGER], 60, seed=9))
        assert utterances(found).auc().value > 0.97
        assert whole(found).auc().value > 0.97
        assert utterances(found).ece() < 0.05

    def test_where_nothing_does_nothing_is_found(self) -> None:
        cast = [toy_callers.actor(one.name, each=12, tells=0.0) for one in (*CAST, STRANGER)]
        read, unseen = (toy_callers.readings(texts, seed, tells=0.0) for seed, texts in ((3, TEXTS), (4, UNSEEN)))
        model = fit(toy_callers.composed(TEXTS, read, cast[:-1], 20), read)
        found = judged(model, toy_callers.composed(UNSEEN, unseen, cast[-1:], 60, seed=9))
        assert utterances(found).auc().value == pytest.approx(0.5, abs=0.07)


def names(arm: Arm) -> list[str]:
    return [one.feature for one in arm.effects]


def some_rows(count: int, seed: int) -> Rows:
    """Return utterances of one call in which every feature is by chance, and so is the truth."""
    rng = np.random.default_rng(seed)
    values, shows = rng.uniform(-1, 1, (count, len(ALL))), rng.random(count) < 0.3
    end = np.arange(count, dtype=np.float64)
    return Rows(values, shows, shows.copy(), np.zeros(count, np.int64), end, np.ones(count))


def everyone(rows: Rows) -> Bools:
    return np.ones(rows.shows.shape[0], bool)


def noise(texts: int, seed: int, width: int = 12) -> TextVectors:
    """Return texts, as written and as heard, whose vectors say nothing of the label that each has by chance."""
    rng = np.random.default_rng(seed)
    vector, label = rng.standard_normal((texts, width)), rng.random(texts) < 0.5
    heard = vector + 0.1 * rng.standard_normal(vector.shape)
    names = tuple(f"text {number}" for number in range(texts)) * 2
    return TextVectors(names, np.concatenate([vector, heard]), np.tile(label, 2), ("de",) * texts * 2)


def _auc(texts: TextVectors, probes: Mapping[str, Probe]) -> float:
    rows = zip(texts.text, np.asarray(texts.vector, np.float32), strict=True)
    return auc(texts.distress, np.array([probes[name].log_odds(vector) for name, vector in rows]))


def _twelve_minutes(onset: float | None) -> ComposedCall:
    """Return a call with one utterance, at its beginning."""
    call = toy_callers.judged([0.5], onset=onset).call
    return replace(call, plan=replace(call.plan, duration=720.0))
