"""Where a channel sounds, from its level alone: no model, so that models can be held against it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stimmung.speech.records import Samples, Span

FRAME = 0.010  # s
# dB under the channel's loud frames. On the real call the valley between speech and room lies at SOFT; breath before a
# word and the room's echo after it pass SOFT, a voice alone passes VOICE.
SOFT, VOICE = 35.0, 25.0
LOUD = 95  # percentile of the frames' levels
SILENT = -90.0  # dB of full scale: one bit of 16; nothing below it is sound
MIN_PAUSE = 0.15  # s: shorter gaps are mostly closed lips, before a p or t
MIN_SOUND = 0.05  # s: shorter sounds are clicks

Levels = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Energy:
    """The stretches of a channel that sound, in order, in seconds; silences between them last MIN_PAUSE or longer."""

    sounding: tuple[Span, ...]
    duration: float

    def from_start(self, time: float) -> float:
        """Return the seconds from `time` to the nearest place where sound begins; inf where none does."""
        return min((abs(time - span.start) for span in self.sounding), default=np.inf)

    def from_end(self, time: float) -> float:
        """Return the seconds from `time` to the nearest place where sound ends; inf where none does."""
        return min((abs(time - span.end) for span in self.sounding), default=np.inf)

    def longest_silence(self, start: float, end: float) -> float:
        """Return the seconds of the longest silence inside `start`..`end`; all of it where nothing sounds."""
        inside = [span for span in self.sounding if span.end > start and span.start < end]
        borders = [start, *(edge for span in inside for edge in (span.start, span.end)), end]
        return max(0.0, *(after - before for before, after in zip(borders[::2], borders[1::2], strict=True)))


def measure(channel: Samples, rate: int, below: float = SOFT) -> Energy:
    """Find where mono sound (n,) is louder than `below` dB under its loud frames."""
    level = levels(channel, rate)
    threshold = max(float(np.percentile(level, LOUD)) - below, SILENT) if level.size else SILENT
    loud = level > threshold
    joined = [span for span in _join(_runs(loud)) if span.duration >= MIN_SOUND]
    return Energy(tuple(joined), channel.shape[0] / rate)


def chance(energies: Sequence[Energy], tolerance: float) -> float:
    """Return the share of random times within `tolerance` s of a start of sound in one of them: what luck scores."""
    near = np.zeros(round(energies[0].duration / FRAME) + 1, np.bool_)
    for span in (span for energy in energies for span in energy.sounding):
        near[max(0, round((span.start - tolerance) / FRAME)) : round((span.start + tolerance) / FRAME) + 1] = True
    return float(near.mean())


def levels(channel: Samples, rate: int) -> Levels:
    """Return the level of each whole frame of FRAME s in dB of full scale (root mean square), -120 at least."""
    size = round(rate * FRAME)
    frames = channel[: channel.shape[0] // size * size].reshape(-1, size).astype(np.float64)
    return np.asarray(10 * np.log10(np.mean(frames**2, axis=1) + 1e-12))


def _runs(flags: npt.NDArray[np.bool_]) -> list[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [
        Span(float(first) * FRAME, float(last) * FRAME) for first, last in zip(edges[::2], edges[1::2], strict=True)
    ]


def _join(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start - joined[-1].end < MIN_PAUSE:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined
