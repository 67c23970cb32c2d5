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
