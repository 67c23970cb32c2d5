"""Digits and letters read from text, however they are said: the measure of redaction rests on them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalise import Language
from redaction_symbols import digits_in, longest_run, symbols_in
from redaction_wording import below_hundred, hundreds, year


@pytest.mark.parametrize(
    ("text", "language", "digits"),
    [
        ("vier sieben eins eins", "de", "4711"),
        ("zwo null", "de", "20"),
        ("fünfundvierzig einundzwanzig dreißig", "de", "452130"),
        ("FÜNFUNDVIERZIG", "de", "45"),
        ("fünfhundertsiebenundsechzig", "de", "567"),
        ("neunzehnhunderteinundsiebzig zweitausendvier", "de", "19712004"),
        ("dritter elfter, einundzwanzigsten, siebten", "de", "311217"),
        ("doppel drei, dreimal null", "de", "33000"),
        ("030 231 25-123", "de", "03023125123"),
        ("ein Moment, eine Karte", "de", ""),
        ("achten Sie darauf", "de", "8"),  # "achten" is also an ordinal
        ("forty five twenty-one thirty", "en", "452130"),
        ("five hundred and sixty seven", "en", "567"),
        ("nineteen seventy one, two thousand and four", "en", "19712004"),
        ("the twenty third of the ninth", "en", "239"),
        ("double three triple oh", "en", "33000"),
        ("my card [CARD] ends in 12", "en", "|12"),
        ("no number at all", "en", ""),
    ],
)
def test_digits_are_read_however_they_are_said(text: str, language: Language, digits: str) -> None:
    assert digits_in(text, language) == digits


@pytest.mark.parametrize(
    ("text", "language", "symbols"),
    [
        ("B wie Berta, A wie Anton, U, E, R", "de", "BAUER"),
        ("K for kilo I as in ink", "en", "KI"),
        ("L S one four A P", "en", "LS14AP"),
        ("LS1 4AP", "en", "LS14AP"),
        ("the post code", "en", ""),
    ],
)
def test_letters_are_read_where_they_stand_alone_or_beside_digits(text: str, language: Language, symbols: str) -> None:
    assert symbols_in(text, language) == symbols


@given(st.integers(0, 99), st.integers(100, 999), st.integers(1900, 2099), st.sampled_from(["de", "en"]))
def test_numbers_that_the_generator_says_are_read_back(small: int, large: int, born: int, language: Language) -> None:
    assert digits_in(below_hundred(small, language), language) == str(small)
    assert digits_in(hundreds(str(large), language), language) == str(large)
    said = digits_in(year(born, language), language)
    assert said == str(born) or (language == "en" and said.replace("0", "") == str(born).replace("0", ""))


def test_longest_run_is_the_longest_stretch_of_what_is_wanted() -> None:
    assert longest_run("12345678", "12|45679") == 4
    assert longest_run("12345678", "12345678") == 8
    assert longest_run("12345678", "9|9") == 0
