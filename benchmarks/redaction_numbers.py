"""Invented numbers of each type with check digits that hold, from a seed; telephone numbers of the ranges for drama.

The check digits are computed here, by the published rules, and nowhere with the library that redaction uses.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from normalise import Language
from redaction_records import Kind

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UNLIKE_DIGITS: Final = LETTERS.replace("O", "")  # said, an O is a zero
ALPHANUMERIC: Final = "0123456789" + LETTERS
# Issuer's first digits, length, and the groups in which the number is printed on the card.
CARDS: Final = (("4", (4, 4, 4, 4)), ("5", (4, 4, 4, 4)), ("2", (4, 4, 4, 4)), ("3", (4, 6, 5)))
CARD_SHARES: Final = (0.4, 0.35, 0.1, 0.15)
# Country, letters in the account's part, and its length.
IBANS: Final[dict[Language, tuple[tuple[str, int, int], ...]]] = {
    "de": (("DE", 0, 18), ("AT", 0, 16), ("CH", 0, 17)),
    "en": (("GB", 4, 18), ("IE", 4, 18), ("DE", 0, 18)),
}
IBAN_SHARES: Final = (0.8, 0.1, 0.1)
# Bundesnetzagentur and Ofcom keep these free for films and books; 555-0100 to 0199 are free in North America.
# Area code, fixed digits, how many are drawn.
DRAMA: Final[dict[Language, tuple[tuple[str, str, int], ...]]] = {
    "de": (
        ("030", "23125", 3),
        ("069", "90009", 3),
        ("040", "66969", 3),
        ("0221", "4710", 3),
        ("089", "99998", 3),
        ("0171", "39200", 2),
        ("0176", "040690", 2),
    ),
    "en": (
        ("01632", "960", 3),
        ("020", "7946 0", 3),
        ("0113", "496 0", 3),
        ("0114", "496 0", 3),
        ("0115", "496 0", 3),
        ("0116", "496 0", 3),
        ("0117", "496 0", 3),
        ("0118", "496 0", 3),
        ("0121", "496 0", 3),
        ("0131", "496 0", 3),
        ("0141", "496 0", 3),
        ("0151", "496 0", 3),
        ("0161", "496 0", 3),
        ("0191", "498 0", 3),
        ("028", "9649 6", 3),
        ("029", "2018 0", 3),
        ("07700", "900", 3),
        ("0808", "157 0", 3),
        ("212", "555 01", 2),
        ("415", "555 01", 2),
    ),
}
COUNTRY_CODES: Final[dict[Language, str]] = {"de": "49", "en": "44"}
PENSION_FACTORS: Final = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
HEALTH_FACTORS: Final = (1, 2, 1, 2, 1, 2, 1, 2, 1, 2)
NATIONAL_INSURANCE: Final = ("QQ", "BG", "GB", "NK", "KN", "TN", "NT", "ZZ")  # prefixes that nobody is given


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the groups in which it is usually written, signs aside; groups may be letters."""

    groups: tuple[str, ...]
    variant: str
    plus: bool = False  # a country's code with a plus in front

    @property
    def text(self) -> str:
        """Return all of it in one."""
        return "".join(self.groups)

    @property
    def digits(self) -> str:
        """Return its digits alone."""
        return "".join(sign for sign in self.text if sign.isdigit())


def make_number(kind: Kind, language: Language, rng: np.random.Generator) -> Number:
    """Draw a number of a kind; ValueError for a kind that is no number in that language."""
    if kind == "CARD":
        return card(rng)
    if kind == "IBAN":
        return iban(language, rng)
    if kind == "PHONE":
        return phone_number(language, rng)
    if kind == "CUSTOMER_NUMBER":
        return customer_number(rng)
    if kind == "TAX_ID" and language == "de":
        return steuer_id(rng) if rng.random() < 0.5 else tax_number(rng)
    if kind == "INSURANCE_ID" and language == "de":
        return pension_insurance(rng) if rng.random() < 0.5 else health_insurance(rng)
    if kind == "INSURANCE_ID":
        return national_insurance(rng)
    raise ValueError(f"{kind} is no number in {language!r}: one of CARD, IBAN, PHONE, CUSTOMER_NUMBER, INSURANCE_ID")


def misheard(number: Number, rng: np.random.Generator) -> Number:
    """Return the number with one digit that is another, as a recogniser or a customer gets it wrong."""
    places = [(at, inner) for at, group in enumerate(number.groups) for inner, sign in enumerate(group) if "0" <= sign]
    places = [(at, inner) for at, inner in places if number.groups[at][inner].isdigit()]
    at, inner = places[int(rng.integers(len(places)))]
    group = number.groups[at]
    other = str((int(group[inner]) + int(rng.integers(1, 10))) % 10)
    changed = group[:inner] + other + group[inner + 1 :]
    return Number((*number.groups[:at], changed, *number.groups[at + 1 :]), number.variant, number.plus)


def card(rng: np.random.Generator) -> Number:
    """Draw a card number; the last digit is that of Luhn (ISO/IEC 7812-1)."""
    first, sizes = CARDS[int(rng.choice(len(CARDS), p=CARD_SHARES))]
    second = {"5": "12345", "2": "34567", "3": "47"}.get(first, "0123456789")
    start = first + str(rng.choice(list(second)))
    body = start + drawn(rng, sum(sizes) - 1 - len(start))
    return Number(cut(body + luhn(body), sizes), "card")


