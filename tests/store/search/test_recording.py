"""Of a search the audit knows who, when and how much, and whom it was about only by a pseudonym."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.store.made_calls import places_below
from tests.store.search.asking import ask
from tests.store.search.found_calls import Said, find, keep, texts

from stimmung.store.audit import Act, acts_about, acts_between
from stimmung.store.database import Database
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.pseudonyms import open_secret
from stimmung.store.removal.erasure import erase_call
from stimmung.store.search.recording import Searcher, customer_pseudonyms, record_search
from stimmung.store.search.records import Ask, Found
from stimmung.store.secret import Secret

AT = datetime(2026, 4, 1, 12, tzinfo=UTC)
EVER = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
FOUND = Found(hits=(), total=42, complete=True, facets=None)


def secret_of(database: Database) -> Secret:
    return database.run(lambda connection: open_secret(connection, places_below(database.data_dir).secret))


def recorded(database: Database, query: str, found: Found = FOUND) -> Sequence[Act]:
    """Record a search, and return what the audit knows."""
    asked, secret = Ask(ask(query), "words"), secret_of(database)
    database.run(lambda connection: record_search(connection, secret, Searcher("ada", AT), asked, found))
    return database.run(lambda connection: acts_between(connection, *EVER))


def about(database: Database, call_id: str) -> Sequence[Act]:
    return database.run(lambda connection: acts_about(connection, [call_id]))


def test_who_when_and_how_much(database: Database) -> None:
    (act,) = recorded(database, "rechnung since:7d")
    assert (act.action, act.who, act.at, act.call_id) == ("search", "ada", AT, None)
    assert act.detail == {"mode": "words", "found": 42, "shown": 0}


def test_of_the_text_a_pseudonym_by_which_a_name_can_be_checked(database: Database) -> None:
    (act,) = recorded(database, " Hildegunde  Zwackelmann ")
    assert act.pseudonym == secret_of(database).pseudonym("customer", "Hildegunde Zwackelmann").value
    assert "Hildegunde" not in repr(act)


def test_who_was_named_is_found_in_the_audit(database: Database) -> None:
    secret = secret_of(database)
    acts = recorded(database, "rechnung customer:K-1,K-2 -customer:K-1")
    assert [act.pseudonym for act in acts] == [secret.pseudonym("customer", key).value for key in ("K-1", "K-2")]
    about = database.run(lambda one: acts_about(one, pseudonyms=[secret.pseudonym("customer", "K-2").value]))
    assert len(about) == 1


def test_a_search_for_everything_is_recorded_too(database: Database) -> None:
    (act,) = recorded(database, "")
    assert (act.pseudonym, act.key_id) == (None, None)


def test_each_call_that_is_shown_is_looked_at(database: Database) -> None:
    keep(database, "one", Said("Die Rechnung"), Said("noch eine Rechnung"))
    keep(database, "two", Said("Die Rechnung"))
    keep(database, "three", Said("Der Strom"))
    secret = secret_of(database)
    recorded(database, "rechnung", find(database, "rechnung"))
    seen = {name: about(database, name) for name in ("one", "two", "three")}
    assert {name: [(act.action, act.who, dict(act.detail)) for act in acts] for name, acts in seen.items()} == {
        "one": [("found", "ada", {"places": 2})],
        "two": [("found", "ada", {"places": 1})],
        "three": [],
    }
    assert seen["two"][0].pseudonym == secret.pseudonym("customer", "customer of two").value
    assert len(database.run(lambda one: acts_about(one, pseudonyms=[seen["two"][0].pseudonym or ""]))) == 1


def test_of_an_erased_call_nobody_knows_any_more_that_it_was_found(database: Database) -> None:
    keep(database, "one", Said("Die Rechnung"))
    keep(database, "two", Said("Die Rechnung"))
    found = find(database, "rechnung")
    recorded(database, "rechnung", found)
    erase_call(Steward(database, places_below(database.data_dir), "anna", Pace()), "one")
    again = recorded(database, "rechnung", found)  # read before the erasure, recorded behind it
    assert sorted(act.call_id or "" for act in again if act.action == "found") == ["", "", "two", "two"]
    gone = [act for act in again if act.action == "found" and act.call_id is None]
    assert [act.pseudonym for act in gone] == [None, None]


@pytest.mark.parametrize("turned", [False, True])
def test_customers_are_found_by_their_keys_also_after_a_new_secret(database: Database, turned: bool) -> None:
    keep(database, "one", Said("Die Rechnung"))
    keep(database, "two", Said("Die Rechnung"))
    secret = secret_of(database)
    if turned:  # calls keep the pseudonym of before until they are renewed
        secret = replace(secret, keys=(*secret.keys, b"x" * 32))
    query = 'customer:"customer of two"'
    customers = customer_pseudonyms(ask(query), secret)
    assert len(customers) == 1 + turned
    assert [hit.call_id for hit in find(database, query, customers=customers).hits] == ["two"]
    assert texts(find(database, query, customers=customer_pseudonyms(ask("customer:K-9"), secret))) == []
