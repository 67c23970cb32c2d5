"""Forms of verbs and their infinitives."""

import pytest

from stimmung.store.search.lexemes.verbs import Verbs
from stimmung.store.search.lexemes.words import WordAnalysis


@pytest.fixture(scope="module")
def verbs() -> Verbs:
    return Verbs()


@pytest.mark.parametrize(
    ("form", "infinitive"),
    [
        ("gekündigt", "kündigen"),
        ("kündigte", "kündigen"),
        ("abgebucht", "abbuchen"),
        ("abzubuchen", "abbuchen"),
        ("abbucht", "abbuchen"),
        ("gemeldet", "melden"),
        ("öffnet", "öffnen"),
        ("bezahlte", "bezahlen"),
        ("eingezogenen", "einziehen"),
        ("überwiesen", "überweisen"),
        ("verstanden", "verstehen"),
        ("zahlungen", "zahlen"),
        ("geaendert", "ändern"),
        ("funktioniert", "funktionieren"),
        ("moderierte", "moderieren"),
    ],
)
def test_german_form(verbs: Verbs, form: str, infinitive: str) -> None:
    assert verbs.infinitive(form, "de") == infinitive


@pytest.mark.parametrize(
    "word", "rechnung leitung wartung aufgaben angaben stand gericht gewicht geschäft feiert bier führen zählt".split()
)
def test_no_form_of_a_listed_verb(verbs: Verbs, word: str) -> None:
    assert verbs.infinitive(word, "de") == ""


def test_english_form(verbs: Verbs) -> None:
    assert verbs.infinitive("paid", "en") == "pay"
    assert verbs.infinitive("paid", "de") == ""
    assert verbs.infinitive("charged", "en") == ""  # the stemmer does that


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("kündigen", "ich habe schon dreimal gekündigt", "de"),
        ("gekündigt", "wie kann ich kündigen", "de"),
        ("kündigung", "er kündigte", "de"),
        ("zahlung", "ich zahle nicht", "de"),
        ("stornieren", "das ist storniert", "de"),
        ("abbuchung", "es wurde doppelt abgebucht", "de"),
        ("pay", "I paid twice", "en"),
        ("sent", "they send letters", "en"),
    ],
)
def test_a_form_finds_the_others(query: str, text: str, language: str) -> None:
    analysis = WordAnalysis()
    asked = set(analysis.of_query(query).stems)
    assert any(asked & set(word.stems) for word in analysis.of_text(text, language))
