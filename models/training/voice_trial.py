"""Trials of a voice head on speakers that it never heard, and the calibration that comes out of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from stimmung.models.training.voice_copies import Heard
from stimmung.models.training.voice_fit import Encoder, FitOptions, Labelled, fit_head
from stimmung.models.voice_head import HeadLimits, VoiceHead
from stimmung.models.voice_label_maps import COUNTED_AS
from stimmung.speech.records import Samples

COVERED: Final = 0.8  # share of utterances that should be judged: the rest is where nothing stands out
STRANGE: Final = 0.999  # quantile of the training voices' strangeness; what lies a quarter beyond is none of them
BEYOND: Final = 1.25
TEMPERATURES: Final = np.geomspace(0.4, 2.5, 64)
OWN: Final = 2  # a speaker's first neutral utterances, which are the baseline and are not scored
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Logits (n, classes) of utterances by heads that never heard their speakers; NaN where not scored."""

    logits: Samples
    alone: Samples  # the same utterances, each in a window of its own
    without: Samples  # the same, without the speaker's baseline
    classes: tuple[str, ...] = ()  # of the columns; empty where nobody asks

    @property
    def scored(self) -> Flags:
        return np.isfinite(self.logits[:, 0])


def folds(speakers: Sequence[str], most: int = 10) -> list[frozenset[str]]:
    """Return groups of speakers that are held out together: each alone, or in `most` groups where there are more."""
    names = sorted(set(speakers))
    return [frozenset(names[first::most]) for first in range(min(most, len(names)))]


def held_out(
    training: Labelled,
    measured: Sequence[Labelled],
    encoder: Encoder,
    options: FitOptions,
    start: VoiceHead | None = None,
) -> list[Trial]:
    """Score each of `measured` with heads fitted on `training` without the speaker's own utterances."""
    trials = [_empty(examples) for examples in measured]
    for _, head, held in heads(training, encoder, options, start):
        for trial, examples in zip(trials, measured, strict=True):
            _score(trial, examples, head, np.isin(examples.speaker, list(held)))
    return trials


def heads(
    training: Labelled, encoder: Encoder, options: FitOptions, start: VoiceHead | None = None
) -> Iterator[tuple[int, VoiceHead, frozenset[str]]]:
    """Yield number, head and speakers of each fold."""
    for number, held in enumerate(folds([str(name) for name in training.speaker])):
        kept = ~np.isin(training.speaker, list(held))
        yield number, fit_head(training.only(kept), encoder, options, start), held


def calibrated(head: VoiceHead, training: Labelled, trial: Trial, label: npt.NDArray[np.int64]) -> VoiceHead:
    """Return the head with temperature and limits fitted on a trial; `label` are the places in the trial's classes."""
    logits, truth = trial.logits[trial.scored], label[trial.scored]
    temperature = best_temperature(logits, truth)
    likely = softmax(logits / temperature)
    highest = (merged_columns(likely, trial.classes) if trial.classes else likely).max(axis=1)
    rows = _inputs(head, training.heard.packed, training.heard.prosody, np.tile(head.neutral, (len(training.label), 1)))
    strange = np.quantile([head.strangeness(row) for row in rows], STRANGE) * BEYOND
    limits = HeadLimits(float(np.quantile(highest, 1 - COVERED)), float(strange), head.limits.prior_seconds)
    weights, bias = (np.asarray(part / temperature, np.float32) for part in (head.weights, head.bias))
    return replace(head, limits=limits, weights=weights, bias=bias)


def best_temperature(logits: Samples, label: npt.NDArray[np.int64]) -> float:
    """Return what logits must be divided by for the highest likelihood, classes counting the same."""
    price = (1 / np.maximum(np.bincount(label, minlength=logits.shape[1]), 1))[label]
    losses = [-np.sum(price * np.log(softmax(logits / one)[np.arange(len(label)), label])) for one in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def merged_columns(likely: Samples, classes: Sequence[str]) -> Samples:
    """Return (n, feelings) of probabilities (n, classes): classes that count as another added to it."""
    counted = [COUNTED_AS.get(name, name) for name in classes]
    columns = [likely[:, [one == name for one in counted]].sum(axis=1) for name in dict.fromkeys(counted)]
    return np.stack(columns, axis=1)


def softmax(logits: npt.NDArray[np.floating]) -> Samples:
    """Return probabilities (n, classes)."""
    likely = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True), np.float32)


def own_baseline(examples: Labelled, speaker: str) -> npt.NDArray[np.int64]:
    """Return the rows of a speaker's first neutral utterances, in the order of the clips."""
    if "neutral" not in examples.classes:
        return np.zeros(0, np.int64)
    own = np.flatnonzero((examples.speaker == speaker) & (examples.label == examples.classes.index("neutral")))
    return own[np.argsort(examples.heard.clip[own])][:OWN]


def shipped_baseline(head: VoiceHead, heard: Heard, rows: npt.NDArray[np.int64]) -> Samples:
    """Return a caller's baseline after these few utterances, weighted as `EmbeddedVoice.accustom` does it."""
    if not rows.size:
        return head.neutral
    calm = [head.calmness(heard.packed[row], heard.prosody[row]) for row in rows]
    weights = heard.seconds[rows] * np.array(calm)
    total = float(weights.sum())
    return head.usual(weights @ heard.prosody[rows] / max(total, 1e-9), total)


def _empty(examples: Labelled) -> Trial:
    shape = (examples.label.shape[0], len(examples.classes))
    logits, alone, without = (np.full(shape, np.nan, np.float32) for _ in range(3))
    return Trial(logits, alone, without, examples.classes)


def _score(trial: Trial, examples: Labelled, head: VoiceHead, chosen: Flags) -> None:
    """Fill in the rows of the held-out speakers, but for those that make their baselines."""
    columns = [head.classes.index(name) for name in examples.classes]
    for speaker in np.unique(examples.speaker[chosen]):
        own = own_baseline(examples, str(speaker))
        rows = np.setdiff1d(np.flatnonzero(chosen & (examples.speaker == speaker)), own)
        if not rows.size:  # nothing but what makes the baseline
            continue
        heard = examples.heard
        usual = shipped_baseline(head, heard, own)
        for filled, states, baseline in (
            (trial.logits, heard.packed, usual),
            (trial.alone, heard.alone, usual),
            (trial.without, heard.packed, head.neutral),
        ):
            inputs = _inputs(head, states[rows], heard.prosody[rows], np.tile(baseline, (rows.size, 1)))
            filled[rows] = (inputs @ head.weights + head.bias)[:, columns]


def _inputs(head: VoiceHead, states: Samples, prosody: Samples, usual: Samples) -> Samples:
    return np.stack([head.inputs(*row) for row in zip(states, prosody, usual, strict=True)])
