"""A report as JSON for programs (docs/report.md). Means of fewer than five calls are null, as on the page."""

from typing import TypedDict

from stimmung.calls.report_measures import MEASURES
from stimmung.calls.report_records import (
    REPORT_VERSION,
    CallInNeed,
    Day,
    Figures,
    Group,
    Mean,
    Reasons,
    Report,
    Share,
    WaitStep,
)
from stimmung.calls.rounding import probability, rate, seconds


class FigureJson(TypedDict):
    """A mean or a share (0..1), and the calls that it rests on."""

    value: float | None
    calls: int


class FiguresJson(TypedDict):
    """A group of calls."""

    calls: int
    seconds: float
    courses: dict[str, int]  # calls by how the mood went
    measures: dict[str, FigureJson]


class GroupJson(TypedDict):
    """Calls of one queue, team or agent; `kind`: named, unnamed, others."""

    kind: str
    name: str
    figures: FiguresJson


class WaitJson(TypedDict):
    """Calls by the wait, s; `end` is null where there is none."""

    least: float
    end: float | None
    figures: FiguresJson


class DayJson(TypedDict):
    """A day of the last weeks."""

    day: str
    calls: int
    mood_end: FigureJson
    distressed: FigureJson


class ReasonJson(TypedDict):
    """Why a caller counts as distressed; words are redacted."""

    kind: str
    text: str
    quote: str
    time: float


class CallInNeedJson(TypedDict):
    """A call that somebody should look at."""

    call_id: str
    began: str
    queue: str | None
    worst: str
    last: str
    at: float
    mood_start: float | None
    mood_end: float | None
    sound: bool
    reasons: list[ReasonJson]


class ReasonsJson(TypedDict):
    """Recordings that became no call for the same reason."""

    state: str
    error_type: str
    text: str
    count: int
    jobs: list[int]
    files: list[str]


class ReportJson(TypedDict):
    """The whole report; moments are ISO 8601."""

    report_version: int
    made_at: str
    first: str
    end: str
    queue: str | None
    figures: FiguresJson
    before: list[FiguresJson]  # earlier weeks, the latest first
    step_days: int
    days: list[DayJson]
    queues: list[GroupJson]
    teams: list[GroupJson]
    agents: list[GroupJson] | None
    waits: list[WaitJson]
    in_need: list[CallInNeedJson]
    in_need_calls: int
    recordings: dict[str, int]  # by state
    reasons: list[ReasonsJson]


def report_to_json(report: Report) -> ReportJson:
    """Return the report as plain JSON values."""
    return {
        "report_version": REPORT_VERSION,
        "made_at": report.made_at.isoformat(),
        "first": report.period.first.isoformat(),
        "end": report.period.end.isoformat(),
        "queue": report.queue,
        "figures": _figures(report.figures),
        "before": [_figures(one) for one in report.before],
        "step_days": report.step_days,
        "days": [_day(one) for one in report.days],
        "queues": [_group(one) for one in report.queues],
        "teams": [_group(one) for one in report.teams],
        "agents": None if report.agents is None else [_group(one) for one in report.agents],
        "waits": [_wait(one) for one in report.waits],
        "in_need": [_in_need(one) for one in report.in_need],
        "in_need_calls": report.in_need_calls,
        "recordings": dict(report.recordings.states),
        "reasons": [_reasons(one) for one in report.recordings.reasons],
    }


def _figure(figure: Mean | Share) -> FigureJson:
    value = figure.told
    return {"value": None if value is None else probability(value), "calls": figure.calls}


def _figures(figures: Figures) -> FiguresJson:
    taken = {name: measure.take(figures) for name, measure in MEASURES.items()}
    return {
        "calls": figures.calls,
        "seconds": seconds(figures.seconds),
        "courses": {label: count for label, count in figures.courses.items() if count},
        "measures": {name: _figure(one) for name, one in taken.items() if isinstance(one, Mean | Share)},
    }


def _group(group: Group) -> GroupJson:
    return {"kind": group.kind, "name": group.name, "figures": _figures(group.figures)}


def _wait(step: WaitStep) -> WaitJson:
    return {"least": step.least, "end": step.end, "figures": _figures(step.figures)}


def _day(day: Day) -> DayJson:
    return {
        "day": day.day.isoformat(),
        "calls": day.calls,
        "mood_end": _figure(day.mood_end),
        "distressed": _figure(day.distressed),
    }


def _in_need(call: CallInNeed) -> CallInNeedJson:
    return {
        "call_id": call.call_id,
        "began": call.began.isoformat(),
        "queue": call.queue,
        "worst": call.worst,
        "last": call.last,
        "at": seconds(call.at),
        "mood_start": None if call.mood_start is None else rate(call.mood_start),
        "mood_end": None if call.mood_end is None else rate(call.mood_end),
        "sound": call.sound,
        "reasons": [
            {"kind": one.kind, "text": one.text, "quote": one.quote, "time": seconds(one.time)} for one in call.reasons
        ],
    }


def _reasons(one: Reasons) -> ReasonsJson:
    return {
        "state": one.state,
        "error_type": one.error_type,
        "text": one.text,
        "count": one.count,
        "jobs": list(one.numbers),
        "files": list(one.files),
    }
