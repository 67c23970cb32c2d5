"""An address that was found and is said once more, though a recogniser writes it another way: "Werden Straße 8"."""

import re
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
RANGE: Final = re.compile(r"\d+[a-h]?[-/]\d+[a-h]?")
PARTS: Final = re.compile(r"\d+")
TENS: Final = re.compile("[2-9]0")
UNIT: Final = re.compile("[1-9]")
LETTER: Final = re.compile("[a-h]")  # behind the number of a house that shares it with others
BEFORE_TOWN: Final = frozenset(("in", "und", "postleitzahl"))


@dataclass(frozen=True, slots=True)
class _Street:
    """A street and its number: tokens `first` to `last` (exclusive); `numbers` is how it can be read, empty: none."""

    first: int
    last: int
    name: str
    numbers: frozenset[str]


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
    if one.numbers and other.numbers:
        return not one.numbers.isdisjoint(other.numbers)
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
    numbers = _readings(stream.tokens[place + 1 : last])
    if numbers and last < len(stream.tokens) and _is_letter(stream, last):
        last += 1
    yield _Street(first, last, name, numbers)


def _english(stream: Stream, place: int) -> Iterator[_Street]:
    """Yield `12 Baker Street`."""
    if stream.starts_utterance(place) or not _may_name(stream.tokens[place - 1]):
        return
    end = place - 1
    if not stream.starts_utterance(end) and _is_letter(stream, end - 1) and stream.tokens[end - 2].digits:
        end -= 1
    first = end
    while end - first < NUMBER_WORDS and not stream.starts_utterance(first) and stream.tokens[first - 1].digits:
        first -= 1
    name = f"{stream.tokens[place - 1].text}{stream.tokens[place].text}"
    yield _Street(first, place + 1, name, _readings(stream.tokens[first:end]))


def _readings(tokens: Sequence[Token]) -> frozenset[str]:
    """Return what the words of a house number may say: 21 for `twenty one`, 8, 10 and 810 for `8-10`, 8 for `08`."""
    said = [token.digits for token in tokens]
    found = {"".join(said)}
    found.update(part for token in tokens if RANGE.fullmatch(token.text) for part in PARTS.findall(token.text))
    if len(said) == NUMBER_WORDS and TENS.fullmatch(said[0]) and UNIT.fullmatch(said[1]):
        found.add(said[0][0] + said[1])
    return frozenset(one.lstrip("0") for one in found) - {""}


def _is_letter(stream: Stream, place: int) -> bool:
    """Tell whether the letter of a house number stands here: `8 a`."""
    token = stream.tokens[place]
    own = LETTER.fullmatch(token.text) is not None and not token.placeholder
    return own and not stream.starts_utterance(place) and not stream.tokens[place - 1].mark


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
