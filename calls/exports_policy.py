"""By which rules a call was analysed, as JSON (docs/analyze-json.md)."""

from dataclasses import fields
from datetime import UTC
from typing import TypedDict

from stimmung.calls.records import PartyPolicy, Permissions, PolicyReport, Ruling
from stimmung.calls.rounding import probability


class RulingJson(TypedDict):
    """Whether something may be computed or kept."""

    allowed: bool
    why: str
    remedy: str


class PartyPolicyJson(TypedDict):
    """What may be computed about who speaks on a channel."""

    channel: int
    role: str
    certainty: float
    permissions: dict[str, RulingJson]  # by field of Permissions


class PolicyJson(TypedDict):
    """What the deployment settled, what the caller said, and what follows from it."""

    purpose: str
    legal_basis: str
    country: str
    works_agreement: str
    notice_languages: list[str]  # in which there is a text
    consent: str
    notice_given_at: str | None
    parties: list[PartyPolicyJson]


def policy_to_json(report: PolicyReport) -> PolicyJson:
    """Return the report as plain JSON values; the texts of the notice are left out, times are ISO 8601 in UTC."""
    deployment = report.deployment
    texts = {"de": deployment.notice_de, "en": deployment.notice_en}
    given = report.notice_given_at
    return {
        "purpose": deployment.purpose,
        "legal_basis": deployment.legal_basis,
        "country": deployment.country,
        "works_agreement": deployment.works_agreement,
        "notice_languages": [code for code, text in texts.items() if text.strip()],
        "consent": report.consent,
        "notice_given_at": given.astimezone(UTC).isoformat() if given else None,
        "parties": [_party(party) for party in report.parties],
    }


def _party(party: PartyPolicy) -> PartyPolicyJson:
    return {
        "channel": party.channel,
        "role": party.role,
        "certainty": probability(party.certainty),
        "permissions": {field.name: _ruling(getattr(party.permissions, field.name)) for field in fields(Permissions)},
    }


def _ruling(ruling: Ruling) -> RulingJson:
    return {"allowed": ruling.allowed, "why": ruling.why, "remedy": ruling.remedy}
