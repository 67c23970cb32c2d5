"""Which sound is bleeped."""

from collections.abc import Sequence

import pytest

from stimmung.calls.redaction.audible import NOBODY, Near
from stimmung.calls.redaction.bleeping import FAST_DIGIT, MARGIN, hide
from stimmung.calls.redaction.records import Bleep, Finding, Part
from stimmung.speech.records import Utterance, Word


def said(
    channel: int, *words: tuple[float, float, str], end: float | None = None, start: float | None = None
) -> Utterance:
    spoken = tuple(Word(first, last, text, 0.9) for first, last, text in words)
    begin = spoken[0].start if start is None else start
    text = " ".join(word.text for word in spoken)
    return Utterance(channel, "unknown", "", begin, end or spoken[-1].end, text, "de", 0.9, (), spoken)


def found(*parts: tuple[int, int, int]) -> list[Finding]:
    return [Finding("CARD", tuple(Part(*part) for part in parts), "context")]


def bleep(call: Sequence[Utterance], findings: Sequence[Finding]) -> tuple[Bleep, ...]:
    return hide(call, findings).bleeps


def spans(bleeps: Sequence[Bleep]) -> list[tuple[object, object]]:
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


def test_a_word_that_begins_before_the_digits_can_be_over_goes_with_them() -> None:
    call = [said(0, (1.0, 1.5, "9789"), (1.5, 2.6, "wurde"), (2.6, 3.0, "gestohlen"))]

    assert max(one.span.end for one in hide(call, found((0, 0, 1))).bleeps) == pytest.approx(1.0 + 4 * FAST_DIGIT)


def unsure(call: Sequence[Utterance], *near: Near) -> list[tuple[int, object, object]]:
    hidden = hide(call, [], near).unsure
    return [(one.channel, pytest.approx(one.span.start), pytest.approx(one.span.end)) for one in hidden]


def test_near_a_number_every_channel_is_unsure_but_for_its_words() -> None:
    sentence = [(1.0, 1.4, "das"), (1.4, 1.8, "habe"), (2.5, 2.9, "ich"), (2.9, 3.5, "notiert")]
    call = [said(0, *sentence), said(1, (5.0, 5.5, "danke"))]

    assert unsure(call, Near(0.5, 6.0, "CARD")) == [
        (0, 0.0, 1.0),
        (1, 0.0, 5.0),
        (0, 1.8, 2.5),
        (0, 3.5, 6.0 + NOBODY),
        (1, 5.5, 6.0 + NOBODY),
    ]


def test_words_that_make_no_sense_are_bleeped_near_a_number_and_nowhere_else() -> None:
    call = [said(1, (1.0, 1.2, "hier"), (1.2, 1.5, "mull"))]
    near = Near(0.0, 4.0, "IBAN")

    assert spans(hide(call, [], [near]).bleeps)[0][0] == pytest.approx(1.0 - MARGIN)
    assert {one.kind for one in hide(call, [], [near]).bleeps} == {"IBAN"}
    assert hide(call, [], [Near(0.0, 4.0, "IBAN", words=False)]).bleeps == ()
    assert hide(call, [], [Near(20.0, 24.0, "IBAN")]).bleeps == ()


def test_where_nobody_says_a_word_a_number_may_still_go_on() -> None:
    far = [(40.0, 40.5, "gut"), (40.5, 41.0, "danke")]
    call = [said(0, (1.0, 2.0, "Kartennummer?")), said(1, *far)]

    assert unsure(call, Near(2.0, 20.0, "CARD", words=False))[0] == (0, 2.0, 40.0)
    assert unsure(call, Near(2.0, 2.0, "CARD", words=False))[-1] == (1, 2.0, 2.0 + NOBODY)


def test_without_a_number_nothing_is_unsure() -> None:
    assert unsure([said(0, (1.0, 2.0, "Guten"))]) == []


def test_a_channel_of_which_no_word_was_written_is_unsure_too() -> None:
    call = [said(0, (1.0, 2.0, "Kartennummer?"))]
    assert {one.channel for one in hide(call, [], [Near(2.0, 20.0, "CARD")]).unsure} == {0, 1}
