"""Chats with marks: what goes is held against them, half of the conversations are for development."""

from pathlib import Path

import pytest

from redaction_chat import Chat, for_development, measured, read_chats
from redaction_sides import Cleaned, Marked

HEADER = "conversationId\tturnNumber\tutteranceId\tutterance\tslot-labels\tintent\n"


def test_conversations_are_read_where_marks_fit_words(tmp_path: Path) -> None:
    folder = tmp_path / "text" / "multidogo"
    folder.mkdir(parents=True)
    rows = [
        "one\t0\tu\tthis is ann\tO O name\tx",
        "one\t1\tu\tno marks\tO\tx",
        'two\t0\tu\t"12 "34\tO ssn\tx',
        "two\t1\tu\t\t\tx",
    ]
    (folder / "bank.train.tsv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    assert read_chats(tmp_path) == [
        Chat("one", ("this is ann",), (("O", "O", "name"),)),
        Chat("two", ('"12 "34',), (("O", "ssn"),)),
    ]


def test_a_finding_is_right_where_it_touches_a_marked_word() -> None:
    chat = Chat("one", ("this is ann", "take 450 from 1122", "12 34"), (("O", "O", "name"), ("O",) * 4, ("O", "ssn")))
    marked = (Marked(0, 1, 3, "NAME"), Marked(1, 1, 2, "CARD"), Marked(2, 0, 1, "CARD"))
    figures = measured([chat], [Cleaned((), marked, ())])
    assert figures["precision"] == pytest.approx(1 / 3)
    assert figures["false_per_1000_utterances"] == pytest.approx(2000 / 3)
    assert figures["words_recall"] == pytest.approx(0.5)
    assert figures["kinds"] == {"CARD": {"right": 0, "wrong": 2}, "NAME": {"right": 1, "wrong": 0}}


def test_an_amount_that_is_marked_as_one_is_no_identifier() -> None:
    chat = Chat("one", ("450",), (("transferamount",),))
    assert measured([chat], [Cleaned((), (Marked(0, 0, 1, "CARD"),), ())])["precision"] == 0.0


def test_nothing_found_has_no_precision() -> None:
    chat = Chat("one", ("hi",), (("O",),))
    assert measured([chat], [Cleaned((), (), ())])["precision"] is None


def test_half_of_the_conversations_is_for_development() -> None:
    share = sum(for_development(str(number)) for number in range(2000)) / 2000
    assert share == pytest.approx(0.5, abs=0.05)
