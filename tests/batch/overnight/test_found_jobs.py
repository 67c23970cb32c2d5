"""In which order recordings are done, and what goes into their jobs."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.batch.overnight.toy_jobs import toy_job

from stimmung.batch.overnight.found_jobs import Order, Ranking, info_of, job_of, trouble_of
from stimmung.batch.overnight.records import Found, Source

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 2, tzinfo=BERLIN)


def found(began: datetime | None, changed: float | None = None) -> Found:
    return Found((Source("/in/a.wav", 1000, "1", changed),), {"queue": "meters"}, began)


def priority(order: Order, one: Found) -> int:
    return Ranking(order, NOW, BERLIN).priority(one)


def test_yesterday_and_today_go_first() -> None:
    for began, high in (
        (datetime(2026, 3, 2, 1, tzinfo=BERLIN), 1),
        (datetime(2026, 3, 1, 0, 0, tzinfo=BERLIN), 1),
        (datetime(2026, 2, 28, 23, 59, tzinfo=BERLIN), 0),
    ):
        assert priority("yesterday", found(began)) == high


def test_the_newest_day_goes_first() -> None:
    days = [datetime(2026, 3, 1, tzinfo=UTC) - timedelta(days=days) for days in range(3)]
    ranks = [priority("newest", found(day)) for day in days]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == 3


def test_the_oldest_first_is_the_tables_own_order() -> None:
    assert priority("oldest", found(NOW)) == priority("oldest", found(None)) == 0


def test_where_nobody_says_when_it_began_the_file_does() -> None:
    assert priority("yesterday", found(None, NOW.timestamp())) == 1
    assert priority("yesterday", found(None, 0.0)) == 0
    assert priority("yesterday", found(None)) == 0


def test_a_job_has_what_was_found() -> None:
    new = job_of(found(NOW), Ranking("oldest", NOW, BERLIN))
    assert (new.sources, new.versions, new.info, new.began, new.size) == (
        ("/in/a.wav",),
        ("1",),
        {"queue": "meters"},
        NOW,
        1000,
    )


def test_what_must_not_be_listened_to_says_why() -> None:
    one = Found((Source("/in/a.wav", 1, "1"),), {}, None, "a.call.json: is no JSON")
    job = toy_job(1, job_of(one, Ranking("oldest", NOW, BERLIN)))
    assert trouble_of(job) == "a.call.json: is no JSON"
    assert info_of(job) == {}
    assert trouble_of(toy_job(2, job_of(found(NOW), Ranking("oldest", NOW, BERLIN)))) == ""
