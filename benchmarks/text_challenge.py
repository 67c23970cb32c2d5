"""The challenge set: service calls as they go wrong for a reader of single words, by phenomenon, with the turn before
and without it.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np

from machine import Figures
from stimmung.models.emotion_labels import POLARITIES, SERVICE_CLASSES
from stimmung.speech.engines import SpokenText
from text_bench import Bench, cell, interval_figures, show
from text_judged import Ints, Judged, Side
from text_scores import Interval, accuracy, choice_scores, interval, macro_f1

FOLDER = Path(__file__).resolve().parent / "challenge"
LANGUAGES: Final = ("de", "en")
COLUMNS = 5
SHOWN = 20  # errors a language
ERRORS_FILE = "text_emotion_challenge_errors.tsv"
QUICK_EVERY = 4  # of the set, the first of so many


@dataclass(frozen=True, slots=True)
class Item:
    """One utterance: what is hard about it, its polarity and service class, the turn before, the text."""

    language: str
    phenomenon: str
    polarity: str
    emotion: str
    context: str
    text: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """An item whose polarity was not found; the fields are the columns of the file of errors."""

    model: str
    language: str
    phenomenon: str
    polarity: str
    found: str
    score: str
    emotion: str
    likeliest: str
    context: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a side says of the items with the turn before them, and without it."""

    given: Judged
    alone: Judged


def challenge(bench: Bench) -> Figures:
    """Score polarity and the likeliest class on the whole set, and list the errors."""
    figures: Figures = {}
    errors: list[Mistake] = []
    for language in LANGUAGES:
        items = read_challenge(FOLDER / f"{language}.tsv")[:: QUICK_EVERY if bench.quick else 1]
        answers = [answers_of(bench, side, items) for side in bench.sides]
        figures[language] = {
            "texts": len(items),
            **{side.role: item_figures(items, own) for side, own in zip(bench.sides, answers, strict=True)},
        }
        titles = [side.title for side in bench.sides]
        _show(f"challenge, {language}", items, titles, answers)
        wrong = [mistakes(title, items, own.given) for title, own in zip(titles, answers, strict=True)]
        errors += [one for own in wrong for one in own]
        _show_errors(language, wrong[0])
    if bench.pictures is not None:
        write_errors(bench.pictures / ERRORS_FILE, errors)
    return figures


