"""Which sound is bleeped."""

import pytest

from stimmung.calls.redaction.bleeping import LONGEST_LOST, MARGIN, Lost, bleep
from stimmung.calls.redaction.records import Bleep, Finding, Part
from stimmung.speech.records import Span, Utterance, Word


def said(
    channel: int, *words: tuple[float, float, str], end: float | None = None, start: float | None = None
) -> Utterance:
    spoken = tuple(Word(first, last, text, 0.9) for first, last, text in words)
    begin = spoken[0].start if start is None else start
    text = " ".join(word.text for word in spoken)
    return Utterance(channel, "unknown", "", begin, end or spoken[-1].end, text, "de", 0.9, (), spoken)


def found(*parts: tuple[int, int, int]) -> list[Finding]:
    return [Finding("CARD", tuple(Part(*part) for part in parts), "context")]


def spans(bleeps: list[Bleep]) -> list[tuple[object, object]]:
    return [(pytest.approx(one.span.start), pytest.approx(one.span.end)) for one in bleeps]


def test_bleep_reaches_to_the_words_that_stay() -> None:
    call = [said(0, (1.0, 1.4, "Karte"), (2.0, 2.3, "41"), (2.5, 2.9, "11"), (3.5, 4.0, "danke"))]

    assert spans(bleep(call, found((0, 1, 3)))) == [(1.4, 3.5)]


def test_bleep_covers_speech_of_its_utterance_that_no_word_has() -> None:
    call = [said(0, (5.0, 6.5, "4111,"), start=2.0, end=7.0)]

    assert spans(bleep(call, found((0, 0, 1)))) == [(2.0 - MARGIN, 7.0 + MARGIN)]


def test_pause_between_two_groups_is_bleeped_unless_a_word_between_them_stays() -> None:
    groups = [said(0, (1.0, 2.0, "41")), said(0, (5.0, 6.0, "11"))]
    assert spans(bleep(groups, found((0, 0, 1), (1, 0, 1)))) == [(0.6, 6.4)]

    with_word = [groups[0], said(0, (3.0, 3.4, "Moment")), groups[1]]
    assert spans(bleep(with_word, found((0, 0, 1), (2, 0, 1)))) == [(0.6, 2.4), (4.6, 6.4)]


def test_words_on_the_other_channel_do_not_part_a_bleep() -> None:
    call = [said(0, (1.0, 2.0, "41")), said(1, (3.0, 3.4, "ja")), said(0, (5.0, 6.0, "11"))]

    assert [one.channel for one in bleep(call, found((0, 0, 1), (2, 0, 1)))] == [0]


def test_digits_too_many_for_their_time_were_begun_before() -> None:
    call = [said(0, (1.0, 1.5, "Moment")), said(0, (20.0, 21.0, "4-1-1-1-1-1-1-1"))]

    assert spans(bleep(call, found((1, 0, 1)))) == [(1.5, 21.4)]


def test_silence_behind_a_question_is_bleeped_on_every_channel_until_somebody_speaks() -> None:
    call = [said(0, (1.0, 2.0, "Kartennummer?")), said(1, (9.0, 9.5, "danke"))]

    assert bleep(call, [], [Lost("CARD", 2.0)]) == [
        Bleep(0, Span(2.0, 9.0), "CARD"),
        Bleep(1, Span(2.0, 9.0), "CARD"),
    ]


def test_such_silence_is_bleeped_for_half_a_minute_at_most_and_not_for_a_breath() -> None:
    call = [said(0, (1.0, 2.0, "Kartennummer?")), said(1, (90.0, 90.5, "danke"))]
    assert spans(bleep(call, [], [Lost("CARD", 2.0)])) == [(2.0, 2.0 + LONGEST_LOST)] * 2

    near = [call[0], said(1, (2.5, 3.0, "danke"))]
    assert bleep(near, [], [Lost("CARD", 2.0)]) == []
