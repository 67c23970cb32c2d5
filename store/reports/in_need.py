"""The calls whose callers were distressed, the worst first."""

from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from stimmung.calls.records import CallerDistress
from stimmung.calls.report_records import CallInNeed
from stimmung.store.call_rows import STATES
from stimmung.store.json_records import many_from_json
from stimmung.store.reports.figures import IN_NEED
from stimmung.store.reports.scope import BEGAN, Scope, course_figure, in_scope
from stimmung.store.schema import calls

MOST: Final = 20  # that a report names: more than somebody looks at in a morning


def calls_in_need(connection: Connection, scope: Scope, most: int = MOST) -> tuple[CallInNeed, ...]:
    """Return the calls in which somebody was distressed or urgent: the urgent first, then by the worst score."""
    urgent = (calls.c.distress_peak_state == "urgent").desc()
    query = (
        select(
            calls.c.call_id,
            BEGAN.label("began"),
            calls.c.queue,
            calls.c.distress,
            calls.c.distress_peak_state,
            calls.c.distress_state,
            course_figure("start").label("mood_start"),
            course_figure("end").label("mood_end"),
            calls.c.audio_file.is_not(None).label("sound"),
        )
        .where(in_scope(scope), calls.c.distress_peak_state.in_(IN_NEED))
        .order_by(urgent, calls.c.distress_peak_score.desc().nulls_last(), calls.c.id)
        .limit(most)
    )
    return tuple(_call(row) for row in connection.execute(query))


def count_in_need(connection: Connection, scope: Scope) -> int:
    """Return how many there are."""
    query = select(func.count()).select_from(calls).where(in_scope(scope), calls.c.distress_peak_state.in_(IN_NEED))
    return connection.scalar(query) or 0


def _call(row: Row[Any]) -> CallInNeed:  # Any: of the columns' types
    callers = many_from_json(CallerDistress, row.distress)
    worst = max(callers, key=_badness)
    return CallInNeed(
        call_id=row.call_id,
        began=row.began,
        queue=row.queue,
        worst=row.distress_peak_state,
        last=row.distress_state or "unknown",
        at=worst.peak.time if worst.peak else 0.0,
        mood_start=row.mood_start,
        mood_end=row.mood_end,
        reasons=worst.reasons,
        sound=row.sound,
    )


def _badness(caller: CallerDistress) -> tuple[int, float]:
    return (STATES.index(caller.peak.state), caller.peak.score) if caller.peak else (-1, 0.0)
