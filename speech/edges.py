"""Speech spans fitted to where their sound begins and ends.

The detector says that somebody speaks, and is late by up to 0.3 s at either end: it misses soft onsets and lingers
behind the last syllable. The level of the sound, 10 ms by 10 ms, tells where the words themselves lie. Only what was
heard until shortly after the speech is asked, so that a live call and its recording get the same edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from stimmung.speech.records import SAMPLE_RATE, Samples, Span

HOP = 160  # samples, 10 ms
Sounding = npt.NDArray[np.bool_]  # one value for each hop

REACH = 0.25  # seconds that an edge may move outwards, where its neighbour is far
INWARDS = 0.2  # and inwards
QUIETEST = 1e-6  # mean square, -60 dB of full scale: less is no sound at all
ABOVE_FLOOR = 10.0  # times the floor's power, 10 dB: louder is not the line's noise
FLOOR_SHARE = 15  # per cent of a channel that are quieter than its floor; even a monologue pauses as much
FLOOR_SECONDS = 60.0  # of sound before an edge that tell the floor: a line changes in a long call
DIGITS = 6  # of times in seconds: where neighbours meet, both edges are one number, and not two that rounding crossed
MAX_GAP = 3  # hops, 30 ms: the closure of a plosive does not end a word


class LevelTrack:
    """The power of one channel, hop by hop, fed as it comes; only the last minutes are kept."""

    def __init__(self) -> None:
        self._power = np.zeros(0, np.float32)
        self._begin = 0  # hop at which it begins
        self._rest = np.zeros(0, np.float32)  # samples of a hop that is not full

    def feed(self, samples: Samples) -> None:
        """Take in what follows, mono float32 (samples,) at 16 kHz."""
        sound = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        count = len(sound) // HOP
        power = np.square(sound[: count * HOP].reshape(count, HOP)).mean(axis=1)
        self._power = np.concatenate((self._power, power)) if len(self._power) else power
        self._rest = sound[count * HOP :].copy()

    def forget(self, before: float) -> None:
        """Drop what fitting a span that begins at `before` (s) or later does not need."""
        first = max(0, _hops(before - FLOOR_SECONDS - REACH) - self._begin)
        if first > len(self._power) // 2:  # rarely: each time costs a copy
            self._power = self._power[first:].copy()
            self._begin += first

    def sounding(self, first: int, last: int, until: int) -> Sounding:
        """Say of hops first..last whether they sound, by the floor of the minute that ends at hop `until`."""
        minute = self._power[max(0, until - _hops(FLOOR_SECONDS) - self._begin) : max(0, until - self._begin)]
        floor = float(np.percentile(minute, FLOOR_SHARE)) if len(minute) else 0.0
        power = self._power[max(0, first - self._begin) : max(0, last - self._begin)]
        return np.asarray(power > max(QUIETEST, floor * ABOVE_FLOOR), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds without speech around the spans of an utterance, as far as anybody waits for them to end."""

    before: float
    after: float


def fit_to_sound(track: LevelTrack, speech: Sequence[Span], pauses: Pauses, duration: float) -> tuple[Span, ...]:
    """Move the edges of an utterance's spans outwards over sound, or inwards over silence.

    Outwards at most 0.25 s and half the pause to the neighbour, inwards at most 0.2 s and a quarter of the span.
    Nothing is asked that is heard later than that.
    `duration` is that of the channel, or of what was heard of it so far.
    """
    befores = [pauses.before, *(after.start - before.end for before, after in pairwise(speech))]
    afters = [*befores[1:], pauses.after]
    until = _hops(speech[-1].end + min(REACH, pauses.after / 2))
    fitted = []
    for span, before, after in zip(speech, befores, afters, strict=True):
        first, last, reach = _hops(span.start), _hops(span.end), _hops(REACH)
        sound = track.sounding(max(0, first - reach), last + reach, until)
        lead = first - max(0, first - reach)
        outside, inside, behind = sound[:lead][::-1], sound[lead : lead + last - first], sound[lead + last - first :]
        inwards = min(INWARDS, span.duration / 4)
        start = span.start - _move(outside, min(REACH, before / 2), inside, inwards)
        end = span.end + _move(behind, min(REACH, after / 2), inside[::-1], inwards)
        fitted.append(Span(max(0.0, round(start, DIGITS)), min(duration, round(end, DIGITS))))
    return tuple(fitted)


def _hops(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE / HOP)


def _hops_within(seconds: float) -> int:
    """Return how many hops fit: half a hop more, and two neighbours' edges would cross."""
    return max(0, int(seconds * SAMPLE_RATE / HOP + 1e-6))


def _move(outside: Sounding, reach: float, inside: Sounding, inwards: float) -> float:
    """Return by how many seconds an edge moves outwards; `outside` and `inside` lead away from it."""
    near = np.flatnonzero(outside[: _hops_within(reach)])
    if len(near) and near[0] <= MAX_GAP:
        gaps = np.flatnonzero(np.diff(near) > MAX_GAP + 1)
        return float(near[gaps[0]] + 1 if len(gaps) else near[-1] + 1) * HOP / SAMPLE_RATE
    heard = np.flatnonzero(inside[: _hops_within(inwards)])
    return -float(heard[0] if len(heard) else 0) * HOP / SAMPLE_RATE
