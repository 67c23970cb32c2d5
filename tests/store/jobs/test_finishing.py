"""The end of a recording: kept, to be tried again, given up, or nothing to do."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.store.jobs.recordings import (
    EVENING,
    add,
    add_some,
    do,
    job_of,
    keep,
    later,
    new,
    states,
    take,
    take_one,
)

from stimmung.store.database import Database
from stimmung.store.jobs.changing import cancel, retry
from stimmung.store.jobs.finishing import WAITS, fail, finish, skip
from stimmung.store.jobs.listing import counts, find_jobs
from stimmung.store.jobs.records import Done, Failure, Job, Which
from stimmung.store.places import Places
from stimmung.store.schema import jobs

AWAY = Failure("FileNotFoundError", "the share is away", heals=True, seconds=2.5)


def in_the_middle() -> float:
    return 0.5


def test_a_kept_call_ends_its_job_and_what_was_known_of_it(database: Database, places: Places) -> None:
    add(database, places, new(1, "Berta"))
    assert do(database, places, take_one(database, places), 1, "Berta")
    (job,) = find_jobs(database, places, Which())
    assert (job.state, job.call_id, job.audio_seconds, job.ended_at) == ("done", "call-1", 60.0, EVENING)
    assert job.timings == {"decode": 1.0, "recognise": 4.0}
    assert (job.info, job.sources) == ({}, new(1, "Berta").sources)
    row = database.run(lambda connection: connection.execute(select(jobs)).one())
    assert (row.customer_pseudonym, row.call_pseudonym, row.key_id) == (None, None, None)


def test_said_twice_it_is_done_once(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    job = take_one(database, places)
    done = Done(keep(database, places, job, 1), 60.0)
    assert finish(database, job, done)
    assert finish(database, job, done)  # its commit was lost on the way
    assert counts(database).audio_seconds == 60.0


def test_a_call_that_was_erased_meanwhile_leaves_no_job(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    assert not finish(database, take_one(database, places), Done("never kept", 60.0))
    assert states(database, places) == []


def test_what_was_canceled_too_late_is_done(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    job = take_one(database, places)
    cancel(database, places)
    assert do(database, places, job, 1)
    assert states(database, places) == ["done"]


def test_what_may_heal_waits_longer_each_time_and_is_given_up(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    now = EVENING
    for wait in WAITS:
        job = take_one(database, places, now=now)
        assert fail(database, places, job, AWAY, now, in_the_middle) == "waiting"
        assert take(database, places, now=now + wait - timedelta(seconds=1)) == ()
        now += wait
    assert [wait.total_seconds() / 60 for wait in WAITS] == [1, 4, 15]
    job = take_one(database, places, now=now)
    assert fail(database, places, job, AWAY, now, in_the_middle) == "failed"
    (given_up,) = find_jobs(database, places, Which())
    assert (given_up.error_type, given_up.error, given_up.attempts) == ("FileNotFoundError", "the share is away", 4)
    assert counts(database).repeated_seconds == 7.5


@pytest.mark.parametrize(("draw", "seconds"), [(0.0, 48), (1.0, 72)])
def test_waits_are_spread(database: Database, places: Places, draw: float, seconds: int) -> None:
    add_some(database, places, 1)
    fail(database, places, take_one(database, places), AWAY, EVENING, lambda: draw)
    assert job_of(database, places, find_jobs(database, places, Which())[0].number).not_before == later(seconds)


def test_who_knows_when_it_will_be_over_says_so(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    failure = Failure("Overloaded", "busy", heals=True, wait=timedelta(seconds=7))
    fail(database, places, take_one(database, places), failure, EVENING, in_the_middle)
    assert take(database, places, now=later(6)) == ()
    assert len(take(database, places, now=later(7))) == 1


def test_what_does_not_heal_is_given_up_at_once(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    job = take_one(database, places)
    failure = Failure("AudioError", "holds no sound", seconds=3.0)
    assert fail(database, places, job, failure) == "failed"
    assert fail(database, places, job, failure) == "failed"  # its commit was lost on the way
    assert counts(database).repeated_seconds == 0.0
    assert take(database, places, now=later(minutes=600)) == ()
    assert retry(database, places) == 1
    assert take_one(database, places).attempts == 2


def test_a_failure_that_is_told_twice_counts_once(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    job = take_one(database, places)
    for _ in range(5):
        assert fail(database, places, job, AWAY, EVENING, in_the_middle) == "waiting"
    assert len(take(database, places, now=later(61))) == 1


def skipped(database: Database, places: Places, forget: bool) -> Job:
    add(database, places, new(1, "Berta"))
    job = take_one(database, places)
    assert skip(database, places, job, "erased", "call-1 was erased on request", forget)
    return job_of(database, places, job.number)


def test_what_there_is_nothing_to_do_with_says_why(database: Database, places: Places) -> None:
    job = skipped(database, places, forget=False)
    assert (job.state, job.error_type, job.error) == ("skipped", "erased", "call-1 was erased on request")
    assert job.sources == new(1, "Berta").sources


def test_of_somebody_who_was_erased_nothing_is_left(database: Database, places: Places) -> None:
    job = skipped(database, places, forget=True)
    assert (job.state, job.sources, job.info, job.error, job.began) == ("skipped", (), {}, "", None)
    row = database.run(lambda connection: connection.execute(select(jobs)).one())
    assert (row.customer_pseudonym, row.call_pseudonym, row.content) == (None, None, None)
    assert add(database, places, new(1, "Berta")).known == 1  # and is not looked at each night
    assert take(database, places) == ()
    retry(database, places, Which(states=("skipped",)))
    assert take(database, places) == ()  # until it is found, nobody knows which it is
    add(database, places, new(1, "Berta"))
    again = take_one(database, places)
    assert (again.sources, again.info["customer"], again.began) == (
        new(1, "Berta").sources,
        "Berta",
        new(1, "Berta").began,
    )
