"""Words as they were said: readable with the key file only, bound to their place, gone with the call's key."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from tests.store.made_calls import places_below, saved_call, with_originals

from stimmung.calls.redaction.records import Original
from stimmung.speech.errors import StoreError
from stimmung.speech.records import Word
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.originals import load_originals, open_originals, seal_originals
from stimmung.store.places import Places
from stimmung.store.schema import METADATA, calls, original_keys, originals

SAID = (
    Original(0, "mein Geheimwort ist Kaktus", (Word(0.0, 0.5, "mein", 0.9), Word(0.5, 1.0, "Geheimwort", 1.0))),
    Original(4, "Größe 😀\0", ()),
)


@pytest.fixture
def places(database: Database) -> Places:
    return places_below(database.data_dir)


def looked_at(database: Database, places: Places, call_id: str) -> tuple[Original, ...]:
    return database.run(lambda connection: load_originals(connection, places.originals_key, call_id))


def all_rows(database: Database) -> str:
    queries = [text(f'SELECT row::text FROM "{table.name}" AS row') for table in METADATA.sorted_tables]
    rows = database.run(lambda connection: [connection.scalars(query).all() for query in queries])
    return str(rows)


def test_words_come_back(database: Database, places: Places) -> None:
    saved = replace(saved_call(1), originals=SAID)
    save_call(database, places, saved)
    assert load_call(database, "call-1").has_originals
    found = looked_at(database, places, "call-1")
    assert found[0] == SAID[0]
    assert found[1].text == "Größe 😀�"


def test_nothing_of_them_can_be_read_in_the_database(database: Database, places: Places) -> None:
    save_call(database, places, replace(saved_call(1), originals=SAID))
    rows = all_rows(database)
    assert "Geheimwort" not in rows
    assert "Kaktus" not in rows
    assert repr(places.originals_key.read_text().split()[-1]) not in rows


def test_a_call_without_them_has_none_and_needs_no_key(database: Database, places: Places) -> None:
    save_call(database, places, saved_call(1))
    assert looked_at(database, places, "call-1") == ()
    assert not places.originals_key.exists()
    assert looked_at(database, places, "nowhere") == ()


def test_each_call_has_a_key_of_its_own_under_the_files(database: Database, places: Places) -> None:
    for number in range(2):
        save_call(database, places, with_originals(saved_call(number), "the same words"))
    wrapped = database.run(lambda connection: connection.scalars(select(original_keys.c.wrapped)).all())
    sealed = database.run(lambda connection: connection.scalars(select(originals.c.sealed)).all())
    assert len(set(wrapped)) == len(set(sealed)) == 2


def test_without_the_calls_key_nothing_is_left_to_read(database: Database, places: Places) -> None:
    save_call(database, places, replace(saved_call(1), originals=SAID))
    database.run(lambda connection: connection.execute(delete(original_keys)))
    assert database.run(lambda connection: connection.execute(select(originals)).all()) == []
    assert looked_at(database, places, "call-1") == ()
    assert not load_call(database, "call-1").has_originals


def test_a_call_saved_anew_without_them_loses_them(database: Database, places: Places) -> None:
    save_call(database, places, replace(saved_call(1), originals=SAID))
    assert save_call(database, places, saved_call(1)).outcome == "replaced"
    assert looked_at(database, places, "call-1") == ()


def test_a_lost_key_file_is_named(database: Database, places: Places) -> None:
    save_call(database, places, replace(saved_call(1), originals=SAID))
    places.originals_key.unlink()
    with pytest.raises(StoreError, match="there is no file with the key of the originals"):
        looked_at(database, places, "call-1")
    save_call(database, places, replace(saved_call(2), originals=SAID))  # makes a new one
    with pytest.raises(
        StoreError, match=r"does not hold the key [0-9a-f]{16} with which .* call-1 .*put the file back"
    ):
        looked_at(database, places, "call-1")
    assert looked_at(database, places, "call-2")[0] == SAID[0]


@pytest.mark.skipif(os.name != "posix", reason="rights as Unix has them")
def test_a_key_that_others_may_read_opens_nothing(database: Database, places: Places) -> None:
    save_call(database, places, replace(saved_call(1), originals=SAID))
    places.originals_key.chmod(0o640)
    with pytest.raises(StoreError, match="others may read the key of the originals"):
        looked_at(database, places, "call-1")


def test_words_cannot_be_shown_as_those_of_another_call_or_utterance(database: Database, places: Places) -> None:
    for number in range(2):
        save_call(database, places, with_originals(saved_call(number), "first", "second"))
    for change in (
        update(original_keys).values(wrapped=select(original_keys.c.wrapped).limit(1).scalar_subquery()),
        update(originals).values(sealed=select(originals.c.sealed).limit(1).scalar_subquery()),
        update(calls).where(calls.c.call_id == "call-1").values(call_id="renamed"),
    ):
        with pytest.raises(StoreError, match="damaged, or are those of another call"):
            database.run(lambda connection: _changed_and_read(connection, change, places))  # noqa: B023 run at once


def _changed_and_read(connection: Any, change: Any, places: Places) -> None:  # Any: any statement
    connection.execute(change)
    for call_id in ("call-0", "call-1", "renamed"):
        load_originals(connection, places.originals_key, call_id)


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    key_file = tmp_path / "originals.key"
    envelope = seal_originals(key_file, "call-1", SAID)
    number, sealed = envelope.sealed[0]
    changed = replace(envelope, sealed=((number, sealed[:-1] + bytes([sealed[-1] ^ 1])),))
    with pytest.raises(StoreError, match="damaged"):
        open_originals(key_file, "call-1", changed)
    assert open_originals(key_file, "call-1", envelope)[0] == SAID[0]
    assert "Geheimwort" not in repr(envelope)


def test_utterances_of_a_call_cannot_change_places(tmp_path: Path) -> None:
    key_file = tmp_path / "originals.key"
    envelope = seal_originals(key_file, "call-1", SAID)
    (first, one), (second, other) = envelope.sealed
    with pytest.raises(StoreError, match="damaged"):
        open_originals(key_file, "call-1", replace(envelope, sealed=((first, other), (second, one))))


def test_what_was_sealed_twice_has_two_keys(tmp_path: Path) -> None:
    key_file = tmp_path / "originals.key"
    one, other = (seal_originals(key_file, "call-1", SAID) for _ in range(2))
    assert one.key_id == other.key_id
    with pytest.raises(StoreError, match="damaged"):
        open_originals(key_file, "call-1", replace(one, wrapped=other.wrapped))
