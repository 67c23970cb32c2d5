"""What identifies a person or opens an account, found in utterances or a text, and taken out of it."""

import re
from collections.abc import Sequence

from stimmung.calls.redaction.apply import apply, placed_back, without
from stimmung.calls.redaction.covering import read_numbers
from stimmung.calls.redaction.find_numbers import FoundNumbers, find_numbers, find_unclear
from stimmung.calls.redaction.merging import merge
from stimmung.calls.redaction.people import find_people
from stimmung.calls.redaction.records import Finding, Redacted, RedactionOptions, TextFinding
from stimmung.calls.redaction.tokens import PlainText, read_text, read_utterances
from stimmung.speech.engines import NameFinder
from stimmung.speech.records import Utterance

ROUNDS = 4  # at most; the first finds something more in few calls
EDGES = re.compile(r"[\w+€$£%@](?:.*[\w€$£%])?", re.DOTALL)  # a word without the marks around it


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

        Where a number was asked for and no word of an answer was written down, that time is bleeped, too.
        """
        return self._redact(utterances, unclear=False)

    def redact_live(self, utterances: Sequence[Utterance]) -> Redacted:
        """Return the same of a call that goes on: digits of which it is not clear what they are become `[NUMBER]`."""
        return self._redact(utterances, unclear=True)

    def redact_partial(self, text: str, language: str) -> str:
        """Return words that may still change without whatever may become an identifier."""
        pieces, end = [], 0
        for found in self._find_in_text(text, language, unclear=True):
            pieces += [text[end : found.start], f"[{found.kind}]"]
            end = found.end
        return "".join((*pieces, text[end:]))

    def _redact(self, utterances: Sequence[Utterance], unclear: bool) -> Redacted:
        found = self._search(utterances, unclear)
        return apply(utterances, found.findings, found.lost)

    def _search(self, utterances: Sequence[Utterance], unclear: bool) -> FoundNumbers:
        stream = read_utterances(utterances)
        numbers = read_numbers(stream)
        found = find_numbers(numbers, self._patterns)
        findings = self._settled(utterances, merge([*found.findings, *find_people(stream, self._names)]))
        if unclear:
            findings = merge([*findings, *find_unclear(numbers, findings)])
        return FoundNumbers(
            tuple(one for one in findings if one.kind not in self._options.keep),
            tuple(one for one in found.lost if one.kind not in self._options.keep),
        )

    def _settled(self, utterances: Sequence[Utterance], findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Return findings with those numbers that stand out once the others are gone: two rounds find the same."""
        for _ in range(ROUNDS):
            left = read_numbers(read_utterances(without(utterances, findings)))
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
