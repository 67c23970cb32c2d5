"""Check digits and forms of numbers, all on compact text: digits and capital letters without blanks.

A number that passes is surely one of its type; one that fails may be misheard, and is judged by what names it.
"""

import re

from stdnum import iban, luhn
from stdnum.de import idnr, stnr

CARD_LENGTHS = range(13, 20)
CARD_START = re.compile("[3-6]|2[2-7]")  # ISO/IEC 7812: travel and banking; 22-27 is Mastercard's second range
SOCIAL_INSURANCE = re.compile(r"(?P<area>\d\d)(?P<born>\d{6})(?P<letter>[A-Z])(?P<serial>\d\d)(?P<check>\d)")
SOCIAL_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)  # VKVV § 4: area, date of birth, the letter's number, serial
HEALTH_INSURANCE = re.compile(r"(?P<letter>[A-Z])(?P<number>\d{8})(?P<check>\d)")
NATIONAL_INSURANCE = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]")  # its own range QQ apart
NATIONWIDE_TAX_LENGTH = 13  # the form that tax offices exchange; shorter ones have no mark of their own


def is_iban(text: str) -> bool:
    """Tell whether a text is an IBAN: its country's length and form, and mod 97 (ISO 13616)."""
    return bool(iban.is_valid(text, check_country=False))


def is_card(digits: str) -> bool:
    """Tell whether digits may be a payment card's: 13 to 19 of them, an issuer's first digits, Luhn's check digit."""
    return len(digits) in CARD_LENGTHS and bool(CARD_START.match(digits)) and bool(luhn.is_valid(digits))


def is_tax_id(digits: str) -> bool:
    """Tell whether digits are a German Steuer-ID: 11 of them, check digit by ISO 7064 mod 11,10."""
    return bool(idnr.is_valid(digits))


def is_tax_number(digits: str) -> bool:
    """Tell whether digits are a German tax number in the nationwide form of 13 digits; it has no common check digit."""
    return len(digits) == NATIONWIDE_TAX_LENGTH and bool(stnr.is_valid(digits))


def is_social_insurance(text: str) -> bool:
    """Tell whether a text is a Sozialversicherungsnummer, also called Rentenversicherungsnummer (VKVV § 2, § 4)."""
    parts = SOCIAL_INSURANCE.fullmatch(text)
    if not parts:
        return False
    digits = parts["area"] + parts["born"] + _letter_number(parts["letter"]) + parts["serial"]
    return _cross_sums(digits, SOCIAL_WEIGHTS) % 10 == int(parts["check"])


def is_health_insurance(text: str) -> bool:
    """Tell whether a text is the part of a Krankenversichertennummer that never changes: a letter and nine digits."""
    parts = HEALTH_INSURANCE.fullmatch(text)
    if not parts:
        return False
    digits = _letter_number(parts["letter"]) + parts["number"]
    return _cross_sums(digits, (1, 2) * 5) % 10 == int(parts["check"])


def is_national_insurance(text: str) -> bool:
    """Tell whether a text has the form of a British National Insurance number, which has no check digit."""
    return bool(NATIONAL_INSURANCE.fullmatch(text))


def _letter_number(letter: str) -> str:
    return f"{ord(letter) - ord('A') + 1:02d}"


def _cross_sums(digits: str, weights: tuple[int, ...]) -> int:
    products = (int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return sum(product // 10 + product % 10 for product in products)
