"""How right the pitch tracker is, and how fast: against pYIN on acted and read speech, and on sounds of known pitch.

Run `python benchmarks/pitch.py --data ../shared/data [--quick] [--output]`. pYIN (librosa) hears the clean recordings
only; its pitch is the reference for the telephone too, where it loses the octave itself (`pyin_gross_phone`).
"""

import argparse
import csv
import datetime
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from machine import Figures, headline, processor, result_file, save
from pitch_sounds import CONDITIONS, Sung, hear, sung
from sounds import phone
from stimmung.speech.decode import decode
from stimmung.speech.pitch import HOP, Pitch, PitchOptions, track_pitch
from stimmung.speech.records import SAMPLE_RATE, Samples

FOLDERS = {"emodb": (26, 4), "kerstin_de": (6, 1)}  # recordings of each, and with --quick
SUNG, QUICK_SUNG = 40, 8
GROSS = 0.2  # share by which a pitch is grossly wrong
BINS = 0.05  # semitones: what pYIN rounds to; its default of 0.1 alone costs 2.5 cents in the median
PYIN_FRAME = 1024  # samples: 64 ms, what our frames hold
REPETITIONS = 5  # the best counts

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A recording, mono (samples,) at 16 kHz, and the pitch of its frames, 0 where unvoiced."""

    name: str
    samples: Samples
    hertz: Samples


@dataclass(slots=True)
class Tally:
    """Frames of one condition, pooled."""

    cents: list[Samples]  # errors of the frames that both call voiced
    both: int = 0
    ours: int = 0
    theirs: int = 0
    same: int = 0
    frames: int = 0

    def add(self, ours: Samples, theirs: Samples) -> None:
        """Count frames; NaN, where theirs cannot tell, and what one side has more at the end are left out."""
        count = min(ours.shape[0], theirs.shape[0])
        known = ~np.isnan(theirs[:count])
        mine, other = ours[:count][known], theirs[:count][known]
        both = (mine > 0) & (other > 0)
        self.cents.append(np.asarray(1200 * np.log2(mine[both] / other[both]), dtype=np.float32))
        self.both += int(both.sum())
        self.ours += int((mine > 0).sum())
        self.theirs += int((other > 0).sum())
        self.same += int(((mine > 0) == (other > 0)).sum())
        self.frames += int(known.sum())

    def figures(self) -> Figures:
        """Return errors and how far the two agree on what is voiced."""
        cents = np.concatenate(self.cents)
        high, low = 1200 * np.log2(1 + GROSS), 1200 * np.log2(1 - GROSS)
        return {
            "median_cents": round(float(np.median(np.abs(cents))), 2) if cents.size else None,
            "gross": _share(int(((cents > high) | (cents < low)).sum()), self.both),
            "gross_up": _share(int((cents > high).sum()), self.both),
            "voiced_that_we_find": _share(self.both, self.theirs),
            "our_voiced_that_is": _share(self.both, self.ours),
            "voicing_agreement": _share(self.same, self.frames),
            "frames": self.frames,
        }


def main() -> None:
    """Measure, and end with one line of JSON."""
    options = arguments()
    print(headline())
    figures: Figures = {"quick": options.quick, "known": known(QUICK_SUNG if options.quick else SUNG, options.seed)}
    recordings = load(options.data, options.quick, options.seed)
    figures["speech"] = speech(recordings)
    figures["speed"] = speed([recording.samples for recording in recordings])
    if options.output is not None:
        today = datetime.datetime.now(datetime.UTC).date()
        output = Path(options.output) if options.output else result_file(today, processor())
        save(output, "pitch", figures)
        print(f"written to {output}")
    print(json.dumps(summary(figures)))


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the development data")
    parser.add_argument("--quick", action="store_true", help="a few recordings, under a minute")
    parser.add_argument("--seed", type=int, default=0, help="which recordings and sounds")
    parser.add_argument("--output", nargs="?", const="", metavar="FILE", help="keep the figures in benchmarks/results")
    return parser.parse_args(given)


def known(count: int, first: int = 0) -> Figures:
    """Track sounds whose pitch is known, in each condition; the reference is the truth."""
    found: Figures = {}
    voices: list[Sung] = [sung(seed) for seed in range(first, first + count)]
    for condition in CONDITIONS:
        tally = Tally([])
        for seed, voice in enumerate(voices, first):
            tally.add(track_pitch(hear(voice.samples, condition, seed)).hertz, voice.hertz)
        found[condition] = tally.figures()
        show(f"known pitch, {condition}", found[condition])
    return found


def load(data: Path, quick: bool, seed: int = 0) -> list[Recording]:
    """Return a seeded choice of recordings with pYIN's pitch of each."""
    rng = np.random.default_rng(seed)
    found = []
    for folder, counts in FOLDERS.items():
        with (data / folder / "manifest.csv").open(encoding="utf-8") as file:
            paths = [row["path"] for row in csv.DictReader(file)]
        for index in rng.choice(len(paths), counts[quick], replace=False):
            samples = decode([data / folder / paths[index]]).samples[0]
            found.append(Recording(folder, samples, pyin(samples, BINS)))
    return found


