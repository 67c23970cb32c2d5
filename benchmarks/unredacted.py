"""Leaves everything as it was said: what measures recognition or scores must see the words themselves."""

from collections.abc import Sequence

from stimmung.calls.redaction.records import Redacted, TextFinding
from stimmung.calls.redaction.tokens import Readings
from stimmung.speech.records import Utterance


class Unredacted:
    """Implements `calls.redacting.Redacting` and finds nothing; for benchmarks only."""

    def redact(self, utterances: Sequence[Utterance]) -> Redacted:
        """Return the utterances."""
        return Redacted(tuple(utterances), (), {}, ())

    def redact_live(self, utterances: Sequence[Utterance]) -> Redacted:
        """Return the utterances."""
        return self.redact(utterances)

    def clear_live(self, utterances: Sequence[Utterance], _readings: Readings) -> tuple[Utterance, ...]:
        """Return the utterances."""
        return tuple(utterances)

    def redact_partial(self, text: str, _language: str) -> str:
        """Return the text."""
        return text

    def find_in_text(self, _text: str, _language: str) -> tuple[TextFinding, ...]:
        """Return nothing."""
        return ()
