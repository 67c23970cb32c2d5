"""Talk metrics of hand-made calls, and what holds for every call."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.calls.conversations import call, without_words

from stimmung.calls.metrics import MOST_SLICES, measure
from stimmung.speech.records import Event, EventKind, Role, Span, Utterance

AGENT, CUSTOMER = 0, 1
CALL = call("""
    A 1.0-4.0  Guten Tag was kann ich tun?
    C 5.0-8.0  Mein Netz ist weg, seit gestern schon.
    A 7.0-10.0 Das tut mir leid, einen Moment bitte.
    A 30.0-36.0 So, da bin ich wieder. Geht es jetzt? Ja?
    C 36.5-37.0 Ja.
""")
EVENTS = (Event("music", CUSTOMER, 11.0, 28.0), Event("tone", AGENT, 38.0, 39.0))


def test_talk_silence_hold_and_overlap_of_a_call() -> None:
    metrics = measure(CALL, EVENTS, 40.0)
    agent, customer = metrics.parties
    assert (agent.channel, agent.role, customer.channel, customer.role) == (0, "agent", 1, "customer")
    assert [agent.talk_seconds, customer.talk_seconds] == [pytest.approx(12.0), pytest.approx(3.5)]
    assert agent.talk_share == pytest.approx(12 / 15.5)
    assert metrics.hold_seconds == 17.0
    assert metrics.overlap_seconds == pytest.approx(1.0)
    assert metrics.silence_seconds == pytest.approx(40 - 14.5 - 17 - 1)
    assert metrics.longest_silence == Span(28.0, 30.0)
    assert [(one.by, one.of, one.time) for one in metrics.interruptions] == [(AGENT, CUSTOMER, 7.0)]
    assert (agent.interruptions, customer.interruptions) == (1, 0)
    assert agent.longest_monologue == Span(30.0, 36.0)
    assert (agent.questions, customer.questions) == (3, 0)
    assert customer.latency == pytest.approx(0.75)  # 1.0 s and 0.5 s
    assert agent.latency == 0.0


def test_pace_is_counted_over_talk_and_articulation_over_the_words() -> None:
    party = measure(call("A 0-6 eine halbe Minute [0.4] reicht dafür [0.6] aus"), (), 10.0).parties[0]
    assert party.words == 6
    assert party.words_per_minute == pytest.approx(6 / 5.4 * 60)
    assert party.articulation_rate == pytest.approx(11 / 5.0)


def test_what_is_said_after_the_end_is_not_counted() -> None:
    early, late = call("A 0-5 eins zwei drei vier fünf\nA 20-30 a b c d e f g h?")
    loud = (replace(early, level=-30.0), replace(late, level=-10.0))
    party = measure(loud, (), 10.0).parties[0]
    assert (party.words, party.words_per_minute, party.questions, party.level) == (5, 60.0, 0, -30.0)
    assert measure(loud, (), 40.0).parties[0].words == 13
    assert measure(without_words(loud), (), 10.0).parties[0].words == 5


def test_of_what_is_being_said_the_words_that_have_begun_count() -> None:
    talk = call("A 0-10 a b c d e f g h i j?")
    party = measure(talk, (), 4.5).parties[0]
    assert (party.words, party.questions, party.talk_seconds) == (5, 0, 4.5)
    assert measure(without_words(talk), (), 4.5).parties[0].words == 10  # nobody knows which had begun


def test_digits_are_left_out_of_the_articulation_with_their_time() -> None:
    plain = measure(call("A 0-4 meine neue Nummer lautet"), (), 20.0).parties[0]
    with_digits = measure(call("A 0-4 meine neue Nummer lautet\nA 4-9 0171 2345 99"), (), 20.0).parties[0]
    assert with_digits.articulation_rate == plain.articulation_rate is not None
    assert with_digits.words == 7


def test_each_language_has_its_own_syllables() -> None:
    german, english = (measure(call("A 0-4 make some tables", language), (), 5.0) for language in ("de", "en"))
    rates = [one.parties[0].articulation_rate for one in (german, english)]
    assert rates == [pytest.approx(6 / 4), pytest.approx(4 / 4)]


def test_of_less_than_three_seconds_no_rate_is_told() -> None:
    party = measure(call("A 0-2.9 das ist kurz"), (), 5.0).parties[0]
    assert (party.words_per_minute, party.articulation_rate) == (None, None)
    assert party.words == 3


def test_without_times_of_words_only_articulation_is_unknown() -> None:
    party = measure(without_words(call("A 0-6 das geht auch so")), (), 10.0).parties[0]
    assert party.words_per_minute == pytest.approx(40.0)
    assert party.articulation_rate is None


def test_level_is_the_median_of_those_measured() -> None:
    levels = (-30.0, -20.0, None, -18.0)
    talk = call("A 0-1 a\nA 2-3 b\nA 4-5 c\nA 6-7 d")
    measured = [replace(one, level=level) for one, level in zip(talk, levels, strict=True)]
    assert measure(measured, (), 10.0).parties[0].level == -20.0
    assert measure(talk, (), 10.0).parties[0].level is None


def test_question_marks_in_a_row_are_one_question() -> None:
    assert (
        measure(call("C 0-3 Wie bitte??? Das ist doch nicht wahr?! So geht das nicht."), (), 5.0).parties[1].questions
        == 2
    )


def test_an_empty_call_is_silence() -> None:
    metrics = measure((), (), 12.0)
    assert (metrics.parties, metrics.interruptions) == ((), ())
    assert (metrics.silence_seconds, metrics.longest_silence) == (12.0, Span(0.0, 12.0))
    assert [one.silence for one in metrics.timeline] == [10.0, 2.0]


def test_a_call_that_has_not_begun_has_nothing() -> None:
    metrics = measure((), (), 0.0)
    assert (metrics.silence_seconds, metrics.longest_silence, metrics.timeline) == (0.0, None, ())


def test_a_party_that_says_nothing_is_there_where_its_role_is_known() -> None:
    metrics = measure(call("A 0-4 hallo wer ist da"), (), 10.0, ("agent", "customer"))
    assert [(one.role, one.talk_seconds, one.talk_share) for one in metrics.parties] == [
        ("agent", 4.0, 1.0),
        ("customer", 0.0, 0.0),
    ]
    assert metrics.parties[1].words == 0


def test_several_on_one_channel_are_not_told_apart() -> None:
    mono = tuple(replace(one, channel=0, role="unknown") for one in CALL)
    metrics = measure(mono, (), 40.0, ("unknown",))
    (party,) = metrics.parties
    assert (party.latency, party.longest_monologue, party.interruptions) == (None, None, 0)
    assert metrics.overlap_seconds == 0.0
    assert party.talk_seconds == pytest.approx(15.0)  # with the half second between the last two turns


def test_one_party_alone_is_known_by_its_role() -> None:
    alone = tuple(replace(one, channel=0) for one in CALL if one.channel == CUSTOMER)
    assert measure(alone, (), 40.0).parties[0].longest_monologue == Span(5.0, 8.0)


def test_three_channels_at_once_overlap_once() -> None:
    metrics = measure(call("A 0-4 a b c\nC 1-5 d e f\nX 2-3 g h i"), (), 6.0)
    assert metrics.overlap_seconds == pytest.approx(3.0)
    assert metrics.silence_seconds == pytest.approx(1.0)
    assert [one.talk_seconds for one in metrics.parties] == [pytest.approx(4.0), pytest.approx(4.0), pytest.approx(1.0)]


def test_the_timeline_adds_up_to_the_call() -> None:
    metrics = measure(CALL, EVENTS, 40.0)
    assert [one.span for one in metrics.timeline] == [Span(10.0 * at, 10.0 * (at + 1)) for at in range(4)]
    assert [one.talk[AGENT] for one in metrics.timeline] == [pytest.approx(6.0), 0.0, 0.0, pytest.approx(6.0)]
    assert [one.silence for one in metrics.timeline] == [pytest.approx(2.0), 1.0, 2.0, pytest.approx(2.5)]
    assert [one.overlap for one in metrics.timeline] == [pytest.approx(1.0), 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("duration", "step", "count"),
    [(95.0, 10, 10), (1200.0, 10, 120), (1201.0, 30, 41), (3600.0, 30, 120), (9e4, 600, 150)],
)
def test_long_calls_have_longer_slices(duration: float, step: float, count: int) -> None:
    timeline = measure(CALL, (), duration).timeline
    assert (timeline[0].span.duration, len(timeline), timeline[-1].span.end) == (step, count, duration)


def test_a_live_call_is_measured_up_to_now() -> None:
    so_far = measure(CALL[:3], EVENTS, 8.5)
    assert [one.talk_seconds for one in so_far.parties] == [pytest.approx(4.5), pytest.approx(3.0)]
    assert so_far.hold_seconds == 0.0
    assert measure(CALL, (), 2.0).parties[CUSTOMER].talk_seconds == 0.0


def test_an_utterance_cut_in_two_measures_the_same() -> None:
    whole = call("A 0-4 eins zwei drei vier\nC 3.5-6 nein das nicht")
    cut = call("A 0-2 eins zwei\nA 2-4 drei vier\nC 3.5-6 nein das nicht")
    assert measure(whole, (), 8.0) == measure(cut, (), 8.0)


@pytest.mark.parametrize(
    ("name", "interruptions", "hold"),
    [
        ("de-billing-angry", [40.7, 57.5, 71.1], 0.0),
        ("en-happy", [36.8], 0.0),
        ("en-outage", [48.7, 62.3], 14.0),
        ("en-vulnerable", [], 0.0),
    ],
)
def test_the_sample_calls_as_they_were_composed(root: Path, name: str, interruptions: list[float], hold: float) -> None:
    truth = json.loads((root / "samples" / f"{name}.truth.json").read_text(encoding="utf-8"))
    talk = [
        Utterance(one["channel"], one["role"], "", piece["start"], piece["end"], piece["text"], "", 1.0, (), ())
        for one in truth["utterances"]
        for piece in one["pieces"]
    ]
    heard = tuple(Event(one["kind"], one["channel"], one["start"], one["end"]) for one in truth["events"])
    metrics = measure(sorted(talk, key=lambda one: one.start), heard, truth["duration"])
    assert [round(one.time, 1) for one in metrics.interruptions] == interruptions
    assert {one.by for one in metrics.interruptions} <= {CUSTOMER}
    assert metrics.hold_seconds == pytest.approx(hold, abs=0.01)
    for party in metrics.parties:  # most pieces of an utterance lie 0.36 s apart, a pause within the talk
        spoken = sum(one["end"] - one["start"] for one in truth["utterances"] if one["channel"] == party.channel)
        assert party.talk_seconds == pytest.approx(spoken, rel=0.05)


TENTHS = st.integers(0, 600).map(lambda tenths: tenths / 10)
TEXTS = st.sampled_from(
    ["ja", "mhm", "nein das stimmt nicht", "wie bitte?", "die 17 [0.7] und die 4", "gut [0.3] dann"]
)
KINDS: tuple[EventKind, ...] = ("music", "tone")


@st.composite
def calls(draw: st.DrawFn) -> tuple[Utterance, ...]:
    lines = draw(st.lists(st.tuples(st.sampled_from("ACX"), TENTHS, st.integers(0, 80), TEXTS), max_size=12))
    return call("\n".join(f"{who} {start}-{start + length / 10:.1f} {text}" for who, start, length, text in lines))


@st.composite
def events(draw: st.DrawFn) -> tuple[Event, ...]:
    found = draw(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from([0, 1]), TENTHS, TENTHS), max_size=4))
    return tuple(Event(kind, channel, min(one, other), max(one, other)) for kind, channel, one, other in found)


@given(talk=calls(), heard=events(), duration=TENTHS)
def test_every_second_is_talk_silence_or_an_event(
    talk: tuple[Utterance, ...], heard: tuple[Event, ...], duration: float
) -> None:
    metrics = measure(talk, heard, duration)
    shares = [party.talk_share for party in metrics.parties]
    assert sum(shares) == pytest.approx(1.0) or set(shares) <= {0.0}
    assert 0.0 <= metrics.silence_seconds <= duration + 1e-9
    assert metrics.hold_seconds <= duration
    assert metrics.overlap_seconds <= sum(party.talk_seconds for party in metrics.parties) / 2 + 1e-9
    assert sum(party.interruptions for party in metrics.parties) == len(metrics.interruptions)
    for party in metrics.parties:
        assert party.talk_seconds == pytest.approx(sum(one.talk[party.channel] for one in metrics.timeline), abs=1e-6)
        assert 0.0 <= party.talk_seconds <= duration + 1e-9
        if party.longest_monologue:
            assert 0.0 <= party.longest_monologue.start < party.longest_monologue.end <= duration
    assert metrics.silence_seconds == pytest.approx(sum(one.silence for one in metrics.timeline), abs=1e-6)
    assert metrics.overlap_seconds == pytest.approx(sum(one.overlap for one in metrics.timeline), abs=1e-6)
    assert len(metrics.timeline) <= MOST_SLICES
    assert all(one.span.end == other.span.start for one, other in pairwise(metrics.timeline))


@given(talk=calls())
def test_without_events_two_parties_talk_overlap_and_silence_make_up_the_call(talk: tuple[Utterance, ...]) -> None:
    pair = tuple(one for one in talk if one.channel < 2)
    metrics = measure(pair, (), 70.0)
    spoken = sum(party.talk_seconds for party in metrics.parties)
    assert spoken - metrics.overlap_seconds + metrics.silence_seconds == pytest.approx(70.0)


@given(talk=calls(), heard=events())
def test_as_a_call_goes_on_its_figures_only_grow(talk: tuple[Utterance, ...], heard: tuple[Event, ...]) -> None:
    roles: tuple[Role, ...] = ("agent", "customer", "unknown")
    steps = [measure(talk[:count], heard, 70.0, roles) for count in range(len(talk) + 1)]
    for before, after in pairwise(steps):
        assert all(
            one.talk_seconds <= other.talk_seconds + 1e-9
            and one.words <= other.words
            and one.questions <= other.questions
            for one, other in zip(before.parties, after.parties, strict=True)
        )
        assert before.overlap_seconds <= after.overlap_seconds + 1e-9
        assert before.silence_seconds >= after.silence_seconds - 1e-9
