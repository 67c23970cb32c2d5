"""What the word error rate forgives, and what it must not."""

import pytest

from normalise import Language, normalise, plain


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("de", "Guten Tag, Frau Müller!", "guten tag frau müller"),
        ("de", "Fünf null sieben drei drei Köln.", "50733 Köln"),
        ("de", "Gartenstraße acht", "Gartenstrasse 8"),
        ("de", "vierundachtzig Euro", "84 €"),
        ("de", "zwanzig Prozent", "20%"),
        ("de", "achtzehn, einunddreißig, zwölf", "18 31 12"),
        ("de", "neunzig Minuten", "90 Minuten"),
        ("de", "zwo null", "20"),
        ("de", "Das ist ok", "das ist okay"),
        ("de", "Rat- und Tatkraft", "rat und tatkraft"),
        ("en", "I'm sorry", "I’m sorry"),
        ("en", "twenty-one pounds", "21 pounds"),
        ("en", "oh two oh, seven nine", "02079"),
        ("en", "eighteen, twenty, and thirty three", "18 20 and 33"),
        ("en", "Mr. Walker", "Mister Walker"),
        ("en", "broad-band", "broad band"),
    ],
)
def test_two_ways_to_write_the_same_are_the_same(language: Language, one: str, other: str) -> None:
    assert normalise(one, language) == normalise(other, language)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("de", "fünf null sieben", "fünf sieben null"),
        ("de", "nicht", "nich"),
        ("de", "der dritte", "der drei"),
        ("de", "sechzehn", "sechzig"),
        ("de", "sechsundvierzig", "vierundsechzig"),
        ("de", "schön", "schon"),
        ("de", "eine Rechnung", "meine Rechnung"),
        ("en", "fifteen", "fifty"),
        ("en", "third", "three"),
        ("en", "twenty one", "twenty"),
        ("en", "I can", "I can't"),
        ("en", "their", "there"),
    ],
)
def test_what_was_said_otherwise_stays_different(language: Language, one: str, other: str) -> None:
    assert normalise(one, language) != normalise(other, language)


def test_digits_are_said_one_at_a_time() -> None:
    assert normalise("Nummer 407", "de") == ["nummer", "vier", "null", "sieben"]
    assert normalise("number 407", "en") == ["number", "four", "zero", "seven"]


def test_a_small_number_alone_is_the_same_word_in_both_spellings() -> None:
    pairs: list[tuple[Language, str, str]] = [
        ("de", "drei", "3"),
        ("de", "ein", "1"),
        ("en", "two", "2"),
        ("en", "one", "1"),
    ]
    for language, word, digit in pairs:
        assert normalise(f"x {word} y", language) == normalise(f"x {digit} y", language)


def test_larger_numbers_in_words_are_left_as_they_are() -> None:
    assert normalise("zweihundert", "de") == ["zweihundert"]
    assert normalise("two hundred", "en") == ["two", "hundred"]


def test_nothing_said_is_no_words() -> None:
    assert normalise(" … – ?!", "de") == []


def test_plain_leaves_numbers_alone() -> None:
    assert plain("Um 8 Uhr, straßenweise: DON'T") == ["um", "8", "uhr", "strassenweise", "dont"]


def test_composed_and_decomposed_umlauts_are_one_letter() -> None:
    assert plain("für") == plain("fu\u0308r")
