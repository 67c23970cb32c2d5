"""Words as they are indexed and asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.store.search.lexemes.words import LONGEST_STEM, Lexemes, WordAnalysis


@pytest.fixture(scope="module")
def analysis() -> WordAnalysis:
    return WordAnalysis()


def finds(analysis: WordAnalysis, query: str, text: str, language: str) -> bool:
    """Tell whether one word that is asked for stands in a text, by its stems or as a part."""
    asked = set(analysis.of_query(query).stems)
    return any(asked & {*word.stems, *word.parts} for word in analysis.of_text(text, language))


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("Kündigungen", "Ihre Kündigung liegt vor", "de"),
        ("kuendigung", "Ihre Kündigung liegt vor", "de"),
        ("kundigung", "Ihre Kündigung liegt vor", "de"),
        ("KÜNDIGUNG", "die kündigung", "de"),
        ("Kündigung", "die Ku\u0308ndigung", "de"),
        ("Kündigung", "die Kuendigung", "de"),
        ("Kündigung", "die Kün\u00addigung", "de"),
        ("Strasse", "in welcher Straße", "de"),
        ("Straße", "IN WELCHER STRASSE", "de"),
        ("für", "Fuer wen", "de"),
        ("gebühr", "die Gebühren", "de"),
        ("häuser", "das Haus", "de"),
        ("charge", "I was charged twice", "en"),
        ("cancelling", "I want to cancel", "en"),
        ("café", "the cafe", "en"),
        ("email", "per E-Mail bitte", "de"),
        ("e-mail", "per Email bitte", "de"),
        ("mail", "per E-Mail bitte", "de"),
        ("email", "per E Mail bitte", "de"),
        ("Email", "die E-Mail-Adresse", "de"),
        ("emailadresse", "die E-Mail-Adresse", "de"),
        ("wlan", "das W-LAN und das W LAN", "de"),
        ("can't", "I cannot log in", "en"),
        ("cannot", "I cant log in", "en"),
        ("not", "I can't log in", "en"),
        ("have", "I've been waiting", "en"),
        ("don\u2019t", "I don't know", "en"),
        ("customer", "the customer's name", "en"),
        ("geht", "wie geht's", "de"),
        ("24", "Nummer \uff12\uff14", "de"),  # digits as wide as a Chinese sign
        ("do", "I don't know", "en"),
        ("not", "I dont know", "en"),
        ("finden", "we \ufb01nden es", "de"),  # a ligature, as copied from a PDF
        ("2500", "2.500 Euro", "de"),
        ("2.500", "2,500 pounds", "en"),
        ("24,99", "24.99 a month", "en"),
        ("1.234,5", "1,234.5", "en"),
        ("1&1", "bei 1&1 bestellt", "de"),
        ("[IBAN]", "meine [IBAN] lautet", "de"),
        ("nicht", "das geht nicht", "de"),
    ],
)
def test_finds(analysis: WordAnalysis, query: str, text: str, language: str) -> None:
    assert finds(analysis, query, text, language)


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("iban", "meine [IBAN] lautet", "de"),
        ("11", "bei 1&1 bestellt", "de"),
        ("1012", "10-12 Uhr", "de"),
        ("kunde", "die Kündigung", "de"),
        ("25", "2.500 Euro", "de"),
        ("imail", "I mail you", "en"),
    ],
)
def test_does_not_find(analysis: WordAnalysis, query: str, text: str, language: str) -> None:
    assert not finds(analysis, query, text, language)


def test_each_word_has_a_span(analysis: WordAnalysis) -> None:
    text = "Die E-Mail an [EMAIL], U Bahn: 2.500 €, geht's – ku\u0308ndigen!"
    words = [text[start:end] for start, end in analysis.spans(text)]
    expected = ["Die", "E", "Mail", "an", "[EMAIL]", "U", "Bahn", "2.500", "geht's", "ku\u0308ndigen"]
    assert words == expected
    assert len(analysis.of_text(text, "de")) == len(expected)


def test_pieces_are_found_joined_at_the_first_and_the_last(analysis: WordAnalysis) -> None:
    first, middle, last, noun = analysis.of_text("E-Mail-Adresse fehlt", "de")
    assert {"e", "email", "emailadress"} <= set(first.stems)
    assert {"mail", "email", "mailadress"} <= set(middle.stems)
    assert {"adress", "mailadress", "emailadress"} <= set(last.stems)
    assert "emailadress" not in middle.stems
    assert not {"email", "emailadress"} & set(noun.stems)


def test_a_contraction_is_one_word_with_parts(analysis: WordAnalysis) -> None:
    assert analysis.of_text("won't", "en")[0].stems == ("wont",)
    assert analysis.of_text("won't", "en")[0].parts == ("will", "not")


def test_an_unknown_language_is_read_as_both(analysis: WordAnalysis) -> None:
    assert set(analysis.of_text("charged", "fr")[0].stems) >= {"charg"}
    assert analysis.of_text("gebühren", "")[0].stems[0] == "gebuhr"


def test_signs_alone_find_nothing(analysis: WordAnalysis) -> None:
    assert analysis.of_query("…!?") == Lexemes(())
    assert analysis.of_text("… – !", "de") == ()


def test_a_lexeme_has_a_bound(analysis: WordAnalysis) -> None:
    endless = "a" * 5000
    assert all(len(stem) <= LONGEST_STEM for stem in analysis.of_text(endless, "de")[0].stems)
    assert finds(analysis, endless, f"so {endless}", "en")


@given(st.text(max_size=60), st.sampled_from(["de", "en", "fr"]))
def test_any_text_has_as_many_spans_as_words(text: str, language: str) -> None:
    analysis = WordAnalysis()
    spans = analysis.spans(text)
    assert len(spans) == len(analysis.of_text(text, language))
    assert all(text[start:end] for start, end in spans)
    assert list(spans) == sorted(spans)
    assert all(any(stem for stem in word.stems) for word in analysis.of_text(text, language))


@given(st.text(alphabet="aäeiouünrstgkß-'& ", min_size=1, max_size=25), st.sampled_from(["de", "en"]))
def test_every_word_finds_itself(text: str, language: str) -> None:
    analysis = WordAnalysis()
    for start, end in analysis.spans(text):
        assert finds(analysis, text[start:end], text[start:end], language)
