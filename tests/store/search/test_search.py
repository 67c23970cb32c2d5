"""Searching on a real server: by words in their forms, parts and sounds, with filters, in orders, page by page."""

from datetime import UTC, timedelta

import pytest
from tests.store.made_calls import places_below
from tests.store.search.found_calls import BEGAN, NOW, Said, axis, find, keep, texts

from stimmung.calls.clock import clock
from stimmung.store.database import Database
from stimmung.store.pseudonyms import open_secret
from stimmung.store.search.cursors import asked_at
from stimmung.store.search.language.parser import parse
from stimmung.store.search.language.query import QueryError
from stimmung.store.search.meaning import meanings
from stimmung.store.search.meaning.spread import Spread
from stimmung.store.search.search import ALL_FAR, wanted_meanings

BILL, POWER, CANCEL = "Die Rechnung ist falsch", "Meine Stromrechnung kam doppelt", "Ich möchte kündigen"
PROOF, ENGLISH, HEARD = "Die Kündigungsbestätigung fehlt", "I was charged twice", "Ich habe eine Rechnunk bekommen"


@pytest.fixture
def kept(database: Database) -> Database:
    """A store with three calls."""
    keep(database, "one", Said(BILL), Said(POWER, emotion="anger", polarity="negative", distress=0.9), days=1)
    keep(database, "two", Said(CANCEL, role="agent"), Said(PROOF), days=2, queue="contracts", region="Süd")
    keep(database, "three", Said(ENGLISH, language="en"), Said("Grüße aus der Straße Nummer 5"), days=3)
    return database


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("rechnung", [BILL, POWER]),
        ("rechnungen", [BILL, POWER]),
        ("stromrechnung", [POWER]),
        ("rechnung falsch", [BILL, POWER]),  # the second by one of the two words
        ("rechnung -strom", [BILL]),
        ("falsch OR doppelt", [POWER, BILL]),
        ('"ist falsch"', [BILL]),
        ('"falsch ist"', []),
        ("kündigung", [PROOF, CANCEL]),
        ("kuendigungsbestaetigung", [PROOF]),
        ("KÜNDIGUNGSBESTÄTIGUNG", [PROOF]),
        ("bestätigung", [PROOF]),
        ("strasse", ["Grüße aus der Straße Nummer 5"]),
        ("straße", ["Grüße aus der Straße Nummer 5"]),
        ("charge", [ENGLISH]),
        ("stromr*", [POWER]),
        ('"rechnung falsch"~3', [BILL]),
        ("schornsteinfeger", []),
    ],
)
def test_words_are_found_in_their_forms_and_parts(kept: Database, query: str, expected: list[str]) -> None:
    found = find(kept, query)
    assert sorted(texts(found)) == sorted(expected)
    assert found.total == len(expected)
    assert found.complete


def test_what_has_all_words_comes_before_what_has_some(kept: Database) -> None:
    assert texts(find(kept, "doppelt rechnung")) == [POWER, BILL]
    assert texts(find(kept, "rechnung falsch")) == [BILL, POWER]


def test_a_word_itself_comes_before_compounds_with_it(kept: Database) -> None:
    assert texts(find(kept, "rechnung")) == [BILL, POWER]


def test_what_was_misheard_is_found_by_its_sound_and_says_so(kept: Database) -> None:
    keep(kept, "four", Said(HEARD), days=4)
    found = find(kept, "rechnunk bekommen")
    assert texts(found) == [HEARD]
    sounding = find(kept, "gündigungsbestätigung")
    assert texts(sounding) == [PROOF]
    assert sounding.tried
    assert sounding.hits[0].ways == ("sound",)
    assert sounding.hits[0].marks == ((4, 25),)


