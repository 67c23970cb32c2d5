"""Utterances of toy speakers as arrays: each feeling moves one state, and the place in the window another."""

import numpy as np

from stimmung.models.training.voice_copies import Heard, Indices
from stimmung.models.training.voice_fit import Encoder, Labelled
from stimmung.speech import prosody

CLASSES = ("anger", "neutral", "sadness")
STATES = 8
ENCODER = Encoder("toy", np.ones(STATES, np.float32))


def labelled(speakers: int = 4, each: int = 6, seed: int = 0) -> Labelled:
    """Return `each` utterances of every class and speaker, speaker by speaker, classes in turn."""
    count = speakers * each * len(CLASSES)
    label = np.arange(count) % len(CLASSES)
    speaker = np.array([f"s{row // (each * len(CLASSES))}" for row in range(count)])
    return Labelled(heard(label, np.unique(speaker, return_inverse=True)[1], seed), CLASSES, label, speaker)


def heard(label: Indices, call: Indices, seed: int = 0) -> Heard:
    """Return features in which the label is plain to see, and how loud the speaker is in the prosody."""
    rng, count = np.random.default_rng(seed), label.shape[0]
    alone = rng.standard_normal((count, STATES)).astype(np.float32)
    alone[np.arange(count), label] += 4.0
    later = np.arange(count) % 2 == 1
    packed = alone.copy()
    packed[later, STATES - 1] += 5.0
    values = np.zeros((count, len(prosody.NAMES)), np.float32)
    values[:, 0] = rng.standard_normal(count) + call
    return Heard(
        clip=np.arange(count),
        packed=packed,
        alone=alone,
        prosody=values,
        seconds=np.full(count, 2.0, np.float32),
        later=later,
        call=call,
        cut=np.ones(count, bool),
    )
