"""What is found where few have the words as asked: parts of compounds apart, words that sound alike, fewer words."""

from pathlib import Path

import pytest
from tests.store.search.asking import examples
from tests.store.search.found_calls import Said, find, keep, texts

from stimmung.store.database import Database
from stimmung.store.search.language.query import Word
from stimmung.store.search.lexeme_queries import word_query
from stimmung.store.search.lexemes.words import WordAnalysis
from stimmung.store.search.widening import ENOUGH

FEE, FEES, TWO_WORDS = "Eine Mahngebühr von fünf Euro", "Die Mahngebühren sind zu hoch", "Das ist die Mahnung Gebühr"
APART, REMINDER = "Die Gebühr für die Mahnung zahle ich nicht", "Ich habe eine Mahnung bekommen"
COPY, COPY_OF_BILL = "Eine Kopie der Stromrechnung bitte", "Die Stromrechnungskopie fehlt"


@pytest.fixture
def kept(database: Database) -> Database:
    """A store with compounds, and their parts in other words."""
    keep(database, "fees", Said(FEE), Said(FEES), Said(TWO_WORDS), Said(APART), Said(REMINDER))
    keep(database, "copies", Said(COPY), Said(COPY_OF_BILL), Said("I cannot log in", language="en"), days=1)
    return database


