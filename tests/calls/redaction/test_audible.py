"""Which words near a number clearly are words, and where numbers are said."""

from dataclasses import replace

import pytest
from tests.calls.redaction.talks import talk

from stimmung.calls.redaction.audible import ANSWERED, ASKED, BEFORE, BEHIND, Near, doubtful_words, near_numbers
from stimmung.calls.redaction.covering import read_numbers
from stimmung.calls.redaction.records import RedactionOptions
from stimmung.calls.redaction.redactor import Redactor
from stimmung.calls.redaction.tokens import read_utterances
from stimmung.speech.records import Utterance

EVERYWHERE = [Near(0.0, 100.0, "IBAN")]
REDACTOR = Redactor(RedactionOptions())


def doubted(*turns: str, taken: str = "", language: str = "de") -> str:
    """Return the words of a call that are doubted; the words of `taken` are those of a number."""
    call = talk(*turns, language=language)
    gone = {
        (place, number)
        for place, one in enumerate(call)
        for number, word in enumerate(one.words)
        if word.text in taken.split()
    }
    found = doubtful_words(call, gone, EVERYWHERE)
    return " ".join(call[place].words[word].text for place, word in sorted(found))


@pytest.mark.parametrize(
    "said",
    [
        "das habe ich jetzt so eingetragen",
        "Wunderbar, das habe ich mir notiert.",
        "ja, genau",
        "Moment, ich suche das gerade raus",
        "mein Sohn hat gestern bei Ihnen angerufen und keiner wusste etwas",
    ],
)
def test_a_sentence_stays(said: str) -> None:
    assert doubted(f"c: {said}") == ""


@pytest.mark.parametrize(
    "said",
    ["er", "hier", "mull, mull", "Jot wie Lulius", "laut Willius", "7.16.", "vier, sechs", "Q-Quelbeck"],
)
def test_what_is_hardly_an_utterance_does_not(said: str) -> None:
    assert doubted(f"c: {said}") == said


def test_words_beside_a_number_stay_where_they_are_a_few_in_a_row() -> None:
    assert doubted("c: auf dem Ausweis steht 4711", taken="4711") == ""
    assert doubted("c: Albo 4711", taken="4711") == "Albo"
    assert doubted("c: 4711 ja", taken="4711") == ""


def test_letters_that_were_heard_as_words_do_not_stay() -> None:
    call = ("c: On the payslip it says chief of tango and for november 2776",)
    assert doubted(*call, taken="2776", language="en") == "chief of tango and for november"


def test_what_follows_the_announcement_of_a_number_may_be_its_beginning() -> None:
    assert doubted("c: Ja, das ist dann die lange 4711", taken="4711").split()[-1] == "lange"
    assert doubted("c: It is for one", "c: 4711", taken="4711", language="en") == "for one"


def near(*turns: str) -> tuple[list[Utterance], list[Near]]:
    call = talk(*turns)
    numbers = read_numbers(read_utterances(call))
    return call, list(near_numbers(numbers, REDACTOR.find(call), ()))


def test_a_number_is_near_what_was_found() -> None:
    call, found = near("a: Wie ist Ihre Kontonummer?", "c: 4711 2233 44")
    start, end = call[1].words[0].start, call[1].words[-1].end
    assert any(one.start == start - BEFORE and one.end == end + BEHIND and one.words for one in found)


def test_a_word_that_names_a_number_leads_to_what_nobody_wrote_and_leaves_the_words() -> None:
    call, found = near("c: ich bin bei der Krankenkasse versichert")
    end = call[0].words[4].end
    assert Near(end, end + ASKED, "INSURANCE_ID", words=False) in found
    assert not any(one.words for one in found)


def test_digits_by_themselves_may_be_a_number_but_amounts_and_times_are_none() -> None:
    assert any(one.words for one in near("c: 72 14")[1])
    assert not any(one.words for one in near("c: das waren 72 Euro um 14 Uhr")[1])


def test_a_number_that_may_be_heard_is_not_bleeped() -> None:
    call = talk("a: Wie ist Ihre Kundennummer?", "c: 4711 2233 44")
    redacted = Redactor(RedactionOptions(keep=("CUSTOMER_NUMBER",))).redact(call)
    spoken = call[1].words
    assert not any(one.span.start < spoken[-1].end and spoken[0].start < one.span.end for one in redacted.bleeps)
    assert any(one.span.start < spoken[-1].end for one in REDACTOR.redact(call).bleeps)


@pytest.mark.parametrize(
    "said", ["Und die lautet dann?", "und welche soll es sein", "könnten Sie mir das kurz durchgeben"]
)
def test_a_question_is_followed_by_an_answer_though_nobody_wrote_it(said: str) -> None:
    found = near(f"a: {said}")[1]
    assert any(not one.words and one.end - one.start == pytest.approx(ANSWERED) for one in found)


def test_where_nobody_says_a_word_for_long_anything_may_be_said() -> None:
    first, second = talk("c: ich möchte bezahlen", "a: alles klar")
    late = [first, replace(second, words=tuple(replace(one, start=40.0, end=41.0) for one in second.words))]
    found = near_numbers(read_numbers(read_utterances(late)), (), ())
    assert Near(first.words[-1].end, 40.0, "NUMBER", words=False) in found
    assert not any(
        one.start < 40.0 for one in near_numbers(read_numbers(read_utterances([first, second])), (), ())[:-1]
    )


def test_an_unsure_word_that_touches_a_number_goes_with_it() -> None:
    (call,) = talk("c: 4711 stimmt das so")
    sure, *words = call.words
    unsure = replace(call, words=(sure, replace(words[0], probability=0.3), *words[1:]))
    taken = {(0, 0)}
    assert set(doubtful_words([unsure], taken, EVERYWHERE)) > set(doubtful_words([call], taken, EVERYWHERE))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Wie lautet Ihre Meiladresse", "EMAIL"),
        ("was ist das Geburtsdatum", "BIRTH_DATE"),
        ("Klammeraffe gmail", "EMAIL"),
        ("Ihre neue Anschrift", "ADDRESS"),
        ("mein Name ist", "NAME"),
        ("das Kennwort dafür", "SECRET"),
    ],
)
def test_behind_a_question_for_anything_personal_words_are_doubted(said: str, kind: str) -> None:
    assert [one.kind for one in near(f"a: {said}")[1] if one.words] == [kind]
