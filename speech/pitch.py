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
FRAME = 512  # samples: 64 ms; before the search, 40 ms gave three times as many gross errors
FALL = (1000.0, 3500.0)  # Hz: over which the flattened spectrum falls, so that whole samples of lag are close enough
LIMITS = (40.0, 1000.0)  # Hz
LEVEL = 256  # samples: 32 ms in the middle of a frame, of which its level is told
CANDIDATES = 6  # periods of a frame that are considered
NEAR = (-4, -2, 0, 2, 4)  # quarters of a sample around a lag, where it is looked at more closely
BLOCK = 24  # frames transformed at once: 98 kB, which stay in the cache and which malloc does not fetch page by page
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
    highest: float = 600.0  # Hz: of the pitch in EMO-DB 0.9 % lies above 500, 0.4 % above 550
    voiced: float = 0.45  # similarity 0..1 of the flattened frame to itself, from which it is voiced
    below_loudest: float = 40.0  # dB under the loudest frame, below which nothing is voiced
    quietest: float = -70.0  # dB of full scale, below which nothing is voiced
    longer: float = 0.02  # similarity that a period must gain to be taken for twice as long
    jump: float = 2.0  # similarity that an octave from one frame to the next must gain
    usual: float = 0.4  # similarity that an octave beyond `span` must gain
    span: float = 0.5  # octaves each side of the speaker's median pitch that cost nothing

    def __post_init__(self) -> None:
        """Raise ValueError where frames are too short, or periods too few, to look for such a pitch."""
        if not (LIMITS[0] <= self.lowest and 2 * self.lowest <= self.highest <= LIMITS[1]):
            raise ValueError(
                f"pitch from {self.lowest} to {self.highest} Hz:"
                f" give an octave or more within {LIMITS[0]} to {LIMITS[1]} Hz"
            )


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
    powers, flat = _spectra(padded, int(RATE / chosen.lowest) + 3)
    lag, similar = _choose(flat, chosen)
    lag, periodicity = _refine(powers, sums, lag)
    sounding = level > max(float(level.max()) - chosen.below_loudest, chosen.quietest)
    hertz = np.where(sounding & (similar > chosen.voiced), RATE / lag, 0)
    return Pitch(hertz.astype(np.float32), np.where(level > chosen.quietest, periodicity, np.float32(0)), level)


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


def _spectra(padded: Samples, lags: int) -> tuple[Samples, Samples]:
    """Return the powers of each frame (frames, FRAME + 1), and how like its flattened self it is (frames, lags)."""
    cut = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STEP]
    hertz = np.linspace(0, RATE / 2, FRAME + 1)
    fall = np.clip((hertz - FALL[0]) / (FALL[1] - FALL[0]), 0, 1)
    weights = (0.5 + 0.5 * np.cos(np.pi * fall)).astype(np.float32)
    powers = np.empty((cut.shape[0], FRAME + 1), dtype=np.float32)
    flat = np.empty((cut.shape[0], lags), dtype=np.float32)
    for begin in range(0, cut.shape[0], BLOCK):
        block = slice(begin, begin + BLOCK)
        _correlate(cut[block], weights, powers[block], flat[block])
    ramp = np.empty((1, lags), dtype=np.float32)  # what a sound without end gives, because a frame has one
    _correlate(np.ones((1, FRAME), dtype=np.float32), weights, np.empty((1, FRAME + 1), dtype=np.float32), ramp)
    flat /= (flat[:, :1] + np.float32(FLOOR)) * (ramp / ramp[:, :1])
    return powers, flat


def _correlate(cut: Samples, weights: Samples, powers: Samples, flat: Samples) -> None:
    """Write the powers of frames (n, FRAME), and the inverse transform of their roots at the first lags."""
    padded = np.zeros((cut.shape[0], 2 * FRAME), dtype=np.float32)
    padded[:, :FRAME] = cut
    # numpy 2.4 takes float32 the long way round, six times slower, unless it is asked to scale; and on the way back
    # unless it is given complex numbers
    spectrum = np.fft.rfft(padded, axis=1, norm="ortho")
    np.add(np.square(spectrum.real), np.square(spectrum.imag), out=powers)
    np.multiply(np.sqrt(powers), weights, out=spectrum.real)
    spectrum.imag = 0
    flat[:] = np.fft.irfft(spectrum, axis=1, norm="ortho")[:, : flat.shape[1]]


