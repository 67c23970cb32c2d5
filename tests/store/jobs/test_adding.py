"""A recording is one job, however often and for whichever batch it is found."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from tests.store.jobs.recordings import BATCH, EVENING, add, add_some, do, job_of, keep, new, states, take, take_one

from stimmung.speech.errors import StoreError
from stimmung.store.database import Database
from stimmung.store.jobs.adding import MOST, add_jobs
from stimmung.store.jobs.claiming import claim_content
from stimmung.store.jobs.finishing import fail, finish, skip
from stimmung.store.jobs.leasing import beat, lease
from stimmung.store.jobs.listing import counts, find_jobs
from stimmung.store.jobs.records import Added, Beat, Done, Failure, NewJob, Wants, Which
from stimmung.store.places import Places
from stimmung.store.schema import jobs


def test_what_is_found_is_handed_out_as_it_was(database: Database, places: Places) -> None:
    pair = replace(
        new(1, "Berta Beispiel"), sources=("/in/\udce4 a.wav", "s3://calls/b.wav"), versions=("1", "2"), size=7
    )
    assert add(database, places, pair) == Added(new=1)
    job = take_one(database, places)
    assert (job.sources, job.info) == (pair.sources, pair.info)
    assert (job.batch, job.began, job.size, job.state) == (BATCH, pair.began, 7, "running")
    assert job.redo == ()


def test_nothing_that_leads_to_somebody_is_in_clear(database: Database, places: Places) -> None:
    add(database, places, new(1, "Berta Beispiel"), new(2))
    job = take_one(database, places)
    fail(database, places, job, Failure("AudioError", f"{job.sources[0]}: is empty"))
    rows = str(database.run(lambda connection: connection.scalars(text("SELECT row::text FROM jobs AS row")).all()))
    for word in ("Berta", "Beispiel", "call-1", "recordings", ".wav", "meters", "is empty"):
        assert word not in rows
        assert word.encode().hex() not in rows  # as PostgreSQL writes bytes
    assert "Berta" not in repr(job)


def test_found_again_it_stays_what_it_is(database: Database, places: Places) -> None:
    add_some(database, places, 5)
    one, two, three, four = take(database, places, most=4)
    assert do(database, places, one, 1)
    skip(database, places, two, "no_speech", "nobody speaks")
    fail(database, places, three, Failure("AudioError", "is no sound"))
    assert four.state == "running"
    assert add_some(database, places, 6) == Added(new=1, known=5)
    assert states(database, places) == ["done", "skipped", "failed", "running", "waiting", "waiting"]


def test_the_same_name_twice_in_one_go_is_one(database: Database, places: Places) -> None:
    assert add(database, places, new(1), new(1)) == Added(new=1, known=1)
    assert states(database, places) == ["waiting"]


def test_a_pair_and_its_halves_are_different_recordings(database: Database, places: Places) -> None:
    both = NewJob(("/a.wav", "/b.wav"), ("1", "1"))
    assert add(database, places, both, NewJob(("/a.wav",), ("1",)), NewJob(("/b.wav", "/a.wav"), ("1", "1"))).new == 3


def test_what_changed_on_the_disk_waits_anew(database: Database, places: Places) -> None:
    add_some(database, places, 3)
    one, two = take(database, places, most=2)
    do(database, places, one, 1)
    skip(database, places, two, "no_speech", "nobody speaks")
    changed = [replace(new(number), versions=("2",), size=2000) for number in (1, 2, 3)]
    assert add(database, places, *changed) == Added(changed=3)
    assert states(database, places) == ["waiting"] * 3
    job = job_of(database, places, two.number)
    assert (job.error_type, job.error, job.ended_at, job.size) == (None, "", None, 2000)
    assert add(database, places, *changed) == Added(known=3)


def test_who_works_on_what_changed_meanwhile_is_stopped(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    old = take_one(database, places)
    add(database, places, replace(new(1), versions=("2",)))
    assert beat(database, "w1", {old.number: Beat("recognise")}) == (old.number,)
    assert not finish(database, old, Done(keep(database, places, old, 1), 60.0))
    assert states(database, places) == ["waiting"]
    assert take_one(database, places, "w2").number == old.number


def test_what_changed_frees_the_other_name_of_what_it_was(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    one, two = take(database, places, most=2)
    claim_content(database, one, "same")
    assert claim_content(database, two, "same") == one.number
    add(database, places, replace(new(1), versions=("2",)))
    assert states(database, places) == ["waiting", "waiting"]


def test_what_waits_goes_over_to_the_next_night(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    do(database, places, take_one(database, places), 1)
    assert add(database, places, new(1), new(2), new(3), batch="next night") == Added(new=1, known=2)
    assert counts(database, "next night").jobs == 2
    assert counts(database, BATCH).states["done"] == 1
    assert len(lease(database, places, "w1", Wants(9, BATCH))) == 0
    assert len(lease(database, places, "w1", Wants(9, "next night"))) == 2


def test_what_may_have_healed_is_tried_again_the_next_night(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    away, broken = take(database, places, most=2)
    for minute in (0, 10, 20, 60):
        state = fail(
            database,
            places,
            away,
            Failure("FileNotFoundError", "away", heals=True),
            EVENING + timedelta(minutes=minute),
        )
        if state == "waiting":
            away = take_one(database, places, now=EVENING + timedelta(minutes=minute + 19))
    fail(database, places, broken, Failure("AudioError", "broken"))
    assert states(database, places) == ["failed", "failed"]
    assert add_some(database, places, 2) == Added(known=1, again=1)
    assert states(database, places) == ["waiting", "failed"]


def test_a_whole_archive_is_added_in_parts(database: Database, places: Places) -> None:
    many = 2 * MOST + 1
    found = (new(number) for number in range(many))
    assert add_jobs(database, places, BATCH, found) == Added(new=many)
    assert counts(database, BATCH).states["waiting"] == many
    assert counts(database, BATCH).sizes["waiting"] == many * 1000


def test_another_key_file_is_noticed(database: Database, places: Places) -> None:
    add_some(database, places, 1)
    old = places.originals_key.read_text()
    places.originals_key.unlink()
    with pytest.raises(StoreError, match="there is no file with the key"):
        lease(database, places, "w1", Wants())
    add(database, places, new(2))  # makes a new one
    assert [job.sources for job in find_jobs(database, places, Which())] == [(), new(2).sources]
    assert take_one(database, places).sources == new(2).sources
    assert lease(database, places, "w1", Wants()) == ()
    places.originals_key.write_text(old + places.originals_key.read_text())  # both, the newer one last
    assert add(database, places, new(1), new(2)) == Added(known=2)
    assert take_one(database, places, "w2").sources == new(1).sources


def test_names_are_bound_to_their_rows(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    first = jobs.select().with_only_columns(jobs.c.sources).order_by(jobs.c.id).limit(1).scalar_subquery()
    database.run(lambda connection: connection.execute(update(jobs).values(sources=first)))
    assert [job.sources for job in find_jobs(database, places, Which())] == [new(1).sources, ()]


def test_what_a_killed_run_had_in_its_hands_belongs_to_the_next_one(database: Database, places: Places) -> None:
    add_some(database, places, 2)
    job = take_one(database, places)
    add(database, places, new(1), new(2), batch="the next night")
    found = counts(database, "the next night").states
    assert (found["running"], found["waiting"]) == (1, 1)
    assert do(database, places, job, 1)
