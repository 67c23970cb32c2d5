"""Both sides seen in the same way: words taken out by characters, and Presidio in a process of its own."""

import sys
from pathlib import Path

import pytest

from redaction_presidio import Found, presidio_finds
from redaction_sides import Marked, ours, without
from redaction_utterances import told
from stimmung.speech.records import Span

CALL = told([("agent", "Your card?"), ("customer", "It is 4111 1111, thanks.")], "en")
TEXT = "\n".join(one.text for one in CALL)


def test_characters_become_words_and_sound() -> None:
    start = TEXT.index("4111")
    cleaned = without(CALL, [Found(start, start + 9, "CREDIT_CARD", 1.0)])
    assert cleaned.said == (("0", "Your card?"), ("1", "It is [CREDIT_CARD], thanks."))
    assert cleaned.marked == (Marked(1, 2, 4, "CARD"),)
    words = CALL[1].words
    assert cleaned.bleeps == ((1, Span(words[2].start, words[3].end)),)


def test_findings_that_overlap_or_cross_a_line_take_each_character_once() -> None:
    start = TEXT.index("4111")
    cleaned = without(CALL, [Found(start, start + 9, "CREDIT_CARD", 1.0), Found(start + 5, start + 9, "PHONE", 0.4)])
    assert cleaned.said[1][1] == "It is [CREDIT_CARD], thanks."
    cleaned = without(CALL, [Found(5, start + 4, "URL", 0.5)])
    assert [text for _, text in cleaned.said] == ["Your [URL]", "[URL] 1111, thanks."]


def test_nothing_found_changes_nothing() -> None:
    assert [text for _, text in without(CALL, []).said] == [one.text for one in CALL]


def test_ours_takes_a_named_card_number_out() -> None:
    call = told([("customer", "My credit card number is 4111 1111 1111 1111, thanks.")], "en")
    cleaned = ours().clean([call], "en")[0]
    assert cleaned.said == (("1", "My credit card number is [CARD], thanks."),)
    assert cleaned.kinds == {"CARD"}
    (channel, span), *_ = cleaned.bleeps
    assert channel == 1
    assert span.start <= call[0].words[5].start
    assert span.end >= call[0].words[8].end


def test_a_python_without_presidio_is_told_with_the_way_out() -> None:
    with pytest.raises(ValueError, match=r"cannot run Presidio: .*; .*pip install presidio-analyzer"):
        presidio_finds(Path(sys.executable), ["hello"], "en")
