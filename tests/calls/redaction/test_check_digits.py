"""Check digits, on numbers that standards and authorities give as examples."""

import pytest

from stimmung.calls.redaction import check_digits


@pytest.mark.parametrize("text", ["DE89370400440532013000", "GB82WEST12345698765432"])
def test_example_iban_passes_and_a_changed_one_does_not(text: str) -> None:
    assert check_digits.is_iban(text)
    assert not check_digits.is_iban(text[:-1] + str((int(text[-1]) + 1) % 10))
    assert not check_digits.is_iban(text[:-1])


@pytest.mark.parametrize("digits", ["4111111111111111", "5555555555554444", "378282246310005", "2223003122003222"])
def test_test_card_passes(digits: str) -> None:
    assert check_digits.is_card(digits)
    assert not check_digits.is_card(digits[:-1] + str((int(digits[-1]) + 1) % 10))


def test_number_with_a_check_digit_that_no_issuer_has_is_no_card() -> None:
    assert not check_digits.is_card("9111111111111117")


def test_tax_ids() -> None:
    assert check_digits.is_tax_id("86095742719")
    assert not check_digits.is_tax_id("86095742718")
    assert check_digits.is_tax_number("5133081508159")
    assert not check_digits.is_tax_number("5133181508159")  # its fifth digit is no zero


def test_social_insurance_number_by_its_letter_and_weights() -> None:
    assert check_digits.is_social_insurance("65170839J003")
    assert check_digits.is_social_insurance("15070649C103")
    assert not check_digits.is_social_insurance("65170839K003")
    assert not check_digits.is_social_insurance("65170839J004")


def test_health_insurance_number() -> None:
    assert check_digits.is_health_insurance("A123456780")
    assert not check_digits.is_health_insurance("A123456781")
    assert not check_digits.is_health_insurance("1123456780")


def test_national_insurance_number_is_known_by_its_form() -> None:
    assert check_digits.is_national_insurance("AB123456C")
    assert not check_digits.is_national_insurance("AB12345C")
