"""All numbers of a call: those that are named, those that only look like one, and what repeats them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from stimmung.calls.redaction.audible import ASKED, Near
from stimmung.calls.redaction.chains import APART, read_chains, said_by
from stimmung.calls.redaction.codes import find_codes, with_letters
from stimmung.calls.redaction.completeness import chains_of, is_typed_apart, without_what_follows
from stimmung.calls.redaction.covering import Numbers, covering
from stimmung.calls.redaction.dialogue import Named, find_named
from stimmung.calls.redaction.kinds import Decision, checked_kind, decide, form_kind
from stimmung.calls.redaction.namings import Naming
from stimmung.calls.redaction.neighbours import read_out, with_neighbours
from stimmung.calls.redaction.numbers import NOT_ALNUM, Run
from stimmung.calls.redaction.records import Finding
from stimmung.calls.redaction.tokens import Stream

UNNAMED = 10  # digits in a chain that nothing names
UNNAMED_TOGETHER = 9  # digits written in one word; 8 may be a date
UNNAMED_SAID = 7  # digits said one by one, which is how nobody says an amount or a date
SAID_GROUPS = 5
UNNAMED_PHONE = 8  # digits of which the first is 0
REPEATED = 4  # digits that stand in a number found elsewhere
REPEATED_BARE = 2  # digits in an utterance of digits, near one
NEAR_SECONDS = 20.0
HELD_BACK = 3  # digits of which a live call does not know yet what they are


@dataclass(frozen=True, slots=True)
class FoundNumbers:
    """Every number that is an identifier, and where one was asked for, should nobody have written the answer down."""

    findings: tuple[Finding, ...]
    asked: tuple[Near, ...]


def find_numbers(numbers: Numbers, patterns: Sequence[re.Pattern[str]] = ()) -> FoundNumbers:
    """Return the numbers of a stream; `patterns` are those of a deployment's own."""
    stream = numbers.stream
    heard = find_named(stream, numbers.runs, numbers.namings, numbers.sayings)
    found = [(runs, _decide(stream, replace(one, runs=runs))) for one in heard.named for runs in _apart(stream, one)]
    taken = {run.first for runs, _ in found for run in runs}
    for chain in chains_of(numbers, taken):
        decision = _unnamed(stream, chain, patterns) or read_out(numbers, chain)
        if decision is not None:
            sure = decision.evidence == "check_digit" and not is_typed_apart(stream, chain)
            runs = chain if sure else without_what_follows(stream, chain, (), named=False)
            found += [(runs, decision)] if runs else []
            taken.update(run.first for run in runs)
    codes = list(find_codes(numbers, taken))
    found += [((run,), Decision("CUSTOMER_NUMBER", "pattern")) for run in codes]
    taken.update(run.first for run in codes)
    named = {one.runs[0].first for one in heard.named}
    found = with_neighbours(numbers, _with_repetitions(numbers, found, taken))
    findings = tuple(
        Finding(one.kind, with_letters(numbers, runs, one.kind, named), one.evidence) for runs, one in found
    )
    return FoundNumbers(findings, tuple(_asked(stream, naming) for naming in heard.asked))


def _asked(stream: Stream, naming: Naming) -> Near:
    last = stream.spans[stream.tokens[naming.first].utterance][1] - 1
    end = stream.tokens[last].end
    return Near(end, end + ASKED, naming.kind or "NUMBER")


def find_unclear(numbers: Numbers, found: Iterable[Finding]) -> list[Finding]:
    """Return the digits that may yet become an identifier: three and more in a row that are surely nothing else."""
    stream = numbers.stream
    taken = {(part.utterance, word) for one in found for part in one.parts for word in range(part.first, part.last)}
    free = [run for run in numbers.runs if not _touches(stream, run, taken)]
    unclear = []
    for chain in read_chains(stream, free, numbers.sayings):
        held = [run for run in chain if not run.shape]
        if sum(len(run.digits) for run in held) >= HELD_BACK and not _counts(stream, held):
            unclear.append(Finding("NUMBER", covering(numbers, held, "NUMBER"), "pattern"))
    return unclear


def _touches(stream: Stream, run: Run, taken: set[tuple[int, int]]) -> bool:
    return any((token.utterance, token.word) in taken for token in stream.tokens[run.first : run.last])


