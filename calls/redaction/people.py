"""What says who somebody is: names, addresses, e-mail addresses, dates of birth, and secrets that only they know."""

from stimmung.calls.redaction.addresses import find_addresses
from stimmung.calls.redaction.birth_dates import find_birth_dates
from stimmung.calls.redaction.conversation import converse
from stimmung.calls.redaction.emails import find_emails
from stimmung.calls.redaction.names import find_names
from stimmung.calls.redaction.records import Finding, Part
from stimmung.calls.redaction.secrets_said import find_secrets
from stimmung.calls.redaction.tokens import Stream
from stimmung.speech.engines import NameFinder


def find_people(stream: Stream, names: NameFinder | None = None) -> list[Finding]:
    """Return what identifies people in a stream, no word in two findings; `names` finds more names in text."""
    talk = converse(stream)
    found = (
        *find_emails(talk),
        *find_addresses(talk),
        *find_birth_dates(talk),
        *find_secrets(talk),
        *find_names(talk, names),
    )
    return _apart(found)


def _apart(findings: tuple[Finding, ...]) -> list[Finding]:
    """Leave out findings of which every word is in an earlier one; of others that share words keep their own words."""
    taken: set[tuple[int, int]] = set()
    kept: list[Finding] = []
    for finding in findings:
        words = [(part.utterance, word) for part in finding.parts for word in range(part.first, part.last)]
        own = [word for word in words if word not in taken]
        if own:
            kept.append(finding if len(own) == len(words) else _only(finding, own))
            taken.update(own)
    return kept


def _only(finding: Finding, words: list[tuple[int, int]]) -> Finding:
    parts: list[Part] = []
    for utterance, word in words:
        if parts and parts[-1].utterance == utterance and parts[-1].last == word:
            parts[-1] = Part(utterance, parts[-1].first, word + 1)
        else:
            parts.append(Part(utterance, word, word + 1))
    return Finding(finding.kind, tuple(parts), finding.evidence)
