"""Controls: labels are dealt to clips, not copies; sentences are compared with themselves, and left out by halves."""

from dataclasses import replace

import numpy as np
import pytest
from tests.benchmarks import toy_voices

from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.models.training.voice_copies import Heard
from stimmung.models.training.voice_fit import Labelled
from voice_controls import by_chance, by_sentence, clip_numbers, same_sentence, shuffled
from voice_folds import Outcome

# Every third clip exists only cut, as in EMO-DB.
CLIPS = [
    LabelledVoice(np.zeros(4, np.float32), 0, 4, "s0", toy_voices.CLASSES[at % 3], "f", f"t{at % 2}", cut=at % 3 == 2)
    for at in range(12)
]
WHOLE = [at for at in range(12) if at % 3 != 2]


def training() -> Labelled:
    """Return two copies: each of all clips cut, then of the whole ones, which have numbers of their own."""
    whole = {"clip": np.arange(len(WHOLE)), "cut": np.zeros(len(WHOLE), bool)}
    short_heard = toy_voices.heard(np.arange(12) % 3, np.zeros(12, int))
    whole_heard = replace(toy_voices.heard(np.array(WHOLE) % 3, np.zeros(len(WHOLE), int)), **whole)
    heard = Heard.joined([short_heard, whole_heard] * 2)
    label = np.array([*range(12), *WHOLE] * 2) % 3
    return Labelled(heard, toy_voices.CLASSES, label, np.full(len(label), "s0"))


def test_copies_are_put_down_to_their_clips() -> None:
    assert clip_numbers(training(), CLIPS).tolist() == [*range(12), *WHOLE] * 2


def test_all_copies_of_a_clip_get_the_same_wrong_label() -> None:
    examples = training()
    dealt = shuffled(examples, CLIPS, np.random.default_rng(0))
    owner = clip_numbers(examples, CLIPS)
    assert all(len(set(dealt.label[owner == clip])) == 1 for clip in range(12))
    assert np.bincount(dealt.label[:12]).tolist() == [4, 4, 4]  # dealt anew, not drawn
    assert (dealt.label != examples.label).any()
    assert dealt.heard is examples.heard


def test_recall_is_taken_within_each_sentence() -> None:
    label = np.array([0, 0, 1, 1])
    heard = replace(toy_voices.heard(label, np.zeros(4, int)), clip=np.array([0, 2, 1, 3]))  # t0, t0, t1, t1
    examples = Labelled(heard, toy_voices.CLASSES, label, np.full(4, "s0"))
    logits = np.eye(3, dtype=np.float32)[[0, 0, 1, 0]]
    assert same_sentence(Outcome(examples, logits, toy_voices.CLASSES), CLIPS) == pytest.approx((1 + 0.5) / 2)


def test_halves_split_sentences_or_clips() -> None:
    assert by_sentence(CLIPS).tolist() == [0, 1] * 6
    assert sorted(by_chance(CLIPS).tolist()) == [0] * 6 + [1] * 6
    assert by_chance(CLIPS).tolist() not in ([0, 1] * 6, [1, 0] * 6)
