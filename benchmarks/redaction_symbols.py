"""Digits and spelled letters in a text, however they are written: as numerals, as number words, letter by letter.

What is left of an identifier is told by these. Written for this benchmark alone: what it measures shares none of it.
"""

import re
from collections.abc import Iterator
from typing import Final

from normalise import DIGITS, TEENS, TENS, Language

BREAK: Final = "|"  # stands where something was taken out
PLACEHOLDER: Final = re.compile(r"\[[A-Z_]+\]")
TOKEN: Final = re.compile(r"\[[A-Z_]+\]|[0-9]+|[^\W\d_]+")
HUNDRED: Final = {"de": "hundert", "en": "hundred"}
THOUSAND: Final = {"de": "tausend", "en": "thousand"}
REPEATS: Final = {
    "doppel": 2,
    "doppelt": 2,
    "double": 2,
    "zweimal": 2,
    "dreifach": 3,
    "triple": 3,
    "treble": 3,
    "dreimal": 3,
}
OTHER_DIGITS: Final[dict[Language, dict[str, str]]] = {
    "de": {"zwo": "2", "ein": "1", "nul": "0"},
    "en": {"oh": "0", "o": "0", "nought": "0", "nil": "0"},
}
IRREGULAR: Final[dict[Language, dict[str, str]]] = {
    "de": {"er": "1", "drit": "3", "sieb": "7", "ach": "8"},  # what stands before "ste" or "te"
    "en": {"first": "1", "second": "2", "third": "3", "fifth": "5", "eighth": "8", "ninth": "9", "twelfth": "12"},
}
SMALL: Final[dict[Language, dict[str, str]]] = {  # 0 to 19 and the tens
    language: {word.replace("ß", "ss"): str(value) for value, word in enumerate(DIGITS[language])}
    | {word: str(value) for value, word in enumerate(TEENS[language].split(), 10)}
    | {word: str(value) for value, word in zip(range(20, 100, 10), TENS[language].split(), strict=True)}
    | OTHER_DIGITS[language]
    for language in DIGITS
}
GERMAN_ORDINAL: Final = re.compile(r"^(.+?)(?:st|t)e[rnms]?$")
# Words that say which letter is meant: "W wie Wilhelm", "S for sugar", "B as in boat". The next word is no letter.
EXPLAINS: Final = {"de": {"wie"}, "en": {"for", "in", "like"}}


def digits_in(text: str, language: Language) -> str:
    """Return all digits in their order, BREAK for each placeholder."""
    return "".join(digits for digits, _ in _read(text, language))


def symbols_in(text: str, language: Language) -> str:
    """Return all digits and letters that stand alone or beside digits, capital, BREAK for each placeholder."""
    return "".join(symbols for _, symbols in _read(text, language))


def longest_run(wanted: str, text: str) -> int:
    """Return the length of the longest stretch of `wanted` that stands in `text`."""
    most = 0
    for first in range(len(wanted)):
        while first + most < len(wanted) and wanted[first : first + most + 1] in text:
            most += 1
    return most


def _read(text: str, language: Language) -> Iterator[tuple[str, str]]:
    """Give the digits and the symbols of each token, or of each run of tokens that is one number."""
    tokens = TOKEN.findall(text)
    place, repeat = 0, 1
    while place < len(tokens):
        token = tokens[place]
        folded = token.casefold().replace("ß", "ss")
        if PLACEHOLDER.fullmatch(token):
            yield BREAK, BREAK
            place, repeat = place + 1, 1
            continue
        if folded in REPEATS:
            place, repeat = place + 1, REPEATS[folded]
            continue
        if folded in EXPLAINS[language] and place and len(tokens[place - 1]) == 1:
            place += 2
            continue
        taken, number = _number(tokens, place, language)
        if taken:
            place += taken
            found = number[:1] * (repeat - 1) + number
            letter = "O" if folded == "o" else found
            yield found, letter
        else:
            spelled = (token.upper() * repeat) if len(token) == 1 or _beside_digit(tokens, place, text) else ""
            place += 1
            yield "", spelled
        repeat = 1


