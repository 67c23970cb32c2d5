"""What identifies a person or opens an account, found in utterances or a text, and taken out of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stimmung.calls.redaction.addresses_again import find_addresses_again
from stimmung.calls.redaction.apply import apply, placed_back, without
from stimmung.calls.redaction.audible import Near, near_numbers
from stimmung.calls.redaction.covering import Numbers, read_numbers
from stimmung.calls.redaction.find_numbers import find_numbers, find_unclear
from stimmung.calls.redaction.merging import merge
from stimmung.calls.redaction.people import find_people
from stimmung.calls.redaction.records import Finding, Redacted, RedactionOptions, TextFinding
from stimmung.calls.redaction.tokens import PlainText, Readings, read_text, read_utterances
from stimmung.speech.engines import NameFinder
from stimmung.speech.records import Utterance

ROUNDS = 4  # at most; the first finds something more in few calls
EDGES = re.compile(r"[\w+€$£%@](?:.*[\w€$£%])?", re.DOTALL)  # a word without the marks around it


@dataclass(frozen=True, slots=True)
class _Found:
    """A call read for numbers, all identifiers in it, those that are left in it, and where numbers were asked for."""

    numbers: Numbers
    findings: tuple[Finding, ...]
    left: tuple[Finding, ...]
    asked: tuple[Near, ...]


class Redactor:
    """Finds identifiers and takes them out; it remembers nothing from one call to the next."""

    def __init__(self, options: RedactionOptions, names: NameFinder | None = None) -> None:
        self._options = options
        self._names = names
        self._patterns = tuple(re.compile(one, re.IGNORECASE) for one in options.customer_number_patterns)

    def find(self, utterances: Sequence[Utterance]) -> tuple[Finding, ...]:
        """Return the identifiers in utterances of one call, which may come in any order; they do not overlap."""
        return self._search(utterances, unclear=False).findings

    def find_in_text(self, text: str, language: str) -> tuple[TextFinding, ...]:
        """Return the identifiers in a text that nobody spoke, in their order; its lines follow each other as turns."""
        return self._find_in_text(text, language, unclear=False)

    def redact(self, utterances: Sequence[Utterance]) -> Redacted:
        """Return the utterances of a whole call, in their order, without identifiers.

        Near a number that was said or asked for, what has no words, or none that make sense, is bleeped, too.
        """
        return self._redact(utterances, unclear=False)

    def redact_live(self, utterances: Sequence[Utterance]) -> Redacted:
        """Return the same of a call that goes on: digits of which it is not clear what they are become `[NUMBER]`."""
        return self._redact(utterances, unclear=True)

    def clear_live(self, utterances: Sequence[Utterance], readings: Readings) -> tuple[Utterance, ...]:
        """Return the utterances of `redact_live`; what to bleep, which is a sixth of the work, is not asked.

        `readings` are the words of this call that were read before.
        """
        return without(utterances, self._search(utterances, unclear=True, readings=readings).findings)

    def redact_partial(self, text: str, language: str) -> str:
        """Return words that may still change without whatever may become an identifier."""
        pieces, end = [], 0
        for found in self._find_in_text(text, language, unclear=True):
            pieces += [text[end : found.start], f"[{found.kind}]"]
            end = found.end
        return "".join((*pieces, text[end:]))

    def _redact(self, utterances: Sequence[Utterance], unclear: bool) -> Redacted:
        found = self._search(utterances, unclear)
        near = near_numbers(found.numbers, found.findings, found.asked, found.left)
        return apply(utterances, found.findings, near, found.left)

    def _search(self, utterances: Sequence[Utterance], unclear: bool, readings: Readings | None = None) -> _Found:
        readings = {} if readings is None else readings
        stream = read_utterances(utterances, readings)
        numbers = read_numbers(stream)
        found = find_numbers(numbers, self._patterns)
        first = merge([*found.findings, *find_people(stream, self._names)])
        findings = self._settled(utterances, first, readings) if first else ()
        findings = merge([*findings, *find_addresses_again(stream, findings)])
        if unclear:
            findings = merge([*findings, *find_unclear(numbers, findings)])
        keep = self._options.keep
        return _Found(
            numbers,
            tuple(one for one in findings if one.kind not in keep),
            tuple(one for one in findings if one.kind in keep),
            tuple(one for one in found.asked if one.kind not in keep),
        )

    def _settled(
        self, utterances: Sequence[Utterance], findings: tuple[Finding, ...], readings: Readings
    ) -> tuple[Finding, ...]:
        """Return findings with those numbers that stand out once the others are gone: two rounds find the same."""
        for _ in range(ROUNDS):
            left = read_numbers(read_utterances(without(utterances, findings), readings))
            more = find_numbers(left, self._patterns).findings
            if not more:
                break
            findings = merge([*findings, *placed_back(more, findings)])
        return findings

    def _find_in_text(self, text: str, language: str, unclear: bool) -> tuple[TextFinding, ...]:
        plain = read_text(text, language)
        found = self._search(plain.utterances, unclear).findings
        placed = [_placed(text, plain, finding) for finding in found]
        return tuple(sorted((one for ones in placed for one in ones), key=lambda one: one.start))


def _placed(text: str, plain: PlainText, finding: Finding) -> list[TextFinding]:
    placed = []
    for part in finding.parts:
        places = plain.places[part.utterance]
        start, end = places[part.first][0], places[part.last - 1][1]
        core = EDGES.search(text, start, end)
        placed.append(TextFinding(finding.kind, *(core.span() if core else (start, end))))
    return placed
