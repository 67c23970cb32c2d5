"""How far words' times are from when they sound: starts and ends apart, clean and through the phone channel.

Run `python benchmarks/word_times.py [--quick]`; needs Debian's espeak-ng. Errors are |heard - true| of words that were
recognised rightly; faster-whisper's batched pipeline hears the same files for comparison.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import jiwer
import numpy as np
from rich.console import Console
from rich.table import Table

from espeak import SpokenWord
from listeners import Heard, Job, Listener
from machine import Figures, headline
from normalise import plain
from stimmung.speech.records import Word
from wav import Sound, write
from word_truth import TimedSpeech, alone, sample_calls, spoken_sentences

SENTENCES, QUICK_SENTENCES = 100, 10
ALONE = "samples_alone"  # the group of words between silence on both sides
FAR = 1.0  # s: errors beyond it are counted by themselves too; they are part of all figures
Condition = Literal["clean", "phone"]


@dataclass(frozen=True, slots=True)
class Errors:
    """Heard minus true, in ms, of one recording; `known` words have a true time, `matched` of them were recognised."""

    starts: tuple[float, ...]
    ends: tuple[float, ...]  # before a pause
    joined_ends: tuple[float, ...]  # in running speech
    known: int
    matched: int


def main() -> None:
    """Measure, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sentences and one condition, under a minute")
    options = parser.parse_args()
    print(headline())
    with Listener("stimmung") as ours, Listener("batched") as theirs:
        figures = measure(ours, options.quick)
        figures |= {f"fw_{name}": value for name, value in measure(theirs, options.quick).items()}
    print(json.dumps(figures))


def measure(listener: Listener, quick: bool) -> Figures:
    """Return the figures of one recogniser: greedy, pooled over all recordings of a condition, and by group."""
    speech, figures = truth(QUICK_SENTENCES if quick else SENTENCES, quick)
    conditions: tuple[Condition, ...] = ("clean",) if quick else ("clean", "phone")
    with tempfile.TemporaryDirectory() as folder:
        for condition in conditions:
            heard = [part.through_phone() if condition == "phone" else part for part in speech]
            groups = grouped([(part, listen(part, listener, Path(folder))) for part in heard])
            show(condition, groups)
            ending = "" if condition == "clean" else f"_{condition}"
            pooled = [error for name, parts in groups.items() if name != ALONE for error in parts]
            figures |= {f"{name}{ending}": value for name, value in summary(pooled).items()}
            for group, parts in groups.items():
                figures |= {f"{group}_{name}{ending}": value for name, value in summary(parts).items()}
    return figures


def grouped(heard: Sequence[tuple[TimedSpeech, Heard]]) -> dict[str, list[Errors]]:
    """Return the errors by kind of truth; words that stand alone are a part of those that border on silence."""
    groups: dict[str, list[Errors]] = {}
    for speech, result in heard:
        if speech.name.startswith("espeak"):
            groups[speech.name] = [errors(speech, result)]
        else:
            groups.setdefault("samples", []).append(errors(speech, result))
            groups.setdefault(ALONE, []).append(errors(alone(speech), result))
    return groups


def truth(count: int, quick: bool) -> tuple[list[TimedSpeech], Figures]:
    """Return everything whose word times are known, and how espeak-ng's events lie to what can be heard."""
    german, checked_german = spoken_sentences("de", count)
    english, checked_english = spoken_sentences("en", count)
    starts = [*checked_german.starts, *checked_english.starts]
    ends = [*checked_german.ends, *checked_english.ends]
    figures: Figures = {}
    for edge, values in (("start", starts), ("end", ends)):
        figures[f"espeak_heard_after_{edge}_event_ms"] = [round(float(v)) for v in np.percentile(values, (5, 50, 95))]
    calls = sample_calls()
    return [german, english, *(calls[-1:] if quick else calls)], figures


def listen(speech: TimedSpeech, listener: Listener, folder: Path) -> Heard:
    """Write a recording, one file for all channels and one for each, and have it heard."""
    rate = speech.sound.rate
    whole = write(folder / f"{speech.name}.wav", speech.sound)
    parts = tuple(
        write(folder / f"{speech.name}.{number}.wav", Sound(channel[np.newaxis], rate))
        for number, channel in enumerate(speech.sound.samples)
    )
    return listener.listen(Job(whole, parts, speech.language, beam_size=1))


