"""Jobs go with their calls, with a person who asks, and after their time; and who asks is told of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update
from tests.store.jobs.recordings import EVENING, add, add_some, do, job_of, new, states, take, take_one
from tests.store.made_calls import STARTED, saved_call

from stimmung.speech.settings import RetentionSettings
from stimmung.store.backups.backup import make_backup
from stimmung.store.backups.restore import RestoreOptions, restore_backup
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.jobs.claiming import claim_content
from stimmung.store.jobs.finishing import fail
from stimmung.store.jobs.leasing import beat
from stimmung.store.jobs.listing import find_jobs
from stimmung.store.jobs.records import Beat, Failure, Job, Which
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.persons.person import PersonOptions, export_person, gather_person
from stimmung.store.places import Places
from stimmung.store.pseudonyms import forget_lost_secrets, rotate_secret
from stimmung.store.removal.erasure import erase_call, erase_customer, settle_erasures
from stimmung.store.removal.retention import run_retention
from stimmung.store.removal.retention_rules import RetentionRules, rules_of
from stimmung.store.schema import erasures, jobs


@pytest.fixture
def steward(database: Database, places: Places) -> Steward:
    return Steward(database, places, "anna", Pace())


@pytest.fixture
def rules() -> RetentionRules:
    return rules_of(RetentionSettings())


def left(steward: Steward) -> list[str]:
    """Return the sources that are left, without what is the same in all."""
    found = find_jobs(steward.database, steward.places, Which())
    return [job.sources[0].removeprefix("/recordings/") for job in found]


def add_three(steward: Steward) -> list[Job]:
    """Have a done, a failed and a waiting recording of Berta's and one of Carla's each."""
    database, places = steward.database, steward.places
    add(
        database,
        places,
        *(new(number, who) for who, first in (("Berta", 1), ("Carla", 4)) for number in range(first, first + 3)),
    )
    taken = take(database, places, most=6)
    for job, number in ((taken[0], 1), (taken[3], 4)):
        do(database, places, job, number, "Berta" if number == 1 else "Carla")
    for job in (taken[1], taken[4]):
        fail(database, places, job, Failure("AudioError", "broken"))
    for job in (taken[2], taken[5]):
        fail(database, places, job, Failure("OSError", "away", heals=True))
    return list(taken)


def test_a_person_takes_all_their_jobs_along(steward: Steward) -> None:
    add_three(steward)
    erase_customer(steward, "Berta")
    assert left(steward) == ["0004_Carla.wav", "0005_Carla.wav", "0006_Carla.wav"]


def test_a_call_takes_its_job_along_kept_or_not(steward: Steward) -> None:
    add_three(steward)
    erase_call(steward, "call-1")
    erase_call(steward, "call-5")
    assert left(steward) == ["0002_Berta.wav", "0003_Berta.wav", "0004_Carla.wav", "0006_Carla.wav"]


def test_the_other_name_of_a_recording_goes_with_it(steward: Steward) -> None:
    database, places = steward.database, steward.places
    add(database, places, new(1, "Berta"), new(2), new(3))
    one, two, three = take(database, places, most=3)
    claim_content(database, one, "same")
    do(database, places, job_of(database, places, one.number), 1, "Berta")
    claim_content(database, two, "same")
    do(database, places, three, 3)
    erase_customer(steward, "Berta")
    assert left(steward) == ["0003_nobody.wav"]


def test_who_was_erased_under_an_older_secret_is_found(steward: Steward) -> None:
    add_three(steward)
    rotate_secret(steward.database, steward.places.secret)
    erase_customer(steward, "Carla")
    assert left(steward) == ["0001_Berta.wav", "0002_Berta.wav", "0003_Berta.wav"]


@pytest.mark.parametrize("kind", ["customer", "call"])
def test_a_database_from_before_forgets_jobs_again(steward: Steward, kind: str) -> None:
    """Also where its pseudonyms are of an older secret than the erasure's."""
    add(steward.database, steward.places, new(2, "Berta"), new(3, "Carla"))
    early = datetime(2020, 1, 1, tzinfo=UTC)
    with steward.database.engine.begin() as connection:
        rows = connection.execute(
            text("CREATE TABLE before AS SELECT id, customer_pseudonym, call_pseudonym, key_id FROM jobs")
        )
        assert rows is not None
    rotate_secret(steward.database, steward.places.secret)
    if kind == "customer":
        erase_customer(steward, "Berta")
    else:
        erase_call(steward, "call-2")
    assert left(steward) == ["0003_Carla.wav"]
    add(steward.database, steward.places, new(2, "Berta"))
    with steward.database.engine.begin() as connection:
        connection.execute(delete(erasures))
        old = "FROM before WHERE before.id = 1 AND jobs.id = 3"
        columns = "customer_pseudonym = before.customer_pseudonym, call_pseudonym = before.call_pseudonym"
        assert connection.execute(text(f"UPDATE jobs SET {columns}, key_id = before.key_id {old}")).rowcount == 1
        connection.execute(update(jobs).values(added_at=early))
        connection.execute(text("DROP TABLE before"))
    settle_erasures(steward)
    assert left(steward) == ["0003_Carla.wav"]


