"""Which calls a report is about, and what of each of them its figures are made of."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Double, Select, and_, cast, exists, func, literal, or_, select, true
from sqlalchemy.sql.selectable import Subquery

from stimmung.calls.report_records import Period
from stimmung.store.schema import calls, parties, rulings

BEGAN = func.coalesce(calls.c.started_at, calls.c.saved_at)
NO_NUMBER = "NaN"  # PostgreSQL's, whose mean would be none either


@dataclass(frozen=True, slots=True)
class Scope:
    """The calls that began in a period, of one queue or of all; those alone whose agents' figures may be added up."""

    period: Period
    queue: str | None = None
    agent_statistics: bool = False


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a call is meant, written so that the index over beginnings is used."""
    first, end = scope.period.first, scope.period.end
    began = or_(
        (calls.c.started_at >= first) & (calls.c.started_at < end),
        calls.c.started_at.is_(None) & (calls.c.saved_at >= first) & (calls.c.saved_at < end),
    )
    return and_(
        began,
        true() if scope.queue is None else calls.c.queue == scope.queue,
        _permits_agents() if scope.agent_statistics else true(),
    )


def facts_of(scope: Scope) -> Subquery:
    """Return a row for each call that is meant, with what is counted and averaged."""
    query: Select[tuple[object, ...]] = select(
        BEGAN.label("began"),
        calls.c.queue,
        calls.c.team,
        calls.c.agent,
        calls.c.agent_pseudonym,
        calls.c.duration,
        calls.c.mood,
        course_figure("start").label("mood_start"),
        course_figure("end").label("mood_end"),
        calls.c.distress_peak_state,
        _of_time(calls.c.silence_seconds).label("silence"),
        _of_time(calls.c.overlap_seconds).label("overlap"),
        _of_time(calls.c.hold_seconds).label("hold"),
        calls.c.wait_seconds.label("wait"),
        _of_parties(func.sum(parties.c.talk_share), "customer", beside="agent").label("customer_talk"),
        _of_parties(func.avg(parties.c.words_per_minute), "customer").label("customer_pace"),
        _of_parties(func.avg(parties.c.words_per_minute), "agent").label("agent_pace"),
    ).where(in_scope(scope))
    return query.subquery("facts")


def course_figure(name: str) -> ColumnElement[float]:
    """Return a mood of the first customer's course."""
    return func.nullif(cast(calls.c.course[0][name].astext, Double), cast(literal(NO_NUMBER), Double))


def _of_time(seconds: ColumnElement[float]) -> ColumnElement[float]:
    return seconds / func.nullif(calls.c.duration, 0.0)


def _of_parties(figure: ColumnElement[float], role: str, beside: str | None = None) -> ColumnElement[float]:
    """Return a figure of the parties in a role; with `beside`, only where somebody is there in that role, too."""
    own = select(figure).where(parties.c.call == calls.c.id, parties.c.role == role)
    if beside is not None:
        other = parties.alias()
        own = own.where(exists().where(other.c.call == calls.c.id, other.c.role == beside))
    return own.correlate(calls).scalar_subquery()


def _permits_agents() -> ColumnElement[bool]:
    """Return the condition that the rules of the call's own analysis permit figures of its agent."""
    allowed = rulings.c.content["agent_statistics"]["allowed"].astext == "true"
    return (
        exists()
        .where(parties.c.call == calls.c.id, parties.c.role == "agent", rulings.c.digest == parties.c.permissions)
        .where(allowed)
    )
