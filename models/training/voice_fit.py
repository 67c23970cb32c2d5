"""Fits a voice head: one linear layer, softmax, with a price on judging an utterance by its place in the window.

A few hundred clips bear no deep network. What counts is the variety of lines and places that they are heard through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.models.training.voice_copies import Heard
from stimmung.models.voice_head import LIMIT, HeadLimits, VoiceHead
from stimmung.models.voice_label_maps import COUNTED_AS, MIDDLE, PLACES
from stimmung.speech.records import Samples

NEVER: Final = -30.0  # logit of a class that an utterance cannot have
TOO_FEW: Final = 1e-5  # added to deviations: a feature that never moves has none
BASELINE_MOST: Final = 3  # neutral utterances that a caller's baseline is drawn from
UNSET: Final = HeadLimits(certain=0.0, strange=float("inf"), prior_seconds=2.0)


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How to learn; chosen by leave-one-speaker-out trials on EMO-DB."""

    epochs: int = 24
    batch: int = 256
    rate: float = 2e-3  # of AdamW at its highest
    weight_decay: float = 0.03
    dropout: float = 0.4  # of inputs
    smoothing: float = 0.05  # of labels
    same: float = 0.5  # price of logits that differ between packed and alone
    without_baseline: float = 0.2  # share of utterances that are heard as a caller's first
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Heard utterances with what a fit needs to know of them."""

    heard: Heard
    classes: tuple[str, ...]
    label: npt.NDArray[np.int64]  # (n,): place in `classes`
    speaker: npt.NDArray[np.str_]  # (n,)

    def only(self, chosen: npt.NDArray[np.bool_]) -> "Labelled":
        """Return the utterances for which `chosen` (n,) is true."""
        return Labelled(self.heard.only(chosen), self.classes, self.label[chosen], self.speaker[chosen])

    @classmethod
    def joined(cls, parts: "Sequence[Labelled]") -> "Labelled":
        """Return all parts, which have the same classes, as one; `heard.clip` keeps the numbers of each part."""
        label, speaker = (np.concatenate([getattr(part, name) for part in parts]) for name in ("label", "speaker"))
        return cls(Heard.joined([part.heard for part in parts]), parts[0].classes, label, speaker)


def labelled(heard: Heard, clips: Sequence[LabelledVoice], classes: tuple[str, ...]) -> Labelled:
    """Put the clips' labels beside what was heard."""
    label = np.array([classes.index(clips[place].emotion) for place in heard.clip])
    return Labelled(heard, classes, label, np.array([clips[place].speaker for place in heard.clip]))


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """Whose states the examples hold."""

    name: str  # as settings name the recogniser
    probe: Samples  # `voice_states.probe_states` of it


def fit_head(examples: Labelled, encoder: Encoder, options: FitOptions, start: VoiceHead | None = None) -> VoiceHead:
    """Fit a head, uncalibrated and without limits; `start` is one to adapt: its weights are what decay leads to.

    Adapting keeps the scales and classes of `start`; labels that it does not know must not occur.
    """
    rng = np.random.default_rng(options.seed)
    neutral = start.neutral if start else _neutral(examples)
    usual = _baselines(examples, neutral, options, rng)
    sound = np.concatenate([examples.heard.prosody, examples.heard.prosody - usual], axis=1)
    packed, alone = (
        np.concatenate([states, sound], axis=1) for states in (examples.heard.packed, examples.heard.alone)
    )
    centre, scale = (start.centre, start.scale) if start else _scales(packed, alone)
    classes = start.classes if start else examples.classes
    inputs = (_standard(packed, centre, scale), _standard(alone, centre, scale))
    label = torch.tensor([classes.index(examples.classes[place]) for place in examples.label])
    weights, bias = _train(inputs, label, _possible(examples, classes), options, start)
    places = tuple(place_of(name) for name in classes)
    return VoiceHead(encoder.name, classes, places, UNSET, centre, scale, weights, bias, neutral, encoder.probe)


def place_of(name: str) -> tuple[float, float]:
    """Return arousal and valence of a class.

    One that counts as neutral has neutral's valence: a monotonous voice, such as one that reads out a number, is heard
    as boredom, and would otherwise be called unpleasant.
    """
    return PLACES.get(name, MIDDLE).arousal, PLACES.get(COUNTED_AS.get(name, name), MIDDLE).valence


def _standard(rows: Samples, centre: Samples, scale: Samples) -> Tensor:
    return torch.from_numpy(np.clip((rows - centre) / scale, -LIMIT, LIMIT).astype(np.float32))


def _neutral(examples: Labelled) -> Samples:
    """Return how neutral voices sound; where nothing is labelled so, how all do."""
    neutral = examples.label == examples.classes.index("neutral") if "neutral" in examples.classes else None
    if neutral is None or not neutral.any():  # none among these speakers, though others have some
        return np.asarray(examples.heard.prosody.mean(axis=0), np.float32)
    rows = examples.heard.prosody[neutral]
    return np.asarray(rows.mean(axis=0), np.float32)


