"""Who gets which recording when, and what becomes of those whose worker is silent."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from tests.store.jobs.recordings import (
    EVENING,
    add,
    add_some,
    do,
    job_of,
    later,
    new,
    numbers,
    states,
    take,
    take_one,
)

from stimmung.store.database import Database
from stimmung.store.jobs.changing import cancel, retry
from stimmung.store.jobs.claiming import claim_content
from stimmung.store.jobs.finishing import fail, finish
from stimmung.store.jobs.leasing import SILENT, beat, give_back, lease, take_back
from stimmung.store.jobs.listing import counts
from stimmung.store.jobs.records import Beat, Done, Failure, TakenBack, Wants, Which
from stimmung.store.places import Places
from stimmung.store.schema import jobs

AFTER = timedelta(seconds=60)


def back(database: Database, places: Places, now: datetime) -> TakenBack:
    return take_back(database, places, AFTER, now=now)


def test_the_most_urgent_first_then_the_oldest_call(database: Database, places: Places) -> None:
    add(database, places, new(3), new(1), new(2), new(9, priority=1))
    found = take(database, places, most=3)
    assert [job.sources[0][12:16] for job in found] == ["0009", "0001", "0002"]
    assert [job.worker for job in found] == ["w1"] * 3
    assert {job.attempts for job in found} == {1}
    assert [job.sources[0][12:16] for job in take(database, places, "w2", 3)] == ["0003"]
    assert take(database, places, "w2", 3) == ()


def test_a_worker_tells_how_far_it_is(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    one, two = take(database, places, most=2)
    held = {one.number: Beat("recognise", 3.5), two.number: Beat("decode")}
    assert beat(database, "w1", held, later(30)) == ()
    told = job_of(database, places, one.number)
    assert (told.stage, told.beat_at, told.started_at) == ("recognise", later(30), EVENING)
    assert beat(database, "w1", {}) == ()


def test_a_worker_hears_what_it_is_not_to_go_on_with(database: Database, places: Places) -> None:
    add_some(database, places, 4)
    held = {job.number: Beat("recognise") for job in take(database, places, most=4)}
    one, two, three, _four = sorted(held)
    cancel(database, places, Which(numbers=(two,)))
    database.run(lambda connection: connection.execute(jobs.delete().where(jobs.c.id == three)))
    assert beat(database, "w1", held) == (two, three)
    assert beat(database, "w2", {one: Beat("recognise")}) == (one,)


def test_what_a_silent_worker_had_waits_again_once(database: Database, places: Places) -> None:
    add_some(database, places, 3)
    one, two = take(database, places, most=2)
    (three,) = take(database, places, "w2")
    beat(database, "w1", {one.number: Beat("recognise", 7.0), two.number: Beat("decode", 2.0)}, later(5))
    beat(database, "w2", {three.number: Beat("recognise", 8.0)}, later(60))
    assert back(database, places, later(64)) == TakenBack()
    assert back(database, places, later(66)) == TakenBack(again=(one.number, two.number))
    assert back(database, places, later(66)) == TakenBack()
    assert states(database, places) == ["waiting", "waiting", "running"]
    assert counts(database).repeated_seconds == 9.0
    assert beat(database, "w1", {one.number: Beat("recognise")}) == (one.number,)


def test_what_a_dead_worker_had_is_taken_back_at_once(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    one, two = take_one(database, places, "w1"), take_one(database, places, "w2")
    gone = take_back(database, places, timedelta(0), worker="w2", now=EVENING)
    assert gone == TakenBack(again=(two.number,))
    assert beat(database, "w1", {one.number: Beat("decode")}) == ()


def test_the_slow_worker_that_comes_back_is_too_late(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    slow = take_one(database, places)
    back(database, places, later(90))
    quick = take_one(database, places, "w2", later(90))
    assert not finish(database, slow, Done("call-1", 60.0))
    assert fail(database, places, slow, Failure("AudioError", "broken")) is None
    assert do(database, places, quick, 1)
    assert states(database, places) == ["done"]
    assert quick.attempts == 2


def test_what_was_near_when_a_worker_died_is_done_alone_and_last(database: Database, places: Places) -> None:
    add_some(database, places, 4)
    suspects = numbers(take(database, places, most=2))
    back(database, places, later(90))
    rest = take(database, places, "w2", 9, later(90))
    assert len(rest) == 2
    assert set(numbers(rest)).isdisjoint(suspects)
    assert take(database, places, "w2", 9, later(90)) == ()  # while it has others
    for place, job in enumerate(rest):
        do(database, places, job, place)
    assert numbers(take(database, places, "w2", 9, later(91))) == suspects[:1]
    add(database, places, new(5))
    assert take(database, places, "w2", 9, later(91)) == ()
    assert len(take(database, places, "w4", 9, later(91))) == 1
    assert numbers(take(database, places, "w3", 9, later(91))) == suspects[1:]


def test_a_recording_that_kills_its_worker_three_times_is_given_up(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    now, gone = EVENING, TakenBack()
    for worker in range(4):
        job = take_one(database, places, f"w{worker}", now)
        if job.sources == new(2).sources:
            do(database, places, job, 2)
            continue
        beat(database, f"w{worker}", {job.number: Beat("recognise", 5.0)}, now)
        now += 2 * SILENT
        gone = back(database, places, now)
    (given_up,) = gone.failed
    job = job_of(database, places, given_up)
    assert (job.state, job.error_type, job.attempts) == ("failed", "WorkerLost", 3)
    assert "ended 3 times" in job.error
    assert job.sources == new(1).sources
    assert take(database, places, "w9", 9, now) == ()
    assert retry(database, places, Which(error_types=("WorkerLost",))) == 1
    assert len(take(database, places, "w9", 9, now)) == 1


def test_a_run_that_is_killed_often_gives_up_nothing(database: Database, places: Places) -> None:
    """Ten times all that it has in its hands is lost: none of it is to blame."""
    add_some(database, places, 12)
    now = EVENING
    for kill in range(10):
        taken = take(database, places, f"run {kill}", 4, now)
        assert len(taken) == (4 if kill < 3 else 1)
        now += 2 * SILENT
        assert back(database, places, now) == TakenBack(again=tuple(numbers(taken)))
    while taken := take(database, places, "last", 4, now):
        for job in taken:
            do(database, places, job, job.number)
    assert states(database, places) == ["done"] * 12


def test_only_the_third_death_alone_counts(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    take(database, places, most=2)  # not alone
    back(database, places, later(90))
    kills = database.run(lambda connection: connection.scalars(select(jobs.c.kills)).all())
    assert kills == [0, 0]


def test_whose_other_name_was_skipped_and_who_is_given_up_frees_it(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    one, two = take_one(database, places), take_one(database, places, "w2")
    claim_content(database, one, "same")
    assert claim_content(database, two, "same") == one.number
    database.run(lambda connection: connection.execute(update(jobs).where(jobs.c.id == one.number).values(kills=2)))
    assert back(database, places, later(90)).failed == (one.number,)
    assert states(database, places) == ["failed", "waiting"]
    assert claim_content(database, take_one(database, places, "w3", later(90)), "same") is None


def test_time_is_the_databases_unless_told(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    (job,) = lease(database, places, "w1", Wants())
    assert take_back(database, places) == TakenBack()
    old = update(jobs).where(jobs.c.id == job.number).values(beat_at=jobs.c.beat_at - AFTER - AFTER)
    database.run(lambda connection: connection.execute(old))
    assert take_back(database, places).again == (job.number,)


def test_what_is_given_back_waits_as_if_nothing_had_been(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    first = take_one(database, places)
    assert give_back(database, first, 7.5)
    assert give_back(database, first, 7.5)  # as after a commit that was lost on the way
    waiting = job_of(database, places, first.number)
    assert (waiting.state, waiting.worker, waiting.not_before) == ("waiting", None, None)
    assert counts(database).repeated_seconds == 7.5
    again = take_one(database, places, "w2")
    assert not give_back(database, first, 1.0)
    assert job_of(database, places, first.number).worker == "w2"
    assert again.number == first.number


def test_what_is_given_back_is_no_suspect(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    for job in take(database, places, most=2):
        give_back(database, job)
    assert len(take(database, places, "w2", most=2)) == 2


def test_what_is_done_is_not_given_back(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    job = take_one(database, places)
    do(database, places, job, 1)
    assert not give_back(database, job)
    assert states(database, places) == ["done"]
