"""The analysis of a call as JSON. Names are fixed: later steps add keys and never rename one (docs/analyze-json.md)."""

from collections.abc import Mapping
from typing import TypedDict

from stimmung.calls.exports_judgement import (
    CallerDistressJson,
    CourseJson,
    MetricsJson,
    UtteranceDistressJson,
    caller_distress_to_json,
    course_to_json,
    metrics_to_json,
    utterance_distress_to_json,
)
from stimmung.calls.exports_policy import PolicyJson, policy_to_json
from stimmung.calls.exports_redaction import RedactionJson, redaction_to_json
from stimmung.calls.records import CallAnalysis
from stimmung.calls.redacting import shown_info
from stimmung.calls.rounding import level, probability, seconds
from stimmung.speech.callinfo import call_info_to_json
from stimmung.speech.records import Event, Polarity, TextEmotionScore, Utterance, VoiceEmotionScore, Word

SCHEMA_VERSION = 5  # grows when a key is added


class CallJson(TypedDict):
    """The recording and what was known of it."""

    path: str
    duration: float
    channels: int
    language: str
    dual_mono: bool
    info: dict[str, object]  # all keys of CallInfo; metadata as others wrote them, redacted


class EventJson(TypedDict):
    """Music or a tone on a channel."""

    kind: str
    channel: int
    start: float
    end: float


class WordJson(TypedDict):
    """One word with its time in the call."""

    start: float
    end: float
    text: str
    probability: float


class TextEmotionJson(TypedDict):
    """How a customer's utterance feels by its words."""

    polarity: str
    score: float
    polarities: dict[str, float]
    emotions: dict[str, float]
    labels: dict[str, float]
    calibrated: bool
    flags: list[str]


class VoiceEmotionJson(TypedDict):
    """How a customer's utterance feels by its sound."""

    arousal: float | None
    valence: float | None
    emotions: dict[str, float]
    uncertain: bool
    reason: str
    ambiguous: bool


class UtteranceJson(TypedDict):
    """What one speaker said between two pauses."""

    channel: int
    role: str
    speaker: str
    start: float
    end: float
    text: str
    language: str
    confidence: float
    flags: list[str]
    words: list[WordJson]
    text_emotion: TextEmotionJson | None
    voice_emotion: VoiceEmotionJson | None
    level: float | None
    distress: UtteranceDistressJson | None


class OmissionJson(TypedDict):
    """What was not computed."""

    what: str
    why: str
    remedy: str


class ModelJson(TypedDict):
    """Weights that had a part in the analysis."""

    name: str
    sha256: str


class AnalysisJson(TypedDict):
    """One analysed call."""

    schema_version: int
    call: CallJson
    events: list[EventJson]
    utterances: list[UtteranceJson]
    distress: list[CallerDistressJson]
    course: CourseJson | None  # of the first channel that is a customer's
    metrics: MetricsJson | None
    policy: PolicyJson | None
    redaction: RedactionJson | None
    models: dict[str, ModelJson]
    omitted: list[OmissionJson]


def analysis_to_json(analysis: CallAnalysis) -> AnalysisJson:
    """Return the analysis as plain JSON values; times in seconds rounded to the millisecond."""
    return {
        "schema_version": SCHEMA_VERSION,
        "call": {
            "path": analysis.path,
            "duration": seconds(analysis.duration),
            "channels": analysis.channels,
            "language": analysis.language,
            "dual_mono": analysis.dual_mono,
            "info": call_info_to_json(shown_info(analysis.info)),
        },
        "events": [_event(event) for event in analysis.events],
        "utterances": [_utterance(utterance) for utterance in analysis.utterances],
        "distress": [caller_distress_to_json(caller) for caller in analysis.distress],
        "course": course_to_json(analysis.course[0]) if analysis.course else None,
        "metrics": metrics_to_json(analysis.metrics) if analysis.metrics else None,
        "policy": policy_to_json(analysis.policy) if analysis.policy else None,
        "redaction": redaction_to_json(analysis.redaction) if analysis.redaction else None,
        "models": {model.task: {"name": model.name, "sha256": model.sha256} for model in analysis.models},
        "omitted": [{"what": one.what, "why": one.why, "remedy": one.remedy} for one in analysis.omitted],
    }


def _event(event: Event) -> EventJson:
    return {
        "kind": event.kind,
        "channel": event.channel,
        "start": seconds(event.start),
        "end": seconds(event.end),
    }


def _utterance(utterance: Utterance) -> UtteranceJson:
    return {
        "channel": utterance.channel,
        "role": utterance.role,
        "speaker": utterance.speaker,
        "start": seconds(utterance.start),
        "end": seconds(utterance.end),
        "text": utterance.text,
        "language": utterance.language,
        "confidence": probability(utterance.confidence),
        "flags": list(utterance.flags),
        "words": [_word(word) for word in utterance.words],
        "text_emotion": _text_emotion(utterance.text_emotion) if utterance.text_emotion else None,
        "voice_emotion": _voice_emotion(utterance.voice_emotion) if utterance.voice_emotion else None,
        "level": None if utterance.level is None else level(utterance.level),
        "distress": utterance_distress_to_json(utterance.distress) if utterance.distress else None,
    }


def _text_emotion(score: TextEmotionScore) -> TextEmotionJson:
    return {
        "polarity": score.polarity,
        "score": probability(score.score),
        "polarities": _probabilities(score.polarities),
        "emotions": _probabilities(score.emotions),
        "labels": _probabilities(score.labels),
        "calibrated": score.calibrated,
        "flags": list(score.flags),
    }


def _voice_emotion(score: VoiceEmotionScore) -> VoiceEmotionJson:
    return {
        "arousal": None if score.arousal is None else probability(score.arousal),
        "valence": None if score.valence is None else probability(score.valence),
        "emotions": _probabilities(score.emotions),
        "uncertain": bool(score.uncertain),  # bool: numpy's own is not JSON
        "reason": score.reason,
        "ambiguous": bool(score.ambiguous),
    }


def _probabilities(values: Mapping[Polarity, float] | Mapping[str, float]) -> dict[str, float]:
    return {name: probability(value) for name, value in values.items()}


def _word(word: Word) -> WordJson:
    return {
        "start": seconds(word.start),
        "end": seconds(word.end),
        "text": word.text,
        "probability": probability(word.probability),
    }
