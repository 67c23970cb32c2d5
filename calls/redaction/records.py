"""What redaction finds and what it leaves behind: identifiers, the sound to be bleeped, the words as they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stimmung.speech.records import Span, Utterance, Word

# TAX_ID: German tax number and Steuer-ID. INSURANCE_ID: Sozialversicherungsnummer, KVNR. SECRET: passwords, PINs and
# the digits on the back of a card. NUMBER: digits of a call that still runs, not yet clear what they are.
Identifier = Literal[
    "CARD",
    "IBAN",
    "TAX_ID",
    "INSURANCE_ID",
    "PHONE",
    "EMAIL",
    "ADDRESS",
    "BIRTH_DATE",
    "SECRET",
    "CUSTOMER_NUMBER",
    "NAME",
    "NUMBER",
]
Evidence = Literal["check_digit", "context", "pattern", "model"]


@dataclass(frozen=True, slots=True)
class Part:
    """Words `first` to `last` (exclusive) of one utterance, by their places in the sequence that was searched."""

    utterance: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One identifier and why it is taken for one; it may run over several utterances and both speakers' turns."""

    kind: Identifier
    parts: tuple[Part, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class TextFinding:
    """An identifier in a plain text: characters `start` to `end` (exclusive)."""

    kind: Identifier
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Bleep:
    """A stretch of a channel that must not be heard; times in the call."""

    channel: int
    span: Span
    kind: Identifier


@dataclass(frozen=True, slots=True)
class Original:
    """The words of one utterance as they were before redaction: kept, encrypted, only where the policy says so."""

    utterance: int
    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Redacted:
    """Utterances without identifiers; `counts` are findings by type, `originals` those utterances that changed.

    `unsure` are stretches near numbers for which no words were written that make sense: what sounds there must not be
    heard either.
    """

    utterances: tuple[Utterance, ...]
    bleeps: tuple[Bleep, ...]
    counts: Mapping[str, int]
    originals: tuple[Original, ...]
    unsure: tuple[Bleep, ...] = ()


@dataclass(frozen=True, slots=True)
class RedactionOptions:
    """What a deployment chooses: its own numbers as regular expressions, and types that are left in the text."""

    customer_number_patterns: tuple[str, ...] = ()
    keep: tuple[Identifier, ...] = ()
