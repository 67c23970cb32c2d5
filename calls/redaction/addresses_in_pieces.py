"""Addresses that no word like "street" gives away: asked for, or around a postcode, at once or over several turns.

A number beside a name is one where an address is expected or a postcode follows; a postcode that is said letter by
letter, and a town by itself, where a street is not far.
"""

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from stimmung.calls.redaction.common_words import FUNCTION, is_ordinary
from stimmung.calls.redaction.conversation import Conversation
from stimmung.calls.redaction.lines import Line, is_capital, mark
from stimmung.calls.redaction.name_runs import Run
from stimmung.calls.redaction.postcodes import TOWNS, british_postcode, german_postcode, read_town
from stimmung.calls.redaction.spelling import letter_of
from stimmung.calls.redaction.streets import COUNTED, PREPOSITIONS, house_number
from stimmung.calls.redaction.tokens import Token

NEAR = 8  # turns behind a street in which its town and postcode are said
LONGEST_NAME = 4  # words of a street
LONGEST_TOWN = 3
IN_NAMES = frozenset(PREPOSITIONS) | frozenset(
    "the der den dem die das alte alten altes neue neuen neues old new saint st".split()
)
NO_BEGINNING = frozenset("in der den dem die das".split())
LEADS = frozenset(
    """
    ja also aeh aehm das ist die it is it's at i live we uh um so yes and ok okay wohne ich wir wohnen in nach an meine
    my adresse anschrift address neue new jetzt now that's that would be
    """.split()
)
"""What may be said in an utterance before an address."""
REST = frozenset("ja yes bitte please genau right okay ok danke".split())
"""And behind it."""


def find_pieces(talk: Conversation, expected: Set[int], runs: Sequence[Run]) -> list[Run]:
    """Return the pieces of addresses, those in `runs` given; `expected` are the tokens where one is no surprise."""
    if not expected and not runs:
        return []
    postcodes = list(_postcodes(talk, expected, runs))
    around = [run for one in (*postcodes, *runs) if (run := _before_postcode(talk, one))]
    streets = [run for first in talk.turns if (run := _street_alone(talk, first, expected))]
    found = [*runs, *postcodes, *around, *streets]
    return [*postcodes, *around, *streets, *_towns(talk, found)]


def _postcodes(talk: Conversation, expected: Set[int], runs: Sequence[Run]) -> Iterator[Run]:
    """Yield postcodes and the towns beside them, where an address is expected or a street was said before."""
    turns = {talk.turn_of[run.tokens[0].utterance] for run in runs}
    for line in talk.lines:
        done = 0
        for place, token in enumerate(line.tokens):
            if place < done or not (token.digits or letter_of(token)) or _goes_on(line, place):
                continue
            turn = talk.turn_of[token.utterance]
            if token.index not in expected and not any(turn - NEAR <= one <= turn for one in turns):
                continue
            if run := _postcode(talk, line, place):
                yield run
                done = run.last


def _postcode(talk: Conversation, line: Line, place: int) -> Run | None:
    if (end := british_postcode(line, place)) > place:
        return Run(line, _town_before(talk, line, place), end)
    end = german_postcode(line, place)
    if end == place or _goes_on(line, end):
        return None
    town = read_town(talk, line, end)
    return Run(line, place, town) if town > end or line.pauses(end) else None


def _goes_on(line: Line, place: int) -> bool:
    """Tell whether word `place` is more of the digits before it."""
    if line.pauses(place) or mark(line.tokens[place - 1]) or not line.tokens[place].digits:
        return False
    return bool(line.tokens[place - 1].digits)


def _town_before(talk: Conversation, line: Line, place: int) -> int:
    """Return where a town begins that stands right before word `place`, `place` where none does."""
    for first in range(max(place - LONGEST_TOWN, 0), place):
        if any(line.pauses(at) for at in range(first + 1, place + 1)):
            continue
        if _are_names(talk, line, first, place) and read_town(talk, line, first, behind=False) == place:
            return first
    return place


def _before_postcode(talk: Conversation, run: Run) -> Run | None:
    """Return the street and number right before a postcode or its town: "Heidekamp 83, 52351 …", "9 Kings Way, …"."""
    line, last = run.line, run.first
    if not last or line.pauses(last):
        return None
    begin = last
    while begin > 0 and last - begin < 2 * LONGEST_NAME and not line.pauses(begin):
        begin -= 1
    for first in range(begin, last):
        if _street(talk, line, first) == last:
            return Run(line, first, last)
    return None


