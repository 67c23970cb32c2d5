"""Marks of pages: what was written is read, and whatever else somebody sends is refused with the way out."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stimmung.speech.errors import QueryError
from stimmung.store.search.cursors import LONGEST, Cursor, asked_at, read_cursor, write_cursor

NOW = datetime(2026, 11, 4, 14, 0, 0, 123456, tzinfo=UTC)
CURSOR = Cursor(NOW, 10, (NOW - timedelta(days=3), 4711, 12), NOW - timedelta(hours=1))
WRITTEN = [NOW.isoformat(), NOW.isoformat(), NOW.isoformat(), 10, 4711, 12]
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def marked(fields: object) -> str:
    """Return a mark with other fields than any search writes."""
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


def test_what_was_written_is_read() -> None:
    assert read_cursor(write_cursor(CURSOR)) == CURSOR
    assert read_cursor(marked(WRITTEN)) == Cursor(NOW, 10, (NOW, 4711, 12), NOW)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.integers(1, 2**31 - 1),
    st.integers(1, 2**63 - 1),
    st.integers(0, 2**31 - 1),
)
@example(EARLIEST, 1, 2**63 - 1, 0)
@example(LATEST, 2**31 - 1, 1, 2**31 - 1)
def test_every_place_can_be_written(said_at: datetime, shown: int, call: int, number: int) -> None:
    cursor = Cursor(NOW, shown, (said_at, call, number), NOW)
    assert len(write_cursor(cursor)) <= LONGEST
    assert read_cursor(write_cursor(cursor)) == cursor


def test_the_first_page_is_asked_for_now_and_the_others_were_then() -> None:
    assert asked_at(None, NOW) == NOW
    assert asked_at(write_cursor(CURSOR), NOW) == CURSOR.asked
    berlin = Cursor(NOW, 10, CURSOR.after, NOW.astimezone(ZoneInfo("Europe/Berlin")))
    assert asked_at(write_cursor(berlin), NOW) == NOW


def with_field(place: int, value: object) -> str:
    return marked([*WRITTEN[:place], value, *WRITTEN[place + 1 :]])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "🙂",
        "ä" * 8,
        "AAAA\0",
        write_cursor(CURSOR)[:-4],
        write_cursor(CURSOR) + "!",
        "A" * 1_000_000,
        base64.urlsafe_b64encode(b"[" * 290).decode(),
        marked({str(place): value for place, value in enumerate(WRITTEN)}),
        marked(WRITTEN[:-1]),
        marked([*WRITTEN, 1]),
        marked(None),
        marked("abcdef"),
        with_field(0, "2026-11-04T14:00:00"),  # in no zone
        with_field(0, "9999-12-31T23:59:59-14:00"),  # there is no such moment in UTC
        with_field(1, "0001-01-01T00:00:00+14:00"),
        with_field(2, "0001-01-01T00:00:00+00:00"),  # before any clock
        with_field(2, 1e300),
        with_field(3, 0),
        with_field(3, -10),
        with_field(3, True),
        with_field(3, 2**31),
        with_field(3, 1.0),
        with_field(3, float("nan")),
        with_field(4, 2**63),
        with_field(4, 0),
        with_field(5, -1),
        with_field(5, "1"),
        with_field(5, [[1]]),
    ],
)
def test_anything_else_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(QueryError, match="leave it out to begin anew"):
        read_cursor(text)


def test_lists_in_lists_are_refused_however_deep() -> None:
    for text in (b"[" * 100_000, b"[" * 290 + b"]" * 10):
        with pytest.raises(QueryError):
            read_cursor(base64.urlsafe_b64encode(text).decode())


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda some: base64.urlsafe_b64encode(some).decode()))
def test_no_text_is_read_as_one_by_chance(text: str) -> None:
    with pytest.raises(QueryError):
        read_cursor(text)


def test_a_zone_of_its_own_makes_no_other_moment() -> None:
    there = timezone(timedelta(hours=5, minutes=45))
    elsewhere = Cursor(NOW.astimezone(there), 10, CURSOR.after, NOW)
    assert write_cursor(elsewhere) == write_cursor(Cursor(NOW, 10, CURSOR.after, NOW))
