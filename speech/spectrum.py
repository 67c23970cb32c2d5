"""What a channel's spectrum says frame by frame: how much of it stands still, and whether it is one pure tone.

Music and network tones hold their frequencies; the voice glides. Partials that stay within one bin for 0.3 s are
the classical mark (peak continuation). Works in blocks, so that an hour of sound needs a few megabytes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stimmung.speech.records import SAMPLE_RATE, Samples

HOP = 512  # samples: 32 ms at 16 kHz
FRAME = 2048  # samples: 128 ms, so that a bin is 7.8 Hz wide and a gliding voice smears over several
BIN = SAMPLE_RATE / FRAME  # Hz
LOWEST, HIGHEST = int(120 / BIN), int(3600 / BIN)  # bins that are looked at: above mains hum, the telephone's band
STEADY_FROM, STEADY_TO = int(250 / BIN), int(3500 / BIN)  # bins where partials are followed: pitch itself glides least
NEIGHBOURS = 16  # bins (125 Hz) each side that a peak is measured against
PROMINENCE = 8.0  # dB by which a peak must rise above its neighbourhood
HOLD = 9  # frames (288 ms) for which a partial must stay within a bin of its place
LOBE = 4  # bins each side of a peak that belong to a tone: the window's main lobe, and beats of up to 30 Hz
SECOND = 0.03  # share of the first tone's power from which a second one counts
BLOCK = 512  # frames worked on at once: 0.9 MB a matrix, which stays in the cache
SCALE = 16 / (3 * FRAME * FRAME)  # makes the bins of a full-scale sine sum to its mean square, 0.5
SILENT = 1e-12  # power added everywhere, so that digital silence has a logarithm (-120 dB)

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """One value per frame of 32 ms; frame i is centred on i * HOP samples."""

    level: Floats  # dB below full scale, root mean square within the telephone's band
    steady: Floats  # share 0..1 of the power that lies in partials which keep their frequency
    purity: Floats  # share 0..1 of the power that lies in the strongest one or two tones
    low: Floats  # Hz: the lower of these two tones
    high: Floats  # Hz: the higher one; the same as `low` where there is only one


def frames(channel: Samples) -> Frames:
    """Describe mono sound (samples,) at 16 kHz; n samples give ceil(n / HOP) frames."""
    count = -(-channel.shape[0] // HOP)
    padded = np.pad(channel, (FRAME // 2, FRAME // 2 + HOP))
    cut = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][:count]
    blocks = [_block(cut, first, min(first + BLOCK, count)) for first in range(0, count, BLOCK)]
    rows = np.concatenate(blocks, axis=1) if blocks else np.zeros((5, 0), dtype=np.float32)
    return Frames(*rows)


def _block(cut: Samples, first: int, last: int) -> Floats:
    """Return the fields of Frames as rows (5, last - first); frames around them are looked at for their partials."""
    before, after = min(HOLD, first), min(HOLD, cut.shape[0] - last)
    window = np.hanning(FRAME + 1)[:-1].astype(np.float32)
    spectrum = np.fft.rfft(cut[first - before : last + after] * window, axis=1)[:, LOWEST:HIGHEST]
    power: Floats = np.asarray((spectrum.real**2 + spectrum.imag**2) * SCALE + SILENT, dtype=np.float32)
    total = power.sum(axis=1)
    partials = power[:, STEADY_FROM - LOWEST : STEADY_TO - LOWEST]
    steady = np.sum(partials, axis=1, where=_steady(partials)) / total
    described = np.stack([10 * np.log10(total), steady, *_tones(power, total)])
    return described[:, before : before + last - first].astype(np.float32)


def _steady(power: Floats) -> Flags:
    """Mark the bins (frames, bins) of partials that keep their frequency for HOLD frames."""
    decibels = 10 * np.log10(power)
    peaks = decibels - _smooth(decibels) > PROMINENCE
    peaks[:, 1:] &= power[:, 1:] >= power[:, :-1]
    peaks[:, :-1] &= power[:, :-1] >= power[:, 1:]
    held = _widen(peaks)
    for shift in (1, 2, 4, 1):  # 1 + 1 + 2 + 4 + 1 = HOLD frames
        held = held[:-shift] & held[shift:] if held.shape[0] > shift else held[:0]
    kept = np.zeros_like(peaks)
    for frame in range(HOLD if held.size else 0):
        kept[frame : frame + held.shape[0]] |= held
    return _widen(kept)


def _widen(flags: Flags) -> Flags:
    """Add one bin each side."""
    wide = flags.copy()
    wide[:, 1:] |= flags[:, :-1]
    wide[:, :-1] |= flags[:, 1:]
    return wide


def _smooth(values: Floats) -> Floats:
    """Return the mean of each bin's neighbourhood, the edges repeated."""
    padded = np.pad(values, ((0, 0), (NEIGHBOURS + 1, NEIGHBOURS)), mode="edge")
    sums = np.cumsum(padded, axis=1)
    width = 2 * NEIGHBOURS + 1
    return (sums[:, width:] - sums[:, :-width]) / np.float32(width)


