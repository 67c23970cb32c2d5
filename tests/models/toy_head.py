"""Voice heads that say what their states say, rows of `describe` made by hand, and an encoder without weights.

State k of a toy head speaks for class k and for nothing else, so that a test decides what a voice feels like.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from stimmung.models.voice_emotion import QUALITY
from stimmung.models.voice_head import HeadLimits, VoiceHead
from stimmung.models.voice_label_maps import PLACES
from stimmung.speech import prosody
from stimmung.speech.records import SAMPLE_RATE, Samples, Window

CLASSES = ("anger", "boredom", "disgust", "neutral")
STATES = 8
PROSODY = len(prosody.NAMES)
TRUSTING = HeadLimits(certain=0.0, strange=float("inf"), prior_seconds=2.0)


def head(classes: Sequence[str] = CLASSES, limits: HeadLimits = TRUSTING, neutral: float = 0.0) -> VoiceHead:
    """Return a head whose logit of class k is state k, and whose neutral voice has `neutral` in all its prosody."""
    inputs = STATES + 2 * PROSODY
    weights = np.zeros((inputs, len(classes)), np.float32)
    weights[np.arange(len(classes)), np.arange(len(classes))] = 1.0
    return VoiceHead(
        recogniser="toy",
        classes=tuple(classes),
        places=tuple((PLACES[name].arousal, PLACES[name].valence) for name in classes),
        limits=limits,
        centre=np.zeros(inputs, np.float32),
        scale=np.ones(inputs, np.float32),
        weights=weights,
        bias=np.zeros(len(classes), np.float32),
        neutral=np.full(PROSODY, neutral, np.float32),
        probe=np.arange(1, STATES + 1, dtype=np.float32),
    )


def says(**logits: float) -> Samples:
    """Return the states (STATES,) by which a toy head of CLASSES has these logits."""
    states = np.zeros(STATES, np.float32)
    for name, logit in logits.items():
        states[CLASSES.index(name)] = logit
    return states


def row(states: Samples, values: float | Samples = 0.0, **quality: float) -> Samples:
    """Return a row of `EmbeddedVoice.describe`: prosody `values`, of a quality that nobody doubts but for `quality`."""
    clear = {"seconds": 2.0, "voiced": 1.0, "snr": 30.0, "clipped": 0.0, **quality}
    known = np.broadcast_to(np.asarray(values, np.float32), (PROSODY,))
    return np.concatenate([states, known, np.array([clear[name] for name in QUALITY], np.float32)])


@dataclass
class ToyEncoder:
    """A `StateReader` that hears how loud and how bright a piece is, and, as Whisper does, where in the window it lies.

    `place` is how much of the latter gets into the states.
    """

    place: float = 0.0
    asked: list[Window] = field(default_factory=list)

    def pooled_states(self, windows: Sequence[Window]) -> list[tuple[Samples, ...]]:
        """Return float32 (STATES,) for each piece of each window."""
        self.asked += windows
        return [tuple(self._state(window, number) for number in range(len(window.pieces))) for window in windows]

    def _state(self, window: Window, number: int) -> Samples:
        piece = window.pieces[number]
        first = round(piece.offset * SAMPLE_RATE)
        heard = window.samples[first : round(first + piece.span.duration * SAMPLE_RATE)].astype(np.float64)
        loudness = float(np.sqrt(np.mean(heard**2)))
        bright = float(np.sqrt(np.mean(np.diff(heard, prepend=0.0) ** 2))) / (loudness + 1e-9)
        states = [loudness, bright, float(heard.mean()), len(heard) / SAMPLE_RATE, self.place * piece.offset, 0, 0, 0]
        return np.array(states, np.float32)
