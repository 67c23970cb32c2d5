"""Days, weeks, months and moments as people write them in English and German, as periods of a calendar.

Days begin at midnight in the asker's time zone. What says how long ago in hours or minutes is a moment, to the minute.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from stimmung.store.search.language.query import Period
from stimmung.store.search.lexemes.folding import fold

LONGEST_AGO = 36_500  # days
YEARS = range(1970, 2101)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WEEK = 7 * DAY
EXAMPLES = "7d, 2026-11-03, yesterday, last week, 24h"


class UnclearError(ValueError):
    """A value that could be two things; the message says which, `instead` are ways to write them."""

    def __init__(self, reason: str, instead: str = "") -> None:
        super().__init__(reason)
        self.instead = instead


def _by_word(lists: str) -> MappingProxyType[str, int]:
    """Return places in a list by all words for it; words of a place are joined by `/`."""
    return MappingProxyType({word: at for at, words in enumerate(lists.split()) for word in words.split("/")})


# Folded: capitals, umlauts and ß are gone.
WEEKDAYS: Final = _by_word(
    "monday/mon/montag/mo tuesday/tue/dienstag/di wednesday/wed/mittwoch/mi thursday/thu/donnerstag/do "
    "friday/fri/freitag/fr saturday/sat/samstag/sonnabend/sa sunday/sun/sonntag/so"
)
MONTHS: Final = _by_word(
    "january/jan/januar/janner february/feb/februar march/mar/marz/maerz/mrz april/apr may/mai june/jun/juni "
    "july/jul/juli august/aug september/sep/sept october/oct/oktober/okt november/nov december/dec/dezember/dez"
)
NAMED_DAYS: Final = MappingProxyType(
    {"today": 0, "heute": 0, "yesterday": 1, "gestern": 1, "vorgestern": 2, "day before yesterday": 2}
)
UNITS: Final = MappingProxyType(
    {
        **dict.fromkeys("min mins minute minutes minuten".split(), "minute"),
        **dict.fromkeys("h hr hrs hour hours std stunde stunden".split(), "hour"),
        **dict.fromkeys("d day days t tag tage tagen".split(), "day"),
        **dict.fromkeys("w week weeks woche wochen".split(), "week"),
        **dict.fromkeys("mo month months monat monate monaten".split(), "month"),
        **dict.fromkeys("q quarter quarters quartal quartale quartalen".split(), "quarter"),
        **dict.fromkeys("y year years j jahr jahre jahren".split(), "year"),
        "m": "?",  # minute or month
    }
)
MONTHS_IN: Final = MappingProxyType({"month": 1, "quarter": 3, "year": 12})
LAST = r"(?:last|past|previous|letzte[rnsm]?|vorige[rnsm]?|vergangene[rnsm]?)"
THIS = r"(?:this|current|diese[rnsm]?|aktuelle[rnsm]?)"
CLOCK = r"(\d{1,2}):(\d\d)(?::(\d\d))?"
YEAR = r"(?:[ ,]+|(?<=\.) *)(\d{4})"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Reads times as seen from `now`, which is aware; its zone is the one that days are counted in."""

    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    def period(self, text: str) -> Period | None:
        """Return the day, week, month or year that a text names; a moment is a period that ends where it begins.

        None where it names none. Raises UnclearError where it could name two.
        """
        plain = " ".join(fold(text).split())
        for reader in (self._named, self._ago, self._relative, self._weekday, self._iso, self._written, self._clock):
            try:
                if found := reader(plain):
                    return found
            except UnclearError:
                raise
            except (ValueError, OverflowError):  # no such day
                return None
        return None

    def range(self, text: str) -> Period | None:
        """Return what lies between two times, both included, such as `1.11.-5.11.`; `2026-11-01..` has one bound."""
        if found := self.period(text):
            return found
        for sign in ("..", "–", " - ", "-", " bis ", " to "):
            left, parted, right = (part.strip() for part in text.partition(sign))
            if not parted or not (left or right) or (sign != ".." and not (left and right)):
                continue
            first, last = (self.period(part) if part else Period() for part in (left, right))
            if first and last:
                return Period(first.start, last.end)
        return None

    def midnight(self, day: date) -> datetime:
        """Return when a day begins."""
        return self._real(datetime.combine(day, time(), self.now.tzinfo))

    def _real(self, moment: datetime) -> datetime:
        """Return the moment as its zone's clocks show it: what they skip in spring is an hour later."""
        return moment.astimezone(UTC).astimezone(moment.tzinfo)

    def _days(self, first: date, last: date) -> Period:
        return Period(self.midnight(first), self.midnight(last + DAY))

    def _months(self, first: date, count: int) -> Period:
        return self._days(first, _months_later(first, count) - DAY)

    def _moment(self, moment: datetime) -> Period:
        return Period(moment, moment)

    def _named(self, text: str) -> Period | None:
        back = NAMED_DAYS.get(text)
        return None if back is None else self._days(self.today - back * DAY, self.today - back * DAY)

    def _ago(self, text: str) -> Period | None:
        """Read `7d`, `3 days ago`, `vor 3 tagen`: a day or a moment; `last 7 days`: all of them until today."""
        found = re.fullmatch(rf"(vor |{LAST} )?(\d+) ?([a-z]+)( ago| her)?", text)
        unit = UNITS.get(found[3]) if found else None
        if found is None or unit is None:
            return None
        count = int(found[2][:6])
        if unit == "?":
            raise UnclearError(f"{count}m can be minutes or months", f"{count}mo")
        if unit in {"hour", "minute"}:
            then = self.now.astimezone(UTC) - count * (HOUR if unit == "hour" else MINUTE)
            return self._moment(then.replace(second=0, microsecond=0).astimezone(self.now.tzinfo))
        day = self._back(count, unit)
        if (self.today - day) > LONGEST_AGO * DAY:
            return None
        span = found[1] is not None and found[1] != "vor "
        return self._days(day, self.today if span else day)

    def _back(self, count: int, unit: str) -> date:
        if unit in MONTHS_IN:
            return _months_later(self.today, -count * MONTHS_IN[unit])
        return self.today - count * (WEEK if unit == "week" else DAY)

    def _relative(self, text: str) -> Period | None:
        """Read `last week`, `diesen monat`: whole ones of the calendar, weeks from Monday on."""
        found = re.fullmatch(rf"({LAST}|({THIS})) ([a-z]+)", text)
        unit = UNITS.get(found[3]) if found else None
        if found is None or unit in {None, "?", "hour", "minute"}:
            return None
        back = 0 if found[2] else 1
        if unit == "day":
            return self._days(self.today - back * DAY, self.today - back * DAY)
        if unit == "week":
            monday = self.today - self.today.weekday() * DAY - back * WEEK
            return self._days(monday, monday + 6 * DAY)
        size = MONTHS_IN[unit or ""]
        month = self.today.month - 1
        first = self.today.replace(day=1, month=month - month % size + 1)
        return self._months(_months_later(first, -back * size), size)

    def _weekday(self, text: str) -> Period | None:
        """Read a day of the week: the latest, today included but for `last friday`."""
        found = re.fullmatch(rf"({LAST} |{THIS} )?([a-z]+)", text)
        if found is None or found[2] not in WEEKDAYS:
            return None
        back = (self.today.weekday() - WEEKDAYS[found[2]]) % 7
        if back == 0 and found[1] and re.match(LAST, found[1]):
            back = 7
        return self._days(self.today - back * DAY, self.today - back * DAY)

    def _iso(self, text: str) -> Period | None:
        """Read `2026`, `2026-11`, `2026-11-03`, and the last with a time and an offset."""
        found = re.fullmatch(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})(?:[t ](.+))?)?)?", text)
        if found is None or int(found[1]) not in YEARS:
            return None
        first = date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        if found[4]:
            return self._timed(first, found[4])
        if found[3]:
            return self._days(first, first)
        return self._months(first, 1 if found[2] else 12)

    def _written(self, text: str) -> Period | None:
        """Read `3.11.2026`, `3.11.`, `3. november`, `november 3, 2026`, `november`; without a year it is the latest."""
        if re.fullmatch(r"\d{1,2}/\d{1,2}(/\d{2,4})?", text):
            raise UnclearError("a date with strokes can be read in two ways", "2026-11-03")
        for pattern, order in (
            (r"(\d{1,2})\.(\d{1,2})\.?(?:(?<=\.) ?(\d{4}|\d\d))?(?: (.+))?", "dmyt"),
            (rf"(\d{{1,2}})\.? ?([a-z]+)\.?(?:{YEAR})?", "dmy"),
            (rf"([a-z]+)\.? (\d{{1,2}})(?:st|nd|rd|th)?(?:{YEAR})?", "mdy"),
            (rf"([a-z]+)\.?(?:{YEAR})?", "my"),
        ):
            if found := re.fullmatch(pattern, text):
                part = dict(zip(order, found.groups(), strict=True))
                month = _month(part["m"])
                if month is not None:
                    return self._dated(part.get("d"), month, part.get("y"), part.get("t"))
        return None

    def _dated(self, day: str | None, month: int, year: str | None, clock: str | None) -> Period | None:
        number = int(year) if year else self.today.year
        if year and len(year) == 2:
            number += 2000
        if number not in YEARS:
            return None
        first = date(number, month, int(day or 1))
        if not year and first > self.today:
            first = date(number - 1, month, int(day or 1))
        if clock:
            return self._timed(first, clock)
        return self._days(first, first) if day else self._months(first, 1)

    def _clock(self, text: str) -> Period | None:
        return self._timed(self.today, text) if re.fullmatch(CLOCK + "( uhr)?", text) else None

    def _timed(self, day: date, text: str) -> Period | None:
        found = re.fullmatch(CLOCK + r"(?: uhr)?(z|[+-]\d\d:?\d\d)?", text)
        if found is None:
            return None
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
        moment = datetime.combine(day, time(hour, minute, second), self.now.tzinfo)
        if found[4]:
            offset = datetime.fromisoformat(f"{moment:%Y-%m-%dT%H:%M:%S}{found[4].upper()}")
            return self._moment(offset.astimezone(self.now.tzinfo))
        return self._moment(self._real(moment))


def written_time(moment: datetime) -> str:
    """Return a moment as Calendar reads it: the day alone where that begins, the offset where clocks show it twice."""
    if moment.time() == time() and not _twice(moment):
        return f"{moment:%Y-%m-%d}"
    text = f"{moment:%Y-%m-%dT%H:%M:%S}" if moment.second else f"{moment:%Y-%m-%dT%H:%M}"
    return text + (f"{moment:%z}" if _twice(moment) else "")


def written_end(moment: datetime) -> str:
    """Return the end of a period: the last day in it where it ends with the day."""
    if moment.time() == time() and not _twice(moment):
        return written_time(moment.replace(hour=12) - DAY)[: len("2026-11-03")]
    return written_time(moment)


def _twice(moment: datetime) -> bool:
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    return MONTHS[text] + 1 if text in MONTHS else None


def _months_later(day: date, count: int) -> date:
    """Return the same day of another month, or its last where it has fewer."""
    years, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
