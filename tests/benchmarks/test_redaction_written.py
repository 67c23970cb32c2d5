"""Dialogues written by hand: their marks are read, and what is left of them is told by its place."""

import pytest

from redaction_sides import Cleaned, Marked
from redaction_written import Written, judged, parsed, read_written, unmarked

LINE = (
    "de001\tCARD\tA: und die nummer | C: Die ist {{CARD:vier eins eins}}, {{CARD:eins 2222}}."
    " | A: Danke, Frau {{NAME:Koch-Adler}}."
)


def cleaned(*marked: Marked) -> Cleaned:
    return Cleaned((), marked, ())


def found(dialogue: Written, *marked: Marked) -> dict[str, bool]:
    return {one.kind: one.found for one in judged(dialogue, cleaned(*marked))}


def test_marks_are_taken_off_and_their_places_kept() -> None:
    dialogue = parsed(LINE, "de")
    assert [one.text for one in dialogue.call] == [
        "und die nummer",
        "Die ist vier eins eins, eins 2222.",
        "Danke, Frau Koch-Adler.",
    ]
    assert [(one.kind, one.turn, one.first, one.last) for one in dialogue.mentions] == [
        ("CARD", 1, 2, 5),
        ("CARD", 1, 5, 7),
        ("NAME", 2, 2, 3),
    ]


def test_all_mentions_of_a_type_are_one_item() -> None:
    dialogue = parsed(LINE, "de")
    card, name = Marked(1, 2, 7, "CARD"), Marked(2, 2, 3, "NAME")
    assert found(dialogue) == {"CARD": False, "NAME": False}
    assert found(dialogue, card) == {"CARD": True, "NAME": False}
    assert found(dialogue, card, name) == {"CARD": True, "NAME": True}
    assert found(dialogue, Marked(1, 5, 7, "CARD")) == {"CARD": False, "NAME": False}  # three of eight stay
    assert found(dialogue, Marked(1, 4, 7, "CARD"))["CARD"]  # two stay
    assert [one.typed for one in judged(dialogue, cleaned(Marked(1, 2, 7, "PHONE")))] == [False, False]


def test_words_beside_the_marks_that_go_are_counted() -> None:
    dialogue = parsed(LINE, "de")
    assert unmarked(dialogue, cleaned(Marked(1, 1, 7, "CARD"))) == 1
    assert unmarked(dialogue, cleaned(Marked(1, 2, 7, "CARD"))) == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("en1\tCARD\tB: hello", "a turn begins with 'B: '"),
        ("en1\tCARD\tC: it is {{CARDS:1}}", "'CARDS' is no type"),
    ],
)
def test_a_line_that_is_none_is_told_by_its_number(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"en1: {message}"):
        parsed(line, "en")


def test_every_dialogue_of_the_set_can_be_read() -> None:
    dialogues = [one for language in ("de", "en") for one in read_written(language)]
    assert len(dialogues) == 200
    assert all(not verdict.found for one in dialogues for verdict in judged(one, cleaned()))
    everything = [
        cleaned(*(Marked(n, 0, len(said.words), "NAME") for n, said in enumerate(one.call))) for one in dialogues
    ]
    verdicts = [own for one, clean in zip(dialogues, everything, strict=True) for own in judged(one, clean)]
    assert all(own.found for own in verdicts)
