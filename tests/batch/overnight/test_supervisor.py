"""When a run ends, and what its workers are told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.batch.overnight.test_fleet import ToyWorker, Yard
from tests.batch.overnight.toy_jobs import ToyJobs

from stimmung.batch.overnight.scanning import Scan
from stimmung.batch.overnight.sources import finder_of
from stimmung.batch.overnight.supervisor import LAST, Plan, State, Supervisor, World
from stimmung.speech.errors import SettingsError
from stimmung.speech.settings import Settings
from stimmung.store.jobs.records import Done, NewJob, Wants

EVENING = datetime(2026, 3, 1, 20, tzinfo=UTC)


class FoundAlready(Scan):
    """A scan of a folder that was looked at before."""

    def start(self) -> None:
        self.finished = True


class Night:
    """A run over recordings that are there, whose time goes on with each tick; `happen` is called at each."""

    def __init__(self, count: int, plan: Plan | None = None) -> None:
        self.yard = Yard()
        self.jobs: ToyJobs = self.yard.jobs
        self.jobs.add("night", [NewJob((f"/in/{number}.wav",), ("1",)) for number in range(count)])
        self.happen: Callable[[], None] = lambda: None
        self.shown: list[State] = []
        self.load = 0.5
        self.scan = FoundAlready(finder_of(Settings()), (), self.jobs, "night", "oldest", False, self.yard.told.append)
        world = World(self.now, lambda: self.load, lambda: self.yard.seconds, self.tick)
        self.run = Supervisor(plan or Plan("night"), self.jobs, self.scan, self.yard.fleet, self.shown.append, world)

    def now(self) -> datetime:
        return EVENING + timedelta(seconds=self.yard.seconds)

    @property
    def worker(self) -> ToyWorker:
        return self.yard.started[-1]

    def tick(self, seconds: float) -> None:
        self.yard.seconds += max(seconds, 5.0)
        assert self.yard.seconds < 100_000
        self.happen()

    def do_one(self) -> None:
        """Have the worker do the next recording, and end where it was told to."""
        if self.worker.orders:
            self.worker.code = 0
            return
        for job in self.jobs.lease(self.worker.name, Wants()):
            self.jobs.finish(job, Done(f"call-{job.number}", 60.0))


def test_when_all_is_done_workers_are_told_to_finish() -> None:
    night = Night(3)
    night.happen = night.do_one
    why, counts = night.run.run()
    assert (why, counts.states["done"]) == ("done", 3)
    assert night.worker.orders == ["finish"]
    assert len(night.yard.started) == 1
    assert night.shown[-1].ending == "done"


def test_where_nothing_is_to_be_done_no_worker_is_started() -> None:
    night = Night(0)
    assert night.run.run()[0] == "done"
    assert night.yard.started == []


def test_at_its_time_what_runs_is_finished() -> None:
    night = Night(1_000, Plan("night", until=EVENING + timedelta(seconds=60)))
    night.happen = night.do_one
    why, counts = night.run.run()
    assert why == "until"
    assert 0 < counts.states["done"] < 20
    assert counts.states["waiting"] > 980


def test_who_does_not_finish_in_time_gives_back_then_is_killed() -> None:
    night = Night(5, Plan("night", grace=100.0, until=EVENING + timedelta(seconds=10)))

    def hang() -> None:
        if not night.jobs.states().count("running"):
            night.jobs.lease(night.worker.name, Wants())

    night.happen = hang
    assert night.run.run()[0] == "until"
    assert night.worker.orders == ["finish", "stop"]
    assert night.worker.code == -9
    assert night.jobs.states() == ["waiting"] * 5
    assert night.yard.seconds >= 10 + 100 + LAST


@pytest.mark.parametrize(("presses", "orders"), [(1, ["finish"]), (2, ["finish", "stop"])])
def test_ctrl_c_once_and_twice(presses: int, orders: list[str]) -> None:
    night = Night(5)

    def press() -> None:
        night.run.interrupts = presses
        if night.worker.orders == orders:
            night.worker.code = 0

    night.happen = press
    assert night.run.run()[0] == "interrupted"
    assert night.worker.orders == orders


def test_a_busy_machine_is_left_alone_until_it_is_less_so() -> None:
    night = Night(3, Plan("night", max_load=4.0))
    loads = iter([5.0, 5.0, 3.9, 3.9, 3.0])

    def busy() -> None:
        night.load = next(loads, 0.0)
        if night.load == 0.0:
            night.worker.orders = [one for one in night.worker.orders if one == "finish"]
            night.do_one()
        else:
            seen.append(list(night.worker.orders))

    seen: list[list[str]] = []
    night.happen = busy
    assert night.run.run()[0] == "done"
    assert seen[1:] == [["pause"], ["pause"], ["pause"], ["pause"]]
    assert any(state.paused for state in night.shown)


def test_a_database_that_is_away_does_not_end_the_night() -> None:
    night = Night(3)
    aways = iter([4])

    def away() -> None:
        night.jobs.away = next(aways, night.jobs.away)
        if not night.jobs.away:
            night.do_one()

    night.happen = away
    assert night.run.run()[0] == "done"
    assert any("the database is away" in line for line in night.yard.told)


def test_settings_that_let_no_worker_start(tmp_path: Path) -> None:
    night = Night(3)

    def refuse() -> None:
        night.worker.code = 2

    night.happen = refuse
    with pytest.raises(SettingsError):
        night.run.run()