def _choose(flat: Samples, options: PitchOptions) -> tuple[Samples, Samples]:
    """Return the chosen lag of each frame, in samples and parts of them, and the flat similarity there."""
    first = int(RATE / options.highest) - 1
    seen = flat[:, first:]
    middle = seen[:, 1:-1]
    peaks = (middle >= seen[:, :-2]) & (middle > seen[:, 2:])
    scores = np.where(peaks, middle, np.float32(-1))
    columns = np.argpartition(scores, -CANDIDATES, axis=1)[:, -CANDIDATES:] + first + 1
    row = np.arange(flat.shape[0])
    lags, heights = _peaks(flat, columns)
    octaves: Samples = -np.log2(lags)
    kept: Samples = heights + np.float32(options.longer) * octaves
    best = np.argmax(kept, axis=1)
    top = heights[row, best]
    usual = np.median(octaves[row, best][top >= min(0.5, float(top.max()))])
    unusual = np.maximum(np.abs(octaves - np.float32(usual)) - np.float32(options.span), 0)
    kept -= np.float32(options.usual) * unusual
    path = _path(kept, octaves, np.clip(2.5 * top - 0.25, 0, 1) * np.float32(options.jump))
    return lags[row, path], heights[row, path]


def _peaks(values: Samples, columns: Indices) -> tuple[Samples, Samples]:
    """Return place and height of the parabola through each peak and its neighbours; height -1: no peak."""
    row = np.arange(values.shape[0])[:, None]
    left, centre, right = (values[row, columns + step] for step in (-1, 0, 1))
    peak = (centre >= left) & (centre > right)
    curve = np.where(peak, 2 * centre - left - right, np.float32(1))
    shift = np.where(peak, 0.5 * (right - left) / curve, np.float32(0))
    height = np.where(peak, centre + 0.25 * (right - left) * shift, np.float32(-1))
    return (columns + shift).astype(np.float32), height


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


def _refine(powers: Samples, sums: Doubles, lag: Samples) -> tuple[Samples, Samples]:
    """Return the lag near `lag` at which a frame is most like itself, and how like: 1 less YIN's difference.

    The difference is over all pairs that the frame holds, and in parts of their energy (McLeod and Wyvill 2005).
    """
    size = 4 * 2 * FRAME  # quarters of a sample in a turn of the first bin; a power of two, for `&`
    turns = np.exp(2j * np.pi / size * np.arange(size)).astype(np.complex64)
    quarters = np.round(4 * lag).astype(np.int32)
    near = np.array(NEAR, dtype=np.int32)
    bins = np.arange(FRAME + 1, dtype=np.int32)
    twice = np.where(bins % FRAME, np.float32(4), np.float32(2))[:, None]  # all bins but the outer two stand for two
    around = turns[bins[:, None] * near & size - 1] * twice
    products = np.empty((lag.shape[0], near.shape[0]), dtype=np.float32)
    for begin in range(0, lag.shape[0], BLOCK):
        block = slice(begin, begin + BLOCK)
        shifted = powers[block] * turns[quarters[block, None] * bins & size - 1]
        products[block] = (shifted @ around).real
    lags = (quarters[:, None] + near) / 4
    similar = (products / (_energy(sums, lags) + FLOOR)).astype(np.float32)
    row = np.arange(lag.shape[0])
    best = np.clip(np.argmax(similar, axis=1), 1, near.shape[0] - 2)
    place, height = _peaks(similar, best[:, None])
    place = np.where(height < 0, best[:, None], place)[:, 0]
    height = np.where(height < 0, similar[row, best][:, None], height)[:, 0]
    return lags[:, 0] + place * (near[1] - near[0]) / 4, np.clip(height, 0, 1).astype(np.float32)


def _energy(sums: Doubles, lags: Doubles) -> Doubles:
    """Return the energy of both sides of the pairs that each frame holds at each of its `lags`, (frames, lags)."""
    begin = STEP * np.arange(lags.shape[0])[:, None]
    whole = lags.astype(np.intp)
    part = lags - whole
    head = sums[begin + whole] * (1 - part) + sums[begin + whole + 1] * part
    tail = sums[begin + FRAME - whole] * (1 - part) + sums[begin + FRAME - whole - 1] * part
    return np.asarray(sums[begin + FRAME] - head + tail - sums[begin])
