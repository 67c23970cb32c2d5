"""What is known of a call from all that tells of it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from stimmung.batch.overnight.known_info import Known, known_info
from stimmung.speech.callinfo import parse_call_info

BERLIN = ZoneInfo("Europe/Berlin")


def test_only_what_is_known_is_kept_in_types_that_json_has() -> None:
    known = known_info(({"queue": "a", "customer": None, "roles": ["agent"]}, {"queue": "b", "floor": 3}), "x", BERLIN)
    assert known == Known({"queue": "b", "roles": ["agent"], "metadata": {"floor": 3}}, None)


def test_times_are_in_the_zone_and_say_when_the_call_began() -> None:
    known = known_info(({"recorded_on": "2026-11-21"}, {"started_at": "2026-11-21T10:15:00"}), "x", BERLIN)
    assert known.info == {"started_at": "2026-11-21T09:15:00+00:00"}
    assert known.began == datetime(2026, 11, 21, 9, 15, tzinfo=UTC)
    assert known_info(({"recorded_on": "2026-11-21"},), "x", BERLIN).info == {"metadata": {"recorded_on": "2026-11-21"}}


def test_what_makes_no_sense_is_named_and_nothing_is_known() -> None:
    known = known_info(({"queue": "a"}, {"consent": "maybe"}), "4711.wav", BERLIN)
    assert known.info == {}
    assert known.trouble is not None
    assert known.trouble.startswith('4711.wav: consent = "maybe"')


def test_it_is_read_back_as_it_was_meant() -> None:
    known = known_info(
        ({"consent": "granted", "direction": "inbound", "wait_seconds": 0.0, "tariff": "x"},), "x", BERLIN
    )
    info = parse_call_info(known.info, "job", BERLIN)
    assert (info.consent, info.direction, info.wait_seconds, dict(info.metadata)) == (
        "granted", "inbound", 0.0, {"tariff": "x"},
    )  # fmt: skip
