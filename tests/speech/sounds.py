"""Sounds for tests, from nothing but numpy: mono float32 (samples,) at 16 kHz."""

import numpy as np
import numpy.typing as npt

from stimmung.speech.records import SAMPLE_RATE, Audio, Samples

VOWELS = ((700, 1200, 2500), (300, 2200, 2900), (500, 900, 2400), (400, 1900, 2600))  # Hz, formants


def seconds_of(seconds: float) -> npt.NDArray[np.float64]:
    """Return the time of each sample, in seconds; float32 would make a long tone waver."""
    return np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)


def noise(seconds: float, level: float = 0.05, seed: int = 0) -> Samples:
    """Return white noise with the root mean square `level`."""
    return np.asarray(
        level * np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE)), dtype=np.float32
    )


def tone(seconds: float, *hertz: float, level: float = 0.2) -> Samples:
    """Return sines of amplitude `level` that sound together, with edges of 5 ms."""
    time = seconds_of(seconds)
    edges = np.clip(np.minimum(time, seconds - time) / 0.005, 0, 1)
    sound = np.zeros(time.size)
    for f in hertz:
        sound += np.sin(2 * np.pi * f * time)
    return np.asarray(level * edges * sound, dtype=np.float32)


def cadence(times: int, on: float, off: float, *hertz: float) -> Samples:
    """Return bursts of a tone with silence after each."""
    return np.tile(np.concatenate([tone(on, *hertz), silence(off)]), times)


def chords(seconds: float, level: float = 0.1) -> Samples:
    """Return hold music: a major and a minor chord by turns, two seconds each, eight partials a note."""
    bars = []
    for bar in range(int(np.ceil(seconds / 2))):
        time = seconds_of(2.0)
        notes = (262.0, 330.0, 392.0) if bar % 2 == 0 else (220.0, 262.0, 330.0)
        played = sum(np.sin(2 * np.pi * f * h * time + h) / h for f in notes for h in range(1, 9))
        bars.append(np.asarray(played) / 3)
    return np.asarray(level * np.concatenate(bars)[: round(seconds * SAMPLE_RATE)], dtype=np.float32)


def plucked(seconds: float, beat: float = 0.25, level: float = 0.2) -> Samples:
    """Return a broken chord, one decaying note each `beat` seconds that rings on into the next."""
    out = np.zeros(round((seconds + 2) * SAMPLE_RATE))
    time = seconds_of(1.5)
    for index in range(int(seconds / beat)):
        pitch = (330.0, 415.0, 494.0, 659.0)[index % 4]
        note = np.exp(-time / 0.4) * sum(np.sin(2 * np.pi * pitch * h * time) / h for h in range(1, 6))
        start = round(index * beat * SAMPLE_RATE)
        out[start : start + note.size] += note
    return np.asarray(level * out[: round(seconds * SAMPLE_RATE)], dtype=np.float32)


def speech(seconds: float, pitch: float = 130.0, level: float = 0.1, seed: int = 0) -> Samples:
    """Return sound like speech: four syllables a second, gliding pitch, formants that move, consonants, pauses."""
    rng = np.random.default_rng(seed)
    time = seconds_of(seconds)
    knots = np.arange(0, seconds + 0.25, 0.25)
    # pitch moves by a fifth or so within a phrase, and falls over it
    contour = np.interp(time, knots, pitch * 2 ** rng.uniform(-0.3, 0.3, knots.size))
    phase = 2 * np.pi * np.cumsum(contour) / SAMPLE_RATE
    formants = np.array(VOWELS)[rng.integers(len(VOWELS), size=knots.size)]
    track = [np.interp(time, knots, formants[:, index]) for index in range(3)]
    voice = np.zeros(time.size)
    for harmonic in range(1, 30):
        height = sum(1 / (1 + ((harmonic * contour - place) / 120) ** 2) for place in track)
        voice += height * np.sin(harmonic * phase)
    syllables = np.clip(np.sin(2 * np.pi * 4 * time), 0, 1) ** 0.5  # the voice sounds half of the time
    consonants = 0.3 * np.clip(-np.sin(2 * np.pi * 4 * time) - 0.6, 0, 1) * rng.standard_normal(time.size)
    pauses = np.interp(time, knots, rng.random(knots.size) > 0.12)
    return np.asarray(level * pauses * (voice * syllables + consonants), dtype=np.float32)


def hesitation(seconds: float, pitch: float = 110.0, level: float = 0.1, fall: float = 2.0) -> Samples:
    """Return a drawn-out "äh": one vowel whose pitch sinks by `fall` semitones, slowly."""
    time = seconds_of(seconds)
    phase = 2 * np.pi * pitch * np.cumsum(2 ** (-time / seconds * fall / 12)) / SAMPLE_RATE
    heights = {h: sum(1 / (1 + ((h * pitch - place) / 120) ** 2) for place in VOWELS[2]) for h in range(1, 30)}
    voice = np.zeros(time.size)
    for harmonic, height in heights.items():
        voice += height * np.sin(harmonic * phase)
    return np.asarray(level * voice, dtype=np.float32)


def phone(sound: Samples) -> Samples:
    """Return `sound` as a telephone passes it on: 300 to 3400 Hz, and the steps of 8-bit µ-law."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(sound.size, 1 / SAMPLE_RATE)
    narrow = np.fft.irfft(np.where((hertz > 300) & (hertz < 3400), spectrum, 0), sound.size)
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.minimum(np.abs(narrow), 1)) / np.log(256) * 127) / 127
    return np.asarray(np.sign(coded) * (256 ** np.abs(coded) - 1) / 255, dtype=np.float32)


def audio(*channels: Samples) -> Audio:
    """Put mono sounds beside each other, the shorter ones filled with silence."""
    length = max(channel.size for channel in channels)
    return Audio(np.stack([np.pad(channel, (0, length - channel.size)) for channel in channels]))
