"""E-mail addresses, written and said aloud: "anna Punkt meier at beispiel Punkt de",
"john dot smith at example dot com".

The part behind the at sign decides: it must end like a domain, or the call must have asked for an address.
"""

import re
from collections.abc import Sequence

from stimmung.calls.redaction.common_words import FUNCTION, SURNAMES_TOO, is_ordinary
from stimmung.calls.redaction.conversation import Conversation
from stimmung.calls.redaction.lines import Line, is_capital, mark, phrase
from stimmung.calls.redaction.number_words import STANDING_SOFT
from stimmung.calls.redaction.records import Finding
from stimmung.calls.redaction.spelling import AS_IN, DOUBLED, LETTER_NAMES, letter_of
from stimmung.calls.redaction.tokens import Token, parts_of

WRITTEN = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]{2,}|[\w.+-]{2,}@[\w-]{2,}")
AT = frozenset(["at", "aet", "@", "klammeraffe", "klammeraffen", "affenschwanz", "ett", "at-zeichen", "aet-zeichen"])
LIKE_AT = frozenset(["add", "et", "ed", "hat", "ad", "it"])
"""What recognisers make of "at"; believed where an e-mail address was asked for, or a domain follows to its end."""
DOT = frozenset(["punkt", "dot", "point", ".", "period"])
SEPARATORS = DOT | frozenset(
    """
    unterstrich underscore minus bindestrich hyphen dash strich plus _ - + slash apostroph apostrophe tiefstrich
    """.split()
)
TOP = frozenset(
    """
    de com net org info eu at ch uk co io biz ag edu gov me tv app dev shop online fr it nl es pl us ca ie au be dk se
    no     fi cz hu in email mail cloud berlin hamburg koeln koelln bayern ruhr d-e com's
    """.split()
)
SAID_TOP = frozenset(["komm", "kom", "comm", "deh", "dee", "org", "nett"])
"""How recognisers hear `com` and `de`; believed behind a dot only."""
PROVIDERS = frozenset(
    """
    gmail googlemail yahoo hotmail outlook icloud gmx web t-online tonline freenet aol live msn protonmail posteo
    mailbox     arcor vodafone btinternet sky virgin fastmail
    """.split()
)
INSIDE = frozenset(
    """
    alles klein kleingeschrieben zusammen zusammengeschrieben geschrieben grossgeschrieben gross wort lower case
    lowercase uppercase capital symbol zeichen sign the und dann then and
    """.split()
)
"""What may be said in the middle of an address without being a part of it."""
WORD = re.compile(r"[^\W_]+(?:[.+_'-]+[^\W_]+)*[._-]?")
DOMAIN = re.compile(r"[^\W_]+(?:-[^\W_]+)*\.[a-z]{2,}(?:\.[a-z]{2,})?")
# Where the at sign was lost, and maybe the dots: `anna.meiergmail.com`, "anna meier 65 gmailcom". The local part first.
WITHOUT_AT = re.compile(
    r"(?P<local>[^\W_][\w.+-]*)?(?:gmai?l|gmial|googlemail|yahoo|hotmail|outlook|icloud|gmx|t-?online|freenet|aol|protonmail|posteo"
    r"|yandex|btinternet)\.?(?:com?|de|net|org|at|ch|co\.?uk)"
)
LONGEST_LOCAL = 30  # words before the at sign; one letter at a time an address has that many
LONGEST_DOMAIN = 24
NEAR = 3  # turns behind a piece of an address in which it is repeated
AROUND = frozenset("ja yes genau richtig okay ok correct right dann habe ich also so that is mhm".split())
LONGEST_WITHOUT_AT = 4  # words before the domain
LOOSE_WORDS = 3  # words of the local part that no separator joins
MENTIONED = phrase(
    "(?:e-?mail|mail|e mail)(?:-?adress\\w*| address| id)?|emailadress\\w*|e-mailadress\\w*|mailadress\\w*"
)


def find_emails(talk: Conversation) -> list[Finding]:
    """Return the e-mail addresses in a conversation."""
    findings: list[Finding] = []
    for line in talk.lines:
        expected = _expected(talk, line)
        done = 0
        for place, token in enumerate(line.tokens):
            span = None if place < done else _address(line, place, place in expected)
            if span:
                findings.append(Finding("EMAIL", parts_of(line.tokens[max(span[0], done) : span[1]]), "pattern"))
                done = span[1]
            elif place >= done and (first := _without_at(line, place)) is not None:
                findings.append(Finding("EMAIL", parts_of(line.tokens[max(first, done) : place + 1]), "pattern"))
                done = place + 1
            elif "@" in token.text and WRITTEN.search(token.text):
                findings.append(Finding("EMAIL", parts_of([token]), "pattern"))
    return findings + _again(talk, findings) if findings else findings


