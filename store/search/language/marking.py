"""A query with a place in it marked, to be printed below what is wrong with it."""

import re
import unicodedata

from stimmung.store.search.language.lexer import is_blank
from stimmung.store.search.language.query import Place

SHOWN = 60  # characters before a place, and behind its beginning
NAMES = "customer", "kunde", "kundin", "kundennummer"
VALUE = rf"""\([^)]*|[^\s{re.escape('"„“”‟«»')}]+|\S[^{re.escape('"“”»')}]*"""
KEY = re.compile("|".join(f"(?<={name}[:=])(?:{VALUE})" for name in NAMES), re.IGNORECASE)
MASK = "*"
MORE = "…"


def marked(text: str, place: Place) -> str:
    """Return the line around a place and a line of carets below it; customers' keys are starred."""
    line = KEY.sub(lambda found: MASK * len(found.group()), "".join(" " if is_blank(one) else one for one in text))
    begin, stop = max(0, place.start - SHOWN), min(len(line), place.start + SHOWN)
    before, marks = line[begin : place.start], line[place.start : min(place.end, stop)]
    left, right = MORE if begin else "", MORE if stop < len(line) else ""
    shown = f"  {left}{line[begin:stop]}{right}"
    return f"{shown}\n  {' ' * (len(left) + _width(before))}{'^' * max(1, _width(marks))}"


def _width(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )
