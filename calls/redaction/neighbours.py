"""Numbers as they are read out: what belongs to one beside its parts, and such as nothing names.

A recogniser writes groups of a number as dates, times and amounts ("2.08.", "936,423"), and what the other side reads
back a little differently. An utterance that is nothing but digits, beside one of a number, is of that number.
"""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from stimmung.calls.redaction.chains import said_by
from stimmung.calls.redaction.common_words import is_ordinary
from stimmung.calls.redaction.covering import Numbers
from stimmung.calls.redaction.kinds import Decision, decide
from stimmung.calls.redaction.numbers import Run
from stimmung.calls.redaction.records import Identifier
from stimmung.calls.redaction.tokens import Stream, Token

FoundNumber = tuple[tuple[Run, ...], Decision]

BESIDE: Final = 8.0  # s between two utterances of one number
ECHO: Final = 5.0  # s behind an utterance in which the other side repeats it
STRAYS: Final = 2  # utterances between them: "mhm", "ja, und weiter"
SHORT: Final = 3  # words of such an utterance
ALIKE: Final = 0.5  # share of digits in common of what was said and what was heard of its repetition
ROUNDS: Final = 3
LINKS: Final = frozenset("ist sind waere lautet lauten steht is are says it's that's".split())
FASTEST: Final = 0.15  # s a digit: nobody says many of them faster
MISHEARD: Final = 2  # words between two groups in one utterance
LEAST: Final = 4  # digits of a number to which others may belong, or that are said one by one
REACH: Final = 4  # utterances between a word that names something else and its digits
LEAST_IN_GROUPS: Final = 6  # digits in two utterances and more
LEAST_TO_TELL: Final = 7  # digits by which a type can be told
# Characters with which a number is complete, and what follows is none of it.
WHOLE: Final[Mapping[Identifier, int]] = {"IBAN": 22, "CARD": 16, "TAX_ID": 11, "INSURANCE_ID": 12, "PHONE": 12}


def with_neighbours(numbers: Numbers, found: Sequence[FoundNumber]) -> list[FoundNumber]:
    """Return numbers with the digits beside them that nothing else claims."""
    bare = _bare(numbers)
    found = _inside(numbers, found)
    taken = {run.utterance for runs, _ in found for run in runs}
    grown = [(list(runs), decision) for runs, decision in found]
    for _ in range(ROUNDS):
        more = 0
        for own, decision in grown:
            if sum(len(run.digits) for run in own) < LEAST or not is_spoken(numbers.stream, own):
                continue
            for utterance in [one for one in bare if one not in taken]:
                if _is_beside(numbers, bare[utterance], own, decision.kind):
                    own.extend(bare[utterance])
                    taken.add(utterance)
                    more += 1
        if not more:
            break
    return [(tuple(sorted(own, key=lambda run: run.first)), decision) for own, decision in grown]


def _inside(numbers: Numbers, found: Sequence[FoundNumber]) -> list[FoundNumber]:
    """Return numbers with the other digits of their utterances, a misheard word or two apart: "4069, Loppes 4"."""
    taken = {run.first for runs, _ in found for run in runs}
    grown = []
    for runs, decision in found:
        own = list(runs)
        for run in numbers.runs if is_spoken(numbers.stream, runs) else ():
            near = any(run.utterance == one.utterance and _apart(numbers, run, one) for one in own)
            if near and run.first not in taken and run.digits:
                own.append(run)
                taken.add(run.first)
        grown.append((tuple(sorted(own, key=lambda run: run.first)), decision))
    return grown


def _apart(numbers: Numbers, run: Run, one: Run) -> bool:
    before, behind = sorted((run, one), key=lambda run: run.first)
    between = numbers.stream.tokens[before.last : behind.first]
    marked = any("?" in token.mark for token in numbers.stream.tokens[before.last - 1 : behind.first])
    return len(between) <= MISHEARD and not marked and not any(is_ordinary(token.text) for token in between)


def read_out(numbers: Numbers, chain: Sequence[Run]) -> Decision | None:
    """Return a number where somebody reads one out that nothing names: digit by digit, or in groups with pauses.

    Nobody says an amount, a count or a year so. What a recogniser left of it may be short.
    """
    digits = "".join(run.digits for run in chain)
    if not is_spoken(numbers.stream, chain) or not all(numbers.sayings[run.utterance].is_bare for run in chain):
        return None
    if _names_other(numbers, chain[0]):
        return None
    groups = [group.characters for run in chain for group in run.groups]
    one_by_one = len(groups) >= LEAST and all(len(group) == 1 and group.isdecimal() for group in groups)
    lettered = sum(map(len, groups)) - len(digits) > len(digits) / 2  # 3 G, 4 H: seats
    in_groups = len({run.utterance for run in chain}) > 1 and len(digits) >= LEAST_IN_GROUPS and not lettered
    if not one_by_one and not in_groups:
        return None
    return decide(said_by(numbers.stream, chain)) if len(digits) >= LEAST_TO_TELL else Decision("NUMBER", "pattern")


