"""Nobody is scored by a head that heard them; temperature and limits come from those scores."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import toy_head
from tests.models.toy_head import STATES
from tests.models.training.toy_e5 import calm
from tests.models.training.toy_heard import ENCODER, Said, heard

from stimmung.models.training.voice_fit import FitOptions, Labelled, fit_head
from stimmung.models.training.voice_trial import (
    COVERED,
    OWN,
    Trial,
    best_temperature,
    calibrated,
    folds,
    heads,
    held_out,
    own_baseline,
    shipped_baseline,
    softmax,
)
from stimmung.models.voice_emotion import EmbeddedVoice
from stimmung.models.voice_head import HeadLimits
from stimmung.speech.engines import ModelId, VoiceBaseline
from stimmung.speech.records import Samples

OPTIONS = FitOptions(epochs=20, batch=32, rate=0.1, dropout=0.0, smoothing=0.0)
SPEAKERS = ("anna", "boris", "carla", "dora")


@pytest.fixture(scope="module", autouse=True)
def calmness() -> Iterator[None]:
    """One thread for all tests of this file."""
    with calm():
        yield


def corpus(calm: int = 4, seed: int = 0) -> Labelled:
    """Return `calm` neutral and four angry utterances of each speaker; the first state tells them apart."""
    rng = np.random.default_rng(seed)
    said = []
    for call, speaker in enumerate(SPEAKERS):
        for number in range(calm + 4):
            angry = number >= calm
            states = (1.0 if angry else -1.0, rng.normal(), rng.normal())
            alone = (states[0], states[1], states[2] + 0.5)
            prosody, seconds = 0.1 * call + angry + 0.1 * rng.normal(), rng.uniform(1, 3)
            said.append(Said("anger" if angry else "neutral", speaker, states, alone, prosody, seconds, call))
    return heard(said)


def accuracy(logits: Samples, examples: Labelled) -> float:
    scored = np.isfinite(logits[:, 0])
    return float(np.mean(logits[scored].argmax(axis=1) == examples.label[scored]))


# ---------------------------------------------------------------------------------------------------------------------
# who is held out


@given(st.lists(st.sampled_from([f"s{number:02}" for number in range(30)]), min_size=1), st.integers(1, 12))
def test_every_speaker_is_held_out_exactly_once(speakers: list[str], most: int) -> None:
    found = folds(speakers, most)
    assert sorted(name for group in found for name in group) == sorted(set(speakers))
    assert len(found) == min(most, len(set(speakers)))
    assert max(map(len, found)) - min(map(len, found)) <= 1


def test_few_speakers_are_held_out_one_by_one() -> None:
    assert folds(["b", "a", "b", "c"]) == [frozenset("a"), frozenset("b"), frozenset("c")]


def test_a_head_that_scores_somebody_never_heard_them() -> None:
    """Each speaker has a state of his or her own that gives every label away; nothing else tells anything."""
    rng = np.random.default_rng(0)
    said = []
    for place, speaker in enumerate(SPEAKERS):
        for number in range(24):
            states = np.zeros(STATES)
            states[place] = 3.0 if number % 2 else -3.0
            states[4] = rng.normal()
            emotion = ("anger", "joy")[number % 2 ^ int(rng.integers(2)) ^ (number // 2 + place) % 2]
            states[place] = 3.0 if emotion == "anger" else -3.0
            said.append(Said(emotion, speaker, tuple(states), call=place))
    examples = heard(said)
    everything = fit_head(examples, ENCODER, OPTIONS)
    seen = np.stack([everything.inputs(*row) for row in zip(*parts(examples, everything.neutral), strict=True)])
    assert accuracy(seen @ everything.weights, examples) == 1.0
    (trial,) = held_out(examples, [examples], ENCODER, OPTIONS)
    assert 0.3 < accuracy(trial.logits, examples) < 0.7


def parts(examples: Labelled, usual: Samples) -> tuple[Samples, Samples, Samples]:
    return examples.heard.packed, examples.heard.prosody, np.tile(usual, (len(examples.label), 1))


def test_each_fold_says_whom_it_left_out() -> None:
    found = list(heads(corpus(), ENCODER, replace(OPTIONS, epochs=1)))
    assert [(number, held) for number, _, held in found] == [(n, frozenset([s])) for n, s in enumerate(SPEAKERS)]


def test_what_is_common_to_all_speakers_is_found_in_the_held_out_ones() -> None:
    examples = corpus()
    (trial,) = held_out(examples, [examples], ENCODER, OPTIONS)
    assert accuracy(trial.logits, examples) == 1.0
    assert accuracy(trial.alone, examples) == 1.0


def test_somebody_who_is_in_no_fold_is_not_scored() -> None:
    (trial,) = held_out(corpus(), [heard([Said("anger", "emil"), Said("neutral", "emil")])], ENCODER, OPTIONS)
    assert not trial.scored.any()


# ---------------------------------------------------------------------------------------------------------------------
# their own measure


def test_the_first_two_neutral_utterances_are_the_measure_and_are_not_scored() -> None:
    examples = corpus()
    (trial,) = held_out(examples, [examples], ENCODER, OPTIONS)
    unscored = np.flatnonzero(~trial.scored)
    assert unscored.tolist() == sorted(row for speaker in SPEAKERS for row in own_baseline(examples, speaker).tolist())
    assert len(unscored) == OWN * len(SPEAKERS)
    assert np.isfinite(trial.alone[trial.scored]).all()
    assert np.isfinite(trial.without[trial.scored]).all()


def test_first_is_by_the_order_of_the_clips_and_not_of_the_rows() -> None:
    examples = heard([Said("neutral")] * 4 + [Said("anger"), Said("neutral", "boris")])
    shuffled = replace(examples, heard=replace(examples.heard, clip=np.array([5, 1, 9, 0, 2, 3])))
    assert own_baseline(shuffled, "anna").tolist() == [3, 1]
    assert own_baseline(shuffled, "boris").tolist() == [5]


def test_where_no_class_is_neutral_everything_is_scored() -> None:
    examples = heard([Said(name, speaker, (1.0,)) for speaker in SPEAKERS for name in ("anger", "joy", "anger", "joy")])
    assert own_baseline(examples, "anna").size == 0
    (trial,) = held_out(examples, [examples], ENCODER, replace(OPTIONS, epochs=1))
    assert trial.scored.all()
    assert np.array_equal(trial.logits, trial.without)


def test_a_speaker_of_nothing_but_a_measure_is_left_out() -> None:
    examples = Labelled.joined([corpus(), heard([Said("anger", "emil", cut=True), Said("neutral", "emil")])])
    quiet = examples.only((examples.speaker != "emil") | (examples.label == examples.classes.index("neutral")))
    (trial,) = held_out(quiet, [quiet], ENCODER, replace(OPTIONS, epochs=1))
    assert not trial.scored[quiet.speaker == "emil"].any()
    assert trial.scored[quiet.speaker == "anna"].sum() == 6


def test_a_trial_scores_as_the_shipped_path_does() -> None:
    examples = corpus()
    (trial,) = held_out(examples, [examples], ENCODER, OPTIONS)
    for _, head, held in heads(examples, ENCODER, OPTIONS):
        model, (speaker,) = EmbeddedVoice(head, ModelId("toy", "0" * 64)), held
        described = [
            toy_head.row(states, values, seconds=float(seconds))
            for states, values, seconds in zip(
                examples.heard.packed, examples.heard.prosody, examples.heard.seconds, strict=True
            )
        ]
        baseline = VoiceBaseline()
        for row in own_baseline(examples, speaker):
            baseline = model.accustom(baseline, described[row])
        for row in np.flatnonzero(trial.scored & (examples.speaker == speaker)):
            with_own, without = (softmax(logits[row][None])[0] for logits in (trial.logits, trial.without))
            anger = model.judge(described[row], baseline).emotions["anger"]
            assert anger == pytest.approx(float(with_own[0]), abs=1e-5)
            new = model.judge(described[row], VoiceBaseline()).emotions["anger"]
            assert new == pytest.approx(float(without[0]), abs=1e-5)


def test_alone_is_what_is_heard_in_a_window_of_its_own() -> None:
    examples = corpus()
    (trial,) = held_out(examples, [examples], ENCODER, replace(OPTIONS, same=0.0))
    _, head, _ = next(iter(heads(examples, ENCODER, replace(OPTIONS, same=0.0))))
    row = int(np.flatnonzero(trial.scored & (examples.speaker == "anna"))[0])
    own = own_baseline(examples, "anna")
    usual = shipped_baseline(head, examples.heard, own)
    inputs = head.inputs(examples.heard.alone[row], examples.heard.prosody[row], usual)
    assert trial.alone[row] == pytest.approx(inputs @ head.weights + head.bias, abs=1e-5)
    assert not np.array_equal(trial.alone[row], trial.logits[row])


def test_columns_are_the_classes_of_what_is_measured() -> None:
    rng = np.random.default_rng(0)
    three = heard(
        [
            Said(name, speaker, (float(place) - 1 + 0.1 * rng.normal(), float(place == 1)))
            for speaker in SPEAKERS
            for place, name in enumerate(("anger", "joy", "neutral"))
            for _ in range(4)
        ]
    )
    two = heard([Said(n, s, (p,)) for s in SPEAKERS for n, p in (("anger", -1.0), ("neutral", 1.0)) for _ in range(4)])
    (trial,) = held_out(three, [two], ENCODER, OPTIONS)
    assert trial.logits.shape == (32, 2)
    assert accuracy(trial.logits, two) == 1.0


# ---------------------------------------------------------------------------------------------------------------------
# calibration


def sampled(count: int = 4000, seed: int = 0) -> tuple[Samples, npt.NDArray[np.int64]]:
    """Return logits (count, 3) and labels that come true as often as they say."""
    rng = np.random.default_rng(seed)
    logits = 2.0 * rng.normal(size=(count, 3)).astype(np.float32)
    label = np.array([rng.choice(3, p=row / row.sum()) for row in softmax(logits).astype(float)])
    return logits, label


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_of_overconfident_and_timid_logits_is_found(temperature: float) -> None:
    logits, label = sampled()
    assert best_temperature(logits * np.float32(temperature), label) == pytest.approx(temperature, rel=0.08)


def test_a_frequent_class_does_not_set_the_temperature_alone() -> None:
    """The frequent class is told without error, the rare one by chance: half of the truth is doubtful."""
    sure, doubtful = np.tile([[4.0, 0.0]], (900, 1)), np.tile([[0.0, 4.0], [4.0, 0.0]], (50, 1))
    logits = np.concatenate([sure, doubtful]).astype(np.float32)
    assert best_temperature(logits, np.array([0] * 900 + [1] * 100)) > 2.0


def test_softmax_adds_up_and_bears_any_height() -> None:
    found = softmax(np.array([[1e4, 0.0, -1e4], [0.0, 0.0, 0.0]]))
    assert found == pytest.approx(np.array([[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]]))


def trial_of(logits: Samples) -> Trial:
    return Trial(logits, logits, logits)


def test_calibrating_divides_the_temperature_out_and_sets_the_limits() -> None:
    logits, label = sampled()
    examples = heard([Said("anger"), Said("joy", states=(2.0,)), Said("neutral", states=(0.0, -3.0), prosody=0.5)])
    head = toy_head.head(examples.classes)
    ready = calibrated(head, examples, trial_of(2 * logits), label)
    assert ready.weights == pytest.approx(head.weights / 2, rel=0.08)
    judged = softmax(2 * logits / best_temperature(2 * logits, label)).max(axis=1)
    assert float(np.mean(judged >= ready.limits.certain)) == pytest.approx(COVERED, abs=0.01)
    assert ready.limits.prior_seconds == head.limits.prior_seconds
    assert head.limits == toy_head.TRUSTING


def test_no_training_voice_is_strange_and_one_far_away_is() -> None:
    examples = corpus()
    head = fit_head(examples, ENCODER, OPTIONS)
    (trial,) = held_out(examples, [examples], ENCODER, OPTIONS)
    ready = calibrated(head, examples, trial, examples.label)
    distances = [ready.strangeness(ready.inputs(*row)) for row in zip(*parts(examples, head.neutral), strict=True)]
    assert max(distances) < ready.limits.strange < 5.0
    far = ready.inputs(examples.heard.packed[0] + 1e3, examples.heard.prosody[0] + 1e3, head.neutral)
    assert ready.strangeness(far) > ready.limits.strange


def test_only_what_was_scored_is_calibrated_on() -> None:
    logits, label = sampled(500)
    blank = np.full((300, 3), np.nan, np.float32)
    examples = corpus()
    with_blanks = trial_of(np.concatenate([blank, logits]))
    labels = np.concatenate([np.full(300, 2), label])
    found = [
        calibrated(toy_head.head(examples.classes), examples, trial, truth).limits
        for trial, truth in ((with_blanks, labels), (trial_of(logits), label))
    ]
    assert found[0] == found[1]
    assert isinstance(found[0], HeadLimits)
