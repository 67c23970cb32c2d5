"""An address that was found and is said once more, though a recogniser writes it another way: "Werden Straße 8"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from stimmung.calls.redaction.lines import is_capital
from stimmung.calls.redaction.records import Finding
from stimmung.calls.redaction.streets import COMPOUND, GENERIC, NO_STREET, STREET
from stimmung.calls.redaction.tokens import Stream, Token, parts_of

ALIKE: Final = 0.8  # of letters that two ways to write a street have in common: Gartenstraße, Wartenstraße
NUMBER_WORDS: Final = 2  # of a house number beside the street
BEFORE_TOWN: Final = frozenset(("in", "und", "postleitzahl"))


@dataclass(frozen=True, slots=True)
class _Street:
    """A street and its number: tokens `first` to `last` (exclusive)."""

    first: int
    last: int
    name: str
    number: str


def find_addresses_again(stream: Stream, findings: Sequence[Finding]) -> list[Finding]:
    """Return streets with the number of one that was found, or nearly its name, that nobody has taken out yet."""
    taken = {
        stream.spans[part.utterance][0] + word
        for one in findings
        for part in one.parts
        for word in range(part.first, part.last)
    }
    addresses = {
        stream.spans[part.utterance][0] + word
        for one in findings
        if one.kind == "ADDRESS"
        for part in one.parts
        for word in range(part.first, part.last)
    }
    known = [one for one in _streets(stream) if addresses.issuperset(range(one.first, one.last))]
    again = [one for one in _streets(stream) if not taken.intersection(range(one.first, one.last))]
    return [
        Finding("ADDRESS", parts_of(stream.tokens[one.first : _with_town(stream, one.last)]), "context")
        for one in again
        if any(_is_same(one, other) for other in known)
    ]


def _is_same(one: _Street, other: _Street) -> bool:
    if one.number and other.number:
        return one.number == other.number
    return SequenceMatcher(None, one.name, other.name, autojunk=False).ratio() >= ALIKE


def _streets(stream: Stream) -> Iterator[_Street]:
    for token in stream.tokens:
        if token.text in STREET:
            yield from _english(stream, token.index)
        elif token.text in GENERIC or (COMPOUND.fullmatch(token.text) and not NO_STREET.fullmatch(token.text)):
            yield from _german(stream, token.index)


def _german(stream: Stream, place: int) -> Iterator[_Street]:
    """Yield `Gartenstraße 8`, `Berliner Straße 8`; a word of several meanings needs a name before it."""
    first = place
    if stream.tokens[place].text in GENERIC:
        if stream.starts_utterance(place) or not _may_name(stream.tokens[place - 1]):
            return
        first = place - 1
    last = place + 1
    while last - place <= NUMBER_WORDS and _is_number(stream, last):
        last += 1
    name = "".join(token.text for token in stream.tokens[first : place + 1])
    yield _Street(first, last, name, "".join(token.digits for token in stream.tokens[place + 1 : last]))


def _english(stream: Stream, place: int) -> Iterator[_Street]:
    """Yield `12 Baker Street`."""
    if stream.starts_utterance(place) or not _may_name(stream.tokens[place - 1]):
        return
    first = place - 1
    while place - first <= NUMBER_WORDS and not stream.starts_utterance(first) and stream.tokens[first - 1].digits:
        first -= 1
    number = "".join(token.digits for token in stream.tokens[first : place - 1])
    yield _Street(first, place + 1, f"{stream.tokens[place - 1].text}{stream.tokens[place].text}", number)


def _may_name(token: Token) -> bool:
    return is_capital(token) and not token.digits and not token.placeholder


def _is_number(stream: Stream, place: int) -> bool:
    if place >= len(stream.tokens) or stream.starts_utterance(place):
        return False
    return bool(stream.tokens[place].digits) and not stream.tokens[place - 1].mark


def _with_town(stream: Stream, last: int) -> int:
    """Return where an address ends whose town follows: "Gartenstraße 8 in Köln"."""
    place = last
    if place < len(stream.tokens) and stream.tokens[place].text in BEFORE_TOWN and not stream.starts_utterance(place):
        place += 1
    inside = place < len(stream.tokens) and not stream.starts_utterance(place)
    if not inside or "." in stream.tokens[place - 1].mark or not _may_name(stream.tokens[place]):
        return last
    return place + 1 if place > last or "," in stream.tokens[place - 1].mark else last