def pyin(samples: Samples, bins: float) -> Samples:
    """Return the slow reference's pitch, 0 where unvoiced; frame i is centred on i * HOP, as ours."""
    import librosa

    hertz, voiced, _ = librosa.pyin(
        samples,
        fmin=PitchOptions().lowest,
        fmax=PitchOptions().highest,
        sr=SAMPLE_RATE,
        frame_length=PYIN_FRAME,
        hop_length=round(HOP * SAMPLE_RATE),
        resolution=bins,
        fill_na=0.0,
    )
    return np.where(voiced, hertz, 0).astype(np.float32)


def speech(recordings: Sequence[Recording]) -> Figures:
    """Hold ours against pYIN: all recordings, and each folder's by itself; and pYIN on the phone against itself."""
    found: Figures = {}
    names = sorted({recording.name for recording in recordings})
    for condition in ("clean", "phone"):
        tallies = {name: Tally([]) for name in ("all", *names)}
        for recording in recordings:
            hertz = heard(recording.samples, condition).hertz
            for name in ("all", recording.name):
                tallies[name].add(hertz, recording.hertz)
        found[condition] = {name: tally.figures() for name, tally in tallies.items()}
        for name, figures in found[condition].items():
            show(f"against pYIN, {condition}, {name}", figures)
    itself = Tally([])
    for recording in recordings:
        itself.add(pyin(phone(recording.samples), 2 * BINS), recording.hertz)
    found["pyin_phone"] = itself.figures()
    show("pYIN on the phone against pYIN", found["pyin_phone"])
    return found


def heard(samples: Samples, condition: str) -> Pitch:
    return track_pitch(phone(samples) if condition == "phone" else samples)


def speed(sounds: Sequence[Samples]) -> Figures:
    """Time one recording after another by the processor's clock, so that a second core does not help."""
    seconds = sum(sound.shape[0] for sound in sounds) / SAMPLE_RATE
    ours = seconds / best_of(REPETITIONS, lambda: [track_pitch(sound) for sound in sounds])
    few = sounds[:3]
    few_seconds = sum(sound.shape[0] for sound in few) / SAMPLE_RATE
    theirs = few_seconds / best_of(1, lambda: [pyin(sound, 2 * BINS) for sound in few])
    print(f"ours {ours:.0f} times real time ({1000 / ours:.2f} ms a second of sound), pYIN {theirs:.1f}")
    return {
        "pitch_times_real_time": round(ours),
        "pyin_times_real_time": round(theirs, 1),
        "ms_per_second": round(1000 / ours, 3),
        "seconds_a_recording": round(seconds / len(sounds), 2),
        "librosa": version("librosa"),
    }


def best_of(repetitions: int, work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """Return the seconds of the quickest repetition."""
    times = []
    for _ in range(repetitions):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def summary(figures: Figures) -> Figures:
    """Return the keys of the last line."""
    found: Figures = {}
    for condition in ("clean", "phone"):
        whole = figures["speech"][condition]["all"]
        found[f"pitch_median_cents_{condition}"] = whole["median_cents"]
        found[f"pitch_gross_{condition}"] = whole["gross"]
        found[f"pitch_voiced_recall_{condition}"] = whole["voiced_that_we_find"]
        found[f"pitch_voiced_precision_{condition}"] = whole["our_voiced_that_is"]
        found[f"voicing_agreement_{condition}"] = whole["voicing_agreement"]
    found["pyin_gross_phone"] = figures["speech"]["pyin_phone"]["gross"]
    for condition, each in figures["known"].items():
        found[f"known_median_cents_{condition}"] = each["median_cents"]
        found[f"known_gross_{condition}"] = each["gross"]
    return {**found, **{key: figures["speed"][key] for key in ("pitch_times_real_time", "pyin_times_real_time")}}


def show(title: str, figures: Figures) -> None:
    """Print one line to read."""
    print(f"{title}: " + ", ".join(f"{name} {value}" for name, value in figures.items()), flush=True)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


if __name__ == "__main__":
    main()
