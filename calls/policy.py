"""What may be computed about whom: the one place that says so, with the reason and what would change it.

Careful in one direction: whatever is not known to be permitted is not. A role, consent or profile that nobody defined
counts as the strictest there is. Pure; the sources of each rule are named in docs/policy.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stimmung.calls.records import Deployment, PartyPolicy, Permissions, PolicyReport, Ruling
from stimmung.speech.records import CallInfo, Role, Utterance
from stimmung.speech.settings import PolicySettings

CERTAIN = 0.95  # of a role: our choice; at less, more than one in twenty scored as customers would be somebody else
ROLES = "--roles agent,customer, or roles in NAME.call.json"
CONSENT = "consent in NAME.call.json or with --info"
NOTICE = "emotion_notice_given_at in NAME.call.json or with --info"
SETTINGS = "in the settings"
LANGUAGE_NAMES = {"de": "German", "en": "English"}  # of the notice texts that there can be

AGENT = Ruling(False, "an agent's feelings are nobody's business here")
NO_AGENT = Ruling(False, "this is not an agent")
UNKNOWN = Ruling(False, "who speaks is unknown", ROLES)
DOUBTFUL = Ruling(False, "who speaks is not certain enough", ROLES)
OWN_CHANNELS = "record each party on a channel of its own"
SHARED = Ruling(False, "all speak on one channel, so who speaks is unknown", OWN_CHANNELS)
WITHDRAWN = Ruling(False, "consent was withdrawn")
REFUSED = Ruling(False, "consent was refused")
CONSENT_UNKNOWN = Ruling(False, "whether the caller consents is unknown", CONSENT)
NO_NOTICE = Ruling(False, "nobody noted when the caller was told that voices are analysed", NOTICE)
REDACTED_ONLY = Ruling(False, "the deployment keeps redacted words only", f"policy.keep_original {SETTINGS}")


@dataclass(frozen=True, slots=True)
class Party:
    """Who is said to speak on a channel, and how certain that is (0..1).

    `alone`: no other party of the call is on this channel, so that a role for it would mean something.
    """

    role: Role
    certainty: float
    channel: int = 0
    alone: bool = True


def deployment_of(settings: PolicySettings) -> Deployment:
    """Return what the settings say, blank texts as nothing said."""
    return Deployment(
        purpose=(settings.purpose or "").strip(),
        legal_basis=(settings.legal_basis or "").strip(),
        notice_de=(settings.notice_de or "").strip(),
        notice_en=(settings.notice_en or "").strip(),
        country=settings.country,
        works_agreement=(settings.works_agreement or "").strip(),
        keep_original=settings.keep_original,
    )


def report_policy(parties: Sequence[Party], call: CallInfo, deployment: Deployment) -> PolicyReport:
    """Rule on every party of a call; `call.language` is the one that was known before anybody listened."""
    return PolicyReport(
        deployment=deployment,
        consent=call.consent,
        notice_given_at=call.emotion_notice_given_at,
        parties=tuple(
            PartyPolicy(party.channel, party.role, party.certainty, permissions_of(party, call, deployment))
            for party in parties
        ),
    )


def permissions_of(party: Party, call: CallInfo, deployment: Deployment) -> Permissions:
    """Return what may be computed about `party` in this call of this deployment."""
    nobody = _not_a_customer(party)
    return Permissions(
        text_emotion=nobody or _text_emotion(call),
        voice_emotion=nobody or _voice_emotion(call, deployment),
        distress=nobody or _distress(call, deployment),
        agent_statistics=_agent_statistics(party, deployment),
        keep_audio=_keep_audio(call, deployment),
        keep_original=_keep_original(call, deployment),
    )


def permissions_for(utterance: Utterance, parties: Sequence[PartyPolicy]) -> Permissions:
    """Return the permissions of who says `utterance`: nothing where its channel and role are no party's."""
    for party in parties:
        if (party.channel, party.role) == (utterance.channel, utterance.role):
            return party.permissions
    return Permissions(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)


def may_keep_audio(policy: PolicyReport | None) -> bool:
    """Say whether the sound of a call may be kept: only where the rules about each of its parties say so."""
    ruled = policy.parties if policy else ()
    return bool(ruled) and all(party.permissions.keep_audio.allowed for party in ruled)


def may_keep_original(policy: PolicyReport | None) -> bool:
    """Say whether the words as they were said may be kept; where nobody ruled on it they may not."""
    ruled = policy.parties if policy else ()
    return bool(ruled) and all(party.permissions.keep_original.allowed for party in ruled)


