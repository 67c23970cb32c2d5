"""Dates and sizes as people read them."""

from datetime import datetime
from zoneinfo import ZoneInfo

UNITS = ("B", "kB", "MB", "GB", "TB")
STEP = 1000


def moment_text(moment: datetime, timezone: ZoneInfo) -> str:
    """Return an aware time as `2026-03-01 14:30` in that zone."""
    return f"{moment.astimezone(timezone):%Y-%m-%d %H:%M}"


def day_text(moment: datetime, timezone: ZoneInfo) -> str:
    """Return an aware time as `2026-03-01` in that zone."""
    return f"{moment.astimezone(timezone):%Y-%m-%d}"


def size_text(size: int) -> str:
    """Return a number of bytes as `812 B`, `9.4 kB` or `212 MB`: two digits or more."""
    value, place = float(size), 0
    while value >= STEP - 0.5 and place + 1 < len(UNITS):
        value, place = value / STEP, place + 1
    return f"{value:.1f} {UNITS[place]}" if place and value < 9.95 else f"{value:.0f} {UNITS[place]}"


def counted(count: int, noun: str) -> str:
    """Return `1 call`, `3 calls`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
