"""Numbers that are asked for, read out over several turns, and repeated."""

from dataclasses import replace

import pytest
from tests.calls.redaction.talks import talk

from stimmung.calls.redaction.records import Identifier, RedactionOptions
from stimmung.calls.redaction.redactor import Redactor
from stimmung.speech.records import Utterance

REDACTOR = Redactor(RedactionOptions())


def said(utterances: list[Utterance]) -> list[str]:
    return [one.text for one in REDACTOR.redact(utterances).utterances]


def test_answer_in_groups_and_its_repetition_are_one_number() -> None:
    call = talk(
        "a: Ihre IBAN bitte?",
        "c: Moment. D E vierundvierzig",
        "a: ja",
        "c: fünfzig null eins",
        "a: D E vierundvierzig fünfzig null eins?",
        "c: genau, null fünf siebzehn, dann 54 07, äh, 32 49 und 31",
        "a: Gut, dann ziehen wir am 3. Mai 49,90 Euro ein. Das sind 3 Monate.",
    )
    (finding,) = REDACTOR.find(call)

    assert finding.kind == "IBAN"
    assert {call[part.utterance].role for part in finding.parts} == {"agent", "customer"}
    assert said(call) == [
        "Ihre IBAN bitte?",
        "Moment. [IBAN]",
        "ja",
        "[IBAN]",
        "[IBAN]?",
        "genau, [IBAN]",
        "Gut, dann ziehen wir am 3. Mai 49,90 Euro ein. Das sind 3 Monate.",
    ]


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("Wie lautet Ihre Kundennummer?", "4 7, 1 9, 2 6", "CUSTOMER_NUMBER"),
        ("Ihre Kreditkartenmunner?", "vier eins eins eins, eins eins eins zwei", "CARD"),
        ("Dürfte ich Ihre Steuer identifikationsmunner haben?", "86 095 742 718", "TAX_ID"),
        ("und Ihre sozialverwischere Rumsmunner", "65 17 08 39 J 00 4", "INSURANCE_ID"),
        ("Unter welcher Telefonnummer erreiche ich Sie?", "4 4 7 7 0", "PHONE"),
        ("What's the best number to call you back on?", "double five, one two three four", "PHONE"),
        ("Can I take the long number on the front of your card?", "four one double one, one one", "CARD"),
        ("And your national insurance number?", "Q Q one two three four five six C", "INSURANCE_ID"),
    ],
)
def test_question_names_the_answer_whatever_its_check_digit(question: str, answer: str, kind: Identifier) -> None:
    assert said(talk(f"a: {question}", f"c: {answer}.")) == [question, f"[{kind}]."]


@pytest.mark.parametrize(
    ("sentence", "redacted"),
    [
        ("Ich bin unter 030 23125 024 oder mobil 0171 3920012 da.", "Ich bin unter [PHONE] oder mobil [PHONE] da."),
        ("4711 2233, das ist meine Kundennummer", "[CUSTOMER_NUMBER], das ist meine Kundennummer"),
        ("im Mai 2024 45 IBAN DE44 5001 danke", "im Mai 2024 45 IBAN [IBAN] danke"),
        ("4571 6610 2738 1607 credit card number", "[CARD] credit card number"),
        ("meine Kundennummer, Moment, ist die 4 7 1 1", "meine Kundennummer, Moment, ist die [CUSTOMER_NUMBER]"),
        ("It's my account number, one moment, 12345678.", "It's my account number, one moment, [CUSTOMER_NUMBER]."),
        ("Die Nummer ist 0 1 7 1, 39 20 0 12", "Die Nummer ist [PHONE]"),
    ],
)  # fmt: skip
def test_sentence_names_its_number(sentence: str, redacted: str) -> None:
    assert said(talk(f"c: {sentence}")) == [redacted]


