"""A report of the calls of a period, put together from what the database counts."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from stimmung.calls.report_records import FEWEST_AGENTS, Period, Recordings, Report
from stimmung.store.database import Database
from stimmung.store.places import Places
from stimmung.store.reports.figures import figures_by_day, figures_by_wait, figures_of, groups_by
from stimmung.store.reports.in_need import calls_in_need, count_in_need
from stimmung.store.reports.recordings import recordings_of
from stimmung.store.reports.scope import Scope

WEEK: Final = 7  # days
WEEKS: Final = 4  # that a period is compared with


@dataclass(frozen=True, slots=True)
class ReportAsk:
    """What is to be reported: a period, of one queue or of all.

    `by_agent`: figures of single agents, too, of those calls alone whose rules permit it; whoever asks has made sure
    that the deployment does. `with_files`: names of recordings that failed.
    """

    period: Period
    queue: str | None = None
    by_agent: bool = False
    with_files: bool = False


def make_report(database: Database, places: Places, ask: ReportAsk, now: datetime) -> Report:
    """Return the report. Raises StoreError."""
    recordings = recordings_of(database, places, ask.period, ask.with_files)
    return database.run(lambda connection: _report(connection, ask, now, recordings))


def steps_before(period: Period) -> tuple[int, int]:
    """Return how many days apart, and how many, the periods are that one is compared with: whole weeks, some four.

    A night is compared with the same weekday of four weeks, a month with the five weeks before it.
    """
    days = -(-(period.end - period.first) // timedelta(days=1))
    weeks = max(1, -(-days // WEEK))
    return weeks * WEEK, max(1, WEEKS // weeks)


def _report(connection: Connection, ask: ReportAsk, now: datetime, recordings: Recordings) -> Report:
    scope = Scope(ask.period, ask.queue)
    step, count = steps_before(ask.period)
    before = [ask.period.earlier(step * number) for number in range(1, count + 1)]
    whole = Scope(Period(before[-1].first, ask.period.end), ask.queue)
    agents = replace(scope, agent_statistics=True)
    return Report(
        made_at=now,
        period=ask.period,
        queue=ask.queue,
        figures=figures_of(connection, scope),
        before=tuple(figures_of(connection, replace(scope, period=one)) for one in before),
        step_days=step,
        days=figures_by_day(connection, whole, ask.period.first.tzinfo or UTC),
        queues=() if ask.queue is not None else groups_by(connection, scope, "queue"),
        teams=groups_by(connection, scope, "team", FEWEST_AGENTS),
        agents=groups_by(connection, agents, "agent") if ask.by_agent else None,
        waits=figures_by_wait(connection, scope),
        in_need=calls_in_need(connection, scope),
        in_need_calls=count_in_need(connection, scope),
        recordings=recordings,
    )
