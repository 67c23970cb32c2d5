"""What search by meaning leaves out for being far: how much of what is shown was meant, and how much of that is shown.

Beside it stand questions that no call of the collection answers: what is shown all the same, and how often the search
says that it is far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from machine import Figures
from search_quality_records import NOW, ZONE, Half, QualityQuery
from search_quality_sources import FOLDER
from stimmung.models.text_emotion import TextModel
from stimmung.speech.records import Samples
from stimmung.store.database import Database
from stimmung.store.search.language.parser import parse
from stimmung.store.search.records import LONGEST_PAGE, Ask
from stimmung.store.search.search import ALL_FAR, search
from text_bench import show

ELSEWHERE: Final = FOLDER / "elsewhere.txt"  # questions about nothing that is kept
MEANT: Final = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """What a question by meaning shows: keys, nearest first, at most a long page; whether all is said to be far."""

    keys: tuple[str, ...]
    far: bool


def cut(
    database: Database, queries: Sequence[QualityQuery], vectors: Mapping[str, Samples], model: TextModel
) -> Figures:
    """Ask what has no filters of the development half, and what is about nothing kept; print and return figures."""
    development: Half = "development"
    asked = [one for one in queries if one.half == development and not one.filters]
    found = [(one, _shown(database, one.by_meaning, vectors[one.plain])) for one in asked]
    meant = [(one, [key for key, grade in one.relevant.items() if grade == MEANT]) for one in asked]
    elsewhere = ELSEWHERE.read_text("utf-8").splitlines()
    others = [
        _shown(database, f'~"{text}"', vector) for text, vector in zip(elsewhere, model.embed(elsewhere), strict=True)
    ]
    count = sum(len(shown.keys) for _, shown in found)
    figures: Figures = {
        "queries": len(asked),
        "shown": count / len(asked),
        "precision": sum(key in one.relevant for one, shown in found for key in shown.keys) / count,
        "recall_meant": sum(
            key in shown.keys for (_, shown), (_, keys) in zip(found, meant, strict=True) for key in keys
        )
        / sum(len(keys) for _, keys in meant),
        "called_far": fmean(shown.far for _, shown in found),
        "elsewhere": len(others),
        "elsewhere_shown": fmean(len(shown.keys) for shown in others),
        "elsewhere_called_far": fmean(shown.far for shown in others),
    }
    rows = [[name, f"{value:.2f}"] for name, value in figures.items()]
    show("What is near enough to be shown by meaning, development", ["", ""], rows)
    return figures


def _shown(database: Database, text: str, vector: Samples) -> Shown:
    query = parse(text, now=NOW, zone=ZONE)
    found = search(database, Ask(query, "meaning", limit=LONGEST_PAGE, vectors=(vector,), facets=False))
    far = not found.hits or any(note.text == ALL_FAR for note in found.notes)
    return Shown(tuple(f"{hit.call_id}.{hit.number:02}" for hit in found.hits), far)