def errors(speech: TimedSpeech, heard: Heard) -> Errors:
    """Compare the times of all words that were recognised rightly and whose true times are known."""
    pairs = [pair for channel, words in enumerate(speech.words) for pair in matches(words, heard.words(channel))]
    starts = [1000 * (word.start - true.start) for true, word in pairs if true.start is not None]
    ends = [(true.joined, 1000 * (word.end - true.end)) for true, word in pairs if true.end is not None]
    return Errors(
        starts=tuple(starts),
        ends=tuple(error for joined, error in ends if not joined),
        joined_ends=tuple(error for joined, error in ends if joined),
        known=sum(word.start is not None for words in speech.words for word in words),
        matched=len(starts),
    )


def matches(truth_words: Sequence[SpokenWord], heard: Sequence[Word]) -> Iterator[tuple[SpokenWord, Word]]:
    """Yield true and heard words that an alignment of the whole channel takes for the same one."""
    true = [(token, word) for word in truth_words for token in plain(word.text)]
    found = [(token, word) for word in heard for token in plain(word.text)]
    if not true or not found:
        return
    alignment = jiwer.process_words(" ".join(token for token, _ in true), " ".join(token for token, _ in found))
    for chunk in alignment.alignments[0]:
        if chunk.type == "equal":
            ours = true[chunk.ref_start_idx : chunk.ref_end_idx]
            theirs = found[chunk.hyp_start_idx : chunk.hyp_end_idx]
            yield from ((one[1], other[1]) for one, other in zip(ours, theirs, strict=True))


def summary(parts: Sequence[Errors]) -> Figures:
    """Return medians and 95th percentiles of the absolute errors, and how many words they are about."""
    starts = np.abs([error for part in parts for error in part.starts])
    before_pause = np.abs([error for part in parts for error in part.ends])
    joined = np.abs([error for part in parts for error in part.joined_ends])
    ends = np.concatenate([before_pause, joined])
    figures: Figures = {}
    for edge, values in (("start", starts), ("end", ends), ("end_before_pause", before_pause), ("end_joined", joined)):
        if values.size:
            figures[f"word_{edge}_median_ms"] = round(float(np.median(values)))
            figures[f"word_{edge}_p95_ms"] = round(float(np.percentile(values, 95)))
    known = sum(part.known for part in parts)
    figures["words_known"] = known
    figures["words_matched_share"] = round(sum(part.matched for part in parts) / known, 3) if known else None
    figures["words_far"] = int((starts > 1000 * FAR).sum() + (ends > 1000 * FAR).sum())
    return figures


def worst(figures: Figures) -> tuple[int, int]:
    """Return the larger median and the larger 95th percentile of starts and ends, clean, in ms."""
    median = max(figures["word_start_median_ms"], figures["word_end_median_ms"])
    return median, max(figures["word_start_p95_ms"], figures["word_end_p95_ms"])


def show(condition: Condition, groups: dict[str, list[Errors]]) -> None:
    """Print a line for each group, signed medians too: they tell whether times are early or late."""
    table = Table(title=f"word times, {condition}: median / 95th percentile of the error, signed median, ms")
    for column in ("group", "words", "matched", "starts", "ends", "ends before a pause", "ends in running speech"):
        table.add_column(column)
    for name, parts in groups.items():
        starts = [error for part in parts for error in part.starts]
        before_pause = [error for part in parts for error in part.ends]
        joined = [error for part in parts for error in part.joined_ends]
        known, matched = sum(part.known for part in parts), sum(part.matched for part in parts)
        cells = [_cell(values) for values in (starts, before_pause + joined, before_pause, joined)]
        table.add_row(name, str(known), f"{matched / max(known, 1):.0%}", *cells)
    Console().print(table)


def _cell(values: Sequence[float]) -> str:
    if not values:
        return "-"
    size = np.abs(values)
    return f"{np.median(size):.0f} / {np.percentile(size, 95):.0f} ({np.median(values):+.0f})"


if __name__ == "__main__":
    main()
