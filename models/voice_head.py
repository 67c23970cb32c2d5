"""The voice head: one linear layer from encoder states and prosody to feelings, with its calibration, in one file.

It belongs to one recogniser's encoder: it carries the states of a test sound, so that another encoder, or another
version of it, is told apart from its own whatever the model is called. Numbers only, no code: safetensors.
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from stimmung.models.voice_label_maps import COUNTED_AS
from stimmung.speech import prosody
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import SAMPLE_RATE, Samples

FILE: Final = "model.safetensors"
FORMAT: Final = "stimmung-voice-head-1"
LIMIT: Final = 5.0  # standard deviations that an input counts at most: one odd number must not decide
ALIKE: Final = (
    0.05  # relative distance of the test sound's states: int8 and float16 differ by less, other models by 0.5
)


@dataclass(frozen=True, slots=True)
class HeadLimits:
    """From where the head does not trust itself; learnt with it."""

    certain: float  # probability of the likeliest feeling under which nothing stands out
    strange: float  # distance from the training voices above which a sound is unlike any of them
    prior_seconds: float  # seconds of a caller's own speech that weigh as much as the neutral prior


@dataclass(frozen=True, slots=True, eq=False)
class VoiceHead:
    """A trained head; arrays are float32, inputs ordered states, prosody, prosody less the caller's baseline."""

    recogniser: str  # the model whose states it reads, as settings name it
    classes: tuple[str, ...]
    places: tuple[tuple[float, float], ...]  # arousal and valence of each class, -1..1
    limits: HeadLimits
    centre: Samples  # (inputs,)
    scale: Samples  # (inputs,)
    weights: Samples  # (inputs, classes), the temperature divided out
    bias: Samples  # (classes,)
    neutral: Samples  # (prosody,): how a neutral voice sounds, before the caller's own is known
    probe: Samples  # (states,): pooled states of `probe_sound()`

    @property
    def states(self) -> int:
        return int(self.probe.shape[0])

    def inputs(self, states: Samples, prosody_values: Samples, baseline: Samples) -> Samples:
        """Return the standardised inputs (inputs,) of one utterance."""
        raw = np.concatenate([states, prosody_values, prosody_values - baseline])
        return np.asarray(np.clip((raw - self.centre) / self.scale, -LIMIT, LIMIT), np.float32)

    def probabilities(self, inputs: Samples) -> Samples:
        """Return the calibrated probability of each class, float32 (classes,)."""
        logits = inputs @ self.weights + self.bias
        likely = np.exp(logits - logits.max())
        return np.asarray(likely / likely.sum(), np.float32)

    def merged(self, likely: Samples) -> dict[str, float]:
        """Return what each feeling comes to, classes that count as another added to it (boredom to neutral)."""
        found: dict[str, float] = {}
        for name, probability in zip(self.classes, likely, strict=True):
            counted = COUNTED_AS.get(name, name)
            found[counted] = found.get(counted, 0.0) + float(probability)
        return found

    def calmness(self, states: Samples, prosody_values: Samples) -> float:
        """Return how likely an utterance is neutral, compared with the neutral prior: 0..1.

        By it an utterance counts for the caller's baseline. Without, a caller who is angry from the first word on makes
        anger the measure: heads on EMO-DB then find half of the anger again instead of four fifths.
        """
        likely = self.probabilities(self.inputs(states, prosody_values, self.neutral))
        return self.merged(likely).get("neutral", 1.0)

    def usual(self, mean: Samples, seconds: float) -> Samples:
        """Return a caller's baseline (prosody,): the mean of what was heard, drawn to the prior where it is short."""
        share = seconds / (seconds + self.limits.prior_seconds)
        return np.asarray(self.neutral + share * (mean - self.neutral), np.float32)

    def strangeness(self, inputs: Samples) -> float:
        """Return how far inputs lie from the training voices: root mean square, in standard deviations."""
        return float(np.sqrt(np.mean(np.square(inputs[: self.states + len(prosody.NAMES)]))))

    def fits(self, probe: Samples) -> bool:
        """Return whether an encoder's states of the test sound are those of the head's own encoder."""
        if probe.shape != self.probe.shape:
            return False
        return float(np.linalg.norm(probe - self.probe)) <= ALIKE * float(np.linalg.norm(self.probe))


def probe_sound() -> Samples:
    """Return two seconds that buzz like a voice gliding from 120 to 180 Hz: the test sound, mono at 16 kHz."""
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    phase = 2 * np.pi * (120 * time + 15 * time**2)
    tone = sum(np.sin(harmonic * phase) / harmonic for harmonic in range(1, 20))
    return np.asarray(0.1 * tone * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)), dtype=np.float32)


def write_head(head: VoiceHead, folder: Path) -> Path:
    """Write the head into `folder`, which is made if need be, and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {field.name: getattr(head, field.name) for field in fields(head)}
    told = {name: arrays.pop(name) for name in ("recogniser", "classes", "places", "limits")}
    told["limits"] = asdict(head.limits)
    file = folder / FILE
    metadata = {"format": FORMAT, "head": json.dumps(told), "prosody": json.dumps(prosody.NAMES)}
    save_file({name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}, file, metadata)
    return file


def read_head(folder: Path) -> VoiceHead:
    """Read a head. Raises WeightsError where the folder holds none, or one for other features."""
    file = folder / FILE
    try:
        with safe_open(file, "numpy") as opened:
            metadata = opened.metadata() or {}
            arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 not a mapping
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{file}: no voice head that can be read: {error}") from error
    if metadata.get("format") != FORMAT:
        raise WeightsError(f"{file}: no voice head of this version ({FORMAT}); train one with `models train-voice`")
    try:
        if json.loads(metadata["prosody"]) != list(prosody.NAMES):
            raise WeightsError(f"{file}: made for other prosody features than this version has; train it again")
        told = json.loads(metadata["head"])
        head = VoiceHead(
            recogniser=told["recogniser"],
            classes=tuple(told["classes"]),
            places=tuple((arousal, valence) for arousal, valence in told["places"]),
            limits=HeadLimits(**told["limits"]),
            **arrays,
        )
        _check_shapes(head)
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"{file}: damaged voice head: {error}; fetch or train it again") from error
    return head


def _check_shapes(head: VoiceHead) -> None:
    """Raise ValueError where the arrays do not belong together."""
    inputs, classes = head.states + 2 * len(prosody.NAMES), len(head.classes)
    expected = {
        "centre": (inputs,), "scale": (inputs,), "weights": (inputs, classes), "bias": (classes,),
        "neutral": (len(prosody.NAMES),), "places": (classes, 2), "probe": (head.states,),
    }  # fmt: skip
    for name, shape in expected.items():
        if np.shape(getattr(head, name)) != shape:
            raise ValueError(f"{name} is shaped {np.shape(getattr(head, name))}, not {shape}")


def is_head(folder: Path) -> bool:
    """Return whether a folder holds a voice head of ours rather than a transformers model."""
    try:
        with safe_open(folder / FILE, "numpy") as opened:
            return str((opened.metadata() or {}).get("format", "")).startswith("stimmung-voice-head")
    except (OSError, SafetensorError):
        return False
