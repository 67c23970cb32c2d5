"""Addresses that were found go again where they are said again, however a recogniser writes them."""

import pytest
from tests.calls.redaction.talks import talk

from stimmung.calls.redaction.records import RedactionOptions
from stimmung.calls.redaction.redactor import Redactor

REDACTOR = Redactor(RedactionOptions())
ASKED = ("a: Wie lautet denn die neue Anschrift?", "c: Gartenstraße 8, 50733 Köln.")


def last_of(*turns: str, language: str = "de") -> str:
    return REDACTOR.redact(talk(*turns, language=language)).utterances[-1].text


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Werden Straße 8 in Köln? Gilt das ab sofort?", "[ADDRESS]? Gilt das ab sofort?"),
        ("Also Wartenstraße 8, Köln, gut.", "Also [ADDRESS], gut."),
        ("Die Wartenstraße ist jetzt eingetragen.", "Die [ADDRESS] ist jetzt eingetragen."),
    ],
)
def test_a_known_address_that_is_said_again_goes(said: str, left: str) -> None:
    assert last_of(*ASKED, f"a: {said}") == left


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("7", "sieben"),
        ("sieben", "7"),
        ("8", "08"),
        ("21", "einundzwanzig"),
        ("21", "20 eins"),
        ("17", "eins sieben"),
        ("8-10", "8"),
        ("8/10", "10"),
        ("8", "8-10"),
        ("8a", "8"),
        ("8a", "8 a"),
        ("8 a", "acht a"),
    ],
)
def test_its_number_may_be_said_and_written_otherwise(known: str, said: str) -> None:
    asked = (ASKED[0], f"c: Gartenstraße {known}, 50733 Köln.")
    assert last_of(*asked, f"a: Werden Straße {said} in Köln?") == "[ADDRESS]?"


@pytest.mark.parametrize(("known", "said"), [("8", "9"), ("18", "8"), ("8-10", "18"), ("21", "20 zwei"), ("20", "2")])
def test_another_number_is_another_address(known: str, said: str) -> None:
    asked = (ASKED[0], f"c: Gartenstraße {known}, 50733 Köln.")
    text = f"Werden Straße {said} in Köln?"
    assert last_of(*asked, f"a: {text}") == text


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("12", "twelve"),
        ("21", "twenty one"),
        ("twenty one", "21"),
        ("12b", "12 b"),
        ("8-10", "8"),
        ("112", "one twelve"),
    ],
)
def test_its_english_number_too(known: str, said: str) -> None:
    asked = ("a: What is your address?", f"c: {known} Baker Street, London.")
    assert last_of(*asked, f"a: So the {said} When Street then?", language="en") == "So the [ADDRESS] then?"


def test_an_english_one_too() -> None:
    asked = ("a: What is your address?", "c: 12 Baker Street, London.")
    assert last_of(*asked, "a: So 12 Bakers Street then?", language="en") == "So [ADDRESS] then?"


@pytest.mark.parametrize(
    "said",
    [
        "Die Straße ist gesperrt.",
        "Am Montag werden Straße 9 und Weg gesperrt.",
        "Dann Werden Straße 9 gut.",
        "Das ist der richtige Weg 8 Tage lang.",
    ],
)
def test_other_words_stay(said: str) -> None:
    assert last_of(*ASKED, f"a: {said}") == said


def test_without_an_address_in_the_call_nothing_is_said_again() -> None:
    said = "Am Montag werden Straße und Weg gesperrt."
    assert last_of(f"a: {said}") == said


@pytest.mark.parametrize("said", ["A When Street.", "When Street a", "a When Street", "12 When Street."])
def test_an_utterance_that_begins_with_a_street_has_no_number_before_it(said: str) -> None:
    assert last_of(f"a: {said}", language="en") == said
