"""How much speech is taken for music or tones (none should be), how much of these is found, and at what speed.

Run `python benchmarks/events.py --data ../shared/data [--quick]`. Speech is strung together without pauses, which is
harder than a call; each stream is heard clean and through the phone channel.
"""

import argparse
import json
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from music import music
from sounds import RATE, Clip, Kind, make, phone
from stimmung.speech.decode import decode
from stimmung.speech.events import find_events
from stimmung.speech.records import Audio, Event, Samples

SPEECH = ("calls", "kerstin_de/audio", "emodb/audio", "nemo_pl/audio")
STREAM = 300.0  # seconds that files are strung together to
OVER_MUSIC = (0, 5, 10, 15)  # dB that speech is louder than the music under it
FRAME = RATE // 50  # samples: 20 ms

Flags = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Tally:
    """Seconds of something, and how many of them were marked."""

    seconds: float = 0.0
    marked: float = 0.0
    examples: list[str] = field(default_factory=list)

    def add(self, wanted: Flags, marked: Flags) -> None:
        self.seconds += float(wanted.sum()) / RATE
        self.marked += float((wanted & marked).sum()) / RATE

    @property
    def share(self) -> float:
        return round(self.marked / self.seconds, 4) if self.seconds else 0.0


def main() -> None:
    """Measure, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the development data")
    parser.add_argument("--quick", action="store_true", help="a small part of it, under a minute")
    parser.add_argument("--seed-base", type=int, default=0, help="first seed of the generated sounds")
    options = parser.parse_args()
    clips = 6 if options.quick else 40
    streams = list(speech_streams(options.data, limit=12 if options.quick else None))
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}")
    figures: dict[str, float] = {}
    for name, heard in (("clean", streams), ("phone", [phone(stream) for stream in streams])):
        tally = speech_marked(heard)
        figures[f"speech_seconds_{name}"] = round(tally.seconds, 1)
        figures[f"speech_marked_seconds_{name}"] = round(tally.marked, 3)
        print(f"speech, {name}: {tally.marked:.2f} of {tally.seconds:.0f} s marked", *tally.examples)
    for decibels in OVER_MUSIC:
        tally = over_music(streams, decibels, clips, options.seed_base)
        figures[f"speech_marked_share_{decibels}_db_over_music"] = tally.share
        print(f"speech {decibels} dB over music: {tally.marked:.1f} of {tally.seconds:.0f} s marked")
    for kind in ("ring", "tones", "music"):
        tally = recall(kind, range(options.seed_base, options.seed_base + clips))
        figures[f"recall_{kind}"] = tally.share
        print(f"{kind}: {tally.marked:.0f} of {tally.seconds:.0f} s found")
    figures["times_real_time"] = speed(streams)
    print(json.dumps(figures))


def speech_streams(data: Path, limit: int | None) -> Iterator[Samples]:
    """Yield mono speech, the files of a folder strung together to STREAM seconds."""
    for folder in SPEECH:
        waiting: list[Samples] = []
        files = sorted((data / folder).glob("*.flac"))
        if not files:
            raise SystemExit(f"no recordings in {data / folder}")
        for path in files[:limit]:
            waiting.append(decode([path]).samples[0])
            if sum(part.shape[0] for part in waiting) > STREAM * RATE:
                yield np.concatenate(waiting)
                waiting = []
        if waiting:
            yield np.concatenate(waiting)


def speech_marked(streams: Sequence[Samples]) -> Tally:
    tally = Tally()
    for index, stream in enumerate(streams):
        events = find_events(Audio(stream[None]))
        tally.add(np.ones(stream.shape[0], dtype=bool), mark(events, stream.shape[0]))
        tally.examples += [f"stream {index}: {event}" for event in events]
    return tally


def over_music(streams: Sequence[Samples], decibels: float, clips: int, seed_base: int) -> Tally:
    """Speak over music (root mean squares `decibels` apart), and count the seconds in which a voice sounds."""
    tally = Tally()
    for seed in range(seed_base, seed_base + clips):
        speech = streams[seed % len(streams)][: 20 * RATE]
        voiced = sounding(speech)
        speech = speech / np.sqrt(np.mean(speech[voiced] ** 2)) * 0.05
        under = music(seed, 20.0)[: speech.shape[0]]
        under *= 0.05 * 10 ** (-decibels / 20) / np.sqrt(np.mean(under**2))
        heard = phone(np.clip(speech + under, -1, 1))
        tally.add(voiced, mark(find_events(Audio(heard[None])), heard.shape[0]))
    return tally


def sounding(speech: Samples) -> Flags:
    """Mark the samples of frames within 30 dB of the loud ones."""
    frames = speech[: speech.shape[0] // FRAME * FRAME].reshape(-1, FRAME)
    level = np.sqrt(np.mean(frames**2, axis=1))
    marked = np.zeros(speech.shape[0], dtype=bool)
    marked[: frames.size] = np.repeat(level > 0.03 * np.percentile(level, 95), FRAME)
    return marked


def recall(kind: Kind, seeds: range) -> Tally:
    """Count the seconds in which a tone or music sounds, and those marked as what they are."""
    tally = Tally()
    for seed in seeds:
        made: Clip = make(kind, seed)
        wanted = "music" if kind == "music" else "tone"
        events = [event for event in find_events(Audio(made.samples[None])) if event.kind == wanted]
        tally.add(made.sounding, mark(events, made.samples.shape[0]))
    return tally


def mark(events: Sequence[Event], samples: int) -> Flags:
    marked = np.zeros(samples, dtype=bool)
    for event in events:
        marked[int(event.start * RATE) : int(event.end * RATE)] = True
    return marked


def speed(streams: Sequence[Samples]) -> float:
    """Return seconds of sound per second of work on one channel, the best of five."""
    audio = Audio(np.concatenate(streams)[None, : 600 * RATE])
    times = []
    for _ in range(5):
        start = time.perf_counter()
        find_events(audio)
        times.append(time.perf_counter() - start)
    return round(audio.duration / min(times))


if __name__ == "__main__":
    main()
