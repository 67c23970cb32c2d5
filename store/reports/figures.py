"""Figures of groups of calls, counted by the database.

What few share is summed up with others, and so that nobody can take the rest from the whole: where the others would be
few themselves, the smallest group joins them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Integer, Row, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION
from sqlalchemy.sql.selectable import Subquery

from stimmung.calls.records import CourseLabel
from stimmung.calls.report_records import FEWEST, FEWEST_AGENTS, Day, Figures, Group, Mean, Share, WaitStep
from stimmung.store.reports.scope import Scope, facts_of
from stimmung.store.search.facet_days import QUARTER

AnyRow = Row[Any]  # Any: of the columns' types
COURSES: Final[tuple[CourseLabel, ...]] = ("positive", "improving", "neutral", "worsening", "negative")
MEANS: Final = ("mood_start", "mood_end", "silence", "overlap", "hold", "wait", "customer_talk", "customer_pace")
AGENT_MEANS: Final = ("agent_pace",)
IN_NEED: Final = ("distressed", "urgent")
WAITS: Final = (30.0, 120.0, 300.0)  # s between the steps


def figures_of(connection: Connection, scope: Scope) -> Figures:
    """Return the figures of all calls together; agents' only where the calls are of several of them."""
    facts = facts_of(scope)
    row = connection.execute(select(*_columns(facts))).one()
    return _figures(row, with_agents=row.agents >= FEWEST_AGENTS)


def groups_by(connection: Connection, scope: Scope, key: str, fewest_agents: int = 0) -> tuple[Group, ...]:
    """Return the figures by queue, team or agent, the largest group first, others last.

    A group of fewer than `FEWEST` calls, or of fewer agents than `fewest_agents`, is one of the others.
    """
    facts = facts_of(scope)
    by = facts.c[key]
    sizes = connection.execute(
        select(by.label("name"), func.count().label("calls"), _agents(facts).label("agents"))
        .group_by(by)
        .order_by(func.count().desc(), by)
    ).all()
    shown = _shown(sizes, fewest_agents)
    names = [name for name in shown if name is not None]
    group: ColumnElement[str] = case(
        (by.in_(names), literal("named")),
        (by.is_(None) if None in shown else literal(False), literal("unnamed")),
        else_=literal("others"),
    )
    name = case((by.in_(names), by), else_=literal(""))
    rows = connection.execute(select(group.label("kind"), name.label("name"), *_columns(facts)).group_by(group, name))
    found = [Group(row.kind, row.name, _group_figures(row, key)) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.kind == "others", -one.figures.calls, one.name)))


def figures_by_wait(connection: Connection, scope: Scope) -> tuple[WaitStep, ...]:
    """Return the figures by how long callers waited, of the calls of which that is known."""
    facts = facts_of(scope)
    bounds = literal(list(WAITS), ARRAY(DOUBLE_PRECISION))
    step = func.width_bucket(cast(facts.c.wait, DOUBLE_PRECISION), bounds)
    rows = connection.execute(
        select(step.label("step"), *_columns(facts)).where(facts.c.wait.is_not(None)).group_by(step).order_by(step)
    )
    edges = (0.0, *WAITS, None)
    return tuple(WaitStep(edges[row.step] or 0.0, edges[row.step + 1], _figures(row, False)) for row in rows)


def figures_by_day(connection: Connection, scope: Scope, zone: tzinfo) -> tuple[Day, ...]:
    """Return the days on which calls began, as clocks in `zone` show them."""
    facts = facts_of(scope)
    quarter = cast(func.floor(func.extract("epoch", facts.c.began) / QUARTER), Integer)
    rows = connection.execute(
        select(
            quarter.label("quarter"),
            func.count().label("calls"),
            func.count(facts.c.mood_end).label("moods"),
            func.coalesce(func.sum(facts.c.mood_end), 0.0).label("mood_sum"),
            func.count(facts.c.distress_peak_state).label("judged"),
            _in_need(facts).label("in_need"),
        ).group_by(quarter)
    )
    by_day: defaultdict[date, list[AnyRow]] = defaultdict(list)
    for row in rows:
        by_day[datetime.fromtimestamp(row.quarter * QUARTER, zone).date()].append(row)
    return tuple(_day(day, by_day[day]) for day in sorted(by_day))


def _shown(sizes: Sequence[AnyRow], fewest_agents: int) -> list[str | None]:
    """Return the names of the groups that are shown by themselves, the largest first."""
    large = [row for row in sizes if row.calls >= FEWEST and row.agents >= fewest_agents]
    others = sum(row.calls for row in sizes) - sum(row.calls for row in large)
    while large and 0 < others < FEWEST:
        others += large.pop().calls
    return [row.name for row in large]


def _columns(facts: Subquery) -> list[ColumnElement[Any]]:  # Any: counts and means
    found: list[ColumnElement[Any]] = [
        func.count().label("calls"),
        func.coalesce(func.sum(facts.c.duration), 0.0).label("seconds"),
        _agents(facts).label("agents"),
        func.count(facts.c.distress_peak_state).label("judged"),
        _in_need(facts).label("in_need"),
    ]
    for name in (*MEANS, *AGENT_MEANS):
        found += [func.avg(facts.c[name]).label(name), func.count(facts.c[name]).label(f"{name}_calls")]
    return found + [func.count().filter(facts.c.mood == label).label(f"course_{label}") for label in COURSES]


def _agents(facts: Subquery) -> ColumnElement[int]:
    return func.count(facts.c.agent_pseudonym.distinct())


def _in_need(facts: Subquery) -> ColumnElement[int]:
    return func.count().filter(facts.c.distress_peak_state.in_(IN_NEED))


def _group_figures(row: AnyRow, key: str) -> Figures:
    """Return what a group's figures may say: a queue may be one agent's, and of an agent only the talk is told."""
    if key != "agent":
        return _figures(row, with_agents=row.agents >= FEWEST_AGENTS)
    figures = _figures(row, with_agents=True)
    return replace(figures, mood_start=Mean(), mood_end=Mean(), courses={}, distressed=Share())


def _figures(row: AnyRow, with_agents: bool) -> Figures:
    values = row._mapping  # the columns by their names
    names = MEANS + AGENT_MEANS if with_agents else MEANS
    means = {
        name: Mean(values[name], values[f"{name}_calls"]) if name in names else Mean() for name in MEANS + AGENT_MEANS
    }
    courses = {label: values[f"course_{label}"] for label in COURSES}
    return Figures(
        calls=row.calls, seconds=row.seconds, courses=courses, distressed=Share(row.in_need, row.judged), **means
    )


def _day(day: date, rows: Sequence[AnyRow]) -> Day:
    moods = sum(row.moods for row in rows)
    mean = Mean(sum(row.mood_sum for row in rows) / moods, moods) if moods else Mean()
    distressed = Share(sum(row.in_need for row in rows), sum(row.judged for row in rows))
    return Day(day, sum(row.calls for row in rows), mean, distressed)
