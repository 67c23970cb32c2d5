"""What clients may say, and what they are told when they say something else."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.api.schemas import (
    TEXT_BYTES,
    Complaint,
    ConsentMessage,
    EndMessage,
    NoticeGiven,
    NoticeMessage,
    PhaseMessage,
    ResumeMessage,
    StartMessage,
    StartRequest,
    is_call_id,
    notice_given,
    read_message,
    start_request,
)

SOUND = {"encoding": "pcm_mulaw", "sample_rate": 8_000, "channels": 2, "framing": "none"}


def started(**values: Any) -> StartRequest | Complaint:
    """Return what a `start` asks for."""
    message = read_message(json.dumps({"type": "start", "format": SOUND} | values))
    assert isinstance(message, StartMessage)
    return start_request("a", message)


class TestMessages:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ('{"type":"resume","after":7}', ResumeMessage),
            ('{"type":"consent","value":"withdrawn"}', ConsentMessage),
            ('{"type":"phase","value":"waiting"}', PhaseMessage),
            ('{"type":"end"}', EndMessage),
        ],
    )
    def test_are_read(self, text: str, kind: type) -> None:
        assert isinstance(read_message(text), kind)

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "Invalid JSON"),
            ("{", "Invalid JSON"),
            ("[" * 60_000, "recursion"),
            ('{"type":"end"}\ud800', "UTF-8"),
            ("null", "object"),
            ("{}", "type"),
            ('{"type":7}', "type"),
            ('{"type":"end","and":"more"}', 'end.and = "more"'),
            ('{"type":"resume","after":-1}', "resume.after = -1"),
            ('{"type":"resume","after":true}', "integer"),
            ('{"type":"resume","after":1.5}', "integer"),
            ('{"type":"resume","after":1e400}', "integer"),
            ('{"type":"resume","after":NaN}', "integer"),
            ('{"type":"start"}', "start.format"),
        ],
    )
    def test_that_make_no_sense_are_told_what_is_wrong(self, text: str, why: str) -> None:
        complaint = read_message(text)
        assert isinstance(complaint, Complaint)
        assert why in complaint.text

    def test_of_great_length_are_not_read(self) -> None:
        complaint = read_message(json.dumps({"type": "end", "x": "x" * TEXT_BYTES}))
        assert isinstance(complaint, Complaint)
        assert "bytes" in complaint.text

    def test_long_values_are_not_repeated(self) -> None:
        complaint = read_message(json.dumps({"type": "consent", "value": "was der Anrufer sagte " * 20}))
        assert isinstance(complaint, Complaint)
        assert "Anrufer" not in complaint.text

    @given(st.text())
    def test_of_any_text_are_read_or_complained_of(self, text: str) -> None:
        assert read_message(text) is not None

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
            max_leaves=12,
        ),
        st.sampled_from(["start", "resume", "consent", "notice", "phase", "partial", "end", "error"]),
        st.sampled_from(["format", "info", "after", "value", "given_at", "partials", "phase"]),
    )
    def test_of_any_shape_are_read_or_complained_of(self, value: object, kind: str, key: str) -> None:
        message = read_message(json.dumps({"type": kind, "format": SOUND, key: value}))
        if isinstance(message, StartMessage):
            start_request("a", message)
        if isinstance(message, NoticeMessage):
            notice_given(message)


class TestAStart:
    def test_says_how_the_sound_comes_and_what_is_known(self) -> None:
        request = started(info={"consent": "granted", "roles": ["agent", "customer"], "crm": 4711}, phase="waiting")
        assert isinstance(request, StartRequest)
        assert (request.wire.encoding, request.wire.sample_rate, request.wire.channels) == ("ulaw", 8_000, 2)
        assert (request.info.consent, request.info.roles) == ("granted", ("agent", "customer"))
        assert request.info.metadata == {"crm": 4711}
        assert (request.partials, request.phase) == (True, "waiting")

    @pytest.mark.parametrize(
        ("values", "why"),
        [
            ({"format": SOUND | {"sample_rate": 96_000}}, "96000"),
            ({"format": SOUND | {"encoding": "mp3"}}, "mp3"),
            ({"format": SOUND | {"framing": "rtp"}}, "rtp"),
            ({"info": {"language": 7}}, "language"),
            ({"info": {"wait_seconds": -1}}, "wait_seconds"),
            ({"info": {"crm": float("inf")}}, "crm"),
            ({"info": {"roles": ["agent", "customer", "customer"]}}, "3 channels"),
        ],
    )
    def test_that_cannot_be_is_told_what_is_wrong(self, values: dict[str, Any], why: str) -> None:
        complaint = started(**values)
        assert isinstance(complaint, Complaint)
        assert why in complaint.text


class TestANotice:
    def test_without_a_zone_is_in_that_of_the_deployment(self) -> None:
        message = NoticeMessage(type="notice", given_at="2026-07-01T12:00:00")
        given = notice_given(message, ZoneInfo("America/New_York"))
        assert isinstance(given, NoticeGiven)
        assert given.at.isoformat() == "2026-07-01T16:00:00+00:00"

    @pytest.mark.parametrize("text", ["", " ", "today", "2026-07-01", "12:00"])
    def test_that_is_no_time_is_told_so(self, text: str) -> None:
        complaint = notice_given(NoticeMessage(type="notice", given_at=text))
        assert isinstance(complaint, Complaint)
        assert "ISO 8601" in complaint.text


@pytest.mark.parametrize("good", ["a", "4711", "Gespräch 7", "a.b-c_d@e:f", "x" * 128, "{1}"])
def test_ids_that_calls_have(good: str) -> None:
    assert is_call_id(good)


@pytest.mark.parametrize("bad", ["", ".", "..", ".x", "a/b", "x" * 129, "a\tb", "a\x7f", "a\u200bb"])
def test_ids_that_no_call_has(bad: str) -> None:
    assert not is_call_id(bad)