def _beside_digit(tokens: list[str], place: int, text: str) -> bool:
    """Whether a written token of letters is a part of a code such as LS1 or QQ12: up to three capitals at a digit."""
    token = tokens[place]
    if len(token) > 3 or token != token.upper():
        return False
    code = rf"[0-9]{re.escape(token)}(?![^\W\d_])|(?<![^\W\d_]){re.escape(token)}[0-9]"
    return re.search(code, text) is not None


def _number(tokens: list[str], place: int, language: Language) -> tuple[int, str]:
    """Return how many tokens from `place` on are one number, and its digits; 0 where none is."""
    token = tokens[place]
    if token.isdigit():
        return 1, token
    folded = token.casefold().replace("ß", "ss")
    if language == "de":
        value = _german(folded)
        return (1, value) if value is not None else (0, "")
    return _english([one.casefold() for one in tokens[place : place + 9]])


def _german(word: str) -> str | None:
    """Return the digits of a German number or ordinal in one word; a leading zero has no place in such a word."""
    plain = _german_cardinal(word)
    if plain is not None:
        return plain
    ordinal = GERMAN_ORDINAL.match(word)
    if ordinal is None:
        return None
    stem = ordinal[1]
    return IRREGULAR["de"].get(stem) or _german_cardinal(stem)


def _german_cardinal(word: str) -> str | None:
    small = SMALL["de"]
    if word in small:
        return None if word == "ein" else small[word]  # "ein" is an article where it stands alone
    for unit, scale in ((THOUSAND["de"], 1000), (HUNDRED["de"], 100)):
        before, found, after = word.partition(unit)
        if found:
            head = 1 if not before else _value(before)
            tail = 0 if not after else _value(after.removeprefix("und") if after != "und" else "")
            return None if head is None or tail is None else str(head * scale + tail)
    one, joined, ten = word.partition("und")
    if joined and one in small and len(small[one]) == 1 and len(small.get(ten, "")) == 2:
        return small[ten][0] + small[one]
    return None


def _value(word: str) -> int | None:
    if word == "ein":
        return 1
    digits = _german_cardinal(word)
    return None if digits is None else int(digits)


def _english(words: list[str]) -> tuple[int, str]:
    """Return how many words from the first on are one number below a million, and its digits."""
    taken, digits = _below_hundred(words)
    if not taken:
        return 0, ""
    if taken < len(words) and words[taken] == HUNDRED["en"] and digits != "0":
        taken += 1
        also = taken < len(words) and words[taken] == "and"
        more, tail = _below_hundred(words[taken + also :])
        if more and tail != "0":
            return taken + also + more, str(int(digits) * 100 + int(tail))
        digits += "00"
    elif taken < len(words) and words[taken] == THOUSAND["en"] and digits != "0":
        taken += 1
        also = taken < len(words) and words[taken] == "and"
        more, tail = _english(words[taken + also :])
        if more and len(tail) <= 3 and not tail.startswith("0"):
            return taken + also + more, str(int(digits) * 1000 + int(tail))
        digits += "000"
    return taken, digits


def _below_hundred(words: list[str]) -> tuple[int, str]:
    small = SMALL["en"]
    if not words:
        return 0, ""
    first = words[0]
    digits = small.get(first) or IRREGULAR["en"].get(first) or _english_ordinal(first, small)
    if digits is None:
        return 0, ""
    if first in TENS["en"].split() and len(words) > 1:
        unit = small.get(words[1]) or IRREGULAR["en"].get(words[1]) or _english_ordinal(words[1], small)
        if unit is not None and len(unit) == 1 and unit != "0":
            return 2, digits[0] + unit
    return 1, digits


def _english_ordinal(word: str, small: dict[str, str]) -> str | None:
    if word.endswith("tieth"):
        return small.get(word[: -len("ieth")] + "y")
    return small.get(word.removesuffix("th")) if word.endswith("th") else None
