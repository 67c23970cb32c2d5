"""What a report counts: each figure with the calls it rests on, small groups with others, agents only on demand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.store.jobs.recordings import add, add_some, new, take
from tests.store.made_calls import DEPLOYMENT, places_below, policy
from tests.store.reports.reported_calls import DAY, PERIOD, Made, keep, keep_some, made

from stimmung.calls.report_records import Figures, Group, Mean, Period, Report, Share
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.jobs.finishing import fail, skip
from stimmung.store.jobs.records import Failure
from stimmung.store.places import Places
from stimmung.store.reports.report import ReportAsk, make_report, steps_before


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_below(tmp_path)


def report(database: Database, places: Places, ask: ReportAsk | None = None) -> Report:
    return make_report(database, places, ask or ReportAsk(PERIOD), PERIOD.end)


def sizes(groups: tuple[Group, ...]) -> list[tuple[str, str, int]]:
    return [(one.kind, one.name, one.figures.calls) for one in groups]


class TestFigures:
    def test_each_mean_says_on_how_many_calls_it_rests(self, database: Database, places: Places) -> None:
        keep_some(database, places, 4, Made(mood=(-2.0, 1.0), label="improving", distress="urgent", wait=20.0))
        keep_some(database, places, 3, Made(mood=None, distress=None, wait=None), first=4)
        figures = report(database, places).figures
        assert (figures.calls, figures.seconds) == (7, 7 * 33.0)
        assert (figures.mood_start, figures.mood_end) == (Mean(-2.0, 4), Mean(1.0, 4))
        assert (figures.improving, figures.worsening) == (Share(4, 4), Share(0, 4))
        assert figures.distressed == Share(4, 4)
        assert figures.wait == Mean(20.0, 4)
        assert figures.silence == Mean(11.0 / 33.0, 7)
        assert figures.hold == Mean(15.0 / 33.0, 7)
        assert (figures.customer_talk, figures.customer_pace) == (Mean(0.5, 7), Mean(150.0, 7))

    def test_of_few_calls_no_mean_is_told(self) -> None:
        assert (Mean(-2.0, 4).told, Mean(-2.0, 5).told) == (None, -2.0)
        assert (Share(1, 4).told, Share(1, 5).told) == (None, 0.2)

    def test_nothing_kept_is_no_failure(self, database: Database, places: Places) -> None:
        found = report(database, places)
        assert (found.figures.calls, found.figures.seconds, found.figures.mood_end) == (0, 0.0, Mean())
        assert (found.queues, found.teams, found.waits, found.in_need, found.days) == ((), (), (), (), ())

    def test_calls_of_other_days_are_not_counted(self, database: Database, places: Places) -> None:
        inside, outside = Made(began=DAY), Made(began=DAY - timedelta(seconds=9))
        keep(database, places, {0: inside, 1: outside, 2: Made(began=PERIOD.end)})
        assert report(database, places).figures.calls == 1

    def test_a_call_without_a_beginning_counts_when_it_was_kept(self, database: Database, places: Places) -> None:
        saved = made(1, Made())
        info = replace(saved.analysis.info, started_at=None)
        save_call(database, places, replace(saved, analysis=replace(saved.analysis, info=info)))
        now = datetime.now(UTC)
        today = Period(now - timedelta(hours=1), now + timedelta(hours=1))
        assert report(database, places).figures.calls == 0
        assert report(database, places, ReportAsk(today)).figures.calls == 1

    def test_one_queue_alone(self, database: Database, places: Places) -> None:
        keep_some(database, places, 5, Made(queue="billing"))
        keep_some(database, places, 6, Made(queue="meters"), first=5)
        found = report(database, places, ReportAsk(PERIOD, queue="billing"))
        assert (found.figures.calls, found.queues, sizes(found.teams)) == (5, (), [("named", "north", 5)])


class TestGroups:
    def test_small_groups_are_others(self, database: Database, places: Places) -> None:
        keep_some(database, places, 7, Made(queue="meters"))
        keep_some(database, places, 3, Made(queue="billing"), first=10)
        keep_some(database, places, 2, Made(queue=None), first=20)
        assert sizes(report(database, places).queues) == [("named", "meters", 7), ("others", "", 5)]

    def test_few_others_take_the_smallest_group_with_them(self, database: Database, places: Places) -> None:
        """Or they could be had by taking the shown groups from the whole."""
        keep_some(database, places, 7, Made(queue="meters"))
        keep_some(database, places, 5, Made(queue="billing"), first=10)
        keep_some(database, places, 1, Made(queue="moving"), first=20)
        assert sizes(report(database, places).queues) == [("named", "meters", 7), ("others", "", 6)]

    def test_calls_of_no_queue_are_a_group_of_their_own(self, database: Database, places: Places) -> None:
        keep_some(database, places, 6, Made(queue=None))
        keep_some(database, places, 5, Made(queue="others"), first=10)
        assert sizes(report(database, places).queues) == [("unnamed", "", 6), ("named", "others", 5)]

    def test_a_team_of_few_agents_is_one_of_the_others(self, database: Database, places: Places) -> None:
        keep_some(database, places, 6, Made(team="north"))
        keep_some(database, places, 8, Made(team="south", agent="Agent Seven"), first=10)
        assert sizes(report(database, places).teams) == [("named", "north", 6), ("others", "", 8)]

    def test_how_agents_speak_is_told_of_several_only(self, database: Database, places: Places) -> None:
        keep_some(database, places, 6, Made(queue="meters"))
        keep_some(database, places, 6, Made(queue="billing", agent="Agent Seven"), first=10)
        found = report(database, places)
        pace = {one.name: one.figures.agent_pace for one in found.queues}
        assert pace == {"meters": Mean(150.0, 6), "billing": Mean()}
        assert found.figures.agent_pace == Mean(150.0, 12)
        alone = report(database, places, ReportAsk(PERIOD, queue="billing"))
        assert alone.figures.agent_pace == Mean()

    def test_how_the_only_agent_of_a_night_speaks_is_not_told(self, database: Database, places: Places) -> None:
        keep_some(database, places, 6, Made(agent="Agent Seven"))
        assert report(database, places).figures.agent_pace == Mean()


class TestAgents:
    def test_nobody_asked(self, database: Database, places: Places) -> None:
        keep_some(database, places, 6, Made(agent="Agent Seven"))
        assert report(database, places).agents is None

    def test_only_calls_whose_rules_permit_it(self, database: Database, places: Places) -> None:
        keep_some(database, places, 6, Made(agent="Agent Seven"))
        assert report(database, places, ReportAsk(PERIOD, by_agent=True)).agents == ()

    def test_the_talk_alone(self, database: Database, places: Places) -> None:
        agreed = policy(deployment=replace(DEPLOYMENT, works_agreement="BV 7"))
        for number in range(6):
            saved = made(number, Made(agent="Agent Seven"))
            save_call(database, places, replace(saved, analysis=replace(saved.analysis, policy=agreed)))
        (group,) = report(database, places, ReportAsk(PERIOD, by_agent=True)).agents or ()
        assert (group.name, group.figures.calls, group.figures.agent_pace) == ("Agent Seven", 6, Mean(150.0, 6))
        assert (group.figures.mood_start, group.figures.mood_end, group.figures.distressed) == (Mean(), Mean(), Share())
        assert not group.figures.courses


class TestWaits:
    def test_steps(self, database: Database, places: Places) -> None:
        waits = {0: 0.0, 1: 29.9, 2: 30.0, 3: 120.0, 4: 4000.0}
        keep(database, places, {number: Made(wait=wait) for number, wait in waits.items()})
        keep(database, places, {9: Made(wait=None)})
        found = [(one.least, one.end, one.figures.calls) for one in report(database, places).waits]
        assert found == [(0.0, 30.0, 2), (30.0, 120.0, 1), (120.0, 300.0, 1), (300.0, None, 1)]


class TestInNeed:
    def test_the_urgent_first_then_by_the_worst_moment(self, database: Database, places: Places) -> None:
        likes = {
            1: Made(distress="distressed"),
            2: Made(distress="urgent", quote="it burns"),
            3: Made(distress="distressed"),
            4: Made(distress="uneasy"),
        }
        keep(database, places, likes)
        found = report(database, places)
        assert [one.call_id for one in found.in_need] == ["call-2", "call-3", "call-1"]
        assert found.in_need_calls == 3
        worst = found.in_need[0]
        assert (worst.worst, worst.last, worst.at, worst.sound) == ("urgent", "calm", 15.0, False)
        assert (worst.mood_start, worst.mood_end) == (-1.0, 1.0)
        assert [(one.text, one.quote) for one in worst.reasons] == [("angry words", "it burns")]

    def test_so_many_and_no_more(self, database: Database, places: Places) -> None:
        keep_some(database, places, 22, Made(distress="distressed"))
        found = report(database, places)
        assert (len(found.in_need), found.in_need_calls) == (20, 22)


class TestTrend:
    def test_the_same_weekday_of_four_weeks(self, database: Database, places: Places) -> None:
        for week in range(6):
            like = Made(began=DAY + timedelta(hours=9) - timedelta(days=7 * week))
            keep_some(database, places, week + 1, like, first=100 * week)
        keep_some(database, places, 9, Made(began=DAY - timedelta(days=3)), first=900)
        found = report(database, places)
        assert [one.calls for one in found.before] == [2, 3, 4, 5]
        assert found.step_days == 7
        assert len(found.days) == 6  # the four weeks, the day between, the day itself

    def test_days_are_those_of_the_clocks_on_the_wall(self, database: Database, places: Places) -> None:
        berlin = ZoneInfo("Europe/Berlin")
        first = datetime(2026, 3, 30, tzinfo=berlin)  # the clocks went forward the day before
        keep(database, places, {1: Made(began=datetime(2026, 3, 29, 22, 30, tzinfo=UTC))})
        keep(database, places, {2: Made(began=datetime(2026, 3, 22, 23, 30, tzinfo=UTC))})
        found = report(database, places, ReportAsk(Period(first, first + timedelta(days=1))))
        assert (found.figures.calls, found.before[0].calls) == (1, 1)
        assert [one.day for one in found.days] == [date(2026, 3, 23), date(2026, 3, 30)]

    @pytest.mark.parametrize(("days", "steps"), [(1, (7, 4)), (7, (7, 4)), (8, (14, 2)), (30, (35, 1))])
    def test_longer_periods_are_compared_with_as_long_ones(self, days: int, steps: tuple[int, int]) -> None:
        assert steps_before(Period(DAY, DAY + timedelta(days=days))) == steps


class TestRecordings:
    def test_reasons_without_names(self, database: Database, places: Places) -> None:
        add_some(database, places, 3)
        add(database, places, new(9))
        one, two, three = take(database, places, most=3)
        now = datetime.now(UTC)
        fail(database, places, one, Failure("AudioError", f"{one.sources[0]}: holds no sound"))
        fail(database, places, two, Failure("AudioError", f"{two.sources[0]}: holds no sound"))
        skip(database, places, three, "policy", "nobody may")
        period = Period(now - timedelta(days=1), now + timedelta(days=1))
        found = report(database, places, ReportAsk(period)).recordings
        assert found.states == {"failed": 2, "skipped": 1, "waiting": 1}
        assert [(one.state, one.text, one.count, one.files) for one in found.reasons] == [
            ("failed", "FILE: holds no sound", 2, ()),
            ("skipped", "nobody may", 1, ()),
        ]
        named = report(database, places, ReportAsk(period, with_files=True)).recordings
        assert named.reasons[0].files == (*one.sources, *two.sources)

    def test_what_failed_on_another_day_is_of_that_day(self, database: Database, places: Places) -> None:
        add_some(database, places, 1)
        (one,) = take(database, places)
        fail(database, places, one, Failure("AudioError", "broken"))
        assert report(database, places).recordings.states == {}


def test_figures_are_plain_numbers(database: Database, places: Places) -> None:
    keep_some(database, places, 5, Made())
    figures: Figures = report(database, places).figures
    assert {type(figures.seconds), type(figures.mood_end.value), type(figures.silence.value)} == {float}
