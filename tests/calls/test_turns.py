"""Who interrupts whom, who waits for whom, who goes on and on; and that listening is none of it."""

import pytest
from tests.calls.conversations import call

from stimmung.calls.records import Interruption
from stimmung.calls.talk import runs_of
from stimmung.calls.turns import find_interruptions, find_turns, is_back_channel, longest_monologue, median_latency
from stimmung.speech.records import Span, Utterance

AGENT, CUSTOMER = 0, 1
LONG = "das ist ein langer Satz mit vielen Wörtern darin"


def interruptions(talk: tuple[Utterance, ...]) -> list[tuple[float, float, int, int]]:
    found: tuple[Interruption, ...] = find_interruptions([runs_of(talk, channel, 1000.0) for channel in range(3)])
    return [(round(one.time, 3), round(one.duration, 3), one.by, one.of) for one in found]


def latency(talk: tuple[Utterance, ...], channel: int, music: tuple[Span, ...] = ()) -> float | None:
    turns = find_turns([runs_of(talk, one, 1000.0) for one in range(3)])
    waited = median_latency(turns, channel, music)
    return None if waited is None else round(waited, 3)


def monologue(talk: tuple[Utterance, ...], channel: int, music: tuple[Span, ...] = ()) -> Span | None:
    turns = find_turns([runs_of(talk, one, 1000.0) for one in range(3)])
    found = longest_monologue(turns, channel, music, 1000.0)
    return found and Span(round(found.start, 3), round(found.end, 3))


@pytest.mark.parametrize(
    "text",
    ["Mhm.", "mm-hmm", "Hm", "hmm, hmm", "Ja.", "ja, ja", "Jaja", "Ja, genau.", "Okay.", "OK!", "Ach so.", "Achso",
     "Alles klar", "Ich verstehe.", "aha", "uh-huh", "Uh huh.", "Yeah.", "Yeah, right.", "I see.", "Of course!",
     "Okay, okay, all right", "Oh", "Stimmt."],
)  # fmt: skip
def test_what_a_listener_says_is_a_back_channel(text: str) -> None:
    assert is_back_channel(text)


@pytest.mark.parametrize(
    "text",
    ["Nein.", "No, no!", "Ja, aber", "So, dann", "so", "Ja, ich will kündigen", "Okay so what now", "Moment!", "Hallo?",
     "Wait.", "", "...", "Jahr", "Hum", "Yesterday", "I", "rightly", "Danke", "ja " * 20],
)  # fmt: skip
def test_what_wants_something_is_none(text: str) -> None:
    assert not is_back_channel(text)


def test_who_begins_while_another_speaks_interrupts() -> None:
    talk = call(f"A 0-5 {LONG}\nC 4-8 nein das stimmt nicht")
    assert interruptions(talk) == [(4.0, 1.0, CUSTOMER, AGENT)]
    talk = call(f"C 0-5 {LONG}\nA 4-4.8 einen Moment bitte")
    assert interruptions(talk) == [(4.0, 0.8, AGENT, CUSTOMER)]


@pytest.mark.parametrize(("start", "count"), [(4.6, 1), (4.7, 1), (4.72, 0), (4.9, 0), (5.0, 0), (5.5, 0)])
def test_both_must_speak_for_three_tenths_of_a_second(start: float, count: int) -> None:
    assert len(interruptions(call(f"A 0-5 {LONG}\nC {start}-8 nein das stimmt nicht"))) == count


@pytest.mark.parametrize(("start", "count"), [(0.0, 0), (0.1, 0), (0.2, 1), (0.5, 1)])
def test_who_begins_at_the_same_time_interrupts_nobody(start: float, count: int) -> None:
    assert len(interruptions(call(f"A 0-5 {LONG}\nC {start}-8 nein das stimmt nicht"))) == count


@pytest.mark.parametrize("text", ["mhm", "ja genau", "okay", "I see"])
def test_listening_is_no_interruption_nor_can_it_be_interrupted(text: str) -> None:
    assert interruptions(call(f"A 0-5 {LONG}\nC 2-3 {text}")) == []
    assert interruptions(call(f"C 0-2 {text}\nA 1-5 {LONG}")) == []


