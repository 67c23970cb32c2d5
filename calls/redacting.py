"""The seam to `calls.redaction`, and what is known of a call beforehand without identifiers.

Whoever judges, shows or keeps what was said is handed a redactor; there is no way around it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from stimmung.calls.redaction.records import Redacted, TextFinding
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
    language = info.language or language
    return replace(info, metadata={key: _value(key, one, redactor, language) for key, one in info.metadata.items()})


def shown_info(info: CallInfo) -> CallInfo:
    """Return what outputs show: that there is a customer's key, and not which."""
    return replace(info, customer=CUSTOMER) if info.customer else info


def _redacted_name(name: str, redactor: Redacting, language: str) -> str:
    readable = _veiled(RECORDING, name).replace("_", " ")  # as a part of a word it would hide a number beside it
    return _without(name, redactor.find_in_text(readable, language))


def _value(key: str, value: Any, redactor: Redacting, language: str) -> Any:  # Any: JSON that others wrote
    """Redact a value of JSON; the name of its key says what it is, as the words before a number do in a call."""
    if isinstance(value, dict):
        return {name: _value(name, one, redactor, language) for name, one in value.items()}
    if isinstance(value, list):
        return [_value(key, one, redactor, language) for one in value]
    if isinstance(value, bool) or not isinstance(value, str | int):  # what has a fraction was measured
        return value
    text, named = str(value), f"{_words_of(key)}: "
    readable = _veiled(MOMENT, text)
    own = _moved(redactor.find_in_text(readable, language), len(named))
    found = [*redactor.find_in_text(named + readable, language), *own]
    inside = _moved([one for one in found if one.start >= len(named)], -len(named))
    return _without(text, inside) if inside else value


def _words_of(key: str) -> str:
    """Return the words that a key is made of: `customerNumber` and `customer_number` are `customer number`."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", key)).strip().lower()


def _veiled(pattern: re.Pattern[str], text: str) -> str:
    """Return the text with what the pattern knows to be harmless as letters, every other one in its place."""
    return pattern.sub(lambda found: "x" * len(found[0]), text)


def _moved(found: Sequence[TextFinding], by: int) -> list[TextFinding]:
    return [replace(one, start=one.start + by, end=one.end + by) for one in found]


def _without(text: str, found: Sequence[TextFinding]) -> str:
    """Replace what was found; of findings that lie over each other the first stands for all of them."""
    pieces, end = [], 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= end:
            pieces += [text[end : one.start], f"[{one.kind}]"]
        end = max(end, one.end)
    return "".join((*pieces, text[end:]))
