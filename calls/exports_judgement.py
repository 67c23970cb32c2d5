"""What was judged of a call as JSON: distress, the course of the mood, how the talk went (docs/analyze-json.md)."""

from collections.abc import Sequence
from typing import TypedDict

from stimmung.calls.records import (
    CallerDistress,
    Course,
    CourseMoment,
    DistressPeak,
    Interruption,
    Metrics,
    PartyMetrics,
    Quarter,
    Slice,
    TurningPoint,
)
from stimmung.calls.rounding import level, probability, rate, seconds
from stimmung.speech.records import DistressScore, Reason, Span


class SpanJson(TypedDict):
    """A stretch of the call."""

    start: float
    end: float


class ReasonJson(TypedDict):
    """What speaks for distress."""

    kind: str
    text: str
    quote: str
    time: float


class UtteranceDistressJson(TypedDict):
    """How likely distress was during one utterance."""

    probability: float | None
    state: str
    reasons: list[ReasonJson]


class DistressPeakJson(TypedDict):
    """A caller's worst moment."""

    score: float
    state: str
    time: float


class CallerDistressJson(TypedDict):
    """A caller's distress at the end of the call."""

    channel: int
    speaker: str
    score: float | None
    state: str
    trend: str
    reasons: list[ReasonJson]
    peak: DistressPeakJson | None


class QuarterJson(TypedDict):
    """A quarter of the call."""

    start: float
    end: float
    score: float | None


class CourseMomentJson(TypedDict):
    """The moment of the worst mood."""

    time: float
    score: float
    quote: str


class TurningPointJson(TypedDict):
    """Where the mood changed most."""

    time: float
    before: float
    after: float
    said: str
    role: str


class CourseJson(TypedDict):
    """A customer's mood through the call."""

    channel: int
    label: str
    score: float
    start: float
    middle: float
    end: float
    quarters: list[QuarterJson]
    peak: CourseMomentJson
    turning_point: TurningPointJson | None


class PartyJson(TypedDict):
    """How one channel took part."""

    channel: int
    role: str
    talk_seconds: float
    talk_share: float
    words: int
    words_per_minute: float | None
    articulation_rate: float | None
    level: float | None
    latency: float | None
    longest_monologue: SpanJson | None
    interruptions: int
    questions: int


class InterruptionJson(TypedDict):
    """One party began while another spoke."""

    time: float
    duration: float
    by: int
    of: int


class SliceJson(TypedDict):
    """A step of the timeline."""

    start: float
    end: float
    talk: list[float]
    silence: float
    overlap: float


class MetricsJson(TypedDict):
    """How the talk went."""

    duration: float
    parties: list[PartyJson]
    silence_seconds: float
    longest_silence: SpanJson | None
    hold_seconds: float
    overlap_seconds: float
    interruptions: list[InterruptionJson]
    timeline: list[SliceJson]


def utterance_distress_to_json(score: DistressScore) -> UtteranceDistressJson:
    """Return the distress of one utterance."""
    return {
        "probability": None if score.probability is None else probability(score.probability),
        "state": score.state,
        "reasons": _reasons(score.reasons),
    }


def caller_distress_to_json(caller: CallerDistress) -> CallerDistressJson:
    """Return the distress of one caller."""
    return {
        "channel": caller.channel,
        "speaker": caller.speaker,
        "score": None if caller.score is None else probability(caller.score),
        "state": caller.state,
        "trend": caller.trend,
        "reasons": _reasons(caller.reasons),
        "peak": _distress_peak(caller.peak) if caller.peak else None,
    }


def course_to_json(course: Course) -> CourseJson:
    """Return the course of one customer's mood."""
    return {
        "channel": course.channel,
        "label": course.label,
        "score": rate(course.score),
        "start": rate(course.start),
        "middle": rate(course.middle),
        "end": rate(course.end),
        "quarters": [_quarter(quarter) for quarter in course.quarters],
        "peak": _moment(course.peak),
        "turning_point": _turning_point(course.turning_point) if course.turning_point else None,
    }


def metrics_to_json(metrics: Metrics) -> MetricsJson:
    """Return how the talk went."""
    return {
        "duration": seconds(metrics.duration),
        "parties": [_party(party) for party in metrics.parties],
        "silence_seconds": seconds(metrics.silence_seconds),
        "longest_silence": _span(metrics.longest_silence),
        "hold_seconds": seconds(metrics.hold_seconds),
        "overlap_seconds": seconds(metrics.overlap_seconds),
        "interruptions": [_interruption(one) for one in metrics.interruptions],
        "timeline": [_slice(step) for step in metrics.timeline],
    }


def _reasons(reasons: Sequence[Reason]) -> list[ReasonJson]:
    return [{"kind": one.kind, "text": one.text, "quote": one.quote, "time": seconds(one.time)} for one in reasons]


def _distress_peak(peak: DistressPeak) -> DistressPeakJson:
    return {"score": probability(peak.score), "state": peak.state, "time": seconds(peak.time)}


def _quarter(quarter: Quarter) -> QuarterJson:
    return {
        "start": seconds(quarter.span.start),
        "end": seconds(quarter.span.end),
        "score": None if quarter.score is None else rate(quarter.score),
    }


def _moment(moment: CourseMoment) -> CourseMomentJson:
    return {"time": seconds(moment.time), "score": rate(moment.score), "quote": moment.quote}


def _turning_point(turn: TurningPoint) -> TurningPointJson:
    return {
        "time": seconds(turn.time),
        "before": rate(turn.before),
        "after": rate(turn.after),
        "said": turn.said,
        "role": turn.role,
    }


def _party(party: PartyMetrics) -> PartyJson:
    return {
        "channel": party.channel,
        "role": party.role,
        "talk_seconds": seconds(party.talk_seconds),
        "talk_share": probability(party.talk_share),
        "words": party.words,
        "words_per_minute": None if party.words_per_minute is None else rate(party.words_per_minute),
        "articulation_rate": None if party.articulation_rate is None else rate(party.articulation_rate),
        "level": None if party.level is None else level(party.level),
        "latency": None if party.latency is None else seconds(party.latency),
        "longest_monologue": _span(party.longest_monologue),
        "interruptions": party.interruptions,
        "questions": party.questions,
    }


def _interruption(one: Interruption) -> InterruptionJson:
    return {"time": seconds(one.time), "duration": seconds(one.duration), "by": one.by, "of": one.of}


def _slice(step: Slice) -> SliceJson:
    return {
        "start": seconds(step.span.start),
        "end": seconds(step.span.end),
        "talk": [seconds(one) for one in step.talk],
        "silence": seconds(step.silence),
        "overlap": seconds(step.overlap),
    }


def _span(span: Span | None) -> SpanJson | None:
    return {"start": seconds(span.start), "end": seconds(span.end)} if span else None
