"""Voices of known pitch, from a seed: partials under moving formants, with glides, vibrato and pauses."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sounds import RATE, phone
from stimmung.speech.pitch import HOP
from stimmung.speech.records import Samples

CONDITIONS = ("clean", "no_fundamental", "phone", "noise_10_db", "phone_noise_10_db")
SECONDS = 3.0
LOWEST, HIGHEST = 80.0, 400.0  # Hz: of which the middle of a voice is drawn; it moves by half an octave each way
VOWELS = ((700, 1200, 2500), (300, 2200, 2900), (500, 900, 2400), (400, 1900, 2600), (300, 700, 2300))  # Hz, formants
EDGE = 0.032  # s: half of what a frame holds

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sung:
    """Mono sound (samples,) at 16 kHz and the pitch in the middle of each frame, float32 (frames,).

    It is 0 in pauses, and NaN at their edges, where nobody can say what is right.
    """

    samples: Samples
    hertz: Samples


def sung(seed: int, seconds: float = SECONDS) -> Sung:
    """Return one voice."""
    rng = np.random.default_rng([seed, 20])
    time = np.arange(round(seconds * RATE)) / RATE
    contour = _contour(rng, time)
    phase = 2 * np.pi * np.cumsum(contour) / RATE
    formants = _formants(rng, time)
    sound = np.zeros(time.size)
    for number in range(1, int(7000 / contour.min()) + 1):
        height = sum(
            1 / (1 + ((number * contour - place) / 90) ** 2) / (1 + index) for index, place in enumerate(formants)
        )
        audible = np.clip((7500 - number * contour) / 500, 0, 1)
        sound += (height + 0.05 / number) * audible * np.sin(number * phase + rng.uniform(0, 2 * np.pi))
    voiced = (time % 1.0 > 0.12) | (time < 0.12)  # a pause each second
    edges = np.convolve(voiced, np.ones(160) / 160, mode="same")  # of 10 ms
    sound *= 0.1 * edges / np.sqrt(np.mean(sound**2))
    middle = np.round(np.arange(-(-time.size // round(HOP * RATE))) * HOP * RATE).astype(np.intp)
    around = np.convolve(voiced, np.ones(round(2 * EDGE * RATE) + 1), mode="same")[middle]
    hertz = np.where(around > 2 * EDGE * RATE, contour[middle], np.where(around < 0.5, 0, np.nan))
    return Sung(sound.astype(np.float32), hertz.astype(np.float32))


def hear(samples: Samples, condition: str, seed: int) -> Samples:
    """Return the sound as it arrives: white noise is 10 dB below it, then the telephone takes its band."""
    heard = samples.astype(np.float64)
    if "noise" in condition:
        rng = np.random.default_rng([seed, 21])
        heard += rng.standard_normal(heard.size) * np.sqrt(np.mean(heard**2) / 10)
    if condition == "no_fundamental":
        spectrum = np.fft.rfft(heard)
        spectrum *= np.fft.rfftfreq(heard.size, 1 / RATE) > 450
        heard = np.fft.irfft(spectrum, heard.size)
    return phone(heard) if "phone" in condition else heard.astype(np.float32)


def _contour(rng: np.random.Generator, time: Floats) -> Floats:
    """Return Hz at each sample: glides between targets 0.3 s apart, eased at both ends, and vibrato."""
    knots = np.arange(0, time[-1] + 0.6, 0.3)
    targets = rng.uniform(-0.45, 0.45, knots.size)
    index = (time / 0.3).astype(np.intp)
    eased = 0.5 - 0.5 * np.cos(np.pi * (time / 0.3 - index))
    octaves = targets[index] * (1 - eased) + targets[index + 1] * eased
    octaves += rng.uniform(0, 0.04) * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * time)
    return np.asarray(LOWEST * (HIGHEST / LOWEST) ** rng.uniform() * 2**octaves)


def _formants(rng: np.random.Generator, time: Floats) -> list[Floats]:
    knots = np.arange(0, time[-1] + 0.5, 0.2)
    places = np.array(VOWELS)[rng.integers(len(VOWELS), size=knots.size)]
    return [np.interp(time, knots, places[:, number]) for number in range(3)]