def _tones(power: Floats, total: Floats) -> tuple[Floats, Floats, Floats]:
    """Return purity, low and high of each frame."""
    first = np.argmax(power, axis=1)
    sums = np.pad(np.cumsum(power, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    bins = np.arange(power.shape[1])
    second = np.argmax(np.where(np.abs(bins - first[:, None]) > LOBE, power, 0), axis=1)
    first_power, second_power = _lobe(sums, first), _lobe(sums, second)
    overlap = np.maximum(2 * LOBE + 1 - np.abs(first - second), 0)  # tones closer than two lobes share bins
    shared = _between(sums, np.maximum(first, second) - LOBE, overlap)
    row = np.arange(power.shape[0])
    both = power[row, second] > SECOND * power[row, first]
    purity = (first_power + np.where(both, second_power - shared, 0)) / total
    one, two = _hertz(power, first), _hertz(power, second)
    two = np.where(both, two, one)
    # sines that beat faster than a frame (Japan's 384 + 400 + 416 Hz) trade places: their centre stands still
    close = both & (overlap > 0)
    moments = np.pad(np.cumsum(power * bins, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    start, width = np.minimum(first, second) - LOBE, np.abs(first - second) + 2 * LOBE + 1
    centre = (LOWEST + _between(moments, start, width) / _between(sums, start, width)) * BIN
    one, two = np.where(close, centre, one).astype(np.float32), np.where(close, centre, two).astype(np.float32)
    return purity.astype(np.float32), np.minimum(one, two), np.maximum(one, two)


def _lobe(sums: npt.NDArray[np.float64], peak: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    return _between(sums, peak - LOBE, np.full_like(peak, 2 * LOBE + 1))


def _between(
    sums: npt.NDArray[np.float64], start: npt.NDArray[np.intp], width: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Return the power of `width` bins from `start`, given its running sums (frames, bins + 1)."""
    last = sums.shape[1] - 1
    row = np.arange(sums.shape[0])
    return np.asarray(sums[row, np.clip(start + width, 0, last)] - sums[row, np.clip(start, 0, last)])


def _hertz(power: Floats, peak: npt.NDArray[np.intp]) -> Floats:
    """Return the frequency of the peak, by a parabola through the logarithms of its three bins (within 0.5 Hz)."""
    centre = np.clip(peak, 1, power.shape[1] - 2)
    row = np.arange(power.shape[0])
    left, middle, right = (np.log(power[row, centre + step]) for step in (-1, 0, 1))
    curve = left - 2 * middle + right
    shift = np.where(curve < 0, 0.5 * (left - right) / np.where(curve < 0, curve, -1), 0)
    return np.asarray((LOWEST + centre + np.clip(shift, -0.5, 0.5)) * BIN, dtype=np.float32)
