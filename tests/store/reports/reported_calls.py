"""Calls with the figures that a report counts, and how to keep them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tests.store.made_calls import saved_call

from stimmung.calls.records import CallerDistress, CourseLabel, DistressPeak
from stimmung.calls.report_records import Period
from stimmung.speech.records import DistressState, Reason
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.places import Places
from stimmung.store.records import SavedCall

DAY = datetime(2026, 3, 2, tzinfo=UTC)
PERIOD = Period(DAY, DAY + timedelta(days=1))


@dataclass(frozen=True)
class Made:
    """What a call is to be like."""

    queue: str | None = "meters"
    team: str | None = "north"
    agent: str | None = None  # None: another one each
    began: datetime = DAY + timedelta(hours=9)
    wait: float | None = 10.0
    mood: tuple[float, float] | None = (-1.0, 1.0)  # start, end
    label: CourseLabel = "neutral"
    distress: DistressState | None = "calm"  # at worst
    quote: str = "nobody told us"


def made(number: int, one: Made) -> SavedCall:
    """Return call `number` like that."""
    saved = saved_call(number)
    analysis = saved.analysis
    agent = f"Agent {number}" if one.agent is None else one.agent
    info = replace(
        analysis.info,
        queue=one.queue,
        team=one.team,
        agent=agent,
        started_at=one.began + timedelta(seconds=number),
        wait_seconds=one.wait,
    )
    course = analysis.course[0]
    moods = () if one.mood is None else (replace(course, label=one.label, start=one.mood[0], end=one.mood[1]),)
    return replace(
        saved, analysis=replace(analysis, info=info, course=moods, distress=_distress(number, one.distress, one.quote))
    )


def _distress(number: int, state: DistressState | None, quote: str) -> tuple[CallerDistress, ...]:
    if state is None:
        return ()
    reason = Reason("words", "angry words", quote, 12.0)
    peak = DistressPeak(0.5 + number / 1000, state, 15.0)
    return (CallerDistress(1, "", 0.3, "calm", "falling", (reason,), peak),)


def keep(database: Database, places: Places, likes: Mapping[int, Made]) -> None:
    """Keep calls by their numbers."""
    for number, like in likes.items():
        save_call(database, places, made(number, like))


def keep_some(database: Database, places: Places, count: int, like: Made, first: int = 0) -> None:
    """Keep so many calls that are alike."""
    keep(database, places, {first + number: like for number in range(count)})