def _again(talk: Conversation, findings: Sequence[Finding]) -> list[Finding]:
    """Return utterances that repeat a piece of an address and say nothing else: "Wegener, ja", "at outlook dot com"."""
    spans = talk.stream.spans
    taken = {
        spans[part.utterance][0] + at for one in findings for part in one.parts for at in range(part.first, part.last)
    }
    said = {talk.stream.tokens[place].text for place in taken} - FUNCTION | AT
    turns = {talk.turn_of[talk.stream.tokens[place].utterance] for place in taken}
    again = []
    for turn, first in enumerate(talk.turns):
        spot = talk.spots[first]
        tokens = spot.line.tokens[spot.place : spot.place + talk.length(spot)]
        kept = [token for token in tokens if token.text not in AROUND]
        near = any(0 < turn - own <= NEAR for own in turns) and not any(token.index in taken for token in tokens)
        if near and kept and all(token.text in said for token in kept):
            again.append(Finding("EMAIL", parts_of(kept), "pattern"))
    return again


def _said(token: Token) -> str:
    """Return what a word says, a sign by itself included."""
    return token.text or token.raw.strip()


def _expected(talk: Conversation, line: Line) -> set[int]:
    """Return the places at which an address is no surprise: near where one was mentioned, or asked for."""
    near: set[int] = set()
    for other in talk.lines:
        for _, last in other.find(MENTIONED):
            if other is line:
                near |= set(range(last, last + LONGEST_LOCAL))
            for spot in talk.answers(other.tokens[last - 1]):
                if spot.line is line:
                    near |= set(range(spot.place, spot.place + LONGEST_LOCAL))
    return near


def _address(line: Line, place: int, expected: bool) -> tuple[int, int] | None:
    """Return the words of an address whose at sign is, or is in, word `place`."""
    token = line.tokens[place]
    if "@" in token.text and _said(token) != "@":
        return _half_written(line, place)
    text = _said(token)
    sure = text in AT or "@" in token.raw
    if not sure and text not in LIKE_AT:
        return None
    last, whole = _domain(line, place + 1)
    provider = last > place + 1 and line.tokens[last - 1].text in PROVIDERS
    if last == place + 1 or not (whole or (sure and provider)):
        return None
    first = _local(line, place, sure)
    believed = whole and (sure or expected)
    if first == place or not (believed or (expected and sure) or _has_separator(line, first, place)):
        return None
    return first, last


def _without_at(line: Line, place: int) -> int | None:
    """Return where an address begins that ends with word `place` and has lost its at sign; digits may part its name."""
    domain = WITHOUT_AT.fullmatch(line.tokens[place].text)
    if domain is None:
        return None
    first, named = place, bool(domain["local"])
    while first > 0 and place - first < LONGEST_WITHOUT_AT and not line.pauses(first):
        token = line.tokens[first - 1]
        if mark(token) or not (token.digits or letter_of(token) or (not named and _may_be_local(token, alone=False))):
            break
        named = named or not token.digits
        first -= 1
    return first if first < place or domain["local"] else None


def _half_written(line: Line, place: int) -> tuple[int, int] | None:
    """Read an address of which the at sign was written into a word, and dots or more were said beside it."""
    text = line.tokens[place].text
    head, _, tail = text.partition("@")
    first, last = place, place + 1
    if not head or (place and _said(line.tokens[place - 1]) in SEPARATORS):
        first = _local(line, place, True)
    if not tail:
        last, whole = _domain(line, place + 1)
        if not whole and line.tokens[last - 1].text not in PROVIDERS:
            return None
    elif "." not in tail or mark(line.tokens[place]) == ".":
        behind = _tops(line, place + 1, dotted=mark(line.tokens[place]) == ".")
        last = max(last, behind)
    domain = tail + line.tokens[last - 1].text if last > place + 1 else tail
    known = last > place + 1 or "." in tail or domain in PROVIDERS
    return (first, last) if known and (head or first < place) else None


def _domain(line: Line, place: int) -> tuple[int, bool]:
    """Return where a domain that begins at `place` ends, and whether it ends as domains do."""
    last, here, limit = place, place, min(place + LONGEST_DOMAIN, len(line.tokens))
    while here < limit and not line.breaks(here):
        token = line.tokens[here]
        if _is_domain(token.text):
            return here + 1, True
        if _said(token) in DOT or (here > place and mark(line.tokens[here - 1]) == "." and token.text in TOP):
            end = _tops(line, here, dotted=_said(token) not in DOT)
            if end > here:
                return end, True
        if _said(token) in SEPARATORS or token.text in INSIDE:
            here += 1
            continue
        if (token.text in FUNCTION and not letter_of(token)) or (here > place and not _joins(line, here)):
            break
        here = last = _unit_end(line, here)
        if last == here and line.tokens[here - 1].text in PROVIDERS and not _dotted_next(line, here):
            return here, False
    return last, False


