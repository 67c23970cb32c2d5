"""Texts and bytes as somebody reads them who looks for an identifier: words, digits in a row, exact strings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from normalise import Language
from redaction_items import LETTERS
from redaction_scores import MOST_DIGITS
from redaction_symbols import digits_in

LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")
LARGE: Final = 1_000_000  # smaller whole numbers are counts, versions and places
APART: Final = " [X] "  # a break between what nobody reads as one number
# What holds digits and nobody said: moments, times in a call, hashes and ids of them, decimal fractions.
MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:[+-]\d\d(?::?\d\d)?|Z)?|\d\d?\.\d\d?\.\d{4}"
)
CLOCK: Final = re.compile(r"(?<![\d:])\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{3})?(?!:?\d)")
HEX: Final = re.compile(r"(?<![0-9a-z])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{8,}(?![0-9a-z])")
UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BYTES: Final = re.compile(r"\\\\?x[0-9a-f]+")
SIGNED: Final = re.compile(r"[+−-]\d+\.\d+")  # scores
FIGURES: Final = re.compile(r"[{\[][\d.,eE+\-\sNULnul]*[}\]]")  # lists of measurements
POSITIONS: Final = re.compile(r"(?<='):\d+[A-D]?(?:,\d+[A-D]?)*")  # of words in an index
NUMBERED: Final = re.compile(r"^\d+$", re.MULTILINE)  # of subtitles
FRACTION: Final = re.compile(r"(?<![\d.,])[+-]?\d+\.\d+(?:e[+-]?\d+)?(?![\d.]*\d)")
MIGRATION: Final = re.compile(r"\b\d{4}_[a-z]+\b")  # "applied 0004_jobs"
UNSAID: Final = (FIGURES, MIGRATION, MOMENT, UUID, BYTES, HEX, CLOCK, SIGNED, POSITIONS, NUMBERED)
RUN: Final = re.compile(r"\d(?:[ ,.\-/]{0,2}\d){5,}")
MOST_BETWEEN: Final = 3  # words between two parts of a number, such as "ja, und dann"
FLAGGED: Final = 8  # signs of compressed text between two bytes of flags
LEAST_HALF: Final = 3  # of so many signs, fewer stand by chance
COMPARED: Final = 16  # signs of a text that is looked for in compressed ones
ZEROS: Final = re.compile(rb"\0{2,}")  # most of a server's files
LONG_RUN: Final = 8  # digits; shorter ones stand by chance in millions of bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage as it is read."""

    label: str
    plain: str  # casefolded
    words: frozenset[str]
    told: str  # without digits that nobody said


def read(label: str, text: str, fractions: bool = True, keys: Sequence[str] = ()) -> Reading:
    """Read a passage; without `fractions` decimal numbers count as figures that nobody said.

    `keys` may stand there: the names and numbers in them are passed over.
    """
    told = text
    for key in keys:
        told = told.replace(key, APART)
    words = frozenset(LETTERS.findall(told.casefold()))
    for pattern in (*UNSAID, *(() if fractions else (FRACTION,))):
        told = pattern.sub(APART, told)
    return Reading(label, text.casefold(), words, told)


@cache
def digits_of(told: str, language: Language) -> str:
    """Return the digits of what was told, with breaks where no number goes on."""
    return digits_in(_parted(told), language)


def _parted(text: str) -> str:
    """Put a break where several words in a row hold no digit: no number goes on behind them."""
    parts = []
    others = 0
    for word in text.split():
        others = 0 if _is_number(word) else others + 1
        parts.append(word)
        if others == MOST_BETWEEN:
            parts.append(APART)
    return " ".join(parts)


@cache
def _is_number(word: str) -> bool:
    return any(digits_in(word, language) for language in LANGUAGES)


def shared_digits(wanted: str, digits: str) -> str:
    """Return the first stretch of MOST_DIGITS and one of `wanted` that stands in `digits`, else nothing."""
    size = MOST_DIGITS + 1
    stretches = (wanted[first : first + size] for first in range(len(wanted) - MOST_DIGITS))
    return next((stretch for stretch in stretches if stretch in digits), "")


def leaves(value: Any) -> Iterator[str]:  # Any: JSON, or a row
    """Yield all texts in a value, and each large whole number; figures with a point are measurements."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *leaves(inner))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, int) and abs(value) >= LARGE:
        yield f"{APART}{value}{APART}"


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes as they are searched: as UTF-8 in small letters, byte for byte, and their long runs of digits."""

    label: str
    plain: str
    single: str  # a character a byte
    runs: str


def read_raw(label: str, content: bytes) -> Raw:
    """Read bytes."""
    content = ZEROS.sub(b"\0", content)
    single = content.lower().decode("latin-1")
    plain = content.decode("utf-8", "replace").casefold()
    runs = "|".join(re.sub(r"\D", "", run) for run in RUN.findall(single))
    return Raw(label, plain, single, runs)


def holds_text(text: str, raw: Raw) -> bool:
    """Whether a text stands in the bytes, also as PostgreSQL compresses it.

    Its compression puts a byte of flags before every eighth sign that is new: between any eight there is one at most,
    and one half of them is whole.
    """
    if text.casefold() in raw.plain:
        return True
    wanted = text.lower().encode().decode("latin-1")[:COMPARED]
    half = min(len(wanted), FLAGGED) // 2
    if half < LEAST_HALF:
        return False
    for part, before in ((wanted[:half], 0), (wanted[half : 2 * half], half + 1)):
        place = raw.single.find(part)
        while place >= 0:
            if place >= before and _stands_at(wanted, raw.single, place - before):
                return True
            place = raw.single.find(part, place + 1)
    return False


def _stands_at(wanted: str, text: str, place: int) -> bool:
    """Whether `wanted` begins there, with a byte of flags after every eight signs, the first of them anywhere."""
    since = FLAGGED
    for sign in wanted:
        if text[place : place + 1] != sign:
            if since < FLAGGED:
                return False
            place, since = place + 1, 0
            if text[place : place + 1] != sign:
                return False
        place, since = place + 1, since + 1
    return True