def test_where_not_all_words_are_found_fewer_of_them_are(kept: Database) -> None:
    found = find(kept, "rechnung falsch schornsteinfeger")
    assert texts(found) == [BILL, POWER]
    assert found.tried == ("some of 3 words",)
    assert texts(find(kept, "wer war über die rechnung verärgert")) == [BILL, POWER]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("mood:anger", [POWER]),
        ("mood:negative", [POWER]),
        ("rechnung mood:negative", [POWER]),
        ("rechnung -mood:negative", [BILL]),
        ("by:agent", [CANCEL]),
        ("lang:en", [ENGLISH]),
        ("queue:contracts", [CANCEL, PROOF]),
        ("QUEUE:Contracts by:customer", [PROOF]),
        ("meta.region:süd by:customer", [PROOF]),
        ("meta.region:sud by:customer", [PROOF]),
        ("call:three lang:en", [ENGLISH]),
        ("distress:>0.5", [POWER]),
        ("distress:>=0.9 distress:<=0.9", [POWER]),  # kept with six digits or so, asked for with any
        ("since:2026-03-04 lang:en", [ENGLISH]),
        ("rechnung until:2026-03-01", []),
        ("rechnung on:2026-03-02", [BILL, POWER]),
        ("rechnung first:3s", [BILL]),
        ("rechnung at:0:02", [BILL]),
        ("rechnung at:0:05-0:06", [POWER]),
        ("rechnung -distress:>0.5", [BILL]),
        ("rechnung has:audio", []),
        ("duration:>1h", []),
    ],
)
def test_filters_combine_with_words_and_stand_alone(kept: Database, query: str, expected: list[str]) -> None:
    assert sorted(texts(find(kept, query))) == sorted(expected)


def test_a_customers_calls_are_found_by_the_pseudonym(kept: Database) -> None:
    secret = kept.run(lambda connection: open_secret(connection, places_below(kept.data_dir).secret))
    own = tuple(one.value for one in secret.pseudonyms("customer", "customer of two"))
    assert sorted(texts(find(kept, 'customer:"customer of two"', customers=own))) == sorted([CANCEL, PROOF])
    assert texts(find(kept, 'customer:"customer of two"')) == []


def test_orders(kept: Database) -> None:
    assert texts(find(kept, "rechnung sort:distress")) == [POWER, BILL]
    assert [hit.call_id for hit in find(kept, "sort:oldest").hits] == ["one", "one", "two", "two", "three", "three"]
    assert [hit.call_id for hit in find(kept, "sort:time").hits] == ["three", "three", "two", "two", "one", "one"]


def test_a_hit_says_where_it_is_and_what_stands_around_it(kept: Database) -> None:
    hit = find(kept, "doppelt").hits[0]
    assert (hit.call_id, hit.number, hit.queue, hit.role) == ("one", 1, "meters", "customer")
    assert hit.said_at == BEGAN + timedelta(days=1, seconds=hit.span.start)
    assert [hit.text[slice(*mark)] for mark in hit.marks] == ["doppelt"]
    assert hit.before is not None
    assert hit.before.text == BILL
    assert hit.after is None


def test_facets_count_what_was_found(kept: Database) -> None:
    facets = find(kept, "rechnung").facets
    assert facets is not None
    assert facets.days == {"2026-03-02": 2}
    assert facets.queues == {"meters": 2}
    assert facets.moods == {"neutral": 1, "negative": 1}


@pytest.mark.parametrize(
    "query", ["zähler", "zähler sort:time", "zähler sort:oldest", "by:customer", "zähler sort:distress"]
)
def test_pages_stay_while_calls_arrive(database: Database, query: str) -> None:
    for number in range(7):
        keep(database, f"call {number}", Said(f"Der Zähler {number}", distress=number / 10), days=number)
    whole = [hit.call_id for hit in find(database, query, limit=100).hits]
    seen, cursor = [], None
    for arriving in range(4):
        page = find(database, query, limit=2, cursor=cursor)
        seen += [hit.call_id for hit in page.hits]
        cursor = page.cursor
        keep(database, f"late {arriving}", Said("Der Zähler ist neu", distress=0.95), days=9 - arriving)
    assert seen == whole
    assert cursor is None


