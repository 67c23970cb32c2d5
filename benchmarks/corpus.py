"""The calls that recognisers are compared on, written as files that each side opens itself.

Sample calls, a real call without a transcript, and read German sentences strung together with pauses; each clean, as
its source has it, and through the phone channel once more, at 16 kHz.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from normalise import Language, normalise
from sounds import RATE, phone
from stimmung.speech.decode import decode
from wav import Sound, read, write

Condition = Literal["clean", "phone"]

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
PAUSES = (0.4, 2.0)  # s between read sentences
REAL_CALL = ("auto-repairs-40.agent.flac", "auto-repairs-40.caller.flac")
QUICK_SECONDS = 20.0  # of each recording, about


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was said on a channel at one go, as words to compare, and when."""

    channel: int
    words: tuple[str, ...]
    start: float
    end: float


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A call in memory: its sound, its language, what is said in it (nothing where nobody wrote it down)."""

    corpus: str
    name: str
    language: Language
    sound: Sound
    said: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A call as files: one with all channels for us, one per channel for a recogniser that knows no channels."""

    corpus: str
    name: str
    language: Language
    condition: Condition
    file: Path
    channel_files: tuple[Path, ...]
    seconds: float  # of the call, however many channels it has
    said: tuple[Sentence, ...]

    def sentences(self, channel: int) -> list[tuple[str, ...]]:
        """Return the words said on a channel, sentence by sentence, in time."""
        return [sentence.words for sentence in self.said if sentence.channel == channel]


def recordings(data: Path | None, quick: bool, sentences: int | None = None) -> list[Recording]:
    """Read all corpora; without the development data only the sample calls, and of each a part if `quick`.

    `sentences` is how many of kerstin_de to take, by default all.
    """
    found = list(sample_calls())
    if data is not None:
        found += [real_call(data / "calls"), read_sentences(data / "kerstin_de", sentences)]
    if quick:
        wanted = {"de-address", "en-happy", *(recording.name for recording in found if recording.corpus != "samples")}
        found = [shortened(recording, QUICK_SECONDS) for recording in found if recording.name in wanted]
    return found


def sample_calls(folder: Path = SAMPLES) -> Iterator[Recording]:
    """Yield the sample calls that have a channel for each speaker."""
    for file in sorted(folder.glob("*.truth.json")):
        truth: dict[str, Any] = json.loads(file.read_text("utf-8"))  # Any: JSON
        if truth["channels"] == 2:
            language: Language = truth["language"]
            said = [
                Sentence(turn["channel"], tuple(normalise(turn["text"], language)), turn["start"], turn["end"])
                for turn in truth["utterances"]
            ]
            sound = read(folder / f"{truth['name']}.flac")
            yield Recording("samples", truth["name"], language, sound, in_time(said))


def real_call(folder: Path) -> Recording:
    """Return the real call, a file per party, as one stereo call; nobody wrote down what is said."""
    parties = [read(folder / name) for name in REAL_CALL]
    if len({party.rate for party in parties}) != 1:
        raise ValueError(f"the parties of {folder} differ in rate: {[party.rate for party in parties]} Hz")
    length = max(party.samples.shape[1] for party in parties)
    channels = [np.pad(party.samples[0], (0, length - party.samples.shape[1])) for party in parties]
    return Recording("real call", "auto-repairs-40", "en", Sound(np.stack(channels), parties[0].rate), ())


def read_sentences(folder: Path, count: int | None = None, seed: int = 0) -> Recording:
    """String the German sentences together in the manifest's order, silence of PAUSES between them, as one call."""
    rng = np.random.default_rng(seed)
    parts, said, at = [], [], 0
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        for row in islice(csv.DictReader(manifest), count):
            silence = np.zeros(int(rng.uniform(*PAUSES) * RATE), np.float32)
            sentence = decode([folder / row["path"]]).samples[0]
            start = at + silence.shape[0]
            at = start + sentence.shape[0]
            parts += [silence, sentence]
            said.append(Sentence(0, tuple(normalise(row["text"], "de")), start / RATE, at / RATE))
    sound = Sound(np.concatenate(parts)[np.newaxis], RATE)
    return Recording("kerstin_de", "kerstin_de", "de", sound, tuple(said))


def in_time(said: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Sort by start, then channel."""
    return tuple(sorted(said, key=lambda sentence: (sentence.start, sentence.channel)))


def shortened(recording: Recording, seconds: float) -> Recording:
    """Keep the first `seconds` or less, and cut where nobody is speaking as far as the truth knows."""
    kept: tuple[Sentence, ...] = ()
    cut = seconds
    for count, sentence in enumerate(recording.said):
        before = recording.said[:count]
        if before and sentence.start <= seconds and all(earlier.end <= sentence.start for earlier in before):
            kept, cut = before, sentence.start
    if recording.said and not kept:
        raise ValueError(f"{recording.name} has no pause between sentences in its first {seconds:g} s")
    sound = recording.sound
    part = Sound(sound.samples[:, : round(cut * sound.rate)], sound.rate)
    return replace(recording, sound=part, said=kept)


def through_phone(recording: Recording) -> Recording:
    """Return the call as a telephone passes it on, at 16 kHz so that nobody's resampler matters."""
    import soxr

    sound = recording.sound
    wide = [np.asarray(soxr.resample(channel, sound.rate, RATE)) for channel in sound.samples]
    return replace(recording, sound=Sound(np.stack([phone(channel) for channel in wide]), RATE))


def write_item(recording: Recording, condition: Condition, folder: Path) -> Item:
    """Write one condition of a call: one file with all its channels, and one per channel."""
    heard = through_phone(recording) if condition == "phone" else recording
    sound = heard.sound
    stem = f"{recording.name}.{condition}"
    parts = tuple(
        write(folder / f"{stem}.{number}.wav", Sound(channel[np.newaxis], sound.rate))
        for number, channel in enumerate(sound.samples)
    )
    whole = write(folder / f"{stem}.wav", sound)
    return Item(
        recording.corpus, recording.name, recording.language, condition, whole, parts, sound.seconds, recording.said
    )
