"""Sentences from patterns with slots: what is drawn often, what seldom, as in talk; some words as a recogniser errs.

The first entry of a slot is drawn most often, by Zipf's law with a mild exponent. Amounts, dates, numbers and brands
are made here; the rest lies in search_texts/corpus_*.toml.
"""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

from normalise import Language

FOLDER: Final = Path(__file__).resolve().parent / "search_texts"
ZIPF: Final = 0.7  # exponent within a slot; over all words the slots and the sentences around them add up to about 1
BRANDS: Final = 4_000  # invented names, most of them rare
MISHEARD: Final = 0.03  # share of texts with one word as a recogniser writes it when it errs
SLOT: Final = re.compile(r"\{(\w+)\}")
LONG_WORD: Final = re.compile(r"[^\W\d_]{5,}")
SYLLABLES: Final = (
    "ba be bo da do el en fa fi ga ir ka ke la li lo ma me mi na no or pa ra"
    " re ri ro sa so ta te ti to ul va ve vi xa za ze"
).split()
ENDINGS: Final = "n s x r on a o is an um".split()
CONFUSED: Final[Mapping[Language, tuple[tuple[str, str], ...]]] = {
    "de": (("d", "t"), ("b", "p"), ("g", "k"), ("ei", "ai"), ("v", "f"), ("z", "s"), ("ä", "e"), ("ie", "i")),
    "en": (("d", "t"), ("b", "p"), ("g", "k"), ("ee", "ea"), ("v", "f"), ("c", "s"), ("ou", "u"), ("ie", "y")),
}
MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    "de": tuple("Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()),
    "en": tuple("January February March April May June July August September October November December".split()),
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with slots, in which mood it is said by whom, and in which queue (`any` for agents)."""

    text: str
    role: str
    queue: str
    mood: str


@dataclass(frozen=True, slots=True)
class _Slot:
    entries: tuple[str, ...]
    weights: tuple[float, ...]  # cumulative


class Grammar:
    """The patterns of one language; `draw` expands one, always the same with the same state of `random`."""

    def __init__(self, language: Language, seed: int = 0) -> None:
        with (FOLDER / f"corpus_{language}.toml").open("rb") as file:
            found = tomllib.load(file)
        self.language: Language = language
        self.formulas: Mapping[str, tuple[str, ...]] = {
            role: tuple(texts.split("|")) for role, texts in found["formulas"].items()
        }
        self.patterns = tuple(_patterns(found, "customer")) + tuple(_patterns(found, "agent"))
        self._slots = {name: _slot(entries.split("|")) for name, entries in found["slots"].items()}
        self._slots["brand"] = _slot(_brands(random.Random(seed)))

    def entries(self, slot: str) -> tuple[str, ...]:
        """Return what a slot draws from, the most frequent first."""
        return self._slots[slot].entries

    def draw(self, pattern: Pattern, chance: random.Random) -> str:
        """Return the pattern with its slots filled."""
        text = SLOT.sub(lambda match: self._fill(match[1], chance), pattern.text)
        text = " ".join(text.split())
        return misheard(text, self.language, chance) if chance.random() < MISHEARD else text

    def _fill(self, name: str, chance: random.Random) -> str:
        if name == "amount":
            return _amount(self.language, chance)
        if name == "date":
            return _date(self.language, chance)
        if name == "number":
            return _number(chance)
        slot = self._slots[name]
        entry = chance.choices(slot.entries, cum_weights=slot.weights)[0]
        return SLOT.sub(lambda match: self._fill(match[1], chance), entry)


def misheard(text: str, language: Language, chance: random.Random) -> str:
    """Return the text with one long word changed: two letters confused, one lost or doubled, or the word cut in two."""
    found = [match.span() for match in LONG_WORD.finditer(text)]
    if not found:
        return text
    begin, end = chance.choice(found)
    return text[:begin] + _changed(text[begin:end], language, chance) + text[end:]


def _changed(word: str, language: Language, chance: random.Random) -> str:
    pairs = [pair for pair in CONFUSED[language] if pair[0] in word or pair[1] in word]
    if pairs and chance.random() < 0.6:
        one, other = chance.choice(pairs)
        return word.replace(one, other, 1) if one in word else word.replace(other, one, 1)
    place = chance.randrange(2, len(word) - 1)
    kind = chance.randrange(3)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    return f"{word[:place]} {word[place:]}"


def _patterns(found: Mapping[str, Mapping[str, Mapping[str, str]]], role: str) -> list[Pattern]:
    return [
        Pattern(line.strip(), role, queue, mood)
        for queue, moods in found[role].items()
        for mood, lines in moods.items()
        for line in lines.split("\n")
        if line.strip()
    ]


def _slot(entries: Sequence[str]) -> _Slot:
    weights = accumulate((rank + 1) ** -ZIPF for rank in range(len(entries)))
    return _Slot(tuple(entries), tuple(weights))


def _brands(chance: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < BRANDS:
        parts = [chance.choice(SYLLABLES) for _ in range(chance.choice((2, 2, 3)))]
        found["".join((*parts, chance.choice(ENDINGS))).capitalize()] = None
    return list(found)


def _number(chance: random.Random) -> str:
    digits = chance.choices((1, 2, 3, 4, 6, 8), (30, 25, 15, 12, 10, 8))[0]
    return str(chance.randrange(2, 10)) if digits == 1 else str(chance.randrange(10 ** (digits - 1), 10**digits))


def _amount(language: Language, chance: random.Random) -> str:
    euros = min(9_999, int(chance.lognormvariate(4.2, 1.0)) + 2)
    cents = chance.choice((0, 0, 90, 99, 50, 95, 49, chance.randrange(100)))
    if language == "de":
        forms = (f"{euros},{cents:02d} Euro", f"{euros} Euro", f"{euros} Euro {cents}") if cents else (f"{euros} Euro",)
    else:
        forms = (
            (f"£{euros}.{cents:02d}", f"{euros} pounds", f"{euros} pounds {cents}") if cents else (f"{euros} pounds",)
        )
    return chance.choice(forms)


def _date(language: Language, chance: random.Random) -> str:
    day, month = chance.randrange(1, 29), chance.randrange(12)
    name = MONTHS[language][month]
    if language == "de":
        return chance.choice((f"{day}. {name}", f"{day}. {name}", f"{day}.{month + 1}."))
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day not in (11, 12, 13) else 0, "th")
    return f"{day}{ending} of {name}"
