"""Stretches of days that a search looks through one after the other, until it has enough; each is one sign or a few.

How long the next one is goes by how many the ones before held, so that a rare word needs few looks and a frequent one
reads little that is thrown away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stimmung.store.search.lexeme_queries import disjunction, lexeme
from stimmung.store.search.tags import DAYS_A_WEEK, day_tag, week_tag

MOST_WEEKS: Final = 16  # at once by their signs; of more the index would read as many lists
FASTEST: Final = 8  # times as long as the last stretch, at most
SPARE: Final = 1.3  # times as many days as should be enough: not all days are alike


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from `first` to `last`, both inclusive."""

    first: int
    last: int

    @property
    def days(self) -> int:
        return self.last - self.first + 1

    @property
    def sign(self) -> str | None:
        """Return the `tsquery` that finds these days, None where they are too many for signs."""
        names = list(self._names())
        return disjunction([lexeme(name) for name in names]) if names else None

    def _names(self) -> Iterator[str]:
        low = -(-self.first // DAYS_A_WEEK)  # the first whole week
        high = (self.last + 1) // DAYS_A_WEEK  # behind the last whole one
        if high - low > MOST_WEEKS:
            return
        if low >= high:
            yield from (day_tag(day) for day in range(self.first, self.last + 1))
            return
        yield from (day_tag(day) for day in range(self.first, low * DAYS_A_WEEK))
        yield from (week_tag(week) for week in range(low, high))
        yield from (day_tag(day) for day in range(high * DAYS_A_WEEK, self.last + 1))


class Walk:
    """Goes from the last day back, or `upwards` from the first one on."""

    def __init__(self, whole: Stretch, upwards: bool, a_day: float | None = None) -> None:
        """Take all days there are; `a_day` is how many a day are expected to be found, None: nobody knows."""
        self._left = whole
        self._upwards = upwards
        self._expected = a_day
        self._days = 0  # that were looked through
        self._found = 0
        self._size = 0  # of the last stretch

    def take(self, missing: int) -> Stretch | None:
        """Return the next stretch, long enough for what is still `missing`, if it can be; None behind the last day."""
        if self._left.days < 1:
            return None
        self._size = min(self._wanted(missing), self._left.days)
        first, last = self._left.first, self._left.last
        if self._upwards:
            self._left = Stretch(first + self._size, last)
            return Stretch(first, first + self._size - 1)
        self._left = Stretch(first, last - self._size)
        return Stretch(last - self._size + 1, last)

    def note(self, found: int) -> None:
        """Take in how many the last stretch held."""
        self._days += self._size
        self._found += found

    def _wanted(self, missing: int) -> int:
        if not self._days:
            return 1 if self._expected is None else max(1, round(missing / max(self._expected, 1e-9)))
        if not self._found:
            return FASTEST * self._size
        return max(1, min(round(SPARE * missing * self._days / self._found), FASTEST * self._size))
