"""How a number is written or said: in one, in groups, digit by digit, in pairs, in hundreds, doubled, mixed."""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from normalise import TEENS, TENS, Language
from redaction_numbers import Number, cut

Form = Literal["together", "grouped", "signs", "apart", "digits", "pairs", "hundreds", "doubles", "mixed"]
WRITTEN: Final[tuple[Form, ...]] = ("together", "grouped", "signs", "apart")
SPOKEN: Final[tuple[Form, ...]] = ("digits", "pairs", "hundreds", "doubles", "mixed")
FORMS: Final = (*WRITTEN, *SPOKEN)
UNITS: Final[dict[Language, tuple[str, ...]]] = {  # with ß, as people write
    "de": ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
ALTERNATIVES: Final[dict[Language, dict[str, str]]] = {"de": {"2": "zwo"}, "en": {"0": "oh"}}
DOUBLE: Final = {"de": "doppel", "en": "double"}
TRIPLE: Final = {"de": "dreimal", "en": "triple"}
PLUS: Final = {"de": "plus", "en": "plus"}


@dataclass(frozen=True, slots=True)
class Manner:
    """How one speaker says digits and letters."""

    language: Language
    other_digits: bool  # "zwo", "oh"
    alphabet: dict[str, str] | None  # letters are explained: "W wie Wilhelm"; None: they are only named

    def digit(self, sign: str) -> str:
        """Return the word of one digit."""
        other = ALTERNATIVES[self.language].get(sign) if self.other_digits else None
        return other or UNITS[self.language][int(sign)]

    def letters(self, text: str) -> str:
        """Return letters one by one."""
        if self.alphabet is None:
            return " ".join(text.upper())
        joined = "wie" if self.language == "de" else "for"
        return ", ".join(f"{sign} {joined} {self.alphabet[sign]}" for sign in text.upper())


def say(number: Number, form: Form, manner: Manner, rng: np.random.Generator) -> tuple[str, ...]:
    """Return the groups of a number, each as it is written or said in one breath."""
    if form in WRITTEN:
        return _written(number, form, rng)
    groups = number.groups if rng.random() < 0.5 else _regrouped(number, rng)
    said = [_said(group, form, manner, rng) for group in groups]
    if number.variant.startswith("iban"):  # nobody spells a country's letters by the alphabet
        said[0] = _said(groups[0], form, replace(manner, alphabet=None), rng)
    if number.plus:
        said[0] = f"{PLUS[manner.language]} {said[0]}"
    return tuple(said)


def _written(number: Number, form: Form, rng: np.random.Generator) -> tuple[str, ...]:
    plus = "+" if number.plus else ""
    if form == "together":
        return (plus + number.text,)
    groups = number.groups if rng.random() < 0.7 else _regrouped(number, rng)
    if form == "apart":
        return tuple((plus if not at else "") + " ".join(group) for at, group in enumerate(groups))
    if form == "signs":
        sign = str(rng.choice(["-", "/", "."] if len(groups) > 1 else ["-"]))
        return (plus + sign.join(groups),)
    return tuple((plus if not at else "") + group for at, group in enumerate(groups))


def _regrouped(number: Number, rng: np.random.Generator) -> tuple[str, ...]:
    """Return the number in other groups of one to four digits; letters stay groups of their own."""
    runs: list[str] = []
    for sign in number.text:
        if runs and runs[-1][-1].isdigit() == sign.isdigit():
            runs[-1] += sign
        else:
            runs.append(sign)
    sizes = tuple(int(size) for size in rng.integers(1, 5, len(number.text)))
    return tuple(group for run in runs for group in (cut(run, sizes) if run[0].isdigit() else (run,)))


def _said(group: str, form: Form, manner: Manner, rng: np.random.Generator) -> str:
    letters = "".join(sign for sign in group if not sign.isdigit())
    digits = group[len(letters) :]
    said = [manner.letters(letters)] if letters else []
    if digits:
        said.append(_digits_said(digits, form, manner, rng))
    return " ".join(said)


def _digits_said(digits: str, form: Form, manner: Manner, rng: np.random.Generator) -> str:
    if form == "mixed":
        drawn: tuple[Form, ...] = ("together", "digits", "pairs", "doubles")
        return _digits_said(digits, drawn[int(rng.integers(len(drawn)))], manner, rng)
    if form == "together":
        return digits
    if form == "pairs":
        return " ".join(_pair(pair, manner) for pair in _pairs(digits))
    if form == "hundreds" and len(digits) == 3 and digits[0] != "0":
        return hundreds(digits, manner.language)
    if form == "hundreds":
        return " ".join(_pair(pair, manner) for pair in _pairs(digits))
    if form == "doubles":
        return " ".join(_doubled(digits, manner))
    return " ".join(manner.digit(digit) for digit in digits)


def _pairs(digits: str) -> tuple[str, ...]:
    """Return two digits each, a single one first: after "twenty" it would be one number with it."""
    return cut(digits, (1, *(2,) * 9) if len(digits) % 2 else (2,) * 9)


def _pair(pair: str, manner: Manner) -> str:
    if len(pair) == 1 or pair[0] == "0":
        return " ".join(manner.digit(digit) for digit in pair)
    return below_hundred(int(pair), manner.language)


def _doubled(digits: str, manner: Manner) -> list[str]:
    said: list[str] = []
    place = 0
    while place < len(digits):
        count = 1
        while count < 3 and digits[place : place + count + 1] == digits[place] * (count + 1):
            count += 1
        word = manner.digit(digits[place])
        said.append({1: "", 2: DOUBLE[manner.language] + " ", 3: TRIPLE[manner.language] + " "}[count] + word)
        place += count
    return said


def below_hundred(value: int, language: Language) -> str:
    """Return the word or words of 0 to 99."""
    if value < 10:
        return UNITS[language][value]
    if value < 20:
        return _spelled(TEENS[language].split()[value - 10])
    ten, unit = _spelled(TENS[language].split()[value // 10 - 2]), value % 10
    if not unit:
        return ten
    if language == "en":
        return f"{ten} {UNITS['en'][unit]}"
    return f"{'ein' if unit == 1 else UNITS['de'][unit]}und{ten}"


def hundreds(digits: str, language: Language) -> str:
    """Return three digits as one number; the first is not 0."""
    first, rest = int(digits[0]), int(digits[1:])
    if language == "en":
        return f"{UNITS['en'][first]} hundred" + (f" and {below_hundred(rest, 'en')}" if rest else "")
    return f"{'ein' if first == 1 else UNITS['de'][first]}hundert" + (below_hundred(rest, "de") if rest else "")


def year(value: int, language: Language) -> str:
    """Return a year from 1900 to 2099 as it is said."""
    before, after = divmod(value, 100)
    if language == "de":
        start = "neunzehnhundert" if before == 19 else "zweitausend"
        return start + (below_hundred(after, "de") if after else "")
    if before == 20 and after < 10:
        return "two thousand" + (f" and {below_hundred(after, 'en')}" if after else "")
    tail = "hundred" if not after else f"oh {UNITS['en'][after]}" if after < 10 else below_hundred(after, "en")
    return f"{below_hundred(before, 'en')} {tail}"


def _spelled(word: str) -> str:
    return word.replace("dreissig", "dreißig")