@pytest.mark.parametrize(
    "sentence",
    [
        "Mein Zählerstand ist 12345 und ich habe 149,90 Euro bezahlt.",
        "Meine Kundennummer habe ich seit 2019, das sind 5 Jahre.",
        "Mit meiner Karte habe ich am 12.03.2024 um 14:30 Uhr 250 Euro abgehoben.",
        "The number of people was 1500 and 20 of 300 came.",
        "On my account there were 3 payments of 40 pounds in 2 weeks.",
        "Das Konto hat 20 Prozent und 2500 Kilowattstunden.",
    ],
)
def test_amounts_years_and_counts_stay_where_a_number_is_named(sentence: str) -> None:
    assert said(talk(f"c: {sentence}")) == [sentence]


def test_two_numbers_that_were_asked_for_at_once_have_each_their_type() -> None:
    call = talk(
        "a: Ihre Kundennummer bitte?",
        "c: 47 19 26 04",
        "a: Und die Telefonnummer?",
        "c: 0171 39 20 0 12",
    )

    assert [one.kind for one in REDACTOR.find(call)] == ["CUSTOMER_NUMBER", "PHONE"]


def test_number_asked_for_behind_another_need_not_be_long() -> None:
    call = talk("a: Ihre IBAN?", "c: 44 50 01 05 17", "a: Und die Nummer?", "c: Vier sieben eins eins.")

    assert said(call)[-1].startswith("[")


def test_question_is_forgotten_after_a_while() -> None:
    chat = [f"{who}: Das verstehe ich gut." for who in "acacacacac"]

    assert said(talk("a: Ihre Kundennummer?", *chat, "c: Ich habe 4711 gewählt."))[-1] == "Ich habe 4711 gewählt."


def test_other_question_ends_what_was_asked_before() -> None:
    call = talk("a: Ihre Kundennummer?", "c: Die weiß ich nicht.", "a: Und der Zählerstand?", "c: 4 7 1 1")

    assert said(call)[-1] == "4 7 1 1"


def test_number_that_nothing_names_is_found_by_its_length_over_turns() -> None:
    call = talk("c: 4 1 1 1,", "a: ja", "c: 1 1 1 1,", "c: 1 1 1 1, 1 1 1 1.")

    assert said(call) == ["[CARD],", "ja", "[CARD],", "[CARD]."]
    assert REDACTOR.find(call)[0].evidence == "check_digit"


def test_dates_and_amounts_that_follow_each_other_are_no_number() -> None:
    call = talk("c: 12.03.2024", "c: 13.04.2024", "c: 149,90", "c: 1.249,90", "c: 249,90")

    assert REDACTOR.find(call) == ()
    assert REDACTOR.find(talk("c: 12.03.2024", "c: 47 19")) == ()


def test_number_is_found_again_wherever_it_is_repeated() -> None:
    call = talk("c: Kundennummer 4719 2604.", *["a: Das sehe ich mir an."] * 12, "a: Das war die 2604, oder?")

    assert said(call)[-1] == "Das war die [CUSTOMER_NUMBER], oder?"


def test_misheard_digits_between_and_around_go_with_the_number() -> None:
    call = talk("a: Ihre Kartennummer?", "c: Loppels 4, 8 Molle 9, 6, 3, 3,", "c: lieben", "c: 1 4 7 7.")

    assert said(call)[1:] == ["[CARD],", "[CARD]", "[CARD]."]


def test_misheard_letters_of_an_iban_go_with_it() -> None:
    call = talk("a: Wie lautet Ihre IBAN?", "c: Webi Bohra, Ebi Emile 09, 04 93", "c: Katrin Meier ist mein Name.")

    assert said(call)[1] == "[IBAN]"


def test_one_channel_for_both_speakers_is_enough() -> None:
    call = [replace(one, channel=0) for one in talk("a: Ihre IBAN bitte?", "c: D E 44 5001 0517", "c: 5407 3249 31")]

    assert said(call)[1:] == ["[IBAN]", "[IBAN]"]