def read_challenge(file: Path) -> list[Item]:
    """Read a file of the set: phenomenon, polarity, emotion, context, text by tabs; the language is the file's name.

    Raises ValueError, which names the line, where it is not that.
    """
    items = []
    for number, line in enumerate(file.read_text("utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        row = [field.strip() for field in line.split("\t")]
        if len(row) != COLUMNS:
            raise ValueError(f"{file.name}, line {number}: {len(row)} columns instead of {COLUMNS}")
        phenomenon, polarity, emotion, context, text = row
        if polarity not in POLARITIES or emotion not in SERVICE_CLASSES or not text:
            raise ValueError(f"{file.name}, line {number}: unknown polarity {polarity!r} or emotion {emotion!r}")
        items.append(Item(file.stem, phenomenon, polarity, emotion, context, text))
    return items


def answers_of(bench: Bench, side: Side, items: Sequence[Item]) -> Answers:
    """Have a side read the items of one language."""
    language = items[0].language
    given = [SpokenText(item.text, language, item.context) for item in items]
    alone = [SpokenText(item.text, language) for item in items]
    return Answers(
        bench.judged(side, f"challenge-{language}", given), bench.judged(side, f"challenge-{language}-alone", alone)
    )


def polarities_of(items: Sequence[Item]) -> Ints:
    """Return indices into POLARITIES."""
    return np.array([POLARITIES.index(item.polarity) for item in items], np.intp)


def classes_of(items: Sequence[Item]) -> Ints:
    """Return indices into SERVICE_CLASSES."""
    return np.array([SERVICE_CLASSES.index(item.emotion) for item in items], np.intp)


def share_right(truth: Ints, found: Ints) -> Interval:
    """Return the accuracy and its bootstrap interval."""
    return interval(len(truth), lambda texts: accuracy(truth[texts], found[texts]))


def class_share(items: Sequence[Item], judged: Judged) -> Interval | None:
    """Return how often the likeliest service class is right; None for a model that knows none."""
    return None if judged.likeliest_class is None else share_right(classes_of(items), judged.likeliest_class)


def context_gain(truth: Ints, answers: Answers) -> Interval:
    """Return how much the turn before helps, over the same items."""
    given, alone = answers.given.polarity == truth, answers.alone.polarity == truth
    return interval(len(truth), lambda texts: float(given[texts].mean() - alone[texts].mean()))


def item_figures(items: Sequence[Item], answers: Answers) -> Figures:
    """Return a side's figures."""
    truth, given = polarities_of(items), answers.given
    right, alone, gain = (
        share_right(truth, given.polarity),
        share_right(truth, answers.alone.polarity),
        context_gain(truth, answers),
    )
    emotion = class_share(items, given)
    return {
        "accuracy": right.value,
        "accuracy_interval": interval_figures(right),
        "macro_f1": macro_f1(choice_scores(truth, given.polarity, POLARITIES)),
        "accuracy_without_context": alone.value,
        "accuracy_without_context_interval": interval_figures(alone),
        "context_gain": gain.value,
        "context_gain_interval": interval_figures(gain),
        "class_accuracy": emotion.value if emotion else None,
        "class_accuracy_interval": interval_figures(emotion),
        "phenomena": by_phenomenon(items, given),
    }


def by_phenomenon(items: Sequence[Item], judged: Judged) -> dict[str, float]:
    """Return the accuracy of polarity for each phenomenon, in the order of the set."""
    right = judged.polarity == polarities_of(items)
    names = dict.fromkeys(item.phenomenon for item in items)
    return {
        name: float(np.mean([hit for item, hit in zip(items, right, strict=True) if item.phenomenon == name]))
        for name in names
    }


def mistakes(model: str, items: Sequence[Item], judged: Judged) -> list[Mistake]:
    """Return the items whose polarity `model` did not find."""
    likeliest = judged.likeliest_class
    found = []
    for place, item in enumerate(items):
        polarity = POLARITIES[int(judged.polarity[place])]
        if polarity == item.polarity:
            continue
        negative, _, positive = judged.polarities[place]
        emotion = "" if likeliest is None else SERVICE_CLASSES[int(likeliest[place])]
        found.append(
            Mistake(
                model=model,
                language=item.language,
                phenomenon=item.phenomenon,
                polarity=item.polarity,
                found=polarity,
                score=f"{positive - negative:+.2f}",
                emotion=item.emotion,
                likeliest=emotion,
                context=item.context,
                text=item.text,
            )
        )
    return found


def write_errors(file: Path, found: Sequence[Mistake]) -> None:
    """Write the mistakes of all sides, tab-separated under a header."""
    rows = [[field.name for field in fields(Mistake)], *([str(value) for value in astuple(one)] for one in found)]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")
    print(f"{len(found)} errors written to {file}")


def _show(title: str, items: Sequence[Item], sides: Sequence[str], answers: Sequence[Answers]) -> None:
    truth = polarities_of(items)
    shares: dict[str, list[Interval | None]] = {
        "polarity": [share_right(truth, own.given.polarity) for own in answers],
        "polarity, turn before not given": [share_right(truth, own.alone.polarity) for own in answers],
        "gained by the turn before": [context_gain(truth, own) for own in answers],
        "likeliest of nine classes": [class_share(items, own.given) for own in answers],
    }
    rows = [[what, str(len(items)), *(cell(share) for share in own)] for what, own in shares.items()]
    phenomena = [by_phenomenon(items, own.given) for own in answers]
    for name in phenomena[0]:
        count = sum(item.phenomenon == name for item in items)
        rows.append([name, str(count), *(cell(own[name]) for own in phenomena)])
    show(f"{title}: accuracy (95 %)", ["", "texts", *sides], rows)


def _show_errors(language: str, found: Sequence[Mistake]) -> None:
    print(f"challenge, {language}: {len(found)} polarities wrong, the first {min(SHOWN, len(found))}:")
    for one in found[:SHOWN]:
        before = f"[{one.context}] " if one.context else ""
        print(f"  {one.phenomenon}: {one.found} {one.score} instead of {one.polarity}: {before}{one.text}")
