"""Identifiers in calls and texts: recordings, calls that go on, words that may still change."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.calls.redaction.talks import talk

from stimmung.calls.redaction.numbers import read_runs
from stimmung.calls.redaction.records import RedactionOptions
from stimmung.calls.redaction.redactor import Redactor
from stimmung.calls.redaction.tokens import read_utterances
from stimmung.speech.records import Utterance

REDACTOR = Redactor(RedactionOptions())
QUESTIONS = (
    "Wie lautet Ihre IBAN?", "Ihre Kartennummer bitte.", "Nennen Sie mir Ihre Steuer-ID.", "Ihre Versichertennummer?",
    "Unter welcher Telefonnummer erreiche ich Sie?", "Haben Sie Ihre Kundennummer zur Hand?",
    "Could I have your card number?", "What's the best number to reach you on?", "Your account number please?",
)  # fmt: skip
GERMAN = "null eins zwei drei vier fünf sechs sieben acht neun".split()
ENGLISH = "zero one two three four five six seven eight nine".split()
BETWEEN = st.sampled_from(["", "", "", ",", ", äh,", " und dann", ", dann,", " ja", " dash", "."])


@st.composite
def numbers(draw: st.DrawFn) -> list[str]:
    """A number of 8 to 22 digits as somebody says it: turns of groups, each digits, words or both."""
    names = draw(st.sampled_from([GERMAN, ENGLISH]))
    turns, group = [], ""
    for digit in draw(st.lists(st.integers(0, 9), min_size=8, max_size=22)):
        group += str(digit) if draw(st.booleans()) else f" {names[digit]} "
        if draw(st.integers(0, 3)) == 0:
            group += draw(BETWEEN) + " "
        if draw(st.integers(0, 7)) == 0:
            turns.append(group)
            group = ""
    return [" ".join(turn.split()) for turn in (*turns, group) if turn.strip()]


def longest_run(utterances: Sequence[Utterance]) -> int:
    return max((len(run.digits) for run in read_runs(read_utterances(utterances))), default=0)


@given(st.sampled_from(QUESTIONS), numbers())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_eight_digits_in_a_row_survive_a_question_for_them(question: str, turns: list[str]) -> None:
    redacted = REDACTOR.redact(talk(f"a: {question}", *(f"c: {turn}" for turn in turns)))

    assert longest_run(redacted.utterances) <= 3


WORDS = st.sampled_from(
    """4 7 1 11 4711 0171 2024 49,90 Euro Uhr IBAN Kundennummer Karte DE44 fünfundvierzig doppel null eins und äh ja die
    ist Moment Mai number account one double oh the for danke? [IBAN] 12.03.2024 14:30 Telefon D E""".split()
)
CALLS = st.lists(st.tuples(st.sampled_from("ac"), st.lists(WORDS, min_size=1, max_size=9)), min_size=1, max_size=6).map(
    lambda turns: talk(*(f"{who}: {' '.join(words)}" for who, words in turns))
)


@given(CALLS)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_words_that_stay_keep_their_times_and_text_is_their_words(call: list[Utterance]) -> None:
    redacted = REDACTOR.redact(call)

    for before, after in zip(call, redacted.utterances, strict=True):
        assert after.text == " ".join(word.text for word in after.words)
        assert (before.start, before.end, before.channel) == (after.start, after.end, after.channel)
        stayed = [word for word in after.words if "[" not in word.text]
        assert all(word in before.words for word in stayed)
        times = [time for word in after.words for time in (word.start, word.end)]
        assert times == sorted(times)


@given(CALLS)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_what_is_redacted_once_is_the_same_redacted_again(call: list[Utterance]) -> None:
    once = REDACTOR.redact(call).utterances

    assert [one.text for one in REDACTOR.redact(once).utterances] == [one.text for one in once]


@given(CALLS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_live_holds_back_at_least_what_a_recording_does(call: list[Utterance]) -> None:
    found = {
        (part.utterance, word)
        for one in REDACTOR.find(call)
        for part in one.parts
        for word in range(part.first, part.last)
    }
    live = REDACTOR.redact_live(call)

    for place, utterance in enumerate(live.utterances):
        stayed = set(utterance.words)
        assert all(word not in stayed for number, word in enumerate(call[place].words) if (place, number) in found)


def test_order_of_utterances_does_not_matter() -> None:
    call = talk("a: Ihre Kundennummer?", "c: 47 19", "c: 26 04")
    there = [one.text for one in REDACTOR.redact(call).utterances]

    assert [one.text for one in REDACTOR.redact(call[::-1]).utterances] == there[::-1]


def test_digits_are_held_back_while_a_call_goes_on() -> None:
    call = talk("c: 47 19", "c: Ich habe 149,90 Euro bezahlt, um 14 Uhr 30, für 150 Leute im Jahr 2024.")

    assert REDACTOR.redact(call).counts == {}
    assert [one.text for one in REDACTOR.redact_live(call).utterances] == ["[NUMBER]", call[1].text]
    assert REDACTOR.redact_live(call).counts == {"NUMBER": 1}


def test_partial_words_are_told_without_digits() -> None:
    assert REDACTOR.redact_partial("ja das ist die vier sieben eins", "de") == "ja das ist die [NUMBER]"
    assert REDACTOR.redact_partial("meine IBAN ist DE44 5001", "de") == "meine IBAN ist [IBAN]"
    assert REDACTOR.redact_partial("ja gern, am 3. Mai", "de") == "ja gern, am 3. Mai"
    assert REDACTOR.redact_partial("", "de") == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("IBAN:DE89370400440532013000", [("IBAN", "DE89370400440532013000")]),
        ("Karte (4111-1111-1111-1111), danke", [("CARD", "4111-1111-1111-1111")]),
        ("tel:+49 171 3920012!", [("PHONE", "+49 171 3920012")]),
        ("calls/+4930231250 2026.wav", [("PHONE", "+4930231250")]),
        ("Meine Kundennummer\nist die\n4719 2604", [("CUSTOMER_NUMBER", "4719 2604")]),
        ("St.-Nr. 21/815/08150", [("TAX_ID", "21/815/08150")]),
        ("86095742719", [("TAX_ID", "86095742719")]),
        ("65 170839 J 003", [("INSURANCE_ID", "65 170839 J 003")]),
        ("ticket 30, 12.03.2024, 14:30, 2.500,00 EUR", []),
        ("am 25062018 waren es 350", []),
        ("", []),
        ("\n \t\n", []),
    ],
)
def test_text_is_searched_by_characters(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.kind, text[one.start : one.end]) for one in REDACTOR.find_in_text(text, "de")] == found


def test_own_numbers_are_found_by_pattern_however_they_are_said() -> None:
    redactor = Redactor(RedactionOptions(customer_number_patterns=("KD[0-9]{6}",)))

    for said in (
        "K D 12 34 56",
        "KD123456",
        "kd-123456",
        "K wie Kaufmann, D wie Dora, eins zwei, drei vier, fünf sechs",
    ):
        (call,) = talk(f"c: Hier ist {said} wegen der Rechnung.")
        assert redactor.redact([call]).utterances[0].text == "Hier ist [CUSTOMER_NUMBER] wegen der Rechnung.", said


def test_kept_types_stay() -> None:
    redactor = Redactor(RedactionOptions(keep=("CUSTOMER_NUMBER",)))
    call = talk("c: Kundennummer 4719 2604, IBAN DE89 3704 0044 0532 0130 00.")

    assert redactor.redact(call).utterances[0].text == "Kundennummer 4719 2604, IBAN [IBAN]."


def test_search_takes_time_in_proportion_to_the_call() -> None:
    turns = [
        "a: Und wie lautet Ihre Kundennummer bitte?",
        "c: Moment, das ist die 47 19 26 04, im Jahr 2024.",
        "a: Gut, danke schön.",
    ]
    short, long = talk(*turns * 100), talk(*turns * 400)

    def seconds(call: list[Utterance]) -> float:
        times = []
        for _ in range(3):
            start = time.process_time()
            REDACTOR.find(call)
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(long) < 12 * seconds(short)  # 4 in proportion, 16 were it quadratic
