"""What is known of a call comes from its sidecar and from options, is checked once, and survives being written."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stimmung.speech.callinfo import (
    call_info_to_json,
    override_call_info,
    parse_call_info,
    read_call_info,
    sidecar_of,
    with_usual_roles,
)
from stimmung.speech.errors import CallInfoError
from stimmung.speech.records import CallInfo, Role

FULL: dict[str, object] = {
    "call_id": "4711",
    "started_at": "2025-03-01T14:30:00+01:00",
    "agent": "A-17",
    "team": "Süd",
    "queue": "Störung",
    "direction": "inbound",
    "customer": "K-9",
    "language": "de",
    "roles": ["agent", "customer"],
    "consent": "granted",
    "emotion_notice_given_at": "2025-03-01T13:30:05Z",
    "wait_seconds": 42.5,
    "tariff": {"name": "M", "since": 2019},
}


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return tmp_path / "Anruf 1.flac"


def write_sidecar(recording: Path, content: str | Mapping[str, object], encoding: str = "utf-8") -> Path:
    file = sidecar_of(recording)
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding=encoding)
    return file


def test_without_a_sidecar_nothing_is_known(recording: Path) -> None:
    assert read_call_info(recording) == CallInfo()


@pytest.mark.parametrize(
    ("recording_name", "sidecar_name"),
    [
        ("foo.flac", "foo.call.json"),
        ("foo", "foo.call.json"),
        ("2025.03.01 Müller.wav", "2025.03.01 Müller.call.json"),
        ("foo.agent.flac", "foo.agent.call.json"),
    ],
)
def test_the_sidecar_lies_beside_the_recording(recording_name: str, sidecar_name: str) -> None:
    assert sidecar_of(Path("calls") / recording_name) == Path("calls") / sidecar_name


def test_every_key_is_read(recording: Path) -> None:
    write_sidecar(recording, FULL)
    assert read_call_info(recording) == CallInfo(
        call_id="4711",
        started_at=datetime(2025, 3, 1, 13, 30, tzinfo=UTC),
        agent="A-17",
        team="Süd",
        queue="Störung",
        direction="inbound",
        customer="K-9",
        language="de",
        roles=("agent", "customer"),
        consent="granted",
        emotion_notice_given_at=datetime(2025, 3, 1, 13, 30, 5, tzinfo=UTC),
        wait_seconds=42.5,
        metadata={"tariff": {"name": "M", "since": 2019}},
    )


def test_unknown_keys_are_kept_beside_those_under_metadata(recording: Path) -> None:
    write_sidecar(recording, {"metadata": {"a": 1, "agent": "not the agent"}, "b": None, "Consent": "granted"})
    info = read_call_info(recording)
    assert info.metadata == {"a": 1, "agent": "not the agent", "b": None, "Consent": "granted"}
    assert info.agent is None
    assert info.consent == "unknown"


def test_null_and_empty_text_mean_not_known() -> None:
    values: dict[str, object] = dict.fromkeys(FULL, None)
    values.pop("tariff")
    assert parse_call_info(values, "options") == CallInfo()
    assert parse_call_info({"agent": "  ", "direction": "", "started_at": "", "language": ""}, "options") == CallInfo()


def test_metadata_are_kept_as_they_came() -> None:
    metadata = {" a ": " b ", "n": 1, "empty": "", "none": None}
    assert parse_call_info(metadata, "options").metadata == metadata
    assert parse_call_info({"metadata": metadata}, "options").metadata == metadata


def test_numbers_are_taken_for_identifiers_and_spaces_cut() -> None:
    info = parse_call_info({"call_id": 4711, "agent": " A-17 ", "customer": 0}, "options")
    assert (info.call_id, info.agent, info.customer) == ("4711", "A-17", "0")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-01-15T12:00:00", "2025-01-15T11:00:00"),  # Berlin in winter
        ("2025-07-15 12:00", "2025-07-15T10:00:00"),  # Berlin in summer
        ("2025-07-15T12:00:00Z", "2025-07-15T12:00:00"),
        ("2025-07-15T12:00:00.250-04:00", "2025-07-15T16:00:00.250000"),
        ("20250715T120000+0200", "2025-07-15T10:00:00"),
    ],
)
def test_times_become_utc_and_naive_ones_are_german(text: str, utc: str) -> None:
    started = parse_call_info({"started_at": text}, "options").started_at
    assert started is not None
    assert started.utcoffset() == timedelta(0)
    assert started.replace(tzinfo=None).isoformat() == utc


def test_naive_times_follow_the_configured_zone(recording: Path) -> None:
    write_sidecar(recording, {"started_at": "2025-07-15T12:00:00", "emotion_notice_given_at": "2025-07-15T12:00:00Z"})
    info = read_call_info(recording, timezone=ZoneInfo("America/New_York"))
    assert info.started_at == datetime(2025, 7, 15, 16, 0, tzinfo=UTC)
    assert info.emotion_notice_given_at == datetime(2025, 7, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"), [("de", "de"), ("EN", "en"), ("de-AT", "de"), ("en_GB", "en"), (" gsw ", "gsw")]
)
def test_a_language_is_its_code_without_the_country(text: str, code: str) -> None:
    assert parse_call_info({"language": text}, "options").language == code


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("direction", "incoming", "direction = \"incoming\": Input should be 'inbound', 'outbound' or 'unknown'"),
        ("consent", True, "consent = true: Input should be 'granted', 'refused', 'unknown' or 'withdrawn'"),
        ("consent", "Granted", "consent = \"Granted\": Input should be 'granted'"),
        ("roles", ["agent", "caller"], "roles.1 = \"caller\": Input should be 'agent', 'customer' or 'unknown'"),
        ("roles", "agent", 'roles = "agent": Input should be a valid tuple'),
        ("wait_seconds", -1, "wait_seconds = -1: Input should be greater than or equal to 0"),
        ("wait_seconds", True, "wait_seconds = true: Input should be a valid number"),
        ("wait_seconds", "12", 'wait_seconds = "12": Input should be a valid number'),
        ("wait_seconds", float("inf"), "Input should be a finite number"),
        ("started_at", "gestern um drei", 'started_at = "gestern um drei": should be an ISO 8601 time'),
        ("started_at", "2025-03-01", 'started_at = "2025-03-01": should be an ISO 8601 time with day and hour'),
        ("started_at", 1740835800, "started_at = 1740835800: should be an ISO 8601 time"),
        ("started_at", "0001-01-01T00:00:00", "is too far from today"),
        ("emotion_notice_given_at", "2025-02-30T00:00:00", "emotion_notice_given_at"),
        ("language", "Deutsch", 'language = "Deutsch": should be a language code such as de'),
        ("agent", ["A"], 'agent = ["A"]: Input should be a valid string'),
        ("metadata", [1], "metadata = [1]: Input should be a valid dictionary"),
    ],
)
def test_a_wrong_value_is_told_with_its_key_and_what_is_allowed(key: str, value: object, complaint: str) -> None:
    with pytest.raises(CallInfoError) as caught:
        parse_call_info({key: value}, "call.json")
    assert str(caught.value).startswith("call.json: ")
    assert complaint in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(CallInfoError, match=r"direction = .*; wait_seconds = "):
        parse_call_info({"direction": "up", "wait_seconds": -3}, "options")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"agent": "A",\n "team" "B"}', "line 2, column 9: Expecting ':' delimiter"),
        ("", "line 1, column 1: Expecting value"),
        ('["agent"]', "should hold one JSON object"),
        ('{"wait_seconds": NaN}', "NaN is not JSON"),
        ('{"x": -Infinity}', "-Infinity is not JSON"),
        ('{"x": ' + "[" * 200_000, "is nested too deeply"),
        ('{"consent": "yes"}', 'consent = "yes"'),
    ],
)
def test_a_broken_sidecar_is_told_with_its_name_and_place(recording: Path, content: str, complaint: str) -> None:
    file = write_sidecar(recording, content)
    with pytest.raises(CallInfoError) as caught:
        read_call_info(recording)
    assert str(caught.value).startswith(f"{file}: ")
    assert complaint in str(caught.value)


def test_text_that_windows_wrote_is_read_or_told(recording: Path) -> None:
    write_sidecar(recording, '{"team": "Süd"}', encoding="utf-8-sig")
    assert read_call_info(recording).team == "Süd"
    write_sidecar(recording, '{"team": "Süd"}', encoding="cp1252")
    with pytest.raises(CallInfoError, match=r"is not UTF-8 \(byte 11\)"):
        read_call_info(recording)


def test_a_sidecar_that_cannot_be_read_is_told(recording: Path) -> None:
    sidecar_of(recording).mkdir()
    with pytest.raises(CallInfoError, match="cannot be read"):
        read_call_info(recording)


def test_options_override_what_they_set_and_nothing_else(recording: Path) -> None:
    write_sidecar(recording, {**FULL, "site": "Kiel"})
    options = {"agent": "A-18", "roles": ["customer", "agent"], "desk": 4, "tariff": "L"}
    before = read_call_info(recording)
    after = override_call_info(before, options, "options")
    assert (after.agent, after.roles) == ("A-18", ("customer", "agent"))
    assert after.metadata == {"tariff": "L", "desk": 4, "site": "Kiel"}
    assert (after.call_id, after.consent, after.started_at) == (before.call_id, before.consent, before.started_at)


@pytest.mark.parametrize(
    ("key", "before", "given", "after"),
    [
        ("wait_seconds", 9.0, 0.0, 0.0),
        ("consent", "granted", "unknown", "unknown"),
        ("agent", "A-17", "", None),
        ("roles", ["agent"], [], ()),
    ],
)
def test_what_is_said_overrides_also_where_it_is_the_default(
    key: str, before: object, given: object, after: object
) -> None:
    info = parse_call_info({key: before}, "sidecar")
    assert getattr(override_call_info(info, {key: given}, "options"), key) == after


@pytest.mark.parametrize(("number", "told"), [("1e999", "Infinity"), ("-Infinity", "-Infinity"), ("NaN", "NaN")])
def test_numbers_that_json_has_not_are_told_with_their_key(recording: Path, number: str, told: str) -> None:
    file = write_sidecar(recording, f'{{"tariff": {{"prices": [1, {number}]}}}}')
    with pytest.raises(CallInfoError) as caught:
        read_call_info(recording)
    assert str(caught.value).startswith(f"{file}: tariff.prices.1 = {told} is not JSON")
    with pytest.raises(CallInfoError, match=r"options: x = "):
        parse_call_info({"x": float(number)}, "options")


def test_all_keys_are_written_in_plain_json() -> None:
    info = CallInfo(
        call_id="1",
        started_at=datetime(2025, 3, 1, 15, 30, tzinfo=timezone(timedelta(hours=2))),
        roles=("agent",),
        metadata={"a": [1]},
    )
    assert json.loads(json.dumps(call_info_to_json(info))) == {
        "call_id": "1",
        "started_at": "2025-03-01T13:30:00+00:00",
        "agent": None,
        "team": None,
        "queue": None,
        "direction": "unknown",
        "customer": None,
        "language": None,
        "roles": ["agent"],
        "consent": "unknown",
        "emotion_notice_given_at": None,
        "wait_seconds": None,
        "metadata": {"a": [1]},
    }


texts = st.none() | st.text(min_size=1, max_size=20).filter(lambda text: text == text.strip())
times = st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
plain: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
infos = st.builds(
    CallInfo,
    call_id=texts,
    started_at=times,
    agent=texts,
    team=texts,
    queue=texts,
    direction=st.sampled_from(["inbound", "outbound", "unknown"]),
    customer=texts,
    language=st.sampled_from([None, "de", "en"]),
    roles=st.lists(st.sampled_from(["agent", "customer", "unknown"]), max_size=3).map(tuple),
    consent=st.sampled_from(["granted", "refused", "unknown", "withdrawn"]),
    emotion_notice_given_at=times,
    wait_seconds=st.none() | st.floats(0.0, 1e6),
    metadata=st.dictionaries(st.text(max_size=8), plain, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(infos)
def test_what_is_written_is_read_back(info: CallInfo) -> None:
    written = json.loads(json.dumps(call_info_to_json(info)))
    assert parse_call_info(written, "round trip") == info


@settings(max_examples=60, deadline=None)
@given(infos, infos)
def test_overriding_twice_changes_nothing_more(info: CallInfo, overrides: CallInfo) -> None:
    values = call_info_to_json(overrides)
    once = override_call_info(info, values, "options")
    assert override_call_info(once, values, "options") == once
    assert override_call_info(CallInfo(), call_info_to_json(info), "options") == info


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FULL)), plain, max_size=4))
def test_any_json_is_read_or_refused_in_our_words(values: dict[str, object]) -> None:
    try:
        info, complaint = parse_call_info(values, "options"), ""
    except CallInfoError as error:
        info, complaint = CallInfo(), str(error)
    assert not complaint or complaint.startswith("options: ")
    json.dumps(call_info_to_json(info))


@pytest.mark.parametrize(
    ("own", "usual", "roles"),
    [
        (("customer",), ("agent", "customer"), ("customer",)),
        ((), ("agent", "customer"), ("agent", "customer")),
        ((), ("agent",), ("agent", "unknown")),
        ((), (), ()),
    ],
)
def test_usual_roles_stand_where_the_call_names_none(
    own: tuple[Role, ...], usual: tuple[Role, ...], roles: tuple[Role, ...]
) -> None:
    assert with_usual_roles(CallInfo(roles=own), usual).roles == roles