def _not_a_customer(party: Party) -> Ruling | None:
    """Return why this party is never scored, None for a customer."""
    if party.role == "customer":
        return None if _is_certain(party) else DOUBTFUL
    if party.role == "agent":
        return AGENT
    return UNKNOWN if party.alone else SHARED


def _is_certain(party: Party) -> bool:
    return CERTAIN <= party.certainty <= 1.0  # not a number is neither


def _text_emotion(call: CallInfo) -> Ruling:
    if call.consent in ("granted", "refused", "unknown"):
        return Ruling(True, "a customer's words may be scored unless consent is withdrawn")
    return WITHDRAWN


def _voice_emotion(call: CallInfo, deployment: Deployment) -> Ruling:
    return (
        _no_consent(call)  # first: no setting changes a caller's no
        or _no_basis(deployment)
        or _no_notice_text(call, deployment)
        or (NO_NOTICE if call.emotion_notice_given_at is None else None)
        or (CONSENT_UNKNOWN if call.consent != "granted" else None)
        or Ruling(True, "purpose and legal basis are named, the caller was told and consents")
    )


def _distress(call: CallInfo, deployment: Deployment) -> Ruling:
    return (
        _no_consent(call)
        or _no_basis(deployment)
        or Ruling(True, "purpose and legal basis are named, and consent is neither refused nor withdrawn")
    )


def _agent_statistics(party: Party, deployment: Deployment) -> Ruling:
    if party.role == "customer":
        return NO_AGENT
    if party.role != "agent":
        return UNKNOWN if party.alone else SHARED
    if not _is_certain(party):
        return DOUBTFUL
    if not deployment.works_agreement.strip():
        return Ruling(False, "no works agreement is named", f"policy.works_agreement {SETTINGS}")
    if deployment.country != "eu" and (missing := _no_basis(deployment)):
        return missing
    return Ruling(True, "a works agreement is named")


def _keep_audio(call: CallInfo, deployment: Deployment) -> Ruling:
    if refusal := _no_consent(call):
        return refusal
    if call.consent == "granted":
        return Ruling(True, "the caller consents")
    if deployment.country != "eu":  # § 201 StGB: recording without it is a crime
        return CONSENT_UNKNOWN
    if not deployment.legal_basis.strip():
        why = "whether the caller consents is unknown, and the deployment names no legal basis"
        return Ruling(False, why, f"policy.legal_basis {SETTINGS}, or {CONSENT}")
    return Ruling(True, "a legal basis is named, and consent is neither refused nor withdrawn")


def _keep_original(call: CallInfo, deployment: Deployment) -> Ruling:
    """Rule on words with identifiers in them: only on demand, and for a purpose that is named (Art. 5 (1) GDPR)."""
    if refusal := _no_consent(call):
        return refusal
    if not deployment.keep_original:
        return REDACTED_ONLY
    if missing := _no_basis(deployment):
        return missing
    if deployment.country != "eu" and call.consent != "granted":  # as with the recording that the words are from
        return CONSENT_UNKNOWN
    return Ruling(True, "the deployment keeps originals, and consent is neither refused nor withdrawn")


def _no_consent(call: CallInfo) -> Ruling | None:
    """Return that somebody said no, None where consent is granted or unknown."""
    if call.consent in ("granted", "unknown"):
        return None
    return REFUSED if call.consent == "refused" else WITHDRAWN


def _no_basis(deployment: Deployment) -> Ruling | None:
    named = {"purpose": deployment.purpose, "legal basis": deployment.legal_basis}
    missing = [name for name, text in named.items() if not text.strip()]
    if not missing:
        return None
    remedy = " and ".join(f"policy.{name.replace(' ', '_')}" for name in missing)
    return Ruling(False, f"the deployment names no {' and no '.join(missing)}", f"{remedy} {SETTINGS}")


def _no_notice_text(call: CallInfo, deployment: Deployment) -> Ruling | None:
    """Return that the notice lacks the call's language, or either where the language is not known beforehand."""
    texts = {"de": deployment.notice_de, "en": deployment.notice_en}
    known = call.language in texts
    missing = [code for code, text in texts.items() if not text.strip() and (code == call.language or not known)]
    if not missing:
        return None
    names = " and no ".join(LANGUAGE_NAMES[code] for code in missing)
    remedy = " and ".join(f"policy.notice_{code}" for code in missing)
    return Ruling(False, f"the deployment has no {names} text of the notice to callers", f"{remedy} {SETTINGS}")


def may_name_agent(policy: PolicyReport | None) -> bool:
    """Say whether the agent's name may be kept or stand beside figures: only where views of one agent are permitted."""
    parties = policy.parties if policy else ()
    return any(party.role == "agent" and party.permissions.agent_statistics.allowed for party in parties)
