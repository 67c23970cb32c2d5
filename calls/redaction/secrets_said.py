"""Passwords, PINs and codes that open something, read aloud. That one is only spoken of redacts nothing."""

import re

from stimmung.calls.redaction.common_words import FUNCTION, ORDINARY, is_ordinary
from stimmung.calls.redaction.conversation import Conversation, Spot
from stimmung.calls.redaction.lines import Line, is_capital, mark
from stimmung.calls.redaction.number_words import STANDING_SOFT, TIMES
from stimmung.calls.redaction.records import Finding
from stimmung.calls.redaction.secret_words import (
    AMID,
    AMOUNT,
    AS,
    ASKING,
    BELONGS,
    CASES,
    CODE,
    HAVING,
    LEADS,
    NOT_NOW,
    NUMERIC_ONLY,
    OPENED,
    OTHER_NUMBERS,
    SAYS,
    SIGNS,
    UNITS,
)
from stimmung.calls.redaction.secrets_again import again, going_on
from stimmung.calls.redaction.spelling import ALPHABET, AS_IN, letter_of
from stimmung.calls.redaction.tokens import Token, parts_of

REACH = 10  # words between the word for it and the secret
LONGEST = 16  # words of a secret: twelve letters and signs are said with about that many
LONGEST_SPELLED = 60  # where letters are named: "R wie Richard"
LONGEST_ANSWER = 9
LONGEST_REST = 3  # words behind a secret in an answer: "habe ich genommen"
SHORTEST_CODE = 3  # digits that follow without an "is"
SENT_CODE = 4  # digits with which somebody answers who was told that a code is on its way
GROUPED = re.compile(
    r"\d{2,4}(?:[.,:/-]\d{2,4})+"
)  # 220.405: no amount where a code was named and an "is" stands before


def find_secrets(talk: Conversation) -> list[Finding]:
    """Return the secrets that are said in a conversation, and what repeats them."""
    spans: list[tuple[Line, int, int]] = []
    opened = [(line, first, last) for line in talk.lines for first, last in line.find(OPENED)]
    named = {token.index for line, first, last in opened for token in line.tokens[first:last]}
    codes = [(line, first, last) for line in talk.lines for first, last in line.find(CODE)]
    for loose, places in ((False, opened), (True, codes)):
        for line, first, last in places:
            span = _said_behind(talk, line, last, loose or _is_numeric(line, first, last))
            span = span or _said_before(talk, line, first)
            if span:
                spans += [(line, *span), *going_on(line, span[1], is_sign)]
            elif not loose and not _warns(line, first, last) and not _is_taken(line, last):
                answer = _answer(talk, line, first, last, named)
                spans += [answer, *going_on(answer[0], answer[2], is_sign)] if answer else []
    spans += again(talk, spans) if spans else []
    return [Finding("SECRET", parts_of(line.tokens[first:last]), "context") for line, first, last in spans]


def _is_numeric(line: Line, first: int, last: int) -> bool:
    return any(NUMERIC_ONLY.fullmatch(token.text) for token in line.tokens[first:last])


def _said_behind(talk: Conversation, line: Line, place: int, numeric: bool) -> tuple[int, int] | None:
    """Return the secret that is said behind the word for it: digits soon, or words after an "is".

    Other words may stand between; then an "is" must stand right before the secret, or it is of letters and digits.
    """
    before = line.tokens[place - 1]
    here, says, plain = place, before.text in SAYS, True
    colon = mark(before) == ","
    while here < len(line.tokens) and here - place < REACH and not line.breaks(here):
        token = line.tokens[here]
        if is_sign(line, here) or (says and numeric and GROUPED.fullmatch(token.text)):
            return _sign_behind(line, here, says=says, plain=plain, colon=colon)
        if token.placeholder or OTHER_NUMBERS.fullmatch(token.text) or mark(before) == "?":
            return None
        if token.text not in LEADS and token.text not in HAVING:
            if line.pauses(here) or (plain and says and _may_be_secret(talk, token)):
                break
            plain, says = False, False
        says = says or token.text in SAYS or token.text in HAVING
        if mark(token) in (".", "?"):
            return None
        here += 1
    said = (says and plain) or (colon and before.mark.startswith(":"))
    if numeric or not said or here >= len(line.tokens) or line.breaks(here):
        return None
    return (here, _end(line, here)) if _may_be_secret(talk, line.tokens[here]) else None