def _baselines(examples: Labelled, neutral: Samples, options: FitOptions, rng: np.random.Generator) -> Samples:
    """Draw what each utterance is compared with: up to three other neutral ones of the same call, or nobody's."""
    rows = np.tile(neutral, (examples.label.shape[0], 1))
    calm = examples.label == (examples.classes.index("neutral") if "neutral" in examples.classes else -1)
    call_of = examples.heard.call
    by_call = {int(call): np.flatnonzero(calm & (call_of == call)) for call in np.unique(call_of)}
    for row in range(rows.shape[0]):
        others = by_call[int(call_of[row])]
        others = others[others != row]
        if others.size and rng.random() >= options.without_baseline:
            chosen = rng.choice(others, min(others.size, int(rng.integers(1, BASELINE_MOST + 1))), replace=False)
            rows[row] = usual_of(examples.heard.prosody[chosen], examples.heard.seconds[chosen], neutral)
    return rows


def usual_of(prosody: Samples, seconds: Samples, neutral: Samples) -> Samples:
    """Return the baseline of utterances (n, prosody), drawn to the neutral voice by their seconds.

    The shipped baseline counts how calm each is as well; here all are labelled neutral, and no head is there to ask.
    """
    own, total = np.average(prosody, axis=0, weights=seconds), float(seconds.sum())
    return np.asarray(neutral + total / (total + UNSET.prior_seconds) * (own - neutral), np.float32)


def _scales(packed: Samples, alone: Samples) -> tuple[Samples, Samples]:
    both = np.concatenate([packed, alone])
    return both.mean(axis=0), (both.std(axis=0) + TOO_FEW).astype(np.float32)


def _possible(examples: Labelled, classes: Sequence[str]) -> Tensor:
    """Return 0 or NEVER for each utterance and class, (n, classes).

    Classes that exist only cut to a set length are impossible for utterances of their own length: otherwise length
    would tell them apart.
    """
    whole = {examples.classes[place] for place in np.unique(examples.label[~examples.heard.cut])}
    never = torch.tensor([0.0 if name in whole else NEVER for name in classes])
    cut = torch.from_numpy(examples.heard.cut)
    return torch.where(cut[:, None], torch.zeros(len(classes)), never)


def _train(
    inputs: tuple[Tensor, Tensor], label: Tensor, possible: Tensor, options: FitOptions, start: VoiceHead | None
) -> tuple[Samples, Samples]:
    """Return weights (inputs, classes) and bias (classes,)."""
    torch.manual_seed(options.seed)
    count, classes = possible.shape
    layer = nn.Linear(inputs[0].shape[1], classes)
    home = torch.from_numpy(start.weights.T.copy()) if start else torch.zeros_like(layer.weight)
    with torch.no_grad():
        layer.weight.copy_(home)
        layer.bias.copy_(torch.from_numpy(start.bias.copy()) if start else torch.zeros(classes))
    target = _target(label, possible, options.smoothing)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=options.rate, weight_decay=0.0)
    steps = -(-count // options.batch) * options.epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.rate, total_steps=max(1, steps))
    for _ in range(options.epochs):
        for rows in torch.randperm(count).split(options.batch):
            loss = _loss(layer, (inputs[0][rows], inputs[1][rows]), possible[rows], target[rows], options)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                layer.weight.sub_((layer.weight - home) * (schedule.get_last_lr()[0] * options.weight_decay))
            schedule.step()
    return layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()


def _target(label: Tensor, possible: Tensor, smoothing: float) -> Tensor:
    """Return what each utterance's probabilities should be, weighted so that every class counts the same."""
    able = (possible == 0).float()
    sure = nn.functional.one_hot(label, possible.shape[1]).float()
    rarity = 1 / torch.bincount(label, minlength=possible.shape[1]).clamp(min=1).float()
    price = (rarity / rarity[label].mean())[label]
    return ((1 - smoothing) * sure + smoothing * able / able.sum(dim=1, keepdim=True)) * price[:, None]


def _loss(
    layer: nn.Linear, inputs: tuple[Tensor, Tensor], possible: Tensor, target: Tensor, options: FitOptions
) -> Tensor:
    """Return cross entropy of both hearings, and the price of their difference."""
    kept = (torch.rand_like(inputs[0]) >= options.dropout).float() / (1 - options.dropout)
    entropy = [-(target * torch.log_softmax(layer(rows * kept) + possible, dim=1)).sum(dim=1).mean() for rows in inputs]
    moved = (inputs[0] - inputs[1]) @ layer.weight.T
    moved = moved - moved.mean(dim=1, keepdim=True)
    return (entropy[0] + entropy[1]) / 2 + options.same * moved.square().mean()
