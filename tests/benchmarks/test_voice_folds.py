"""Held-out judgement is that of the training's own trial; baselines and places are what they are called."""

import numpy as np
import pytest
from tests.benchmarks import toy_voices

from stimmung.models.training.voice_fit import FitOptions
from stimmung.models.training.voice_trial import held_out
from voice_folds import Fold, fit_folds, nested_temperatures, outcome, scored

OPTIONS = FitOptions(epochs=20, batch=32, rate=0.02)


@pytest.fixture(scope="module")
def folds() -> list[Fold]:
    return fit_folds(toy_voices.labelled(), toy_voices.ENCODER, OPTIONS)


def test_logits_are_those_of_the_trial_for_each_baseline_and_place(folds: list[Fold]) -> None:
    training, examples = toy_voices.labelled(), toy_voices.labelled(seed=1)
    (trial,) = held_out(training, [examples], toy_voices.ENCODER, OPTIONS)
    assert scored(examples).tolist() == trial.scored.tolist()
    for judged, theirs in (
        (outcome(folds, examples), trial.logits),
        (outcome(folds, examples, place="alone"), trial.alone),
        (outcome(folds, examples, "none"), trial.without),
    ):
        assert judged.logits == pytest.approx(theirs[trial.scored], abs=1e-5)


def test_the_first_two_neutral_utterances_are_no_part_of_the_score() -> None:
    examples = toy_voices.labelled()
    left_out = np.flatnonzero(~scored(examples))
    assert len(left_out) == 4 * 2
    assert set(examples.label[left_out]) == {toy_voices.CLASSES.index("neutral")}


def test_nobody_is_judged_by_a_head_that_heard_him(folds: list[Fold]) -> None:
    assert sorted(name for fold in folds for name in fold.held) == ["s0", "s1", "s2", "s3"]
    assert all(len(fold.held) == 1 for fold in folds)


def test_all_of_a_speaker_is_another_measure_than_the_first_two(folds: list[Fold]) -> None:
    examples = toy_voices.labelled(seed=1)
    own, every = outcome(folds, examples), outcome(folds, examples, "all")
    assert own.logits.shape == every.logits.shape
    assert np.abs(own.logits - every.logits).max() > 0.01


def test_only_what_an_utterance_can_be_is_chosen_from(folds: list[Fold]) -> None:
    examples = toy_voices.labelled(seed=1)
    judged = outcome(folds, examples)
    assert judged.uar().value > 0.9
    two = examples.only(examples.label != 0)
    renamed = type(two)(two.heard, ("neutral", "sadness"), two.label - 1, two.speaker)
    fewer = outcome(folds, renamed)
    assert fewer.choice.shape[1] == 2
    assert fewer.logits.shape[1] == 3
    assert fewer.uar().value > 0.9


def test_a_speaker_has_no_say_in_his_own_temperature(folds: list[Fold]) -> None:
    judged = outcome(folds, toy_voices.labelled(seed=1))
    before = nested_temperatures(judged)
    own = judged.examples.speaker == "s0"
    judged.logits[own] = -judged.logits[own]
    after = nested_temperatures(judged)
    assert set(after[own]) == set(before[own])
    assert after[~own].min() > before[~own].max()  # one of the others is all wrong now: less is certain
