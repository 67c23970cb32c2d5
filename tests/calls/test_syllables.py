"""Syllables are counted as they are spoken, near enough for a pace."""

import pytest

from stimmung.calls.syllables import count_syllables

GERMAN = {
    1: "ja gut heißt doch zwei drei Geld klar vier die sie wie neun",
    2: "guten Tarif Frauen neue bequem Haustür Kunde äußern typisch",
    3: "Theater beachten Rechnungen geändert aktuell",
    4: "Entschuldigung Nationen",
    5: "Bestätigungen Unverschämtheiten Telefonanruf Versicherungen",
}
ENGLISH = {
    1: "yes make makes called phone we've you're the these whole helped worked times goes quite through",
    2: "table wanted boxes going seeing needed hello okay safely something doing",
    3: "engineer internet yesterday terrible completely",
    4: "information appreciated",
}


@pytest.mark.parametrize(
    ("language", "word", "count"),
    [("de", word, count) for count, words in GERMAN.items() for word in words.split()]
    + [("en", word, count) for count, words in ENGLISH.items() for word in words.split()],
)
def test_words(language: str, word: str, count: int) -> None:
    assert count_syllables(word, language) == count


def test_a_text_has_the_syllables_of_its_words_whatever_stands_between_them() -> None:
    assert count_syllables("Guten Tag, hier ist Frau Hoffmann. Ja?", "de") == 9
    assert count_syllables("I'm sorry, we've made some changes; please hold.", "en") == 10


def test_digits_and_nothing_have_none() -> None:
    assert [count_syllables(text, "de") for text in ("", "2024", "0171 23", "…", "hm")] == [0, 0, 0, 0, 0]
