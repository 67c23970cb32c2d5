"""What speech costs: the same texts clean and as our own recogniser wrote them down, scored in pairs.

XED knows fewer emotions than our nine classes, some of them together: its texts are scored on the five FAMILIES that
it can tell apart, of which `confusion` is none. A family is found where one of its classes is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from machine import Figures
from normalise import Language, normalise
from spoken_texts import hear, sayable
from stimmung.models.emotion_labels import SERVICE_CLASSES, XED_GROUPS, service_classes_of
from stimmung.models.training.text_corpora import LabelledText
from text_bench import Bench, cell, interval_figures, show, skip, tell
from text_judged import Bools, Ints, Judged
from text_scores import Interval, counts, interval, micro_f1
from text_sets import as_heard, spoken_texts_of, to_speak, true_classes, true_polarities
from wer import Errors, rate, score

LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")
QUICK_TEXTS = 30  # a language
POINTS = 100
# What XED can tell apart: it has one name for anger and annoyance, one for sadness and disappointment, and one for
# joy and gratitude; its surprise is none of the eight emotions, and so neutral.
FAMILIES: Final = (
    ("anger", "annoyance"),
    ("disappointment", "sadness"),
    ("fear",),
    ("gratitude", "joy"),
    ("neutral",),
)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Texts and what was heard of each, in the same order."""

    language: Language
    clean: tuple[LabelledText, ...]
    heard: tuple[LabelledText, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """How one condition of n texts was judged."""

    known: Bools  # (n,): whether the polarity is known
    right: Bools  # (n,): whether it was found
    classes: Ints | None  # (n, 3): as `counts` returns them, zeros where no classes are known; None: model has none

    def polarity(self, texts: Ints) -> float:
        """Return the accuracy of polarity over `texts`, which may hold one several times."""
        asked = texts[self.known[texts]]
        return float(np.mean(self.right[asked])) if len(asked) else float("nan")

    def micro_f1(self, texts: Ints) -> float:
        """Return the micro-F1 of the classes over `texts`."""
        return float("nan") if self.classes is None else micro_f1(self.classes[texts])


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost between clean and heard texts, in points; `both` is the mean of the two."""

    polarity: Interval
    classes: Interval | None
    both: Interval | None


def spoken(bench: Bench) -> Figures | None:
    """Measure the loss through speech in both languages."""
    if bench.data is None:
        skip("spoken", "no --data")
        return None
    figures: Figures = {}
    for language in LANGUAGES:
        pairs = heard_pairs(bench.data, language, bench.kept, QUICK_TEXTS if bench.quick else None)
        errors = word_errors(pairs)
        figures[language] = {
            "texts": len(pairs.clean),
            "heard_nothing": sum(not text.text for text in pairs.heard),
            "wer": rate(errors),
        }
        rows = []
        for side in bench.sides:
            clean, heard = (
                marks(texts, bench.judged(side, f"{name}-{language}", spoken_texts_of(texts)))
                for name, texts in (("spoken", pairs.clean), ("heard", pairs.heard))
            )
            found = loss(clean, heard)
            figures[language][side.role] = side_figures(clean, heard, found)
            rows += _rows(side.title, clean, heard, found)
        own = figures[language]
        title = f"spoken, {language}: {own['texts']} texts, WER {own['wer']:.3f}, {own['heard_nothing']} heard empty"
        show(title, ["", "texts", "clean", "heard", "points lost (95 %)"], rows)
    return figures


def heard_pairs(data: Path, language: Language, kept: Path, count: int | None = None) -> Pairs:
    """Have the texts spoken and transcribed, where `kept` does not hold that already."""
    texts = to_speak(data, language)
    if count is not None:  # some of each source: German has two, one after the other
        texts = texts[:: max(1, len(texts) // count)]
    kept.mkdir(parents=True, exist_ok=True)
    said = [text.text for text in texts]
    heard = hear(said, language, kept / f"spoken-{language}.tsv", tell(f"speaking and transcribing, {language}"))
    transcripts = {one.text: one.transcript for one in heard}
    clean = tuple(text for text in texts if text.text in transcripts)
    return Pairs(language, clean, tuple(as_heard(text, transcripts[text.text]) for text in clean))


def word_errors(pairs: Pairs) -> list[Errors]:
    """Return the word errors of each text against what the voice was given to say."""
    said = [normalise(sayable(text.text), pairs.language) for text in pairs.clean]
    heard = [normalise(text.text, pairs.language) for text in pairs.heard]
    return [score([words], found)[0] for words, found in zip(said, heard, strict=True) if words]


def marks(texts: Sequence[LabelledText], judged: Judged) -> Marks:
    """Hold what a model says against what is known of the texts."""
    truth = true_polarities(texts)
    found = judged.found_classes
    return Marks(truth >= 0, judged.polarity == truth, None if found is None else class_counts(texts, found))


def class_counts(texts: Sequence[LabelledText], found: Bools) -> Ints:
    """Return `counts` of the nine classes, of the five families for XED's texts, of nothing where nothing is known."""
    counted = counts(true_classes(texts), found)
    of_families = counts(_true_families(texts), _families(found))
    of_xed = np.array([text.groups is not None for text in texts], bool)
    unknown = np.array([text.groups is None and text.emotions is None for text in texts], bool)
    counted[of_xed] = of_families[of_xed]
    counted[unknown] = 0
    return counted


def _true_families(texts: Sequence[LabelledText]) -> Bools:
    """Return the families (texts, 5) of the GoEmotions labels that a text's groups stand for."""
    labels = [{name for group in text.groups or () for name in XED_GROUPS[group]} for text in texts]
    classes = [service_classes_of(names) for names in labels]
    return _families(np.array([[name in own for name in SERVICE_CLASSES] for own in classes], bool))


def _families(classes: Bools) -> Bools:
    """Return (texts, 5) from (texts, 9)."""
    places = [[SERVICE_CLASSES.index(name) for name in family] for family in FAMILIES]
    return np.stack([classes[:, own].any(axis=1) for own in places], axis=1)


def loss(clean: Marks, heard: Marks) -> Loss:
    """Return clean less heard, with paired bootstrap intervals over the texts."""
    size = len(clean.known)

    def of_polarity(texts: Ints) -> float:
        return POINTS * (clean.polarity(texts) - heard.polarity(texts))

    def of_classes(texts: Ints) -> float:
        return POINTS * (clean.micro_f1(texts) - heard.micro_f1(texts))

    if clean.classes is None or heard.classes is None:
        return Loss(interval(size, of_polarity), None, None)
    both = interval(size, lambda texts: (of_polarity(texts) + of_classes(texts)) / 2)
    return Loss(interval(size, of_polarity), interval(size, of_classes), both)


def side_figures(clean: Marks, heard: Marks, found: Loss) -> Figures:
    """Return a side's figures, for the file of results."""
    everything = np.arange(len(clean.known), dtype=np.intp)
    figures: Figures = {
        "polarity_texts": int(clean.known.sum()),
        "polarity_clean": clean.polarity(everything),
        "polarity_heard": heard.polarity(everything),
        "polarity_loss_points": found.polarity.value,
        "polarity_loss_interval": interval_figures(found.polarity),
        "classes_clean": clean.micro_f1(everything),
        "classes_heard": heard.micro_f1(everything),
        "classes_loss_points": found.classes.value if found.classes else None,
        "classes_loss_interval": interval_figures(found.classes),
        "loss_points": found.both.value if found.both else None,
        "loss_interval": interval_figures(found.both),
    }
    return figures


def _rows(title: str, clean: Marks, heard: Marks, found: Loss) -> list[list[str]]:
    everything = np.arange(len(clean.known), dtype=np.intp)
    with_classes = 0 if clean.classes is None else int((clean.classes.sum(axis=1) > 0).sum())
    return [
        [
            f"{title}: polarity, accuracy",
            str(int(clean.known.sum())),
            cell(clean.polarity(everything)),
            cell(heard.polarity(everything)),
            cell(found.polarity, 2),
        ],
        [
            f"{title}: classes, micro-F1",
            str(with_classes),
            cell(clean.micro_f1(everything)),
            cell(heard.micro_f1(everything)),
            cell(found.classes, 2),
        ],
        [f"{title}: mean of both", "", "", "", cell(found.both, 2)],
    ]