def _street(talk: Conversation, line: Line, first: int) -> int:
    """Return where a street and its number end that begin with word `first`, the number before or behind the name."""
    if (number := house_number(line, first)) > first:
        last = number
        while last - number < LONGEST_NAME and not line.pauses(last) and _is_name(talk, line, last):
            last += 1
            if mark(line.tokens[last - 1]):
                break
        return last if _are_names(talk, line, number, last) else first
    if not _may_begin(talk, line.tokens[first]):
        return first
    here = first
    while here - first < LONGEST_NAME and not (here > first and line.pauses(here)) and _is_name(talk, line, here):
        here += 1
        if mark(line.tokens[here - 1]).strip(","):
            return first
    end = house_number(line, here) if _are_names(talk, line, first, here) and not line.pauses(here) else here
    return end if end > here else first


def _may_begin(talk: Conversation, token: Token) -> bool:
    """Tell whether a street may begin with a word: "Am …", and not "in der …"."""
    return is_capital(token) if talk.is_cased(token) else token.text not in NO_BEGINNING


def _is_name(talk: Conversation, line: Line, place: int) -> bool:
    """Tell whether a word may stand in the name of a street."""
    if place >= len(line.tokens):
        return False
    token = line.tokens[place]
    if token.text in IN_NAMES:
        return True
    if token.digits or token.placeholder or len(token.text) < 2 or token.text in FUNCTION or token.text in COUNTED:
        return False
    return is_capital(token) if talk.is_cased(token) else not is_ordinary(token.text)


def _are_names(talk: Conversation, line: Line, first: int, last: int) -> bool:
    """Tell whether words are a name: one of them at least is no word of every day."""
    names = [token for token in line.tokens[first:last] if token.text not in IN_NAMES]
    return (
        bool(names)
        and all(_is_name(talk, line, place) for place in range(first, last))
        and any(not is_ordinary(token.text, is_capital(token) and talk.is_cased(token)) for token in names)
    )


def _street_alone(talk: Conversation, first: int, expected: Set[int]) -> Run | None:
    """Return the street with which an answer begins, the whole of it but for a few words."""
    spot = talk.spots[first]
    line, here, end = spot.line, spot.place, spot.place + talk.length(spot)
    while here < end and line.tokens[here].text in LEADS and line.tokens[here].text not in IN_NAMES:
        here += 1
    if here == end or line.tokens[here].index not in expected or line.tokens[here].placeholder:
        return None
    for begin in dict.fromkeys((here, here + 1)):
        last = _street(talk, line, begin) if begin < end else begin
        if last > begin and (mark(line.tokens[last - 1]) == "," or _is_rest(line, last, end)):
            return Run(line, begin, last)
    return None


def _is_rest(line: Line, first: int, last: int) -> bool:
    return all(token.text in REST for token in line.tokens[first:last])


def _towns(talk: Conversation, runs: Sequence[Run]) -> Iterator[Run]:
    """Yield utterances that are a town between the pieces of an address.

    Where nobody writes capitals, it must be known, or the other side must say it, too.
    """
    said = [talk.stream.tokens[first] for first in talk.turns]
    echoed = {one.text for one, other in pairwise(said) if one.text == other.text and one.channel != other.channel}
    turns = {talk.turn_of[run.tokens[0].utterance] for run in runs}
    for first in talk.turns:
        spot = talk.spots[first]
        line, place, end = spot.line, spot.place, spot.place + talk.length(spot)
        turn = talk.turn_of[line.tokens[place].utterance]
        before = any(turn - NEAR / 2 <= one < turn for one in turns)
        behind = any(turn < one <= turn + NEAR / 2 for one in turns)
        if not before or not behind or end - place > LONGEST_TOWN + 1:
            continue
        last = read_town(talk, line, place, behind=False)
        token = line.tokens[place]
        sure = talk.is_cased(token) or token.text in TOWNS or token.text in echoed
        if last > place and sure and _is_rest(line, last, end) and _are_names(talk, line, place, last):
            yield Run(line, place, last)
