"""Runs that are one number: said by one voice, group after group, over words, pauses and turns.

Nothing need name a number for it to be found: ten digits in a row are no amount, time or count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from stimmung.calls.redaction import number_words as words
from stimmung.calls.redaction.kinds import Said
from stimmung.calls.redaction.numbers import LONG_WRITTEN, Run
from stimmung.calls.redaction.tokens import Stream, Token

LONGEST_PAUSE = 12.0  # s between two groups of one voice: what the other says in between takes part of it
APART = ("date", "time", "plain_date")  # shapes that are no group of a longer number
STRAY_WORDS = 2  # misheard between two groups: "4 8 9 Molle 8 9"
LONGEST_GROUP = 4  # digits said at once; longer ones with words between them are numbers of their own
STRAY_UTTERANCES = 3  # others in between: "mhm", a group repeated, "einen Moment"
FEW_WORDS = 2  # beside its digits, in an utterance that says a number and nothing else
BARE_SHARE = 0.7  # of an utterance's words that belong to numbers; misheard digits are among the rest


@dataclass(frozen=True, slots=True)
class Saying:
    """How much of an utterance is number: its place in the order of the stream, its words, those of runs, fillers."""

    order: int
    words: int
    digits: int
    fillers: int

    @property
    def numeric(self) -> int:
        return self.digits + self.fillers if self.digits else 0

    @property
    def strays(self) -> int:
        """Words that are neither."""
        return self.words - self.numeric

    @property
    def is_bare(self) -> bool:
        return self.digits > 0 and (self.strays <= FEW_WORDS or self.numeric >= BARE_SHARE * self.words)

    @property
    def is_digits(self) -> bool:
        """Tell whether what else is said in it may be misheard digits."""
        return self.strays <= 1 or self.digits >= BARE_SHARE * (self.words - self.fillers)


def read_sayings(stream: Stream, runs: Sequence[Run]) -> Mapping[int, Saying]:
    """Return how much of each utterance is number, by its place."""
    covered: dict[int, int] = {}
    ends: dict[int, int] = {}
    for run in runs:
        inside = run.last - max(run.first, ends.get(run.utterance, 0))
        covered[run.utterance] = covered.get(run.utterance, 0) + inside
        ends[run.utterance] = run.last
    return MappingProxyType(
        {
            place: Saying(
                order,
                last - first,
                covered.get(place, 0),
                _fillers(stream.tokens, first, last) if place in covered else 0,
            )
            for order, (place, (first, last)) in enumerate(stream.spans.items())
        }
    )


def _fillers(tokens: Sequence[Token], first: int, last: int) -> int:
    return sum(token.text in words.FILLERS for token in tokens[first:last])


def read_chains(stream: Stream, runs: Iterable[Run], sayings: Mapping[int, Saying]) -> tuple[tuple[Run, ...], ...]:
    """Return runs that go on from each other, each chain of one channel, in the order in which chains begin."""
    chains: list[list[Run]] = []
    open_chains: dict[int, list[Run]] = {}
    for run in runs:
        chain = open_chains.get(run.channel)
        if chain is not None and goes_on(stream, chain[-1], run, sayings):
            chain.append(run)
        else:
            open_chains[run.channel] = chain = [run]
            chains.append(chain)
    return tuple(tuple(chain) for chain in chains)


def goes_on(stream: Stream, before: Run, run: Run, sayings: Mapping[int, Saying]) -> bool:
    """Tell whether `run` goes on with the number of `before`, the run before it on its channel."""
    if before.shape in APART or run.shape in APART:
        return False
    if before.utterance == run.utterance:
        between = stream.tokens[before.last : run.first]
        stray = sum(token.text not in words.FILLERS for token in between)
        if _asks(between):
            return False
        if run.shape == "year" and len(before.digits) >= LONG_WRITTEN:
            return False
        return stray == 0 or (stray <= STRAY_WORDS and _are_groups(before, run))
    apart = sayings[run.utterance].order - sayings[before.utterance].order
    pause = stream.tokens[run.first].start - stream.tokens[before.last - 1].end
    if apart > STRAY_UTTERANCES + 1 or pause > LONGEST_PAUSE:
        return False
    return _closes(stream, before, sayings) and _opens(stream, run, sayings)


def _asks(tokens: Sequence[Token]) -> bool:
    return any("?" in token.mark for token in tokens)


def _are_groups(before: Run, run: Run) -> bool:
    if len(before.characters) < 2 or len(run.characters) < 2 or len(before.digits) + len(run.digits) < 5:
        return False
    return all(len(group.digits) <= LONGEST_GROUP for group in (*before.groups, *run.groups))


def _closes(stream: Stream, run: Run, sayings: Mapping[int, Saying]) -> bool:
    rest = stream.tokens[run.last : stream.spans[run.utterance][1]]
    return sayings[run.utterance].is_bare or sum(token.text not in words.FILLERS for token in rest) <= 1


def _opens(stream: Stream, run: Run, sayings: Mapping[int, Saying]) -> bool:
    head = stream.tokens[stream.spans[run.utterance][0] : run.first]
    return sayings[run.utterance].is_bare or sum(token.text not in words.FILLERS for token in head) <= FEW_WORDS


def said_by(stream: Stream, runs: Sequence[Run]) -> Said:
    """Return runs put together as one number."""
    return Said(
        digits="".join(run.digits for run in runs),
        characters="".join(run.characters for run in runs),
        written=" ".join(stream.tokens[group.first].text for run in runs for group in run.groups),
        plus=bool(runs) and runs[0].plus,
        language=stream.tokens[runs[0].first].language if runs else "",
    )
