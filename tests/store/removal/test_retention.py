"""What is old enough goes, for good, by the rules of its queue; what is not stays; a dry run touches nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from tests.store.made_calls import places_below, saved_call, with_info, with_words
from tests.store.server_users import until
from tests.store.traces import traces

from stimmung.speech.settings import RetentionSettings
from stimmung.store.audit import Act, acts_between, record_act
from stimmung.store.backups.files import backup_name, backups_in, delete_unfinished
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.records import SavedCall
from stimmung.store.removal.erasure import erase_customer
from stimmung.store.removal.erasure_register import read_register
from stimmung.store.removal.exports_register import Export, register_export
from stimmung.store.removal.retention import plan_retention, run_retention
from stimmung.store.removal.retention_rules import KeepDays, rules_of
from stimmung.store.schema import calls, erasures

NOW = datetime(2030, 1, 1, tzinfo=UTC)
RULES = rules_of(RetentionSettings(queues=("complaints=7/14",), audit_days=100))


@pytest.fixture
def steward(database: Database) -> Steward:
    return Steward(database, places_below(database.data_dir), "anna", Pace())


def keep(steward: Steward, ages: Mapping[int, int | None], queue: str | None = "meters") -> None:
    """Keep calls that began so many days ago, by number; None: nobody said when."""
    for number, age in ages.items():
        save_call(steward.database, steward.places, call_of(number, age, queue))


def call_of(number: int, age: int | None, queue: str | None) -> SavedCall:
    made = saved_call(number)
    began = None if age is None else NOW - timedelta(days=age)
    info = replace(made.analysis.info, started_at=began, queue=queue)
    return replace(with_info(made, info), audio=f"sound of {number}".encode())


def have_saved(steward: Steward, age: int) -> None:
    """Have all calls as if they had been kept so many days ago."""
    with steward.database.engine.begin() as connection:
        then = NOW - timedelta(days=age)
        connection.execute(update(calls).values(saved_at=then, changed_at=then))


def left(steward: Steward) -> dict[str, bool]:
    """Return the calls that are left, and whether they still have their sound."""
    rows = steward.database.run(lambda connection: connection.execute(select(calls)).all())
    return {row.call_id: row.audio_file is not None for row in rows}


def test_sound_goes_first_and_then_the_call(steward: Steward) -> None:
    keep(steward, {1: 29, 2: 30, 3: 89, 4: 90, 5: 4000})
    have_saved(steward, 0)
    done = run_retention(steward, RULES, NOW)
    assert left(steward) == {"call-1": True, "call-2": False, "call-3": False}
    assert (done.calls, done.recordings) == (2, 4)
    assert [path.read_bytes() for path in steward.places.audio.rglob("*.opus")] == [b"sound of 1"]
    assert load_call(steward.database, "call-2").audio is None


def test_a_queue_has_days_of_its_own_and_the_others_have_not(steward: Steward) -> None:
    keep(steward, {1: 8, 2: 15}, "complaints")
    keep(steward, {3: 8, 4: 15}, "complaints abroad")
    keep(steward, {5: 8, 6: 15, 7: 100}, None)
    have_saved(steward, 0)
    run_retention(steward, RULES, NOW)
    assert left(steward) == {"call-1": False, "call-3": True, "call-4": True, "call-5": True, "call-6": True}


@pytest.mark.parametrize(("age", "stays"), [(None, True), (-5000, True), (91, False)])
def test_without_a_credible_beginning_days_count_from_when_it_was_kept(
    steward: Steward, age: int | None, stays: bool
) -> None:
    keep(steward, {1: age})
    have_saved(steward, 89)
    run_retention(steward, RULES, NOW)
    assert bool(left(steward)) == stays
    run_retention(steward, RULES, NOW + timedelta(days=1))
    assert left(steward) == {}


def test_a_dry_run_says_what_and_why_and_leaves_all(steward: Steward, tmp_path: Path) -> None:
    keep(steward, {1: 40, 2: 100})
    keep(steward, {3: 7}, "complaints")
    have_saved(steward, 0)
    plan = plan_retention(steward, RULES, NOW)
    assert [(due.call_id, due.queue, due.what, due.days) for due in plan.due] == [
        ("call-2", "meters", "call", 90),
        ("call-1", "meters", "audio", 30),
        ("call-3", "complaints", "audio", 7),
    ]
    assert plan.due[0].began == NOW - timedelta(days=100)
    assert left(steward) == {"call-1": True, "call-2": True, "call-3": True}
    assert steward.database.run(lambda connection: connection.execute(select(erasures)).all()) == []


def test_a_second_run_finds_nothing_to_do(steward: Steward) -> None:
    keep(steward, {1: 40, 2: 100})
    have_saved(steward, 0)
    run_retention(steward, RULES, NOW)
    again = run_retention(steward, RULES, NOW)
    assert (again.calls, again.recordings, again.finished.proofs) == (0, 0, ())
    assert plan_retention(steward, RULES, NOW).due == ()


def test_exports_of_calls_that_go_go_too(steward: Steward, tmp_path: Path) -> None:
    keep(steward, {1: 100, 2: 40})
    have_saved(steward, 0)
    for number in (1, 2):
        path = tmp_path / f"{number}.json"
        path.write_text("exported")
        with steward.database.engine.begin() as connection:
            register_export(connection, Export(path, "anna", NOW, (f"call-{number}",)))
    assert run_retention(steward, RULES, NOW).exports == 1
    assert not (tmp_path / "1.json").exists()
    assert (tmp_path / "2.json").exists()


def test_old_acts_go_and_the_run_itself_is_recorded(steward: Steward) -> None:
    keep(steward, {1: 100})
    have_saved(steward, 0)
    with steward.database.engine.begin() as connection:
        for age in (101, 99):
            record_act(connection, Act("look", "otto", NOW - timedelta(days=age), call_id="call-1"))
    assert plan_retention(steward, RULES, NOW).acts == 1
    assert run_retention(steward, RULES, NOW).acts == 1
    acts = steward.database.run(
        lambda connection: acts_between(connection, NOW - timedelta(days=999), NOW + timedelta(days=1))
    )
    assert [(act.action, act.at, act.call_id) for act in acts] == [
        ("look", NOW - timedelta(days=99), "call-1"),
        ("retention", NOW, None),
    ]
    assert acts[1].detail["calls"] == 1


def test_old_backups_go(steward: Steward) -> None:
    steward.backups.mkdir()
    for age in (31, 29):
        (steward.backups / backup_name(NOW - timedelta(days=age))).write_text("backup")
    (steward.backups / "notes.txt").write_text("somebody's")
    plan = plan_retention(steward, RULES, NOW)
    assert [path.name for path in plan.backups] == ["stimmung-20291201T000000Z.backup"]
    assert run_retention(steward, RULES, NOW).backups == 1
    assert {path.name for path in steward.backups.iterdir()} == {"stimmung-20291203T000000Z.backup", "notes.txt"}


def test_whose_erasure_it_was_is_forgotten_once_no_backup_is_left_from_before(steward: Steward) -> None:
    keep(steward, {1: 1})
    erase_customer(steward, "customer-1")
    (erasure,) = read_register(steward.register).erasures
    (proof,) = read_register(steward.register).proofs
    assert erasure.subject is not None
    run_retention(steward, RULES, proof.at + timedelta(days=30))
    assert read_register(steward.register).erasures == (erasure,)
    run_retention(steward, RULES, proof.at + timedelta(days=32))
    assert read_register(steward.register).erasures == (replace(erasure, subject=None),)
    assert read_register(steward.register).proofs == (proof,)
    (row,) = steward.database.run(
        lambda connection: connection.execute(select(erasures).where(erasures.c.kind == "customer")).all()
    )
    assert (row.who, "subject" in row.detail, row.calls) == ("anna", False, 1)
    run_retention(steward, RULES, proof.at + timedelta(days=102))
    (row,) = steward.database.run(
        lambda connection: connection.execute(select(erasures).where(erasures.c.kind == "customer")).all()
    )
    assert (row.who, row.calls) == ("", 1)


def test_sound_that_no_call_names_goes(steward: Steward) -> None:
    keep(steward, {1: 1})
    have_saved(steward, 0)
    orphan = steward.places.audio / "ab" / f"{'ab' * 16}.opus"
    orphan.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    orphan.write_bytes(b"of a save that was killed")
    assert run_retention(steward, RULES, NOW).swept.removed >= 1
    assert not orphan.exists()


@pytest.mark.parametrize("how", ["too old", "analysed anew"])
def test_retention_leaves_no_trace(embedded_database: Database, embedded: EmbeddedServer, how: str) -> None:
    steward = Steward(embedded_database, places_below(embedded_database.data_dir), "anna", Pace())
    word = f"wanderratte{len(how)}"
    said = with_words(call_of(1, 100 if how == "too old" else 1, "meters"), word)
    save_call(steward.database, steward.places, said)
    save_call(steward.database, steward.places, call_of(2, 1, "meters"))
    if how == "analysed anew":
        save_call(steward.database, steward.places, call_of(1, 1, "meters"))
    else:
        have_saved(steward, 0)
    with steward.database.outside_transactions() as connection:
        connection.exec_driver_sql("CHECKPOINT")
    until(lambda: traces(embedded.folder, word))
    run_retention(steward, RULES, NOW if how == "too old" else datetime.now(UTC))
    assert traces(embedded.folder, word) == []


def test_backups_that_were_never_finished_are_deleted(tmp_path: Path) -> None:
    name = backup_name(NOW)
    for unfinished in (f".{name}.0123abcd", ".stimmung-20300101T000000Z.dump.4567"):
        (tmp_path / unfinished).write_text("half")
    (tmp_path / name).write_text("whole")
    (tmp_path / "stimmung-99999999T999999Z.backup").write_text("no time")
    delete_unfinished(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {name, "stimmung-99999999T999999Z.backup"}
    assert backups_in(tmp_path) == (tmp_path / name,)
    assert backups_in(tmp_path / "none") == ()


def test_the_rules_are_those_of_the_settings() -> None:
    rules = rules_of(RetentionSettings(audio_days=1, text_days=2, queues=("a=3/4", " b c =5/6")))
    assert rules.days(None) == rules.days("unheard of") == KeepDays(1, 2)
    assert (rules.days("a"), rules.days("b c")) == (KeepDays(3, 4), KeepDays(5, 6))
    assert (rules.backup_days, rules.audit_days) == (30, 365)


@given(audio=st.integers(0, 36_500), text=st.integers(0, 36_500))
def test_sound_never_outlives_its_call(audio: int, text: int) -> None:
    ends = rules_of(RetentionSettings(audio_days=audio, text_days=text)).ends(None, NOW)
    assert ends.audio <= ends.text == NOW + timedelta(days=text)