def _said_before(talk: Conversation, line: Line, place: int) -> tuple[int, int] | None:
    """Return the secret that is said before the word for it: "I use Bluebell38 as my password"."""
    last = place
    while last > 0 and not line.pauses(last) and place - last < 2 and line.tokens[last - 1].text in BELONGS:
        last -= 1
    if not last or line.pauses(last) or line.tokens[last - 1].text not in AS:
        return None
    last -= 1
    first = last
    while first > 0 and last - first < LONGEST and not line.pauses(first):
        token = line.tokens[first - 1]
        sign = is_sign(line, first - 1) or token.text in SIGNS or token.text in ALPHABET
        if not sign and ((first < last and mark(token) == ".") or not _may_be_secret(talk, token)):
            break
        first -= 1
    return (first, last) if first < last and _has_value(line, first, last) and not line.pauses(first) else None


def _sign_behind(line: Line, here: int, *, says: bool, plain: bool, colon: bool) -> tuple[int, int] | None:
    last = _end(line, here)
    digits = _digits(line, here, last)
    if plain:
        enough = says or colon or digits >= SHORTEST_CODE
    else:
        enough = _is_mixed(line.tokens[here]) or (says and digits >= SHORTEST_CODE)
    return (here, last) if enough and not _counts(line, here, last) and _has_value(line, here, last) else None


def _is_taken(line: Line, place: int) -> bool:
    """Tell whether an earlier redaction took the secret out behind the word for it."""
    for token in line.tokens[place : place + REACH]:
        if token.placeholder:
            return token.placeholder == "SECRET"
        if mark(token) in (".", "?"):
            return False
    return False


def is_sign(line: Line, place: int) -> bool:
    """Tell whether a word is digits, a letter by itself or mixed of both; an `oh` is one before another."""
    token = line.tokens[place]
    if token.text in STANDING_SOFT or token.text in TIMES:
        ahead = not line.pauses(place + 1) and is_sign(line, place + 1)
        return ahead or (token.text in STANDING_SOFT and _is_behind_sign(line, place))
    if token.text in CASES and not line.pauses(place + 1):
        return bool(letter_of(line.tokens[place + 1]))  # "großes A"
    letter = letter_of(token)
    return (bool(token.digits) and not AMOUNT.search(token.raw)) or (bool(letter) and letter not in ("a", "i"))


def _is_behind_sign(line: Line, place: int) -> bool:
    """Tell whether a digit stands before a word, or such an `oh` behind one."""
    while not line.pauses(place):
        place -= 1
        text = line.tokens[place].text
        if text not in STANDING_SOFT and text not in TIMES:
            return bool(line.tokens[place].digits)
    return False


def _is_mixed(token: Token) -> bool:
    return bool(token.digits) and any(sign.isdigit() for sign in token.text) and sum(map(str.isalpha, token.text)) > 2


def _has_value(line: Line, first: int, last: int) -> bool:
    return sum(len(token.digits) or len(letter_of(token)) or 3 for token in line.tokens[first:last]) > 1


def _counts(line: Line, first: int, last: int) -> bool:
    """Tell whether the digits count something: "3 mal", "4 digits"."""
    signs = [place for place in range(first, last) if line.tokens[place].digits]
    if len(signs) != 1 or len(line.tokens[signs[0]].digits) > 2:
        return False
    behind = line.tokens[signs[0] + 1].text if signs[0] + 1 < len(line.tokens) else ""
    return behind in UNITS


def _may_be_secret(talk: Conversation, token: Token) -> bool:
    """Tell whether a word may begin a password: in German, where words for things have capitals, those alone."""
    if token.placeholder or not token.text:
        return False
    if token.language == "de" and talk.is_cased(token) and not is_capital(token):
        return False
    return not _is_ordinary(token, is_capital(token) and talk.is_cased(token))


def _is_ordinary(token: Token, capital: bool) -> bool:
    """Tell whether a word is no password: one of every day; German things with a capital may be, "Mondlandung"."""
    if capital and token.language == "de":
        return token.text in FUNCTION or token.text in ORDINARY
    return is_ordinary(token.text, capital)


def _end(line: Line, first: int) -> int:
    """Return where a secret ends that begins with word `first`: with the sentence, or at a word of every day."""
    here = last = first
    longest = LONGEST
    while here < len(line.tokens) and here - first < longest and not (here > first and line.breaks(here)):
        token = line.tokens[here]
        ahead = line.tokens[here + 1] if here + 1 < len(line.tokens) else None
        if here > first and line.pauses(here) and not (is_sign(line, here) or token.text in AMID):
            break
        if (named := _named_letter(line, here)) > here:
            here = last = named
            longest = LONGEST_SPELLED
        elif is_sign(line, here) or letter_of(token) or here == first or token.text in SIGNS:
            here = last = here + 1
        elif token.text in AMID and ahead is not None:
            if token.text in FUNCTION and not (is_sign(line, here + 1) or ahead.text in AMID or letter_of(ahead)):
                break
            here += 1
        elif _ends_secret(line, here):
            break
        else:
            here = last = here + 1
        if mark(line.tokens[here - 1]) in (".", "?") and not (_goes_on(line, here)):
            break
    return last


