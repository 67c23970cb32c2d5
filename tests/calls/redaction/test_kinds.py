"""Which type a number is."""

import pytest

from stimmung.calls.redaction.kinds import Decision, Said, decide
from stimmung.calls.redaction.records import Identifier


def said(characters: str, written: str = "", plus: bool = False, language: str = "de") -> Said:
    digits = "".join(one for one in characters if one.isdigit())
    return Said(digits, characters, written or characters.lower(), plus, language)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (said("DE89370400440532013000"), "IBAN"),
        (said("4111111111111111"), "CARD"),
        (said("86095742719"), "TAX_ID"),
        (said("65170839J003"), "INSURANCE_ID"),
        (said("A123456780"), "INSURANCE_ID"),
    ],
)
def test_check_digit_decides_where_nothing_is_named(number: Said, kind: Identifier) -> None:
    assert decide(number) == Decision(kind, "check_digit")


def test_iban_is_one_whatever_was_named() -> None:
    assert decide(said("DE89370400440532013000"), "CUSTOMER_NUMBER", "strong") == Decision("IBAN", "check_digit")


def test_name_decides_where_the_check_digit_fails_or_speaks_for_something_else() -> None:
    assert decide(said("4111111111111112"), "CARD", "strong") == Decision("CARD", "context")
    assert decide(said("86095742719"), "PHONE", "strong") == Decision("PHONE", "context")
    assert decide(said("4111111111111111"), "CARD", "strong") == Decision("CARD", "check_digit")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (said("01713920012"), "PHONE"),
        (said("491713920012", plus=True), "PHONE"),
        (said("2025550123", language="en"), "PHONE"),
        (said("4111111111111112"), "CARD"),
        (said("DE89370400440532013001"), "IBAN"),
        (said("89370400440532013001"), "IBAN"),
        (said("21815081500", written="218/150/81500"), "TAX_ID"),
        (said("65170839J004"), "INSURANCE_ID"),
        (said("123456789", written="123-45-6789", language="en"), "INSURANCE_ID"),
        (said("8812577419"), "CUSTOMER_NUMBER"),
    ],
)
def test_form_decides_where_nothing_else_does(number: Said, kind: Identifier) -> None:
    assert decide(number) == Decision(kind, "pattern")
