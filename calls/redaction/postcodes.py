"""Postcodes with the towns behind them, written, said: "50733 Köln", "eins null eins eins fünf Berlin", "SW1A 1AA"."""

import re

from stimmung.calls.redaction.common_words import FUNCTION, is_ordinary
from stimmung.calls.redaction.conversation import Conversation
from stimmung.calls.redaction.lines import Line, is_capital, mark
from stimmung.calls.redaction.number_words import STANDING_SOFT, TIMES
from stimmung.calls.redaction.spelling import AS_IN, letter_of
from stimmung.calls.redaction.streets import COUNTED
from stimmung.calls.redaction.tokens import Token

BRITISH = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
OUTWARD = re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?")
INWARD = re.compile(r"[0-9][a-z]{2}")
WORD = re.compile(r"[^\W\d_]+(?:['’./-][^\W\d_]+)*")
LONGEST_SAID = 16  # words: seven letters and digits, some of them with "for Sierra" behind
TOWN_WORDS = 3
ALONE = range(5, 7)  # digits of a postcode beside a town, whatever its country
FOREIGN = range(4, 8)  # where it is called one
OF_TOWNS = frozenset(
    "bad neu alt stadt gross klein ober unter sankt st markt new old west east north south upper".split()
)
IN_TOWNS = frozenset("am an der im bei in ob vor der den dem a d upon on under le la by".split())
TOWNS = frozenset(
    """
    berlin hamburg muenchen koeln frankfurt stuttgart duesseldorf leipzig dortmund essen bremen dresden hannover
    nuernberg duisburg bochum wuppertal bielefeld bonn muenster mannheim karlsruhe augsburg wiesbaden moenchengladbach
    gelsenkirchen aachen braunschweig kiel chemnitz halle magdeburg freiburg krefeld mainz luebeck erfurt oberhausen
    rostock kassel hagen potsdam saarbruecken hamm ludwigshafen oldenburg muelheim osnabrueck leverkusen heidelberg
    darmstadt solingen regensburg herne paderborn neuss ingolstadt offenbach fuerth wuerzburg ulm heilbronn pforzheim
    wolfsburg goettingen bottrop reutlingen koblenz bremerhaven recklinghausen erlangen trier jena remscheid salzgitter
    moers siegen hildesheim cottbus gera schwerin wien graz linz salzburg innsbruck zuerich basel bern genf
    """.split()
)
"""Towns that make a postcode of any five digits before them."""


def german_postcode(line: Line, place: int) -> int:
    """Return where a postcode of five digits (four in Austria and Switzerland) ends, `place` where there is none."""
    here, digits, times = place, 0, 1
    while here < len(line.tokens) and here - place < 8 and digits < 5 and not (here > place and line.breaks(here)):
        token = line.tokens[here]
        if token.text in TIMES:
            times = TIMES[token.text]
        elif token.digits or (token.text in STANDING_SOFT and here > place):
            digits, times = digits + len(token.digits or "0") * times, 1
        else:
            break
        here += 1
        if mark(token) == "?":
            break
    ended = digits == 5 or (digits == 4 and here < len(line.tokens) and line.tokens[here].text in TOWNS)
    counted = here < len(line.tokens) and line.tokens[here].text in COUNTED and not line.pauses(here)
    return here if ended and not counted else place


def is_postcode(token: Token, lengths: range = ALONE) -> bool:
    """Tell whether a word is a postcode in figures, of so many digits."""
    return token.text.isdecimal() and len(token.digits) in lengths


def british_postcode(line: Line, place: int) -> int:
    """Return where a British postcode ends that begins with word `place`, `place` where none does."""
    said, here, found = "", place, place
    while here < len(line.tokens) and here - place < LONGEST_SAID and len(said) < 7:
        if here > place and line.breaks(here):
            break
        token = line.tokens[here]
        plain = token.text.replace("-", "").replace(".", "").upper()
        letter = letter_of(token).upper()
        if letter:
            said += letter
            here = _after_letter(line, here)
        elif token.text in STANDING_SOFT or (token.digits and token.text.isalpha()):
            said += token.digits or "0"
            here += 1
        elif plain.isalnum() and plain.isascii() and len(plain) <= 7 and (token.digits or is_capital(token)):
            said += plain
            here += 1
        else:
            break
        if BRITISH.fullmatch(said):
            found = here
    return found


