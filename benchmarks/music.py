"""Hold music from a seed: five styles in random keys, tempos and timbres, made of nothing but numpy.

Every style is written as notes (when, how long, how high, how loud) that one additive voice plays.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE = 16_000  # Hz
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10), (0, 2, 4, 7, 9))  # semitones
PROGRESSIONS = ((0, 3, 4, 0), (0, 5, 3, 4), (0, 4, 5, 3), (1, 4, 0, 0), (0, 2, 3, 3))  # scale degrees
STYLES = ("pad", "arpeggio", "piano", "band", "pop", "strings")

Sound = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Voice:
    """How an instrument sounds: partial h has the level h ** -`roll_off`; times in seconds, vibrato in semitones."""

    partials: int
    roll_off: float
    attack: float
    decay: float  # time constant while the note is held; inf sustains
    release: float
    vibrato: float = 0.0
    vibrato_hz: float = 5.5
    stretch: float = 0.0  # inharmonicity of strings: partial h lies at h * sqrt(1 + stretch * h^2)
    chorus: float = 0.0  # detuning of a second copy, in semitones


@dataclass(frozen=True, slots=True)
class Note:
    """One note; `pitch` as in MIDI (69 is 440 Hz), times in seconds."""

    start: float
    length: float
    pitch: float
    level: float


@dataclass(frozen=True, slots=True)
class Song:
    """What all instruments of a clip agree on."""

    seconds: float
    beat: float  # seconds
    key: int  # MIDI pitch of the tonic, around 60
    scale: tuple[int, ...]
    progression: tuple[int, ...]

    def pitch(self, degree: int) -> int:
        octave, step = divmod(degree, len(self.scale))
        return self.key + 12 * octave + self.scale[step]

    def chord(self, bar: int) -> tuple[int, int, int]:
        """Return the scale degrees of the chord of `bar`."""
        root = self.progression[bar % len(self.progression)]
        return root, root + 2, root + 4

    @property
    def bars(self) -> int:
        return int(np.ceil(self.seconds / (4 * self.beat)))


def music(seed: int, seconds: float = 60.0, style: str | None = None) -> Sound:
    """Return mono sound (n,) at 16 kHz with its peak at 1; `style` is one of STYLES, drawn from the seed if None."""
    rng = np.random.default_rng([seed, 71])
    style = style or STYLES[rng.integers(len(STYLES))]
    song = Song(
        seconds=seconds,
        beat=60.0 / rng.uniform(66, 132),
        key=int(rng.integers(55, 67)),
        scale=SCALES[rng.integers(len(SCALES))],
        progression=PROGRESSIONS[rng.integers(len(PROGRESSIONS))],
    )
    write = {"pad": _pad, "arpeggio": _arpeggio, "piano": _piano, "band": _band, "pop": _pop, "strings": _strings}
    sound = write[style](song, rng)
    return np.asarray(sound / np.abs(sound).max())


def _pad(song: Song, rng: np.random.Generator) -> Sound:
    voice = Voice(int(rng.integers(3, 12)), rng.uniform(0.7, 1.8), rng.uniform(0.1, 0.6), np.inf, 0.5, chorus=0.05)
    return _play(_chords(song, rng, beats=4), voice, song.seconds)


def _arpeggio(song: Song, rng: np.random.Generator) -> Sound:
    voice = Voice(int(rng.integers(3, 10)), rng.uniform(0.8, 1.6), 0.005, rng.uniform(0.25, 0.9), 0.2)
    return _play(_broken(song, rng, step=float(rng.choice([0.25, 0.5]))), voice, song.seconds)


def _piano(song: Song, rng: np.random.Generator) -> Sound:
    voice = Voice(8, rng.uniform(0.9, 1.5), 0.004, rng.uniform(0.6, 1.5), 0.15, stretch=4e-4)
    left = _chords(song, rng, beats=int(rng.choice([1, 2, 4])))
    return _play(left + _melody(song, rng), voice, song.seconds)


def _band(song: Song, rng: np.random.Generator) -> Sound:
    lead = Voice(8, rng.uniform(0.8, 1.4), 0.03, np.inf, 0.08, vibrato=rng.uniform(0.0, 0.25))
    guitar = Voice(6, 1.1, 0.005, 0.4, 0.1)
    return (
        _play(_melody(song, rng), lead, song.seconds)
        + 0.5 * _play(_chords(song, rng, beats=1), guitar, song.seconds)
        + _bass(song, rng)
        + rng.uniform(0.1, 0.5) * _drums(song, rng)
    )


def _pop(song: Song, rng: np.random.Generator) -> Sound:
    saw = Voice(20, 1.0, 0.02, np.inf, 0.1, chorus=0.1)
    pluck = Voice(10, 0.8, 0.003, 0.2, 0.1)
    return (
        _play(_chords(song, rng, beats=4), saw, song.seconds)
        + 0.7 * _play(_broken(song, rng, step=0.5), pluck, song.seconds)
        + _bass(song, rng)
        + rng.uniform(0.2, 0.8) * _drums(song, rng)
    )


def _strings(song: Song, rng: np.random.Generator) -> Sound:
    voice = Voice(14, 1.0, 0.12, np.inf, 0.25, vibrato=rng.uniform(0.1, 0.3), vibrato_hz=rng.uniform(4.5, 6.5))
    return _play(_melody(song, rng) + _chords(song, rng, beats=2), voice, song.seconds)


def _chords(song: Song, rng: np.random.Generator, beats: int) -> list[Note]:
    length = beats * song.beat
    octave = 12 * int(rng.integers(0, 2))
    return [
        Note(start, length, song.pitch(degree) + octave, 0.4)
        for bar in range(song.bars)
        for start in 4 * bar * song.beat + length * np.arange(4 // beats)
        for degree in song.chord(bar)
    ]


def _broken(song: Song, rng: np.random.Generator, step: float) -> list[Note]:
    """Write the chords as single notes, one each `step` beats."""
    order = rng.permutation([0, 1, 2, 1])
    count = int(4 / step)
    return [
        Note(
            (4 * bar + index * step) * song.beat,
            step * song.beat,
            song.pitch(song.chord(bar)[order[index % 4]]) + 12,
            1,
        )
        for bar in range(song.bars)
        for index in range(count)
    ]


def _melody(song: Song, rng: np.random.Generator) -> list[Note]:
    notes, beats, degree = [], 0.0, 7
    while beats * song.beat < song.seconds:
        length = float(rng.choice([0.5, 1.0, 1.0, 2.0, 3.0]))
        degree = int(np.clip(degree + rng.integers(-2, 3), 3, 14))
        if rng.random() > 0.1:  # else a rest
            notes.append(Note(beats * song.beat, 0.92 * length * song.beat, song.pitch(degree), 1.0))
        beats += length
    return notes


def _bass(song: Song, rng: np.random.Generator) -> Sound:
    voice = Voice(8, rng.uniform(0.8, 1.3), 0.01, 0.8, 0.05)
    notes = [
        Note((4 * bar + beat) * song.beat, 0.9 * song.beat, song.pitch(song.chord(bar)[0]) - 24, 1.0)
        for bar in range(song.bars)
        for beat in range(4)
    ]
    return _play(notes, voice, song.seconds)


def _drums(song: Song, rng: np.random.Generator) -> Sound:
    out = np.zeros(int(song.seconds * RATE))
    for eighth in range(8 * song.bars):
        time = np.arange(int(0.2 * RATE)) / RATE
        hit = 0.3 * np.exp(-time / 0.02) * np.diff(rng.standard_normal(time.size), prepend=0.0)  # hat
        if eighth % 4 == 0:  # kick
            hit += 2.0 * np.exp(-time / 0.06) * np.sin(2 * np.pi * (50 * time + 4 * (1 - np.exp(-time / 0.03))))
        if eighth % 4 == 2:  # snare
            hit += np.exp(-time / 0.05) * rng.standard_normal(time.size)
        start = int(eighth * song.beat / 2 * RATE)
        end = min(start + hit.size, out.size)
        out[start:end] += hit[: max(end - start, 0)]
    return out


def _play(notes: list[Note], voice: Voice, seconds: float) -> Sound:
    out = np.zeros(int(seconds * RATE))
    for note in notes:
        start = int(note.start * RATE)
        if start >= out.size:
            continue
        sound = _tone(note, voice)[: out.size - start]
        out[start : start + sound.size] += sound
    return out


def _tone(note: Note, voice: Voice) -> Sound:
    time = np.arange(int((note.length + voice.release) * RATE)) / RATE
    hertz = 440.0 * 2 ** ((note.pitch - 69) / 12)
    # phase of the fundamental; a vibrato of depth d semitones sways the frequency by d / 12 octaves
    sway = hertz * np.log(2) * voice.vibrato / 12 / (2 * np.pi * voice.vibrato_hz)
    phase = 2 * np.pi * (hertz * time - sway * np.cos(2 * np.pi * voice.vibrato_hz * time))
    order = np.arange(1, voice.partials + 1)
    ratio = order * np.sqrt(1 + voice.stretch * order**2)
    heard = ratio * hertz < 3600  # nothing above survives the telephone
    sound = np.zeros(time.size)
    for copy in (0.0, voice.chorus) if voice.chorus else (0.0,):
        detuned = phase * 2 ** (copy / 12)
        for index, multiple in zip(order[heard], ratio[heard], strict=True):
            sound += float(index) ** -voice.roll_off * np.sin(multiple * detuned + 2.4 * index)
    rise = np.minimum(time / voice.attack, 1.0)
    fall = np.exp(-time / voice.decay) * np.clip((note.length + voice.release - time) / voice.release, 0.0, 1.0)
    return np.asarray(note.level * rise * fall * sound)
