"""The time that a report is about, as it is written on the command line."""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import typer

from stimmung.batch.store_arguments import parse_moment
from stimmung.calls.report_records import Period

DAYS: Final = MappingProxyType({"today": 0, "heute": 0, "yesterday": 1, "gestern": 1})  # midnights back
FIRST_YEAR: Final = 1970  # before that nobody has recorded a call; and the weeks before must have dates


def parse_period(since: str, until: str | None, now: datetime, zone: ZoneInfo) -> Period:
    """Return the period from `since` until before `until`, or else until now. Raises typer.BadParameter."""
    first = _moment(since, "--since", now, zone)
    end = now.astimezone(zone) if until is None else _moment(until, "--until", now, zone)
    if first.year < FIRST_YEAR:
        raise typer.BadParameter(f"--since {since}: is before all calls")
    if end <= first:
        raise typer.BadParameter(f"--until {until or 'now'}: is not after --since {since}")
    return Period(first, end)


def _moment(text: str, option: str, now: datetime, zone: ZoneInfo) -> datetime:
    days = DAYS.get(text.strip().lower())
    if days is None:
        return parse_moment(text, option, now, zone).astimezone(zone)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days)
