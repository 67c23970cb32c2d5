"""Where a number ends that several utterances go on after: what one asks for next is answered with digits, too.

A number is cut off behind an utterance that said all of it, if what follows looks like a year, a date, an amount or a
count, or makes it longer than its type is.
"""

import re
from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from stimmung.calls.redaction.chains import read_chains
from stimmung.calls.redaction.covering import Numbers
from stimmung.calls.redaction.neighbours import is_spoken
from stimmung.calls.redaction.numbers import Group, Run
from stimmung.calls.redaction.records import Identifier
from stimmung.calls.redaction.tokens import Stream

LAST_FOUR = 4  # digits that stand for a whole number
# Digits that a number of each type may have, apart from its last four; recognisers drop and add one or two.
LENGTHS: Mapping[Identifier, range] = MappingProxyType(
    {
        "CARD": range(11, 21),
        "IBAN": range(6, 28),
        "TAX_ID": range(9, 15),
        "INSURANCE_ID": range(8, 15),
        "PHONE": range(6, 16),
    }
)
TYPED: Mapping[Identifier, range] = MappingProxyType(
    {**LENGTHS, "CARD": range(13, 20), "INSURANCE_ID": range(10, 14), "TAX_ID": range(10, 14)}
)
ANY_LENGTH = range(LAST_FOUR, 99)
LONGEST_COUNT = 2  # characters that are no more of a number when they follow a whole one by themselves
FEW_PIECES = 2  # before what is no more of a number where it was spoken
LEAST_AGAIN = 3  # digits that repeat others
SHAPES = ("year", "date", "plain_date")
ROUND = re.compile(r"[1-9]\d?(?:[05]0|[05]00|000|0000)|[1-9]0")  # 250, 1500, 2000, 50000
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
MONTH = r"(?:0?[1-9]|1[0-2])"
DAY_WRITTEN = re.compile(rf"(?=\d{{5}})(?:{DAY}{MONTH}|{MONTH}{DAY})(?:20)?[012]\d")  # 170618, 1962018
SHORT_DAY = 5  # digits of a day that may be something else where more is said beside it: 23125
SPREADSHEET = re.compile(r"\d{1,3}E(?P<power>1\d)")  # 4.11E+15 is how one writes a long number


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one utterance says of a number."""

    runs: tuple[Run, ...]

    @property
    def digits(self) -> str:
        return "".join(run.digits for run in self.runs)

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(group for run in self.runs for group in run.groups)

    @property
    def is_cut(self) -> bool:
        """Tell whether a spreadsheet cut off most of its digits."""
        return SPREADSHEET.fullmatch("".join(group.characters for group in self.groups)) is not None

    @property
    def length(self) -> int:
        """How many digits it has, or had before they were cut off."""
        cut = SPREADSHEET.fullmatch("".join(group.characters for group in self.groups))
        return int(cut["power"]) + 1 if cut else len(self.digits)

    @property
    def is_figure(self) -> bool:
        """Tell whether it is one group: digits that are written together."""
        return len(self.runs) == 1 and sum(bool(group.digits) for group in self.groups) == 1

    @property
    def is_written(self) -> bool:
        """Tell whether its groups are as long as nobody says them at once, and look like nothing else."""
        long = all(len(group.digits) >= LAST_FOUR for group in self.groups if group.digits)
        return self.is_cut or (long and bool(self.digits) and not any(run.shape for run in self.runs))


def chains_of(numbers: Numbers, taken: Container[int]) -> Iterator[tuple[Run, ...]]:
    """Yield runs that go on from each other; what is no number of our types parts them: "4711, Audi 80"."""
    others = [naming.first for naming in numbers.namings if naming.strength == "other"]
    free = (run for run in numbers.runs if run.first not in taken)
    for chain in read_chains(numbers.stream, free, numbers.sayings):
        first = 0
        for place in range(1, len(chain)):
            if bisect_left(others, chain[place - 1].last) < bisect_left(others, chain[place].first):
                yield chain[first:place]
                first = place
        yield chain[first:]


def is_typed_apart(stream: Stream, runs: Sequence[Run]) -> bool:
    """Tell whether runs were typed in several messages, so that the form of all of them together means nothing."""
    return len({run.utterance for run in runs}) > 1 and not is_spoken(stream, runs)


def without_what_follows(
    stream: Stream, runs: Sequence[Run], kinds: Sequence[Identifier], named: bool
) -> tuple[Run, ...]:
    """Return those of the runs that are taken for one number that are it; `named` where something says it is one.

    Of what was typed more is known: nobody types a number's digits in many messages.
    """
    if len({run.channel for run in runs}) > 1:
        return tuple(runs)
    pieces, typed = _pieces(runs), not is_spoken(stream, runs)
    whole = next((cut for cut in range(1, len(pieces)) if _may_be_whole(pieces[:cut], kinds, typed)), len(pieces))
    cuts = range(whole, len(pieces))
    last = next((cut for cut in cuts if _ends(pieces[:cut], pieces[cut:], kinds, typed)), len(pieces))
    few = len(pieces) if typed else FEW_PIECES
    while last > whole and _is_harmless(pieces[last - 1], last - 1 <= few) and not _is_again(pieces, last - 1):
        last -= 1
    while (typed or not named) and last > 1 and _has_shape(pieces[last - 1]):
        last -= 1
    kept = pieces[:last] if named or not typed else _without_first(pieces[:last])
    return tuple(run for piece in kept for run in piece.runs)


def _without_first(pieces: Sequence[_Piece]) -> Sequence[_Piece]:
    """Return typed pieces that nothing names without harmless ones before them; none where too little is left."""
    first = 0
    while first < len(pieces) and _is_harmless(pieces[first], few=True):
        first += 1
    return pieces[first:] if _length(pieces[first:]) >= LAST_FOUR else ()


def _pieces(runs: Sequence[Run]) -> list[_Piece]:
    pieces: list[_Piece] = []
    for run in runs:
        if pieces and pieces[-1].runs[-1].utterance == run.utterance:
            pieces[-1] = _Piece((*pieces[-1].runs, run))
        else:
            pieces.append(_Piece((run,)))
    return pieces


def _may_be_whole(pieces: Sequence[_Piece], kinds: Sequence[Identifier], typed: bool) -> bool:
    """Tell whether pieces that are written in figures may be all of a number: its last four digits, or its length."""
    if not all(piece.is_written for piece in pieces):
        return False
    if tuple(kinds) != ("PHONE",):
        groups = [group.characters for piece in pieces for group in piece.groups]
        if typed or (len(pieces) == 1 and all(len(group) == LAST_FOUR and group.isdecimal() for group in groups)):
            return True
    return _fits(_length(pieces), kinds, typed)


def _length(pieces: Sequence[_Piece]) -> int:
    return sum(piece.length for piece in pieces)


def _fits(length: int, kinds: Sequence[Identifier], typed: bool) -> bool:
    lengths = TYPED if typed else LENGTHS
    return any(length in lengths.get(kind, ANY_LENGTH) for kind in kinds) if kinds else length in ANY_LENGTH


def _is_again(pieces: Sequence[_Piece], place: int) -> bool:
    """Tell whether a piece repeats digits of those before it, but for years, amounts and counts."""
    before = "".join(piece.digits for piece in pieces[:place] if not _is_harmless(piece, few=True))
    return len(pieces[place].digits) >= LEAST_AGAIN and pieces[place].digits in before


def _ends(before: Sequence[_Piece], rest: Sequence[_Piece], kinds: Sequence[Identifier], typed: bool) -> bool:
    """Tell whether a number ends between two of its pieces: it may be all, and with the others it is too long."""
    pieces = [*before, *rest]
    if any(_is_again(pieces, place) or pieces[place].is_cut for place in range(len(before), len(pieces))):
        return False
    if before[-1].is_cut:
        return not any(_is_last_four(piece) for piece in rest)
    if not _may_be_whole(before, kinds, typed):
        return False
    like = all(piece.length == _length(before) for piece in rest)  # 4111, 1111, 111: groups of a card
    return (
        not like
        and all(piece.is_figure or not piece.digits for piece in rest)
        and not _fits(_length(pieces), kinds, typed)
    )


def _is_last_four(piece: _Piece) -> bool:
    return piece.is_written and len(piece.digits) == LAST_FOUR and not _is_harmless(piece, few=True)


def _has_shape(piece: _Piece) -> bool:
    return piece.is_figure and piece.runs[0].shape in SHAPES


def _is_harmless(piece: _Piece, few: bool) -> bool:
    """Tell whether what stands alone in an utterance looks like a year, a date, an amount or a count.

    A digit or two are a count behind `few` other groups; behind many they are the rest of them.
    """
    groups = [group.characters for group in piece.groups]
    small = few and piece.is_figure and len("".join(groups)) <= LONGEST_COUNT
    if _has_shape(piece) or small:
        return True
    if len(groups) > 1 and any(len(group) > SHORT_DAY and DAY_WRITTEN.fullmatch(group) for group in groups):
        return all(DAY_WRITTEN.fullmatch(group) or len(group) <= LAST_FOUR for group in groups)  # with time, amount
    return all(ROUND.fullmatch(group) or (len(groups) == 1 and DAY_WRITTEN.fullmatch(group)) for group in groups)