def _names_other(numbers: Numbers, run: Run) -> bool:
    """Tell whether what was named last before a run is no number of our types: a reading, an amount, a date."""
    before = [naming for naming in numbers.namings if naming.last <= run.first]
    if not before or before[-1].strength != "other":
        return False
    named = numbers.sayings[numbers.stream.tokens[before[-1].first].utterance].order
    return _order(numbers, run) - named <= REACH


def is_spoken(stream: Stream, runs: Sequence[Run]) -> bool:
    """Tell whether digits last as long as it takes to say them: what was typed has pauses that mean nothing."""
    spans: dict[int, tuple[float, float]] = {}
    for run in runs:
        begin, _ = spans.get(run.utterance, (stream.tokens[run.first].start, 0.0))
        spans[run.utterance] = begin, stream.tokens[run.last - 1].end
    return sum(end - begin for begin, end in spans.values()) >= FASTEST * sum(len(run.digits) for run in runs)


def _bare(numbers: Numbers) -> dict[int, list[Run]]:
    """Return the runs of the utterances that are nothing but digits, or end with digits that "is" announces."""
    by_utterance: dict[int, list[Run]] = {}
    for run in numbers.runs:
        by_utterance.setdefault(run.utterance, []).append(run)
    return {place: runs for place, runs in by_utterance.items() if _is_bare(numbers, place, runs)}


def _is_bare(numbers: Numbers, utterance: int, runs: Sequence[Run]) -> bool:
    saying = numbers.sayings[utterance]
    if saying.is_digits and saying.is_bare:
        return True
    begin, end = numbers.stream.spans[utterance]
    first = runs[0].first
    announced = first > begin and numbers.stream.tokens[first - 1].text in LINKS
    return announced and runs[-1].last == end and sum(run.last - run.first for run in runs) == end - first


def _is_beside(numbers: Numbers, runs: Sequence[Run], number: Sequence[Run], kind: Identifier) -> bool:
    """Tell whether the runs of one utterance stand beside those of a number, in time and in the order of the call."""
    own = [run for run in number if run.channel == runs[0].channel]
    others = [run for run in number if run.channel != runs[0].channel]
    begin, end = _times(numbers, runs)
    if own:
        first, last = _times(numbers, own)
        near = min(own, key=lambda run: abs(_order(numbers, run) - _order(numbers, runs[0])))
        complete = sum(len(run.characters) for run in own) >= WHOLE.get(kind, 99)
        apart = max(begin - last, first - end)
        if not complete and apart <= BESIDE and _follows(numbers, near, runs[0]):
            return True
    digits = "".join(run.digits for run in runs)
    for run in others:
        first, last = _times(numbers, [run])
        if first - ECHO <= end and begin <= last + ECHO and _follows(numbers, run, runs[0]):
            said = "".join(one.digits for one in others if one.utterance == run.utterance)
            matches = SequenceMatcher(None, said, digits, autojunk=False).get_matching_blocks()
            if sum(block.size for block in matches) >= ALIKE * max(1, min(len(said), len(digits))):
                return True
    return False


def _times(numbers: Numbers, runs: Sequence[Run]) -> tuple[float, float]:
    tokens = numbers.stream.tokens
    return min(tokens[run.first].start for run in runs), max(tokens[run.last - 1].end for run in runs)


def _order(numbers: Numbers, run: Run) -> int:
    return numbers.sayings[run.utterance].order


def _follows(numbers: Numbers, one: Run, other: Run) -> bool:
    """Tell whether little is said between two utterances, and no question is asked."""
    spans = numbers.stream.spans
    before, behind = sorted((one.utterance, other.utterance), key=lambda place: numbers.sayings[place].order)
    tokens = numbers.stream.tokens[spans[before][1] : spans[behind][0]]
    if any("?" in token.mark for token in numbers.stream.tokens[spans[before][0] : spans[behind][0]]):
        return False
    said: dict[int, list[Token]] = {}
    for token in tokens:
        said.setdefault(token.utterance, []).append(token)
    strays = [ones for place, ones in said.items() if not numbers.sayings[place].is_bare]
    return len(strays) <= STRAYS and all(len(ones) <= SHORT for ones in strays)
