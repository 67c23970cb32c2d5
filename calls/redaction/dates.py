"""Dates as they are written or said: "3.5.1987", "dritter fünfter siebenundachtzig",
"May third nineteen eighty-seven".
"""

import re
from dataclasses import dataclass

from stimmung.calls.redaction.lines import Line, mark
from stimmung.calls.redaction.tokens import Token

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jaenner january jan", "februar feber february feb", "maerz march mrz mar", "april apr", "mai may",
            "juni june juno jun", "juli july julei jul", "august aug", "september sept sep", "oktober october okt oct",
            "november nov", "dezember december dez dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
GERMAN_ORDINALS = {
    name: number
    for number, names in enumerate(
        (
            "erst", "zweit zwot", "dritt", "viert", "fuenft funft", "sechst", "siebt siebent", "acht", "neunt", "zehnt",
            "elft", "zwoelft", "dreizehnt", "vierzehnt", "fuenfzehnt", "sechzehnt", "siebzehnt", "achtzehnt",
            "neunzehnt", "zwanzigst", "einundzwanzigst", "zweiundzwanzigst zwoundzwanzigst", "dreiundzwanzigst",
            "vierundzwanzigst", "fuenfundzwanzigst", "sechsundzwanzigst", "siebenundzwanzigst", "achtundzwanzigst",
            "neunundzwanzigst", "dreissigst dreizigst", "einunddreissigst einunddreizigst",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
ENGLISH_ORDINALS = {
    name: number
    for number, name in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
        " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        start=1,
    )
} | {"thirtieth": 30} | {f"twenty-{name}": 20 + number for number, name in enumerate(
    "first second third fourth fifth sixth seventh eighth ninth".split(), start=1)} | {"thirty-first": 31}  # fmt: skip
ORDINAL_END = re.compile(r"(?:er|en|e|es|em)")
WRITTEN = re.compile(r"(?P<one>\d{1,4})[./-](?P<two>\d{1,2})(?:[./-](?P<three>\d{2,4})?)?")
NUMBERED = re.compile(r"(?P<number>\d{1,2})(?:st|nd|rd|th|ten|ter|te)?")
BETWEEN = frozenset(
    """
    of the der den des dem am im in jahr jahre jahres year and und on punkt dot strich slash schraegstrich dash minus
    hundert hundred tausend thousand oh o dann aeh aehm uh um
    """.split()
)
"""What may stand between day, month and year; `tausend` and `oh` are parts of numbers."""
LONGEST = 14  # words of a date: "oh three oh five one nine eight seven" has eight, "of the" and the like beside them
MANY = 31 + 1


@dataclass(frozen=True, slots=True)
class Date:
    """Words `first` to `last` (exclusive) of a line say a date; `numbers` are its day, month and year, as said."""

    first: int
    last: int
    numbers: tuple[int, ...]
    month: bool  # the name of a month is said
    ordinals: int

    @property
    def whole(self) -> bool:
        """Tell whether it is more than a lone number."""
        return self.month or self.ordinals > 1 or len(self.numbers) > 1


def month_of(token: Token) -> int:
    """Return the number of the month that a word names, 0 where it is none."""
    return MONTHS.get(token.text, 0)


def ordinal_of(token: Token) -> int:
    """Return the number of an ordinal such as `dritter`, `third` or `3.`, 0 where a word is none."""
    text = token.text
    if number := ENGLISH_ORDINALS.get(text, 0):
        return number
    numbered = NUMBERED.fullmatch(text)
    if numbered and (text != numbered["number"] or token.mark.startswith(".")):
        return int(numbered["number"]) if int(numbered["number"]) < MANY else 0
    for length in (2, 1):
        if ORDINAL_END.fullmatch(text[-length:]) and (number := GERMAN_ORDINALS.get(text[:-length], 0)):
            return number
    return 0


def read_date(line: Line, place: int) -> Date | None:
    """Return the date that begins with word `place`, None where none does."""
    last, here, month, ordinals = place, place, False, 0
    numbers: list[int] = []
    while here < len(line.tokens) and here - place < LONGEST and not (here > place and line.breaks(here)):
        token = line.tokens[here]
        if written := WRITTEN.fullmatch(token.text):
            numbers += [int(part) for part in written.groups() if part]
        elif named := month_of(token):
            month = True
            numbers.append(named)
        elif ordinal := ordinal_of(token):
            ordinals += 1
            numbers.append(ordinal)
        elif token.digits and len(token.digits) <= 8:
            numbers.append(int(token.digits))
        elif here > place and token.text in BETWEEN and here - last < 3:
            here += 1
            continue
        else:
            break
        here = last = here + 1
        if mark(token) == "?" or (mark(token) == "." and not ordinal_of(token) and _complete(numbers)):
            break
    return Date(place, last, tuple(numbers), month, ordinals) if last > place else None


def _complete(numbers: list[int]) -> bool:
    return len(numbers) > 2 or any(number > MANY for number in numbers[1:])
