"""Words that are spelled letter by letter: "M wie Martha, Ü, doppel L", "S M I T H", "M-U-E", "em for Mike"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stimmung.calls.redaction.common_words import is_ordinary
from stimmung.calls.redaction.lines import Line, mark
from stimmung.calls.redaction.tokens import Token

SHORTEST = 3  # letters of a spelled word
LETTER_NAMES = {
    "eff": "f", "ell": "l", "emm": "m", "enn": "n", "err": "r", "ess": "s", "jot": "j", "jott": "j", "zett": "z",
    "zet": "z", "ypsilon": "y", "vau": "v", "fau": "v", "eszett": "ss", "ix": "x", "iks": "x", "kah": "k", "hah": "h",
    "kuh": "q", "peh": "p", "teh": "t", "geh": "g", "deh": "d", "beh": "b", "ceh": "c", "zeh": "c", "weh": "w",
    "ay": "a", "bee": "b", "cee": "c", "dee": "d", "ee": "e", "ef": "f", "gee": "g", "aitch": "h", "haitch": "h",
    "jay": "j", "kay": "k", "el": "l", "em": "m", "en": "n", "pee": "p", "cue": "q", "queue": "q", "ar": "r", "es": "s",
    "tee": "t", "vee": "v", "ex": "x", "wye": "y", "zee": "z", "zed": "z", "double-u": "w", "doubleyou": "w",
}  # fmt: skip
"""How recognisers write a letter that is said by itself; some are words too, so they count among letters only."""
ALPHABET = frozenset(
    """
    anton aerger berta caesar charlotte dora emil friedrich gustav heinrich ida julius kaufmann konrad ludwig martha
    nordpol otto oekonom paula quelle richard samuel schule siegfried theodor ulrich uebermut viktor wilhelm xanthippe
    ypsilon zacharias zeppelin aachen umlaut-aachen berlin chemnitz cottbus duesseldorf essen frankfurt goslar hamburg
    ingelheim jena koeln leipzig muenchen nuernberg offenbach potsdam quickborn rostock salzwedel tuebingen unna
    voelklingen wuppertal xanten zwickau
    alpha alfa bravo charlie delta echo foxtrot golf hotel india juliett juliet kilo lima mike november oscar papa
    quebec romeo sierra tango uniform victor whiskey whisky xray x-ray yankee zulu
    """.split()
)
"""Words that letters are named by, in both German alphabets and that of radio."""
DOUBLED = frozenset(["doppel", "doppelt", "double", "zweimal", "zwei", "dreifach", "triple"])
SHARP = frozenset(["scharfes", "scharf"])
UNITS = ALPHABET | DOUBLED | SHARP | LETTER_NAMES.keys()
JOINED = re.compile(r"[a-z](?:[.-](?:[a-z]|ae|oe|ue|ss))+")
DOUBLE_JOINED = re.compile(r"(?:doppel|double)-?(?P<letter>[a-z])")
AS_IN = frozenset(["wie", "for", "as", "like"])
BETWEEN = frozenset(
    """
    und dann noch mit ein grosses kleines gross klein einmal then and capital with umlaut accent bindestrich hyphen dash
    apostrophe minus strich wieder komma also
    """.split()
)
"""What may be said between two letters."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """Words `first` to `last` (exclusive) of a line spell `letters`; `named`: letters that were told by a word."""

    first: int
    last: int
    letters: str
    named: int


@dataclass(frozen=True, slots=True)
class _Unit:
    """The letters that words up to `last` (exclusive) stand for; `sure`: they can hardly be anything else."""

    letters: str
    last: int
    named: bool = False
    sure: bool = True


def letter_of(token: Token) -> str:
    """Return the letter that a word is, `ae` for `ä`, or nothing."""
    text = token.text
    if len(text) == 1 and text.isalpha():
        return text
    return text if text in ("ae", "oe", "ue", "ss") and sum(letter.isalpha() for letter in token.raw) == 1 else ""


def read_spelled(line: Line, place: int) -> Spelled | None:
    """Return what is spelled from here on, None where no word of three letters and more is."""
    spelled, sure = _read(line, place)
    return spelled if _is_word(spelled, sure) else None


def _is_word(spelled: Spelled, sure: int) -> bool:
    length = len(spelled.letters)
    return length >= SHORTEST and sure >= max(2, min(SHORTEST, length - 2))


def _read(line: Line, place: int) -> tuple[Spelled, int]:
    """Return all letters from here on, however few, and how many of them can hardly be anything else."""
    letters, named, sure, last, here = "", 0, 0, place, place
    while here < len(line.tokens) and not (here > place and line.breaks(here)):
        unit = _unit(line, here)
        if unit is None:
            if last > place and line.tokens[here].text in BETWEEN and here - last < 2:
                here += 1
                continue
            break
        letters += unit.letters
        named, sure = named + unit.named, sure + (len(unit.letters) if unit.sure else 0)
        last = here = unit.last
    last, letters = _without_pronoun(line, last, letters)
    return Spelled(place, last, letters, named), sure


def spelled_in(line: Line) -> Iterator[Spelled]:
    """Yield everything that is spelled in a line, in order."""
    place = 0
    while place < len(line.tokens):
        if not _may_be_unit(line.tokens[place].text):
            place += 1
            continue
        spelled, sure = _read(line, place)
        if _is_word(spelled, sure):
            yield spelled
        # Where too few letters were sure, there are no more of them from any later one on.
        place = max(spelled.last, place + 1)


def _may_be_unit(text: str) -> bool:
    """Tell quickly whether a word by itself could be letters; of most it is clear that it is not."""
    return len(text) <= 2 or text in UNITS or not text.isalpha() or text.startswith(("doppel", "double"))


def _unit(line: Line, place: int) -> _Unit | None:
    token = line.tokens[place]
    text = token.text
    if letter := letter_of(token):
        return _as_in(line, place, letter)
    if JOINED.fullmatch(text):
        return _Unit(re.sub("[.-]", "", text), place + 1)
    if double := DOUBLE_JOINED.fullmatch(text):
        return _Unit(double["letter"] * 2, place + 1)
    follower = line.tokens[place + 1] if place + 1 < len(line.tokens) else None
    if text in DOUBLED and follower is not None:
        if (letter := letter_of(follower) or LETTER_NAMES.get(follower.text, "")) and letter != "i":
            unit = _as_in(line, place + 1, letter)
            times = 3 if text in ("dreifach", "triple") else 2
            return _Unit(letter * times, unit.last, unit.named)
        return None
    if text in SHARP and follower is not None and follower.text in ("s", "ess"):
        return _Unit("ss", place + 2)
    if (letter := LETTER_NAMES.get(text, "")) and not token.digits:
        unit = _as_in(line, place, letter)
        return _Unit(letter, unit.last, unit.named, unit.named)
    if text in ALPHABET:
        return _Unit(text[0], place + 1, True)
    return None


def _as_in(line: Line, place: int, letter: str) -> _Unit:
    """Return the letter with the word that names it, where one follows: "M wie Martha", "s as in sugar"."""
    tokens = line.tokens
    after = place + 1
    if after < len(tokens) and tokens[after].text in AS_IN and not line.breaks(after):
        after += 2 if tokens[after].text == "as" and after + 1 < len(tokens) and tokens[after + 1].text == "in" else 1
        if after < len(tokens) and tokens[after].text[:1] == letter[:1] and len(tokens[after].text) > 1:
            return _Unit(letter, after + 1, True)
    if after < len(tokens) and tokens[after].text in ALPHABET and tokens[after].text[:1] == letter[:1]:
        return _Unit(letter, after + 1, True)
    return _Unit(letter, place + 1, sure=not (letter in "ai" and is_ordinary(letter)))


def _without_pronoun(line: Line, last: int, letters: str) -> tuple[int, str]:
    """Leave out an `I` or `a` behind a mark: it begins the next sentence."""
    if last < 2 or line.pauses(last):
        return last, letters
    word, before = line.tokens[last - 1], line.tokens[last - 2]
    if word.text in ("i", "a") and mark(before) and not mark(word):
        return last - 1, letters[:-1]
    return last, letters
