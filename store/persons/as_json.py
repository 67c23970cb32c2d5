"""What is kept about a customer as JSON, for other programs (Art. 20 GDPR); the keys are told in docs/privacy.md.

A call's `analysis` has the keys of docs/analyze-json.md, less what is about others: of an agent there are the words of
the conversation, and neither a name nor how the agent talked.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from stimmung.calls.exports import analysis_to_json
from stimmung.calls.records import CallAnalysis
from stimmung.store.jobs.records import KnownJob
from stimmung.store.persons.records import KeptCall, Person

PERSON_VERSION = 2  # grows when a key is added
OWN = "customer"
ABOUT_THE_CALL = {"duration", "channels", "language", "dual_mono"}  # of `call`; paths are the company's
ABOUT_THE_CALLER = {
    "call_id", "started_at", "queue", "direction", "language", "consent", "emotion_notice_given_at", "wait_seconds",
    "metadata",
}  # fmt: skip  # of `call.info`
SAID = {"channel", "role", "start", "end", "text", "language"}  # of what others said
TALK = {"duration", "silence_seconds", "longest_silence", "hold_seconds", "overlap_seconds"}  # of `metrics`
Json = dict[str, object]


def person_as_json(person: Person) -> Json:
    """Return everything in plain JSON types; times are ISO 8601 in UTC."""
    return {
        "schema_version": PERSON_VERSION,
        "made_at": _time(person.made_at),
        "customer": person.key,
        "pseudonym": person.pseudonym.value,
        "calls": [_call(one) for one in person.calls],
        "given_out": [{"at": _time(one.at), "format": one.form} for one in person.given],
        "recordings": [_recording(one) for one in person.recordings],
        "acts": [{"at": _time(act.at), "action": act.action} for act in person.acts],
    }


def _recording(job: KnownJob) -> Json:
    began = _time(job.began) if job.began else None
    return {"found": _time(job.added_at), "began": began, "state": job.state}


def _call(kept: KeptCall) -> Json:
    stored = kept.call
    redaction = stored.analysis.redaction
    return {
        "call_id": stored.call_id,
        "began": _time(kept.began),
        "kept_since": _time(stored.saved_at),
        "changed": _time(stored.changed_at),
        "kept_until": {"sound": _time(kept.ends.audio), "call": _time(kept.ends.text)},
        "sound_is_kept": stored.audio is not None,
        "original_words_are_kept": stored.has_originals,
        "original_words": [{"utterance": one.utterance, "text": one.text} for one in kept.originals],
        "redacted": dict(redaction.counts) if redaction else {},
        "source": stored.source,
        "made_by": {"version": stored.provenance.version, "settings": dict(stored.provenance.settings)},
        "analysis": own_analysis(stored.analysis),
    }


def own_analysis(analysis: CallAnalysis) -> Json:
    """Return an analysis as JSON, less what is about anybody but the customer."""
    whole: Mapping[str, object] = {**analysis_to_json(analysis)}
    call, metrics, policy = _part(whole, "call"), _part(whole, "metrics"), _part(whole, "policy")
    own_channels = {one.channel for one in analysis.utterances if one.role == OWN}
    return {
        **whole,
        "call": {**_only(call, ABOUT_THE_CALL), "info": _only(_part(call, "info"), ABOUT_THE_CALLER)},
        "utterances": [_said(one) for one in _list(whole, "utterances")],
        "distress": [one for one in _list(whole, "distress") if one.get("channel") in own_channels],
        "metrics": {**_only(metrics, TALK), "parties": _own(metrics, "parties")} if metrics else None,
        "policy": {**policy, "parties": _own(policy, "parties")} if policy else None,
    }


def _said(utterance: Json) -> Json:
    return utterance if utterance["role"] == OWN else _only(utterance, SAID)


def _own(whole: Mapping[str, object], key: str) -> list[Json]:
    return [one for one in _list(whole, key) if one.get("role") == OWN]


def _only(whole: Mapping[str, object], keys: set[str]) -> Json:
    return {key: value for key, value in whole.items() if key in keys}


def _part(whole: Mapping[str, object], key: str) -> Json:
    found = whole[key]
    return found if isinstance(found, dict) else {}


def _list(whole: Mapping[str, object], key: str) -> list[Json]:
    found = whole[key]
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()
