"""The pitch of a voice, frame by frame: a fast YIN at 8 kHz with a voicing rule of our own.

The difference of a frame and itself one lag later is taken over all pairs that the frame holds, so that it is centred
on the frame whatever the lag, and divided by their energy (McLeod and Wyvill 2005 after de Cheveigné and Kawahara
2002). Nothing above the telephone's band is looked at, so that a telephone changes little.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from stimmung.speech.records import SAMPLE_RATE, Samples

HOP = 0.010  # s
RATE = 8_000  # Hz: what is looked at, all that a telephone has
STEP = round(HOP * RATE)  # samples between frames
FRAME = 320  # samples: 40 ms, which holds two periods of 60 Hz and a lag of one
FLOOR = 1e-12  # power added everywhere, so that digital silence has a logarithm (-120 dB)

Floats = npt.NDArray[np.floating]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Pitch:
    """One value per frame, float32 (frames,); frame i is centred on i * HOP seconds."""

    hertz: Samples  # 0.0 where unvoiced
    periodicity: Samples  # 0..1; 1: the frame repeats itself exactly
    level: Samples  # dB of full scale: root mean square of the frame's 40 ms below 4 kHz


@dataclass(frozen=True, slots=True)
class PitchOptions:
    """What counts as a voice."""

    lowest: float = 60.0  # Hz
    highest: float = 500.0  # Hz
    periodicity: float = 0.6  # from which a frame is voiced
    below_loudest: float = 40.0  # dB below the loudest frame, under which nothing is voiced
    quietest: float = -65.0  # dB of full scale, under which nothing is voiced
    octave_cost: float = 0.02  # periodicity that a period must gain to be preferred to half of it


def track_pitch(samples: Samples, options: PitchOptions | None = None) -> Pitch:
    """Track mono float32 (samples,) at 16 kHz; n samples give ceil(n / 160) frames."""
    chosen = options or PitchOptions()
    count = -(-samples.shape[0] // round(HOP * SAMPLE_RATE))
    if count == 0:
        empty = np.zeros(0, dtype=np.float32)
        return Pitch(empty, empty, empty)
    cut, energy = _frames(samples, count)
    level = (10 * np.log10(energy[:, -1] / FRAME + FLOOR)).astype(np.float32)
    similar, first = _similarity(cut, energy, chosen)
    lag, periodicity = _best(similar, first, chosen)
    loud = (level > level.max() - chosen.below_loudest) & (level > chosen.quietest)
    voiced = loud & (periodicity > chosen.periodicity)
    hertz = np.where(voiced, RATE / lag, 0).astype(np.float32)
    return Pitch(hertz, np.where(level > chosen.quietest, periodicity, 0).astype(np.float32), level)


def _frames(samples: Samples, count: int) -> tuple[Samples, npt.NDArray[np.float64]]:
    """Return the frames (count, FRAME) at RATE, and the energy (count, FRAME + 1) of each one's first n samples."""
    narrow = soxr.resample(samples, SAMPLE_RATE, RATE)
    narrow = narrow - narrow.mean(dtype=np.float64).astype(np.float32)
    padded = np.zeros((count - 1) * STEP + FRAME, dtype=np.float32)
    room = padded[FRAME // 2 : FRAME // 2 + narrow.shape[0]]
    room[:] = narrow[: room.shape[0]]
    sums = np.concatenate([[0.0], np.cumsum(padded.astype(np.float64) ** 2)])
    view = np.lib.stride_tricks.sliding_window_view
    running = view(sums, FRAME + 1)[::STEP]
    return view(padded, FRAME)[::STEP], running - running[:, :1]


def _similarity(cut: Samples, energy: npt.NDArray[np.float64], options: PitchOptions) -> tuple[Samples, int]:
    """Return 1 - difference / energy of the pairs, (frames, lags) in -1..1, and the first of the lags in samples."""
    first, last = int(RATE / options.highest) - 1, int(RATE / options.lowest) + 2
    size = 480  # FRAME + the longest lag, a product of small primes
    # numpy 2.4 takes float32 the long way round (six times slower) unless it is asked to scale
    spectrum = np.fft.rfft(cut, size, axis=1, norm="ortho")
    power = spectrum.real**2 + spectrum.imag**2
    products = np.fft.irfft(power, size, axis=1, norm="ortho")[:, first : last + 1] * np.float32(size**0.5)
    lags = slice(first, last + 1)
    pairs = energy[:, FRAME - last : FRAME - first + 1][:, ::-1] + energy[:, -1:] - energy[:, lags]
    return (2 * products / (pairs + FLOOR)).astype(np.float32), first


def _best(similar: Samples, first: int, options: PitchOptions) -> tuple[Floats, Floats]:
    """Return lag (in samples, with fractions) and similarity of the best peak of each frame."""
    middle = similar[:, 1:-1]
    peaks = (middle >= similar[:, :-2]) & (middle > similar[:, 2:])
    lags = first + 1 + np.arange(middle.shape[1])
    cost = (options.octave_cost * np.log2(lags)).astype(np.float32)
    best = np.argmax(np.where(peaks, middle - cost, -9.0), axis=1) + 1
    row = np.arange(similar.shape[0])
    left, centre, right = (similar[row, best + step] for step in (-1, 0, 1))
    curve = left - 2 * centre + right
    shift = np.where(curve < 0, 0.5 * (left - right) / np.where(curve < 0, curve, -1), 0)
    height = centre - 0.25 * (left - right) * shift
    return first + best + np.clip(shift, -0.5, 0.5), np.clip(height, 0, 1)
