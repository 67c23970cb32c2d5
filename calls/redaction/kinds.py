"""Which type a number is: its check digit first, then what names it, then what it looks like."""

import re
from dataclasses import dataclass

import phonenumbers

from stimmung.calls.redaction import check_digits
from stimmung.calls.redaction.namings import Strength
from stimmung.calls.redaction.records import Evidence, Identifier

IBAN_START = re.compile(r"(?=([A-Z]{2}\d{2}))")
IBAN_LENGTHS = (22, 20, 24, 18, 27, 16, 21, 23, 25, 26, 28, 15, 19, 29, 30, 31, 33, 34)  # Germany's and Britain's first
SOCIAL_INSURANCE = re.compile(r"\d{8}[A-Z]\d{3}")
HEALTH_INSURANCE = re.compile(r"[A-Z]\d{9}")
NATIONAL_INSURANCE = re.compile(r"[A-Z]{2}\d{6}[A-D]")
US_SOCIAL_SECURITY = re.compile(r"\d{3}-\d{2}-\d{4}")
GERMAN_TAX_FORM = re.compile(r"\d{2,3}/\d{3,4}/\d{4,5}")
PHONE_LENGTHS = range(7, 16)  # digits; ITU-T E.164 allows 15
REGIONS = {"de": ("DE", "GB"), "en": ("GB", "US")}


@dataclass(frozen=True, slots=True)
class Said:
    """A number as it was put together: digits, digits with letters, how it was written, whether a plus led it."""

    digits: str
    characters: str
    written: str = ""
    plus: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The type of a number and why."""

    kind: Identifier
    evidence: Evidence


def decide(said: Said, kind: Identifier | None = None, strength: Strength = "generic") -> Decision:
    """Return the type of a number that is one of some type; `kind` is what was named around it, if anything was."""
    checked = checked_kind(said)
    if checked == "IBAN" or (checked and (kind is None or kind == checked or strength == "weak")):
        return Decision(checked, "check_digit")
    if kind is not None:
        return Decision(kind, "context")
    return Decision(_likely(said), "pattern")


def checked_kind(said: Said) -> Identifier | None:
    """Return the type whose check digit a number passes; a form without one where nothing else looks like it."""
    characters, digits = said.characters, said.digits
    if holds_iban(characters):
        return "IBAN"
    if check_digits.is_social_insurance(characters) or check_digits.is_health_insurance(characters):
        return "INSURANCE_ID"
    if said.plus or digits.startswith("0"):
        return None
    if check_digits.is_tax_id(digits) or check_digits.is_tax_number(digits):
        return "TAX_ID"
    return "CARD" if check_digits.is_card(digits) else None


def holds_iban(characters: str) -> bool:
    """Tell whether a valid IBAN stands anywhere in these characters."""
    for start in IBAN_START.finditer(characters):
        rest = characters[start.start() :]
        if any(length <= len(rest) and check_digits.is_iban(rest[:length]) for length in IBAN_LENGTHS):
            return True
    return False


def form_kind(said: Said) -> Identifier | None:
    """Return the type of a number by a form that hardly anything else has, whatever its check digit."""
    if US_SOCIAL_SECURITY.search(said.written):
        return "INSURANCE_ID"
    for pattern in (SOCIAL_INSURANCE, HEALTH_INSURANCE, NATIONAL_INSURANCE):
        if pattern.fullmatch(said.characters):
            return "INSURANCE_ID"
    if GERMAN_TAX_FORM.search(said.written):
        return "TAX_ID"
    return "PHONE" if len(said.digits) in PHONE_LENGTHS and (said.plus or said.digits.startswith("00")) else None


def _likely(said: Said) -> Identifier:
    formed = form_kind(said)
    if formed:
        return formed
    length, characters = len(said.digits), said.characters
    if said.plus and length >= PHONE_LENGTHS.start:
        return "PHONE"
    if length >= 18 or (length >= 12 and characters[:2].isalpha()):
        return "IBAN"
    if is_phone(said):
        return "PHONE"
    if length in check_digits.CARD_LENGTHS:
        return "CARD"
    return "CUSTOMER_NUMBER"


def is_phone(said: Said) -> bool:
    """Tell whether digits may be a telephone number somebody would dial in this language's countries."""
    if said.plus and len(said.digits) >= PHONE_LENGTHS.start:
        return True  # whatever was read on behind it
    if len(said.digits) not in PHONE_LENGTHS:
        return False
    if said.digits.startswith("0"):
        return True
    return any(_is_valid(said.digits, region) for region in REGIONS.get(said.language[:2], ("US",)) if region == "US")


def _is_valid(digits: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False
