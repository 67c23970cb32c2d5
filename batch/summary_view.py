"""A call on one screen, before its words: who, how the mood went, where it was worst and why, how the talk went.

What was not computed is said here and nowhere else, with the way out where there is one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import shorten

from rich.console import Group, RenderableType
from rich.styled import Styled
from rich.table import Table
from rich.text import Text

from stimmung.batch.distress_view import WORTH_A_MARK, named_mark
from stimmung.batch.screen import printable
from stimmung.batch.talk_view import talk_lines
from stimmung.batch.timeline_view import distress_strip, mood_strip, mood_style, packed_strip, signed, time_strip
from stimmung.calls.clock import clock
from stimmung.calls.distress import RANKS
from stimmung.calls.omission_lines import omission_lines
from stimmung.calls.records import CallAnalysis, CallerDistress, Course, CourseLabel, RedactionReport
from stimmung.calls.redacting import shown_info
from stimmung.speech.records import CallInfo, DistressState, Reason, Utterance

LANGUAGE_NAMES = {"de": "German", "en": "English"}
LABEL_STYLES: dict[CourseLabel, str] = {
    "positive": "bold green",
    "improving": "bold green",
    "neutral": "",
    "worsening": "bold red",
    "negative": "bold red",
}
PHRASE = 60  # characters of a safety phrase
# A state with a score below that and a safety phrase among its reasons is held by the phrase: by its score alone it
# would be left already (`thresholds` in calls/data/distress.json).
HELD_BELOW: dict[DistressState, float] = {"uneasy": 0.15, "distressed": 0.5, "urgent": 0.5}
ROLES_OPTION = "--roles"
ROLES_REMEDY = "--roles agent,customer"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the summary; `cut`: what does not fit ends in an ellipsis instead of on the next line."""

    title: str
    content: RenderableType
    cut: bool = False


def summary(analysis: CallAnalysis) -> RenderableType:
    """Return the summary for a rich console."""
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(ratio=1, overflow="fold")
    for row in _rows(analysis):
        if isinstance(row.content, Text) and row.cut:
            row.content.no_wrap, row.content.overflow = True, "ellipsis"
        table.add_row(row.title, row.content)
    top = [_head(analysis), *_known(shown_info(analysis.info))]
    return Group(*top, "", table) if table.row_count else Group(*top)


def one_line(text: str) -> str:
    """Return words of a call or of its info without line breaks and control characters."""
    return re.sub("[\x00-\x1f\x7f-\x9f]", "\ufffd", " ".join(printable(text).split()))


def _head(analysis: CallAnalysis) -> Text:
    count = f"{analysis.channels} channel{'' if analysis.channels == 1 else 's'}"
    language = LANGUAGE_NAMES.get(analysis.language, analysis.language or "language unknown")
    ruled = [party.role for party in analysis.policy.parties] if analysis.policy else None
    named = analysis.info.roles[: analysis.channels] if ruled is None else ruled
    roles = ", ".join(named) if any(role != "unknown" for role in named) else "roles unknown"
    head = Text(printable(analysis.path), "bold")
    return head.append(f"  {clock(analysis.duration)} · {count} · {language} · {roles}", "not bold dim")


def _known(info: CallInfo) -> Iterator[RenderableType]:
    """Yield what is known of the call beforehand."""
    team = f" ({info.team})" if info.team else ""
    parts = [
        f"agent {info.agent}{team}" if info.agent else f"team {info.team}" if info.team else "",
        f"customer {info.customer}" if info.customer else "",
        f"queue {info.queue}" if info.queue else "",
        "" if info.direction == "unknown" else info.direction,
        "" if info.wait_seconds is None else f"waited {clock(info.wait_seconds)}",
        f"{info.started_at:%Y-%m-%d %H:%M} UTC" if info.started_at else "",
    ]
    if any(parts):
        yield Styled(packed_strip([one_line(part) for part in parts if part]), "dim")


def _rows(analysis: CallAnalysis) -> Iterator[Row]:
    judged = {one.channel for one in analysis.course} | {one.channel for one in analysis.distress}
    for channel in sorted(judged):
        name = f" {channel}" if len(judged) > 1 else ""
        yield from _customer(analysis, channel, name)
    if analysis.metrics:
        for number, line in enumerate(talk_lines(analysis.metrics)):
            yield Row("" if number else "talk", Text(line))
    if analysis.redaction and analysis.redaction.counts:
        yield Row("redacted", Text(_redacted(analysis.redaction)))
    if analysis.dual_mono:
        yield Row("heard", Text("both channels hold the same signal: heard once, speakers unknown"))
    for number, text in enumerate(_not_computed(analysis)):
        yield Row("" if number else "omitted", text)


