"""The text normaliser of the word error rate, the same for both sides and both languages; README.md states its rules.

Numbers are the hard part: a caller says "fünf null sieben drei drei", one recogniser writes that and another 50733.
Numbers below a hundred and all digits become digits said one at a time, so that neither way of writing is an error.
"""

import re
import unicodedata
from typing import Literal

Language = Literal["de", "en"]

DIGITS: dict[Language, tuple[str, ...]] = {
    "de": ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
# From ten on, as `plain` spells them (ß is ss).
TEENS: dict[Language, str] = {
    "de": "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
    "en": "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
}
# From twenty on.
TENS: dict[Language, str] = {
    "de": "zwanzig dreissig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
}
SIGNS: dict[Language, dict[str, str]] = {
    "de": {"€": " euro ", "%": " prozent ", "&": " und "},
    "en": {"€": " euros ", "%": " percent ", "&": " and ", "£": " pounds ", "$": " dollars "},
}
# Spellings of one word that both count as right; "ein" is what "eins" is called before a noun.
SAME: dict[Language, dict[str, str]] = {
    "de": {"ok": "okay", "ein": "eins", "zwo": "zwei"},
    "en": {"ok": "okay", "mr": "mister", "mrs": "missus", "dr": "doctor", "oh": "zero"},
}
APOSTROPHES = re.compile(r"[’'`´]")
NOT_A_WORD = re.compile(r"[\W_]+")


def normalise(text: str, language: Language) -> list[str]:
    """Return the words of `text` that are compared: signs and digits as words, small numbers digit by digit."""
    text = unicodedata.normalize("NFKC", text)
    for sign, word in SIGNS[language].items():
        text = text.replace(sign, word)
    digits, tens = DIGITS[language], TENS[language].split()
    text = re.sub(r"[0-9]", lambda digit: f" {digits[int(digit[0])]} ", text)
    words = [SAME[language].get(word, word) for word in plain(text)]
    numbers = small_numbers(language)
    compared: list[str] = []
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        if word in tens and language == "en" and following in digits[1:]:
            compared.append(numbers[word][0])  # "twenty one": the one follows by itself
        else:
            compared += numbers.get(word, (word,))
    return compared


def small_numbers(language: Language) -> dict[str, tuple[str, str]]:
    """Return the two digits of each number from 10 to 99 that is one word."""
    digits = DIGITS[language]
    found = {word: (digits[1], digits[unit]) for unit, word in enumerate(TEENS[language].split())}
    for ten, word in enumerate(TENS[language].split(), 2):
        found[word] = (digits[ten], digits[0])
        if language == "de":
            units = ("ein", *digits[2:])  # einundzwanzig
            found |= {f"{unit}und{word}": (digits[ten], digits[number]) for number, unit in enumerate(units, 1)}
    return found


def plain(text: str) -> list[str]:
    """Return words without case, punctuation and apostrophes (I'm = im); ß is ss, a hyphen parts two words."""
    folded = APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())
    return NOT_A_WORD.sub(" ", folded).split()
