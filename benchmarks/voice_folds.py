"""Held-out judgement: each speaker by a head fitted on all others, with the baseline that is asked for.

As `voice_trial.held_out`, whose figures a test holds these against; but the heads are kept, since one fit serves all
lines, baselines and places, and logits keep all classes of the head.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from stimmung.models.training.voice_fit import Encoder, FitOptions, Labelled
from stimmung.models.training.voice_trial import best_temperature, heads, own_baseline, shipped_baseline, softmax
from stimmung.models.voice_head import VoiceHead
from stimmung.speech.records import Samples
from text_scores import Interval
from voice_scores import Bools, Floats, Ints, by_speaker, uar

Baseline = Literal["own", "all", "none"]  # first two neutral utterances; all utterances of the speaker; nobody's
Place = Literal["packed", "alone"]  # in a window with others, or in one of its own


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """A head, and the speakers that it never heard."""

    head: VoiceHead
    held: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Utterances that are scored, and their logits (n, classes of the head) by heads that never heard the speaker."""

    examples: Labelled
    logits: Samples
    classes: tuple[str, ...]  # of the head

    @property
    def choice(self) -> Samples:
        """Logits (n, classes of the examples): only what the utterances can be."""
        return self.logits[:, [self.classes.index(name) for name in self.examples.classes]]

    @property
    def found(self) -> Ints:
        return np.asarray(self.choice.argmax(axis=1), np.intp)

    @property
    def right(self) -> Bools:
        return np.asarray(self.found == self.examples.label)

    def only(self, chosen: Bools) -> "Outcome":
        """Return the utterances for which `chosen` (n,) is true."""
        return Outcome(self.examples.only(chosen), self.logits[chosen], self.classes)

    def uar(self) -> Interval:
        """Return the unweighted average recall, its interval over speakers."""
        truth, found = self.examples.label, self.found
        return by_speaker(self.examples.speaker, lambda rows: uar(truth[rows], found[rows]))

    def likely(self, temperatures: Floats) -> Samples:
        """Return probabilities (n, classes of the examples), each row's logits divided by its temperature (n,)."""
        return softmax(self.choice / temperatures[:, np.newaxis])


def fit_folds(training: Labelled, encoder: Encoder, options: FitOptions) -> list[Fold]:
    """Fit a head for each speaker (groups of them, where they are more than ten) without what these say."""
    return [Fold(head, held) for _, head, held in heads(training, encoder, options)]


def scored(examples: Labelled) -> Bools:
    """Return which utterances are scored: all but those that are their speaker's baseline."""
    rows = np.ones(examples.label.shape[0], bool)
    for speaker in np.unique(examples.speaker):
        rows[own_baseline(examples, str(speaker))] = False
    return rows


def outcome(folds: Sequence[Fold], examples: Labelled, baseline: Baseline = "own", place: Place = "packed") -> Outcome:
    """Judge all utterances that are scored; the same ones whatever the baseline."""
    classes = folds[0].head.classes
    logits = np.full((examples.label.shape[0], len(classes)), np.nan, np.float32)
    for fold in folds:
        for speaker in np.unique(examples.speaker[np.isin(examples.speaker, list(fold.held))]):
            rows = np.flatnonzero(examples.speaker == speaker)
            usual = _usual(fold.head, examples, str(speaker), baseline)
            logits[rows] = _logits(fold.head, examples.only(examples.speaker == speaker), usual, place)
    rated = scored(examples)
    return Outcome(examples.only(rated), logits[rated], classes)


def nested_temperatures(judged: Outcome) -> Floats:
    """Return for each utterance the temperature that fits all other speakers best (n,)."""
    speakers, found = judged.examples.speaker, np.ones(judged.logits.shape[0])
    for speaker in np.unique(speakers):
        others = speakers != speaker
        found[~others] = best_temperature(judged.choice[others], judged.examples.label[others])
    return found


def _usual(head: VoiceHead, examples: Labelled, speaker: str, baseline: Baseline) -> Samples:
    """Return the prosody that a speaker is measured against."""
    if baseline == "none":
        return head.neutral
    if baseline == "own":
        return shipped_baseline(head, examples.heard, own_baseline(examples, speaker))
    own = examples.speaker == speaker
    return head.usual(examples.heard.prosody[own].mean(axis=0), float(examples.heard.seconds[own].sum()))


def _logits(head: VoiceHead, examples: Labelled, usual: Samples, place: Place) -> Samples:
    states = examples.heard.packed if place == "packed" else examples.heard.alone
    inputs = [head.inputs(*row, usual) for row in zip(states, examples.heard.prosody, strict=True)]
    return np.asarray(np.stack(inputs) @ head.weights + head.bias, np.float32)
