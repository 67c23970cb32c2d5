"""Words by their sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.store.search.lexemes.sounds import MARK, cologne, likeness, near_sounds, sounds


@pytest.mark.parametrize(
    ("word", "code"),  # worked by hand from the table of the method
    [
        ("wikipedia", "3412"),
        ("breschnew", "17863"),
        ("mullerludenscheidt", "65752682"),
        ("heinzclassen", "068586"),
        ("xaver", "4837"),
        ("phonetik", "3624"),
        ("cent", "862"),
        ("clara", "457"),  # hard at the start
        ("tickle", "245"),
        ("tacler", "2857"),  # soft within
        ("café", "43"),
        ("", ""),
    ],
)
def test_cologne(word: str, code: str) -> None:
    assert cologne(word) == code


@pytest.mark.parametrize(
    ("said", "heard", "language"),
    [
        ("Kündigung", "Kündichung", "de"),
        ("Vattenfall", "Wattenfall", "de"),
        ("Congstar", "Kongstar", "de"),
        ("Rechnung", "Rächnung", "de"),
        ("insurance", "ensurance", "en"),
        ("cancellation", "cancelation", "en"),
        ("Vodafone", "Vodaphone", "en"),
    ],
)
def test_same_sound(said: str, heard: str, language: str) -> None:
    assert sounds(said, language) == sounds(heard, language) != ()


@pytest.mark.parametrize(
    ("said", "heard", "language"),
    [
        ("Gutschrift", "Gutschritt", "de"),
        ("Congstar", "Konstar", "de"),
        ("Versicherung", "Versischerung", "de"),
        ("Anschluss", "Anschuss", "de"),
        ("subscription", "suscription", "en"),
    ],
)
def test_near_sound(said: str, heard: str, language: str) -> None:
    assert sounds(said, language) != sounds(heard, language)
    assert set(near_sounds(sounds(said, language)[0])) & set(sounds(heard, language))


def test_short_words_and_codes_have_no_sound() -> None:
    assert sounds("gar", "de") == ()
    assert sounds("Otto", "de") == ()  # 02: two signs
    assert sounds("2500", "de") == ()
    assert near_sounds("~462") == ()


def test_a_word_of_any_language_has_both_codes() -> None:
    assert sounds("Router", "") == sounds("Router", "de") + sounds("Router", "en")


def test_other_scripts_have_no_sound() -> None:
    assert sounds("Москва", "de") == ()


def test_vowels_only_lead_a_near_sound() -> None:
    assert "~0462464" in near_sounds("~462464")
    assert not any("0" in code[2:] for code in near_sounds("~462464"))
    assert not any("A" in code[2:] for code in near_sounds("~KSTMR"))


def test_likeness() -> None:
    assert likeness("Kündigung", "kundigung") == 1.0
    assert likeness("Congstar", "Konstar") == pytest.approx(0.75)
    assert likeness("Vertrag", "Rechnung") < 0.3
    assert likeness("", "") == 1.0


@given(st.text(max_size=20))
def test_any_text_has_a_code_or_none(text: str) -> None:
    for code in sounds(text, ""):
        near = near_sounds(code)
        assert code not in near
        assert all(abs(len(other) - len(code)) <= 1 and other.startswith(MARK) for other in near)


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_a_share_and_the_same_both_ways(left: str, right: str) -> None:
    assert 0.0 <= likeness(left, right) <= 1.0
    assert likeness(left, right) == likeness(right, left)


def test_no_neighbours_are_sought_of_what_is_no_word() -> None:
    longest = sounds("rechtsschutzversicherungsgesellschaften", "de")[0]
    assert near_sounds(longest)
    assert near_sounds(sounds("kündigung" * 50, "de")[0]) == ()  # a megabyte, which the database refuses
