"""How an utterance is spoken, apart from its words: pitch, loudness, pace, pauses, voice quality; one row of numbers.

Each number is a functional of a contour over the utterance's sounding or voiced frames. None depends on the gain of
the line, and none looks above the telephone's band.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from stimmung.speech import timbre
from stimmung.speech.pitch import Pitch, track_pitch
from stimmung.speech.records import Samples
from stimmung.speech.timbre import BANDS, Timbre, measure_timbre

HOP = timbre.HOP  # s
SOUNDING = 30.0  # dB under the loudest frame that still count as speech
FEWEST = 5  # frames: of fewer nothing is told
REFERENCE = 100.0  # Hz that pitch in semitones is counted from
SMOOTHING = 5  # frames: peaks of loudness closer than 50 ms are one syllable
PEAK = 0.3  # share of the loudest peak from which a peak is a syllable
JUMP = 1.0  # semitones in 10 ms: more is a break of the voice, or an error of the tracker
MODULATION = 256  # frames whose movement is looked at
BEATS = ((1, 5), (5, 10), (10, 20), (20, 40))  # bins of it: 0.4-2, 2-4, 4-8 and 8-16 Hz; syllables come at 4-8

CONTOURS = (*timbre.NAMES, "periodicity")
FUNCTIONALS = ("mean", "deviation", "p10", "p90", "quartiles", "range", "slope", "change", "change_p90")
NAMES = (
    *(f"{contour}_{functional}" for functional, contour in product(FUNCTIONALS, CONTOURS)),
    *(f"voiced_{contour}_{functional}" for functional, contour in product(("mean", "deviation"), CONTOURS)),
    *(f"pitch_{functional}" for functional in (*FUNCTIONALS, "median")),
    "jitter", "jitter_mean", "jumps", "shimmer", "pitch_follows_level",
    "voiced_share", "voiced_runs_per_s", "voiced_run_mean", "voiced_run_deviation", "syllables_per_s", "sounding_share",
    *(f"modulation_{low}_{high}" for low, high in BEATS),
    *(f"mel_{band}_mean" for band in range(BANDS)),
    *(f"mel_{band}_deviation" for band in range(BANDS)),
)  # fmt: skip

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Prosody:
    """How an utterance is spoken: `values` as `NAMES` says, float32; finite also for silence."""

    values: Samples
    pitch: float  # Hz, median of the voiced frames; 0 where nothing is voiced
    voiced: float  # s


def measure_prosody(samples: Samples) -> Prosody:
    """Describe the speech of one utterance, mono float32 (samples,) at 16 kHz."""
    pitch, colour = track_pitch(samples), measure_timbre(samples)
    if pitch.hertz.shape[0] == 0:
        return Prosody(np.zeros(len(NAMES), np.float32), 0.0, 0.0)
    sounding = pitch.level > pitch.level.max() - SOUNDING
    voiced = pitch.hertz > 0
    contours = _contours(pitch, colour, sounding)
    vowels = voiced & sounding if int((voiced & sounding).sum()) >= FEWEST else sounding
    values = np.concatenate(
        [
            _functionals(contours[sounding]),
            contours[vowels].mean(axis=0),
            contours[vowels].std(axis=0),
            _pitch_functionals(pitch, voiced),
            _pace(contours[:, CONTOURS.index("loudness")], voiced, sounding),
            _modulation(contours[:, CONTOURS.index("energy")]),
            _level_free(colour.mel[vowels].mean(axis=0)),
            colour.mel[sounding].std(axis=0),
        ]
    )
    median = float(np.median(pitch.hertz[voiced])) if voiced.any() else 0.0
    return Prosody(values.astype(np.float32), median, float(voiced.sum()) * HOP)


def _contours(pitch: Pitch, colour: Timbre, sounding: Flags) -> Floats:
    """Return (frames, len(CONTOURS)), energy relative to the loudest frame."""
    contours = np.column_stack([colour.values, pitch.periodicity])
    contours[:, 0] -= contours[sounding, 0].max()
    return contours


def _functionals(rows: Floats) -> Floats:
    """Return FUNCTIONALS of each column of (frames, columns), functional by functional; frames >= 1."""
    p10, p25, p75, p90 = np.quantile(rows, (0.1, 0.25, 0.75, 0.9), axis=0)
    mean = rows.mean(axis=0)
    time = np.linspace(-1, 1, rows.shape[0], dtype=np.float32) if rows.shape[0] > 1 else np.ones(1, np.float32)
    slope = time @ (rows - mean) / (time @ time)
    change = np.abs(np.diff(rows, axis=0)) if rows.shape[0] > 1 else np.zeros_like(rows)
    return np.concatenate(
        [
            mean, rows.std(axis=0), p10, p90, p75 - p25, p90 - p10, slope,
            change.mean(axis=0), np.quantile(change, 0.9, axis=0),
        ]
    )  # fmt: skip


def _pitch_functionals(pitch: Pitch, voiced: Flags) -> Floats:
    """Return FUNCTIONALS and median of pitch in semitones, then how steady it is from one frame to the next."""
    frames = np.flatnonzero(voiced)
    if frames.shape[0] < FEWEST:
        return np.zeros(len(FUNCTIONALS) + 6, np.float32)
    semitones = 12 * np.log2(pitch.hertz[voiced] / np.float32(REFERENCE))
    level = pitch.level[voiced]
    next_to = np.diff(frames) == 1
    steps, louder = np.abs(np.diff(semitones))[next_to], np.abs(np.diff(level))[next_to]
    steady = [0.0] * 4
    if steps.size:
        capped = np.minimum(steps, 2 * JUMP)
        steady = [np.median(steps), capped.mean(), (steps > JUMP).mean(), np.median(louder)]
    return np.concatenate(
        [_functionals(semitones[:, None]), [np.median(semitones)], steady, [_correlation(semitones, level)]]
    )


def _correlation(one: Floats, other: Floats) -> float:
    product_ = float(one.std() * other.std())
    return float(((one - one.mean()) * (other - other.mean())).mean()) / product_ if product_ > 1e-6 else 0.0


def _pace(loudness: Floats, voiced: Flags, sounding: Flags) -> Floats:
    seconds = voiced.shape[0] * HOP
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voiced, [False]]).astype(np.int8)))
    runs = (edges[1::2] - edges[::2]) * HOP if edges.size else np.zeros(1)
    smooth = np.convolve(loudness, np.full(SMOOTHING, 1 / SMOOTHING), "same")[: loudness.shape[0]]
    middle = smooth[1:-1]
    peaks = (middle > smooth[:-2]) & (middle >= smooth[2:]) & (middle > PEAK * smooth.max())
    return np.array(
        [
            voiced.mean(), edges.size / 2 / seconds, runs.mean(), runs.std(), peaks.sum() / seconds, sounding.mean(),
        ],
        dtype=np.float32,
    )  # fmt: skip


def _modulation(energy: Floats) -> Floats:
    """Return the shares of the energy contour's movement in BEATS."""
    moved = np.zeros(MODULATION, np.float32)
    part = np.maximum(energy - energy.mean(), -8.0)[:MODULATION]
    moved[: part.shape[0]] = part
    spectrum = np.abs(np.fft.rfft(moved))
    return np.array([spectrum[low:high].sum() / (spectrum.sum() + 1e-9) for low, high in BEATS], np.float32)


def _level_free(bands: Floats) -> Floats:
    return np.asarray(bands - bands.mean())
