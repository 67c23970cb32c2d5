"""Numbers as single words."""

import pytest

from stimmung.calls.redaction.spoken import word_digits


@pytest.mark.parametrize(
    ("word", "digits"),
    [
        ("null", "0"),
        ("zwo", "2"),
        ("fuenfundvierzig", "45"),
        ("zwoundzwanzig", "22"),
        ("einundachtzig", "81"),
        ("hundert", "100"),
        ("einhundertzwei", "102"),
        ("vierhundertzwoelf", "412"),
        ("zweihundertundfuenf", "205"),
        ("neunhunderteinundachtzig", "981"),
        ("tausend", "1000"),
        ("viertausendvierhundertvierundvierzig", "4444"),
        ("neunzehnhundertachtzig", "1980"),
        ("siebzehn", "17"),
        ("oh-seven", ""),  # `oh` is no number by itself
        ("forty-five", "45"),
        ("four-five-six", "456"),
        ("fifty-two-one", "5021"),
        ("nineteen", "19"),
        ("0171/39", "017139"),
        ("4-5-6", "456"),
        ("de44", "44"),
        ("49,90", "4990"),
    ],
)
def test_word_says_digits(word: str, digits: str) -> None:
    assert word_digits(word) == digits


@pytest.mark.parametrize(
    "word",
    [
        "",
        "einfach",
        "dreist",
        "achtung",
        "vierteln",
        "achtsam",
        "siebter",
        "hunderte",
        "tausendmal",
        "elfen",
        "tension",
    ],
)
def test_word_that_begins_like_a_number_is_none(word: str) -> None:
    assert word_digits(word) == ""
