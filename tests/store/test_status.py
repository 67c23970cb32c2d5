"""How the store is: counted, and what is missing noticed, on each kind of server."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.store.made_calls import places_below, saved_call, with_info

from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.removal.erasure_register import REGISTER_FILE, Erasure, Proof, append_to_register
from stimmung.store.search.lexemes.words import WordAnalysis
from stimmung.store.secret import read_secret
from stimmung.store.status import calls_of_customer, calls_of_id, store_status

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def save(database: Database, number: int, customer: str) -> None:
    made = saved_call(number)
    named = with_info(made, replace(made.analysis.info, customer=customer))
    save_call(database, places_below(database.data_dir), named)


def test_an_empty_store(database: Database) -> None:
    found = store_status(database, places_below(database.data_dir))
    assert (found.holdings.calls, found.holdings.recordings, found.holdings.audio_bytes) == (0, 0, 0)
    assert (found.schema_pending, found.erasures, found.key_id, found.unknown_keys) == (0, 0, None, ())
    assert found.holdings.database_bytes > 1_000_000
    assert int(found.server.split(".")[0]) >= 15


def test_calls_are_counted_by_all_and_by_customer(database: Database) -> None:
    places = places_below(database.data_dir)
    for number, customer in enumerate(("Berta", "Berta", "Carla")):
        save(database, number, customer)
    found = store_status(database, places)
    assert found.holdings.calls == 3
    assert found.key_id == read_secret(places.secret).key_id
    with database.engine.connect() as connection:
        counts = [calls_of_customer(connection, places.secret, key) for key in ("Berta", " Carla", "Dora")]
    assert counts == [2, 1, 0]
    assert database.run(lambda one: calls_of_id(one, saved_call(1).analysis.info.call_id or "")) == 1
    assert database.run(lambda one: calls_of_id(one, "gone")) == 0


def test_calls_that_no_search_goes_through_are_counted(database: Database) -> None:
    places = places_below(database.data_dir)
    save(database, 1, "Berta")
    assert store_status(database, places).unsearchable == 0
    database.words = WordAnalysis(["FlexiKom"])
    assert store_status(database, places).unsearchable == 1
    save(database, 2, "Carla")
    assert store_status(database, places).unsearchable == 1


def test_a_lost_secret_is_noticed(embedded_database: Database) -> None:
    places = places_below(embedded_database.data_dir)
    save(embedded_database, 1, "Berta")
    lost = read_secret(places.secret).key_id
    places.secret.unlink()
    found = store_status(embedded_database, places)
    assert (found.key_id, found.unknown_keys) == (None, (lost,))


def test_erasures_without_a_proof_are_pending(embedded_database: Database) -> None:
    register = embedded_database.data_dir / REGISTER_FILE
    for number in ("1", "2"):
        append_to_register(register, Erasure(number, NOW, "call", "ab" * 32, "0123"))
    append_to_register(register, Proof("1", NOW, 1, 1, 0, 0, 0, 0))
    found = store_status(embedded_database, places_below(embedded_database.data_dir))
    assert (found.erasures, found.erasures_pending) == (2, 1)
