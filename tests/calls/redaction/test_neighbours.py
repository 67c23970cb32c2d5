"""Numbers that are read out in groups: what belongs to one, and one that nobody named."""

from dataclasses import replace

import pytest
from tests.calls.redaction.talks import talk

from stimmung.calls.redaction.records import RedactionOptions
from stimmung.calls.redaction.redactor import Redactor
from stimmung.speech.records import Utterance

REDACTOR = Redactor(RedactionOptions())
SECONDS_PER_DIGIT = 0.35


def slowly(*turns: str) -> list[Utterance]:
    """Return a call in which each digit takes its time, half a second between utterances."""
    said, time = [], 0.0
    for one in talk(*turns):
        words = []
        for word in one.words:
            end = time + SECONDS_PER_DIGIT * max(1, sum(sign.isdecimal() for sign in word.text))
            words.append(replace(word, start=time, end=end))
            time = end
        said.append(replace(one, start=words[0].start, end=time, words=tuple(words)))
        time += 0.5
    return said


def made_of(*turns: str) -> list[str]:
    return [one.text for one in REDACTOR.redact(slowly(*turns)).utterances]


def test_groups_that_look_like_dates_times_and_amounts_are_of_the_number_around_them() -> None:
    call = ("a: Wie ist die IBAN?", "c: DE44", "c: 3704 0044", "c: 2.08.", "c: 8.59", "c: 72,92.", "c: 5320")
    assert made_of(*call)[1:] == ["[IBAN]", "[IBAN]", "[IBAN].", "[IBAN]", "[IBAN].", "[IBAN]"]


def test_what_the_other_side_repeats_goes_however_it_was_heard() -> None:
    call = ("a: Ihre Kartennummer?", "c: 4111 0982", "a: 892,", "c: 1111 9364", "a: 936,4")
    assert made_of(*call) == ["Ihre Kartennummer?", "[CARD]", "[CARD],", "[CARD]", "[CARD]"]


def test_what_is_repeated_of_a_number_that_nobody_named_is_like_it() -> None:
    number = ("c: 4111 0982", "c: 1111 9364")
    assert made_of(*number, "a: 892")[-1].startswith("[")
    assert made_of(*number, "a: 77")[-1] == "77"


def test_digits_in_the_same_utterance_go_over_a_word_that_makes_no_sense() -> None:
    call = ("c: Also, ich lese mal vor 4069. Loppes 4.", "c: 5250.", "c: 69. 0. 779.")
    assert made_of(*call) == ["Also, ich lese mal vor [CUSTOMER_NUMBER].", "[CUSTOMER_NUMBER].", "[CUSTOMER_NUMBER]."]


def test_the_first_digits_may_stand_behind_what_announces_them() -> None:
    call = ("a: Ihre Sozialversicherungsnummer?", "c: auf dem Ausweis steht 27,", "c: 15 07 80", "c: J 061")
    assert made_of(*call)[1] == "auf dem Ausweis steht [INSURANCE_ID],"


@pytest.mark.parametrize(
    "behind",
    [
        ("a: Und wie viel haben Sie bezahlt?", "c: 350"),
        ("a: Alles klar, dann schaue ich gleich nach, einen Moment.", "a: Sie sind seit einem Jahr dabei.", "c: 350"),
        ("c: das waren 350 Euro",),
    ],
)
def test_what_is_said_in_another_context_is_no_part_of_it(behind: tuple[str, ...]) -> None:
    assert "350" in made_of("a: Wie ist Ihre Telefonnummer?", "c: 0176 04069000", *behind)[-1]


def test_nothing_follows_a_number_that_is_complete() -> None:
    call = ("a: Ihre Kartennummer?", "c: 4111 1111 1111 1111", "c: 350")
    assert made_of(*call) == ["Ihre Kartennummer?", "[CARD]", "350"]


@pytest.mark.parametrize(
    "turns",
    [("c: 1, 1, 3, 3,", "c: 5, 5,"), ("c: 1, 7, 4, 2",), ("c: 415", "c: 5 5 5"), ("c: 0,13", "c: 96,", "c: 08")],
)
def test_digits_read_out_are_a_number_though_nobody_asked(turns: tuple[str, ...]) -> None:
    assert all("[" in text for text in made_of("a: Ich höre.", *turns)[1:])


@pytest.mark.parametrize(
    "said",
    [
        "4 Wochen",
        "wir sind 2 Personen und 3 Kinder",
        "2019",
        "so gegen 14 Uhr 30",
        "das macht 350 Euro",
        "1, 2",
        "um 3, 4, 5 oder 6 Uhr können Sie gerne noch einmal anrufen",
    ],
)
def test_other_numbers_stay(said: str) -> None:
    assert made_of("a: Ich höre.", f"c: {said}")[1] == said


def test_a_reading_that_somebody_asked_for_stays() -> None:
    assert made_of("a: Und der Zählerstand?", "c: 4 7 1 1")[1] == "4 7 1 1"


def test_figures_that_were_typed_are_not_read_out() -> None:
    typed = [
        replace(one, words=tuple(replace(word, start=0.0, end=0.0) for word in one.words))
        for one in talk("c: 415", "c: 555")
    ]
    assert [one.text for one in REDACTOR.redact(typed).utterances] == ["415", "555"]
