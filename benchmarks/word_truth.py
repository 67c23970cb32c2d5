"""Words with the times at which they truly sound; none of it comes from a recogniser's alignment.

espeak-ng tells the times of its own words, and the sample calls hold single words between digital silence.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from corpus import SAMPLES
from espeak import Espeak, Spoken, SpokenWord
from normalise import Language
from sentences import sentences
from sounds import RATE, phone
from stimmung.speech.records import Samples
from wav import Sound, read

VOICES: dict[Language, str] = {"de": "gmw/de", "en": "gmw/en-US"}
WORDS_A_MINUTE = (140, 185)
PAUSES = (0.5, 1.5)  # s of silence between sentences
ALONE = 0.15  # s of digital silence on both sides of a word that stands alone
AUDIBLE = 0.003  # of full scale: what the check against the sound takes for sound
STEP = 0.005  # s: its frames


@dataclass(frozen=True, slots=True, eq=False)
class TimedSpeech:
    """A recording with one list of words a channel, in time; words without times are there for the alignment only."""

    name: str
    language: Language
    sound: Sound
    words: tuple[tuple[SpokenWord, ...], ...]

    def through_phone(self) -> "TimedSpeech":
        """Return the same, as a telephone passes it on, at 16 kHz."""
        wide = [np.asarray(soxr.resample(channel, self.sound.rate, RATE)) for channel in self.sound.samples]
        return replace(self, sound=Sound(np.stack([phone(channel) for channel in wide]), RATE))


@dataclass(frozen=True, slots=True)
class EventCheck:
    """How much later than espeak-ng's events sound begins after a pause, and ends before one, in ms."""

    starts: tuple[float, ...]
    ends: tuple[float, ...]


def spoken_sentences(language: Language, count: int, seed: int = 0) -> tuple[TimedSpeech, EventCheck]:
    """Have espeak-ng say `count` sentences at changing speed, in one mono recording with silence between them."""
    espeak = Espeak()
    rng = np.random.default_rng([seed, list(VOICES).index(language)])
    parts: list[Samples] = []
    words: list[SpokenWord] = []
    starts: list[float] = []
    ends: list[float] = []
    at = 0
    for sentence in sentences(language, count, seed):
        spoken = espeak.say(sentence, VOICES[language], int(rng.integers(*WORDS_A_MINUTE)))
        check = against_sound(spoken)
        starts += check.starts
        ends += check.ends
        silence = np.zeros(int(rng.uniform(*PAUSES) * RATE), np.float32)
        sound = np.asarray(soxr.resample(spoken.samples, spoken.rate, RATE))
        words += [shifted(word, (at + len(silence)) / RATE) for word in spoken.words]
        parts += [silence, sound]
        at += len(silence) + len(sound)
    whole = Sound(np.concatenate([*parts, np.zeros(RATE, np.float32)])[np.newaxis], RATE)
    return TimedSpeech(f"espeak_{language}", language, whole, (tuple(words),)), EventCheck(tuple(starts), tuple(ends))


def shifted(word: SpokenWord, seconds: float) -> SpokenWord:
    """Return the word that much later."""
    start = None if word.start is None else word.start + seconds
    end = None if word.end is None else word.end + seconds
    return replace(word, start=start, end=end)


def against_sound(spoken: Spoken) -> EventCheck:
    """Hold the events next to a pause against the first and last sound heard there."""
    size = round(STEP * spoken.rate)
    frames = spoken.samples[: len(spoken.samples) // size * size].reshape(-1, size)
    loud = np.flatnonzero(np.sqrt(np.mean(frames**2, axis=1)) > AUDIBLE)
    starts, ends = [], []
    after_pause = True
    for word in spoken.words:
        if word.start is not None and after_pause:
            first = loud[loud * STEP > word.start - 0.1][:1]  # a pause is longer than these 0.1 s
            starts += [1000 * (float(frame) * STEP - word.start) for frame in first]
        after_pause = word.end is not None and not word.joined
        if word.end is not None and after_pause:
            last = loud[loud * STEP < word.end + 0.1][-1:]
            ends += [1000 * (float(frame + 1) * STEP - word.end) for frame in last]
    return EventCheck(tuple(starts), tuple(ends))


def sample_calls(folder: Path = SAMPLES) -> list[TimedSpeech]:
    """Return the two-channel sample calls without line noise, with times where words border on silence."""
    found = []
    for file in sorted(folder.glob("*.truth.json")):
        truth: dict[str, Any] = json.loads(file.read_text("utf-8"))  # Any: JSON
        if truth["channels"] == 2 and truth["line_noise_dbfs"] is None:
            pieces: list[list[dict[str, Any]]] = [[], []]
            for turn in truth["utterances"]:
                pieces[turn["channel"]] += turn["pieces"]
            words = tuple(bordering_words(channel) for channel in pieces)
            found.append(TimedSpeech(truth["name"], truth["language"], read(folder / f"{truth['name']}.flac"), words))
    return found


def bordering_words(pieces: Sequence[dict[str, Any]]) -> tuple[SpokenWord, ...]:
    """Return all words of a channel's pieces: one that borders on ALONE s of silence has a time there."""
    words: list[SpokenWord] = []
    ordered = sorted(pieces, key=lambda piece: float(piece["start"]))
    for place, piece in enumerate(ordered):
        before = ordered[place - 1]["end"] if place else -np.inf
        after = ordered[place + 1]["start"] if place + 1 < len(ordered) else np.inf
        said = [SpokenWord(word, None, None) for word in piece["text"].split()]
        if piece["start"] - before >= ALONE:
            said[0] = replace(said[0], start=piece["start"])
        if after - piece["end"] >= ALONE:
            said[-1] = replace(said[-1], end=piece["end"])
        words += said
    return tuple(words)


def alone(speech: TimedSpeech) -> TimedSpeech:
    """Return the same, with times only for words that stand between silence on both sides."""
    words = tuple(
        tuple(
            word if word.start is not None and word.end is not None else SpokenWord(word.text, None, None)
            for word in channel
        )
        for channel in speech.words
    )
    return replace(speech, words=words)
