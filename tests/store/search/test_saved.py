"""Searches that are kept by name: each person's own, as they were typed, and never with a customer's key."""

import pytest
from tests.store.search.asking import ask
from tests.store.search.found_calls import Said, keep

from stimmung.speech.errors import StoreError
from stimmung.store.database import Database
from stimmung.store.search.saved import forget_search, save_search, saved_search, searches_of


def names(database: Database, who: str) -> list[str]:
    return [one.name for one in searches_of(database, who)]


def test_a_search_is_kept_as_it_was_typed(database: Database) -> None:
    save_search(database, "ada", "double charges", ask('doppelt   since:7d "schon dreimal"'))
    assert saved_search(database, "ada", "double charges").query == 'doppelt   since:7d "schon dreimal"'


def test_each_has_their_own(database: Database) -> None:
    save_search(database, "ada", "mine", ask("rechnung"))
    save_search(database, "bob", "mine", ask("strom"))
    forget_search(database, "bob", "mine")
    assert (names(database, "ada"), names(database, "bob")) == (["mine"], [])
    with pytest.raises(StoreError, match="you have saved none yet"):
        saved_search(database, "bob", "mine")


def test_the_same_name_again_takes_its_place(database: Database) -> None:
    save_search(database, "ada", "mine", ask("rechnung"))
    first = saved_search(database, "ada", "mine")
    save_search(database, "ada", "mine", ask("strom"))
    (now,) = searches_of(database, "ada")
    assert now.query == "strom"
    assert now.saved_at > first.saved_at


def test_a_wrong_name_is_told_the_right_ones(database: Database) -> None:
    for name in ("b", "a"):
        save_search(database, "ada", name, ask("rechnung"))
    for act in (saved_search, forget_search):
        with pytest.raises(StoreError, match="no search is saved as c; there are a, b"):
            act(database, "ada", "c")
    assert names(database, "ada") == ["a", "b"]


@pytest.mark.parametrize("query", ["rechnung customer:KD004711", "-kunde:KD004711 rechnung"])
def test_a_search_that_names_a_customer_is_refused(database: Database, query: str) -> None:
    with pytest.raises(StoreError, match="it names a customer") as refused:
        save_search(database, "ada", "mine", ask(query))
    assert "KD004711" not in str(refused.value)
    assert names(database, "ada") == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "two\nlines"])
def test_a_name_that_is_none_is_refused(database: Database, name: str) -> None:
    with pytest.raises(StoreError, match="name of 1 to 64"):
        save_search(database, "ada", name, ask("rechnung"))


def test_nothing_cannot_be_saved(database: Database) -> None:
    with pytest.raises(StoreError, match="nothing to save as mine"):
        save_search(database, "ada", "mine", ask(" "))


def test_it_stays_when_calls_go(database: Database) -> None:
    keep(database, "one", Said("Die Rechnung"))
    save_search(database, "ada", "mine", ask("call:one"))
    assert names(database, "ada") == ["mine"]
