"""Invented numbers: their check digits hold by another library's rules, telephone numbers are those for drama."""

import numpy as np
import phonenumbers
import pytest
from stdnum import iban as iban_rules
from stdnum import luhn as luhn_rules
from stdnum.de import idnr

from normalise import Language
from redaction_numbers import (
    DRAMA,
    HEALTH_FACTORS,
    PENSION_FACTORS,
    Number,
    card,
    health_insurance,
    iban,
    insurance_check,
    make_number,
    misheard,
    national_insurance,
    pension_insurance,
    phone_number,
    steuer_id,
)

DRAWS = range(200)


def test_cards_pass_luhn_and_are_as_long_as_cards() -> None:
    drawn = [card(np.random.default_rng(seed)).text for seed in DRAWS]
    assert all(luhn_rules.is_valid(number) and len(number) in {15, 16} for number in drawn)
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("language", ["de", "en"])
def test_ibans_have_their_check_digits_and_length(language: Language) -> None:
    lengths = {"DE": 22, "AT": 20, "CH": 21, "GB": 22, "IE": 22}
    for seed in DRAWS:
        text = iban(language, np.random.default_rng(seed)).text
        assert iban_rules.is_valid(text, check_country=False)
        assert len(text) == lengths[text[:2]]
        assert "O" not in text  # which is said like a zero


def test_tax_ids_follow_the_rule_of_the_library_that_redaction_uses() -> None:
    for seed in DRAWS:
        number = steuer_id(np.random.default_rng(seed)).text
        assert idnr.is_valid(number), number


def test_check_digits_of_insurance_numbers_are_those_of_published_examples() -> None:
    assert insurance_check("65170839" + "10" + "00", PENSION_FACTORS) == 3  # 65 170839 J 003
    assert insurance_check("01" + "12345678", HEALTH_FACTORS) == 0  # A123456780


def test_insurance_numbers_have_their_form() -> None:
    for seed in DRAWS:
        rng = np.random.default_rng(seed)
        assert len(pension_insurance(rng).text) == 12
        assert pension_insurance(rng).text[8].isalpha()
        kvnr = health_insurance(rng).text
        assert len(kvnr) == 10
        assert kvnr[0].isalpha()
        nino = national_insurance(rng).text
        assert nino[:2].isalpha()
        assert nino[2:8].isdigit()
        assert nino[-1] in "ABCD"


@pytest.mark.parametrize("language", ["de", "en"])
def test_telephone_numbers_are_of_the_ranges_for_drama(language: Language) -> None:
    ranges = [area.lstrip("0") + fixed.replace(" ", "") for area, fixed, _ in DRAMA[language]]
    for seed in DRAWS:
        number = phone_number(language, np.random.default_rng(seed))
        digits = number.digits.removeprefix("00")
        national = (
            digits.removeprefix({"de": "49", "en": "44"}[language]) if number.variant == "international" else digits
        )
        assert any(national.lstrip("0").startswith(known) for known in ranges)


def test_numbers_of_british_drama_have_the_length_of_real_ones() -> None:
    lengths = set()
    for seed in DRAWS:
        number = phone_number("en", np.random.default_rng(seed))
        if number.variant == "national" and number.text.startswith("0"):
            lengths.add(len(number.text))
            assert phonenumbers.is_possible_number(phonenumbers.parse(number.text, "GB"))
    assert lengths == {11}


def test_a_misheard_number_differs_in_one_digit() -> None:
    number = Number(("DE45", "1234"), "iban")
    for seed in DRAWS:
        other = misheard(number, np.random.default_rng(seed))
        assert sum(one != two for one, two in zip(number.text, other.text, strict=True)) == 1
        assert other.text.startswith("DE")


def test_english_has_no_tax_id() -> None:
    with pytest.raises(ValueError, match="TAX_ID is no number in 'en'"):
        make_number("TAX_ID", "en", np.random.default_rng(0))
