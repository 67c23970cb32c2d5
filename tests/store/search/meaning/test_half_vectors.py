"""Sentence vectors that were kept without pgvector are found by meaning once the server has it."""

from sqlalchemy import text
from tests.store.search.found_calls import Said, axis, find, keep, texts

from stimmung.store.database import Database
from stimmung.store.search.meaning.half_vectors import halve_vectors

ARRAYS = text("ALTER TABLE utterance_vectors ALTER COLUMN embedding TYPE real[] USING embedding::real[]")


def is_searchable(database: Database) -> bool:
    return database.has_half_vectors


def test_arrays_become_vectors_that_are_found(embedded_database: Database) -> None:
    database = embedded_database
    database.run(lambda connection: connection.execute(ARRAYS))
    assert not is_searchable(database)
    keep(database, "one", Said("Guten Tag", near=1), Said("Auf Wiederhören", near=2))
    assert halve_vectors(database)
    assert is_searchable(database)
    assert texts(find(database, '~"hello"', "hybrid", (axis(1),)))[0] == "Guten Tag"
    keep(database, "two", Said("Hallo", near=1, language="de"), days=1)
    assert len(texts(find(database, '~"hello"', "hybrid", (axis(1),)))) == 3


def test_another_process_may_have_been_quicker(embedded_database: Database) -> None:
    database = embedded_database
    database.run(lambda connection: connection.execute(ARRAYS))
    assert not is_searchable(database)
    ahead = Database("external", database.data_dir, database.parameters)
    with ahead:
        assert halve_vectors(ahead)
    assert halve_vectors(database)
    assert is_searchable(database)


def test_nothing_is_done_twice_or_without_pgvector(database: Database) -> None:
    there = database.has_half_vectors  # not on Debian's server
    assert not halve_vectors(database)
    assert database.has_half_vectors == there