def number_with_postcode(line: Line, place: int) -> int:
    """Return where a house number and a postcode end that are said in one row of digits, `place` where none do."""
    here, digits, times = place, 0, 1
    while here < len(line.tokens) and here - place < LONGEST_SAID and not (here > place and line.breaks(here)):
        token = line.tokens[here]
        if token.text in TIMES:
            times = TIMES[token.text]
        elif token.digits or (token.text in STANDING_SOFT and here > place):
            digits, times = digits + len(token.digits or "0") * times, 1
        else:
            break
        here += 1
    return here if 6 <= digits <= 9 else place


def postcode_before(line: Line, end: int) -> int:
    """Return where a postcode begins that ends before word `end`, `end` where none does."""
    for place in range(max(end - LONGEST_SAID, 0), end):
        if end in (german_postcode(line, place), british_postcode(line, place)):
            return place
    return end


def written_british(line: Line, place: int) -> int:
    """Return where a postcode as it is written ends: `SW1A 1AA`, `SW1A1AA`, capitals only; else `place`."""
    token = line.tokens[place]
    if not token.digits:
        return place
    letters = [letter for letter in token.raw if letter.isalpha()]
    if not letters or not all(letter.isupper() for letter in letters):
        return place
    if BRITISH.fullmatch(token.text.upper()) and len(token.text) > 5:
        return place + 1
    if OUTWARD.fullmatch(token.text) and not line.pauses(place + 1) and INWARD.fullmatch(line.tokens[place + 1].text):
        return place + 2
    return place


def _after_letter(line: Line, place: int) -> int:
    """Go on behind "for Sierra" where it names the letter."""
    tokens = line.tokens
    if place + 2 < len(tokens) and tokens[place + 1].text in AS_IN:
        named = place + (3 if tokens[place + 2].text == "in" else 2)
        if named < len(tokens) and tokens[named].text[:1] == tokens[place].text[:1] and len(tokens[named].text) > 1:
            return named + 1
    return place + 1


def read_town(talk: Conversation, line: Line, place: int, behind: bool = True) -> int:
    """Return where a town's name ends that begins with word `place`, `behind` a postcode or a street.

    Where nobody writes capitals and a pause parts it from these, only a known town is one.
    """
    if behind and line.pauses(place):
        token = line.tokens[place] if place < len(line.tokens) else None
        if token is None or not (talk.is_cased(token) or token.text in TOWNS or token.text in OF_TOWNS):
            return place
    here = last = place
    words = 0
    while here < len(line.tokens) and words < TOWN_WORDS and not (here > place and line.pauses(here)):
        if here > place and line.breaks(here):
            break
        token = line.tokens[here]
        if words and token.text in IN_TOWNS and not mark(token):
            here += 1
            continue
        if not _may_be_town(talk, line, here, words):
            break
        words, here = words + 1, here + 1
        last = here
        if mark(token).strip(".") or (mark(token) == "." and token.text not in ("st", "bad")):
            break
    return last


def _may_be_town(talk: Conversation, line: Line, place: int, words: int) -> bool:
    token = line.tokens[place]
    text = token.text
    if token.digits or token.placeholder or not WORD.fullmatch(text) or len(text) < 2:
        return False
    if text in TOWNS:
        return True
    if words and line.tokens[place - 1].text in IN_TOWNS and is_capital(token):
        return True  # Frankfurt am Main
    if text in FUNCTION or (is_ordinary(text, is_capital(token)) and text not in OF_TOWNS):
        return False
    if talk.is_cased(token):
        return is_capital(token)
    return words == 0 or line.tokens[place - 1].text in OF_TOWNS or line.tokens[place - 1].text in IN_TOWNS
