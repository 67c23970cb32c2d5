"""Numbers that somebody names: one side asks, the other answers in groups over several turns, the first repeats them.

A naming opens an expectation. Digits that come while it lasts are its number, whoever says them and whatever their
check digit: recognisers mishear, drop and add digits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stimmung.calls.redaction import number_words as words
from stimmung.calls.redaction.chains import Saying
from stimmung.calls.redaction.codes import LINKS, begins_with_letters
from stimmung.calls.redaction.completeness import without_what_follows
from stimmung.calls.redaction.namings import Naming, Strength
from stimmung.calls.redaction.numbers import Run
from stimmung.calls.redaction.records import Identifier
from stimmung.calls.redaction.tokens import Stream

REACH_TOKENS = 15  # in one utterance, from the naming or the last digits to the next
REACH_ASKED = 8  # utterances from the naming to the first digits: "einen Moment, ich hole die Karte"
REACH_GOING = 5  # utterances from digits to the next
SECONDS_ASKED = 90.0
SECONDS_GOING = 30.0
SIDE_BY_SIDE = 4  # tokens: "die Nummer ist die 47"
BEHIND = 7  # tokens from a number to what names it: "4711 2233, das ist meine Kundennummer"
MERGED = 8  # tokens between two namings of one thing: "die Nummer … von Ihrer Karte"
# Digits that a number of each type has at least, by how clearly it was named.
LEAST: Mapping[Strength, int] = {"strong": 4, "generic": 6, "weak": 7, "other": 99}
NEVER_DATES: frozenset[Identifier] = frozenset({"CARD", "IBAN", "TAX_ID"})  # longer than a day and a year together
LEAST_CALLED = 3  # digits right behind what names them, letters before them counted as one
SHORT_DATE = 6  # digits of a date whose year has two
LEAST_COMPLETE = 8  # digits after which "und die Nummer?" asks for something else
# Characters with which a number is complete: from then on only what repeats it belongs to it.
WHOLE: Mapping[Identifier, int] = {"IBAN": 22, "CARD": 16, "TAX_ID": 11, "INSURANCE_ID": 12, "PHONE": 14}


@dataclass(frozen=True, slots=True)
class Named:
    """Runs of one number and what names them; `evident` where it was found to be named afterwards."""

    runs: tuple[Run, ...]
    kinds: tuple[Identifier, ...]  # what was named, first first; empty: a number of what is unknown
    strength: Strength


@dataclass(frozen=True, slots=True)
class Heard:
    """The numbers that something names, in the order in which they were named, and what asked for or announced one."""

    named: tuple[Named, ...]
    asked: tuple[Naming, ...]


@dataclass(slots=True)
class _Expectation:
    """What was named and is waited for; `answered`: an earlier redaction took it out, and nothing more is taken."""

    naming: Naming
    kinds: list[Identifier]
    strength: Strength
    anchor: int  # token behind the naming or the last digits
    runs: list[Run] = field(default_factory=list)
    answered: bool = False
    behind: int = 0  # token behind the last naming before the runs

    @property
    def is_going(self) -> bool:
        return self.answered or bool(self.runs)


def find_named(stream: Stream, runs: Sequence[Run], namings: Sequence[Naming], sayings: Mapping[int, Saying]) -> Heard:
    """Return the numbers that something names."""
    listener = _Listener(stream, sayings)
    named = tuple(listener.hear(runs, namings))
    return Heard(named, tuple(listener.asked))


@dataclass(slots=True)
class _Listener:
    stream: Stream
    sayings: Mapping[int, Saying]
    expected: _Expectation | None = None
    starts: set[int] = field(default_factory=set)  # first tokens of runs, and placeholders
    asked: list[Naming] = field(default_factory=list)
    free: list[Run] = field(default_factory=list)  # the last runs that nothing had named when they were said

    def hear(self, runs: Sequence[Run], namings: Sequence[Naming]) -> Iterator[Named]:
        placeholders = [token.index for token in self.stream.tokens if token.placeholder]
        self.starts = {run.first for run in runs}.union(placeholders)
        events: list[tuple[int, Run | Naming | int]] = [
            *((naming.last - 1, naming) for naming in namings),
            *((run.first, run) for run in runs),
            *((index, index) for index in placeholders),
        ]
        for _, event in sorted(events, key=lambda event: event[0]):
            if isinstance(event, Naming):
                yield from self._named(event)
            elif isinstance(event, Run):
                self._said(event)
            elif self.expected is not None:
                self.expected.answered, self.expected.anchor = True, event + 1
        yield from self._close()

    def _named(self, naming: Naming) -> Iterator[Named]:
        before = self._named_behind(naming)
        if before is not None:
            yield from self._close()
            yield before
            self.expected = _Expectation(naming, list(before.kinds), naming.strength, naming.last)
            return
        expected = self.expected
        if expected is not None and self._belongs(expected, naming):
            self._refine(expected, naming)
            return
        yield from self._close()
        if naming.strength != "other":
            # "und die Nummer?" behind a number that was read out means another one of that sort.
            after = naming.strength == "generic" and expected is not None and self._within(expected, naming.first)
            kinds = [naming.kind] if naming.kind else []
            self.expected = _Expectation(naming, kinds, "strong" if after else naming.strength, naming.last)

    def _belongs(self, expected: _Expectation, naming: Naming) -> bool:
        """Tell whether a naming adds to what is expected already, instead of asking for something else."""
        tokens = self.stream.tokens
        same_utterance = tokens[expected.naming.first].utterance == tokens[naming.first].utterance
        if expected.is_going:
            if naming.kind is not None and naming.kind in expected.kinds:
                return self._within(expected, naming.first)
            # "die Nummer noch einmal" is of what was said; what digits follow at once is a number of its own.
            followed = self.starts.intersection(range(naming.last, naming.last + SIDE_BY_SIDE + 1))
            complete = sum(len(run.digits) for run in expected.runs) >= LEAST_COMPLETE
            own = (naming.strength == "weak" and (followed or same_utterance)) or (complete and not same_utterance)
            return naming.strength in ("generic", "weak") and not own and self._within(expected, naming.first)
        if naming.strength == "other":
            return same_utterance  # "name, phone number and address, please"
        return same_utterance or naming.strength == "generic" or naming.kind in expected.kinds

    def _refine(self, expected: _Expectation, naming: Naming) -> None:
        near = naming.first - expected.naming.last <= MERGED
        if naming.kind is not None and naming.kind not in expected.kinds:
            if expected.strength == "generic" and near and not expected.is_going:
                expected.kinds, expected.strength = [naming.kind], "strong"
            elif naming.strength == "strong" and expected.strength == "weak" and not expected.is_going:
                expected.kinds.insert(0, naming.kind)
            elif naming.strength == "strong" and not expected.is_going:
                expected.kinds.append(naming.kind)
        if naming.strength == "strong" or (naming.strength == "generic" and expected.strength == "weak" and near):
            expected.strength = "strong"
        if naming.strength != "other":
            expected.anchor = max(expected.anchor, naming.last)
            expected.behind = expected.behind if expected.is_going else naming.last

    def _named_behind(self, naming: Naming) -> Named | None:
        """Return the free runs just before a naming that it names."""
        if naming.strength == "other" or not self.free:
            return None
        tokens = self.stream.tokens
        last = self.free[-1]
        between = tokens[last.last : naming.first]
        if last.utterance != tokens[naming.first].utterance or len(between) > BEHIND:
            return None
        linked = any(token.text in LINKS for token in between)
        followed = self.starts.intersection(range(naming.last, naming.last + SIDE_BY_SIDE + 1))
        if not linked and (between or followed):
            return None
        runs = tuple(run for run in self.free if run.utterance == last.utterance)
        if sum(len(run.digits) for run in runs) < max(LEAST[naming.strength], 5):
            return None
        self.free = []
        return Named(runs, (naming.kind,) if naming.kind else (), naming.strength)

    def _said(self, run: Run) -> None:
        expected = self.expected
        taken = expected is not None and not expected.answered and self._within(expected, run.first)
        if expected is not None and taken and self._takes(expected, run):
            expected.runs.append(run)
            expected.anchor = run.last
        elif not run.shape:
            self.free = [*self.free[-3:], run]

    def _within(self, expected: _Expectation, place: int) -> bool:
        token, anchor = self.stream.tokens[place], self.stream.tokens[expected.anchor - 1]
        if token.utterance == anchor.utterance:
            return place - expected.anchor <= REACH_TOKENS
        apart = self.sayings[token.utterance].order - self.sayings[anchor.utterance].order
        seconds = token.start - anchor.end
        if expected.is_going:
            return apart <= REACH_GOING and seconds <= SECONDS_GOING
        return apart <= REACH_ASKED and seconds <= SECONDS_ASKED

    def _takes(self, expected: _Expectation, run: Run) -> bool:
        bare = self.sayings[run.utterance].is_bare
        anchor = self.stream.tokens[expected.anchor - 1]
        near = anchor.utterance == run.utterance and run.first - expected.anchor <= SIDE_BY_SIDE
        if not self._fits(expected, run, bare, near):
            return False
        if self._is_whole(expected, run.channel):
            return self._repeats(expected, run) or bare or near or len(run.digits) >= 4
        return bare or near or len(run.digits) >= 3

    def _fits(self, expected: _Expectation, run: Run, bare: bool, near: bool) -> bool:
        """Tell whether a run may be part of a number at all where one is expected."""
        before = self.stream.tokens[run.first - 1] if run.first else None
        ahead = before.text if before is not None and before.utterance == run.utterance else ""
        if run.shape == "date":
            # "1.9.28" is how a recogniser writes digits, too; "65 17.08.39 J 003" is an insurance number.
            return bare if len(run.digits) <= SHORT_DATE else "INSURANCE_ID" in expected.kinds and (bare or near)
        if run.shape == "plain_date":
            return expected.strength == "strong" and not expected.runs and not NEVER_DATES.issuperset(expected.kinds)
        if run.shape == "time":
            return (bare or near) and ahead not in words.TIME_BEFORE and not self._has_colon(run)
        if run.shape == "amount":
            return bare or near
        if run.shape == "year":
            return ahead not in words.YEAR_BEFORE
        short = len(run.digits) <= 4 and not run.digits.startswith("0") and not run.plus
        if short and ahead in words.TIME_BEFORE and not bare:
            return False
        return bool(run.digits) or bare or near

    def _has_colon(self, run: Run) -> bool:
        return any(":" in token.text for token in self.stream.tokens[run.first : run.last])

    def _is_whole(self, expected: _Expectation, channel: int) -> bool:
        if not expected.kinds:
            return False
        said = sum(len(run.characters) for run in expected.runs if run.channel == channel)
        most = max((WHOLE.get(kind, 99) for kind in expected.kinds), default=99)
        return said >= most

    def _awaits(self, expected: _Expectation) -> bool:
        """Tell whether a naming makes one wait for the number: by itself, or where its utterance ends with it."""
        first, last = self.stream.spans[self.stream.tokens[expected.naming.first].utterance]
        asks = any("?" in token.mark for token in self.stream.tokens[first:last])
        return expected.naming.strength == "strong" or asks or last - expected.naming.last < SIDE_BY_SIDE

    def _repeats(self, expected: _Expectation, run: Run) -> bool:
        return len(run.digits) >= 2 and run.digits in "".join(taken.digits for taken in expected.runs)

    def _is_called(self, expected: _Expectation) -> bool:
        """Tell whether a short number stands right behind what names it: "claim number abc 123"."""
        run, behind = expected.runs[0], max(expected.naming.last, expected.behind)
        named = self.stream.tokens[expected.naming.first].utterance == run.utterance
        if expected.strength != "strong" or not named or run.shape:
            return False
        letters = begins_with_letters(self.stream, behind, run.first)
        called = all(token.text in LINKS for token in self.stream.tokens[behind : run.first - letters])
        return called and len(run.digits) + (letters or run.characters != run.digits) >= LEAST_CALLED

    def _close(self) -> Iterator[Named]:
        expected, self.expected = self.expected, None
        if expected is None:
            return
        if self._awaits(expected):
            self.asked.append(expected.naming)
        if not expected.runs:
            return
        by_channel: dict[int, int] = {}
        for run in expected.runs:
            by_channel[run.channel] = by_channel.get(run.channel, 0) + len(run.digits)
        if max(by_channel.values()) >= LEAST[expected.strength]:
            runs = without_what_follows(self.stream, expected.runs, expected.kinds, named=True)
            yield Named(runs, tuple(expected.kinds), expected.strength)
        elif self._is_called(expected):
            yield Named((expected.runs[0],), tuple(expected.kinds), expected.strength)
