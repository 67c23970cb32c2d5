"""Network tones: ring-back, busy and dial tones, beeps, keys, special information tones.

A tone is pure (one or two sines), keeps its frequency to a hertz or two and its level; a vowel never does all three.
Bursts of one tone with nothing but quiet between them are one event: a ring-back of a minute is one, not twelve.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stimmung.speech.spectrum import Flags, Floats, Frames

PURITY = 0.97  # share of the power in one or two tones; vowels through the telephone reach it for 0.2 s
QUIETEST = -50.0  # dBFS: below it nothing is an event
LOWEST_TONE = 340.0  # Hz; the second harmonic of a voice is often the purest thing in it, and lies below
DRIFT = 1.5  # Hz from frame to frame; vowels that are pure enough drift by 2 and more
SPREAD = 3.0  # Hz over the whole burst
SHORTEST = 6  # frames: bursts from about 0.2 s, if another of the same tone follows
SHORTEST_ALONE = 11  # frames: 0.35 s; a synthetic voice held a vowel to a hertz for 0.2 s
SHORTEST_KEY = 3  # frames: keys from about 0.08 s, whose pair of frequencies no voice holds
EDGE = 6.0  # dB: where half of a frame is tone, its level has fallen by this much
OWN = 3  # frames beyond a sound's ends that still hold some of it
UNEVEN = 3.0  # dB that the level may vary within a burst
KEYS_LOW = np.array([697.0, 770.0, 852.0, 941.0], dtype=np.float32)  # Hz, ITU-T Q.23
KEYS_HIGH = np.array([1209.0, 1336.0, 1477.0, 1633.0], dtype=np.float32)
KEY_TOLERANCE = 0.018  # relative; ITU-T Q.24 asks receivers for 1.8 % at most
LONGEST_GAP = 172  # frames: 5.5 s; the longest pause between two rings is 5 s (Sweden)
GAP_RISE = 10.0  # dB by which the loudest frame of a quiet gap may rise above the gap's own floor
SAME = 12.0  # Hz within which two bursts are the same tone


@dataclass(frozen=True, slots=True)
class Burst:
    """Frames `first` to `last` (exclusive) of one tone; frequencies in Hz, level in dB below full scale."""

    first: int
    last: int
    low: float
    high: float
    level: float
    key: bool  # one of the sixteen keys of a telephone


def bursts(sound: Frames) -> tuple[Burst, ...]:
    """Find every single burst of tone, in order."""
    pure = (sound.purity >= PURITY) & (sound.low > LOWEST_TONE) & (sound.level > QUIETEST)
    held = (np.abs(np.diff(sound.low)) < DRIFT) & (np.abs(np.diff(sound.high)) < DRIFT)
    found = (_burst(sound, first, last + 1) for first, last in runs(pure[1:] & pure[:-1] & held))
    return tuple(burst for burst in found if burst is not None)


def join(found: Sequence[Burst], sound: Frames) -> tuple[Burst, ...]:
    """Make one of the bursts of a cadence, a number that is dialled or a run of information tones.

    They must be of one tone (or all keys, or touch each other), with nothing but quiet between them. What stays alone
    and short is dropped: it may have been a vowel.
    """
    joined: list[Burst] = []
    for burst in found:
        if joined and _continues(joined[-1], burst, sound):
            before = joined.pop()
            joined.append(replace(burst, first=before.first, level=max(before.level, burst.level)))
        else:
            joined.append(burst)
    return tuple(burst for burst in joined if burst.key or burst.last - burst.first >= SHORTEST_ALONE)


def runs(flags: Flags) -> list[tuple[int, int]]:
    """Return (first, last exclusive) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _burst(sound: Frames, first: int, last: int) -> Burst | None:
    """Cut frames `first` to `last` to where the tone fills half of a frame; None where they are no tone."""
    loudest = float(np.max(sound.level[first:last]))
    loud = np.flatnonzero(sound.level[first:last] > loudest - EDGE) + first
    first, last = int(loud[0]), int(loud[-1]) + 1
    low, high = float(np.median(sound.low[first:last])), float(np.median(sound.high[first:last]))
    key = _near(low, KEYS_LOW) and _near(high, KEYS_HIGH)
    if last - first < (SHORTEST_KEY if key else SHORTEST):
        return None
    inner = slice(first + 2, max(last - 2, first + 3))  # frames that the tone fills
    drift = max(float(np.ptp(sound.low[inner])), float(np.ptp(sound.high[inner])))
    if drift > SPREAD or float(np.ptp(sound.level[inner])) > UNEVEN:
        return None
    return Burst(first, last, low, high, loudest, key)


def _near(hertz: float, wanted: Floats) -> bool:
    return bool(np.min(np.abs(hertz / wanted - 1)) < KEY_TOLERANCE)


def _continues(before: Burst, after: Burst, sound: Frames) -> bool:
    gap = after.first - before.last
    if gap <= 3:  # 0.1 s: no word fits
        return True
    same = (before.key and after.key) or max(abs(before.low - after.low), abs(before.high - after.high)) < SAME
    return same and gap <= LONGEST_GAP and _quiet(sound.level[before.last + OWN : after.first - OWN], after.level)


def _quiet(level: Floats, tone: float) -> bool:
    """Tell whether a gap (dB a frame) holds no word: a line's even noise, or next to nothing."""
    if level.size == 0:
        return True
    loudest = float(np.max(level))
    return loudest < QUIETEST or loudest < min(tone - 15.0, float(np.percentile(level, 10)) + GAP_RISE)
