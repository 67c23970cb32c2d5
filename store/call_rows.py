"""A call's own row and those of its parties, and back: what is filtered by as columns, records as JSON."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import get_args

from stimmung.calls.records import (
    CallAnalysis,
    CallerDistress,
    Course,
    Deployment,
    Metrics,
    Omission,
    PartyMetrics,
    PartyPolicy,
    Permissions,
    PolicyReport,
    RedactionReport,
    UsedModel,
)
from stimmung.speech.records import CallInfo, DistressState, Event, Utterance
from stimmung.store.json_records import Json, clean, clean_or_none, from_json, many_from_json, to_json
from stimmung.store.records import Provenance
from stimmung.store.utterance_rows import AnyRow, ScoreNames, Values

RECORDS_VERSION = 1  # of the JSON in the rows; grows when a record changes so that `json_records` cannot bridge it
STATES: tuple[DistressState, ...] = get_args(DistressState)  # best first
DIGEST = 32  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class Shared:
    """A piece of JSON that many calls have in common, kept once under its digest."""

    digest: str
    content: Json


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party's columns but for `call`, and the rules about it that it shares with others."""

    values: Values
    rules: Shared | None


def shared_provenance(analysis: CallAnalysis, provenance: Provenance) -> Shared:
    """Return by what a call was analysed: version, settings, models, and what the deployment had settled."""
    return _shared(
        {
            "records_version": RECORDS_VERSION,
            "made_by": to_json(provenance),
            "models": to_json(analysis.models),
            "deployment": to_json(analysis.policy.deployment) if analysis.policy else None,
        }
    )


def provenance_in(content: Json) -> Provenance:
    """Return the version and the settings of shared content."""
    return from_json(Provenance, content["made_by"])


def call_values(analysis: CallAnalysis, names: ScoreNames) -> Values:
    """Return the columns that the analysis fills; ids, pseudonyms and the agent's name are not among them."""
    return {
        **_known_values(analysis.info),
        "path": clean(analysis.path),
        "duration": float(analysis.duration),
        "channels": analysis.channels,
        "language": clean(analysis.language),
        "dual_mono": bool(analysis.dual_mono),
        "events": to_json(analysis.events),
        "omitted": to_json(analysis.omitted),
        "distress": to_json(analysis.distress),
        "course": to_json(analysis.course),
        "metrics": _without_parties(to_json(analysis.metrics)),
        "policy": _without_parties(to_json(analysis.policy)),
        "redaction": to_json(analysis.redaction),
        "text_emotions": [clean(name) for name in names.text_emotions],
        "text_labels": [clean(name) for name in names.text_labels],
        "voice_emotions": [clean(name) for name in names.voice_emotions],
        **_distress_figures(analysis.distress),
        **_mood_figures(analysis.course),
    }


def party_rows(analysis: CallAnalysis) -> tuple[PartyRow, ...]:
    """Return a row for each channel that rules or metrics name."""
    rules = {one.channel: one for one in analysis.policy.parties} if analysis.policy else {}
    talk = {one.channel: one for one in analysis.metrics.parties} if analysis.metrics else {}
    return tuple(_party_row(channel, rules.get(channel), talk.get(channel)) for channel in sorted({*rules, *talk}))


def names_in(row: AnyRow) -> ScoreNames:
    """Return what stands where in the arrays of the call's utterances."""
    return ScoreNames(tuple(row.text_emotions), tuple(row.text_labels), tuple(row.voice_emotions))


def analysis_of(row: AnyRow, provenance: Json, parties: Sequence[AnyRow], said: tuple[Utterance, ...]) -> CallAnalysis:
    """Return the analysis of a call's row, its provenance, its parties by channel, and its utterances."""
    return CallAnalysis(
        path=row.path,
        duration=row.duration,
        channels=row.channels,
        language=row.language,
        info=_info_of(row),
        events=many_from_json(Event, row.events),
        utterances=said,
        models=many_from_json(UsedModel, provenance["models"]),
        dual_mono=row.dual_mono,
        omitted=many_from_json(Omission, row.omitted),
        distress=many_from_json(CallerDistress, row.distress),
        course=many_from_json(Course, row.course),
        metrics=_metrics_of(row, parties),
        policy=_policy_of(row, provenance, parties),
        redaction=None if row.redaction is None else from_json(RedactionReport, row.redaction),
    )