class TestCompounds:
    """A compound is its own word, its parts in one compound, or as words side by side; anything else is widening."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("mahngebühr", [FEE, FEES, TWO_WORDS]),
            ("mahngebuehren", [FEE, FEES, TWO_WORDS]),
            ("Mahnungsgebühr", [FEE, FEES, TWO_WORDS]),
            ("stromrechnungskopie", [COPY_OF_BILL]),
            ("stromrechnungskopien", [COPY_OF_BILL]),
            ("can't", ["I cannot log in"]),
        ],
    )
    def test_is_found_as_one_or_side_by_side(self, kept: Database, query: str, expected: list[str]) -> None:
        assert sorted(texts(find(kept, query, exact=True))) == sorted(expected)

    def test_with_its_parts_apart_it_is_found_behind_and_said(self, kept: Database) -> None:
        found = find(kept, "mahngebühr")
        assert texts(found)[-1] == APART
        assert REMINDER not in texts(found)
        assert found.tried == ("parts",)
        assert [found.hits[-1].text[slice(*mark)] for mark in found.hits[-1].marks] == ["Gebühr", "Mahnung"]
        assert texts(find(kept, "stromrechnungskopie")) == [COPY_OF_BILL, COPY]

    def test_parts_of_a_contraction_are_not_looked_for_apart(self, kept: Database) -> None:
        keep(kept, "can", Said("I can see that it is not there", language="en"))
        assert texts(find(kept, "can't")) == ["I cannot log in"]

    def test_what_is_left_out_stays_out(self, kept: Database) -> None:
        assert APART not in texts(find(kept, "mahngebühr -zahle"))

    def test_a_compound_that_is_left_out_takes_no_others_along(self, kept: Database) -> None:
        assert texts(find(kept, "mahnung -mahngebühr", exact=True)) == [REMINDER, APART]

    def test_it_is_marked_whole_however_it_is_written(self, kept: Database) -> None:
        for query in ("mahngebuehren", "Mahnungsgebühr"):
            hit = next(hit for hit in find(kept, query).hits if hit.text == FEE)
            assert [hit.text[slice(*mark)] for mark in hit.marks] == ["Mahngebühr"], query


def test_each_part_may_be_any_of_the_words_it_stands_for() -> None:
    asked = word_query(Word("mahngebühr"), WordAnalysis())
    assert asked is not None
    assert "(('mahnung' | 'mahn') <-> 'gebuhr')" in asked.every
    assert "(('mahnung' | 'mahn') <0> 'gebuhr')" in asked.every
    assert " & " not in asked.every


# What a recogniser made of a word that somebody asks for as it is spelled.
SLIPS = [
    ("Kündigung", "Kündichung"),
    ("Rechnung", "Rechnunk"),
    ("Glasfaser", "Glasvaser"),
    ("Überweisung", "Überweißunk"),
    ("Widerruf", "Wiederuf"),
    ("Vertrag", "Fertrag"),
    ("Zählerstand", "Zellerstand"),
    ("Lastschrift", "Lasschrift"),
    ("Störung", "Stöhrung"),
    ("Schornsteinfeger", "Schornsteinfäger"),
    ("Rufnummer", "Ruffnummer"),
    ("Techniker", "Teschniker"),
]
ENGLISH_SLIPS = [
    ("insurance", "ensurance"),
    ("engineer", "enginear"),
    ("receipt", "receit"),
    ("broadband", "brodband"),
    ("mortgage", "morgage"),
]
# Words beside which a recogniser has nothing to confuse.
STRANGERS = [
    ("Kündigung", "Kundin"),
    ("Rechnung", "Regen"),
    ("Vertrag", "Vorrat"),
    ("Zähler", "Zeile"),
    ("Zahlung", "Zulassung"),
    ("Gebühr", "Gebirge"),
    ("Techniker", "Taktik"),
    ("Störung", "Strom"),
    ("Lastschrift", "Landschaft"),
    ("Kaution", "Kiosk"),
]


class TestMisheard:
    """Words that hardly any utterance has are looked for by their sound, and must look alike as well."""

    @pytest.mark.parametrize(("asked", "heard"), SLIPS)
    def test_german_slips_are_found(self, database: Database, asked: str, heard: str) -> None:
        self._is_found(database, asked, heard, "de")

    @pytest.mark.parametrize(("asked", "heard"), ENGLISH_SLIPS)
    def test_english_slips_are_found(self, database: Database, asked: str, heard: str) -> None:
        self._is_found(database, asked, heard, "en")

    def _is_found(self, database: Database, asked: str, heard: str, language: str) -> None:
        keep(database, "slip", Said(f"also {heard} sage ich", language=language))
        found = find(database, asked)
        assert len(found.hits) == 1, "not found"
        assert [hit.text[slice(*mark)] for hit in found.hits for mark in hit.marks] == [heard]
        assert found.tried == ("sound",)

    @pytest.mark.parametrize(("asked", "other"), STRANGERS)
    def test_strangers_are_not(self, database: Database, asked: str, other: str) -> None:
        keep(database, "stranger", Said(f"also {other} sage ich"))
        assert texts(find(database, asked)) == []

    def test_a_word_that_is_heard_often_is_not_looked_for_by_its_sound(self, database: Database) -> None:
        keep(database, "slip", Said("der Fertrag ist da"))
        keep(database, "right", *[Said(f"der Vertrag {number}") for number in range(3)])
        assert "der Fertrag ist da" in texts(find(database, "Vertrag"))
        keep(database, "more", Said("noch ein Vertrag"))
        assert "der Fertrag ist da" not in texts(find(database, "Vertrag"))

    def test_the_others_must_be_there(self, database: Database) -> None:
        keep(database, "slip", Said("der Fertrag ist weg"), Said("der Fertrag ist da"))
        assert texts(find(database, "vertrag weg"))[0] == "der Fertrag ist weg"
        assert texts(find(database, "vertrag -weg")) == ["der Fertrag ist da"]


class TestWhen:
    """Widening is for what finds little."""

    def test_nothing_is_tried_where_there_is_enough(self, database: Database) -> None:
        keep(database, "many", *[Said(f"Die Mahngebühr {number}") for number in range(ENOUGH)], Said(APART))
        found = find(database, "mahngebühr")
        assert (found.total, found.tried) == (ENOUGH, ())

    def test_nothing_is_tried_where_it_is_switched_off(self, kept: Database) -> None:
        found = find(kept, "mahngebühr fünf schornsteinfeger", exact=True)
        assert (found.hits, found.tried) == ((), ())
        assert texts(find(kept, "mahngebühr fünf schornsteinfeger")) != []

    @pytest.mark.parametrize("query", ["mahngebühr sort:time", "(mahngebühr fünf) OR schornsteinfeger"])
    def test_nothing_is_tried_in_orders_of_time_and_beside_or(self, kept: Database, query: str) -> None:
        found = find(kept, query)
        assert APART not in texts(found)
        assert found.tried == ()

    def test_facets_count_what_was_found_beyond(self, kept: Database) -> None:
        found = find(kept, "mahngebühr")
        assert found.facets is not None
        assert sum(found.facets.days.values()) == found.total == 4

    def test_the_page_says_what_is_found(self, database: Database, root: Path) -> None:
        told = [(one.typed, *one.understood.split(" → ")) for one in examples(root, "widened")]
        assert len(told) > 4
        keep(database, "told", *[Said(text) for _, text, _ in told])
        for typed, text, tried in told:
            found = find(database, typed)
            assert (texts(found)[0], found.tried) == (text, (tried,)), typed
            assert texts(find(database, typed, exact=True)) == []
