"""A report as headings, paragraphs and tables of finished texts, the same for every format.

Nothing here is escaped: what callers said and how queues are called stands as it is, and each format makes it harmless.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from stimmung.calls.clock import clock
from stimmung.calls.records import CourseLabel
from stimmung.calls.report_measures import (
    OF_AGENTS,
    OF_GROUPS,
    OF_WAITS,
    OVERVIEW,
    TALK,
    Table,
    compared_with,
    comparison,
    written,
)
from stimmung.calls.report_numbers import Numbers
from stimmung.calls.report_records import FEWEST, FEWEST_AGENTS, CallInNeed, Group, Report, WaitStep
from stimmung.calls.report_words import Words

Chart = Literal["courses", "waits", "days"]
COURSES: Final[tuple[CourseLabel, ...]] = ("positive", "improving", "neutral", "worsening", "negative")
STATES: Final = ("done", "failed", "skipped", "canceled", "running", "waiting")


@dataclass(frozen=True, slots=True)
class Why:
    """A reason: what speaks for it, where in the call (m:ss), and what was said there."""

    text: str
    time: str
    quote: str


@dataclass(frozen=True, slots=True)
class CallBlock:
    """A call that somebody should look at, with the commands that show it."""

    call_id: str
    facts: str
    reasons: tuple[Why, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    blocks: tuple[CallBlock, ...] = ()
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure that stands above all others: its name and its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Pages:
    """The whole report in words."""

    title: str
    lines: tuple[str, ...]  # below the title
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """In which words, of which clocks, and which works agreement permits views of single agents."""

    words: Words
    zone: ZoneInfo
    agreement: str = ""

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.words)


def pages_of(report: Report, telling: Telling) -> Pages:
    """Return the report in words."""
    words = telling.words
    first, end = (words["moment"].format(moment=one.astimezone(telling.zone)) for one in _ends(report))
    title = f"{words['title']} {first} {words['until']} {end}"
    made = words["moment"].format(moment=report.made_at.astimezone(telling.zone))
    lines = [] if report.queue is None else [words["of_queue"].format(queue=report.queue)]
    lines.append(words["made"].format(moment=made, zone=telling.zone.key))
    if not report.figures.calls:
        return Pages(title, (*lines, words["nothing"]), (), (_recordings(report, telling),))
    lines.append(words["how_to_read"].format(fewest=FEWEST))
    return Pages(title, tuple(lines), _tiles(report, telling), tuple(_sections(report, telling)))


def group_name(group: Group, words: Words) -> str:
    """Return how a group is called."""
    return group.name if group.kind == "named" else words[group.kind]


def wait_name(step: WaitStep, numbers: Numbers) -> str:
    """Return how a step of the wait is called: `under 30 s`."""
    words = numbers.words
    if step.end is None:
        return words["wait_over"].format(least=numbers.wait(step.least))
    if step.least <= 0:
        return words["wait_under"].format(end=numbers.wait(step.end))
    return words["wait_between"].format(least=numbers.wait(step.least), end=numbers.wait(step.end))


def _ends(report: Report) -> tuple[datetime, ...]:
    return report.period.first, report.period.end


def _sections(report: Report, telling: Telling) -> list[Section]:
    words, numbers = telling.words, telling.numbers
    found = [
        _in_need(report, telling),
        Section(words["overview"], (compared_with(report, words),), (comparison(report, OVERVIEW, numbers),)),
        _mood(report, telling),
        _waits(report, telling),
        Section(words["talk"], (words["talk_text"],), (comparison(report, TALK, numbers),)),
        Section(words["trend"], (words["trend_text"].format(fewest=FEWEST),), chart="days"),
    ]
    if report.queues:
        found.append(Section(words["queues"], tables=(_of_groups(report.queues, words["queue"], OF_GROUPS, telling),)))
    if report.teams:
        note = words["teams_note"].format(agents=FEWEST_AGENTS)
        found.append(Section(words["teams"], (note,), (_of_groups(report.teams, words["team"], OF_GROUPS, telling),)))
    if report.agents is not None:
        found.append(_agents(report.agents, telling))
    return [*found, _recordings(report, telling)]


def _tiles(report: Report, telling: Telling) -> tuple[Tile, ...]:
    words, numbers, figures = telling.words, telling.numbers, report.figures
    moods = [numbers.resting(numbers.mood(one.told), one) for one in (figures.mood_start, figures.mood_end)]
    return (
        Tile(words["calls"], numbers.count(figures.calls)),
        Tile(words["hours"], numbers.hours(figures.seconds)),
        Tile(words["mood_start"], moods[0]),
        Tile(words["mood_end"], moods[1]),
        Tile(words["distressed"], numbers.share(figures.distressed)),
        Tile(f"{words['recordings']}: {words['failed']}", numbers.count(report.recordings.states.get("failed", 0))),
    )


def _in_need(report: Report, telling: Telling) -> Section:
    words, numbers = telling.words, telling.numbers
    if not report.in_need:
        judged = numbers.calls(report.figures.distressed.calls)
        return Section(words["in_need"], (words["in_need_none"].format(calls=judged),))
    key = "in_need_all" if len(report.in_need) == report.in_need_calls else "in_need_few"
    text = words[key].format(shown=numbers.count(len(report.in_need)), all=numbers.calls(report.in_need_calls))
    return Section(words["in_need"], (text,), blocks=tuple(_block(one, telling) for one in report.in_need))


def _block(call: CallInNeed, telling: Telling) -> CallBlock:
    words, numbers = telling.words, telling.numbers
    facts = [words["moment"].format(moment=call.began.astimezone(telling.zone))]
    if call.queue is not None:
        facts.append(words["of_queue"].format(queue=call.queue))
    facts.append(f"{words['worst']}: {words.states[call.worst]} ({clock(call.at)})")
    facts.append(f"{words['at_end']}: {words.states[call.last]}")
    if call.mood_start is not None and call.mood_end is not None:
        facts.append(f"{words['mood']} {numbers.mood(call.mood_start)} → {numbers.mood(call.mood_end)}")
    place = f"{shlex.quote(call.call_id)} --at {clock(call.at)}"
    verbs = ("show", "play") if call.sound else ("show",)
    reasons = tuple(Why(words.reason(one.text), clock(one.time), one.quote) for one in call.reasons)
    return CallBlock(call.call_id, " · ".join(facts), reasons, tuple(f"stimmung {verb} {place}" for verb in verbs))


def _mood(report: Report, telling: Telling) -> Section:
    words, numbers, figures = telling.words, telling.numbers, report.figures
    known = sum(figures.courses.values())
    text = words["mood_text"].format(
        better=numbers.count(figures.improving.count),
        worse=numbers.count(figures.worsening.count),
        calls=numbers.calls(known),
    )
    rows = tuple(
        (words[label], numbers.count(count), numbers.percent(count / known if known >= FEWEST else None))
        for label in COURSES
        if (count := figures.courses.get(label, 0)) or known
    )
    table = Table((words["courses"], words["calls"], words["share"]), rows)
    return Section(words["mood"], (text,), (table,) if rows else (), chart="courses" if known else None)


def _waits(report: Report, telling: Telling) -> Section:
    words, numbers = telling.words, telling.numbers
    if not report.waits:
        return Section(words["waits"], (words["waits_none"],))
    rows = tuple((wait_name(step, numbers), *written(step.figures, OF_WAITS, numbers)) for step in report.waits)
    table = Table((words["waited"], *(words[key] for key in OF_WAITS)), rows)
    told = any(step.figures.mood_start.told is not None for step in report.waits)
    return Section(words["waits"], (words["wait_caution"],), (table,), chart="waits" if told else None)


def _of_groups(groups: Sequence[Group], kind: str, measures: Sequence[str], telling: Telling) -> Table:
    words = telling.words
    rows = ((group_name(group, words), *written(group.figures, measures, telling.numbers)) for group in groups)
    return Table((kind, *(words[key] for key in measures)), tuple(rows))


def _agents(groups: Sequence[Group], telling: Telling) -> Section:
    words = telling.words
    if not any(group.kind == "named" for group in groups):
        return Section(words["agents"], (words["agents_none"],))
    table = _of_groups(groups, words["agent"], OF_AGENTS, telling)
    return Section(words["agents"], (words["agents_note"].format(agreement=telling.agreement),), (table,))


def _recordings(report: Report, telling: Telling) -> Section:
    words, numbers, recordings = telling.words, telling.numbers, report.recordings
    if not recordings.states:
        return Section(words["recordings"], (words["no_recordings"],))
    states = [state for state in STATES if state in recordings.states]
    tables = [
        Table(
            (words["state"], words["count"]),
            tuple((words[state], numbers.count(recordings.states[state])) for state in states),
        )
    ]
    if recordings.reasons:
        header = [words["reason"], words["state"], words["count"], words["jobs"]]
        named = any(one.files for one in recordings.reasons)
        rows = tuple(
            (
                one.text or one.error_type,
                words[one.state],
                numbers.count(one.count),
                " ".join(map(str, one.numbers)) + ("" if len(one.numbers) == one.count else " …"),
                *((" ".join(one.files),) if named else ()),
            )
            for one in recordings.reasons
        )
        tables.append(Table((*header, *((words["files"],) if named else ())), rows))
    return Section(words["recordings"], tables=tuple(tables))