def _counts(stream: Stream, runs: Sequence[Run]) -> bool:
    """Tell whether runs are one number that counts what the next word says: "150 Leute"."""
    if len(runs) != 1 or len(runs[0].groups) != 1 or len(runs[0].digits) > 4 or runs[0].digits.startswith("0"):
        return False
    place = runs[0].last
    token = stream.tokens[place - 1]
    if token.mark or stream.ends_utterance(place - 1):
        return False
    return stream.tokens[place].text.isalpha() and len(stream.tokens[place].text) > 3


def _apart(stream: Stream, named: Named) -> list[tuple[Run, ...]]:
    """Part runs that by their check digit are numbers of another type than what was named from the rest."""
    own = []
    for run in named.runs:
        checked = checked_kind(said_by(stream, (run,))) if len(run.digits) >= UNNAMED else None
        if checked in ("IBAN", "CARD") and checked not in named.kinds:
            own.append(run)
    rest = tuple(run for run in named.runs if run not in own)
    return [one for one in (rest, *((run,) for run in own)) if one]


def _decide(stream: Stream, named: Named) -> Decision:
    kind = named.kinds[0] if named.kinds else None
    said = said_by(stream, _of_first_channel(named.runs))
    if len(named.kinds) > 1:
        likely = decide(said)
        kind = likely.kind if likely.kind in named.kinds else kind
    return decide(said, kind, named.strength)


def _of_first_channel(runs: Sequence[Run]) -> tuple[Run, ...]:
    return tuple(run for run in runs if run.channel == runs[0].channel)


def _unnamed(stream: Stream, chain: Sequence[Run], patterns: Sequence[re.Pattern[str]]) -> Decision | None:
    """Return what a chain is that nothing names, None where it may be harmless."""
    said = said_by(stream, chain)
    if patterns and any(pattern.search(text) for pattern in patterns for text in _as_patterns_write(stream, chain)):
        return Decision("CUSTOMER_NUMBER", "pattern")
    if all(run.shape for run in chain):
        return None
    length = len(said.digits)
    if length < 7:
        return Decision(formed, "pattern") if (formed := form_kind(said)) == "INSURANCE_ID" else None
    checked, formed = checked_kind(said), None if is_typed_apart(stream, chain) else form_kind(said)
    if checked is not None:
        return Decision(checked, "check_digit")
    if formed is not None:
        return Decision(formed, "pattern")
    groups = [len(group.digits) for run in chain for group in run.groups]
    leading = said.digits.startswith("0") and length >= UNNAMED_PHONE
    one_by_one = length >= UNNAMED_SAID and len(groups) >= SAID_GROUPS and max(groups) <= 2
    sure = length >= UNNAMED or max(groups) >= UNNAMED_TOGETHER or leading or one_by_one
    return decide(said) if sure else None


def _as_patterns_write(stream: Stream, chain: Sequence[Run]) -> list[str]:
    """Return a chain as patterns are written: capital letters and digits without blanks, and so each word of it."""
    tokens = (stream.tokens[place] for run in chain for place in range(run.first, run.last))
    return [said_by(stream, chain).characters, *(NOT_ALNUM.sub("", token.text).upper() for token in tokens)]


def _with_repetitions(
    numbers: Numbers, found: list[tuple[tuple[Run, ...], Decision]], taken: set[int]
) -> list[tuple[tuple[Run, ...], Decision]]:
    """Add to each number what repeats it elsewhere: read back by the agent, said once more."""
    known = [_of_channels(runs) for runs, _ in found]
    more: list[list[Run]] = [[] for _ in found]
    for run in numbers.runs:
        if run.first in taken or not run.digits:
            continue
        for place, digits in enumerate(known):
            if _repeats(numbers, run, digits, found[place][0]):
                more[place].append(run)
                break
    return [
        (tuple(sorted((*runs, *again), key=lambda run: run.first)), decision)
        for (runs, decision), again in zip(found, more, strict=True)
    ]


def _of_channels(runs: Sequence[Run]) -> tuple[str, ...]:
    channels = {run.channel for run in runs}
    return tuple("".join(run.digits for run in runs if run.channel == channel) for channel in channels)


def _repeats(numbers: Numbers, run: Run, known: Sequence[str], runs: Sequence[Run]) -> bool:
    if run.shape in APART or not any(run.digits in digits for digits in known):
        return False
    if len(run.digits) >= REPEATED and run.shape != "year":
        return True
    bare = numbers.sayings[run.utterance].is_bare and len(run.digits) >= REPEATED_BARE
    tokens = numbers.stream.tokens
    first, last = tokens[runs[0].first].start, tokens[runs[-1].last - 1].end
    return bare and first - NEAR_SECONDS <= tokens[run.first].start <= last + NEAR_SECONDS
