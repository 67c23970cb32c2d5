"""The same recording under two names is done once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from tests.store.jobs.recordings import add, add_some, do, job_of, keep, new, numbers, states, take, take_one

from stimmung.store.database import Database
from stimmung.store.jobs.changing import cancel
from stimmung.store.jobs.claiming import claim_content
from stimmung.store.jobs.finishing import fail, finish, skip
from stimmung.store.jobs.records import Done, Failure, Which
from stimmung.store.places import Places
from stimmung.store.schema import jobs


def test_the_second_names_the_first(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    one, two = take(database, places, most=2)
    assert claim_content(database, one, "same") is None
    assert claim_content(database, one, "same") is None
    assert claim_content(database, two, "same") == one.number
    second = job_of(database, places, two.number)
    assert (second.state, second.same_as, second.error_type) == ("skipped", one.number, "same_recording")
    assert do(database, places, job_of(database, places, one.number), 1)
    assert states(database, places) == ["done", "skipped"]


def test_also_when_the_first_is_done_already(database: Database, places: Places) -> None:
    add(database, places, new(1))
    one = take_one(database, places)
    claim_content(database, one, "same")
    do(database, places, job_of(database, places, one.number), 1)
    add(database, places, new(2, "Berta"))
    two = take_one(database, places)
    assert claim_content(database, two, "same") == one.number
    assert job_of(database, places, two.number).info == {}


def test_other_content_is_other_work(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    one, two = take(database, places, most=2)
    assert claim_content(database, one, "this") is None
    assert claim_content(database, two, "that") is None


@pytest.mark.parametrize("end", ["fail", "skip", "cancel"])
def test_if_the_first_is_given_up_the_second_waits_again(database: Database, places: Places, end: str) -> None:
    add(database, places, new(1), new(2, "Berta"))
    one, two = take(database, places, most=2)
    claim_content(database, one, "same")
    claim_content(database, two, "same")
    if end == "fail":
        fail(database, places, one, Failure("AudioError", "broken"))
    elif end == "skip":
        skip(database, places, one, "policy", "nobody may")
    else:
        cancel(database, places, Which(numbers=(one.number,)))
    again = take_one(database, places, "w2")
    assert (again.number, again.info["customer"]) == (two.number, "Berta")  # what was known of it was kept until now
    assert claim_content(database, again, "same") is None


def test_while_the_first_waits_for_its_next_attempt_the_second_does_not_run(database: Database, places: Places) -> None:
    add_some(database, places, 3)
    one, two, three = take(database, places, most=3)
    claim_content(database, one, "same")
    claim_content(database, two, "same")
    fail(database, places, one, Failure("OSError", "away", heals=True))
    assert claim_content(database, three, "same") == one.number
    assert states(database, places) == ["waiting", "skipped", "skipped"]


def test_once_the_first_is_kept_nothing_is_known_of_the_second(database: Database, places: Places) -> None:
    add(database, places, new(1, "Berta"), new(2, "Berta"))
    one, two = take(database, places, most=2)
    claim_content(database, one, "same")
    claim_content(database, two, "same")
    do(database, places, job_of(database, places, one.number), 1)
    columns = (jobs.c.info, jobs.c.customer_pseudonym, jobs.c.call_pseudonym, jobs.c.key_id)
    rows = database.run(lambda connection: connection.execute(select(*columns)).all())
    assert [tuple(row) for row in rows] == [(None,) * 4] * 2


def test_canceled_and_kept_all_the_same_beside_its_other_name(database: Database, places: Places) -> None:
    """The first did not hear that it was canceled, and the second has taken over."""
    add_some(database, places, 2)
    one, two = take(database, places, most=2)
    claim_content(database, one, "same")
    claim_content(database, two, "same")
    cancel(database, places, Which(numbers=(one.number,)))
    again = take_one(database, places, "w2")
    assert claim_content(database, again, "same") is None
    assert finish(database, one, Done(keep(database, places, one, 1), 60.0))
    assert finish(database, again, Done("call-1", 60.0))
    assert states(database, places) == ["done", "done"]


def test_of_many_at_once_one_does_it(database: Database, places: Places) -> None:
    """Eight workers, twenty recordings of the same content each time."""
    rounds, workers = 5, 8
    for turn in range(rounds):
        add(database, places, *(new(100 * turn + number) for number in range(workers)))
        taken = take(database, places, "w", workers)
        start = Barrier(workers)

        def claim(place: int, taken=taken, turn=turn, start=start) -> int | None:  # type: ignore[no-untyped-def]
            with Database(database.kind, database.data_dir, database.parameters) as own:
                own.server_version()
                start.wait(30)
                return claim_content(own, taken[place], f"content {turn}")

        with ThreadPoolExecutor(workers) as pool:
            others = list(pool.map(claim, range(workers)))
        assert others.count(None) == 1
        winner = taken[others.index(None)].number
        assert {one for one in others if one is not None} == {winner}
        running = [job.number for job in taken if job_of(database, places, job.number).state == "running"]
        assert running == [winner]
        assert len(numbers(taken)) == workers
