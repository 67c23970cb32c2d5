"""Live calls whose two channels hold one signal, from the beginning or for a while, all of the time or not quite."""

import numpy as np
import pytest
from tests.calls.consent import consenting
from tests.calls.live_calls import (
    AGENT,
    CUSTOMER,
    ROLES,
    TALK,
    asks_of,
    channel,
    conversation,
    ears,
    line,
    plain,
    recorded,
    said_of,
)
from tests.speech import sounds

from stimmung.calls.live_events import UtteranceFinal
from stimmung.speech.fakes import FakeDetector
from stimmung.speech.records import SAMPLE_RATE, Samples

CHUNKS = [0.02, 0.5, 60.0]  # s


def doubled(sound: Samples) -> Samples:
    """Return both channels of a call that holds the sound twice."""
    return np.stack([sound, sound])


def after_announcement(seconds: float) -> Samples:
    """Return a call that begins with the same on both channels for so long, and goes on with two who talk."""
    both = channel([(at + 0.5, at + 3.0) for at in np.arange(0.0, seconds - 3, 4.0)], seconds)
    return np.concatenate((doubled(both), TALK), axis=1)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_a_signal_on_both_channels_is_heard_once_and_nobody_is_judged(chunk: float) -> None:
    samples = doubled(channel(CUSTOMER, 30.0))
    call = line()
    assert plain(call.feed(samples, chunk).end()) == plain(recorded(samples))
    assert call.analysis().dual_mono
    assert {(one.channel, one.role) for one in call.analysis().utterances} == {(0, "unknown")}
    assert {ask.window.channel for ask in asks_of(call.engines)} == {0}
    assert [one.utterance.text for one in call.of(UtteranceFinal)] == [one.text for one in call.analysis().utterances]


@pytest.mark.parametrize("chunk", CHUNKS)
def test_what_both_heard_before_they_talk_is_kept_of_both_as_in_the_recording(chunk: float) -> None:
    samples = after_announcement(8.0)
    call = line()
    assert plain(call.feed(samples, chunk).end()) == plain(recorded(samples))
    assert not call.analysis().dual_mono
    assert {one.channel for one in call.analysis().utterances if one.start < 8.0} == {0, 1}
    told = {(one.channel, one.start): one.text for one in said_of(call).values()}
    assert told == {(one.channel, one.start): one.text for one in call.analysis().utterances}


def test_while_both_hear_the_same_nobody_knows_who_speaks() -> None:
    call = line()
    both = after_announcement(8.0)
    call.feed(both[:, : 8 * SAMPLE_RATE]).work()
    assert [(one.channel, one.role) for one in call.call.analysis().utterances] == [(0, "unknown")] * 2
    assert call.call.snapshot(8.0) == ()
    assert [party.role for party in call.call.metrics(8.0).parties] == ["unknown"]
    call.feed(both[:, 8 * SAMPLE_RATE :]).work()
    assert {one.role for one in call.end().utterances} == {"agent", "customer"}


def test_of_a_long_announcement_the_second_channel_keeps_what_was_said_last() -> None:
    samples = after_announcement(50.0)
    call = line().feed(samples).work()
    analysis = call.end()
    whole = recorded(samples)
    of_first = [one.text for one in analysis.utterances if one.channel == 0]
    of_second = [one.text for one in analysis.utterances if one.channel == 1]
    assert of_first == [one.text for one in whole.utterances if one.channel == 0]
    assert of_second == [one.text for one in whole.utterances if one.channel == 1][-len(of_second) :]
    assert len(of_second) == 8 + len(CUSTOMER)


def test_words_so_far_are_told_once_of_a_signal_on_both_channels() -> None:
    samples = doubled(channel([(1.0, 6.0)], 8.0))
    call = line().feed(samples[:, : 5 * SAMPLE_RATE])
    call.call.ask_partial()
    _, ask = call.ask("partial")
    assert ask.window.channel == 0


def test_music_on_both_channels_is_told_of_the_one_that_is_listened_to() -> None:
    sound = np.concatenate((sounds.chords(12.0), channel([(1.0, 3.0)], 5.0)))
    call = line().feed(doubled(sound))
    assert plain(call.end()) == plain(recorded(doubled(sound)))
    assert [(event.kind, event.channel) for event in call.analysis().events] == [("music", 0)]


def test_a_call_that_is_a_copy_only_by_what_comes_last_is_ruled_as_its_recording() -> None:
    samples = np.concatenate((np.zeros((2, SAMPLE_RATE), np.float32), doubled(sounds.tone(1.0, 425.0))), axis=1)
    assert plain(line().feed(samples).end()) == plain(recorded(samples))
    samples = np.concatenate((doubled(channel([(0.5, 2.0)], 4.0)), conversation([], [(0.0, 0.1)], seconds=1.0)), axis=1)
    assert plain(line().feed(samples).end()) == plain(recorded(samples))


def test_a_second_channel_that_spoke_is_no_copy_whatever_follows() -> None:
    whisper = np.stack([np.zeros(3 * SAMPLE_RATE, np.float32), 0.01 * channel([(0.5, 2.0)], 3.0)])
    samples = np.concatenate((whisper, doubled(channel(AGENT, 30.0))), axis=1)
    call = line(info=consenting(*ROLES), engines=ears(detector=FakeDetector(level=0.0002)))
    analysis = call.feed(samples).end()
    assert not analysis.dual_mono
    assert {one.channel for one in analysis.utterances} == {0, 1}
    assert analysis.utterances[0].channel == 1