def test_what_is_found_after_the_erasure_stays(steward: Steward) -> None:
    erase_customer(steward, "Berta")
    add(steward.database, steward.places, new(2, "Berta"))
    with steward.database.engine.begin() as connection:
        connection.execute(delete(erasures))
    settle_erasures(steward)
    assert left(steward) == ["0002_Berta.wav"]


def test_a_secret_lost_for_good_leaves_the_jobs(steward: Steward) -> None:
    add(steward.database, steward.places, new(2, "Berta"))
    steward.places.secret.unlink()
    forget_lost_secrets(steward.database, steward.places.secret)
    assert left(steward) == ["0002_Berta.wav"]
    add(steward.database, steward.places, new(3, "Carla"))
    erase_customer(steward, "Carla")
    assert left(steward) == ["0002_Berta.wav"]


def test_retention_takes_jobs_with_their_calls(steward: Steward, rules: RetentionRules) -> None:
    add_some(steward.database, steward.places, 1)
    do(steward.database, steward.places, take_one(steward.database, steward.places), 1)
    run_retention(steward, rules, STARTED + timedelta(days=rules.usual.text, hours=1))
    assert left(steward) == []


def test_retention_takes_what_never_became_a_call(steward: Steward, rules: RetentionRules) -> None:
    add_some(steward.database, steward.places, 3)
    failed, running = take(steward.database, steward.places, most=2)
    fail(steward.database, steward.places, failed, Failure("AudioError", "broken"))
    found = max(job.added_at for job in find_jobs(steward.database, steward.places, Which()))
    due = found + timedelta(days=rules.usual.text)
    run_retention(steward, rules, due - timedelta(seconds=1))
    assert len(left(steward)) == 3
    run_retention(steward, rules, due + timedelta(seconds=1))
    assert [job.number for job in find_jobs(steward.database, steward.places, Which())] == [running.number]
    with steward.database.engine.connect() as connection:
        assert all(row.detail["rewritten"] for row in connection.execute(erasures.select()))


def test_who_asks_is_told_of_recordings_that_are_no_calls(
    steward: Steward, rules: RetentionRules, tmp_path: Path
) -> None:
    add_three(steward)
    person = gather_person(steward, "Berta", rules, EVENING)
    assert [job.state for job in person.recordings] == ["failed", "waiting"]
    files = export_person(steward, "Berta", rules, EVENING, tmp_path, PersonOptions("en"))
    content = files.text.read_text()
    assert "not analysed" in content
    assert "could not be analysed" in content
    assert "0002_Berta" not in content + files.json.read_text()
    assert '"state": "waiting"' in files.json.read_text()


@pytest.mark.slow
def test_a_backup_brings_jobs_back_but_not_whom_was_erased_since(steward: Steward) -> None:
    add_three(steward)
    path = make_backup(steward, EVENING).path
    erase_customer(steward, "Berta")
    save_call(steward.database, steward.places, replace(saved_call(9)))
    restore_backup(steward, path, EVENING + timedelta(minutes=1), RestoreOptions(force=True))
    assert left(steward) == ["0004_Carla.wav", "0005_Carla.wav", "0006_Carla.wav"]
    assert states(steward.database, steward.places) == ["done", "failed", "waiting"]


def test_who_works_for_somebody_who_is_erased_hears_so(steward: Steward) -> None:
    database, places = steward.database, steward.places
    add(database, places, new(1, "Berta"))
    job = take_one(database, places)
    erase_customer(steward, "Berta")
    assert beat(database, "w1", {job.number: Beat("recognise")}) == (job.number,)
    assert fail(database, places, job, Failure("AudioError", "broken")) is None
    assert not do(database, places, job, 1, "Berta")  # whoever saves it all the same is told
    assert left(steward) == []
