"""A live call against its recording: the same result however it comes, and everything told once."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calls.live_calls import (
    CUSTOMER,
    TALK,
    Line,
    Turns,
    channel,
    conversation,
    ears,
    line,
    plain,
    recorded,
    said_of,
    shuffled,
)
from tests.speech import sounds

from stimmung.calls.live_events import Ended, UtteranceFinal, UtteranceRevised, Warned
from stimmung.calls.live_tasks import KINDS, Kind
from stimmung.calls.records import CallAnalysis
from stimmung.speech.engines import TranscriptionOptions
from stimmung.speech.errors import CallInfoError
from stimmung.speech.fakes import FakeDetector
from stimmung.speech.records import SAMPLE_RATE, CallInfo, Samples
from stimmung.speech.resample import Resampler

LOST: tuple[tuple[Kind, ...], ...] = ((), ("partial",), ("record",), ("record", "partial"))


@cache
def talk() -> CallAnalysis:
    """Return what becomes of the recording of TALK."""
    return recorded(TALK)


def placed(parts: Sequence[tuple[float, float]]) -> Turns:
    """Return the turns of pauses and speech by turns, of 25 s at most."""
    found: list[tuple[float, float]] = []
    for pause, speech in parts:
        start = (found[-1][1] if found else 0.0) + pause
        found.append((start, min(start + speech, 25.0)))
    return [turn for turn in found if turn[0] < turn[1]]


pauses, speeches = st.sampled_from([0.1, 0.4, 0.7, 2.0]), st.sampled_from([0.6, 0.2, 1.5, 4.0, 15.0])
turns = st.lists(st.tuples(pauses, speeches), max_size=8).map(placed)
seeds = st.integers(0, 10_000)  # of chance: hypothesis' own would be drawn anew at every step of the call


def talk_of(*channels: Turns) -> Samples:
    """Return a call that goes on for a little after the last word."""
    return conversation(*channels, seconds=0.3 + max((end for own in channels for _, end in own), default=0.0))


def check_what_was_told(call: Line, *, complete: bool = True) -> None:
    """Hold what was told against the result: each utterance once, revised only where words changed, then nothing."""
    analysis = call.analysis()
    assert isinstance(call.told[-1], Ended)
    finals, revised = call.of(UtteranceFinal), call.of(UtteranceRevised)
    assert sorted(one.id for one in finals) == list(range(1, len(finals) + 1))
    assert max(Counter(one.id for one in revised).values(), default=0) <= 1
    first = {one.id: one.utterance for one in finals}
    place = {one.id: call.told.index(one) for one in finals}
    for one in revised:
        assert call.told.index(one) > place[one.id]
        assert one.utterance.text != first[one.id].text
        assert one.utterance.start == first[one.id].start
    if complete:
        told = {(one.channel, one.start): one.text for one in said_of(call).values()}
        assert told == {(one.channel, one.start): one.text for one in analysis.utterances}


@settings(max_examples=10)
@given(turns, turns, seeds, st.sampled_from(LOST))
def test_a_call_ends_as_its_recording_however_it_comes_and_whatever_is_done_first(
    agent: Turns, customer: Turns, seed: int, lost: tuple[Kind, ...]
) -> None:
    samples, engines = talk_of(agent, customer), ears(detector=FakeDetector())
    call = line(engines=engines)
    assert plain(shuffled(call, samples, Random(seed), lost)) == plain(recorded(samples, engines=engines))
    check_what_was_told(call)
    assert call.of(UtteranceRevised) == []
    for number in (0, 1):
        starts = [one.utterance.start for one in call.of(UtteranceFinal) if one.utterance.channel == number]
        assert starts == sorted(starts)


@settings(max_examples=10)
@given(turns, turns, seeds, st.sampled_from([2, 3]))
def test_what_was_heard_wrongly_at_first_is_as_in_the_recording_in_the_end(
    agent: Turns, customer: Turns, seed: int, slips: int
) -> None:
    samples = talk_of(agent, customer)
    call = line(engines=ears(slips))
    assert plain(shuffled(call, samples, Random(seed))) == plain(recorded(samples, engines=ears(slips)))
    check_what_was_told(call)


@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_the_rate_of_the_wire_makes_no_difference_but_in_the_sound_itself(rate: int) -> None:
    seconds = 3.0
    samples = np.random.default_rng(0).standard_normal((2, round(seconds * rate))).astype(np.float32)
    samples *= 0.1 * (np.arange(samples.shape[1]) / rate % 2 < 1.2)
    call = line(sample_rate=rate)
    for first in range(0, samples.shape[1], 1000):
        call.call.feed(samples[:, first : first + 1000])
    heard = Resampler(rate, 2)
    assert plain(call.end()) == plain(recorded(np.concatenate((heard.feed(samples), heard.flush()), axis=1)))


def test_a_call_of_one_channel_is_as_its_recording() -> None:
    assert plain(line(channels=1).feed(TALK[1:]).end()) == plain(recorded(TALK[1:]))


def test_music_and_tones_are_as_in_the_recording() -> None:
    ring, music = sounds.tone(2.0, 425.0), sounds.chords(12.0)
    samples = sounds.audio(np.concatenate((ring, channel(CUSTOMER, 30.0))), np.concatenate((TALK[0], music))).samples
    expected = recorded(samples)
    assert {event.kind for event in expected.events} == {"music", "tone"}
    assert plain(line().feed(samples).end()) == plain(expected)


def test_a_call_without_speech_ends_with_nothing_said() -> None:
    samples = np.zeros((2, 3 * SAMPLE_RATE), np.float32)
    call = line()
    assert plain(call.feed(samples).end()) == plain(recorded(samples))
    assert call.told == call.of(Ended)


def test_a_call_without_any_sound_ends() -> None:
    call = line()
    assert call.end().utterances == ()
    assert call.analysis().duration == 0.0


def test_sound_of_no_length_changes_nothing() -> None:
    call = line()
    for first in range(0, TALK.shape[1], 8000):
        call.feed(TALK[:, first : first + 8000])
        call.call.feed(TALK[:, :0])
    assert plain(call.end()) == plain(talk())


def test_a_call_can_be_ended_twice() -> None:
    call = line().feed(TALK)
    call.call.end()
    call.call.end()
    assert plain(call.work().analysis()) == plain(talk())
    call.call.end()
    assert call.work().of(Ended) == call.told[-1:]


def test_nothing_is_told_after_the_end() -> None:
    call = line().feed(TALK)
    call.end()
    assert call.call.tick() == []
    assert call.call.consent("granted") == []
    assert call.call.consent("withdrawn") == []
    assert call.collect() == []


def test_more_roles_than_channels_are_refused_at_once() -> None:
    with pytest.raises(CallInfoError, match="3 roles"):
        line(info=CallInfo(roles=("agent", "customer", "customer")))


# work that fails


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_ends_although_every_task_of_a_kind_fails(kind: Kind) -> None:
    call = line(engines=ears(3))
    for first in range(0, TALK.shape[1], 4800):
        call.call.ask_partial()
        call.feed(TALK[:, first : first + 4800]).work_without(kind)
    call.call.end()
    call.work_without(kind)
    check_what_was_told(call)
    assert call.analysis().duration == talk().duration
    assert call.collect() == []


def test_what_could_not_be_heard_at_once_is_told_when_its_window_is_heard() -> None:
    call = line().feed(TALK[:, : 6 * SAMPLE_RATE]).work("hear")
    for task in call.take("hear"):
        call.fail(task)
    assert [one.code for one in call.of(Warned)] == ["not_heard", "not_heard"]
    call.feed(TALK[:, 6 * SAMPLE_RATE :])
    assert plain(call.end()) == plain(talk())
    check_what_was_told(call)


def test_what_could_not_be_judged_at_once_is_told_without_scores_and_judged_for_the_record() -> None:
    call = line().feed(TALK[:, : 5 * SAMPLE_RATE]).work("judge")
    (judging,) = call.take("judge")
    warned, final = call.fail(judging)
    assert isinstance(warned, Warned)
    assert warned.code == "not_judged"
    assert isinstance(final, UtteranceFinal)
    assert (final.utterance.text_emotion, final.utterance.voice_emotion) == (None, None)
    call.feed(TALK[:, 5 * SAMPLE_RATE :])
    assert plain(call.end()) == plain(talk())


def test_a_voice_that_could_not_be_judged_at_once_is_described_for_the_record_though_its_words_were_heard_well() -> (
    None
):
    samples = conversation([(1.0, 3.0)], seconds=4.0)
    german = TranscriptionOptions(("de",))
    call = line(channels=1, options=german).feed(samples)
    call.call.end()
    call.work("judge")
    (judging,) = call.take("judge")
    call.fail(judging)
    assert plain(call.work().analysis()) == plain(recorded(samples, options=german))
    assert call.analysis().utterances[0].voice_emotion is not None


def test_a_window_that_is_not_heard_again_keeps_the_words_that_were_told() -> None:
    call = line(engines=ears(3)).feed(TALK).work_without("record")
    call.call.end()
    call.work_without("record")
    assert [task for task in call.seen if task.kind == "record"] != []
    assert call.of(UtteranceRevised) == []
    check_what_was_told(call)


def test_without_its_last_judgement_a_call_ends_with_what_was_told() -> None:
    call = line().feed(TALK)
    call.call.end()
    (finish,) = call.work("finish").take("finish")
    before = plain(call.call.analysis())
    warned, ended = call.fail(finish)
    assert isinstance(warned, Warned)
    assert warned.code == "not_judged"
    assert isinstance(ended, Ended)
    assert plain(ended.analysis) == before
    assert [one.text for one in ended.analysis.utterances] == [one.text for one in talk().utterances]
    assert [one.state for one in ended.analysis.distress] == [one.state for one in talk().distress]
