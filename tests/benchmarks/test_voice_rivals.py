"""Rivals learn from other speakers only, and are scored on what our head is scored on."""

from dataclasses import replace

import numpy as np
import pytest
from tests.benchmarks import toy_voices

from voice_rivals import length_only, logistic


def test_states_that_tell_the_class_are_enough_for_a_linear_classifier() -> None:
    assert logistic(toy_voices.labelled(each=10)).value > 0.9


def test_length_alone_tells_what_it_tells() -> None:
    examples = toy_voices.labelled(each=10)
    assert length_only(examples).value == pytest.approx(1 / 3)  # all last as long
    by_class = replace(examples.heard, seconds=1.0 + examples.label.astype(np.float32))
    assert length_only(replace(examples, heard=by_class)).value == 1.0


def test_what_only_the_speaker_himself_could_teach_is_not_learnt() -> None:
    examples = toy_voices.labelled(each=10)
    number = np.unique(examples.speaker, return_inverse=True)[1]
    private = replace(examples.heard, seconds=(3 * number + (examples.label + number) % 3).astype(np.float32))
    assert length_only(replace(examples, heard=private)).value < 0.7
