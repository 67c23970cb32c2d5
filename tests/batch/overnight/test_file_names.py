"""Patterns for names: what fits is read field by field, what does not is not read at all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stimmung.batch.overnight.file_names import LONGEST, TIME_CODES, name_pattern, read_name, read_time
from stimmung.speech.callinfo import parse_call_info
from stimmung.speech.errors import SettingsError

BERLIN = ZoneInfo("Europe/Berlin")
PLAIN = "{started_at:%Y%m%d-%H%M%S}_{queue}_{customer}"


def read(pattern: str, path: str) -> dict[str, object] | None:
    info = read_name(name_pattern(pattern), path, BERLIN)
    return dict(info.values) if info else None


def complaint(pattern: str) -> str:
    with pytest.raises(SettingsError) as caught:
        name_pattern(pattern)
    return str(caught.value)


def test_each_field_is_read_and_the_time_is_in_the_deployments_zone() -> None:
    info = read_name(name_pattern(PLAIN), "20261121-101530_billing_03023125017", BERLIN)
    assert info is not None
    assert info.values == {
        "queue": "billing", "customer": "03023125017", "started_at": "2026-11-21T10:15:30+01:00",
    }  # fmt: skip
    assert info.began == datetime(2026, 11, 21, 9, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "path",
    [
        "20261121-101530_billing_de_03023125017",  # one sign too many: which field has it?
        "20261121-101530_billing",
        "20261121-101530_billing_",
        "20261121-101530__03023125017",
        "x20261121-101530_billing_03023125017",
        "20261131-101530_billing_03023125017",  # no 31st of November
        "20261121-251530_billing_03023125017",
        "20261121-101530_bill/ing_03023125017",
        "²0261121-101530_billing_03023125017",
        "20261121-101530_billing_" + "1" * LONGEST,
        "",
    ],
)
def test_a_name_fits_as_a_whole_or_not_at_all(path: str) -> None:
    assert read(PLAIN, path) is None


@pytest.mark.parametrize(
    ("pattern", "path", "values"),
    [
        ("call {call_id}", "CALL 4711", {"call_id": "4711"}),
        ("{{{queue}}}", "{billing}", {"queue": "billing"}),
        ("{queue}/{*}", "a/b/billing/4711-x_y", {"queue": "billing"}),
        ("{*}-{agent:4 digits}", "what-ever-2044", {"agent": "2044"}),
        ("{agent:2-3 digits}-{customer:digits}", "204-03023125017", {"agent": "204", "customer": "03023125017"}),
        ("{agent:2-3 digits}-{customer:digits}", "2044-03023125017", None),
        ("{agent:2 digits}{queue}", "20sales", {"agent": "20", "queue": "sales"}),
        ("{direction}_{customer}", "ausgehend_anonymous", {"direction": "outbound", "customer": None}),
        ("{direction}_{customer}", "sideways_1", None),
        ("{consent}_{language}_{queue}", "Granted_DE_x", {"consent": "granted", "language": "DE", "queue": "x"}),
        ("{consent}_{queue}", "perhaps_x", None),
        ("{queue}_{wait_seconds}", "sales_soon", None),
        ("{queue}_{wait_seconds}", "sales_41", {"queue": "sales", "wait_seconds": 41.0}),
        ("{order_number}", "A.B-C", {"order_number": "A.B-C"}),
        ("{queue}.{agent}", "a.b.c", None),
    ],
)
def test_fields(pattern: str, path: str, values: dict[str, object] | None) -> None:
    assert read(pattern, path) == values


@pytest.mark.parametrize(
    ("form", "text", "time"),
    [
        ("%d.%m.%y %H:%M", "21.11.26 10:15", "2026-11-21T10:15:00+01:00"),
        ("%d%b%Y_%H%M%S.%f", "21NOV2026_101530.5", "2026-11-21T10:15:30.500000+01:00"),
        ("%s", "1795252530", "2026-11-21T09:15:30+00:00"),
        ("%Y%m%dT%H:%M_%Z", "20261121T09:15_UTC", "2026-11-21T09:15:00+00:00"),
        ("%Y%m%dT%H%M%S%z", "20261121T091530-0530", "2026-11-21T09:15:30-05:30"),
        ("%Y%m%dT%H%M%S%z", "20261121T091530Z", "2026-11-21T09:15:30+00:00"),
        ("%-d.%-m.%Y %-H.%M", "1.2.2026 9.05", "2026-02-01T09:05:00+01:00"),
        ("%Y-%m-%d %H:%M", "2026-07-01 10:15", "2026-07-01T10:15:00+02:00"),
    ],
)
def test_times(form: str, text: str, time: str) -> None:
    assert read(f"{{started_at:{form}}}", text) == {"started_at": time}
    assert read_time(form, text, BERLIN) == datetime.fromisoformat(time)


def test_a_day_without_an_hour_is_no_time_but_gives_the_order() -> None:
    info = read_name(name_pattern("{started_at:%Y/%b/%d}/{call_id}"), "/x/archive/2026/Nov/21/4711", BERLIN)
    assert info is not None
    assert info.values == {"call_id": "4711", "recorded_on": "2026-11-21"}
    assert info.began == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert read_time("%Y-%m-%d", "2026-11-21", BERLIN) is None


def test_day_and_hour_may_stand_in_two_places_and_must_not_contradict() -> None:
    pattern = "{started_at:%Y-%m-%d}/{started_at:%d-%H%M}"
    assert read(pattern, "2026-11-21/21-1015") == {"started_at": "2026-11-21T10:15:00+01:00"}
    assert read(pattern, "2026-11-21/22-1015") is None


def test_what_every_fitting_name_says_is_said_and_the_patterns_zone_counts() -> None:
    pattern = name_pattern("{started_at:%Y%m%d%H%M}", {"direction": "inbound"}, UTC)
    info = read_name(pattern, "202611211015", BERLIN)
    assert info is not None
    assert info.values == {"direction": "inbound", "started_at": "2026-11-21T10:15:00+00:00"}


@pytest.mark.parametrize(
    ("pattern", "column", "said"),
    [
        ("{queue}{customer}", 8, "nothing separates"),
        ("{queue}{started_at:%Y}", 8, "nothing separates"),
        ("{customer:2-4 digits}{*}", 22, "nothing separates"),
        ("ab{queue}_{queue}", 11, "twice"),
        ("ab{", 3, "bracket"),
        ("ab}{queue}", 3, "bracket"),
        ("{Queue}", 1, "no field"),
        ("{}", 1, "no field"),
        ("{started_at}", 1, "%Y%m%d-%H%M%S"),
        ("x{started_at:%Y%Q}", 2, "%Q is not known"),
        ("x{started_at:%Y%}", 2, "% is not known"),
        ("{roles}", 1, "call.json"),
        ("{metadata}", 1, "call.json"),
        ("{agent:some}", 1, "4 digits"),
        ("{agent:5-2 digits}", 1, "2 is less than 5"),
        ("{*}", 1, "names no field"),
        ("abc", 1, "names no field"),
        ("", 1, "names no field"),
    ],
)
def test_a_wrong_pattern_is_pointed_at(pattern: str, column: int, said: str) -> None:
    message, shown, mark = complaint(pattern).split("\n")
    assert message.startswith(f"name pattern, column {column}: ")
    assert said in message
    assert shown == f"  {pattern}"
    assert mark.index("^") == column + 1


words = st.text("abcdefäöüß0123456789.", min_size=1, max_size=12).filter(lambda text: text != "none")
moments = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)).map(lambda time: time.replace(microsecond=0))  # noqa: DTZ001 as names write them


@given(time=moments, queue=words, customer=words)
def test_what_a_recorder_writes_is_read_back(time: datetime, queue: str, customer: str) -> None:
    values = read(PLAIN, f"{time:%Y%m%d-%H%M%S}_{queue}_{customer}")
    assert values is not None
    assert (values["queue"], values["customer"]) == (queue, customer)
    assert datetime.fromisoformat(str(values["started_at"])).replace(tzinfo=None) == time


@given(fields=st.lists(words, min_size=1, max_size=5), count=st.integers(2, 5))
def test_a_name_with_another_number_of_fields_never_fits(fields: list[str], count: int) -> None:
    assume(len(fields) != count)
    assert read("_".join(f"{{f{number}}}" for number in range(count)), "_".join(fields)) is None


@given(st.text(max_size=40))
def test_any_text_is_a_pattern_or_is_refused_with_a_place(text: str) -> None:
    try:
        read_name(name_pattern(text), text, BERLIN)
    except SettingsError as error:
        message = str(error)
    else:
        message = "name pattern, column 1"
    assert message.startswith("name pattern, column ")


pieces = st.sampled_from(["{queue}", "{agent:4 digits}", "{*}", "_", "-", "x", "{customer}", "{started_at:%Y%m%d%H%M}"])


@given(parts=st.lists(pieces, max_size=6), path=st.text("ab_-x0123456789/", max_size=60))
def test_what_is_read_is_always_something_that_a_calls_info_can_hold(parts: list[str], path: str) -> None:
    try:
        pattern = name_pattern("".join(parts))
    except SettingsError:
        return
    info = read_name(pattern, path, BERLIN)
    if info is not None:
        parse_call_info(info.values, "name", BERLIN)


@given(st.lists(st.sampled_from(sorted(TIME_CODES)), min_size=1, max_size=6), st.text("0123456789Z+:", max_size=30))
def test_any_time_form_reads_a_time_or_nothing(codes: list[str], text: str) -> None:
    form = "".join(f"%{code}" for code in codes)
    time = read_time(form, text, BERLIN)
    assert time is None or time.tzinfo is not None
