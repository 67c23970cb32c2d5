"""What is spelled letter by letter is read, however the letters are told."""

import pytest
from tests.calls.redaction.talks import talk

from stimmung.calls.redaction.lines import Line, lines_of
from stimmung.calls.redaction.spelling import read_spelled, spelled_in
from stimmung.calls.redaction.tokens import read_utterances


def line(text: str) -> Line:
    (only,) = lines_of(read_utterances(talk(f"c: {text}")))
    return only


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("S M I T H", "smith"),
        ("s, m, i, t, h", "smith"),
        ("S-M-I-T-H", "smith"),
        ("M.U.E.L.L.E.R", "mueller"),
        ("M wie Martha Ü wie Übermut doppel L E R", "mueller"),
        ("M U E double L E R", "mueller"),
        ("M as in Mike, E, Y for Yankee", "mey"),
        ("Konrad Otto Wilhelm", "kow"),
        ("G R O scharfes S", "gross"),
        ("emm wie Martha a i e r", "maier"),
        ("großes K dann O und dann W", "kow"),
    ],
)
def test_letters_are_read_as_the_word_that_they_spell(text: str, letters: str) -> None:
    (spelled,) = spelled_in(line(f"also {text} ja"))
    assert spelled.letters == letters


@pytest.mark.parametrize("text", ["I am a man", "A B", "es ist so", "ein em und ein en", "hotel in Berlin", "I a I a"])
def test_single_letters_and_words_spell_nothing(text: str) -> None:
    assert list(spelled_in(line(text))) == []


def test_the_next_sentence_is_not_spelled_along() -> None:
    spelled = read_spelled(line("S M I T H, I live here"), 0)
    assert spelled is not None
    assert (spelled.letters, spelled.last) == ("smith", 5)


def test_letters_that_are_named_are_counted() -> None:
    spelled = read_spelled(line("M wie Martha E Y wie Ypsilon"), 0)
    assert spelled is not None
    assert spelled.named == 2
