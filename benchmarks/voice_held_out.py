"""EMO-DB, each actor by a head that never heard him or her: seven classes cut alike, four uncut, behind each line."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from machine import Figures
from stimmung.models.training.voice_fit import Labelled
from text_bench import cell, interval_figures, show, skip
from text_scores import Interval
from voice_bench import SHORT, WHOLE, Bench, EmoDb
from voice_conditions import PHONE
from voice_folds import Outcome
from voice_rivals import logistic
from voice_scores import Bools, by_speaker, recalls, uar

NAMES: Final[Mapping[str, str]] = {SHORT: "uar7_2s", WHOLE: "uar4"}  # what the figures of each group are called
TITLES: Final[Mapping[str, str]] = {SHORT: "7 classes, all cut to 2 s", WHOLE: "4 classes, uncut"}


def held_out(bench: Bench) -> Figures | None:
    """Score every line; on the phone also what the baseline, the place in the window and the sex do."""
    if bench.emodb is None:
        skip("held_out", "no --data")
        return None
    figures: Figures = {"clips": len(bench.emodb.clips), "lines": {}}
    for line in bench.emodb.lines:
        figures["lines"][line] = {NAMES[group]: line_figures(bench.emodb, line, group) for group in NAMES}
    _show_lines(figures["lines"])
    for group in NAMES:
        figures[NAMES[group]] = _on_the_phone(bench.emodb, group)
    return figures


def line_figures(emodb: EmoDb, line: str, group: str) -> Figures:
    """Return the average recall of a group behind a line, and the recall of each class."""
    judged = emodb.outcome(line, group)
    by_class = recalls(judged.examples.label, judged.found, len(judged.examples.classes))
    return {
        **interval_of(judged.uar()),
        "recall": dict(zip(judged.examples.classes, by_class.tolist(), strict=True)),
        "scored": judged.found.shape[0],
        **({"logistic": interval_of(logistic(emodb.heard(line, group)))} if line == PHONE else {}),
    }


def interval_of(one: Interval) -> Figures:
    """Return a figure and its interval, for the file of results."""
    return {"uar": one.value, "interval": interval_figures(one)}


def _on_the_phone(emodb: EmoDb, group: str) -> Figures:
    judged = emodb.outcome(PHONE, group)
    sides = {
        "shipped": judged.uar(),
        "spknorm": emodb.outcome(PHONE, group, "all").uar(),
        "no_baseline": emodb.outcome(PHONE, group, "none").uar(),
        **{f"sex_{sex}": judged.only(chosen).uar() for sex, chosen in by_sex(emodb, group, judged.examples).items()},
        **places(judged, emodb.outcome(PHONE, group, place="alone")),
    }
    show(
        f"EMO-DB on the phone, {TITLES[group]}",
        ["", "UAR (95 % over speakers)"],
        [[name, cell(one)] for name, one in sides.items()],
    )
    return {name: interval_of(one) for name, one in sides.items()}


def by_sex(emodb: EmoDb, group: str, examples: Labelled) -> dict[str, Bools]:
    """Return which utterances are of each sex, as the manifest writes it."""
    clips = emodb.group(group)
    sex = np.array([clips[place].sex for place in examples.heard.clip])
    return {str(one): sex == one for one in np.unique(sex)}


def places(packed: Outcome, alone: Outcome) -> dict[str, Interval]:
    """Return the figures of what is first in its window and of what comes later.

    These are different utterances; `later_less_first` is of the same ones, those that come later as they are less as
    they are alone in a window, where they are the first.
    """
    later = packed.examples.heard.later
    moved, kept = packed.only(later), alone.only(later)
    truth, there, here = moved.examples.label, moved.found, kept.found
    return {
        "first": packed.only(~later).uar(),
        "later": moved.uar(),
        "later_alone": kept.uar(),
        "later_less_first": by_speaker(
            moved.examples.speaker, lambda rows: uar(truth[rows], there[rows]) - uar(truth[rows], here[rows])
        ),
    }


def _show_lines(lines: Figures) -> None:
    for name, title in ((NAMES[group], TITLES[group]) for group in NAMES):
        classes = list(next(iter(lines.values()))[name]["recall"])
        rows = [
            [
                line,
                cell(Interval(own[name]["uar"], *own[name]["interval"])),
                cell(own[name]["logistic"]["uar"] if "logistic" in own[name] else None),
                *(cell(own[name]["recall"][one], 2) for one in classes),
            ]
            for line, own in lines.items()
        ]
        show(f"EMO-DB, one speaker left out, {title}", ["line", "UAR (95 %)", "states + LR", *classes], rows)
