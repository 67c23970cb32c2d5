"""What is taken out with a number: the words between its groups, and what a recogniser made of some of its digits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stimmung.calls.redaction import number_words as words
from stimmung.calls.redaction.chains import LONGEST_PAUSE, Saying, read_sayings
from stimmung.calls.redaction.common_words import is_ordinary
from stimmung.calls.redaction.lines import mark
from stimmung.calls.redaction.namings import Naming, read_namings
from stimmung.calls.redaction.numbers import Run, read_runs
from stimmung.calls.redaction.records import Identifier, Part
from stimmung.calls.redaction.tokens import Stream, Token

BETWEEN = 3  # words between two groups in one utterance: "und dann, äh", or misheard
AROUND = 3  # misheard words before or behind the digits of an utterance that is nothing but a number
SPELLED = 4  # words that a recogniser makes of "D wie Dora, E wie Emil": "Webi Bohra, Ebi Emile"
ALONE = 2  # words of an utterance between two parts of a number that nobody can make sense of: "nur" for null
LEAST_DIGITS = 2  # in an utterance of which the rest is taken for digits, too


@dataclass(frozen=True, slots=True)
class Numbers:
    """A stream read for numbers once: `named` are the tokens of namings."""

    stream: Stream
    runs: tuple[Run, ...]
    sayings: Mapping[int, Saying]
    namings: tuple[Naming, ...]
    named: frozenset[int]


def read_numbers(stream: Stream) -> Numbers:
    """Return what a stream says in digits, and what it calls them."""
    runs = read_runs(stream)
    namings = read_namings(stream)
    named = frozenset(place for naming in namings for place in range(naming.first, naming.last))
    return Numbers(stream, runs, read_sayings(stream, runs), namings, named)


def covering(numbers: Numbers, runs: Sequence[Run], kind: Identifier) -> tuple[Part, ...]:
    """Return the words that go with the runs of one number, in their order."""
    tokens = numbers.stream.tokens
    stretches: list[tuple[int, int]] = []
    last_of: dict[int, int] = {}  # by channel: the token behind the last stretch
    for run in runs:
        first, last = _grown(numbers, run)
        if kind == "IBAN" and run.channel not in last_of:
            first = min(first, _spelled(numbers, run))
        stretches += _between(numbers, last_of.get(run.channel), first)
        if stretches and _is_one(numbers, stretches[-1], first):
            first = min(first, stretches.pop()[0])
        stretches.append((first, last))
        last_of[run.channel] = last
    covered = sorted({place for first, last in stretches for place in range(first, last)})
    parts: list[Part] = []
    for token in (tokens[place] for place in covered):
        if parts and parts[-1].utterance == token.utterance and parts[-1].last == token.word:
            parts[-1] = Part(token.utterance, parts[-1].first, token.word + 1)
        else:
            parts.append(Part(token.utterance, token.word, token.word + 1))
    return tuple(parts)


def _is_one(numbers: Numbers, before: tuple[int, int], first: int) -> bool:
    tokens = numbers.stream.tokens
    same = tokens[before[0]].utterance == tokens[first].utterance
    return (
        same and first - before[1] <= BETWEEN and not any(_stays(numbers, place) for place in range(before[1], first))
    )


def _stays(numbers: Numbers, place: int) -> bool:
    token = numbers.stream.tokens[place]
    return place in numbers.named or bool(token.placeholder) or "?" in token.mark


def _grown(numbers: Numbers, run: Run) -> tuple[int, int]:
    """Return a run's tokens, in an utterance of digits with the misheard ones before it and behind it."""
    begin, end = _sentence(numbers, run), numbers.stream.spans[run.utterance][1]
    first, last = run.first, run.last
    if not numbers.sayings[run.utterance].is_digits or len(run.digits) < LEAST_DIGITS:
        return first, last
    if run.first - begin <= AROUND and all(_is_misheard(numbers, place) for place in range(begin, run.first)):
        first = begin
    if end - run.last <= AROUND and all(_is_misheard(numbers, place) for place in range(run.last, end)):
        last = end
    return first, last


def _spelled(numbers: Numbers, run: Run) -> int:
    """Return where the first digits of an IBAN begin with its country's letters, however those were understood."""
    begin = _sentence(numbers, run)
    near = run.first - begin <= SPELLED and len(run.digits) >= LEAST_DIGITS
    return begin if near and all(_is_misheard(numbers, place) for place in range(begin, run.first)) else run.first


def _sentence(numbers: Numbers, run: Run) -> int:
    """Return where the sentence of a run begins: behind the last word of every day with a full stop, "vor. D E 44"."""
    begin = numbers.stream.spans[run.utterance][0]
    for place in range(run.first - 1, begin - 1, -1):
        token = numbers.stream.tokens[place]
        if mark(token) == "." and len(token.text) > 1 and is_ordinary(token.text):
            return place + 1
    return begin


def _is_misheard(numbers: Numbers, place: int) -> bool:
    token = numbers.stream.tokens[place]
    return _is_spoken(token) and token.text not in words.FILLERS and not token.digits and not _stays(numbers, place)


def _is_spoken(token: Token) -> bool:
    return token.end > token.start


def _between(numbers: Numbers, behind: int | None, first: int) -> list[tuple[int, int]]:
    """Return utterances of a word or two that lie between two parts of a number of one voice."""
    if behind is None:
        return []
    stream = numbers.stream
    tokens = stream.tokens
    if tokens[first].start - tokens[behind - 1].end > LONGEST_PAUSE:
        return []
    found = []
    place = stream.spans[tokens[behind - 1].utterance][1]
    until = stream.spans[tokens[first].utterance][0]
    while place < until:
        begin, end = stream.spans[tokens[place].utterance]
        alone = tokens[begin].channel == tokens[first].channel and end - begin <= ALONE
        if alone and all(_is_misheard(numbers, one) for one in range(begin, end)):
            found.append((begin, end))
        place = end
    return found
