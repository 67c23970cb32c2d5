"""Who follows a worker that ends, and when no more are started."""

from tests.batch.overnight.toy_jobs import ToyJobs

from stimmung.batch.overnight.fleet import DEATHS, UNFIT, WORN, Fleet
from stimmung.batch.overnight.orders import Order
from stimmung.store.jobs.records import NewJob, Wants


class ToyWorker:
    """Ends when `code` is set."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.code: int | None = None
        self.orders: list[Order] = []

    def ended(self) -> int | None:
        return self.code

    def tell(self, order: Order) -> None:
        self.orders.append(order)

    def kill(self) -> None:
        self.code = -9


class Yard:
    """A fleet of toy workers, and what was told."""

    def __init__(self, size: int = 1) -> None:
        self.started: list[ToyWorker] = []
        self.told: list[str] = []
        self.seconds = 0.0
        self.jobs = ToyJobs()
        self.fleet = Fleet(size, self.jobs, self.start, self.told.append, lambda: self.seconds)

    def start(self, name: str) -> ToyWorker:
        self.started.append(ToyWorker(name))
        return self.started[-1]

    def end(self, code: int, ended: int = 0) -> None:
        """Have the last worker end, and look after a minute."""
        self.started[-1].code = code
        self.fleet.tend(ended, wanted=True)
        self.seconds += 60.0
        self.fleet.tend(ended, wanted=True)


def test_as_many_as_wanted_each_with_a_name_of_its_own() -> None:
    yard = Yard(3)
    yard.fleet.tend(0, wanted=True)
    yard.fleet.tend(0, wanted=True)
    assert len({one.name for one in yard.started}) == len(yard.started) == 3


def test_none_where_there_is_nothing_to_do() -> None:
    yard = Yard()
    yard.fleet.tend(0, wanted=False)
    assert yard.started == []


def test_what_a_dead_worker_had_waits_again_and_another_follows() -> None:
    yard = Yard()
    yard.jobs.add("night", [NewJob(("/in/a.wav",), ("1",))])
    yard.fleet.tend(0, wanted=True)
    yard.jobs.lease(yard.started[0].name, Wants())
    yard.end(-9)
    assert yard.jobs.states() == ["waiting"]
    assert len(yard.started) == 2
    assert yard.told == ["a worker ended with signal 9; what it had waits again"]


def test_it_is_taken_back_also_where_the_database_is_away_for_a_while() -> None:
    yard = Yard()
    yard.fleet.tend(0, wanted=True)
    yard.jobs.away = 1
    yard.end(-9)
    assert yard.jobs.taken_back == [yard.started[0].name]


def test_one_that_has_done_enough_is_followed_at_once_and_nothing_is_told() -> None:
    yard = Yard()
    yard.fleet.tend(0, wanted=True)
    yard.started[0].code = WORN
    yard.fleet.tend(5, wanted=True)
    assert len(yard.started) == 2
    assert (yard.told, yard.fleet.deaths, yard.fleet.restarts) == ([], 0, 1)


def test_the_longer_they_die_the_longer_it_waits() -> None:
    yard = Yard()
    yard.fleet.tend(0, wanted=True)
    yard.end(1)
    yard.started[-1].code = 1
    yard.fleet.tend(0, wanted=True)
    yard.seconds += 1.5
    yard.fleet.tend(0, wanted=True)
    assert len(yard.started) == 2
    yard.seconds += 1.0
    yard.fleet.tend(0, wanted=True)
    assert len(yard.started) == 3


def test_workers_that_die_of_nothing_that_ends_are_given_up() -> None:
    yard = Yard()
    yard.fleet.tend(0, wanted=True)
    for _ in range(DEATHS):
        yard.end(1)
    assert yard.fleet.given_up
    assert len(yard.started) == DEATHS


def test_as_long_as_recordings_are_done_they_are_not() -> None:
    yard = Yard()
    yard.fleet.tend(0, wanted=True)
    for ended in range(2 * DEATHS):
        yard.end(-9, ended=ended)
    assert not yard.fleet.given_up


def test_settings_that_let_none_start_end_it_at_once() -> None:
    yard = Yard()
    yard.fleet.tend(0, wanted=True)
    yard.end(UNFIT)
    assert (yard.fleet.unfit, len(yard.started)) == (True, 1)


def test_orders_reach_those_that_are_started_later() -> None:
    yard = Yard()
    yard.fleet.tend(0, wanted=True)
    yard.fleet.give("pause")
    yard.end(-9)
    assert [one.orders for one in yard.started] == [["pause"], ["pause"]]


def test_all_are_killed_and_what_they_had_waits() -> None:
    yard = Yard(2)
    yard.fleet.tend(0, wanted=True)
    yard.fleet.kill()
    assert [one.code for one in yard.started] == [-9, -9]
    assert sorted(str(name) for name in yard.jobs.taken_back) == sorted(one.name for one in yard.started)