def _named_letter(line: Line, place: int) -> int:
    """Return where "R wie Richard", "m as in Mike" ends; `place` where no letter is named."""
    tokens = line.tokens
    if not letter_of(tokens[place]) or place + 2 >= len(tokens) or tokens[place + 1].text not in AS_IN:
        return place
    named = place + 2 + (tokens[place + 1].text == "as" and tokens[place + 2].text == "in")
    same = named < len(tokens) and tokens[named].text[:1] == tokens[place].text[:1]
    return named + 1 if same and not line.breaks(named) else place


def _ends_secret(line: Line, place: int) -> bool:
    token = line.tokens[place]
    if token.text in FUNCTION or token.placeholder or token.text in UNITS or token.text in HAVING:
        return True
    return mark(line.tokens[place - 1]) != "" and is_ordinary(token.text, is_capital(token))


def _goes_on(line: Line, place: int) -> bool:
    """Tell whether after a full stop another digit or letter follows: pauses in a number are often written so."""
    return place < len(line.tokens) and not line.breaks(place) and is_sign(line, place)


def _sentence(line: Line, first: int, last: int) -> tuple[int, int]:
    """Return where the sentence around some words begins and ends."""
    begin, end = first, last
    while (
        begin > 0 and first - begin < 12 and not line.pauses(begin) and mark(line.tokens[begin - 1]) not in (".", "?")
    ):
        begin -= 1
    while end - last < 12 and not line.pauses(end) and mark(line.tokens[end - 1]) not in (".", "?"):
        end += 1
    return begin, end


def _asks(line: Line, first: int, last: int) -> bool:
    """Tell whether the sentence with the word for a secret asks for it."""
    begin, end = _sentence(line, first, last)
    asks = any(token.text in ASKING for token in line.tokens[begin:end])
    return asks or mark(line.tokens[end - 1]) == "?" or end - begin <= 4


def _warns(line: Line, first: int, last: int) -> bool:
    """Tell whether the sentence is against telling it, or says that it is not known."""
    begin, end = _sentence(line, first, last)
    return any(token.text in NOT_NOW for token in line.tokens[begin:end])


def _answer(talk: Conversation, line: Line, first: int, last: int, named: set[int]) -> tuple[Line, int, int] | None:
    """Return the secret in the answer: its few words, or its digits; where nobody asked, digits that are all of it.

    An answer that names it itself is read there (`named` are the words for secrets).
    """
    asked, numeric = _asks(line, first, last), _is_numeric(line, first, last)
    for spot in talk.answers(line.tokens[last - 1]):
        end = spot.place + talk.length(spot)
        tokens = spot.line.tokens[spot.place : end]
        if any(token.index in named or token.placeholder == "SECRET" for token in tokens):
            return None
        here = spot.place
        while here < end and spot.line.tokens[here].text in LEADS and not is_sign(spot.line, here):
            here += 1
        if here == end or any(token.text in NOT_NOW for token in tokens[: here - spot.place]):
            continue
        if asked and numeric and GROUPED.fullmatch(spot.line.tokens[here].text):
            return spot.line, here, _end(spot.line, here)
        if (stop := _value(spot, here, end, talk.is_cased(tokens[0]), worded=asked and not numeric)) is None:
            continue
        digits = _digits(spot.line, here, stop)
        if mark(tokens[-1]) == "?" and digits < SHORTEST_CODE and not _is_mixed(spot.line.tokens[here]):
            continue  # "Why?"
        if asked or (digits >= SENT_CODE and 2 * (stop - here) >= end - spot.place):
            return spot.line, here, stop
    return None


def _value(spot: Spot, here: int, end: int, cased: bool, *, worded: bool) -> int | None:
    """Return where a secret ends that begins with word `here` of an answer, None where there is none."""
    line, token = spot.line, spot.line.tokens[here]
    stop = _end(line, here)
    if is_sign(line, here):
        return stop if not _counts(line, here, stop) and _has_value(line, here, stop) else None
    short = end - here <= LONGEST_ANSWER and end - stop <= LONGEST_REST
    if not worded or not short or token.placeholder or not token.text:
        return None
    rest = end - stop - (1 if not cased else 0)  # "ich suche das gerade raus"
    small = not is_capital(token) and rest > 0
    return None if small or _is_ordinary(token, is_capital(token)) else stop


def _digits(line: Line, first: int, last: int) -> int:
    return sum(len(token.digits) for token in line.tokens[first:last])
