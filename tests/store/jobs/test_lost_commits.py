"""A connection that breaks at the commit: the work was done, nobody heard so, and it is done again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Connection
from tests.store.jobs.recordings import EVENING, add_some, job_of, keep, later, numbers, states, take, take_one

from stimmung.store.database import ATTEMPTS, Database
from stimmung.store.jobs.claiming import claim_content
from stimmung.store.jobs.finishing import fail, finish, skip
from stimmung.store.jobs.leasing import take_back
from stimmung.store.jobs.listing import counts, find_jobs
from stimmung.store.jobs.records import Done, Failure, Which
from stimmung.store.pace import pause
from stimmung.store.places import Places

Result = TypeVar("Result")
AWAY = Failure("OSError", "away", heals=True, seconds=2.0)


class Deaf(Database):
    """A database whose commits are heard of at the second attempt only."""

    def run(
        self,
        work: Callable[[Connection], Result],
        *,
        attempts: int = ATTEMPTS,
        sleep: Callable[[float], None] = pause,
    ) -> Result:
        super().run(work, attempts=attempts, sleep=sleep)
        return super().run(work, attempts=attempts, sleep=sleep)


@pytest.fixture
def deaf(database: Database) -> Iterator[Deaf]:
    with Deaf(database.kind, database.data_dir, database.parameters) as deaf:
        yield deaf


def test_what_was_leased_is_given_to_who_asked(deaf: Deaf, places: Places) -> None:
    add_some(deaf, places, 5)
    assert counts(deaf).jobs == 5
    assert numbers(take(deaf, places, most=2)) == [1, 2]
    assert counts(deaf).states["running"] == 2
    assert job_of(deaf, places, 1).attempts == 1


def test_who_claimed_has_claimed_and_who_was_second_is_so(deaf: Deaf, places: Places) -> None:
    add_some(deaf, places, 2)
    one, two = take(deaf, places, most=2)
    assert claim_content(deaf, one, "same") is None
    assert claim_content(deaf, two, "same") == one.number


def test_what_is_done_is_done(deaf: Deaf, places: Places) -> None:
    add_some(deaf, places, 1)
    job = take_one(deaf, places)
    assert finish(deaf, job, Done(keep(deaf, places, job, 1), 60.0))
    assert states(deaf, places) == ["done"]


def test_a_failure_counts_once(deaf: Deaf, places: Places) -> None:
    add_some(deaf, places, 2)
    one, two = take(deaf, places, most=2)
    assert fail(deaf, places, one, AWAY, EVENING) == "waiting"
    assert fail(deaf, places, two, Failure("AudioError", "broken"), EVENING) == "failed"
    assert counts(deaf).repeated_seconds == 2.0
    assert len(take(deaf, places, now=later(73))) == 1  # after one minute and not four


def test_what_was_skipped_is_skipped(deaf: Deaf, places: Places) -> None:
    add_some(deaf, places, 1)
    assert skip(deaf, places, take_one(deaf, places), "no_speech", "nobody speaks", forget=True)
    assert states(deaf, places) == ["skipped"]


def test_a_death_counts_once(deaf: Deaf, places: Places) -> None:
    add_some(deaf, places, 1)
    for worker in range(2):
        take_one(deaf, places, f"w{worker}")
        take_back(deaf, places, timedelta(0), now=EVENING)
    assert states(deaf, places) == ["waiting"]
    take_one(deaf, places, "w2")
    take_back(deaf, places, timedelta(0), now=EVENING)
    (job,) = find_jobs(deaf, places, Which())
    assert (job.state, job.attempts) == ("failed", 3)
