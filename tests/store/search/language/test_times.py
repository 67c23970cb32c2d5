from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.store.search.asking import BERLIN, NOW, ask, filter_of

from stimmung.store.search.language.describing import describe
from stimmung.store.search.language.parser import parse
from stimmung.store.search.language.query import Period, QueryError
from stimmung.store.search.language.times import Calendar, UnclearError

CALENDAR = Calendar(NOW)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [
        ("today", "2026-11-04", "2026-11-05"),
        ("heute", "2026-11-04", "2026-11-05"),
        ("yesterday", "2026-11-03", "2026-11-04"),
        ("gestern", "2026-11-03", "2026-11-04"),
        ("vorgestern", "2026-11-02", "2026-11-03"),
        ("7d", "2026-10-28", "2026-10-29"),
        ("7 Tage", "2026-10-28", "2026-10-29"),
        ("3 days ago", "2026-11-01", "2026-11-02"),
        ("vor 3 Tagen", "2026-11-01", "2026-11-02"),
        ("2w", "2026-10-21", "2026-10-22"),
        ("3mo", "2026-08-04", "2026-08-05"),
        ("1 Jahr", "2025-11-04", "2025-11-05"),
        ("last 7 days", "2026-10-28", "2026-11-05"),
        ("letzte 3 Monate", "2026-08-04", "2026-11-05"),
        ("last week", "2026-10-26", "2026-11-02"),
        ("Letzte Woche", "2026-10-26", "2026-11-02"),
        ("this week", "2026-11-02", "2026-11-09"),
        ("diesen Monat", "2026-11-01", "2026-12-01"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("letztes Quartal", "2026-07-01", "2026-10-01"),
        ("this quarter", "2026-10-01", "2027-01-01"),
        ("letztes Jahr", "2025-01-01", "2026-01-01"),
        ("monday", "2026-11-02", "2026-11-03"),
        ("Mittwoch", "2026-11-04", "2026-11-05"),
        ("letzten Mittwoch", "2026-10-28", "2026-10-29"),
        ("last friday", "2026-10-30", "2026-10-31"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2026/11/03", "2026-11-03", "2026-11-04"),
        ("3.11.2026", "2026-11-03", "2026-11-04"),
        ("03.11.26", "2026-11-03", "2026-11-04"),
        ("3.11.", "2026-11-03", "2026-11-04"),
        ("24.12.", "2025-12-24", "2025-12-25"),
        ("3. November", "2026-11-03", "2026-11-04"),
        ("3 nov 2025", "2025-11-03", "2025-11-04"),
        ("November 3rd, 2025", "2025-11-03", "2025-11-04"),
        ("Oktober", "2026-10-01", "2026-11-01"),
        ("März", "2026-03-01", "2026-04-01"),
        ("Dezember", "2025-12-01", "2026-01-01"),
        ("may 2025", "2025-05-01", "2025-06-01"),
    ],
)
def test_days_and_stretches(typed: str, start: str, end: str) -> None:
    assert CALENDAR.period(typed) == Period(at(start), at(end))


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("24h", "2026-11-03T15:00"),
        ("90 Minuten", "2026-11-04T13:30"),
        ("2 hours ago", "2026-11-04T13:00"),
        ("14:30", "2026-11-04T14:30"),
        ("9:05 Uhr", "2026-11-04T09:05"),
        ("2026-11-03T14:30", "2026-11-03T14:30"),
        ("2026-11-03 14:30:05", "2026-11-03T14:30:05"),
        ("3.11.2026 14:30", "2026-11-03T14:30"),
        ("2026-11-03T14:30Z", "2026-11-03T15:30"),
        ("2026-11-03T14:30+03:00", "2026-11-03T12:30"),
    ],
)
def test_moments(typed: str, moment: str) -> None:
    assert CALENDAR.period(typed) == Period(at(moment), at(moment))


@pytest.mark.parametrize(
    "typed",
    ["", "foo", "2026-13-01", "2026-02-30", "31.2.", "25:00", "12:75", "9999999d", "99999999999999999999 years",
     "1850", "3000-01-01", "13", "last", "last foo", "-7d", "0.5d", "2026-11-03T25:00", "2026-11-03T10:00+99:00"],
)  # fmt: skip
def test_no_times(typed: str) -> None:
    assert CALENDAR.period(typed) is None


@pytest.mark.parametrize("typed", ["3m", "vor 3m", "11/03/2026", "1/2"])
def test_times_that_could_be_two(typed: str) -> None:
    with pytest.raises(UnclearError):
        CALENDAR.period(typed)


def test_a_month_back_from_its_last_day_is_the_last_of_a_shorter_one() -> None:
    assert Calendar(at("2026-10-31")).period("1mo") == Period(at("2026-09-30"), at("2026-10-01"))
    assert Calendar(at("2024-03-31")).period("1 month ago") == Period(at("2024-02-29"), at("2024-03-01"))


