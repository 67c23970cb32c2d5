"""Dates and sizes as people read them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from stimmung.batch.moments import counted, moment_text, size_text


def test_a_time_is_shown_in_the_zone() -> None:
    assert moment_text(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin")) == "2026-07-02 00:30"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_960, "10 kB"),
        (212_400, "212 kB"),
        (999_600, "1.0 MB"),
        (3_100_000_000, "3.1 GB"),
        (10**16, "10000 TB"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text


def test_counts() -> None:
    assert (counted(1, "call"), counted(0, "call"), counted(12_000, "call")) == ("1 call", "0 calls", "12,000 calls")
