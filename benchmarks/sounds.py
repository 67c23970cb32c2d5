"""Sounds of a telephone line on which nobody speaks, from a seed: silence, noise, ring tones, other tones, hold music.

Development uses seeds below 10,000; seeds from there on belong to the final check.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from music import Sound, music
from stimmung.speech import telephone

Kind = Literal["silence", "noise", "ring", "tones", "music"]
RATE = 16_000  # Hz
KINDS: tuple[Kind, ...] = ("silence", "noise", "ring", "tones", "music")

PHONE_BAND, phone = telephone.BAND, telephone.phone  # the condition of every benchmark: one line for all


@dataclass(frozen=True, slots=True)
class Cadence:
    """A tone that a telephone network plays: sines that sound together, then on and off times in seconds."""

    hertz: tuple[float, ...]
    pattern: tuple[float, ...]  # on, off, on, off …; a single number sounds without a gap


RINGS = {
    "de": Cadence((425,), (1, 4)),
    "us": Cadence((440, 480), (2, 4)),
    "uk": Cadence((400, 450), (0.4, 0.2, 0.4, 2)),
    "fr": Cadence((440,), (1.5, 3.5)),
    "jp": Cadence((384, 400, 416), (1, 2)),
    "se": Cadence((425,), (1, 5)),
    "au": Cadence((400, 425, 450), (0.4, 0.2, 0.4, 2)),
}
SIGNALS = {
    "busy_de": Cadence((425,), (0.48, 0.48)),
    "busy_us": Cadence((480, 620), (0.5, 0.5)),
    "busy_uk": Cadence((400,), (0.375, 0.375)),
    "congestion_de": Cadence((425,), (0.24, 0.24)),
    "dial_de": Cadence((425,), (60,)),
    "dial_us": Cadence((350, 440), (60,)),
    "recording_beep": Cadence((1400,), (0.4, 14.6)),
    "waiting_beep": Cadence((1000,), (0.5, 3.0)),
}
DTMF_LOW, DTMF_HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)  # Hz
SPECIAL_INFORMATION = ((950, 1400, 1800), 0.33)  # Hz one after the other, seconds each (ITU-T E.180)


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Mono sound (n,) at 16 kHz and where a tone or music sounds in it, as a mask of the same shape."""

    samples: npt.NDArray[np.float32]
    sounding: npt.NDArray[np.bool_]


def clip(kind: Kind, seed: int, seconds: float = 60.0) -> npt.NDArray[np.float32]:
    """Return mono sound (n,) at 16 kHz of `kind`."""
    return make(kind, seed, seconds).samples


def make(kind: Kind, seed: int, seconds: float = 60.0) -> Clip:
    """Return the same sound as `clip`, with the truth of where it sounds."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    if kind == "silence":
        sound = _silence(rng, int(seconds * RATE))
        return Clip(sound.astype(np.float32), np.zeros(sound.size, dtype=bool))
    if kind == "noise":
        sound = _noise(rng, int(seconds * RATE))
        return Clip(_levelled(sound, rng.uniform(-55, -20)).astype(np.float32), np.zeros(sound.size, dtype=bool))
    if kind == "music":
        sound = music(seed, seconds)
    elif kind == "ring":
        sound = _cadence(list(RINGS.values())[rng.integers(len(RINGS))], rng, seconds)
    else:
        sound = _tones(rng, seconds)
    sounding = sound != 0.0
    level = rng.uniform(-32, -12)
    noisy = _levelled(sound, level) + _levelled(rng.standard_normal(sound.size), rng.uniform(level - 60, level - 30))
    return Clip(phone(noisy), sounding)


def _levelled(sound: Sound, decibels: float) -> Sound:
    """Scale the loud half of `sound` to `decibels` below full scale (root mean square), peaks kept under 1."""
    loud = np.sqrt(np.mean(sound[sound != 0.0] ** 2)) if np.any(sound) else 1.0
    scaled = sound / loud * 10 ** (decibels / 20)
    return np.clip(scaled, -1.0, 1.0)


def _silence(rng: np.random.Generator, count: int) -> Sound:
    steps = (0.0, 1.0 / 32768, 4.0 / 32768)[rng.integers(3)]  # digital silence, one bit of dither, two more
    return np.round(rng.standard_normal(count)) * steps


def _noise(rng: np.random.Generator, count: int) -> Sound:
    colour = ("white", "pink", "brown", "hum", "street")[rng.integers(5)]
    if colour == "hum":
        return _hum(rng, count)
    noise = _coloured(rng, count, {"white": 0.0, "pink": 0.5, "brown": 1.0, "street": 0.7}[colour])
    if colour == "street":  # vehicles pass: the level swells over seconds
        swell = np.interp(
            np.arange(count),
            np.arange(0, count + RATE, RATE),
            rng.uniform(0.2, 1, count // RATE + 1 + (count % RATE > 0)),
        )
        noise *= swell
    return noise if rng.random() < 0.5 else phone(noise / np.abs(noise).max()).astype(np.float64)


def _coloured(rng: np.random.Generator, count: int, slope: float) -> Sound:
    """Return noise whose amplitude falls with frequency ** -`slope`."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum *= np.maximum(np.fft.rfftfreq(count, 1 / RATE), 30.0) ** -slope
    return np.fft.irfft(spectrum, count)


