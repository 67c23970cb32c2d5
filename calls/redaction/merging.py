"""Findings that lie over each other made one: every word belongs to one identifier at most.

A check digit goes before every other evidence, then the order of `PRIORITY`: the narrower a type's form, the sooner it
is believed. The lesser finding's words go to the greater one where both touch, so that none of them stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stimmung.calls.redaction.records import Finding, Identifier, Part

PRIORITY: tuple[Identifier, ...] = (
    "EMAIL",
    "IBAN",
    "CARD",
    "SECRET",
    "INSURANCE_ID",
    "TAX_ID",
    "BIRTH_DATE",
    "PHONE",
    "ADDRESS",
    "CUSTOMER_NUMBER",
    "NAME",
    "NUMBER",
)


@dataclass(slots=True)
class _Stretch:
    """Words of one utterance and the finding, by its rank, that they go to."""

    first: int
    last: int
    owner: int


def merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings without overlaps, in the order of their first words (utterance, word)."""
    ranked = sorted(findings, key=_rank)
    by_utterance: dict[int, list[_Stretch]] = {}
    for rank, finding in enumerate(ranked):
        for part in finding.parts:
            if part.last > part.first:
                by_utterance.setdefault(part.utterance, []).append(_Stretch(part.first, part.last, rank))
    kept: dict[int, list[Part]] = {}
    for utterance in sorted(by_utterance):
        for stretch in _joined(by_utterance[utterance]):
            kept.setdefault(stretch.owner, []).append(Part(utterance, stretch.first, stretch.last))
    merged = [Finding(ranked[rank].kind, tuple(parts), ranked[rank].evidence) for rank, parts in kept.items()]
    return tuple(sorted(merged, key=lambda one: (one.parts[0].utterance, one.parts[0].first)))


def _rank(finding: Finding) -> tuple[bool, int]:
    return finding.evidence != "check_digit", PRIORITY.index(finding.kind)


def _joined(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """Join what overlaps; what only touches stays apart unless it is of one finding."""
    joined: list[_Stretch] = []
    for stretch in sorted(stretches, key=lambda one: (one.first, one.last)):
        before = joined[-1] if joined else None
        if before is not None and (
            stretch.first < before.last or (stretch.first == before.last and stretch.owner == before.owner)
        ):
            before.last = max(before.last, stretch.last)
            before.owner = min(before.owner, stretch.owner)
        else:
            joined.append(stretch)
    return joined
