"""Where anything sounds on a channel, speech or not: the speech detector does not hear all that a listener does."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from stimmung.speech.edges import ABOVE_FLOOR, FLOOR_SECONDS, FLOOR_SHARE, QUIETEST
from stimmung.speech.records import Audio, Samples, Span

HOP_SECONDS = 0.01
LOUD = 1e-4  # mean square, -40 dB of full scale: sounds whatever noise is on the line
LONGEST_GAP = 0.05  # s of quiet inside a word: the closure of a plosive
SHORTEST = 0.05  # s: a click is no sign


def sounding_spans(audio: Audio) -> tuple[tuple[Span, ...], ...]:
    """Return for each channel the stretches (s) that are louder than the noise of its line, in their order."""
    return tuple(tuple(_spans(samples, audio.sample_rate)) for samples in audio.samples)


def _spans(samples: Samples, sample_rate: int) -> Iterator[Span]:
    hop = max(1, round(HOP_SECONDS * sample_rate))
    sounds = np.flatnonzero(_sounds(samples, hop))
    if not len(sounds):
        return
    seconds = hop / sample_rate
    parts = np.split(sounds, np.flatnonzero(np.diff(sounds) > round(LONGEST_GAP / HOP_SECONDS) + 1) + 1)
    for part in parts:
        span = Span(float(part[0]) * seconds, float(part[-1] + 1) * seconds)
        if span.duration >= SHORTEST:
            yield span


def _sounds(samples: Samples, hop: int) -> npt.NDArray[np.bool_]:
    """Say of each hop, the last one cut short or not, whether it sounds."""
    padded = np.concatenate((samples, np.zeros(-len(samples) % hop, np.float32)))
    power = np.square(padded.reshape(-1, hop)).mean(axis=1)
    block = round(FLOOR_SECONDS / HOP_SECONDS)
    sounds = np.zeros(len(power), np.bool_)
    for first in range(0, len(power), block):
        part = power[first : first + block]
        floor = float(np.percentile(part, FLOOR_SHARE))
        sounds[first : first + block] = part > min(max(QUIETEST, floor * ABOVE_FLOOR), LOUD)
    return sounds
