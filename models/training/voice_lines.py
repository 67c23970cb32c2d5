"""Telephone lines by chance: what may lie between a caller and us, drawn once for a call and the same all through it.

Speed and pitch move together by at most 8 %: enough for another voice, too little for another feeling.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from stimmung.speech.errors import AudioError
from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.resample import resampled
from stimmung.speech.telephone import band_pass, coded, gsm, phone

logger = logging.getLogger(__name__)

FRAME: Final = 320  # samples: 20 ms, what a lost packet takes along
# The share of lines with each codec; what is left to 1 is studio sound.
CODECS: Final = (("phone", 0.33), ("gsm", 0.08), ("amr", 0.11), ("opus", 0.18), ("band", 0.08))
BIT_RATES: Final = {"amr": (4750, 5900, 7400, 12200), "opus": (6000, 8000, 12000)}


@dataclass(frozen=True, slots=True)
class Line:
    """What one caller's line does; None and 0 where it does nothing of the kind."""

    speed: float  # of the voice, pitch with it; 1: as it was
    gain: float  # dB
    room: tuple[int, float, float] | None  # seed, seconds and strength of the echo
    noise: tuple[str, float] | None  # "pink" or "babble", and speech above it in dB
    clip: float  # share of the peak at which the sound is cut off
    codec: str
    codec_values: tuple[float, float]  # bit rate of a codec, or edges of a band in Hz
    loss: float  # share of packets


def draw_line(rng: np.random.Generator) -> Line:
    """Draw a line."""
    codec = _drawn_codec(rng)
    values = (0.0, 0.0)
    if codec in BIT_RATES:
        values = (float(rng.choice(BIT_RATES[codec])), 0.0)
    elif codec == "band":
        values = (rng.uniform(50, 400), rng.uniform(2800, 7500))
    kind = rng.random()
    noise = ("pink", rng.uniform(5, 30)) if kind < 0.35 else ("babble", rng.uniform(8, 25)) if kind < 0.45 else None
    return Line(
        speed=rng.uniform(0.92, 1.08) if rng.random() < 0.7 else 1.0,
        gain=rng.uniform(-14, 6),
        room=(int(rng.integers(1 << 30)), rng.uniform(0.05, 0.25), rng.uniform(0.1, 0.5))
        if rng.random() < 0.25
        else None,
        noise=noise,
        clip=rng.uniform(0.3, 0.8) if rng.random() < 0.1 else 0.0,
        codec=codec,
        codec_values=values,
        loss=rng.uniform(0.01, 0.05) if rng.random() < 0.1 else 0.0,
    )


def through(sound: Samples, line: Line, others: Sequence[Samples], rng: np.random.Generator) -> Samples:
    """Return mono `sound` (samples,) at 16 kHz behind `line`; `others` are voices that babble, where they do."""
    voice = resampled(sound, SAMPLE_RATE, SAMPLE_RATE * line.speed) if line.speed != 1.0 else sound
    voice = voice * 10 ** ((line.gain + rng.uniform(-2, 2)) / 20)
    if line.room:
        voice = np.convolve(voice, _echo(*line.room))[: voice.shape[0]]
    if line.noise:
        kind, snr = line.noise
        voice = add_noise(voice, babble(others, voice.shape[0]) if kind == "babble" else pink(voice.shape[0], rng), snr)
    if line.clip:
        most = float(np.abs(voice).max()) * line.clip
        voice = np.clip(voice, -most, most)
    voice = voice / max(1.0, float(np.abs(voice).max()) / 0.99)
    return _lose(_coded(voice.astype(np.float32), line), line.loss, rng)


def add_noise(sound: Samples, noise: Samples, snr: float) -> Samples:
    """Add noise so that the sound's loud frames (the 30 dB under the loudest) lie `snr` dB above it."""
    count = max(1, sound.shape[0] // FRAME)
    powers = np.square(sound[: count * FRAME], dtype=np.float64).reshape(count, -1).mean(axis=1)
    loud = powers[powers > powers.max() * 1e-3]
    power = float(loud.mean()) if loud.size else 0.0
    gain = np.sqrt(power / max(float(np.mean(noise**2)), 1e-12) / 10 ** (snr / 10))
    return np.asarray(sound + noise * gain, np.float32)


def pink(count: int, rng: np.random.Generator) -> Samples:
    """Return noise (count,) that falls by 3 dB an octave from 50 Hz, as rooms and streets do."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), 50))
    return np.fft.irfft(spectrum, count).astype(np.float32)


def babble(others: Sequence[Samples], count: int) -> Samples:
    """Return other voices (count,) on top of each other."""
    mixed = np.zeros(count, np.float32)
    for other in others:
        mixed += np.resize(other, count)
    return mixed


def _drawn_codec(rng: np.random.Generator) -> str:
    chance = rng.random()
    for name, share in CODECS:
        if chance < share:
            return name
        chance -= share
    return ""


def _echo(seed: int, seconds: float, strength: float) -> Samples:
    """Return a room's answer to a click: the click, and noise that dies away."""
    count = round(seconds * SAMPLE_RATE)
    tail = np.random.default_rng(seed).standard_normal(count) * np.exp(-6.9 * np.arange(count) / count)
    tail *= strength / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return tail.astype(np.float32)


def _coded(voice: Samples, line: Line) -> Samples:
    first, second = line.codec_values
    if line.codec == "phone":
        return phone(voice)
    try:
        if line.codec == "gsm":
            return gsm(voice)
        if line.codec == "opus" or line.codec == "amr":
            return coded(voice, "opus" if line.codec == "opus" else "amr", int(first))
    except AudioError as error:  # this machine lacks the codec: the µ-law line is the nearest that there is
        logger.info("%s: a µ-law line is taken instead", error)
        return phone(voice)
    if line.codec == "band":
        return band_pass(voice, (first, second), 80.0)[: voice.shape[0]].astype(np.float32)
    return voice


def _lose(voice: Samples, share: float, rng: np.random.Generator) -> Samples:
    if not share:
        return voice
    kept = voice.copy()
    for packet in np.flatnonzero(rng.random(voice.shape[0] // FRAME) < share):
        kept[packet * FRAME : (packet + 1) * FRAME] = 0.0
    return kept
