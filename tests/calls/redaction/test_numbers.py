"""Runs of digits: what belongs to a number and what is an amount, a time, a count."""

import pytest

from stimmung.calls.redaction.numbers import Run, read_runs
from stimmung.calls.redaction.tokens import read_text, read_utterances


def runs_of(text: str, language: str = "de") -> tuple[Run, ...]:
    return read_runs(read_utterances(read_text(text, language).utterances))


def characters(text: str, language: str = "de") -> list[str]:
    return [run.characters for run in runs_of(text, language)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("vier sieben, eins neun, zwo sechs, null vier", "47192604"),
        ("doppel drei, dann zweimal die fünf", "3355"),
        ("null eins sieben eins, äh, neununddreißig und zwanzig", "01713920"),
        ("fünf und vierzig", "45"),
        ("vier hundert zwölf, drei hundert", "412300"),
        ("fünf tausend fünfhundertfünfundfünfzig", "5555"),
        ("D wie Dora, E wie Emil, acht neun", "DE89"),
        ("de ee eins zwei", "DE12"),
        ("D E 44, 5001-0517", "DE4450010517"),
        ("DE-44 50 01", "DE445001"),
        ("A eins zwei drei", "A123"),
        ("die 89 37 04", "893704"),
        ("4.719364", "4719364"),
        ("86095,742,719", "86095742719"),
        ("4 1 1 1, 41 11", "41114111"),
        ("Doppel null", "00"),
    ],
)
def test_german_number_is_read(text: str, number: str) -> None:
    assert characters(text) == [number]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("oh seven seven double oh, nine hundred, one two three", "07700900123"),
        ("triple five, twenty one", "55521"),
        ("four fifty, and then nine oh two", "450902"),
        ("four hundred and twelve", "412"),
        ("four thousand one hundred and eleven", "4111"),
        ("nine hundred one two", "90012"),
        ("D for delta, E as in echo, forty-four", "DE44"),
        ("Q Q 1, 2, C", "QQ12C"),
        ("5 to 3 for 9", "52349"),  # a recogniser's two and four
        ("for, for, for, for", "4444"),
    ],
)
def test_english_number_is_read(text: str, number: str) -> None:
    assert characters(text, "en") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "49,90 Euro",
        "39 Euro 90",
        "zweihundert Euro",
        "€ 1.299,00",
        "um 14 Uhr 30",
        "am 3. Mai 2024",
        "3rd of May 2024",
        "20 Prozent",
        "2500 Kilowattstunden",
        "im dritten Stock 3",
        "Zimmer 512",
        "50 GB",
        "100%",
        "20min",
        "im Jahr 2024",
        "einen Moment bitte, eine Frage",
        "oh, that is for me",
        "one moment please",
    ],
)
def test_amounts_times_and_counts_are_no_runs(text: str) -> None:
    assert characters(text) == []


@pytest.mark.parametrize(
    ("text", "shape"),
    [("14:30", "time"), ("12.03.2024", "date"), ("12031985", "plain_date"), ("49,90", "amount"), ("2024", "year")],
)
def test_number_of_one_word_has_a_shape(text: str, shape: str) -> None:
    assert [run.shape for run in runs_of(text)] == [shape]


def test_run_ends_with_the_utterance_a_question_and_a_word_that_is_no_filler() -> None:
    assert characters("4 7\n1 9") == ["47", "19"]
    assert characters("4 7? 1 9") == ["47", "19"]
    assert characters("4 7 Katzen 1 9") == ["47", "19"]


def test_plus_is_known_however_it_is_said() -> None:
    assert [run.plus for run in runs_of("+49 30")] == [True]
    assert [run.plus for run in runs_of("plus neunundvierzig dreißig")] == [True]
    assert [run.plus for run in runs_of("49 30")] == [False]


def test_zip_codes_with_to_between_them_are_two_numbers_of_five_digits() -> None:
    assert characters("64345 to 98608", "en") == ["64345", "98608"]
