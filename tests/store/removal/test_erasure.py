"""Who was erased is gone, stays gone whatever is restored, and leaves everybody else where they were."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, delete, select, update
from tests.store.made_calls import places_below, saved_call, with_info, with_words

from stimmung.speech.errors import StoreError
from stimmung.speech.records import Span
from stimmung.store.admission import Admission
from stimmung.store.audit import Act, acts_about, acts_between, record_act
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.looks import record_look, record_look_at, record_play
from stimmung.store.maintenance import Steward, alone
from stimmung.store.pace import Pace
from stimmung.store.pseudonyms import rotate_secret
from stimmung.store.records import SavedCall
from stimmung.store.removal.deletion import Finished, registered_erasures, registered_proofs
from stimmung.store.removal.erasure import erase_call, erase_customer, settle_erasures
from stimmung.store.removal.erasure_register import (
    Register,
    append_to_register,
    forget_subjects,
    merge_registers,
    read_register,
    rewrite_register,
)
from stimmung.store.removal.exports_register import Export, exporting, exports_about, register_export
from stimmung.store.schema import calls, erasures, exports
from stimmung.store.secret import read_secret

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Result = TypeVar("Result")
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


class Unsteady:
    """A database that loses a connection at each commit, before it or after it, and does the work again.

    `meanwhile` happens between the two attempts.
    """

    def __init__(self, database: Database, committed: bool, meanwhile: Callable[[], object] = int) -> None:
        self._database, self._committed, self._meanwhile = database, committed, meanwhile

    def __getattr__(self, name: str) -> Any:  # Any: whatever a database has
        return getattr(self._database, name)

    def run(self, work: Callable[[Connection], Result]) -> Result:
        with self._database.engine.connect() as connection:
            work(connection)
            if self._committed:
                connection.commit()
        self._meanwhile()
        return self._database.run(work)


def unsteady(steward: Steward, committed: bool, meanwhile: Callable[[], object] = int) -> Steward:
    return replace(steward, database=Unsteady(steward.database, committed, meanwhile))  # type: ignore[arg-type]


@pytest.fixture
def steward(database: Database) -> Steward:
    return Steward(database, places_below(database.data_dir), "anna", Pace())


@pytest.fixture
def kept(steward: Steward) -> Steward:
    """A store with two calls of Berta, who shall be erased, and one of Carla."""
    keep(steward, call_of("Berta", 1), call_of("Berta", 2), call_of("Carla", 3))
    return steward


def call_of(customer: str, number: int) -> SavedCall:
    made = saved_call(number)
    info = replace(made.analysis.info, customer=customer)
    return replace(with_words(with_info(made, info), "hello"), audio=f"sound of {number}".encode())


def keep(steward: Steward, *several: SavedCall) -> None:
    for one in several:
        save_call(steward.database, steward.places, one, Admission(erased=True))


def kept_ids(steward: Steward) -> set[str]:
    return set(steward.database.run(lambda connection: connection.scalars(select(calls.c.call_id)).all()))


def sounds(steward: Steward) -> list[bytes]:
    return sorted(path.read_bytes() for path in steward.places.audio.rglob("*") if path.is_file())


def forget_the_erasures(steward: Steward) -> None:
    """Have the database as one from before the erasures."""
    steward.database.run(lambda connection: connection.execute(delete(erasures)))


def export(path: Path, *call_ids: str, pseudonym: str | None = None, key_id: str | None = None) -> Export:
    return Export(path, "anna", NOON, call_ids, pseudonym, key_id)


def register(steward: Steward, *several: Export) -> None:
    for one in several:
        one.path.write_text("exported")
        with steward.database.engine.begin() as connection:
            register_export(connection, one)


def actions(steward: Steward) -> list[str]:
    return [act.action for act in steward.database.run(lambda connection: acts_between(connection, *EVER))]


def test_all_calls_of_a_person_go_and_nobody_elses(kept: Steward) -> None:
    before = load_call(kept.database, "call-3")
    erased = erase_customer(kept, "Berta")
    after = load_call(kept.database, "call-3")
    assert kept_ids(kept) == {"call-3"}
    assert sounds(kept) == [b"sound of 3"]
    assert (after.customer, after.changed_at, after.audio) == (before.customer, before.changed_at, before.audio)
    assert (erased.proof.calls, erased.proof.utterances, erased.proof.recordings) == (2, 12, 2)


def test_one_call_goes(kept: Steward) -> None:
    erased = erase_call(kept, "call-1")
    assert kept_ids(kept) == {"call-2", "call-3"}
    assert sounds(kept) == [b"sound of 2", b"sound of 3"]
    assert erased.proof.calls == 1


def test_registered_exports_go_wherever_they_lie(kept: Steward, tmp_path: Path) -> None:
    one, both, carla, gone = (tmp_path / name for name in ("one", "both", "carla", "gone"))
    customer = load_call(kept.database, "call-1").customer
    assert customer is not None
    register(kept, export(one, pseudonym=customer.value, key_id=customer.key_id), export(both, "call-1", "call-3"))
    register(kept, export(carla, "call-3"), export(gone, "call-2"))
    gone.unlink()
    proof = erase_customer(kept, "Berta").proof
    assert [path.exists() for path in (one, both, carla)] == [False, False, True]
    assert (proof.exports, proof.exports_missing, proof.exports_left) == (3, 1, 0)
    found = kept.database.run(lambda connection: connection.scalars(select(exports.c.path)).all())
    assert found == [str(carla)]


def test_an_export_that_cannot_be_deleted_is_told_and_tried_again(kept: Steward, tmp_path: Path) -> None:
    path = tmp_path / "one"
    register(kept, export(path, "call-1"))
    path.unlink()
    (path / "in the way").mkdir(parents=True)
    erased = erase_call(kept, "call-1")
    assert erased.finished.exports_left == (path,)
    assert erased.proof.exports_left == 1
    (path / "in the way").rmdir()
    path.rmdir()
    path.write_text("back again")
    assert settle_erasures(kept) == Finished()
    assert not path.exists()


def test_no_export_is_written_of_a_call_that_was_erased_meanwhile(kept: Steward, tmp_path: Path) -> None:
    act = Act("export", "anna", NOON, call_id="call-1")
    with exporting(kept.database, export(tmp_path / "in time", "call-1"), act):
        (tmp_path / "in time").write_text("exported")
    erase_call(kept, "call-1")
    assert not (tmp_path / "in time").exists()
    with (
        pytest.raises(StoreError, match="1 of its calls were erased"),
        exporting(kept.database, export(tmp_path / "late", "call-1", "call-2"), act),
    ):
        pytest.fail("written too late")
    # They would name the call for good.
    assert kept.database.run(lambda connection: exports_about(connection, ["call-1"])) == ()
    assert kept.database.run(lambda connection: acts_about(connection, ["call-1"])) == ()


def test_no_look_is_had_or_recorded_of_a_call_that_was_erased_since_it_was_read(kept: Steward) -> None:
    read = load_call(kept.database, "call-1")
    record_look(kept.database, read, "otto", NOON)
    assert record_look_at(kept.database, read.content_hash, "otto", NOON)
    acts = kept.database.run(lambda connection: acts_about(connection, ["call-1"]))
    assert [(act.action, act.pseudonym == read.customer.value) for act in acts if read.customer] == [("look", True)] * 2
    erase_call(kept, "call-1")
    with pytest.raises(StoreError, match="call call-1 was erased just now"):
        record_look(kept.database, read, "otto", NOON)
    with pytest.raises(StoreError, match="call call-1 was erased just now"):
        record_play(kept.database, read, "otto", NOON, Span(0.0, 1.0))
    assert not record_look_at(kept.database, read.content_hash, "otto", NOON)
    assert kept.database.run(lambda connection: acts_about(connection, ["call-1"])) == ()


def test_the_audit_says_that_something_was_erased_and_not_whose(kept: Steward) -> None:
    with kept.database.engine.begin() as connection:
        for number in (1, 3):
            record_act(connection, Act("look", "otto", NOON, call_id=f"call-{number}"))
    erased = erase_customer(kept, "Berta")
    acts = kept.database.run(lambda connection: acts_between(connection, *EVER))
    assert [(act.action, act.who, act.call_id) for act in acts] == [
        ("look", "otto", None),
        ("look", "otto", "call-3"),
        ("erase", "anna", None),
    ]
    assert acts[2].detail == {"kind": "customer", "erasure": erased.proof.erasure_id}
    assert kept.database.run(lambda connection: acts_about(connection, ["call-1", "call-2"])) == ()


def test_who_is_not_known_is_erased_too_since_a_backup_may_know_them(kept: Steward) -> None:
    proof = erase_customer(kept, "Dora").proof
    assert (proof.calls, kept_ids(kept)) == (0, {"call-1", "call-2", "call-3"})
    assert len(read_register(kept.register).erasures) == 1


def test_the_register_and_the_proof_name_nobody(kept: Steward) -> None:
    customer = load_call(kept.database, "call-1").customer
    assert customer is not None
    erase_customer(kept, "Berta")
    erase_call(kept, "call-3")
    content = kept.register.read_text()
    assert "Berta" not in content
    assert "call-" not in content
    assert customer.value in content  # a pseudonym, for restored backups, until these are gone too
    register = forget_subjects(read_register(kept.register), EVER[1])
    assert customer.value not in str(register)


def test_a_database_from_before_forgets_again(kept: Steward) -> None:
    one = erase_customer(kept, "Berta").proof
    two = erase_call(kept, "call-3").proof
    forget_the_erasures(kept)
    keep(kept, call_of("Berta", 1), call_of("Carla", 3), call_of("Carla", 4))
    long_before(kept, "call-1", "call-3", "call-4")
    settle_erasures(kept)
    assert kept_ids(kept) == {"call-4"}
    assert sounds(kept) == [b"sound of 4"]
    assert actions(kept)[-2:] == ["erase_again", "erase_again"]
    rows = kept.database.run(lambda connection: connection.execute(select(erasures).order_by(erasures.c.at)).all())
    assert [(row.erasure_id, row.calls) for row in rows] == [(one.erasure_id, 2), (two.erasure_id, 1)]
    assert read_register(kept.register).proofs == (one, two)
    assert set(kept.database.run(registered_proofs)) == {one, two}


def long_before(steward: Steward, *call_ids: str) -> None:
    """Have calls as they would be in a backup: kept before the erasures."""
    with steward.database.engine.begin() as connection:
        connection.execute(update(calls).where(calls.c.call_id.in_(call_ids)).values(saved_at=EVER[0]))


def test_who_calls_again_after_the_erasure_is_kept(kept: Steward) -> None:
    erase_customer(kept, "Berta")
    keep(kept, call_of("Berta", 5))
    forget_the_erasures(kept)
    settle_erasures(kept)
    assert kept_ids(kept) == {"call-3", "call-5"}


def test_a_new_secret_hides_nobody_from_an_earlier_erasure(kept: Steward) -> None:
    erase_customer(kept, "Berta")
    erase_call(kept, "call-3")
    forget_the_erasures(kept)
    keep(kept, call_of("Berta", 1))
    rotate_secret(kept.database, kept.places.secret)
    keep(kept, call_of("Berta", 2), call_of("Carla", 3), call_of("Carla", 4))
    long_before(kept, "call-1", "call-2", "call-3", "call-4")
    settle_erasures(kept)
    assert kept_ids(kept) == {"call-4"}


def test_a_backup_with_an_older_secret_hides_nobody_from_a_later_erasure(kept: Steward) -> None:
    secret = kept.places.secret.read_text()
    rotate_secret(kept.database, kept.places.secret)
    both = kept.places.secret.read_text()
    erase_customer(kept, "Berta")
    forget_the_erasures(kept)
    kept.places.secret.write_text(both)
    assert both.startswith(secret)
    old_pseudonyms(kept, call_of("Berta", 1), secret, both)
    settle_erasures(kept)
    assert kept_ids(kept) == {"call-3"}


def old_pseudonyms(steward: Steward, saved: SavedCall, secret: str, both: str) -> None:
    """Keep a call under the first secret only, as it is in a backup from before the second."""
    aside = replace(steward, places=replace(steward.places, secret=steward.places.secret.with_name("old secret")))
    aside.places.secret.write_text(secret)
    aside.places.secret.chmod(0o600)
    pseudonym = read_secret(aside.places.secret).pseudonym("customer", saved.analysis.info.customer or "")
    keep(steward, saved)
    long_before(steward, saved.analysis.info.call_id or "")
    with steward.database.engine.begin() as connection:
        own = calls.c.call_id == saved.analysis.info.call_id
        values = {"customer_pseudonym": pseudonym.value, "agent_pseudonym": None, "key_id": pseudonym.key_id}
        connection.execute(update(calls).where(own).values(values))


def test_a_database_older_than_what_is_remembered_stays_closed(kept: Steward) -> None:
    erase_customer(kept, "Berta")
    rewrite_register(kept.register, forget_subjects(read_register(kept.register), EVER[1]))
    forget_the_erasures(kept)
    with pytest.raises(StoreError, match="older than backups may be"):
        settle_erasures(kept)


def test_an_empty_database_need_not_know_whose_calls_were_erased(kept: Steward) -> None:
    erase_customer(kept, "Berta")
    erase_customer(kept, "Carla")
    rewrite_register(kept.register, forget_subjects(read_register(kept.register), EVER[1]))
    forget_the_erasures(kept)
    settle_erasures(kept)
    assert settle_erasures(kept) == Finished()


def test_a_machine_without_the_register_gets_it_from_the_database(kept: Steward) -> None:
    erased = erase_customer(kept, "Berta")
    whole = read_register(kept.register)
    kept.register.unlink()
    settle_erasures(kept)
    assert read_register(kept.register) == whole
    assert whole.proofs == (erased.proof,)


def test_a_register_that_lost_a_proof_gets_it_from_the_database(kept: Steward) -> None:
    proof = erase_customer(kept, "Berta").proof
    erased = read_register(kept.register).erasures
    rewrite_register(kept.register, Register(erased))
    settle_erasures(kept)
    assert read_register(kept.register) == Register(erased, (proof,))


@pytest.mark.parametrize("kind", ["customer", "call"])
def test_what_was_only_announced_is_done_when_the_database_is_opened(kept: Steward, kind: str) -> None:
    erase_customer(kept, "Berta") if kind == "customer" else erase_call(kept, "call-1")
    (announced,) = read_register(kept.register).erasures
    kept.register.unlink()
    forget_the_erasures(kept)
    keep(kept, call_of("Berta", 1), call_of("Berta", 2))
    append_to_register(kept.register, replace(announced, at=EVER[1]))
    settle_erasures(kept)
    assert kept_ids(kept) == ({"call-3"} if kind == "customer" else {"call-2", "call-3"})
    (proof,) = read_register(kept.register).proofs
    assert proof.calls == (2 if kind == "customer" else 1)


def test_nothing_is_erased_that_could_not_be_registered(kept: Steward) -> None:
    kept.register.mkdir()
    with pytest.raises(StoreError, match="register of erasures"):
        erase_customer(kept, "Berta")
    assert kept_ids(kept) == {"call-1", "call-2", "call-3"}


def test_another_process_at_work_is_waited_for_and_told(kept: Steward) -> None:
    told: list[str] = []
    time = [0.0]

    def sleep(seconds: float) -> None:
        time[0] += seconds
        if time[0] > 5.0:
            raise StoreError("waited long enough")

    impatient = replace(kept, pace=Pace(told.append, lambda: time[0], sleep))
    with alone(kept), pytest.raises(StoreError, match="waited long enough"):
        erase_customer(impatient, "Berta")
    assert told == ["waiting for another process that erases, cleans up, or makes or restores a backup …"]
    assert kept_ids(kept) == {"call-1", "call-2", "call-3"}


@pytest.mark.parametrize("committed", [True, False])
def test_work_that_is_done_again_registers_and_erases_once(kept: Steward, committed: bool) -> None:
    proof = erase_customer(unsteady(kept, committed), "Berta").proof
    assert (proof.calls, kept_ids(kept)) == (2, {"call-3"})
    assert kept.register.read_text().count('"entry": "erasure"') == 1
    (row,) = kept.database.run(lambda connection: connection.execute(select(erasures.c.at)).all())
    assert [row.at] == [one.at for one in read_register(kept.register).erasures]
    assert actions(kept) == ["erase"]


def test_a_call_that_came_between_two_attempts_is_registered_too(kept: Steward) -> None:
    late = iter([call_of("Berta", 4)])
    proof = erase_customer(unsteady(kept, False, lambda: keep(kept, *late)), "Berta").proof
    assert (proof.calls, kept_ids(kept)) == (3, {"call-3"})
    (announced,) = merge_registers([read_register(kept.register)]).erasures
    (known,) = kept.database.run(registered_erasures)
    assert announced == known
    forget_the_erasures(kept)
    settle_erasures(kept)
    with pytest.raises(StoreError, match="was erased on request"):
        save_call(kept.database, kept.places, call_of("Berta", 4))


@pytest.mark.parametrize("committed", [True, False])
def test_erasing_again_that_is_done_again_erases_once(kept: Steward, committed: bool) -> None:
    proof = erase_customer(kept, "Berta").proof
    forget_the_erasures(kept)
    settle_erasures(unsteady(kept, committed))
    assert actions(kept).count("erase_again") == 1
    assert read_register(kept.register).proofs == (proof,)


def test_the_register_tells_which_calls_went_when_it_was_erased_again(kept: Steward) -> None:
    erase_customer(kept, "Berta")
    forget_the_erasures(kept)
    keep(kept, call_of("Berta", 4))  # from a backup that an earlier retention run had thinned here
    long_before(kept, "call-4")
    settle_erasures(kept)
    (announced,) = merge_registers([read_register(kept.register)]).erasures
    (known,) = kept.database.run(registered_erasures)
    assert announced.marks == known.marks
    assert len(announced.marks) == 6  # content and id of each call