def test_how_filters_bound_a_day() -> None:
    day, following = at("2026-10-05"), at("2026-10-06")
    assert filter_of("since:2026-10-05").values == (Period(day, None),)
    assert filter_of("until:2026-10-05").values == (Period(None, following),)
    assert filter_of("before:2026-10-05").values == (Period(None, day),)
    assert filter_of("after:2026-10-05").values == (Period(following, None),)
    assert filter_of("on:2026-10-05").values == (Period(day, following),)
    assert filter_of("on:2026-10-05,2026-10-07").values[1:] == (Period(at("2026-10-07"), at("2026-10-08")),)


def test_days_may_be_compared() -> None:
    for typed, same in (("date:>2026-10-05", "after:2026-10-05"), ("datum:>=5.10.", "since:2026-10-05"),
                        ("on:<2026-10-05", "before:2026-10-05"), ("on:<=gestern", "until:gestern")):  # fmt: skip
        assert filter_of(typed) == filter_of(same), typed


def test_a_stretch_has_both_its_ends() -> None:
    expected = (Period(at("2026-10-05"), at("2026-10-12")),)
    for typed in ("5.10.-11.10.", "2026-10-05..2026-10-11", "5.10. bis 11.10.", '"5.10. bis 11.10."', "5.10.–11.10."):
        assert filter_of(f"on:{typed}").values == expected, typed
    assert filter_of("on:2026-10-05..").values == (Period(at("2026-10-05"), None),)


@pytest.mark.parametrize("typed", ["on:14:30", "on:24h", "on:11.10.-5.10.", "since:1.11.,2.11.", "last:foo", "on:.."])
def test_what_no_day_can_be(typed: str) -> None:
    with pytest.raises(QueryError):
        ask(typed)


def test_the_last_days_reach_until_now_and_the_last_month_does_not() -> None:
    assert filter_of("last:7d") == filter_of("since:7d")
    assert filter_of("last:24h") == filter_of("since:24h")
    assert filter_of("last:month") == filter_of("on:2026-10")


def test_times_of_several_words_end_where_they_end() -> None:
    assert describe(ask("since:last month kündigung")) == "kündigung since:2026-10-01"
    assert describe(ask("seit:vor 3 tagen geht nichts")) == "geht nichts since:2026-11-01"
    assert describe(ask("since:last month mood:angry")) == "since:2026-10-01 mood:anger"
    assert describe(ask("am:3. november -werbung")) == "-werbung on:2026-11-03"
    assert describe(ask('since:"last month" kündigung')) == "kündigung since:2026-10-01"


def test_the_time_of_a_query_is_what_its_filters_have_in_common() -> None:
    assert ask("since:2026-10-01 until:2026-10-31").period == Period(at("2026-10-01"), at("2026-11-01"))
    assert ask("on:2026-10-05,2026-10-07").period == Period(at("2026-10-05"), at("2026-10-08"))
    assert ask("since:7d since:3d").period == ask("since:3d").period
    assert ask("on:2026-10-05..,2026-10-01").period == Period(at("2026-10-01"), None)
    assert ask("-on:gestern kündigung").period == Period()


def test_days_are_those_of_the_zone() -> None:
    midnight = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)  # the fourth in Berlin
    found = parse("on:today", now=midnight, zone=BERLIN).period
    assert found == Period(at("2026-11-04"), at("2026-11-05"))
    assert found.start is not None
    assert found.start.astimezone(UTC) == datetime(2026, 11, 3, 23, 0, tzinfo=UTC)
    assert parse("on:today", now=midnight, zone=UTC).period.start == datetime(2026, 11, 3, tzinfo=UTC)


def test_days_on_which_clocks_change_are_whole() -> None:
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25)):
        period = CALENDAR.period(day)
        assert period is not None
        assert period.start is not None
        assert period.end is not None
        assert (period.end.astimezone(UTC) - period.start.astimezone(UTC)).total_seconds() == hours * 3600


def utc(text: str) -> datetime | None:
    period = ask(text).period
    return period.start.astimezone(UTC) if period.start else None


def test_times_that_clocks_skip_or_show_twice_stay_what_they_are() -> None:
    assert utc("since:2026-03-29T02:30") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 in summer time
    for typed in ("since:2026-10-25T02:30+02:00", "since:2026-10-25T02:30+01:00", "since:2026-03-29T02:30"):
        assert utc(describe(ask(typed))) == utc(typed), typed
    assert utc("since:2026-10-25T02:30+02:00") != utc("since:2026-10-25T02:30+01:00")


def test_where_the_day_begins_at_one_it_does() -> None:
    santiago = ZoneInfo("America/Santiago")  # clocks go from 24:00 to 1:00
    now = datetime(2026, 9, 10, 12, tzinfo=santiago)
    query = parse("on:2026-09-06", now=now, zone=santiago)
    assert query.period.start == datetime(2026, 9, 6, 1, tzinfo=santiago)
    assert parse(describe(query), now=now, zone=santiago) == query
