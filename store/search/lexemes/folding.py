"""What differs in writing and not in speech, made the same: capitals, umlauts, ß, accents, separators in numbers."""

import re
import unicodedata

from stimmung.store.search.lexemes.tokens import APOSTROPHES

SOFT_HYPHEN = "\u00ad"
THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
AMOUNT = re.compile(r"(\d[\d.,]*)[.,](\d{1,2})")
UNWRITTEN = str.maketrans(dict.fromkeys((SOFT_HYPHEN, *APOSTROPHES)))


def lowered(word: str) -> str:
    """Return a word in small letters as stemmers read it: composed, `ß` as `ss`, umlauts kept."""
    if word.isascii():
        return word.lower().translate(UNWRITTEN)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", word).casefold()).translate(UNWRITTEN)


def fold(word: str) -> str:
    """Return a word in small letters and without marks: `Kündigung` as `kundigung`, `Straße` as `strasse`."""
    low = lowered(word)
    if low.isascii():
        return low
    bare = unicodedata.normalize("NFD", low)
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def number(text: str) -> str:
    """Return a number as both languages would write it: `2.500` and `2,500` as `2500`, `24,99` as `24.99`."""
    if THOUSANDS.fullmatch(text):
        return text.replace(".", "").replace(",", "")
    if found := AMOUNT.fullmatch(text):
        whole, rest = found.groups()
        if whole.isdigit() or THOUSANDS.fullmatch(whole):
            return f"{whole.replace('.', '').replace(',', '')}.{rest}"
    return text
