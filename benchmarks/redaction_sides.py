"""Who takes identifiers out: our redaction, and Presidio's pattern recognisers beside it, seen in the same way."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from normalise import Language
from redaction_presidio import Found, presidio_finds
from stimmung.calls.redaction.records import RedactionOptions
from stimmung.calls.redaction.redactor import Redactor
from stimmung.speech.records import Span, Utterance, Word

# Presidio's names for our types, to tell which of its findings have the right one.
KINDS: Final = {
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "DE_TAX_ID": "TAX_ID",
    "DE_TAX_NUMBER": "TAX_ID",
    "DE_SOCIAL_SECURITY": "INSURANCE_ID",
    "DE_HEALTH_INSURANCE": "INSURANCE_ID",
    "UK_NINO": "INSURANCE_ID",
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL",
    "DE_PLZ": "ADDRESS",
    "UK_POSTCODE": "ADDRESS",
    "DATE_TIME": "BIRTH_DATE",
}
PRESIDIO_SCORE: Final = 0.4  # what its own documentation gives findings that a word of context bears out


@dataclass(frozen=True, slots=True)
class Marked:
    """Words `first` to `last` (exclusive) of an utterance that are taken out, as being of a type."""

    utterance: int
    first: int
    last: int
    kind: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A call after redaction: what is said in it, (channel, text) each, which words went, which sound."""

    said: tuple[tuple[str, str], ...]
    marked: tuple[Marked, ...]
    bleeps: tuple[tuple[int, Span], ...]  # channel and stretch
    unsure: tuple[tuple[int, Span], ...] = ()  # of which only what sounds goes

    @property
    def kinds(self) -> frozenset[str]:
        """Return the types of what went."""
        return frozenset(one.kind for one in self.marked)


class Side(Protocol):
    """Takes identifiers out of calls."""

    @property
    def title(self) -> str: ...

    def clean(self, calls: Sequence[Sequence[Utterance]], language: Language) -> list[Cleaned]:
        """Return each call without them."""
        ...


@dataclass(frozen=True, slots=True)
class Ours:
    """The product's redaction, with its default options."""

    redactor: Redactor
    title: str = "ours"

    def clean(self, calls: Sequence[Sequence[Utterance]], language: Language) -> list[Cleaned]:  # noqa: ARG002
        """Return each call as the product would show and keep it."""
        return [self._cleaned(call) for call in calls]

    def _cleaned(self, call: Sequence[Utterance]) -> Cleaned:
        redacted = self.redactor.redact(call)
        marked = [
            Marked(part.utterance, part.first, part.last, finding.kind)
            for finding in self.redactor.find(call)
            for part in finding.parts
        ]
        said = tuple((str(one.channel), one.text) for one in redacted.utterances)
        bleeps, unsure = (tuple((one.channel, one.span) for one in ones) for ones in (redacted.bleeps, redacted.unsure))
        return Cleaned(said, tuple(marked), bleeps, unsure)


def ours() -> Ours:
    """Return the product's redaction, without a model for names."""
    return Ours(Redactor(RedactionOptions()))


@dataclass(frozen=True, slots=True)
class Presidio:
    """Presidio's pattern recognisers; each call is one text to it, so that its words of context may be the agent's."""

    python: Path
    least: float  # findings below this certainty are left in
    title: str

    def clean(self, calls: Sequence[Sequence[Utterance]], language: Language) -> list[Cleaned]:
        """Return each call without what it finds."""
        texts = ["\n".join(one.text for one in call) for call in calls]
        found = presidio_finds(self.python, texts, language)
        return [
            without(call, [one for one in ones if one.score >= self.least])
            for call, ones in zip(calls, found, strict=True)
        ]


def without(call: Sequence[Utterance], found: Sequence[Found]) -> Cleaned:
    """Return a call without what was found in the text of all its utterances, a line each."""
    said, marked, bleeps = [], [], []
    offset = 0
    for place, utterance in enumerate(call):
        text, kept, at = utterance.text, "", 0
        inside = [(max(one.start - offset, 0), min(one.end - offset, len(text)), one.kind) for one in found]
        inside = sorted(one for one in inside if one[0] < one[1])
        for start, end, kind in inside:
            kept += text[at : max(start, at)] + (f"[{kind}]" if end > at else "")
            at = max(at, end)
        said.append((str(utterance.channel), kept + text[at:]))
        places = word_places(utterance)
        for start, end, kind in inside:
            hit = [n for n, (first, last) in enumerate(places) if first < end and start < last]
            if hit:
                marked.append(Marked(place, hit[0], hit[-1] + 1, KINDS.get(kind, kind)))
                bleeps.append((utterance.channel, _sound(utterance.words[hit[0] : hit[-1] + 1])))
        offset += len(text) + 1
    return Cleaned(tuple(said), tuple(marked), tuple(bleeps))


def word_places(utterance: Utterance) -> list[tuple[int, int]]:
    """Return where in the text each word stands; one that is not there ends where the last one ended."""
    places, at = [], 0
    for word in utterance.words:
        found = re.search(re.escape(word.text.strip()), utterance.text[at:])
        start, end = (at + found.start(), at + found.end()) if found else (at, at)
        places.append((start, end))
        at = end
    return places


def _sound(words: Sequence[Word]) -> Span:
    return Span(words[0].start, words[-1].end)