def test_a_word_of_protest_is_an_interruption() -> None:
    assert interruptions(call(f"A 0-5 {LONG}\nC 2-3 nein")) == [(2.0, 1.0, CUSTOMER, AGENT)]


def test_of_three_each_may_interrupt_each() -> None:
    talk = call(f"A 0-6 {LONG}\nC 2-8 nein das stimmt nicht\nX 4-5 darf ich bitte")
    assert interruptions(talk) == [(2.0, 4.0, CUSTOMER, AGENT), (4.0, 1.0, 2, AGENT), (4.0, 1.0, 2, CUSTOMER)]


def test_latency_is_the_median_wait_where_the_turn_changes() -> None:
    talk = call("""
        A 0-2 was kann ich tun
        C 3-4 mein Netz ist weg
        C 6-8 seit gestern schon
        A 8.5-9 das sehe ich
        C 11-12 und was nun
    """)
    assert latency(talk, CUSTOMER) == 1.5  # 1 s and 2 s; going on after a pause is no answer
    assert latency(talk, AGENT) == 0.5


def test_an_answer_before_the_other_has_finished_took_no_time() -> None:
    assert latency(call(f"A 0-5 {LONG}\nC 4-8 nein das stimmt nicht"), CUSTOMER) == 0.0


def test_who_talks_into_a_long_turn_twice_answered_it_once() -> None:
    talk = call(f"A 0-2 ja bitte\nC 4-5 guten Tag hier\nA 6-20 {LONG}\nC 8-9 nein das nicht\nC 11-12 auch das nicht")
    assert latency(talk, CUSTOMER) == 1.0  # of 2 s and 0 s, not of 2 s, 0 s and 0 s


def test_who_speaks_on_over_an_interruption_waited_for_nobody() -> None:
    assert latency(call(f"A 0-9 {LONG}\nC 2-3 nein das nicht\nA 12-13 also weiter"), AGENT) is None


def test_hold_is_no_latency() -> None:
    talk = call("A 0-2 einen Moment\nC 40-41 hallo wer da")
    assert latency(talk, CUSTOMER) == 38.0
    assert latency(talk, CUSTOMER, (Span(5.0, 35.0),)) is None


def test_a_murmur_is_no_answer_but_a_yes_to_a_question_is() -> None:
    assert latency(call("A 0-2 das dauert zwei Tage.\nC 3-3.5 mhm\nA 4-5 geht das so"), AGENT) is None
    asked = call("A 0-2 geht das so?\nC 3-3.5 ja\nA 4-5 wunderbar dann weiter")
    assert (latency(asked, CUSTOMER), latency(asked, AGENT)) == (1.0, 0.5)


def test_nobody_who_speaks_alone_has_a_latency() -> None:
    assert latency(call("A 0-2 hallo wer da\nA 5-6 hallo noch jemand"), AGENT) is None


def test_a_monologue_goes_on_over_pauses_and_murmurs() -> None:
    talk = call("A 0-10 erstens also\nC 10.2-10.6 mhm\nA 11-20 zweitens dann\nC 14-14.5 ja genau\nA 23-30 drittens so")
    assert monologue(talk, AGENT) == Span(0.0, 30.0)
    assert monologue(talk, CUSTOMER) is None


def test_another_turn_a_long_pause_and_music_end_a_monologue() -> None:
    assert monologue(call("A 0-10 eins dann\nC 11-12 nein danke\nA 13-20 zwei dann"), AGENT) == Span(0.0, 10.0)
    assert monologue(call("A 0-10 eins dann\nA 16-23 zwei dann"), AGENT) == Span(0.0, 10.0)
    talk = call("A 0-10 eins dann\nA 14-23 zwei dann")
    assert monologue(talk, AGENT) == Span(0.0, 23.0)
    assert monologue(talk, AGENT, (Span(11.0, 14.0),)) == Span(0.0, 10.0)


def test_an_interruption_cuts_a_monologue_in_two() -> None:
    assert monologue(call(f"A 0-30 {LONG}\nC 10-12 nein das nicht"), AGENT) == Span(12.0, 30.0)


def test_whoever_says_nothing_holds_no_monologue() -> None:
    assert monologue(call("A 0-10 eins"), CUSTOMER) is None
