"""Days of facets are the asker's: from midnight to midnight by the clocks there, also where those are changed."""

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from tests.store.search.found_calls import Said, keep

from stimmung.store.database import Database
from stimmung.store.search.facet_days import QUARTER, days_of
from stimmung.store.search.language.parser import parse
from stimmung.store.search.records import Ask
from stimmung.store.search.search import search

BERLIN = ZoneInfo("Europe/Berlin")


def quarters(*moments: datetime) -> Counter[str]:
    return Counter(str(int(moment.timestamp()) // QUARTER) for moment in moments)


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("Europe/Berlin", {"2026-03-28": 24, "2026-03-29": 23, "2026-03-30": 24}),
        ("Europe/Berlin", {"2026-10-24": 24, "2026-10-25": 25, "2026-10-26": 24}),
        ("Asia/Kathmandu", {"2026-03-28": 24, "2026-03-29": 24}),
        ("Australia/Lord_Howe", {"2026-04-05": 24.5}),  # half an hour
        ("UTC", {"2026-03-29": 24}),
    ],
)
def test_a_day_is_as_long_as_clocks_say(zone: str, hours: dict[str, float]) -> None:
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    every = quarters(*(begin + number * timedelta(seconds=QUARTER) for number in range(300 * 96)))
    counted = days_of(every, ZoneInfo(zone))
    assert {day: counted[day] / 4 for day in hours} == hours
    assert list(counted) == sorted(counted)


def test_midnight_parts_days() -> None:
    late, early = datetime(2026, 3, 1, 22, 59, 59, tzinfo=UTC), datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
    assert days_of(quarters(late, early), BERLIN) == {"2026-03-01": 1, "2026-03-02": 1}


def test_the_last_moment_of_the_calendar_has_a_day() -> None:
    assert days_of(quarters(datetime.max.replace(microsecond=0, tzinfo=UTC)), timezone(timedelta(hours=14))) == {
        "9999-12-31": 1
    }


def test_a_search_counts_the_days_on_which_it_finds(database: Database) -> None:
    """Calls begin at 9:00 UTC; the asker in Auckland is 13 hours ahead, the one in Honolulu 10 behind."""
    keep(database, "one", Said("Die Rechnung"))
    for zone, day in (("UTC", "2026-03-01"), ("Pacific/Auckland", "2026-03-01"), ("Pacific/Honolulu", "2026-02-28")):
        for text in (f"rechnung on:{day}", f"on:{day} sort:time"):
            found = search(
                database, Ask(parse(text, now=datetime(2026, 4, 1, tzinfo=UTC), zone=ZoneInfo(zone)), "words")
            )
            assert found.facets is not None
            assert found.facets.days == {day: 1}, (zone, text)
