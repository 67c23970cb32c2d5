"""A deployment that has settled all there is to settle, and calls whose customer was told and consents."""

from dataclasses import replace
from datetime import UTC, datetime

from stimmung.calls.policy import Party, report_policy
from stimmung.calls.records import Deployment, PartyPolicy
from stimmung.speech.records import CallInfo, Role

DEPLOYMENT = Deployment(
    purpose="help callers sooner",
    legal_basis="consent, Art. 6 (1) (a) GDPR",
    notice_de="Wir werten aus, wie Ihre Stimme klingt.",
    notice_en="We analyse how your voice sounds.",
)
GRANTED = CallInfo(consent="granted", emotion_notice_given_at=datetime(2026, 3, 1, 9, 0, tzinfo=UTC))


def consenting(*roles: Role) -> CallInfo:
    """Return what is known of a call in which everything is permitted that can be."""
    return replace(GRANTED, roles=roles)


def parties(*roles: Role, info: CallInfo = GRANTED, deployment: Deployment = DEPLOYMENT) -> tuple[PartyPolicy, ...]:
    """Return the parties of a call by channel, ruled on."""
    several = len(roles) > 1
    named = [Party(role, float(role != "unknown"), channel, several) for channel, role in enumerate(roles)]
    return report_policy(named, info, deployment).parties