def _shared(content: Json) -> Shared:
    text = json.dumps(content, sort_keys=True)
    return Shared(hashlib.sha256(text.encode("ascii")).hexdigest()[:DIGEST], content)


def _known_values(info: CallInfo) -> Values:
    return {
        "started_at": info.started_at,
        "team": clean_or_none(info.team),
        "queue": clean_or_none(info.queue),
        "direction": info.direction,
        "named_language": clean_or_none(info.language),
        "roles": list(info.roles),
        "consent": info.consent,
        "notice_given_at": info.emotion_notice_given_at,
        "wait_seconds": info.wait_seconds,
        "metadata": to_json(info.metadata),
    }


def _info_of(row: AnyRow) -> CallInfo:
    return CallInfo(
        call_id=row.call_id,
        started_at=_utc(row.started_at),
        agent=row.agent,
        team=row.team,
        queue=row.queue,
        direction=row.direction,
        language=row.named_language,
        roles=tuple(row.roles),
        consent=row.consent,
        emotion_notice_given_at=_utc(row.notice_given_at),
        wait_seconds=row.wait_seconds,
        metadata=row.metadata,
    )


def _utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.astimezone(UTC)


def _without_parties(record: Json) -> Json:
    """Return the JSON of a record less the parties, which have rows, and the deployment, which is shared."""
    return record and {key: value for key, value in record.items() if key not in {"parties", "deployment"}}


def _party_row(channel: int, rules: PartyPolicy | None, talk: PartyMetrics | None) -> PartyRow:
    known = rules or talk
    values: Values = {
        "channel": channel,
        "role": known.role if known else "unknown",
        "certainty": rules.certainty if rules else None,
        "permissions": None,
        "metrics": to_json(talk),
    }
    if rules is None:
        return PartyRow(values, None)
    permissions = _shared(to_json(rules.permissions))
    return PartyRow({**values, "permissions": permissions.digest}, permissions)


def _metrics_of(row: AnyRow, parties: Sequence[AnyRow]) -> Metrics | None:
    if row.metrics is None:
        return None
    found = tuple(from_json(PartyMetrics, one.metrics) for one in parties if one.metrics is not None)
    return replace(from_json(Metrics, {**row.metrics, "parties": []}), parties=found)


def _policy_of(row: AnyRow, provenance: Json, parties: Sequence[AnyRow]) -> PolicyReport | None:
    if row.policy is None:
        return None
    empty = {**row.policy, "deployment": provenance["deployment"] or to_json(Deployment()), "parties": []}
    return replace(
        from_json(PolicyReport, empty),
        parties=tuple(
            PartyPolicy(one.channel, one.role, one.certainty, from_json(Permissions, one.rules))
            for one in parties
            if one.rules is not None
        ),
    )


def _distress_figures(callers: Sequence[CallerDistress]) -> Values:
    """Return how the caller is who is worst off at the end, and the worst moment of any."""
    peaks = [one.peak for one in callers if one.peak]
    now = max(callers, key=lambda one: (STATES.index(one.state), one.score or 0.0), default=None)
    worst = max(peaks, key=lambda peak: (STATES.index(peak.state), peak.score), default=None)
    return {
        "distress_state": now.state if now else None,
        "distress_score": now.score if now else None,
        "distress_peak_state": worst.state if worst else None,
        "distress_peak_score": worst.score if worst else None,
    }


def _mood_figures(courses: Sequence[Course]) -> Values:
    if not courses:
        return {"mood": None, "mood_score": None, "mood_end": None}
    return {"mood": courses[0].label, "mood_score": courses[0].score, "mood_end": courses[0].end}
