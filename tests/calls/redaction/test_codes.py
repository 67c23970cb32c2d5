"""Codes of letters and digits, and letters that a number begins with."""

import pytest
from tests.calls.redaction.talks import talk

from stimmung.calls.redaction.records import RedactionOptions
from stimmung.calls.redaction.redactor import Redactor

REDACTOR = Redactor(RedactionOptions())


def left(sentence: str) -> str:
    return REDACTOR.redact(talk(f"c: {sentence}", language="en")).utterances[0].text


@pytest.mark.parametrize("code", ["a 4 g 4 f 3", "A4 G4 F3", "w 9 q 1 f 4", "58 p 9 k 2"])
def test_letters_and_digits_in_turn_are_a_code(code: str) -> None:
    assert left(code) == "[CUSTOMER_NUMBER]"


@pytest.mark.parametrize("sentence", ["I have an Audi A 4", "a 4", "3 g or 4 g is fine", "Terminal 2 b at 4"])
def test_letters_beside_a_digit_are_none(sentence: str) -> None:
    assert left(sentence) == sentence


@pytest.mark.parametrize(
    ("sentence", "redacted"),
    [
        ("claim number is abc 123", "claim number is [CUSTOMER_NUMBER]"),
        ("my booking number lk 256", "my booking number [CUSTOMER_NUMBER]"),
        ("policy number hdfd 123456789 please", "policy number [CUSTOMER_NUMBER] please"),
        ("my order number is 256", "my order number is [CUSTOMER_NUMBER]"),
    ],
)
def test_letters_between_a_number_and_what_names_it_go_with_it(sentence: str, redacted: str) -> None:
    assert left(sentence) == redacted


@pytest.mark.parametrize("sentence", ["my order number is 12", "the room number is 256", "my order has 256 parts"])
def test_short_numbers_are_taken_only_right_behind_what_names_them(sentence: str) -> None:
    assert left(sentence) == sentence
