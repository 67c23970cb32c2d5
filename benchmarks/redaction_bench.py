"""What the parts of redaction.py share: the sides, the options of the run, counts of what was found."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from machine import Figures
from normalise import Language
from redaction_dialogues import DEVELOPMENT
from redaction_records import NUMBERS, Kind
from redaction_sides import Side

LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")


@dataclass(frozen=True, slots=True)
class Options:
    """One run; counts are items a type and language."""

    seed: int = DEVELOPMENT
    texts: int = 500
    spoken: int = 100
    data: Path | None = None
    work: Path = Path()  # what was heard, kept between runs
    quick: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """The first side is ours; `missed` grows with what it did not find, and with what it found wrongly."""

    sides: tuple[Side, ...]
    options: Options
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one item: whether nothing of it stays, under the right type, and what kind of item it was.

    `bleeped` is the share of its sound that cannot be heard; None in text.
    """

    language: Language
    kind: Kind
    form: str
    layout: str
    found: bool
    typed: bool
    bleeped: float | None = None


def recall(verdicts: Iterable[Verdict]) -> float | None:
    """Return the share that was found; None of none."""
    found = [one.found for one in verdicts]
    return sum(found) / len(found) if found else None


def by_kind(verdicts: Sequence[Verdict]) -> Figures:
    """Return recall by language and type."""
    figures: Figures = {}
    for (language, kind), count in Counter((one.language, one.kind) for one in verdicts).items():
        own = [one for one in verdicts if (one.language, one.kind) == (language, kind)]
        figures.setdefault(language, {})[kind] = {
            "items": count,
            "recall": recall(own),
            "right_type": sum(one.typed for one in own) / count,
        }
    return figures


def numbers_figures(verdicts: Sequence[Verdict]) -> Figures:
    """Return recall of the types that have a bound, together and of the worst of them in either language."""
    numbers = [one for one in verdicts if one.kind in NUMBERS]
    each = [own for own in (_own(numbers, key) for key in {(one.language, one.kind) for one in numbers}) if own]
    recalls = [value for value in (recall(own) for own in each) if value is not None]
    return {
        "numbers": recall(numbers),
        "lowest": min(recalls, default=None),
        "everything": recall(verdicts),
        "forms": {form: recall([one for one in numbers if one.form == form]) for form in {one.form for one in numbers}},
    }


def _own(verdicts: Sequence[Verdict], key: tuple[Language, Kind]) -> list[Verdict]:
    return [one for one in verdicts if (one.language, one.kind) == key]
