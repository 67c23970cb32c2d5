"""The index over sentence vectors: made when there are enough, renewed when there are many more, by one at a time."""

from sqlalchemy import text
from tests.store.search.found_calls import Said, axis, find, keep, texts

from stimmung.store.database import Database
from stimmung.store.search.meaning.meanings import INDEX
from stimmung.store.search.meaning.vector_index import LOCK, tend_vectors


def comment(database: Database) -> str:
    query = text("SELECT obj_description(to_regclass(:name), 'pg_class')")
    return str(database.run(lambda connection: connection.execute(query, {"name": INDEX}).scalar_one()))


def keep_some(database: Database, first: int, count: int) -> None:
    for number in range(first, first + count):
        keep(database, f"call {number}", Said(f"Guten Tag {number}", near=number % 8))


def test_it_is_made_and_renewed_when_that_is_due(embedded_database: Database) -> None:
    database = embedded_database
    keep_some(database, 0, 3)
    assert not tend_vectors(database)
    assert tend_vectors(database, fewest=3)
    assert comment(database) == "made for 3"
    keep_some(database, 3, 5)
    assert not tend_vectors(database, fewest=3)
    keep_some(database, 8, 1)
    assert tend_vectors(database, fewest=3)
    assert comment(database) == "made for 9"
    assert texts(find(database, '~"hello"', "hybrid", (axis(2),)))[0] == "Guten Tag 2"


def test_another_process_at_it_is_left_alone(embedded_database: Database) -> None:
    database = embedded_database
    keep_some(database, 0, 3)
    with database.outside_transactions() as other:
        other.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        assert not tend_vectors(database, fewest=3)
        other.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
    assert tend_vectors(database, fewest=3)
