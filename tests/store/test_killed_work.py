"""Killed at any moment, an erasure, a retention run, a backup or a restoring leaves a store that is whole.

What was begun is finished by whoever opens the store next; nothing is lost, nothing is there twice, and what was erased
is in no file any more.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from tests.store.killed_jobs import Job, run_job
from tests.store.made_calls import STARTED, places_below, saved_call, with_info, with_words
from tests.store.server_users import until
from tests.store.traces import traces

from stimmung.speech.settings import RetentionSettings
from stimmung.store.admission import Admission
from stimmung.store.audio_files import audio_path, sweep
from stimmung.store.backups.backup import make_backup
from stimmung.store.backups.files import backups_in
from stimmung.store.backups.restore import RestoreOptions, restore_backup
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.databases import remains
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.records import SavedCall
from stimmung.store.removal.deletion import has_unfinished
from stimmung.store.removal.erasure import erase_customer, settle_erasures
from stimmung.store.removal.erasure_register import read_register
from stimmung.store.removal.exports_register import Export, register_export
from stimmung.store.removal.retention import run_retention
from stimmung.store.removal.retention_rules import rules_of
from stimmung.store.schema import METADATA, calls, erasures

KILLS = 10  # of each job, over all of its steps
SAID = "zwiebelfisch"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.slow


@pytest.fixture
def steward(embedded_database: Database) -> Steward:
    return Steward(embedded_database, places_below(embedded_database.data_dir), "anna", Pace())


def call_of(customer: str, number: int, words: str = "hello") -> SavedCall:
    made = with_words(saved_call(number), words)
    return replace(with_info(made, replace(made.analysis.info, customer=customer)), audio=f"{words} {number}".encode())


def moments(steps: int) -> list[int]:
    """Return steps from the first to the last, KILLS of them, and some of the last, where most is decided."""
    spread = {1 + round(place * (steps - 1) / (KILLS - 1)) for place in range(KILLS)}
    return sorted(spread | {steps - back for back in (2, 4, 7, 11)})


def reopen(steward: Steward) -> None:
    """Do what opening does; the server notices a moment later that the killed process is gone."""

    def settled() -> bool:
        settle_erasures(steward)
        return not steward.database.run(has_unfinished) and not remains(steward.database)

    until(settled)


def check_whole(steward: Steward) -> set[str]:
    """Check that every call is there whole and once, with its sound; return which are there."""
    with steward.database.engine.connect() as connection:
        kept = set(connection.scalars(select(calls.c.call_id)))
        count = {
            table: connection.scalar(select(func.count()).select_from(table)) for table in METADATA.tables.values()
        }
        proofs = connection.execute(select(erasures)).all()
    by_name = {table.name: number for table, number in count.items()}
    assert (by_name["utterances"], by_name["parties"]) == (6 * len(kept), 2 * len(kept))
    for call_id in kept:
        stored = load_call(steward.database, call_id)
        assert stored.audio is not None
        assert audio_path(steward.places.audio, stored.audio).read_bytes().endswith(call_id[-1:].encode())
    assert all(row.detail["rewritten"] for row in proofs)
    register = read_register(steward.register)
    asked = [row.erasure_id for row in proofs if row.kind != "retention"]
    assert sorted(asked) == sorted(one.erasure_id for one in register.erasures)
    assert sorted(asked) == sorted(one.erasure_id for one in register.proofs)
    return kept


def files_of(steward: Steward) -> list[str]:
    return sorted(path.read_text() for path in steward.places.audio.rglob("*") if path.is_file())


def test_an_erasure(steward: Steward, embedded: EmbeddedServer, tmp_path: Path) -> None:
    save_call(steward.database, steward.places, call_of("Carla", 3))

    def prepare() -> None:
        for number in (1, 2):
            save_call(steward.database, steward.places, call_of("Berta", number, SAID), Admission(erased=True))
        (tmp_path / "export").write_text(SAID)
        with steward.database.engine.begin() as connection:
            register_export(connection, Export(tmp_path / "export", "anna", NOW, ("call-1",)))

    prepare()
    steps = run_job(steward, Job("erase_customer", "Berta"))
    assert steps > 30
    gone_already = 0
    for moment in moments(steps):
        prepare()
        run_job(steward, Job("erase_customer", "Berta", moment))
        reopen(steward)
        kept = check_whole(steward)
        assert kept in ({"call-1", "call-2", "call-3"}, {"call-3"})
        if kept == {"call-3"}:
            gone_already += 1
            assert files_of(steward) == ["hello 3"]
            assert not (tmp_path / "export").exists()
            assert traces(embedded.folder, SAID) == []
        erase_customer(steward, "Berta")
        assert check_whole(steward) == {"call-3"}
    assert 2 <= gone_already < len(moments(steps))


def test_a_retention_run(steward: Steward, embedded: EmbeddedServer) -> None:
    rules = rules_of(RetentionSettings())
    late = STARTED + timedelta(days=90, minutes=2)  # calls 1 and 2 are due, call 3 only its sound
    job = Job("retention", now=late.isoformat())

    def prepare() -> None:
        for number in (1, 2):
            save_call(steward.database, steward.places, call_of("Berta", number, SAID), Admission(erased=True))

    prepare()
    save_call(steward.database, steward.places, call_of("Carla", 7))
    steps = run_job(steward, job)
    for moment in moments(steps):
        prepare()
        run_job(steward, replace(job, kill_at=moment))
        reopen(steward)
        run_retention(steward, rules, late)
        with steward.database.engine.connect() as connection:
            assert connection.scalars(select(calls.c.call_id)).all() == ["call-7"]
        assert files_of(steward) == []
        assert traces(embedded.folder, SAID) == []


def test_a_backup(steward: Steward) -> None:
    save_call(steward.database, steward.places, call_of("Berta", 1))
    steps = run_job(steward, Job("backup"))
    for number, moment in enumerate(moments(steps)):
        now = NOW + timedelta(minutes=1 + number)
        before = backups_in(steward.backups)
        run_job(steward, Job("backup", kill_at=moment, now=now.isoformat()))
        for path in set(backups_in(steward.backups)) - set(before):
            restore_backup(steward, path, now, RestoreOptions(force=True))  # it is whole, or not there
        make_backup(steward, now + timedelta(seconds=1))
        assert all(not path.name.startswith(".") for path in steward.backups.iterdir())
        assert check_whole(steward) == {"call-1"}


def test_a_restoring(steward: Steward, embedded: EmbeddedServer) -> None:
    for one in (call_of("Berta", 1, SAID), call_of("Carla", 3)):
        save_call(steward.database, steward.places, one)
    path = make_backup(steward, NOW).path
    erase_customer(steward, "Berta")
    job = Job("restore", str(path))

    def prepare() -> None:
        with steward.database.engine.begin() as connection:
            connection.execute(text("DELETE FROM calls"))
        save_call(steward.database, steward.places, call_of("Dora", 4), Admission(erased=True))
        steward.database.engine.dispose()

    prepare()
    steps = run_job(steward, job)
    came_back = 0
    for moment in moments(steps):
        prepare()
        run_job(steward, replace(job, kill_at=moment))
        reopen(steward)
        steward.database.engine.dispose()
        kept = check_whole(steward)
        assert kept in ({"call-3"}, {"call-4"})
        came_back += kept == {"call-3"}
        sweep(steward.database, steward.places.audio, (datetime.now(UTC) + timedelta(days=1)).timestamp)
        assert files_of(steward) == [f"hello {next(iter(kept))[-1]}"]
        assert traces(embedded.folder, SAID) == []
    assert 1 <= came_back < len(moments(steps))
