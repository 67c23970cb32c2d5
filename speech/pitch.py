"""The pitch of a voice, frame by frame: a fast YIN below 4 kHz, with a search and a voicing rule of our own.

Which period it is, is asked of a flattened spectrum (magnitudes, not powers): a telephone takes the fundamental away,
and one strong partial would pass for it. How long it is, YIN's difference of the frame and itself a lag later says.
Of several likely periods a frame takes the one that fits its neighbours, and the speaker's usual pitch.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from stimmung.speech.records import SAMPLE_RATE, Samples

HOP = 0.010  # s
RATE = 8_000  # Hz: what is looked at, all that a telephone has
STEP = round(HOP * RATE)  # samples between frames
FRAME = 512  # samples: 64 ms, four periods of 60 Hz; 40 ms lose three times as many octaves
SIZE = 2 * FRAME  # of the transforms: magnitudes correlate farther than a frame is long, and 1.3 times is too short
LEVEL = 256  # samples: 32 ms in the middle of a frame, of which its level is told
FINE = 2  # lags a sample: of 600 Hz there are 27, close enough for a parabola through three
CANDIDATES = 6  # periods of a frame that are considered
BLOCK = 64  # frames transformed at once, so that they stay in the cache
RUN, MARGIN = 16, 12  # frames: all runs of 16 are searched at once, each hearing 12 more on either side
FLOOR = 1e-12  # power added everywhere, so that digital silence has a logarithm (-120 dB)

Doubles = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Pitch:
    """One value per frame, float32 (frames,); frame i is centred on i * HOP seconds."""

    hertz: Samples  # 0.0 where unvoiced
    periodicity: Samples  # 0..1; 1: the frame repeats itself exactly
    level: Samples  # dB of full scale: root mean square of 32 ms, below 4 kHz


@dataclass(frozen=True, slots=True)
class PitchOptions:
    """What counts as a voice, and how it moves."""

    lowest: float = 60.0  # Hz
    highest: float = 600.0  # Hz: shouting women reach 550
    voiced: float = 0.5  # similarity 0..1 of the flattened frame to itself, from which it is voiced
    below_loudest: float = 40.0  # dB under the loudest frame, below which nothing is voiced
    quietest: float = -70.0  # dB of full scale, below which nothing is voiced
    longer: float = 0.02  # similarity that a period must gain to be taken for twice as long
    jump: float = 1.0  # similarity that an octave from one frame to the next must gain
    usual: float = 0.4  # similarity that an octave beyond `range` must gain
    span: float = 0.5  # octaves each side of the speaker's median pitch that cost nothing


@dataclass(frozen=True, slots=True, eq=False)
class Similarity:
    """How like each frame is to itself some lags later, float32 (frames, lags), 1: the same."""

    plain: Samples  # 1 less YIN's difference over the energy of the pairs
    flat: Samples  # after the spectrum's magnitudes were put in the place of its powers
    first: int  # the first lag, in parts of a sample (FINE of them)


def track_pitch(samples: Samples, options: PitchOptions | None = None) -> Pitch:
    """Track an utterance, mono float32 (samples,) at 16 kHz; n samples give ceil(n / 160) frames."""
    chosen = options or PitchOptions()
    count = -(-samples.shape[0] // round(HOP * SAMPLE_RATE))
    if count == 0:
        empty = np.zeros(0, dtype=np.float32)
        return Pitch(empty, empty, empty)
    padded = _narrow(samples, count)
    sums = np.concatenate([[0.0], np.cumsum(np.square(padded, dtype=np.float64))])
    level = _level(sums, count)
    similar = _similarity(padded, sums, chosen)
    lag, flat = _choose(similar, chosen)
    hertz, periodicity = _refine(similar, lag)
    sounding = level > max(float(level.max()) - chosen.below_loudest, chosen.quietest)
    voiced = sounding & (flat > chosen.voiced)
    return Pitch(np.where(voiced, hertz, np.float32(0)), np.where(level > chosen.quietest, periodicity, 0), level)


def _narrow(samples: Samples, count: int) -> Samples:
    """Return the sound at RATE, without offset, with half a frame of silence before it and what `count` frames need."""
    narrow = soxr.resample(samples, SAMPLE_RATE, RATE)
    padded = np.zeros((count - 1) * STEP + FRAME, dtype=np.float32)
    room = padded[FRAME // 2 : FRAME // 2 + narrow.shape[0]]
    room[:] = (narrow - narrow.mean(dtype=np.float64))[: room.shape[0]] if narrow.size else 0
    return padded


def _level(sums: Doubles, count: int) -> Samples:
    begin = np.arange(count) * STEP + (FRAME - LEVEL) // 2
    return np.asarray(10 * np.log10((sums[begin + LEVEL] - sums[begin]) / LEVEL + FLOOR), dtype=np.float32)


def _similarity(padded: Samples, sums: Doubles, options: PitchOptions) -> Similarity:
    first, last = int(FINE * RATE / options.highest) - 2, int(FINE * RATE / options.lowest) + 3
    cut = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STEP]
    plain = np.empty((cut.shape[0], last), dtype=np.float32)
    flat = np.empty_like(plain)
    for begin in range(0, cut.shape[0], BLOCK):
        block = slice(begin, begin + BLOCK)
        _correlate(cut[block], plain[block], flat[block])
    window = np.ones((1, FRAME), dtype=np.float32)
    ramp = np.empty((1, last), dtype=np.float32)
    _correlate(window, np.empty_like(ramp), ramp)
    flat /= (flat[:, :1] + np.float32(FLOOR)) * (ramp / ramp[:, :1])
    plain = plain[:, first:] / _energy(sums, first, last)
    return Similarity(plain, flat[:, first:], first)


def _correlate(cut: Samples, plain: Samples, flat: Samples) -> None:
    """Write twice the products of frames (n, FRAME) with themselves into `plain`, the flattened ones into `flat`."""
    padded = np.zeros((cut.shape[0], SIZE), dtype=np.float32)
    padded[:, :FRAME] = cut
    # numpy 2.4 takes real float32 the long way round, five times slower, unless it is asked to scale, and back again
    # unless it is given complex numbers, as many as it needs
    spectrum = np.fft.rfft(padded, axis=1, norm="ortho")
    bins = spectrum.shape[1]
    powers = spectrum.real**2 + spectrum.imag**2
    wide = np.zeros((cut.shape[0], FINE * SIZE // 2 + 1), dtype=np.complex64)
    wide.real[:, :bins] = np.sqrt(powers)
    flat[:] = np.fft.irfft(wide, axis=1, norm="ortho")[:, : flat.shape[1]]
    wide.real[:, :bins] = powers
    plain[:] = np.fft.irfft(wide, axis=1, norm="ortho")[:, : plain.shape[1]]
    plain *= np.float32(2 * SIZE**0.5 * FINE**0.5)


def _energy(sums: Doubles, first: int, last: int) -> Samples:
    """Return the energy of both sides of the pairs that a frame holds at each lag, (frames, lags)."""
    fine = np.empty(2 * sums.shape[0] - 1)  # FINE is 2: halfway between two samples lies half the energy
    fine[::2] = sums
    fine[1::2] = 0.5 * (sums[1:] + sums[:-1])
    running = np.lib.stride_tricks.sliding_window_view(fine, FINE * FRAME + 1)[:: FINE * STEP]
    earlier = running[:, FINE * FRAME - last + 1 : FINE * FRAME - first + 1][:, ::-1]
    both = (running[:, -1:] - running[:, :1] + FLOOR) + (earlier - running[:, first:last])
    return np.asarray(both, dtype=np.float32)


def _choose(similar: Similarity, options: PitchOptions) -> tuple[Indices, Samples]:
    """Return the column of the chosen lag of each frame, and the flat similarity there."""
    middle = similar.flat[:, 1:-1]
    peaks = (middle >= similar.flat[:, :-2]) & (middle > similar.flat[:, 2:])
    scores = np.where(peaks, middle, np.float32(-1))
    columns = np.argpartition(scores, -CANDIDATES, axis=1)[:, -CANDIDATES:] + 1
    row = np.arange(middle.shape[0])
    heights = _heights(similar.flat, columns)
    octaves = -np.log2(columns + np.float32(similar.first), dtype=np.float32)
    kept = heights + np.float32(options.longer) * octaves
    best = np.argmax(kept, axis=1)
    top = heights[row, best]
    usual = np.median(octaves[row, best][top >= min(0.5, float(top.max()))])
    kept -= np.float32(options.usual) * np.maximum(np.abs(octaves - usual) - np.float32(options.span), 0)
    path = _path(kept, octaves, np.clip(2.5 * top - 0.25, 0, 1) * np.float32(options.jump))
    return columns[row, path], heights[row, path]


def _heights(similar: Samples, columns: Indices) -> Samples:
    """Return how high the parabola through each candidate and its neighbours reaches; -1 where there is no peak."""
    row = np.arange(similar.shape[0])[:, None]
    left, centre, right = (similar[row, columns + step] for step in (-1, 0, 1))
    curve = 2 * centre - left - right
    peak = (centre >= left) & (centre > right)
    return np.where(peak, centre + (left - right) ** 2 / np.where(peak, 8 * curve, np.float32(1)), np.float32(-1))


def _path(scores: Samples, octaves: Samples, weight: Samples) -> Indices:
    """Return for each frame the candidate on the best path through its surroundings (max-marginals).

    Messages run forwards and backwards through all runs at once: 28 steps however long the utterance is.
    """
    count, width = scores.shape
    before, after = MARGIN + RUN, MARGIN + 2 * RUN  # neutral frames around, so that every run has surroundings
    score = np.pad(scores, ((before, after), (0, 0)))
    octave = np.pad(octaves, ((before, after), (0, 0)))
    trust = np.pad(weight, (before, after))
    link = np.minimum(trust[1:], trust[:-1])[:, None, None] * np.abs(octave[:-1, :, None] - octave[1:, None, :])
    runs = -(-count // RUN)
    step = np.arange(MARGIN + RUN)[:, None]
    start = before + RUN * np.arange(runs)
    forward = start - MARGIN + step  # frames that send to the one after them
    backward = start + RUN - 1 + MARGIN - step  # frames that send to the one before them
    gain = np.concatenate(
        [
            score[forward][..., None] - link[forward],
            score[backward][..., None] - link[backward - 1].swapaxes(-1, -2),
        ],
        axis=1,
    )
    gain = np.ascontiguousarray(gain.transpose(0, 2, 1, 3))  # (steps, from, runs both ways, to)
    message = np.zeros((width, 2 * runs), dtype=np.float32)
    heard = np.zeros((MARGIN + RUN + 1, 2 * runs, width), dtype=np.float32)
    for index in range(MARGIN + RUN):
        np.max(message[:, :, None] + gain[index], axis=0, out=heard[index + 1])
        message = heard[index + 1].T
    ahead = heard[MARGIN : MARGIN + RUN, :runs].swapaxes(0, 1)
    behind = heard[MARGIN : MARGIN + RUN, runs:][::-1].swapaxes(0, 1)
    total = (ahead + behind).reshape(-1, width)[:count] + scores
    return np.asarray(np.argmax(total, axis=1))


def _refine(similar: Similarity, lag: Indices) -> tuple[Samples, Samples]:
    """Return pitch in Hz and similarity at the peak of the plain similarity near each frame's column `lag`."""
    row = np.arange(lag.shape[0])
    last = similar.plain.shape[1] - 2
    near = np.clip(lag[:, None] + np.arange(-2, 3), 1, last)
    peak = near[row, np.argmax(similar.plain[row[:, None], near], axis=1)]
    left, centre, right = (similar.plain[row, peak + step] for step in (-1, 0, 1))
    curve = left - 2 * centre + right
    shift = np.where(curve < 0, 0.5 * (left - right) / np.where(curve < 0, curve, np.float32(-1)), 0)
    shift = np.clip(shift, -0.5, 0.5)
    hertz = np.asarray(FINE * RATE / (similar.first + peak + shift), dtype=np.float32)
    return hertz, np.clip(centre - 0.25 * (left - right) * shift, 0, 1).astype(np.float32)
