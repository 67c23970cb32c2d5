"""Where a number ends: years, dates, amounts and counts that follow it in further messages are none of it."""

import pytest
from tests.calls.redaction.talks import talk

from stimmung.calls.redaction.records import RedactionOptions
from stimmung.calls.redaction.redactor import Redactor
from stimmung.speech.records import Utterance, Word

REDACTOR = Redactor(RedactionOptions())
SECONDS_A_LETTER = 0.07  # as typed text is laid out: faster than anybody says digits
PAUSE = 0.7


def typed(*texts: str) -> list[str]:
    """Return what is left of messages of one customer."""
    call, time = [], 0.0
    for text in texts:
        words = []
        start = time
        for word in text.split():
            words.append(Word(time, time + SECONDS_A_LETTER * len(word), word, 0.9))
            time += SECONDS_A_LETTER * (len(word) + 1)
        call.append(Utterance(0, "customer", "", start, time, text, "en", 0.9, (), tuple(words)))
        time += PAUSE
    return [one.text for one in REDACTOR.redact(call).utterances]


@pytest.mark.parametrize(
    "harmless", ["2016", "250", "15000", "06242018", "180618", "1962018", "1", "180618 and 47", "06172018 time 1517"]
)
def test_what_follows_the_last_four_digits_in_another_message_stays(harmless: str) -> None:
    assert typed("my ssn is 4578", "ok", harmless) == ["my ssn is [INSURANCE_ID]", "ok", harmless]


@pytest.mark.parametrize(
    "harmless", ["2014 model", "audi a 4", "Audi 80", "honda city 2016", "750 cc 2011", "it's a 2016 toyota"]
)
def test_models_and_their_years_are_no_part_of_a_number(harmless: str) -> None:
    assert typed("policy number 4578", harmless)[-1] == harmless


def test_groups_of_a_card_in_several_messages_are_one_number() -> None:
    assert typed("my card number is 4571", "6610", "2738", "1607") == ["my card number is [CARD]", *["[CARD]"] * 3]


def test_a_number_of_two_messages_is_one() -> None:
    assert typed("my customer number is 471122", "334455") == [
        "my customer number is [CUSTOMER_NUMBER]",
        "[CUSTOMER_NUMBER]",
    ]


def test_figures_that_make_it_too_long_are_another_number() -> None:
    assert typed("my card number is 4571661027381607", "43252")[-1] == "43252"


def test_what_was_spoken_goes_on_with_short_groups() -> None:
    call = talk("a: Ihre Kundennummer?", "c: 4 7 1 1", "a: ja", "c: 2 2", "a: ja", "c: 5")

    assert [one.text for one in REDACTOR.redact(call).utterances][1::2] == ["[CUSTOMER_NUMBER]"] * 3


def test_the_year_of_a_group_in_the_middle_of_a_number_goes() -> None:
    call = talk("a: Ihre Kartennummer?", "c: 4111", "a: ja", "c: 2016", "a: ja", "c: 1111", "a: ja", "c: 1111")

    assert [one.text for one in REDACTOR.redact(call).utterances][1::2] == ["[CARD]"] * 4


def test_numbers_that_nothing_names_and_all_look_harmless_stay() -> None:
    messages = ["2018", "180618", "1500", "250 500"]

    assert typed(*messages) == messages


def test_a_form_that_only_several_messages_have_together_means_nothing() -> None:
    assert typed("a 8", "2017", "2016") == ["a 8", "2017", "2016"]


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        (
            "please transfer 4000 to account number 59894308904",
            "please transfer 4000 to account number [CUSTOMER_NUMBER]",
        ),
        ("the charge was for 5890 on June 25 2018", "the charge was for 5890 on June 25 2018"),
        ("my card was used on june 20 th 2018", "my card was used on june 20 th 2018"),
        ("the card to charge is 4571 6610 2738 1607", "the card to charge is [CARD]"),
    ],
)
def test_amounts_and_days_beside_a_number_stay(sentence: str, left: str) -> None:
    assert typed(sentence) == [left]
