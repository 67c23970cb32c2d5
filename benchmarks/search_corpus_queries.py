"""What is asked of the corpus: words, prefixes, phrases and compound parts in thirds by how many rows hold them.

Counts are of surface forms in lower case, so a search that stems finds at least as many rows. Meaning queries are
paraphrases of ours (search_texts/meaning.tsv).
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from search_corpus_plan import LANGUAGES, plan_rows
from search_corpus_texts import CorpusText
from search_grammar import Grammar

MEANING_FILE: Final = Path(__file__).resolve().parent / "search_texts" / "meaning.tsv"
RARE, FREQUENT = 0.0001, 0.01  # shares of rows: below is rare, above is frequent, between is middling
FEWEST_ROWS: Final = 2  # that hold what is asked
LONGEST_PHRASE: Final = 3
PREFIX: Final = (3, 6)  # letters
WORD: Final = re.compile(r"[^\W\d_]+")
PHRASE_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[^\w\s]")  # a mark stands for itself: no phrase crosses one

Kind = Literal["word", "prefix", "phrase", "compound", "meaning"]
Band = Literal["rare", "middling", "frequent", "any"]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CorpusQuery:
    """A query as a person would type it, and how many rows hold it as it is written (0 for meaning: nobody counted)."""

    kind: Kind
    band: Band
    language: str
    text: str
    rows: int


def rows_of_texts(texts: Sequence[CorpusText], rows: int, seed: int = 0) -> Counts:
    """Return in how many rows of `corpus(texts, rows, seed)` each text is said (texts,)."""
    return np.bincount(plan_rows(texts, rows, seed).texts, minlength=len(texts)).astype(np.int64)


def draw_queries(texts: Sequence[CorpusText], counts: Counts, each: int = 20, seed: int = 0) -> list[CorpusQuery]:
    """Return up to `each` queries of each kind, band and language, and all meaning queries."""
    found: list[CorpusQuery] = []
    rows = int(counts.sum())
    for language in LANGUAGES:
        own = [
            (one.text.lower(), int(count)) for one, count in zip(texts, counts, strict=True) if one.language == language
        ]
        words = _words(own)
        tables: dict[Kind, Mapping[str, int]] = {
            "word": words,
            "prefix": {f"{start}*": count for start, count in _prefixes(own, words, random.Random(seed)).items()},
            "phrase": {f'"{phrase}"': count for phrase, count in _phrases(own).items()},
        }
        if language == "de":
            tables["compound"] = _compound_parts(words)
        for kind, table in tables.items():
            found += _in_bands(kind, language, table, (rows, each, seed))
    return [*found, *meaning_queries()]


def meaning_queries() -> list[CorpusQuery]:
    """Return the paraphrases, as queries by meaning."""
    lines = [line.split("\t") for line in MEANING_FILE.read_text("utf-8").split("\n") if line]
    return [CorpusQuery("meaning", "any", language, f'~"{text}"', 0) for language, text in lines]


def band_of(count: int, rows: int) -> Band:
    """Return the third of a query by the rows that hold it."""
    return "rare" if count < RARE * rows else "frequent" if count > FREQUENT * rows else "middling"


def _in_bands(
    kind: Kind, language: str, table: Mapping[str, int], terms: tuple[int, int, int]
) -> Iterator[CorpusQuery]:
    rows, each, seed = terms
    bands: dict[Band, list[str]] = {"rare": [], "middling": [], "frequent": []}
    for text, count in sorted(table.items()):
        if count >= FEWEST_ROWS:
            bands[band_of(count, rows)].append(text)
    for band, own in bands.items():
        chance = random.Random(f"{seed} {kind} {language} {band}")
        for text in chance.sample(own, min(each, len(own))):
            yield CorpusQuery(kind, band, language, text, table[text])


def _words(own: Sequence[tuple[str, int]]) -> Counter[str]:
    """Return the rows that hold each word of at least three letters."""
    found: Counter[str] = Counter()
    for text, count in own:
        for word in {word for word in WORD.findall(text) if len(word) >= 3}:
            found[word] += count
    return found


def _prefixes(own: Sequence[tuple[str, int]], words: Mapping[str, int], chance: random.Random) -> Counter[str]:
    """Return the rows that hold a word with each of 600 beginnings, half of frequent words and half of any."""
    often = [word for word, _ in Counter(words).most_common(400)]
    chosen = {
        word[: chance.randint(*PREFIX)]
        for word in (*chance.sample(often, min(300, len(often))), *chance.sample(sorted(words), min(300, len(words))))
    }
    found: Counter[str] = Counter()
    lengths = sorted({len(start) for start in chosen})
    for text, count in own:
        for start in {word[:length] for word in WORD.findall(text) for length in lengths} & chosen:
            found[start] += count
    return found


def _phrases(own: Sequence[tuple[str, int]]) -> Counter[str]:
    """Return the rows that hold each two or three words in a row."""
    found: Counter[str] = Counter()
    for text, count in own:
        words = PHRASE_WORD.findall(text)
        grams = {
            tuple(words[begin : begin + size])
            for size in range(2, LONGEST_PHRASE + 1)
            for begin in range(len(words) - size + 1)
        }
        for gram in grams:
            if all(word[0].isalpha() for word in gram):
                found[" ".join(gram)] += count
    return found


def _compound_parts(words: Mapping[str, int]) -> dict[str, int]:
    """Return the first parts and heads of German compounds with the rows that hold a compound of them.

    The part as a word of its own is not counted: what is measured is what only splitting finds.
    """
    grammar = Grammar("de")
    firsts = {_bare(part): part.lower() for part in grammar.entries("first")}
    heads = [part for name in ("head_f", "head_m", "head_n") for part in grammar.entries(name)]
    found = {
        one: sum(count for word, count in words.items() if word.startswith(start) and len(word) > len(start) + 2)
        for one, start in firsts.items()
    }
    for head in heads:
        found[head] = sum(count for word, count in words.items() if word.endswith(head) and len(word) > len(head) + 2)
    return found


def _bare(part: str) -> str:
    """Return a first part as a word, without the s that joins ("Versicherungs")."""
    word = part.lower()
    return word[:-1] if word.endswith(("ungs", "tions", "tags", "gangs", "itäts", "triebs")) else word
