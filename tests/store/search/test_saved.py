"""Searches that are kept by name: each person's own, as they were typed, and never with a customer's key."""

from pathlib import Path

import pytest
from tests.store.made_calls import places_below
from tests.store.search.asking import ask, examples
from tests.store.search.found_calls import Said, keep

from stimmung.calls.redactor_settings import redactor_of
from stimmung.speech.errors import StoreError
from stimmung.speech.settings import RedactionSettings
from stimmung.store.database import Database
from stimmung.store.search.identifiers import Guard
from stimmung.store.search.language.query import Field, Query, QueryError
from stimmung.store.search.saved import forget_search, save_search, saved_search, searches_of

REDACTION = RedactionSettings(customer_numbers=("KD[0-9]{8}",))


def save(database: Database, who: str, name: str, query: Query) -> None:
    secret = places_below(database.data_dir).secret
    save_search(database, who, name, query, Guard(redactor_of(REDACTION, None), REDACTION.customer_numbers, secret))


def names(database: Database, who: str) -> list[str]:
    return [one.name for one in searches_of(database, who)]


def test_a_search_is_kept_as_it_was_typed(database: Database) -> None:
    save(database, "ada", "double charges", ask('doppelt   since:7d "schon dreimal"'))
    assert saved_search(database, "ada", "double charges").query == 'doppelt   since:7d "schon dreimal"'


def test_each_has_their_own(database: Database) -> None:
    save(database, "ada", "mine", ask("rechnung"))
    save(database, "bob", "mine", ask("strom"))
    forget_search(database, "bob", "mine")
    assert (names(database, "ada"), names(database, "bob")) == (["mine"], [])
    with pytest.raises(StoreError, match="you have saved none yet"):
        saved_search(database, "bob", "mine")


def test_the_same_name_again_takes_its_place(database: Database) -> None:
    save(database, "ada", "mine", ask("rechnung"))
    first = saved_search(database, "ada", "mine")
    save(database, "ada", "mine", ask("strom"))
    (now,) = searches_of(database, "ada")
    assert now.query == "strom"
    assert now.saved_at > first.saved_at


def test_a_wrong_name_is_told_the_right_ones(database: Database) -> None:
    for name in ("b", "a"):
        save(database, "ada", name, ask("rechnung"))
    for act in (saved_search, forget_search):
        with pytest.raises(StoreError, match="no search is saved as c; there are a, b"):
            act(database, "ada", "c")
    assert names(database, "ada") == ["a", "b"]


@pytest.mark.parametrize("query", ["rechnung customer:KD004711", "-kunde:KD004711 rechnung"])
def test_a_search_that_names_a_customer_is_refused(database: Database, query: str) -> None:
    with pytest.raises(StoreError, match="it names a customer") as refused:
        save(database, "ada", "mine", ask(query))
    assert "KD004711" not in str(refused.value)
    assert names(database, "ada") == []


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("rechnung KD12345678", "CUSTOMER_NUMBER"),
        ("rechnung -kd12345678", "CUSTOMER_NUMBER"),
        ("kd 1234-5678 rechnung", "CUSTOMER_NUMBER"),
        ("KD12345678*", "CUSTOMER_NUMBER"),
        ('queue:"KD 12345678"', "CUSTOMER_NUMBER"),
        ('"iban:DE02120300000000202051"', "IBAN"),
        ('rechnung ~"KD 12345678"', "CUSTOMER_NUMBER"),
        ("meta.crm:KD12345678", "CUSTOMER_NUMBER"),
        ("meta.pin:1234", "SECRET"),
        ("(strom OR 0171 0000017)", "PHONE"),
        ("b.beispiel@example.org", "EMAIL"),
        ("DE02120300000000202051", "IBAN"),
        ('"mein Name ist Hildegunde Zwackelmann"', "NAME"),
    ],
)
def test_what_identifies_somebody_is_not_kept_as_words_either(database: Database, query: str, kind: str) -> None:
    with pytest.raises(
        StoreError, match=f"reads like a {kind}; save it without, and add it when you search"
    ) as refused:
        save(database, "ada", "mine", ask(query))
    assert not any(word in str(refused.value) for word in query.split() if any(letter.isdigit() for letter in word))
    assert names(database, "ada") == []


@pytest.mark.parametrize(
    "query", ["rechnung K-20731", "k-20731", '"K-20731" rechnung', "K - 20731", "meta.crm:K-20731"]
)
def test_the_key_of_a_customer_whose_calls_are_kept_is_known_without_a_pattern(database: Database, query: str) -> None:
    save(database, "ada", "before", ask("rechnung Q-20731"))
    keep(database, "one", Said("Die Rechnung"), customer="K-20731")
    with pytest.raises(StoreError, match="reads like a CUSTOMER_NUMBER") as refused:
        save(database, "ada", "mine", ask(query))
    assert "20731" not in str(refused.value)
    assert names(database, "ada") == ["before"]


def test_a_name_that_is_an_identifier_is_refused_too(database: Database) -> None:
    with pytest.raises(StoreError, match="its name holds what reads like a PHONE") as refused:
        save(database, "ada", "von 0171 0000017", ask("rechnung"))
    assert "0171" not in str(refused.value)
    keep(database, "one", Said("Die Rechnung"), customer="K-20731")
    with pytest.raises(StoreError, match="its name holds what reads like a CUSTOMER_NUMBER") as refused:
        save(database, "ada", "Fall K-20731", ask("rechnung"))
    assert "20731" not in str(refused.value)
    assert names(database, "ada") == []


def test_all_examples_without_a_customer_can_be_kept(database: Database, root: Path) -> None:
    keep(database, "one", Said("Die Rechnung"), customer="K-20731")
    kept = 0
    for one in examples(root, "query"):
        query = _understood(one.typed)
        if query is None or not query.text.strip() or any(part.field is Field.CUSTOMER for part in query.filters):
            continue
        save(database, "ada", "mine", query)
        kept += 1
    assert kept > 20
    save(
        database,
        "ada",
        "mine",
        ask("rechnung 149,90 call:20260301142233 since:2026-03-01 duration>90min hold > 60s wait > 120s"),
    )


def _understood(typed: str) -> Query | None:
    try:
        return ask(typed)
    except QueryError:
        return None


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "two\nlines"])
def test_a_name_that_is_none_is_refused(database: Database, name: str) -> None:
    with pytest.raises(StoreError, match="name of 1 to 64"):
        save(database, "ada", name, ask("rechnung"))


def test_nothing_cannot_be_saved(database: Database) -> None:
    with pytest.raises(StoreError, match="nothing to save as mine"):
        save(database, "ada", "mine", ask(" "))


def test_it_stays_when_calls_go(database: Database) -> None:
    keep(database, "one", Said("Die Rechnung"))
    save(database, "ada", "mine", ask("call:one"))
    assert names(database, "ada") == ["mine"]
