"""Where what lies on the time axis."""

from dataclasses import replace

from tests.calls.judged_calls import JUDGED, agent, customer

from stimmung.calls.timeline import lasting_states, long_silences, overlaps
from stimmung.speech.records import Event, Span


def test_a_state_lasts_until_the_caller_speaks_again() -> None:
    assert list(lasting_states(JUDGED, 1)) == [
        (Span(5, 21), "calm"),
        (Span(21, 61), "urgent"),
        (Span(61, 95), "uneasy"),
    ]
    assert list(lasting_states(JUDGED, 0)) == []


def test_overlap_is_where_two_channels_speak_longer_than_a_quick_reply() -> None:
    assert overlaps(JUDGED) == [Span(14, 15), Span(21, 22)]
    quick = replace(JUDGED, utterances=(agent(0, 2.2, "a"), customer(2, 3, "b"), customer(2.5, 3.5, "c")))
    assert overlaps(quick) == []


def test_silence_is_where_nobody_speaks_and_nothing_plays() -> None:
    assert long_silences(JUDGED) == [Span(30, 40), Span(70, 90), Span(91, 95)]
    assert long_silences(replace(JUDGED, events=(Event("music", 0, 30, 95),))) == []


def test_an_empty_call_is_one_silence() -> None:
    assert long_silences(replace(JUDGED, utterances=(), events=())) == [Span(0, 95)]
