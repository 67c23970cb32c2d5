"""Files are known before they are written, and what became of them is known after a crash, too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, select
from tests.store.made_calls import places_below, saved_call, with_info

from stimmung.speech.errors import StoreError
from stimmung.store.admission import Admission
from stimmung.store.audit import Act, acts_about
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.removal.erasure import erase_call, settle_erasures
from stimmung.store.removal.erasure_register import Proof, read_register
from stimmung.store.removal.exports_register import Export, confirm_exports, exports_about, intending, register_export
from stimmung.store.schema import exports

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Result = TypeVar("Result")


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


class Dying:
    """A database whose process is killed before its transaction of that number."""

    def __init__(self, database: Database, number: int) -> None:
        self._database, self._left = database, number

    def __getattr__(self, name: str) -> Any:  # Any: whatever a database has
        return getattr(self._database, name)

    def run(self, work: Callable[[Connection], Result]) -> Result:
        self._left -= 1
        if self._left == 0:
            raise Killed
        return self._database.run(work)


@pytest.fixture
def steward(database: Database) -> Steward:
    return Steward(database, places_below(database.data_dir), "anna", Pace())


def keep(steward: Steward, call_id: str, number: int = 1) -> None:
    made = saved_call(number)
    made = with_info(made, replace(made.analysis.info, call_id=call_id))
    save_call(steward.database, steward.places, replace(made, content_hash=call_id), Admission(erased=True))


def export(path: Path, call_id: str = "call-1") -> Export:
    return Export(path, "anna", NOON, (call_id,), detail={"format": "json"})


def act(call_id: str = "call-1") -> Act:
    return Act("export", "anna", NOON, call_id)


def registered(steward: Steward) -> list[str]:
    return list(steward.database.run(lambda connection: connection.scalars(select(exports.c.path)).all()))


def register(steward: Steward, one: Export) -> None:
    steward.database.run(lambda connection: register_export(connection, one))


def known_of(steward: Steward, call_id: str) -> tuple[Export, ...]:
    return steward.database.run(lambda connection: exports_about(connection, [call_id]))


def begin_writing(steward: Steward, path: Path, write: Callable[[], object]) -> None:
    """Have a process killed once it has written what `write` does."""

    def work() -> None:
        with intending(steward.database, [export(path)], [act()]):
            write()
            raise Killed

    with pytest.raises(Killed):
        work()


def counts(proof: Proof) -> tuple[int, int, int]:
    return proof.exports, proof.exports_missing, proof.exports_left


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("name", ["one.json", ".one.json.partial", ".one.json.0123456789abcdef"])
def test_a_file_whose_writer_was_killed_goes_with_its_call(
    steward: Steward, tmp_path: Path, name: str, kept: bool
) -> None:
    if kept:
        keep(steward, "call-1")
    begin_writing(steward, tmp_path / "one.json", lambda: (tmp_path / name).write_text("words"))
    (tmp_path / "other.json").write_text("somebody else's")
    assert counts(erase_call(steward, "call-1").proof) == (1, 0, 0)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["other.json"]
    assert registered(steward) == []


def test_what_was_never_written_is_no_file_that_is_missed(steward: Steward, tmp_path: Path) -> None:
    keep(steward, "call-1")
    begin_writing(steward, tmp_path / "one.json", lambda: None)
    assert counts(erase_call(steward, "call-1").proof) == (0, 0, 0)
    assert registered(steward) == []


def test_the_act_is_recorded_once_and_the_file_stays_known(steward: Steward, tmp_path: Path) -> None:
    one = export(tmp_path / "one.json")
    with intending(steward.database, [one], [act()]):
        one.path.write_text("words")
    keep(steward, "call-1")
    confirm_exports(steward.database, [one])
    acts = steward.database.run(lambda connection: acts_about(connection, ["call-1"]))
    assert [act.action for act in acts] == ["export"]
    assert known_of(steward, "call-1") == (one,)
    one.path.unlink()
    assert counts(erase_call(steward, "call-1").proof) == (1, 1, 0)  # it was there: who has it now?


def test_a_call_that_is_erased_before_its_file_is_confirmed_takes_it_along(steward: Steward, tmp_path: Path) -> None:
    one = export(tmp_path / "one.json")
    keep(steward, "call-1")
    with intending(steward.database, [one], [act()]):
        one.path.write_text("words")
    erase_call(steward, "call-1")
    assert not one.path.exists()
    with pytest.raises(StoreError, match="erased in the meantime"):
        confirm_exports(steward.database, [one])
    assert registered(steward) == []


def test_what_was_missing_is_told_whenever_an_erasure_was_killed(steward: Steward, tmp_path: Path) -> None:
    kills, died = 0, True
    while died:
        kills += 1
        call_id = f"call-{kills}"
        keep(steward, call_id, kills)
        files = [export(tmp_path / f"{call_id}-{letter}", call_id) for letter in "abc"]
        for one in files:
            one.path.write_text("words")
            register(steward, one)
        files[0].path.unlink()
        dying = replace(steward, database=Dying(steward.database, kills))  # type: ignore[arg-type]  # as `Unsteady`
        try:
            erase_call(dying, call_id)
            died = False
        except Killed:
            settle_erasures(steward)
        if known_of(steward, call_id):  # it died before anything was to go
            assert len(known_of(steward, call_id)) == len(files)
            erase_call(steward, call_id)
        assert counts(read_register(steward.register).proofs[-1]) == (3, 1, 0), f"killed before transaction {kills}"
        assert not list(tmp_path.glob(f"{call_id}-?"))
    assert kills > 6
