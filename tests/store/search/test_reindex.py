"""Calls that were kept before there was a search are found once their entries are made; all else stays."""

import threading
from itertools import product

import pytest
from sqlalchemy import Connection, delete, select, update
from tests.store.search.found_calls import Said, axis, find, keep, texts

from stimmung.store.calls import load_call
from stimmung.store.database import Database
from stimmung.store.schema import calls, search_entries, utterance_vectors
from stimmung.store.search.entries import SEARCH_VERSION, search_version
from stimmung.store.search.lexemes.words import WordAnalysis
from stimmung.store.search.reindex import index_missing
from stimmung.store.utterance_rows import AnyRow

BILL = "Meine Stromrechnung kam doppelt"


@pytest.fixture
def old(database: Database) -> Database:
    """A store with three calls, of which two have nothing to be searched by."""
    keep(database, "one", Said(BILL, emotion="anger", polarity="negative", near=1), Said("Ja", role="agent"), days=1)
    keep(database, "two", Said("Ich kündige"), days=2, queue="contracts", region="Süd")
    keep(database, "three", Said("Guten Tag"), days=3)
    forget_entries(database, "one", "two")
    return database


def forget_entries(database: Database, *call_ids: str, version: int | None = None) -> None:
    def forget(connection: Connection) -> None:
        which = select(calls.c.id).where(calls.c.call_id.in_(call_ids))
        connection.execute(delete(search_entries).where(search_entries.c.call.in_(which)))
        connection.execute(update(calls).where(calls.c.call_id.in_(call_ids)).values(search_version=version))

    database.run(forget)


def rows(database: Database) -> list[AnyRow]:
    """Return all entries but for when they were made."""
    columns = [column for column in search_entries.columns if column.name != "kept_at"]
    query = select(*columns).order_by(search_entries.c.call, search_entries.c.number)
    return list(database.run(lambda connection: connection.execute(query).all()))


def test_what_has_no_entries_is_found_again(old: Database) -> None:
    assert texts(find(old, "rechnung")) == []
    assert index_missing(old) == 2
    assert texts(find(old, "rechnung mood:anger")) == [BILL]
    assert texts(find(old, "queue:contracts meta.region:süd")) == ["Ich kündige"]
    assert index_missing(old) == 0


def test_entries_are_what_saving_makes(database: Database) -> None:
    keep(database, "one", Said(BILL, emotion="anger", distress=0.9), Said("Ja", role="agent"), queue="contracts")
    saved = rows(database)
    forget_entries(database, "one")
    index_missing(database)
    assert len(saved) == 2
    assert rows(database) == saved


def test_entries_of_an_older_way_are_made_anew(database: Database) -> None:
    keep(database, "one", Said(BILL))
    forget_entries(database, "one", version=SEARCH_VERSION - 1)
    assert index_missing(database) == 1
    assert texts(find(database, "rechnung")) == [BILL]


def test_entries_that_are_made_anew_are_as_old_as_before(database: Database) -> None:
    keep(database, "one", Said(BILL))
    kept_at = select(search_entries.c.kept_at)
    before = database.run(lambda connection: connection.scalars(kept_at).all())
    database.run(lambda connection: connection.execute(update(calls).values(search_version=SEARCH_VERSION - 1)))
    assert index_missing(database) == 1
    assert database.run(lambda connection: connection.scalars(kept_at).all()) == before


def with_house_words(database: Database, *words: str) -> Database:
    """Return the database as settings with these words open it."""
    other = database.within(60.0)
    other.words = WordAnalysis(words)
    return other


def test_other_words_of_the_house_make_entries_anew(database: Database) -> None:
    house = with_house_words(database, "FlexiKom")
    keep(database, "one", Said("Mein Superflexikom"))
    assert texts(find(house, "flexikom", exact=True)) == []
    assert index_missing(house) == 1
    assert texts(find(house, "flexikom", exact=True)) == ["Mein Superflexikom"]
    assert index_missing(house) == 0
    keep(house, "two", Said("Ein Superflexikom"))
    assert index_missing(with_house_words(database, "FlexiKom ", "FlexiKom")) == 0  # the same words
    assert index_missing(with_house_words(database, "flexikom", "Zappelino")) == 2
    assert index_missing(database) == 2
    assert texts(find(database, "flexikom", exact=True)) == []


def test_entries_of_a_newer_way_stay(database: Database) -> None:
    keep(database, "one", Said(BILL))
    for newer in (SEARCH_VERSION + 1, search_version(WordAnalysis(["FlexiKom"])) + 1):
        mark = update(calls).values(search_version=newer)
        database.run(lambda connection: connection.execute(mark))  # noqa: B023 done at once
        assert index_missing(database) == index_missing(with_house_words(database, "Zappelino")) == 0


def test_versions_are_numbers_that_the_column_takes() -> None:
    words = ["".join(pair) for pair in product(("flexi", "turbo", "haus", "netz"), ("kom", "box", "tel", "plus"))]
    versions = {search_version(WordAnalysis([word])) for word in words}
    assert len(versions) == len(words)
    assert all(0 < version < 2**31 and version % 256 == SEARCH_VERSION for version in versions)
    assert search_version(WordAnalysis()) == SEARCH_VERSION < 2**8


def test_old_entries_go(database: Database) -> None:
    keep(database, "one", Said(BILL))
    saved = rows(database)
    database.run(lambda connection: connection.execute(update(calls).values(search_version=None)))
    assert index_missing(database) == 1
    assert rows(database) == saved


def test_the_call_and_its_vectors_stay_as_they_are(old: Database) -> None:
    before = load_call(old, "one")
    count = old.run(lambda connection: len(connection.execute(select(utterance_vectors.c.call)).all()))
    index_missing(old)
    after = load_call(old, "one")
    assert (after.changed_at, after.analysis.info) == (before.changed_at, before.analysis.info)
    vector = after.analysis.utterances[0].text_vector
    assert vector is not None
    assert vector.tolist() == axis(1).tolist()
    assert old.run(lambda connection: len(connection.execute(select(utterance_vectors.c.call)).all())) == count


def test_progress_is_told_only_where_something_is_done(old: Database) -> None:
    told: list[str] = []
    index_missing(old, told.append)
    assert told == ["preparing kept calls for search: 0 of 2 done …"]
    index_missing(old, told.append)
    assert len(told) == 1


def test_a_call_that_goes_meanwhile_is_left_out(old: Database) -> None:
    def vanish(_line: str) -> None:  # told before the first call is read
        old.run(lambda connection: connection.execute(delete(calls).where(calls.c.call_id == "one")))

    assert index_missing(old, vanish) == 1
    assert texts(find(old, "kündigung")) == ["Ich kündige"]


def test_two_at_once_do_no_harm(database: Database) -> None:
    ids = [f"call {number}" for number in range(12)]
    for call_id in ids:
        keep(database, call_id, Said(BILL))
    saved = rows(database)
    forget_entries(database, *ids)
    made: list[int] = []
    threads = [threading.Thread(target=lambda: made.append(index_missing(database))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == len(ids)
    assert rows(database) == saved
