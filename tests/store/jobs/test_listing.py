"""How far a batch is, and why recordings were given up."""

from tests.store.jobs.recordings import BATCH, add, add_some, do, new, take, take_one

from stimmung.store.database import Database
from stimmung.store.jobs.finishing import fail, skip
from stimmung.store.jobs.listing import batches, counts, failures, find_jobs
from stimmung.store.jobs.records import Failure, Which
from stimmung.store.places import Places


def test_everything_is_counted_once(database: Database, places: Places) -> None:
    add_some(database, places, 6)
    one, two, three, four, _five = take(database, places, most=5)
    do(database, places, one, 1)
    do(database, places, two, 2)
    fail(database, places, three, Failure("AudioError", "broken"))
    skip(database, places, four, "no_speech", "nobody speaks")
    found = counts(database, BATCH)
    assert found.states == {"waiting": 1, "running": 1, "done": 2, "skipped": 1, "failed": 1, "canceled": 0}
    assert (found.jobs, found.sizes["done"], found.audio_seconds) == (6, 2000, 120.0)
    assert found.stages == {"decode": 2.0, "recognise": 8.0}
    assert counts(database, "another").jobs == 0
    assert counts(database) == found


def test_reasons_are_told_together_whatever_the_files_are_called(database: Database, places: Places) -> None:
    add_some(database, places, 4)
    one, two, three, four = take(database, places, most=4)
    for job in (one, two):
        fail(database, places, job, Failure("AudioError", f"{job.sources[0]}: holds no sound"))
    fail(database, places, three, Failure("AudioError", "0003_nobody.wav: no such format"))
    skip(database, places, four, "policy", "nobody may")
    reasons = failures(database, places)
    assert [(one.state, one.error_type, one.text, one.count) for one in reasons] == [
        ("failed", "AudioError", "FILE: holds no sound", 2),
        ("failed", "AudioError", "FILE: no such format", 1),
        ("skipped", "policy", "nobody may", 1),
    ]
    assert reasons[0].numbers == (one.number, two.number)


def test_what_waits_after_a_failure_is_no_failure(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    fail(database, places, take_one(database, places), Failure("OSError", "away", heals=True))
    assert failures(database, places) == ()
    assert failures(database, places, Which(batch=BATCH)) == ()


def test_jobs_are_found_by_all_that_is_said(database: Database, places: Places) -> None:
    add(database, places, new(1, "anna"), new(2, "otto"))
    add(database, places, new(3, "anna"), batch="other")
    job = take_one(database, places)

    def found(which: Which) -> list[str]:
        return [one.sources[0][12:16] for one in find_jobs(database, places, which)]

    assert found(Which(sources="*anna*")) == ["0001", "0003"]
    assert found(Which(batch=BATCH, sources="*anna*")) == ["0001"]
    assert found(Which(states=("running",))) == ["0001"]
    assert found(Which(numbers=(job.number,))) == ["0001"]
    assert found(Which(error_types=("AudioError",))) == []


def test_batches_are_told_the_newest_first(database: Database, places: Places) -> None:
    assert batches(database) == ()
    add(database, places, new(1), new(2), batch="monday")
    add(database, places, new(3), batch="tuesday")
    assert batches(database) == ("tuesday", "monday")
