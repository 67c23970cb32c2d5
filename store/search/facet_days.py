"""Days on which something was found, as the asker's clocks show them.

PostgreSQL counts quarters of an hour, of which the days of every time zone are made: which zones it knows does not
matter, nor how they change their clocks.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

QUARTER: Final = 900  # s


def days_of(quarters: Mapping[str, int], zone: tzinfo) -> dict[str, int]:
    """Return counts by day of `zone`, as 2026-11-22 and in order, from counts by the number of the quarter."""
    counted: Counter[str] = Counter()
    for quarter, count in quarters.items():
        counted[_day(int(quarter) * QUARTER, zone)] += count
    return dict(sorted(counted.items()))


def _day(seconds: int, zone: tzinfo) -> str:
    """Return the day; one that no calendar has in the zone is that of UTC."""
    moment = datetime.fromtimestamp(seconds, UTC)
    try:
        return moment.astimezone(zone).date().isoformat()
    except OverflowError:
        return moment.date().isoformat()
