"""The colour of a voice, frame by frame, below 4 kHz: how loud and bright it is, how its spectrum is shaped and moves.

Nothing above a telephone's band is looked at. Below it, from 100 Hz, energy, balance, mel and cepstrum do look: those
differ between a line and a studio. The values are the usual ones of the field (alpha ratio, Hammarberg index, spectral
flux, cepstrum: Eyben et al. 2016, GeMAPS).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from stimmung.speech.records import SAMPLE_RATE, Samples

HOP = 0.010  # s, as in `pitch`
RATE = 8_000  # Hz: what is looked at
STEP = round(HOP * RATE)  # samples between frames
FRAME = 256  # samples: 32 ms
BANDS = 24  # mel bands
LOWEST, HIGHEST = 100.0, 3_700.0  # Hz of the mel bands: a narrower range loses the roll-off of codecs' filters
CEPSTRUM = 12  # coefficients, without the first, which is loudness again
FLOOR = 1e-9  # power added everywhere, so that digital silence has a logarithm
COMPRESSION = 0.3  # exponent from power to loudness: Stevens' law
NAMES = (
    "energy", "loudness", "alpha_ratio", "hammarberg", "centroid", "spread", "entropy", "flux", "mel_flux",
    *(f"cepstrum_{order}" for order in range(1, CEPSTRUM + 1)),
)  # fmt: skip

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Timbre:
    """One row per frame of 32 ms, float32; frame i is centred on i * HOP seconds."""

    values: Matrix  # (frames, len(NAMES))
    mel: Matrix  # (frames, BANDS): natural logarithm of the power in each band


def measure_timbre(samples: Samples) -> Timbre:
    """Describe mono float32 (samples,) at 16 kHz; n samples give ceil(n / 160) frames."""
    count = -(-samples.shape[0] // round(HOP * SAMPLE_RATE))
    if count == 0:
        return Timbre(np.zeros((0, len(NAMES)), np.float32), np.zeros((0, BANDS), np.float32))
    power = _power(samples, count)
    mel = power @ _mel_bank() + np.float32(FLOOR)
    logarithm = np.log(mel)
    values = np.column_stack(
        [
            np.log(mel.sum(axis=1)),
            _loudness(mel),
            *_balance(power),
            *_shape(power),
            _changes(np.abs, logarithm, 1 / BANDS),
            logarithm @ _cosines(),
        ]
    )
    return Timbre(values.astype(np.float32), logarithm)


def hertz() -> npt.NDArray[np.float64]:
    """Return the frequencies of the bins of a frame."""
    return np.arange(FRAME // 2 + 1) * RATE / FRAME


def _power(samples: Samples, count: int) -> Matrix:
    narrow = soxr.resample(samples, SAMPLE_RATE, RATE)
    padded = np.zeros((count - 1) * STEP + FRAME, dtype=np.float32)
    room = padded[FRAME // 2 : FRAME // 2 + narrow.shape[0]]
    room[:] = narrow[: room.shape[0]]
    window = np.hanning(FRAME).astype(np.float32)
    cut = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STEP] * window
    # numpy 2.4 takes float32 the long way round, six times slower, unless it is asked to scale
    spectrum = np.fft.rfft(cut, axis=1, norm="ortho")
    return np.asarray((spectrum.real**2 + spectrum.imag**2) * np.float32(FRAME))


def _mel_bank() -> Matrix:
    """Return the weights (bins, bands) of triangular bands, equally wide in mel (O'Shaughnessy's formula)."""
    lowest, highest = (2595 * float(np.log10(1 + edge / 700)) for edge in (LOWEST, HIGHEST))
    edges = np.linspace(lowest, highest, BANDS + 2)
    low, mid, high = ((700 * (10 ** (part / 2595) - 1))[None] for part in (edges[:-2], edges[1:-1], edges[2:]))
    bins = hertz()[:, None]
    rising, falling = (bins - low) / (mid - low), (high - bins) / (high - mid)
    return np.asarray(np.maximum(0, np.minimum(rising, falling)), dtype=np.float32)


def _cosines() -> Matrix:
    """Return the orthonormal cosine transform (bands, CEPSTRUM), without its first column."""
    angle = np.pi / BANDS * (np.arange(BANDS)[:, None] + 0.5) * np.arange(1, CEPSTRUM + 1)
    return np.asarray(np.sqrt(2 / BANDS) * np.cos(angle), dtype=np.float32)


def _loudness(mel: Matrix) -> Matrix:
    """Return loudness as a share of the loudest frame's: what the gain of the line was, nobody knows."""
    loudness = (mel**COMPRESSION).sum(axis=1)
    return np.asarray(loudness / loudness.max())


def _balance(power: Matrix) -> tuple[Matrix, Matrix]:
    """Return alpha ratio and Hammarberg index, as natural logarithms: how steeply the spectrum falls."""
    bins = hertz()
    low, high = _band(bins, LOWEST, 1_000), _band(bins, 1_000, HIGHEST)
    first, second = _band(bins, 300, 2_000), _band(bins, 2_000, HIGHEST)
    alpha = np.log((power[:, low].sum(axis=1) + FLOOR) / (power[:, high].sum(axis=1) + FLOOR))
    return alpha, np.log((power[:, first].max(axis=1) + FLOOR) / (power[:, second].max(axis=1) + FLOOR))


def _shape(power: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Return centroid and spread in kHz, entropy in nats and flux of the telephone's band."""
    inside = _band(hertz(), 300, 3_400)
    kilohertz = (hertz()[inside] / 1000).astype(np.float32)
    share = power[:, inside] / (power[:, inside].sum(axis=1, keepdims=True) + np.float32(FLOOR))
    centroid = share @ kilohertz
    spread = np.sqrt(np.maximum(share @ kilohertz**2 - centroid**2, 0) + np.float32(1e-6))
    entropy = -(share * np.log(share + np.float32(FLOOR))).sum(axis=1)
    return centroid, spread, entropy, np.sqrt(_changes(np.square, np.sqrt(share), 1.0))


def _band(bins: npt.NDArray[np.float64], low: float, high: float) -> slice:
    return slice(int(np.searchsorted(bins, low)), int(np.searchsorted(bins, high)))


def _changes(size: np.ufunc, rows: Matrix, scale: float) -> Matrix:
    """Return how much each row differs from the one before it, 0 for the first."""
    changed = np.zeros(rows.shape[0], np.float32)
    changed[1:] = size(np.diff(rows, axis=0)).sum(axis=1) * np.float32(scale)
    return changed
