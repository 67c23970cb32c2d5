"""Dates of birth: a date where the call says or asks that it is one. Every other date stays."""

from collections.abc import Iterator
from dataclasses import replace

from stimmung.calls.redaction.conversation import Conversation, Spot
from stimmung.calls.redaction.dates import Date, month_of, ordinal_of, read_date
from stimmung.calls.redaction.lines import Line, mark, phrase
from stimmung.calls.redaction.records import Finding
from stimmung.calls.redaction.tokens import parts_of

BORN = phrase(
    "geboren(?:e|er)?|geb|gebohren|geburtsdatum|geburtstag|geburtsdaten|geburtsjahr|jahrgang|geburtstags"
    "|born|date of birth|birth date|birthdate|birthday|day of birth|year of birth|dob|d o b|birth"
)
VERBS = frozenset(["geboren", "gebohren", "born"])
"""Behind them a date of birth may stand, and as well before them."""
REACH = 7  # words between "Geburtsdatum" and the date: "ist, Moment, das war der"
BEFORE = 10  # words before "geboren" in which the date may stand
ANSWER_REACH = 6  # words of an answer before its date
NEITHER = frozenset(
    "uhr euro prozent stunden minuten tage tagen jahre jahren years old days weeks months euros percent".split()
)
"""Behind a lone number they make something else of it: "ich bin 1987 geboren", but "vor 40 Jahren"."""


def find_birth_dates(talk: Conversation) -> list[Finding]:
    """Return the dates of birth in a conversation, those that are said again too."""
    found: list[tuple[Line, Date]] = []
    for line in talk.lines:
        for first, last in line.find(BORN):
            found += _near(talk, line, first, last)
    known = {_key(date) for _, date in found if len(date.numbers) > 1}
    places = {line.tokens[date.first].index for line, date in found}
    if known:
        found += _again(talk, known, places)
    return [Finding("BIRTH_DATE", parts_of(line.tokens[date.first : date.last]), "context") for line, date in found]


def _near(talk: Conversation, line: Line, first: int, last: int) -> Iterator[tuple[Line, Date]]:
    """Yield the date before the words, behind them, or in the answer to them."""
    verb = line.tokens[first].text in VERBS
    before = _date_before(line, first)
    if before and verb:
        yield line, before
        return
    if date := _date_behind(line, last, interrupted=False):
        yield line, date
        return
    if before:
        yield line, before
        return
    for spot in talk.answers(line.tokens[last - 1]):
        if date := _date_from(spot.line, spot.place, min(ANSWER_REACH, talk.length(spot))):
            yield spot.line, date
            yield from _asked_back(spot, date)
            return
    if date := _date_behind(line, last, interrupted=True):
        yield line, date


def _date_behind(line: Line, last: int, interrupted: bool) -> Date | None:
    """Return the date that the same voice says behind the words; `interrupted`: others may speak in between."""
    if line.breaks(last) or mark(line.tokens[last - 1]) == "?":
        return None
    end = last
    while end < len(line.tokens) and (interrupted or line.tokens[end].index == line.tokens[end - 1].index + 1):
        if end - last == REACH:
            break
        end += 1
    return _date_from(line, last, end - last, sentence=True)


def _asked_back(spot: Spot, date: Date) -> Iterator[tuple[Line, Date]]:
    """Yield what the answer goes on with after the other voice said a word: "der dritte fünfte" - "ja" - "1987"."""
    if len(date.numbers) > 2 or date.last >= len(spot.line.tokens) or spot.line.breaks(date.last):
        return
    if spot.line.pauses(date.last) and (rest := read_date(spot.line, date.last)) and len(rest.numbers) < 3:
        yield spot.line, rest


def _date_from(line: Line, place: int, reach: int, sentence: bool = False) -> Date | None:
    """Return the first date in the next `reach` words that is whole, or a year; `sentence`: only before its end."""
    for here in range(place, min(place + reach, len(line.tokens))):
        if here > place and line.breaks(here):
            return None
        if date := _fit(line, read_date(line, here)):
            return _with_zero(line, date)
        if mark(line.tokens[here]) == "?" or (sentence and mark(line.tokens[here]) == "."):
            return None
    return None


def _with_zero(line: Line, date: Date) -> Date:
    """Begin with the "oh" of "oh three oh five"."""
    before = date.first - 1
    leads = before >= 0 and not line.pauses(date.first) and line.tokens[before].text in ("oh", "o")
    return replace(date, first=before) if leads and not mark(line.tokens[before]) else date


def _date_before(line: Line, place: int) -> Date | None:
    start = max(place - BEFORE, 0)
    found = None
    here = start
    while here < place:
        date = read_date(line, here)
        if date and date.last <= place and (fit := _fit(line, date)):
            found = fit
        here = date.last if date else here + 1
    if found is None or any(mark(token) in (".", "?") for token in line.tokens[found.last - 1 : place]):
        return None
    return found


def _fit(line: Line, date: Date | None) -> Date | None:
    if date is None:
        return None
    follower = "" if line.pauses(date.last) else line.tokens[date.last].text
    if follower in NEITHER:
        return None
    if date.whole:
        return date
    number = date.numbers[0]
    return date if 1900 <= number <= 2030 or 10_000 < number <= 31_129_999 else None


def _key(date: Date) -> tuple[int, ...]:
    return tuple(sorted(number % 100 if number > 1000 else number for number in date.numbers))


def _again(talk: Conversation, known: set[tuple[int, ...]], places: set[int]) -> Iterator[tuple[Line, Date]]:
    """Yield the same dates elsewhere in the call: the agent says them once more."""
    for line in talk.lines:
        here = 0
        while here < len(line.tokens):
            token = line.tokens[here]
            may_begin = bool(token.digits) or bool(ordinal_of(token)) or bool(month_of(token))
            date = read_date(line, here) if may_begin else None
            if date and _key(date) in known and token.index not in places:
                yield line, date
            here = date.last if date else here + 1