def _redacted(report: RedactionReport) -> str:
    """Return `2 IBAN, 1 NAME`: how often each type was taken out, the most frequent first."""
    counts = sorted(report.counts.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{count} {kind}" for kind, count in counts if count)


def _customer(analysis: CallAnalysis, channel: int, name: str) -> Iterator[Row]:
    courses = [one for one in analysis.course if one.channel == channel]
    callers = [one for one in analysis.distress if one.channel == channel]
    for course in courses:
        yield Row(f"course{name}", _course(course))
        yield Row("mood", mood_strip(analysis, channel))
    if callers:
        yield Row("distress", distress_strip(analysis, channel))
    yield Row("", time_strip(analysis.duration))
    for course in courses:
        yield from _turning_point(course)
    for caller in callers:
        yield from _distress(analysis, caller)


def _course(course: Course) -> Text:
    line = Text().append(course.label, LABEL_STYLES[course.label]).append(" · mood", "dim")
    for place, mood in ((" start ", course.start), (" → middle ", course.middle), (" → end ", course.end)):
        line.append(place, "dim").append(signed(mood), mood_style(mood))
    return line.append(" (-5 to +5)", "dim")


def _turning_point(course: Course) -> Iterator[Row]:
    turn = course.turning_point
    if turn is None:
        return
    line = Text(f"{clock(turn.time)} from ").append(signed(turn.before), mood_style(turn.before))
    line.append(" to ").append(signed(turn.after), mood_style(turn.after))
    if turn.said:
        speaker = "" if turn.role == "unknown" else f"{turn.role}: "
        line.append(f", after {speaker}“{one_line(turn.said)}”")
    yield Row("turn", line, cut=True)


def _distress(analysis: CallAnalysis, caller: CallerDistress) -> Iterator[Row]:
    """Yield the worst moment with its quote and reasons, and how the call ended; where all was calm, only that."""
    peak = caller.peak
    if caller.score is None or peak is None:
        yield from _without_score(analysis, caller)
        return
    said = analysis.said_at(caller.channel, peak.time)
    when = clock(said.start if said else peak.time)  # as in the transcript
    if peak.state not in WORTH_A_MARK:
        yield Row("at end", named_mark(caller.state).append(", as throughout the call"))
        return
    reasons = said.distress.reasons if said and said.distress and said.distress.reasons else caller.reasons
    worst = named_mark(peak.state).append(f" ({_score(peak.state, peak.score, reasons)}) at {when}")
    yield Row("worst", worst.append(f" “{one_line(said.text)}”" if said else ""), cut=True)
    if reasons:
        yield Row("because", packed_strip([_reason(one, said) for one in reasons]))
    ending = _score(caller.state, caller.score, caller.reasons, caller.trend)
    yield Row("at end", named_mark(caller.state).append(f" ({ending})"))


def _score(state: DistressState, score: float, reasons: Iterable[Reason], trend: str = "") -> str:
    """Return `score 19%, falling; held by a safety phrase`: a bare figure would read as that much of the state."""
    held = score < HELD_BELOW.get(state, 0.0) and any(reason.kind == "safety" for reason in reasons)
    going = f", {trend}" if trend else ""
    return f"score {score:.0%}{going}{'; held by a safety phrase' if held else ''}"


def _without_score(analysis: CallAnalysis, caller: CallerDistress) -> Iterator[Row]:
    """Yield what a safety phrase held the state at, and why, of a caller who said too little for a score."""
    judged = [
        (one, one.distress)
        for one in analysis.utterances
        if (one.channel, one.speaker) == (caller.channel, caller.speaker) and one.distress
    ]
    said, worst = max(judged, key=lambda one: RANKS.index(one[1].state), default=(None, None))
    if said is None or worst is None or worst.state not in WORTH_A_MARK:
        yield Row("worst", named_mark("unknown").append(": too little of the caller's speech to tell"))
        return
    held = named_mark(worst.state).append(f" at {clock(said.start)}, too little heard for a score")
    yield Row("worst", held.append(f" “{one_line(said.text)}”"), cut=True)
    if worst.reasons:
        yield Row("because", packed_strip([_reason(one, said) for one in worst.reasons]))
    yield Row("at end", named_mark(caller.state).append(", too little heard for a score"))


def _reason(reason: Reason, shown: Utterance | None) -> str:
    """Return the reason in words, and its time where it is not about what is `shown` already.

    Of a safety phrase the words are given, since the quote above may be cut before them.
    """
    elsewhere = shown is None or not shown.start <= reason.time <= shown.end
    phrase = f" “{shorten(one_line(reason.quote), PHRASE, placeholder='…')}”" if reason.kind == "safety" else ""
    return one_line(reason.text) + phrase + (f" at {clock(reason.time)}" if elsewhere else "")


def _not_computed(analysis: CallAnalysis) -> Iterator[Text]:
    """Yield a line for each reason: `text emotion, voice emotion: the customer says nothing …`."""
    for line in omission_lines(analysis.omitted):
        yield Text(one_line(line))
    told = any(ROLES_OPTION in one.remedy for one in analysis.omitted)
    helps = analysis.channels > 1 and not analysis.dual_mono
    if helps and not told and any(one.role == "unknown" for one in analysis.utterances):
        yield Text(f"roles: say who is on which channel with {ROLES_REMEDY}")
