"""Speech spans fitted to where their sound begins and ends.

The detector says that somebody speaks, and is late by up to 0.3 s at either end: it misses soft onsets and lingers
behind the last syllable. The level of the sound, 10 ms by 10 ms, tells where the words themselves lie.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stimmung.speech.records import SAMPLE_RATE, Samples, Span

HOP = 160  # samples, 10 ms
Sounding = npt.NDArray[np.bool_]  # one value for each hop

REACH = 0.3  # seconds that an edge may move outwards
INWARDS = 0.2  # and inwards
QUIETEST = 1e-6  # mean square, -60 dB of full scale: less is no sound at all
ABOVE_FLOOR = 10.0  # times the floor's power, 10 dB: louder is not the line's noise
FLOOR_SHARE = 15  # per cent of a channel that are quieter than its floor; even a monologue pauses as much
MAX_GAP = 3  # hops, 30 ms: the closure of a plosive does not end a word


def fit_to_sound(samples: Samples, speech: Sequence[Span]) -> tuple[Span, ...]:
    """Move the edges of `speech` outwards over sound, or inwards over silence.

    Outwards at most 0.3 s and half the pause to the neighbour, inwards at most 0.2 s and a quarter of the span.
    `samples` is the whole channel (samples,) at 16 kHz.
    """
    sound = _sounding(samples)
    duration = samples.shape[0] / SAMPLE_RATE
    ends = [-REACH, *(span.end for span in speech)]
    starts = [*(span.start for span in speech), duration + REACH]
    fitted = []
    for index, span in enumerate(speech):
        inwards = min(INWARDS, span.duration / 4)
        before = min(REACH, (span.start - ends[index]) / 2)
        after = min(REACH, (starts[index + 1] - span.end) / 2)
        first, last = _hops(span.start), _hops(span.end)
        start = span.start - _move(sound[:first][::-1], before, sound[first:last], inwards)
        end = span.end + _move(sound[last:], after, sound[first:last][::-1], inwards)
        fitted.append(Span(max(0.0, start), min(duration, end)))
    return tuple(fitted)


def _hops(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE / HOP)


def _sounding(samples: Samples) -> Sounding:
    count = len(samples) // HOP
    power = np.square(samples[: count * HOP].reshape(count, HOP)).mean(axis=1)
    floor = float(np.percentile(power, FLOOR_SHARE)) if count else 0.0
    return np.asarray(power > max(QUIETEST, floor * ABOVE_FLOOR), dtype=np.bool_)


def _move(outside: Sounding, reach: float, inside: Sounding, inwards: float) -> float:
    """Return by how many seconds an edge moves outwards; `outside` and `inside` lead away from it."""
    near = np.flatnonzero(outside[: max(0, _hops(reach))])
    if len(near) and near[0] <= MAX_GAP:
        gaps = np.flatnonzero(np.diff(near) > MAX_GAP + 1)
        return float(near[gaps[0]] + 1 if len(gaps) else near[-1] + 1) * HOP / SAMPLE_RATE
    heard = np.flatnonzero(inside[: max(0, _hops(inwards))])
    return -float(heard[0] if len(heard) else 0) * HOP / SAMPLE_RATE
