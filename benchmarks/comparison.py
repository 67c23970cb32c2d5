"""Ours and others on the same items: seconds side by side, words against the truth, and what follows from both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus import Condition, Item
from interleave import Timing, interleave, total_median
from listeners import Heard, Job, Listener
from machine import Figures
from normalise import Language, normalise
from wer import Difference, Errors, difference, rate, score

OURS, THEIRS = "stimmung", "batched"
BATCHES = (8, 16)
LANGUAGES: tuple[Language, ...] = ("de", "en")


@dataclass(frozen=True, slots=True)
class Setting:
    """How to listen: beam 1 is greedy; the batched pipeline's batch by corpus."""

    beam_size: int
    batches: Mapping[str, int]

    def job(self, item: Item) -> Job:
        """Return an item as work for a listener."""
        batch = self.batches.get(item.corpus, BATCHES[0])
        return Job(item.file, item.channel_files, item.language, self.beam_size, batch)


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What both sides made of one item, a result a repetition."""

    item: Item
    ours: tuple[Heard, ...]
    theirs: tuple[Heard, ...]

    @property
    def our_timing(self) -> Timing:
        return Timing(tuple(heard.seconds for heard in self.ours))

    @property
    def their_timing(self) -> Timing:
        return Timing(tuple(heard.seconds for heard in self.theirs))

    @property
    def same_text(self) -> bool:
        """Whether our text came out the same every time."""
        channels = range(len(self.item.channel_files))
        return len({tuple(heard.text(channel) for channel in channels) for heard in self.ours}) == 1


@dataclass(frozen=True, slots=True)
class Words:
    """The errors of both sides over the same sentences."""

    ours: tuple[Errors, ...]
    theirs: tuple[Errors, ...]

    def __add__(self, other: "Words") -> "Words":
        return Words(self.ours + other.ours, self.theirs + other.theirs)

    @property
    def difference(self) -> Difference:
        return difference(self.ours, self.theirs)


def choose_batches(items: Sequence[Item], theirs: Listener, beam_size: int) -> dict[str, int]:
    """Return the faster batch of BATCHES for each corpus, found on its longest item."""
    chosen = {}
    for corpus in dict.fromkeys(item.corpus for item in items):
        item = max((item for item in items if item.corpus == corpus), key=lambda item: item.seconds)
        seconds = [theirs.listen(Setting(beam_size, {corpus: batch}).job(item)).seconds for batch in BATCHES]
        chosen[corpus] = BATCHES[int(np.argmin(seconds))]
        print(
            f"{item.name}, beam {beam_size}:",
            ", ".join(f"batch {b} {s:.1f} s" for b, s in zip(BATCHES, seconds, strict=True)),
        )
    return chosen


def compare(
    items: Sequence[Item], setting: Setting, ours: Listener, theirs: Listener, repetitions: int
) -> list[Compared]:
    """Have both sides listen to every item, in turn."""
    compared = []
    for item in items:
        job = setting.job(item)
        sides = {OURS: lambda job=job: ours.listen(job), THEIRS: lambda job=job: theirs.listen(job)}
        heard = interleave(sides, repetitions)
        compared.append(Compared(item, tuple(heard[OURS]), tuple(heard[THEIRS])))
        medians = compared[-1].our_timing.median, compared[-1].their_timing.median
        print(
            f"{item.name}, {item.condition}, beam {setting.beam_size}: {medians[0]:.2f} s, {medians[1]:.2f} s",
            flush=True,
        )
    return compared


def speed_ratio(compared: Sequence[Compared]) -> float:
    """Return their total seconds over ours, the median of each item's repetitions."""
    theirs = total_median([one.their_timing for one in compared])
    return theirs / total_median([one.our_timing for one in compared])


def words(compared: Sequence[Compared], language: Language | None = None) -> Words | None:
    """Return the errors of each side's first repetition, of one language or all; None where no truth is known."""
    found = Words((), ())
    for one in compared:
        if one.item.said and language in {None, one.item.language}:
            found += Words(tuple(item_errors(one.item, one.ours[0])), tuple(item_errors(one.item, one.theirs[0])))
    return found if found.ours else None


def item_errors(item: Item, heard: Heard) -> list[Errors]:
    """Score every channel of an item on which somebody speaks."""
    return [
        error
        for channel in range(len(item.channel_files))
        if (sentences := item.sentences(channel))
        for error in score(sentences, normalise(heard.text(channel), item.language))
    ]


def word_figures(compared: Sequence[Compared], mode: str, condition: Condition) -> Figures:
    """Return the word error rates, and differences with their intervals in total and by language."""
    ending = mode if condition == "clean" else f"{mode}_{condition}"
    figures: Figures = {}
    for language in (None, *LANGUAGES):
        errors = words(compared, language)
        if errors is None:
            continue
        name = ending if language is None else f"{language}_{ending}"
        gap = errors.difference
        figures[f"wer_ours_{name}"] = round(rate(errors.ours), 4)
        figures[f"wer_fw_{name}"] = round(rate(errors.theirs), 4)
        figures[f"wer_difference_{name}"] = round(gap.value, 4)
        figures[f"wer_difference_{name}_interval"] = [round(gap.low, 4), round(gap.high, 4)]
    return figures
