"""A backup holds everything but the secret and the keys; restored it brings back everybody who was not erased since."""

import stat
import subprocess
import tarfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text
from tests.store.made_calls import places_below, saved_call, with_info, with_originals, with_words
from tests.store.traces import traces

from stimmung.speech.errors import StoreError
from stimmung.speech.settings import RetentionSettings
from stimmung.store.audit import Act, acts_between, record_act
from stimmung.store.backups.archive import extract_dump, open_archive, read_manifest
from stimmung.store.backups.backup import Backup, make_backup
from stimmung.store.backups.files import backups_in
from stimmung.store.backups.restore import Restored, RestoreOptions, restore_backup
from stimmung.store.calls import load_call, save_call, withdraw_call
from stimmung.store.database import Database
from stimmung.store.databases import make_database, name_beside, remains
from stimmung.store.embedded.binaries import client_program
from stimmung.store.maintenance import Steward
from stimmung.store.originals import load_originals
from stimmung.store.pace import Pace
from stimmung.store.pseudonyms import rotate_secret
from stimmung.store.records import SavedCall
from stimmung.store.removal.deletion import has_unfinished
from stimmung.store.removal.erasure import erase_call, erase_customer, settle_erasures
from stimmung.store.removal.erasure_register import read_register
from stimmung.store.removal.exports_register import Export, register_export
from stimmung.store.removal.retention_rules import rules_of
from stimmung.store.schema import calls, exports

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
FORCE = RestoreOptions(force=True)
# Slow: it starts pg_dump and pg_restore. Those that came with stimmung reach a server with TLS through a tunnel.
SERVERS = ["embedded", "external_tls", pytest.param("debian", marks=pytest.mark.needs("pg_ctlcluster"))]
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", SERVERS, indirect=True)]
SAID = "siebenschlaefer"


@pytest.fixture
def steward(database: Database) -> Steward:
    return Steward(database, places_below(database.data_dir), "anna", Pace())


@pytest.fixture
def kept(steward: Steward) -> Steward:
    """A store with two calls of Berta and one of Carla, with sound and originals."""
    for one in (call_of("Berta", 1, SAID), call_of("Berta", 2), call_of("Carla", 3)):
        save_call(steward.database, steward.places, one)
    return steward


def call_of(customer: str, number: int, words: str = "hello") -> SavedCall:
    made = with_originals(with_words(saved_call(number), words), f"as {words} was said")
    info = replace(made.analysis.info, customer=customer)
    return replace(with_info(made, info), audio=f"sound of {number}".encode())


def kept_ids(steward: Steward) -> set[str]:
    return set(steward.database.run(lambda connection: connection.scalars(select(calls.c.call_id)).all()))


def sounds(steward: Steward) -> list[bytes]:
    return sorted(path.read_bytes() for path in steward.places.audio.rglob("*") if path.is_file())


def back_up(steward: Steward) -> Backup:
    return make_backup(steward, NOW)


def restore(steward: Steward, backup: Backup, options: RestoreOptions = FORCE) -> Restored:
    return restore_backup(steward, backup.path, LATER, options)


def act(steward: Steward, one: Act) -> None:
    with steward.database.engine.begin() as connection:
        record_act(connection, one)


def test_a_backup_is_one_private_file_that_says_what_it_holds(kept: Steward) -> None:
    backup = back_up(kept)
    assert backup.path == kept.backups / "stimmung-20260301T120000Z.backup"
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.backups.stat().st_mode) == 0o700
    assert (backup.manifest.calls, backup.manifest.recordings, backup.missing) == (3, 3, 0)
    assert [path.name for path in kept.backups.iterdir()] == [backup.path.name]
    with tarfile.open(backup.path) as archive:
        names = archive.getnames()
    assert names[:2] == ["manifest.json", "database.dump"]
    assert len(names) == 5


def test_a_backup_holds_neither_secret_nor_key(kept: Steward) -> None:
    content = back_up(kept).path.read_bytes()
    for file in (kept.places.secret, kept.places.originals_key):
        key = file.read_bytes().split()[-1]
        assert key not in content
        assert bytes.fromhex(key.decode()) not in content


