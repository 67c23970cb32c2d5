"""The distinct texts of the corpus that search is measured on: ours from patterns, MultiDoGO and Banking77.

Their order is drawn once, formulas first: the first so many of them are a corpus of their own, with the same mixture.
"""

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

from normalise import Language
from search_grammar import Grammar, Pattern

GERMAN, ENGLISH = 160_000, 155_000  # distinct texts; of the English about 34,000 are others'
TEXTS_FILE: Final = "texts.tsv"
AGENTS: Final = 0.25  # of our own texts
MOODS: Final[Mapping[str, float]] = {
    "neutral": 0.62, "anger": 0.08, "annoyance": 0.08, "fear": 0.05, "sadness": 0.02,
    "disappointment": 0.05, "confusion": 0.05, "gratitude": 0.03, "joy": 0.02,
}  # fmt: skip  # of a customer's texts
QUEUES: Final = ("rechnung", "technik", "versand", "versicherung", "bank", "reise")
SHARES: Final = (0.3, 0.2, 0.15, 0.12, 0.13, 0.1)  # of our own texts and of the calls
FORMULA: Final = "formula"  # stands for the queue of what is said in any call
DOMAINS: Final = {"airline": "reise", "finance": "bank", "insurance": "versicherung", "media": "technik"}
MOST_WORDS: Final = 40
AMOUNTS: Final = 0.3  # what a pattern weighs for each amount in it: without, "Euro" would be in four texts of ten


@dataclass(frozen=True, slots=True)
class CorpusText:
    """A text, who says it in which queue, and the mood it was written in (`neutral` for texts of others)."""

    text: str
    language: str
    role: str
    queue: str
    mood: str


def build_texts(data: Path, german: int = GERMAN, english: int = ENGLISH, seed: int = 0) -> list[CorpusText]:
    """Return the formulas and so many distinct texts of each language besides; `data` holds text/multidogo."""
    grammars = (Grammar("de", seed), Grammar("en", seed))
    formulas = [
        CorpusText(text, grammar.language, role, FORMULA, "neutral")
        for grammar in grammars
        for role, texts in grammar.formulas.items()
        for text in texts
    ]
    others = list(_others(data / "text"))[:english]
    known = {(one.language, one.text) for one in (*formulas, *others)}
    rest = [*others, *_own(grammars[0], german, known, seed), *_own(grammars[1], english - len(others), known, seed)]
    random.Random(seed).shuffle(rest)
    return [*{(one.language, one.text, one.role): one for one in formulas}.values(), *rest]


def write_texts(texts: Sequence[CorpusText], folder: Path) -> None:
    """Write them into the work folder, a line each."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(astuple(one)) for one in texts]
    partial = folder / f"{TEXTS_FILE}.part"
    partial.write_text("\n".join(lines) + "\n", "utf-8")
    partial.rename(folder / TEXTS_FILE)


def read_texts(folder: Path) -> list[CorpusText]:
    """Read what `write_texts` wrote."""
    lines = (folder / TEXTS_FILE).read_text("utf-8").split("\n")
    return [CorpusText(*line.split("\t")) for line in lines if line]


def _own(grammar: Grammar, count: int, known: set[tuple[str, str]], seed: int) -> Iterator[CorpusText]:
    """Yield `count` texts that `known` does not hold, and put them there."""
    chance = random.Random(f"{grammar.language} {seed}")
    patterns, weights = _weighted(grammar.patterns)
    found = 0
    while found < count:
        for pattern in chance.choices(patterns, cum_weights=weights, k=1_000):
            text = grammar.draw(pattern, chance)
            key = (grammar.language, text)
            if key not in known and found < count:
                known.add(key)
                found += 1
                yield CorpusText(text, grammar.language, pattern.role, pattern.queue, pattern.mood)


def _weighted(patterns: Sequence[Pattern]) -> tuple[Sequence[Pattern], list[float]]:
    """Return patterns and cumulative weights: shares of roles, queues and moods, divided among the patterns of each."""
    kinds = [(one.role, one.queue, one.mood) for one in patterns]
    own = [AMOUNTS ** one.text.count("{amount}") for one in patterns]
    alike: dict[tuple[str, str, str], float] = {}
    for kind, weight in zip(kinds, own, strict=True):
        alike[kind] = alike.get(kind, 0.0) + weight
    shares = dict(zip(QUEUES, SHARES, strict=True))
    weights = [
        (AGENTS if one.role == "agent" else (1 - AGENTS) * shares[one.queue]) * MOODS[one.mood] * weight / alike[kind]
        for one, kind, weight in zip(patterns, kinds, own, strict=True)
    ]
    return patterns, list(accumulate(weights))


def _others(folder: Path) -> Iterator[CorpusText]:
    """Yield the customer turns of MultiDoGO and the questions of Banking77, each once, no longer than an utterance."""
    seen: set[str] = set()
    for text, queue in (*_multidogo(folder / "multidogo"), *_banking77(folder / "banking77")):
        tidy = " ".join(text.split())
        if tidy and tidy not in seen and len(tidy.split()) <= MOST_WORDS:
            seen.add(tidy)
            yield CorpusText(tidy, "en", "customer", queue, "neutral")


def _multidogo(folder: Path) -> Iterator[tuple[str, str]]:
    for domain, queue in DOMAINS.items():
        with (folder / f"{domain}.train.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield row["utterance"] or "", queue


def _banking77(folder: Path) -> Iterator[tuple[str, str]]:
    for name in ("train.csv", "test.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row["text"], "bank"


def languages_of(texts: Sequence[CorpusText]) -> dict[Language, int]:
    """Return how many texts there are of each language."""
    return {"de": sum(one.language == "de" for one in texts), "en": sum(one.language == "en" for one in texts)}
