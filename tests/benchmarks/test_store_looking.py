"""The store's benchmark sees what is wrong, and calls come through the migrations from the first schema on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stimmung.speech.settings import StoreSettings
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.migrate import migrate_database, schema_status, shipped_migrations
from stimmung.store.places import places_in
from store_calls import call_id_of, generated_call, marker
from store_first_schema import give_first_schema
from store_killing import Tally, opened
from store_looking import look, traces

SEED, CALLS = 3, 3
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with some calls."""
    with opened(tmp_path_factory.mktemp("store") / "data") as found:
        fill(found)
        yield found


def fill(database: Database) -> None:
    """Save what is not there."""
    places = places_in(database.data_dir, StoreSettings(data_dir=database.data_dir))
    for number in range(CALLS):
        save_call(database, places, generated_call(number, SEED))


def change(database: Database, statement: str) -> None:
    database.run(lambda connection: connection.exec_driver_sql(statement))


def looked(database: Database, *numbers: int) -> Tally:
    tally = Tally("test")
    look(database, tally, numbers or range(CALLS), SEED)
    return tally


def test_what_was_saved_is_there(database: Database) -> None:
    assert looked(database) == Tally("test")
    assert looked(database, 0, 1, 2, 3) == Tally("test", lost=1)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM utterances WHERE call = {} AND number = 7",
        "DELETE FROM utterances WHERE call = {}",
        "UPDATE utterances SET text = upper(text) WHERE call = {} AND number = 7",
        "UPDATE utterances SET distress_probability = 0.5 WHERE call = {} AND number = 7",
        "DELETE FROM utterance_vectors WHERE call = {} AND number = 7",
    ],
)
def test_what_is_not_whole_is_seen(database: Database, damage: str) -> None:
    change(database, damage.format(f"(SELECT id FROM calls WHERE call_id = '{call_id_of(1, SEED)}')"))
    assert looked(database).torn > 0
    change(database, f"DELETE FROM calls WHERE call_id = '{call_id_of(1, SEED)}'")
    assert looked(database).lost == 1
    fill(database)
    assert looked(database) == Tally("test")


def test_traces_of_a_call_are_found_by_its_own_word(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "page").write_bytes(b"\x00\x17" + marker(1).encode() + b"\xff")
    assert [traces(tmp_path, number) for number in (1, 2, 11)] == [1, 0, 0]
    assert generated_call(1, SEED).analysis.utterances[0].text.split()[0] == marker(1)


def test_calls_of_the_first_schema_come_through_the_migrations(database: Database) -> None:
    before = load_call(database, call_id_of(0, SEED))
    give_first_schema(database)
    assert schema_status(database.engine).version == 1
    assert len(migrate_database(database.engine)) == len(shipped_migrations()) - 1
    assert looked(database) == Tally("test")
    after = load_call(database, call_id_of(0, SEED))
    assert (after.saved_at, after.customer, after.provenance) == (before.saved_at, before.customer, before.provenance)
    assert repr(after.analysis.policy) == repr(before.analysis.policy)
    assert repr(after.analysis.metrics) == repr(before.analysis.metrics)
    places = places_in(database.data_dir, StoreSettings(data_dir=database.data_dir))
    assert save_call(database, places, generated_call(0, SEED)).outcome == "same"
    assert save_call(database, places, generated_call(CALLS, SEED)).outcome == "new"  # its number is no old one's