def luhn(body: str) -> str:
    """Return the digit that makes a number's weighted sum a multiple of ten."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = int(sign) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def iban(language: Language, rng: np.random.Generator) -> Number:
    """Draw an IBAN; the two check digits are those of ISO 13616: modulo 97."""
    country, letters, size = IBANS[language][int(rng.choice(len(IBANS[language]), p=IBAN_SHARES))]
    bank = "".join(rng.choice(list(UNLIKE_DIGITS), letters))
    account = bank + drawn(rng, size - letters)
    check = 98 - int("".join(str(ALPHANUMERIC.index(sign)) for sign in account + country + "00")) % 97
    return Number(cut(f"{country}{check:02d}{account}", (4,) * 9), f"iban {country}")


def steuer_id(rng: np.random.Generator) -> Number:
    """Draw a Steuer-ID: ten digits, one of them twice or three times, and a check digit of ISO/IEC 7064, MOD 11,10."""
    digits = [str(digit) for digit in rng.permutation(10)]
    twice, left_out = rng.choice(10, 2, replace=False)
    digits[int(left_out)] = digits[int(twice)]
    if digits[0] == "0":  # only test numbers begin with 0
        other = next(place for place, digit in enumerate(digits) if digit != "0")
        digits[0], digits[other] = digits[other], digits[0]
    body = "".join(digits)
    product = 10
    for sign in body:
        total = (int(sign) + product) % 10 or 10
        product = total * 2 % 11
    return Number(cut(body + str((11 - product) % 10), (2, 3, 3, 3)), "steuer-id")


def tax_number(rng: np.random.Generator) -> Number:
    """Draw a Steuernummer as a notice states it: office, district, and a number with its check digit at the end.

    The check digit differs by state and is drawn: which rule holds cannot be seen from the number.
    """
    sizes = ((2, 3, 5), (3, 3, 5), (3, 4, 4))[int(rng.integers(3))]
    return Number(cut(str(rng.integers(1, 10)) + drawn(rng, sum(sizes) - 1), sizes), "steuernummer")


def pension_insurance(rng: np.random.Generator) -> Number:
    """Draw a Sozialversicherungsnummer (VKVV §4): area, birth date, letter, serial, check digit."""
    date = f"{rng.integers(1, 29):02d}{rng.integers(1, 13):02d}{rng.integers(40, 100):02d}"
    area, letter, serial = f"{rng.integers(2, 90):02d}", str(rng.choice(list(LETTERS))), drawn(rng, 2)
    check = insurance_check(area + date + f"{LETTERS.index(letter) + 1:02d}" + serial, PENSION_FACTORS)
    return Number((area, date, letter, f"{serial}{check}"), "rentenversicherung")


def health_insurance(rng: np.random.Generator) -> Number:
    """Draw the part of a KVNR that stays for life (§290 SGB V): letter, eight digits, check digit."""
    letter, body = str(rng.choice(list(LETTERS))), drawn(rng, 8)
    check = insurance_check(f"{LETTERS.index(letter) + 1:02d}{body}", HEALTH_FACTORS)
    return Number((letter, *cut(f"{body}{check}", (3, 3, 3))), "krankenversicherung")


def insurance_check(signs: str, factors: tuple[int, ...]) -> int:
    """Return the check digit of both German insurance numbers: cross sums of the products, added up, modulo ten."""
    products = [int(sign) * factor for sign, factor in zip(signs, factors, strict=True)]
    return sum(product // 10 + product % 10 for product in products) % 10


def national_insurance(rng: np.random.Generator) -> Number:
    """Draw a British National Insurance number with a prefix that is never given out; it has no check digit."""
    prefix = NATIONAL_INSURANCE[int(rng.integers(len(NATIONAL_INSURANCE)))]
    return Number((prefix, *cut(drawn(rng, 6), (2, 2, 2)), str(rng.choice(list("ABCD")))), "national insurance")


def phone_number(language: Language, rng: np.random.Generator) -> Number:
    """Draw a telephone number, one in four with its country's code."""
    area, fixed, size = DRAMA[language][int(rng.integers(len(DRAMA[language])))]
    local = tuple((fixed + drawn(rng, size)).split())
    if rng.random() >= 0.25 or not area.startswith("0"):
        return Number((area, *local), "national")
    code, rest = COUNTRY_CODES[language], (area[1:], *local)
    plus = bool(rng.random() < 0.6)
    return Number((code if plus else f"00{code}", *rest), "international", plus)


def customer_number(rng: np.random.Generator) -> Number:
    """Draw a company's own number: six to ten digits, one in three behind one to three letters."""
    digits = str(rng.integers(1, 10)) + drawn(rng, int(rng.integers(5, 10)))
    groups = cut(digits, tuple(int(size) for size in rng.integers(2, 5, 6)))
    if rng.random() >= 1 / 3:
        return Number(groups, "digits")
    return Number(("".join(rng.choice(list(UNLIKE_DIGITS), int(rng.integers(1, 4)))), *groups), "letters")


def drawn(rng: np.random.Generator, count: int) -> str:
    """Return so many digits."""
    return "".join(str(digit) for digit in rng.integers(0, 10, count))


def cut(text: str, sizes: tuple[int, ...]) -> tuple[str, ...]:
    """Return the text in groups of these sizes, as far as it reaches; what is left over is the last group."""
    groups = []
    for size in sizes:
        if text:
            groups.append(text[:size])
            text = text[size:]
    return (*groups, text) if text else tuple(groups)
