"""Many at once: nobody gets what another has, nothing is lost with who is killed, nothing is done twice."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from tests.store.jobs.killed_workers import begins, ends_well, worker
from tests.store.jobs.recordings import BATCH, add, add_some, new, numbers, states, take

from stimmung.store.database import Database
from stimmung.store.jobs.adding import add_jobs
from stimmung.store.jobs.changing import cancel, retry
from stimmung.store.jobs.finishing import fail
from stimmung.store.jobs.leasing import beat, lease, take_back
from stimmung.store.jobs.listing import counts, find_jobs
from stimmung.store.jobs.records import Added, Beat, Failure, Wants, Which
from stimmung.store.places import Places
from stimmung.store.schema import calls

CROWD = 8  # threads, each with connections of its own
NOW = timedelta(0)


def at_once(database: Database, work: Callable[[Database, int], object], crowd: int = CROWD) -> list[object]:
    """Have a crowd do the work at the same moment, each with a database object of its own."""
    start = Barrier(crowd)

    def run(place: int) -> object:
        with Database(database.kind, database.data_dir, database.parameters) as own:
            own.server_version()
            start.wait(60)
            return work(own, place)

    with ThreadPoolExecutor(crowd) as pool:
        return list(pool.map(run, range(crowd)))


def test_nobody_gets_what_another_has(database: Database, places: Places) -> None:
    add_some(database, places, 200)

    def work(own: Database, place: int) -> list[int]:
        mine: list[int] = []
        while taken := lease(own, places, f"w{place}", Wants(1 + place % 4)):
            mine += numbers(taken)
        return mine

    shares = at_once(database, work)
    taken = Counter(number for share in shares for number in share)  # type: ignore[attr-defined]  # lists
    assert len(taken) == 200
    assert set(taken.values()) == {1}
    assert sum(1 for share in shares if share) > 1


def test_what_a_dead_worker_had_is_taken_back_by_one(database: Database, places: Places) -> None:
    add_some(database, places, 20)
    dead = numbers(take(database, places, "dead", 20))
    gone = at_once(database, lambda own, _: take_back(own, places, NOW).again)
    assert sorted(number for one in gone for number in one) == dead  # type: ignore[attr-defined]  # tuples
    assert {job.attempts for job in find_jobs(database, places, Which())} == {1}


def test_two_runs_that_find_the_same_add_it_once(database: Database, places: Places) -> None:
    found = [new(number) for number in range(600)]

    def work(own: Database, place: int) -> Added:
        mine = list(found)
        random.Random(place).shuffle(mine)
        return add_jobs(own, places, BATCH, mine)

    added = at_once(database, work, 4)
    assert counts(database).jobs == 600
    assert sum(one.new for one in added) == 600  # type: ignore[attr-defined]  # Added


@pytest.mark.slow
def test_everybody_does_everything_and_nobody_waits_for_ever(
    embedded_database: Database, places_of_embedded: Places
) -> None:
    """Leases, heartbeats, failures, cancels, retries, take-backs and findings, in any order at the same time."""
    database, places = embedded_database, places_of_embedded
    add_some(database, places, 60)

    def work(own: Database, place: int) -> None:
        draw = random.Random(place)
        for _ in range(40):
            match draw.randrange(6):
                case 0 | 1:
                    for job in lease(own, places, f"w{place}", Wants(5)):
                        beat(own, f"w{place}", {job.number: Beat("decode", 1.0)})
                        fail(own, places, job, Failure("OSError", "away", heals=True, wait=NOW))
                case 2:
                    lease(own, places, f"w{place}", Wants(5))
                case 3:
                    take_back(own, places, NOW)
                case 4:
                    cancel(own, places, Which(numbers=tuple(draw.sample(range(1, 61), 10))))
                    retry(own, places)
                case _:
                    changed = [replace(new(draw.randint(1, 60)), versions=(str(draw.random()),)) for _ in range(10)]
                    add_jobs(own, places, BATCH, changed)

    at_once(database, work)
    retry(database, places)
    take_back(database, places, NOW)
    retry(database, places)
    assert states(database, places) == ["waiting"] * 60


@pytest.mark.slow
def test_workers_that_are_killed_lose_nothing_and_double_nothing(
    embedded_database: Database, places_of_embedded: Places
) -> None:
    """Ten are killed (SIGKILL) at moments of their own, beside two that go on; then the rest is done."""
    database, places = embedded_database, places_of_embedded
    add_some(database, places, 60)
    draw = random.Random(9)
    with ExitStack() as stack:
        for number in range(10):
            with worker(database, places, f"killed {number}", 3) as process:
                begins(process, draw.randint(1, 4))
            take_back(database, places, NOW, worker=f"killed {number}")
        steady = [stack.enter_context(worker(database, places, f"steady {number}")) for number in range(2)]
        for process in steady:
            ends_well(process)
    found = find_jobs(database, places, Which())
    assert [job.state for job in found] == ["done"] * 60
    assert {job.call_id for job in found} == {f"call-{number}" for number in range(1, 61)}
    assert database.run(lambda connection: connection.scalar(select(func.count()).select_from(calls))) == 60
    assert sum(job.attempts - 1 for job in found) >= 10


@pytest.mark.slow
def test_two_processes_with_the_same_recordings_under_two_names(
    embedded_database: Database, places_of_embedded: Places
) -> None:
    database, places = embedded_database, places_of_embedded
    twice = [replace(new(number), sources=(f"/{copy}/{number:04}.wav",)) for number in range(1, 21) for copy in "ab"]
    add(database, places, *twice)
    with ExitStack() as stack:
        for process in [stack.enter_context(worker(database, places, f"w{place}", 1)) for place in range(3)]:
            ends_well(process)
    assert counts(database).states["done"] == 20
    assert counts(database).states["skipped"] == 20
    done = {job.number for job in find_jobs(database, places, Which(states=("done",)))}
    same = {job.same_as for job in find_jobs(database, places, Which(states=("skipped",)))}
    assert same == done