def _hum(rng: np.random.Generator, count: int) -> Sound:
    mains = float(rng.choice([50.0, 60.0]))
    time = np.arange(count) / RATE
    hum = sum(np.sin(2 * np.pi * mains * h * time + rng.uniform(0, 6.28)) / h for h in range(1, 16))
    return np.asarray(hum) + 0.1 * rng.standard_normal(count)


def _tones(rng: np.random.Generator, seconds: float) -> Sound:
    which = rng.integers(len(SIGNALS) + 2)
    if which == len(SIGNALS):
        return _dialling(rng, seconds)
    if which == len(SIGNALS) + 1:
        return _special_information(rng, seconds)
    return _cadence(list(SIGNALS.values())[which], rng, seconds)


def _cadence(cadence: Cadence, rng: np.random.Generator, seconds: float) -> Sound:
    out = np.zeros(int(seconds * RATE))
    at, index = float(rng.uniform(0, 2)), 0
    while at < seconds:
        length = cadence.pattern[index % len(cadence.pattern)]
        if index % 2 == 0 or len(cadence.pattern) == 1:
            _add(out, at, length, cadence.hertz)
        at, index = at + length, index + 1
    return out


def _dialling(rng: np.random.Generator, seconds: float) -> Sound:
    out = np.zeros(int(seconds * RATE))
    at = float(rng.uniform(0, 2))
    while at < seconds:
        length = float(rng.uniform(0.08, 0.3))
        _add(out, at, length, (DTMF_LOW[rng.integers(4)], DTMF_HIGH[rng.integers(4)]))
        at += length + float(rng.uniform(0.06, 0.8))
    return out


def _special_information(rng: np.random.Generator, seconds: float) -> Sound:
    out = np.zeros(int(seconds * RATE))
    for start in np.arange(float(rng.uniform(0, 2)), seconds, 5.0):
        for index, hertz in enumerate(SPECIAL_INFORMATION[0]):
            _add(out, start + index * SPECIAL_INFORMATION[1], SPECIAL_INFORMATION[1], (hertz,))
    return out


def _add(out: Sound, start: float, length: float, hertz: tuple[float, ...]) -> None:
    """Add sines to `out`, with ramps of 5 ms so that they do not click."""
    time = np.arange(int(length * RATE)) / RATE
    ramp = np.clip(np.minimum(time, length - time) / 0.005, 0.0, 1.0)
    sound = ramp * sum(np.sin(2 * np.pi * f * time + i) for i, f in enumerate(hertz))
    first = int(start * RATE)
    sound = sound[: max(out.size - first, 0)]
    out[first : first + sound.size] += sound
