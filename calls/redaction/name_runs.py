"""Words in a row that may be a name, read from where a context says that one begins or ends."""

import re
from dataclasses import dataclass
from enum import IntEnum

from stimmung.calls.redaction.common_words import ADJECTIVES, FUNCTION, ORDINARY, SURNAMES_TOO, is_ordinary
from stimmung.calls.redaction.conversation import Conversation, Spot
from stimmung.calls.redaction.lines import Line, is_capital, mark
from stimmung.calls.redaction.name_words import (
    ACADEMIC,
    FIRST_NAMES,
    PARTICLES,
    PEOPLES,
    ROLES,
    TITLES,
    is_company,
)
from stimmung.calls.redaction.tokens import Token

LONGEST = 4  # words of a name, particles not counted
NAME = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*'?")
POSSESSIVE = re.compile(r"(?:'s|s')$")
# What may stand between "my name is" and the name.
LEAD_IN = frozenset("aeh aehm also ja um uh uhm er well der die the herr frau und zwar eben noch".split())
FOLLOWS = frozenset(
    """
    und and from von vom aus of calling speaking here hier am mein my i ich i'm im with again noch mal mit wie as for
    born geboren or oder from bei at is ist so but aber guten good hello hallo angemeldet gemeldet registered
    """.split()
)
"""Words that may stand right behind a name."""


class Context(IntEnum):
    """How sure it is that what follows is a name: `WEAK` "I'm …", `MEDIUM` "Frau …", `STRONG` "my name is …"."""

    WEAK = 1
    MEDIUM = 2
    STRONG = 3


@dataclass(frozen=True, slots=True)
class Run:
    """Words `first` to `last` (exclusive) of a line."""

    line: Line
    first: int
    last: int

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.line.tokens[self.first : self.last]


def bare(token: Token) -> str:
    """Return a folded word without the English possessive."""
    return POSSESSIVE.sub("", token.text)


def may_be_name(token: Token, context: Context, cased: bool) -> bool:
    """Tell whether a word may be (part of) a name in such a context; `cased`: names are written with a capital here."""
    text, capital = bare(token), is_capital(token)
    if token.digits or token.placeholder or not NAME.fullmatch(text) or len(text) < 2:
        return False
    if text in FUNCTION or text in TITLES or text in ROLES:
        return False
    if text in FIRST_NAMES:
        return capital or not cased or context >= Context.MEDIUM
    if cased and not capital:
        return context == Context.STRONG and not is_ordinary(text)
    if context == Context.STRONG and capital:
        return text not in ORDINARY or text in SURNAMES_TOO or mark(token) != ""
    if context >= Context.MEDIUM and text in SURNAMES_TOO:
        return True
    return not is_ordinary(text, capital) and text not in PEOPLES


def read_name(talk: Conversation, spot: Spot, context: Context) -> Run | None:
    """Return the name that begins here, fillers and titles before it left out; None where there is none."""
    line, place = spot.line, _skip_lead_in(spot.line, spot.place, context)
    last, words = place, 0
    while last < len(line.tokens) and words < LONGEST:
        if last > place and _parted(talk, line, last):
            break
        token = line.tokens[last]
        cased = talk.is_cased(token)
        usable = min(context, Context.MEDIUM) if words else context
        named = may_be_name(token, usable, cased) or (words > 0 and _is_surname(token, cased))
        if named and not (words and _is_thing(line, last, cased)):
            last, words = last + 1, words + 1
            if mark(token) and not _goes_on(line, place, last):
                break
        elif _particle(talk, line, last, usable):
            last += 1
        elif words and len(token.text) == 1 and is_capital(token) and token.text != "i":
            last += 1  # the initial of John F
        else:
            break
    if not words or any(is_company(token.text) for token in line.tokens[place:last]):
        return None
    return Run(line, place, last)


def read_name_before(talk: Conversation, line: Line, end: int, context: Context) -> Run | None:
    """Return the name that ends before word `end`, as in "Müller am Apparat"; it must begin what was said."""
    first = end
    while first > 0 and end - first < LONGEST:
        token = line.tokens[first - 1]
        if line.pauses(first) or (first < end and mark(token)):
            break
        if not may_be_name(token, context, talk.is_cased(token)) and not (token.text in PARTICLES and first < end):
            break
        first -= 1
    while first < end and line.tokens[first].text in PARTICLES:
        first += 1
    if first == end or any(is_company(token.text) for token in line.tokens[first:end]):
        return None
    return Run(line, first, end)


def ends_well(run: Run) -> bool:
    """Tell whether what follows leaves the run a name: a mark, a pause, or a word that may stand behind one."""
    if mark(run.tokens[-1]) or run.line.pauses(run.last):
        return True
    follower = run.line.tokens[run.last]
    return follower.text in FOLLOWS or (len(follower.text) == 1 and follower.text != "a") or bool(follower.digits)


def _skip_lead_in(line: Line, place: int, context: Context) -> int:
    skipped = 0
    while place < len(line.tokens) and skipped < 4:
        text = line.tokens[place].text
        article = text in ("der", "die", "the") and context == Context.WEAK
        if article or text not in (LEAD_IN | TITLES | ACADEMIC) or (skipped and line.breaks(place)):
            break
        place, skipped = place + 1, skipped + 1
    return place


def _parted(talk: Conversation, line: Line, place: int) -> bool:
    """A pause parts two words, unless the next utterance begins with a name's capital and is little else."""
    if not line.pauses(place):
        return False
    if line.breaks(place):
        return True
    short = talk.length(Spot(line, place)) <= 2
    return not (short and is_capital(line.tokens[place]) and not mark(line.tokens[place - 1]).strip(","))


def _goes_on(line: Line, first: int, place: int) -> bool:
    """After a comma a name goes on only where it is said again with its first name: Bond, James Bond."""
    if mark(line.tokens[place - 1]) != "," or line.pauses(place):
        return False
    said = {token.text for token in line.tokens[first:place]}
    return any(token.text in said for token in line.tokens[place + 1 : place + 3])


def _is_thing(line: Line, place: int, cased: bool) -> bool:
    """Tell whether a word behind a name is rather a thing: "Frau Müllers Zimmer", though there is an Anna Zimmer."""
    token, before = line.tokens[place], line.tokens[place - 1]
    return token.text in SURNAMES_TOO and before.text not in FIRST_NAMES and not _is_surname(token, cased)


def _is_surname(token: Token, cased: bool) -> bool:
    """Tell whether an adjective has a capital, which behind a first name makes a surname of it: "Chiara Jung"."""
    return cased and is_capital(token) and not token.raw.isupper() and token.text in ADJECTIVES


def _particle(talk: Conversation, line: Line, place: int, context: Context) -> bool:
    """Tell whether here is `von`, `van der`, … and a name behind it."""
    for after in range(place, min(place + 3, len(line.tokens))):
        token = line.tokens[after]
        if after > place and line.pauses(after):
            return False
        if token.text not in PARTICLES:
            return after > place and may_be_name(token, max(context, Context.MEDIUM), talk.is_cased(token))
        if mark(token) and token.text not in ("st", "mc"):
            return False
    return False
