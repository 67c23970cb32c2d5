"""XML of recorders: found by path, in any namespace; never an entity, never a document without end."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.batch.overnight.sidecar_xml import LARGEST, parse_xml_field, xml_values
from stimmung.speech.errors import CallInfoError, SettingsError

BERLIN = ZoneInfo("Europe/Berlin")
CALL = """<?xml version="1.0" encoding="UTF-8"?>
<!-- written by nobody -->
<r:recording id="4711" xmlns:r="urn:example:recorder" xmlns:x="urn:example:more" x:queue="billing">
  <r:begin>21.11.2026 10:15:30</r:begin>
  <r:party role="agent"><number>204</number></r:party>
  <r:party role="customer"><number> </number></r:party>
  <r:party role="customer"><number>03023125017</number></r:party>
  <r:way>out</r:way>
</r:recording>"""


def values(text: str | bytes, *wanted: str) -> dict[str, object]:
    data = text.encode() if isinstance(text, str) else text
    return xml_values(data, [parse_xml_field(field) for field in wanted], "4711.xml", BERLIN)


def complaint(text: str | bytes, *wanted: str) -> str:
    with pytest.raises(CallInfoError) as caught:
        values(text, *wanted)
    return str(caught.value)


def test_values_are_found_by_path_and_attribute_whatever_their_namespace() -> None:
    assert values(
        CALL,
        "call_id=recording/@id",
        "queue=recording/@queue",
        "agent=recording/party[@role='agent']/number",
        "customer=.//party[@role='customer']/number",
        "started_at=recording/begin|%d.%m.%Y %H:%M:%S",
        "direction=recording/way",
        "tariff=recording/tariff",
    ) == {
        "call_id": "4711",
        "queue": "billing",
        "agent": "204",
        "customer": "03023125017",
        "started_at": "2026-11-21T09:15:30+00:00",
        "direction": "outbound",
    }


def test_of_two_places_for_one_key_the_first_that_holds_something_counts() -> None:
    text = "<call><a/><b>2</b><c>3</c></call>"
    assert values(text, "queue=call/a", "queue=call/b", "queue=call/c") == {"queue": "2"}


def test_without_paths_elements_are_read_that_are_called_like_the_keys() -> None:
    text = """<c><CallId>4711</CallId><started-at>2026-11-21T10:15:30</started-at><Queue/><Queue>billing</Queue>
    <customer>anonymous</customer><WaitSeconds>3,5</WaitSeconds><roles>agent customer</roles><metadata>x</metadata>
    </c>"""
    assert values(text) == {
        "call_id": "4711", "started_at": "2026-11-21T10:15:30", "queue": "billing", "wait_seconds": 3.5,
        "roles": ["agent", "customer"],
    }  # fmt: skip


BILLION = """<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><z>&b;</z>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/hostname">]><z><queue>&a;</queue></z>"""
ELSEWHERE = """<?xml version="1.0"?><!DOCTYPE z SYSTEM "http://127.0.0.1:9/z.dtd"><z><queue>1</queue></z>"""


@pytest.mark.parametrize("text", [BILLION, OUTSIDE, ELSEWHERE])
def test_a_document_with_definitions_of_its_own_is_refused(text: str) -> None:
    assert complaint(text).startswith("4711.xml: brings definitions of its own (DTD), which are not read")


def test_a_document_without_end_is_refused_before_it_is_read() -> None:
    assert f"has {LARGEST + 1} bytes" in complaint(b" " * (LARGEST + 1))


@pytest.mark.parametrize(
    "text", ["", "<a>", "queue: billing", b"\xff\xfe\x00", '<?xml version="1.0" encoding="zz"?><a/>']
)
def test_what_is_no_xml_is_told(text: str | bytes) -> None:
    assert complaint(text).startswith("4711.xml: is ")


def test_a_document_as_deep_as_it_may_be_large_does_no_harm() -> None:
    depth = LARGEST // 8
    assert values("<a>" * depth + "</a>" * depth) == {}


def test_german_windows_encoding_is_read() -> None:
    text = '<?xml version="1.0" encoding="windows-1252"?><a><queue>Störung</queue></a>'
    assert values(text.encode("cp1252")) == {"queue": "Störung"}


def test_a_time_that_is_written_otherwise_is_told_with_both() -> None:
    message = complaint("<a><b>2026-11-21</b></a>", "started_at=a/b|%d.%m.%Y %H:%M")
    assert message == "4711.xml: started_at = '2026-11-21' is not written as %d.%m.%Y %H:%M"


@pytest.mark.parametrize("field", ["agent=call[", "agent=/call", "started_at=a|%Q"])
def test_a_wrong_field_of_the_settings_is_refused(field: str) -> None:
    with pytest.raises(SettingsError):
        parse_xml_field(field)


@given(st.binary(max_size=200))
def test_any_bytes_are_values_or_a_complaint(data: bytes) -> None:
    try:
        xml_values(data, (), "any.xml", BERLIN)
    except CallInfoError as error:
        assert "any.xml" in str(error)  # noqa: PT017 both ends are right
