"""Numbers and letters as they are said and written down: German and English, in words, in digits, or both at once.

A caller's language is not asked: names of numbers hardly collide, and callers mix them.
"""

import re
from types import MappingProxyType

UNITS = MappingProxyType(
    {
        "null": "0", "eins": "1", "zwei": "2", "zwo": "2", "drei": "3", "vier": "4", "fuenf": "5", "fuenef": "5",
        "funf": "5", "sechs": "6", "sieben": "7", "acht": "8", "neun": "9", "zehn": "10", "elf": "11", "zwoelf": "12",
        "dreizehn": "13", "vierzehn": "14", "fuenfzehn": "15", "sechzehn": "16", "siebzehn": "17", "achtzehn": "18",
        "neunzehn": "19", "zwanzig": "20", "dreissig": "30", "dreizig": "30", "vierzig": "40", "fuenfzig": "50",
        "sechzig": "60", "siebzig": "70", "achtzig": "80", "neunzig": "90", "hundert": "100", "einhundert": "100",
        "zero": "0", "nought": "0", "naught": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
        "fife": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9", "ten": "10", "eleven": "11",
        "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17",
        "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40", "fourty": "40",
        "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
    }
)  # fmt: skip
GERMAN_UNITS = MappingProxyType(
    {
        "ein": 1, "eins": 1, "eine": 1, "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "fuenf": 5, "funf": 5, "sechs": 6,
        "sech": 6, "sieben": 7, "sieb": 7, "acht": 8, "neun": 9,
    }
)  # fmt: skip
THOUSANDS = re.compile(r"(?P<head>[a-z]*)tausend(?:und)?(?P<tail>[a-z]*)")
DIGIT_PIECES = re.compile(r"[0-9]+")
GERMAN_START = re.compile("eins?|zw|dr|vier|fue?n|se|si|acht|neun|zehn|elf|hundert|tausend")


def word_digits(text: str) -> str:
    """Return the digits that one folded word says or shows, nothing where it is no number.

    `fünfundvierzig` is "45", `vierhundertzwölf` "412", `0171/39` "017139", `de44` "44", `forty-five` "45".
    """
    if DIGIT_PIECES.search(text):
        return "".join(DIGIT_PIECES.findall(text))
    if (known := UNITS.get(text)) is not None:
        return known
    if "-" in text:
        return _hyphenated(text.split("-"))
    return _german(text) if len(text) > 5 and GERMAN_START.match(text) else ""


def _hyphenated(words: list[str]) -> str:
    digits = [word_digits(word) for word in words if word and word != "und"]
    if not digits or not all(digits):
        return ""
    if len(digits) == 2 and len(digits[0]) == 2 and digits[0][1] == "0" and len(digits[1]) == 1 and digits[1] != "0":
        return digits[0][0] + digits[1]  # forty-five
    return "".join(digits)


def _german(text: str) -> str:
    if thousands := THOUSANDS.fullmatch(text):
        head = _below_thousand(thousands["head"]) if thousands["head"] else 1
        tail = _below_thousand(thousands["tail"]) if thousands["tail"] else 0
        return "" if head is None or tail is None else str(head * 1000 + tail)
    value = _below_thousand(text)
    return "" if value is None else str(value)


def _below_thousand(text: str) -> int | None:
    """Return what a German compound says; `neunzehnhundertachtzig`, a year, counts its hundreds beyond nine."""
    head, hundred, tail = text.partition("hundert")
    if not hundred:
        return _below_hundred(text)
    hundreds = _below_hundred(head) if head else 1
    rest = _below_hundred(tail.removeprefix("und")) if tail else 0
    return None if hundreds is None or rest is None else hundreds * 100 + rest


def _below_hundred(text: str) -> int | None:
    if text in GERMAN_UNITS:
        return GERMAN_UNITS[text]
    if (known := UNITS.get(text)) is not None and len(known) == 2:
        return int(known)
    one, und, tens = text.partition("und")
    if und and one in GERMAN_UNITS and (known := UNITS.get(tens)) is not None and len(known) == 2 and known[1] == "0":
        return int(known) + GERMAN_UNITS[one]
    return None
