"""The seam to `calls.redaction`, and what is known of a call beforehand without identifiers.

Whoever judges, shows or keeps what was said is handed a redactor; there is no way around it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from stimmung.calls.metadata import MetadataReader, without
from stimmung.calls.redaction.records import Redacted, TextFinding
from stimmung.calls.redaction.tokens import Readings
from stimmung.speech.records import CallInfo, Utterance

CUSTOMER: Final = "[CUSTOMER_NUMBER]"  # what outputs show of the deployment's own key of a customer

# Recorders name files by day and time, by ids of the exchange (1772371200.118) and by random ones. Spoken, so many
# digits would be somebody's number; in a name they are what tells recordings apart.
DAY = r"(?<!\d)20\d\d[-_. ]?(?:0[1-9]|1[0-2])[-_. ]?(?:0[1-9]|[12]\d|3[01])"
TIME = r"[-_.T ]?(?:[01]\d|2[0-3])[-_.:h ]?[0-5]\d(?:[-_.:m ]?[0-5]\d(?:[.,]?\d{1,6})?)?"
RANDOM = (
    r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])"
    r"|(?<![0-9a-z])(?=(?:[0-9]*[a-f]){4})[0-9a-f]{16,}(?![0-9a-z])"
)
MOMENT = re.compile(rf"{DAY}{TIME}(?!\d)|{RANDOM}", re.IGNORECASE)
RECORDING = re.compile(rf"{DAY}(?:{TIME})?(?!\d)|(?<!\d)1[4-9]\d{{8}}\.\d+(?!\d)|{RANDOM}", re.IGNORECASE)


class Redacting(Protocol):
    """Takes identifiers out of what was said: `calls.redaction.redactor.Redactor`."""

    def redact(self, utterances: Sequence[Utterance]) -> Redacted:
        """Return the utterances of a whole call, in their order, without identifiers."""
        ...

    def redact_live(self, utterances: Sequence[Utterance]) -> Redacted:
        """Return the same of a call that goes on: digits are held back until it is clear what they are."""
        ...

    def clear_live(self, utterances: Sequence[Utterance], readings: Readings, /) -> tuple[Utterance, ...]:
        """Return the utterances of `redact_live`, without the work for all else that it says.

        `readings` take in the words of one call, so that none of them is read twice.
        """
        ...

    def redact_partial(self, text: str, language: str, /) -> str:
        """Return words that may still change without whatever may become an identifier."""
        ...

    def find_in_text(self, text: str, language: str, /) -> tuple[TextFinding, ...]:
        """Return the identifiers in a text that nobody spoke, in their order."""
        ...


def redact_path(path: str, redactor: Redacting, language: str = "") -> str:
    """Return a path or name of a recording without identifiers: `calls/+4917612345678_2026.wav`."""
    return "/".join(_redacted_name(name, redactor, language) for name in path.split("/"))


def redact_info(info: CallInfo, redactor: Redacting, language: str = "") -> CallInfo:
    """Return what is known of a call with its metadata redacted; `customer` is left to whoever shows or keeps it."""
    read = MetadataReader(redactor.find_in_text, info.language or language, _readable_name, veiled_moments)
    return replace(info, metadata=read.redacted(info.metadata))


def shown_info(info: CallInfo) -> CallInfo:
    """Return what outputs show: that there is a customer's key, and not which."""
    return replace(info, customer=CUSTOMER) if info.customer else info


def veiled_moments(text: str) -> str:
    """Return a text with days, times of day and random ids as letters, every other sign in its place."""
    return _veiled(MOMENT, text)


def _redacted_name(name: str, redactor: Redacting, language: str) -> str:
    readable = _readable_name(name).replace("_", " ")  # as a part of a word it would hide a number beside it
    return without(name, redactor.find_in_text(readable, language))


def _readable_name(name: str) -> str:
    return _veiled(RECORDING, name)


def _veiled(pattern: re.Pattern[str], text: str) -> str:
    """Return the text with what the pattern knows to be harmless as letters, every other one in its place."""
    return pattern.sub(lambda found: "x" * len(found[0]), text)