@pytest.mark.parametrize("query", ["zähler since:24h", "zähler since:24h sort:oldest", "zähler until:24h sort:time"])
def test_pages_agree_on_how_long_ago_it_is(database: Database, query: str) -> None:
    """Each page is asked for hours after the one before, and calls lie around where the time begins."""
    for number in range(20):
        keep(database, f"call {number}", Said(f"Der Zähler {number}"), days=number // 4, hours=6 * (number % 4))
    first = BEGAN + timedelta(days=3, hours=13)
    every = find(database, query, now=first, limit=100)
    assert 4 <= len(every.hits) < 20
    seen, cursor, later = [], None, first
    for _ in every.hits:
        page = find(database, query, now=asked_at(cursor, later), limit=1, cursor=cursor)
        seen += [hit.call_id for hit in page.hits]
        assert page.total == every.total
        assert page.facets == every.facets
        cursor, later = page.cursor, later + timedelta(hours=5)
    assert seen == [hit.call_id for hit in every.hits]
    assert cursor is None


def test_a_page_mark_that_is_none_is_refused(kept: Database) -> None:
    with pytest.raises(QueryError, match="page's mark"):
        find(kept, "rechnung", cursor="nonsense")


def test_erased_calls_are_not_found(kept: Database) -> None:
    kept.run(lambda connection: connection.exec_driver_sql("DELETE FROM calls WHERE call_id = 'one'"))
    assert texts(find(kept, "rechnung")) == []


def test_a_beginning_may_have_hyphens(database: Database) -> None:
    mail, email = "Meine E-Mail-Adresse stimmt", "Ein Emailkonto habe ich nicht"
    keep(database, "mail", Said(mail), Said(email))
    for typed in ("e-mail*", "E-MAIL*"):
        found = find(database, f"{typed} sort:oldest")
        assert texts(found) == [mail, email]
        assert [[hit.text[slice(*mark)] for mark in hit.marks] for hit in found.hits] == [["Mail"], ["Emailkonto"]]
    assert texts(find(database, "e-mail-adr*")) == [mail]
    assert texts(find(database, '"meine e-mail*"')) == [mail]
    assert texts(find(database, "e-post*")) == []


def test_a_place_that_was_shown_is_found_again(database: Database) -> None:
    keep(database, "one", Said(BILL), Said(POWER))
    keep(database, "two", Said(BILL), Said(POWER))
    for hit in find(database, "rechnung").hits:
        again = find(database, f"call:{hit.call_id} at:{clock(hit.span.start)}")
        assert hit.text in texts(again)


def test_an_injection_is_words(kept: Database) -> None:
    for query in ("'; DROP TABLE calls; --", "rechnung' | 'x", "\\'rechnung:*", "'a' & !!b <-> :D", "%s :x $1"):
        find(kept, query)
    assert len(texts(find(kept, "sort:oldest"))) == 6


class TestMeaning:
    """By sentence vectors, where pgvector is."""

    @pytest.fixture
    def near(self, embedded_database: Database) -> Database:
        """A store with three utterances along three axes."""
        keep(embedded_database, "a", Said("Doppelt abgebucht", near=1), Said("Guten Tag", near=2))
        keep(embedded_database, "b", Said("Charged twice", language="en", near=1, polarity="negative"), days=1)
        return embedded_database

    @pytest.fixture
    def many(self, embedded_database: Database) -> Database:
        """A store of forty-one utterances, of which one lies apart along the first axis."""
        keep(embedded_database, "a", Said("Doppelt abgebucht", near=1))
        keep(
            embedded_database, "few", *(Said(f"Grüße {number}", near=2 + number) for number in range(4)), queue="wires"
        )
        keep(embedded_database, "b", *(Said(f"Guten Tag {number}", near=2 + number % 4) for number in range(36)))
        return embedded_database

    def test_the_nearest_come_first(self, near: Database) -> None:
        found = find(near, '~"zweimal bezahlt"', "meaning", (axis(1, 2, 0.3),))
        assert texts(found)[2] == "Guten Tag"
        assert {hit.ways for hit in found.hits} == {("meaning",)}
        assert found.hits[0].score == pytest.approx(0.958, abs=0.01)

    def test_filters_leave_some(self, near: Database) -> None:
        assert texts(find(near, '~"zweimal bezahlt" lang:en', "meaning", (axis(1),))) == ["Charged twice"]
        assert texts(find(near, '~"zweimal bezahlt" mood:positive', "meaning", (axis(1),))) == []

    def test_words_and_meaning_together_bring_what_both_find_first(self, near: Database) -> None:
        found = find(near, "charged", "hybrid", (axis(1),))
        assert found.hits[0].text == "Charged twice"
        assert found.hits[0].ways == ("words", "meaning")
        assert found.hits[1].text == "Doppelt abgebucht"

    def test_pages_stay_while_calls_arrive(self, embedded_database: Database) -> None:
        vector = axis(1, 2, 0.7) + axis(3) * 0.4
        said = (Said(f"Der Zähler {number}", near=1 + number % 6) for number in range(30))
        keep(embedded_database, "before", *said)
        whole = [hit.text for hit in find(embedded_database, "zähler", "hybrid", (vector,), limit=100).hits]
        seen, cursor = [], None
        for arriving in range(10):
            page = find(embedded_database, "zähler", "hybrid", (vector,), limit=3, cursor=cursor)
            seen += texts(page)
            cursor = page.cursor
            keep(embedded_database, f"late {arriving}", *(Said("Strom", near=arriving % 3) for _ in range(10)))
            embedded_database.spread = Spread()  # as another process asks for the next page
        assert seen == whole

    def test_words_in_an_order_of_their_own_are_not_looked_for_by_meaning(self) -> None:
        for typed in ("zähler sort:time", "zähler sort:oldest", "zähler sort:distress"):
            assert wanted_meanings(parse(typed, now=NOW, zone=UTC)) == ()
            assert wanted_meanings(parse(typed, now=NOW, zone=UTC), "meaning") == ("zähler",)
        assert wanted_meanings(parse("zähler sort:relevance", now=NOW, zone=UTC)) == ("zähler",)
        assert wanted_meanings(parse("~zähler sort:time", now=NOW, zone=UTC)) == ("zähler",)

    def test_pgvector_without_further_scans_will_do(self, near: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(meanings, "FURTHER", {"ivfflat.unheard_of": "on"})
        assert len(texts(find(near, '~"zweimal bezahlt"', "meaning", (axis(1),)))) == 3

    def test_words_beside_a_meaning_must_be_there(self, near: Database) -> None:
        found = find(near, 'guten ~"zweimal bezahlt"', "hybrid", (axis(1),))
        assert texts(found) == ["Guten Tag"]
        assert found.tried == ()

    def test_what_is_far_is_left_out(self, many: Database) -> None:
        found = find(many, '~"zweimal bezahlt"', "meaning", (axis(1),))
        assert texts(found) == ["Doppelt abgebucht"]
        assert found.total == 1
        assert not found.notes
        few = find(many, 'queue:wires ~"zweimal bezahlt"', "meaning", (axis(1),))
        assert len(few.hits) == 4  # of so few, all are shown
        assert [note.text for note in few.notes] == [ALL_FAR]

    def test_where_all_is_far_it_says_so(self, many: Database) -> None:
        found = find(many, '~"guten morgen"', "meaning", (axis(2),))  # as near as a quarter of all that is kept
        assert len(found.hits) == 10
        assert [note.text for note in found.notes] == [ALL_FAR]
        wordy = find(many, "Grüße", "hybrid", (axis(2),))
        assert "words" in wordy.hits[0].ways
        assert not wordy.notes
