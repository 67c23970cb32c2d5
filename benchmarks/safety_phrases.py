"""How often the safety phrases find something in texts that are hardly ever an emergency: false alarms, nearly all.

Customers' turns of service chats (multidogo, banking77), posts about a railway (GermEval 2017), internet comments
(GoEmotions). `--show 20` prints finds to be read. `python benchmarks/safety_phrases.py --data PATH`
"""

import argparse
import csv
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from machine import Figures, headline
from stimmung.calls.safety import SafetyPhrases
from stimmung.calls.safety_file import CATEGORIES, FLOORS
from stimmung.models.training.text_corpora import read_germeval, read_goemotions

QUICK = 2_000  # texts of each set


@dataclass(frozen=True, slots=True)
class TextSet:
    """Texts of one source and the language that they are in."""

    name: str
    language: str
    read: Callable[[Path], Iterator[str]]  # of the folder of texts


@dataclass(frozen=True, slots=True)
class Count:
    """What was found in a set: texts with a find of each category, and of each highest floor."""

    texts: int
    categories: Counter[str]
    floors: Counter[str]
    seconds: float
    quotes: tuple[str, ...]

    def figures(self) -> Figures:
        """Return finds a thousand texts and microseconds a text."""
        rates = {name: round(1000 * self.categories[name] / self.texts, 2) for name in (*CATEGORIES, "any")}
        return {
            "texts": self.texts,
            "per_1000": rates,
            "floors": {name: self.floors[name] for name in FLOORS},
            "microseconds": round(1e6 * self.seconds / self.texts),
        }


def main() -> int:
    """Count, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the development data")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} texts of each set")
    parser.add_argument("--show", type=int, default=0, help="print so many finds of each set")
    arguments = parser.parse_args()
    phrases, console = SafetyPhrases.load(), Console(stderr=True, width=120)
    console.print(headline())
    figures: Figures = {}
    table = Table("per 1,000 texts", "texts", *CATEGORIES, "any", "urgent", "µs a text")
    for texts in sets():
        read = list(texts.read(arguments.data / "text"))[: QUICK if arguments.quick else None]
        count = count_finds(phrases, read, texts.language)
        found = figures[texts.name] = count.figures()
        table.add_row(
            texts.name,
            str(count.texts),
            *(str(rate) for rate in found["per_1000"].values()),
            str(round(1000 * count.floors["urgent"] / count.texts, 2)),
            str(found["microseconds"]),
        )
        for quote in count.quotes[: arguments.show]:
            console.print(f"{texts.name}: {quote}", markup=False)
    console.print(table)
    print(json.dumps(figures))
    return 0


def sets() -> tuple[TextSet, ...]:
    """Return the sources, customers of service chats first."""
    return (
        TextSet("multidogo", "en", _multidogo),
        TextSet("banking77", "en", _banking),
        TextSet("germeval2017", "de", _germeval),
        TextSet("goemotions", "en", _goemotions),
    )


def count_finds(phrases: SafetyPhrases, texts: Sequence[str], language: str) -> Count:
    """Look through texts of a language."""
    categories: Counter[str] = Counter()
    floors: Counter[str] = Counter()
    quotes: list[str] = []
    begun = time.perf_counter()
    for text in texts:
        hits = phrases.find(text, language)
        if hits:
            categories.update({"any", *(hit.category for hit in hits)})
            floors[max((hit.floor for hit in hits), key=FLOORS.index)] += 1
            quotes += [f"{hit.category}: {text[max(hit.start - 40, 0) : hit.end + 40]!r}" for hit in hits]
    return Count(len(texts), categories, floors, time.perf_counter() - begun, tuple(quotes))


def _multidogo(folder: Path) -> Iterator[str]:
    for file in sorted((folder / "multidogo").glob("*.train.tsv")):
        with file.open(encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield row["utterance"] or ""


def _banking(folder: Path) -> Iterator[str]:
    for name in ("train", "test"):
        with (folder / "banking77" / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
            yield from (row["text"] for row in csv.DictReader(opened))


def _germeval(folder: Path) -> Iterator[str]:
    for name in ("dev", "test_syn"):
        yield from (text.text for text in read_germeval(folder / "germeval2017" / f"{name}_df_opinion.tsv"))


def _goemotions(folder: Path) -> Iterator[str]:
    for name in ("train", "dev"):
        yield from (text.text for text in read_goemotions(folder / "goemotions" / f"{name}.tsv"))


if __name__ == "__main__":
    raise SystemExit(main())
