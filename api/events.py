"""What a live call tells its client, as JSON: the records of `calls.live_events` and what the session itself says.

Utterances, callers and metrics look as in the analysis of a whole call (docs/analyze-json.md): the same functions
write them.
"""

from dataclasses import dataclass, replace
from typing import TypedDict
from urllib.parse import quote

from stimmung.calls.erasure import erase_scores, withdraw_consent
from stimmung.calls.exports import SCHEMA_VERSION, UtteranceJson, analysis_to_json
from stimmung.calls.exports_judgement import caller_distress_to_json, metrics_to_json
from stimmung.calls.exports_policy import policy_to_json
from stimmung.calls.live_callers import requote
from stimmung.calls.live_events import (
    DistressChanged,
    Ended,
    LiveEvent,
    PartialHeard,
    UtteranceFinal,
    UtteranceRevised,
    Warned,
    Withdrawn,
)
from stimmung.calls.live_script import requoted
from stimmung.calls.records import CallAnalysis, CallerDistress, Metrics, PolicyReport
from stimmung.calls.rounding import seconds
from stimmung.speech.records import CallInfo, Utterance

EVENTS_VERSION = 1  # grows when an event or a key is added


class LimitsJson(TypedDict):
    """What a client should know before it sends; seconds and bytes."""

    resume_seconds: float
    silence_warning_seconds: float
    silence_close_seconds: float
    message_bytes: int


@dataclass(frozen=True, slots=True)
class Started:
    """The call was taken; what may be computed in it, None where nobody ruled on it."""

    time: float
    call_id: str
    limits: LimitsJson
    policy: PolicyReport | None


@dataclass(frozen=True, slots=True)
class Measured:
    """How the talk goes and how the server keeps up: `behind` is sound (s) that came and was not listened to yet."""

    time: float
    metrics: Metrics
    behind: float
    waiting: int  # pieces of work that were handed out and are not done


Told = LiveEvent | Started | Measured


def url_of(call_id: str) -> str:
    """Return where the analysis of a call is."""
    return f"/v1/calls/{quote(call_id, safe='')}"


def event_to_json(event: Told, call_id: str, lag: float | None = None) -> dict[str, object]:
    """Return an event as plain JSON values, without its number; `lag` (s) belongs to `utterance.final`."""
    match event:
        case Started():
            return _started(event)
        case PartialHeard():
            return _of("transcript.partial", event.time) | {
                "channel": event.channel,
                "start": seconds(event.start),
                "text": event.text,
            }
        case UtteranceFinal():
            late = None if lag is None else seconds(lag)
            return _of("utterance.final", event.time) | _said(event) | {"lag": late}
        case UtteranceRevised():
            return _of("utterance.revised", event.time) | _said(event)
        case DistressChanged():
            return _of("distress.changed", event.time) | {**caller_distress_to_json(event.caller)}
        case Measured():
            return _measured(event)
        case Warned():
            return _of("warning", event.time) | {"code": event.code, "message": event.message}
        case Withdrawn():
            return _of("consent.withdrawn", event.time)
        case Ended():
            return _ended(event, call_id)


def without_scores(event: Told) -> Told:
    """Return the event without what was made of anybody's mood. It stays one, so that no number is missing."""
    match event:
        case UtteranceFinal() | UtteranceRevised():
            return replace(event, utterance=erase_scores([event.utterance])[0])
        case DistressChanged():
            nothing = CallerDistress(event.caller.channel, event.caller.speaker, None, "unknown", "steady")
            return replace(event, caller=nothing)
        case Ended():
            return replace(event, analysis=withdraw_consent(event.analysis))
        case _:
            return event


def reworded(event: Told, revised: UtteranceRevised) -> Told:
    """Return an earlier event with the words that an utterance has now, also where they are quoted."""
    now = revised.utterance
    match event:
        case UtteranceFinal() | UtteranceRevised() if event.id == revised.id:
            return replace(event, utterance=requoted(replace(event.utterance, text=now.text, words=now.words)))
        case PartialHeard() if (event.channel, event.start) == (now.channel, now.start):
            return replace(event, text=now.text)
        case DistressChanged() if (event.caller.channel, event.caller.speaker) == (now.channel, now.speaker):
            reasons = tuple(requote(one, now) for one in event.caller.reasons)
            return replace(event, caller=replace(event.caller, reasons=reasons))
        case _:
            return event


def lightened(event: Told) -> Told:
    """Return the event without the vectors of utterances, which no client sees: up to 6 kB each."""
    match event:
        case UtteranceFinal() | UtteranceRevised():
            return replace(event, utterance=_bare(event.utterance))
        case Ended():
            bare = tuple(_bare(one) for one in event.analysis.utterances)
            return replace(event, analysis=replace(event.analysis, utterances=bare))
        case _:
            return event


def utterance_to_json(utterance: Utterance) -> UtteranceJson:
    """Return the utterance as in the analysis of a call that holds nothing else."""
    alone = CallAnalysis("", 0.0, 0, "", CallInfo(), (), (utterance,), ())
    return analysis_to_json(alone)["utterances"][0]


def _bare(utterance: Utterance) -> Utterance:
    return replace(utterance, voice_features=None, text_vector=None)


def _of(kind: str, time: float) -> dict[str, object]:
    return {"type": kind, "time": seconds(time)}


def _started(event: Started) -> dict[str, object]:
    return _of("session.started", event.time) | {
        "call_id": event.call_id,
        "schema_version": SCHEMA_VERSION,
        "events_version": EVENTS_VERSION,
        "limits": event.limits,
        "policy": policy_to_json(event.policy) if event.policy else None,
    }


def _said(event: UtteranceFinal | UtteranceRevised) -> dict[str, object]:
    return {"id": event.id, "utterance": utterance_to_json(event.utterance)}


def _measured(event: Measured) -> dict[str, object]:
    """Leave out what grows with the call, since this is sent each second; the analysis has it."""
    metrics = metrics_to_json(event.metrics)
    kept: dict[str, object] = {key: value for key, value in metrics.items() if key not in ("timeline", "interruptions")}
    return _of("metrics", event.time) | {
        "metrics": kept | {"interruptions": len(event.metrics.interruptions)},
        "behind": seconds(event.behind),
        "waiting": event.waiting,
    }


def _ended(event: Ended, call_id: str) -> dict[str, object]:
    analysis = event.analysis
    return _of("call.ended", event.time) | {
        "analysis": url_of(call_id),
        "summary": {
            "duration": seconds(analysis.duration),
            "language": analysis.language,
            "utterances": len(analysis.utterances),
            "distress": [caller_distress_to_json(caller) for caller in analysis.distress],
        },
    }
