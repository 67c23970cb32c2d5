"""All finders together: no word in two findings, every part in its utterance, any text taken, in linear time."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.redaction.talks import quoted, talk

from stimmung.calls.redaction.people import find_people
from stimmung.calls.redaction.records import Finding
from stimmung.calls.redaction.tokens import read_utterances
from stimmung.speech.records import Utterance

PIECES = """
    mein name ist Name Müller, Anna herr frau hier am Apparat. buchstabieren M wie Martha, S M I T H doppel double
    Gartenstraße Str. acht 8 50733 Köln. SW1A 1AA in Street Road forty two at dot punkt de @ com a@b.de Geburtsdatum?
    geboren dritter fünfter 1987 May third of PIN Passwort lautet 4711 password is code [NAME] … - ' . ? i'm this is
    ihre adresse? wie guten tag und ß Ü von der
""".split()
TURNS = st.lists(
    st.tuples(st.sampled_from("acx"), st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12)), max_size=8
)


def findings_of(utterances: list[Utterance]) -> list[Finding]:
    return find_people(read_utterances(utterances))


@settings(max_examples=60, deadline=None)
@given(TURNS)
def test_findings_lie_in_their_utterances_and_apart(turns: list[tuple[str, list[str]]]) -> None:
    utterances = talk(*(f"{who}: {' '.join(words)}" for who, words in turns))
    seen: set[tuple[int, int]] = set()
    for finding in findings_of(utterances):
        assert finding.parts
        for part in finding.parts:
            assert 0 <= part.first < part.last <= len(utterances[part.utterance].words)
            words = {(part.utterance, word) for word in range(part.first, part.last)}
            assert not words & seen
            seen |= words


def test_a_call_with_everything_in_it() -> None:
    utterances = talk(
        "a: Guten Tag, Stadtwerke Musterhausen, mein Name ist Katrin Schneider.",
        "c: Hier ist Anna Meier. Meine E-Mail ist anna Punkt meier at beispiel Punkt de.",
        "a: Ihre Adresse, Frau Meier?",
        "c: Gartenstraße acht, fünf null sieben drei drei Köln.",
        "a: Und Ihr Geburtsdatum und das Kundenkennwort?",
        "c: Dritter fünfter siebenundachtzig. Das Kennwort ist Sonnenblume.",
        "a: Danke. Der Techniker kommt am vierten Juni um zehn Uhr nach Köln.",
    )
    found = findings_of(utterances)
    assert {finding.kind for finding in found} == {"NAME", "EMAIL", "ADDRESS", "BIRTH_DATE", "SECRET"}
    assert quoted(utterances, found) == [
        "Katrin Schneider",
        "Anna Meier",
        "anna Punkt meier at beispiel Punkt de",
        "Meier",
        "Gartenstraße acht, fünf null sieben drei drei Köln",
        "Dritter fünfter siebenundachtzig",
        "Sonnenblume",
    ]


def test_nothing_is_found_in_nothing() -> None:
    assert findings_of([]) == []
    assert findings_of(talk("c: ")) == []


def _seconds(copies: int) -> float:
    utterances = talk(*(f"{'ac'[at % 2]}: " + " ".join(PIECES) for at in range(copies)))
    begin = time.process_time()
    findings_of(utterances)
    return time.process_time() - begin


def test_the_time_grows_with_the_words_and_not_faster() -> None:
    _seconds(4)
    short, long = min(_seconds(10) for _ in range(3)), min(_seconds(80) for _ in range(2))
    assert long < 8 * 4 * short  # four times what would be linear: a machine in use is not even


def test_one_endless_utterance_is_read_in_time() -> None:
    for word in ("A", "drei", "Müller", "at", "punkt", "wie", "Straße", "der"):
        begin = time.process_time()
        findings_of(talk("c: mein Name ist " + f"{word} " * 3000))
        assert time.process_time() - begin < 5, word