def _is_domain(text: str) -> bool:
    return DOMAIN.fullmatch(text) is not None and text.rpartition(".")[2] in TOP


def _dotted_next(line: Line, place: int) -> bool:
    if place >= len(line.tokens) or line.breaks(place):
        return False
    return _said(line.tokens[place]) in DOT or (line.tokens[place].text in TOP and mark(line.tokens[place - 1]) == ".")


def _joins(line: Line, here: int) -> bool:
    """Tell whether word `here` goes on with a domain: letters do, words only behind a dot or hyphen or two of them."""
    before, token = line.tokens[here - 1], line.tokens[here]
    if (
        line.pauses(here)
        and _said(before) not in SEPARATORS
        and _said(token) not in SEPARATORS
        and not letter_of(token)
    ):
        return False
    if _said(before) in SEPARATORS or before.text in INSIDE or letter_of(token) or letter_of(before) or token.digits:
        return True
    return _said(token) in SEPARATORS or _dotted_next(line, here + 1) or _dotted_next(line, here + 2)


def _unit_end(line: Line, place: int) -> int:
    """Return the end of a word or letter, its "wie Martha" included."""
    tokens = line.tokens
    if (letter_of(tokens[place]) or tokens[place].text in LETTER_NAMES) and place + 2 < len(tokens):
        step = 2 if tokens[place + 1].text == "as" and tokens[place + 2].text == "in" else 1
        named = place + 1 + step
        if tokens[place + 1].text in AS_IN and named < len(tokens) and tokens[named].text[:1] == tokens[place].text[:1]:
            return named + 1
    return place + 1


def _tops(line: Line, place: int, dotted: bool) -> int:
    """Return where "Punkt de", "dot co dot uk", "d e" ends, `place` where there is nothing of the kind."""
    end, here = place, place
    while here < len(line.tokens) and not line.breaks(here):
        if not dotted:
            if _said(line.tokens[here]) not in DOT:
                break
            here += 1
            if here >= len(line.tokens):
                break
        text = line.tokens[here].text
        pair = text + line.tokens[here + 1].text if here + 1 < len(line.tokens) else ""
        if text in TOP or text in SAID_TOP or _is_domain(text):
            end = here = here + 1
        elif len(text) == 1 and pair in TOP:
            end = here = here + 2
        elif not dotted and letter_of(line.tokens[here]) == "" and here + 1 < len(line.tokens):
            if _said(line.tokens[here + 1]) not in DOT:  # a label, and its own dot behind it
                break
            here += 1
            continue
        else:
            break
        dotted = False
    return end


def _local(line: Line, at: int, sure: bool) -> int:
    """Return where the part before the at sign begins, `at` where nothing stands there."""
    first, loose, here = at, 0, at
    while here > 0 and at - here < LONGEST_LOCAL and not line.breaks(here):
        token = line.tokens[here - 1]
        text = _said(token)
        joined = first < at and _said(line.tokens[first]) in SEPARATORS
        if text in SEPARATORS:
            here -= 1
            first = here if first < at or sure else first
            continue
        if (begin := _spelled_before(line, here)) < here:
            first = here = begin
            continue
        zero = text in STANDING_SOFT and here > 1 and bool(line.tokens[here - 2].digits)
        if (
            token.digits
            or zero
            or letter_of(token)
            or text in LETTER_NAMES
            or joined
            or (text in DOUBLED and first < at)
        ):
            here -= 1
            first = here
            continue
        if text in INSIDE and _address_word(line, here - 1):
            here -= 1
            continue
        if not _may_be_local(token, alone=first == at) or loose == LOOSE_WORDS or (loose and mark(token)):
            break
        here, loose = here - 1, loose + 1
        first = here
    while first < at and _said(line.tokens[first]) in SEPARATORS:
        first += 1
    return first


def _address_word(line: Line, place: int) -> bool:
    """Tell whether before an "alles klein" there is more of the address."""
    return place > 0 and _may_be_local(line.tokens[place - 1], alone=False) and not line.pauses(place)


def _spelled_before(line: Line, end: int) -> int:
    """Return where "M wie Martha" begins that ends before word `end`; `end` where there is none."""
    for back in (3, 4):
        place = end - back
        if place >= 0 and letter_of(line.tokens[place]) and _unit_end(line, place) == end:
            return place
    return end


def _may_be_local(token: Token, alone: bool) -> bool:
    """Tell whether a word may be of the local part;
    `alone`: nothing else is yet, and there are `info` and `service`.
    """
    text = token.text
    named = alone or text in SURNAMES_TOO or not is_ordinary(text, is_capital(token))
    return bool(WORD.fullmatch(text)) and text not in FUNCTION and named


def _has_separator(line: Line, first: int, last: int) -> bool:
    return any(_said(token) in SEPARATORS or "." in token.text for token in line.tokens[first:last])
