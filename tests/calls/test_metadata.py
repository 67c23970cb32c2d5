"""Metadata without identifiers: keys, numbers however JSON writes them, and what only a key makes clear."""

from typing import Any

import pytest

from stimmung.calls.redacting import redact_info
from stimmung.calls.redactor_settings import redactor_of
from stimmung.speech.records import CallInfo
from stimmung.speech.settings import RedactionSettings

REDACTOR = redactor_of(RedactionSettings(customer_numbers=("KD[0-9]{8}",)), None)


def redacted(metadata: dict[str, Any], language: str = "de") -> dict[str, Any]:  # Any: JSON
    return dict(redact_info(CallInfo(metadata=metadata), REDACTOR, language).metadata)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("pin", "1234", "[SECRET]"),
        ("cardPin", 1234, "[SECRET]"),
        ("tan", "123456", "[SECRET]"),
        ("password", "geheim7", "[SECRET]"),
        ("wlan_passwort", "Sonnenblume", "[SECRET]"),
        ("iban", "1203 0000", "[IBAN]"),
        ("dob", "1970-05-03", "[BIRTH_DATE]"),
        ("customer", {"number": 4711}, {"number": "[CUSTOMER_NUMBER]"}),
        ("cards", [{"pin": 12.5}], [{"pin": "[SECRET]"}]),
    ],
)
def test_a_key_says_what_stands_under_it(key: str, value: Any, expected: Any, language: str) -> None:
    assert redacted({key: value}, language) == {key: expected}


@pytest.mark.parametrize("number", [4111111111111111, 4111111111111111.0])
def test_a_number_is_one_however_json_writes_it(number: float) -> None:
    assert redacted({"paid": number}) == {"paid": "[CARD]"}


def test_what_was_measured_or_counted_stays() -> None:
    metadata = {
        "score": 0.123456789123,
        "started": 1772371200.118,
        "mos": 4.0,
        "phone": {"seconds": 1234567},
        "crm": {"id": 17},
        "most": float("inf"),
    }
    assert redacted(metadata) == metadata


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("+4917100000017", "[PHONE]"),
        ("kunde_017100000017", "kunde_[PHONE]"),
        ("KD12345678", "[CUSTOMER_NUMBER]"),
        ("DE02120300000000202051", "[IBAN]"),
        ("b.beispiel@example.org", "[EMAIL]"),
        ("konto 12345678", "konto [IBAN]"),
    ],
)
def test_a_key_that_is_an_identifier_goes_and_what_stands_under_it_stays(key: str, expected: str) -> None:
    assert redacted({key: "VIP", "crm": {key: {"vip": True}}}) == {
        expected: "VIP",
        "crm": {expected: {"vip": True}},
    }


@pytest.mark.parametrize("key", ["address2", "line 1", "2026-03-01", "20260301142233", "call-1772371200.118", "q7", ""])
def test_other_keys_stay(key: str) -> None:
    assert redacted({key: 3}) == {key: 3}


def test_a_number_that_begins_in_a_key_goes_from_both() -> None:
    assert redacted({"0171": "0000017"}) == {"[PHONE]": "[PHONE]"}
    assert redacted({"iban de02": "120300000000202051"}) == {"iban [IBAN]": "[IBAN]"}


def test_keys_that_become_the_same_keep_their_values() -> None:
    metadata = {"+4917100000017": "a", "[PHONE]": "b", "+4917100000018": "c"}
    assert redacted(metadata) == {"[PHONE] 2": "a", "[PHONE]": "b", "[PHONE] 3": "c"}


def test_what_is_redacted_stays_as_it_is() -> None:
    metadata = {"+4917100000017": "0171 0000017", "+4917100000018": 1, "pin": 1234, "iban de02": "120300000000202051"}
    once = redacted(metadata)
    assert redacted(once) == once