def test_who_was_erased_is_in_no_later_backup(kept: Steward, tmp_path: Path) -> None:
    save_call(kept.database, kept.places, call_of("Dora", 4, "murmeltier"))
    erase_customer(kept, "Berta")
    dump = tmp_path / "dump"
    with open_archive(back_up(kept).path) as archive, dump.open("wb") as file:
        extract_dump(dump, archive, read_manifest(dump, archive), file)
    program = client_program("pg_restore", kept.database.server_version() // 10_000)
    script = subprocess.run([program, "--file=-", dump], capture_output=True, text=True, check=True).stdout
    assert "murmeltier" in script
    assert [word for word in (SAID, "call-1", "call-2", "Berta") if word in script] == []


def test_everything_comes_back(kept: Steward) -> None:
    before = load_call(kept.database, "call-1")
    backup = back_up(kept)
    with kept.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM calls"))
    for path in kept.places.audio.rglob("*.opus"):
        path.unlink()
    restored = restore(kept, backup, RestoreOptions())
    assert (restored.calls, restored.recordings, restored.erased_again, restored.recordings_missing) == (3, 3, 0, 0)
    after = load_call(kept.database, "call-1")
    assert (after.customer, after.saved_at, after.audio) == (before.customer, before.saved_at, before.audio)
    assert after.analysis.utterances[0].text == SAID
    assert sounds(kept) == [b"sound of 1", b"sound of 2", b"sound of 3"]
    (original,) = kept.database.run(lambda connection: load_originals(connection, kept.places.originals_key, "call-1"))
    assert original.text == f"as {SAID} was said"
    save_call(kept.database, kept.places, call_of("Dora", 4))  # numbers go on where they were
    assert kept_ids(kept) == {"call-1", "call-2", "call-3", "call-4"}


def test_calls_that_are_there_are_not_replaced_by_accident(kept: Steward) -> None:
    backup = back_up(kept)
    with pytest.raises(StoreError, match="holds 3 calls: name an empty one, or replace them with --force"):
        restore(kept, backup, RestoreOptions())


def test_what_came_after_the_backup_is_gone_after_restoring_it(kept: Steward) -> None:
    backup = back_up(kept)
    save_call(kept.database, kept.places, call_of("Dora", 4))
    restore(kept, backup)
    assert kept_ids(kept) == {"call-1", "call-2", "call-3"}


def test_who_was_erased_since_does_not_come_back(kept: Steward) -> None:
    backup = back_up(kept)
    one, two = erase_customer(kept, "Berta").proof, erase_call(kept, "call-3").proof
    save_call(kept.database, kept.places, call_of("Carla", 5))
    again = make_backup(kept, LATER)
    restored = restore(kept, backup)
    assert (kept_ids(kept), restored.erased_again) == (set(), 3)
    assert traces(kept.places.audio, "sound of") == []
    assert read_register(kept.register).proofs == (one, two)
    restore_backup(kept, again.path, LATER, FORCE)
    assert kept_ids(kept) == {"call-5"}


def test_who_was_erased_since_leaves_no_trace_by_coming_back_for_a_moment(
    request: pytest.FixtureRequest, kept: Steward
) -> None:
    server = request.getfixturevalue(request.node.callspec.params["database"])
    backup = back_up(kept)
    erase_customer(kept, "Berta")
    restore(kept, backup)
    save_call(kept.database, kept.places, call_of("Carla", 4))
    found = [one for one in traces(server.folder, SAID) if "pg_wal" not in one or kept.database.kind == "embedded"]
    assert found == []
    assert [one for one in traces(kept.database.data_dir, SAID) if "backups/" not in one] == []


def test_what_was_withdrawn_since_has_no_scores_sound_or_originals_when_it_comes_back(
    kept: Steward,
) -> None:
    backup = back_up(kept)
    assert withdraw_call(kept.database, kept.places, call_of("Berta", 1).content_hash)
    withdrawn = load_call(kept.database, "call-1")
    restore(kept, backup)
    assert kept_ids(kept) == {"call-1", "call-2", "call-3"}
    back = load_call(kept.database, "call-1")
    assert (back.analysis.info.consent, back.audio, back.has_originals) == ("withdrawn", None, False)
    assert not any(one.distress or one.text_emotion for one in back.analysis.utterances)
    assert (back.customer, back.content_hash) == (withdrawn.customer, withdrawn.content_hash)
    assert sounds(kept) == [b"sound of 2", b"sound of 3"]
    assert not kept.database.run(has_unfinished)
    assert [one.distress for one in load_call(kept.database, "call-2").analysis.utterances] != [None] * 6


def test_a_secret_that_is_new_since_the_backup_hides_nobody(kept: Steward) -> None:
    backup = back_up(kept)
    rotate_secret(kept.database, kept.places.secret)
    erase_customer(kept, "Berta")
    restore(kept, backup)
    assert kept_ids(kept) == {"call-3"}


def test_erasures_of_another_machine_count_where_its_register_is_named(kept: Steward, tmp_path: Path) -> None:
    backup = back_up(kept)
    erase_customer(kept, "Berta")
    elsewhere = kept.register.rename(tmp_path / "erasures.jsonl")
    with kept.database.engine.begin() as connection:  # and the database was lost
        connection.execute(text("DELETE FROM erasures"))
    restore(kept, backup, replace(FORCE, registers=(elsewhere,)))
    assert kept_ids(kept) == {"call-3"}
    with pytest.raises(StoreError, match="there is no register of erasures"):
        restore(kept, backup, replace(FORCE, registers=(tmp_path / "none",)))


def test_what_is_too_old_by_now_does_not_come_back(kept: Steward) -> None:
    backup = back_up(kept)
    rules = rules_of(RetentionSettings(audio_days=1, text_days=20, queues=()))
    much_later = NOW + timedelta(days=10)
    restored = restore_backup(kept, backup.path, much_later, replace(FORCE, rules=rules))
    assert (restored.too_old, restored.recordings) == (0, 0)
    restored = restore_backup(kept, backup.path, NOW + timedelta(days=21), replace(FORCE, rules=rules))
    assert (restored.too_old, kept_ids(kept)) == (3, set())


def test_the_audit_and_the_exports_since_the_backup_are_kept(kept: Steward, tmp_path: Path) -> None:
    act(kept, Act("look", "otto", NOW - timedelta(days=1), call_id="call-3"))
    backup = back_up(kept)
    act(kept, Act("look", "otto", LATER, call_id="call-3"))
    (tmp_path / "late.json").write_text("exported")
    with kept.database.engine.begin() as connection:
        register_export(connection, Export(tmp_path / "late.json", "otto", LATER, ("call-1",)))
    restore(kept, backup)
    acts = kept.database.run(lambda connection: acts_between(connection, *EVER))
    assert [one.action for one in acts] == ["look", "backup", "look", "restore"]
    erase_call(kept, "call-1")
    assert not (tmp_path / "late.json").exists()
    assert kept.database.run(lambda connection: connection.execute(select(exports)).all()) == []


def test_acts_that_are_too_old_by_now_do_not_come_back_either(kept: Steward) -> None:
    act(kept, Act("look", "otto", NOW - timedelta(days=1), call_id="call-3"))
    act(kept, Act("play", "otto", NOW + timedelta(days=2), call_id="call-3"))
    backup = back_up(kept)
    rules = rules_of(RetentionSettings(audit_days=30))
    restore_backup(kept, backup.path, NOW + timedelta(days=31), replace(FORCE, rules=rules))
    acts = kept.database.run(lambda connection: acts_between(connection, *EVER))
    assert [one.action for one in acts if one.action != "retention"] == ["play", "restore"]


def test_sound_that_the_backup_lacks_is_told(kept: Steward) -> None:
    stored = load_call(kept.database, "call-2")
    assert stored.audio is not None
    (kept.places.audio / stored.audio.file).unlink()
    backup = back_up(kept)
    assert backup.missing == 1
    assert restore(kept, backup).recordings_missing == 1
    assert load_call(kept.database, "call-2").audio is None


@pytest.mark.parametrize("damage", ["cut off", "another file", "a byte"])
def test_a_damaged_backup_is_refused_and_all_stays_as_it_was(kept: Steward, damage: str) -> None:
    backup = back_up(kept)
    content = bytearray(backup.path.read_bytes())
    if damage == "cut off":
        backup.path.write_bytes(content[:3000])
    elif damage == "another file":
        backup.path.write_bytes(b"something else entirely")
    else:
        content[4000] ^= 1
        backup.path.write_bytes(content)
    with pytest.raises(StoreError, match=r"20260301T120000Z\.backup: "):
        restore(kept, backup)
    assert kept_ids(kept) == {"call-1", "call-2", "call-3"}
    assert remains(kept.database) == ()
    assert backups_in(kept.backups) == (backup.path,)


def test_a_backup_of_a_newer_stimmung_is_refused(kept: Steward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stimmung.store.backups.backup.FORMAT", 2)
    backup = back_up(kept)
    with pytest.raises(StoreError, match="newer than this one"):
        restore(kept, backup)


def test_whoever_is_connected_is_cut_off_only_by_force(kept: Steward) -> None:
    backup = back_up(kept)
    with kept.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM calls"))
    with psycopg.connect(psycopg.conninfo.make_conninfo(**kept.database.parameters)) as connection:
        connection.execute("SELECT 1")
        with pytest.raises(StoreError, match=r"1 connections use .* --force"):
            restore(kept, backup, RestoreOptions())
        assert kept_ids(kept) == set()
        restore(kept, backup)
        assert is_cut_off(connection)
    assert kept_ids(kept) == {"call-1", "call-2", "call-3"}


def is_cut_off(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def test_what_a_killed_restoring_left_is_gone_when_the_database_is_opened(kept: Steward) -> None:
    left = name_beside(kept.database, "restore")
    make_database(kept.database, left)
    assert remains(kept.database) == (left,)
    settle_erasures(kept)
    assert remains(kept.database) == ()
    assert kept_ids(kept) == {"call-1", "call-2", "call-3"}


def test_two_backups_in_one_second_do_not_overwrite_each_other(kept: Steward) -> None:
    back_up(kept)
    with pytest.raises(StoreError, match="is there already"):
        back_up(kept)
