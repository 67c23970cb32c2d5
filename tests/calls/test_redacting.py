"""What is known of a call beforehand, by the redactor that a deployment gets: numbers go, names of recordings stay."""

from typing import Any

import pytest

from stimmung.calls.redacting import redact_info, redact_path, shown_info
from stimmung.calls.redactor_settings import redactor_of
from stimmung.speech.records import CallInfo
from stimmung.speech.settings import RedactionSettings

REDACTOR = redactor_of(RedactionSettings(customer_numbers=("KD[0-9]{8}",)), None)


def redacted(metadata: dict[str, Any], language: str = "de") -> dict[str, Any]:  # Any: JSON
    return dict(redact_info(CallInfo(metadata=metadata), REDACTOR, language).metadata)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("calls/+4917100000017_2026.wav", "calls/[PHONE]_2026.wav"),
        ("0171-0000017.wav", "[PHONE].wav"),
        ("in/rec_017100000017_a.wav", "in/rec_[PHONE]_a.wav"),
        ("DE02120300000000202051.wav", "[IBAN].wav"),
        ("KD12345678.wav", "[CUSTOMER_NUMBER].wav"),
    ],
)
def test_a_number_in_a_name_goes(path: str, expected: str) -> None:
    assert redact_path(path, REDACTOR, "de") == expected


@pytest.mark.parametrize(
    "path",
    [
        "samples/de-billing-angry.flac",
        "20260301-142233.wav",
        "20260301142233.wav",
        "2026/03/01/14-22-33_queue7.wav",
        "call_2026-03-01T14-22-33.250.wav",
        "call-1772371200.118.wav",
        "4f3a9b2c-1d0e-4f6a-a1b2-c3d4e5f60718.opus",
        "4f3a9b2c1d0e4f6aa1b2c3d4e5f60718.opus",
        "/tmp/pytest-of-root/pytest-123/call0/call.wav",
        "C:\\calls\\one.wav",
        "",
    ],
)
def test_day_and_time_and_random_ids_stay(path: str) -> None:
    assert redact_path(path, REDACTOR, "de") == path


def test_an_iban_is_no_random_id_though_it_reads_like_one() -> None:
    assert redact_path("de02120300000000202051.wav", REDACTOR, "de") == "[IBAN].wav"


@pytest.mark.parametrize("language", ["de", "en"])
def test_values_of_metadata_are_read_with_the_name_of_their_key(language: str) -> None:
    metadata = {
        "phone": "0171 0000017",
        "crm": {"customerNumber": 4711, "iban": ["DE02 1203 0000 0000 2020 51"]},
        "mail": "b.beispiel@example.org",
    }
    assert redacted(metadata, language) == {
        "phone": "[PHONE]",
        "crm": {"customerNumber": "[CUSTOMER_NUMBER]", "iban": ["[IBAN]"]},
        "mail": "[EMAIL]",
    }


def test_all_else_stays_as_it_is() -> None:
    metadata = {
        "campaign": "Frühling 2026", "ticket": 17, "score": 0.123456789123, "vip": True, "nothing": None,
        "seconds": 1234567, "at": "2026-03-01T14:22:33.250+01:00", "session": "4f3a9b2c-1d0e-4f6a-a1b2-c3d4e5f60718",
        "list": [1, "zwei", {"a": {}}],
    }  # fmt: skip
    assert redacted(metadata) == metadata


def test_all_that_is_known_besides_stays_for_whoever_keeps_it_and_outputs_leave_the_customer_out() -> None:
    info = CallInfo(call_id="4711", agent="a.weber", customer="K-17", queue="invoices", roles=("agent", "customer"))
    assert redact_info(info, REDACTOR) == info
    assert shown_info(info).customer == "[CUSTOMER_NUMBER]"
    assert shown_info(CallInfo()) == CallInfo()
