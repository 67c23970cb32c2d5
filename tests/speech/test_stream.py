"""A live call gives the utterances of its recording, whatever the chunks, the rate and the channels are."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.speech import sounds

from stimmung.speech.engines import DetectorState
from stimmung.speech.events import find_events
from stimmung.speech.fakes import FRAME, FakeDetector, loud
from stimmung.speech.records import SAMPLE_RATE, Audio, Samples
from stimmung.speech.resample import Resampler, resampled
from stimmung.speech.stream import CallStream
from stimmung.speech.utterances import Spoken, utterances_of
from stimmung.speech.vad import Probabilities

SECONDS = FRAME / SAMPLE_RATE


def join(*parts: Samples) -> Samples:
    return np.concatenate(parts)


def call() -> Samples:
    """Return ten seconds of two parties at 16 kHz: they take turns, talk at once, and one has music on their line."""
    agent = join(sounds.silence(0.3), loud(1.2), sounds.silence(2.0), loud(0.9), sounds.silence(0.3), loud(1.0))
    caller = join(
        sounds.silence(1.9), loud(1.0), sounds.silence(0.7), loud(2.0), sounds.silence(0.6), sounds.chords(3.6)
    )
    length = 160_000
    return np.stack([np.pad(one, (0, length - len(one))) for one in (agent, caller)])


def at(rate: int, sound: Samples) -> Samples:
    """Return the channels of a call at another rate, as it comes over the wire."""
    return np.stack([resampled(channel, SAMPLE_RATE, rate) for channel in sound])


def stream(sound: Samples, rate: int = SAMPLE_RATE) -> CallStream:
    return CallStream(rate, len(sound), FakeDetector())


def feed(stream: CallStream, sound: Samples, size: int) -> list[Spoken]:
    """Feed the sound so many samples at a time."""
    return [one for first in range(0, sound.shape[1], size) for one in stream.feed(sound[:, first : first + size])]


def live(sound: Samples, size: int, rate: int = SAMPLE_RATE) -> list[Spoken]:
    heard = stream(sound, rate)
    return feed(heard, sound, size) + heard.flush()


def assert_same(one: list[Spoken], other: list[Spoken]) -> None:
    assert [(a.channel, a.speech, a.piece) for a in one] == [(b.channel, b.speech, b.piece) for b in other]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(one, other, strict=True))


def recorded(sound: Samples, rate: int = SAMPLE_RATE) -> list[Spoken]:
    """Return what a recording of the same sound gives, channel by channel."""
    whole = Resampler(rate, len(sound))
    heard = np.concatenate((whole.feed(sound), whole.flush()), axis=1)
    events = find_events(Audio(heard))
    return [
        spoken
        for channel, samples in enumerate(heard)
        for spoken in utterances_of(samples, channel, FakeDetector().probabilities(samples)[0], SECONDS, events)
    ]


# the same however it comes


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_chunks_of_any_length_give_the_same_utterances(rate: int, channels: int) -> None:
    sound = at(rate, call()[-channels:])
    one, *others = (live(sound, rate * milliseconds // 1000, rate) for milliseconds in (500, 20, 10_000))
    assert len(one) >= 2 * channels
    for other in others:
        assert_same(other, one)


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_a_live_call_gives_the_utterances_of_its_recording(rate: int) -> None:
    sound = at(rate, call())
    found = live(sound, rate // 50, rate)
    assert_same(sorted(found, key=lambda one: one.channel), recorded(sound, rate))


def test_milliseconds_too() -> None:
    sound = at(8_000, call()[:, :64_000])
    one, other = live(sound, 8, 8_000), live(sound, 4_000, 8_000)
    assert len(one) >= 2
    assert_same(one, other)


def test_single_samples_too() -> None:
    sound = at(8_000, np.stack([join(loud(0.2), sounds.silence(0.55))]))
    one, other = live(sound, 1, 8_000), live(sound, 6_000, 8_000)
    assert len(one) == 1
    assert_same(one, other)


@given(st.lists(st.integers(1, 9_000), min_size=1, max_size=8), st.integers(0, 160_000))
@settings(max_examples=8)
def test_chunks_of_changing_lengths_too(sizes: list[int], count: int) -> None:
    sound, heard, found, first, turn = call()[:, :count], stream(call()), list[Spoken](), 0, 0
    while first < count:
        found += heard.feed(sound[:, first : first + sizes[turn % len(sizes)]])
        first, turn = first + sizes[turn % len(sizes)], turn + 1
    assert_same(found + heard.flush(), live(sound, 320))
    assert heard.duration == count / SAMPLE_RATE


class Mistaken(FakeDetector):
    """Takes the frames from `first` to `last`, exclusive, for speech, whatever they sound like."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__()
        self._first, self._last = first, last

    def probabilities(
        self, samples: Samples, state: DetectorState | None = None
    ) -> tuple[Probabilities, DetectorState]:
        _, after = super().probabilities(samples, state)
        place = np.arange(state.frames if state else 0, after.frames)
        return ((place >= self._first) & (place < self._last)).astype(np.float32), after


def test_what_is_known_of_music_does_not_depend_on_the_chunks() -> None:
    """Three seconds of music are an event; the detector takes a second of it for speech, ever later."""
    sound = np.stack([join(sounds.silence(1.0), sounds.chords(7.0))])
    counts = []
    for first in range(60, 110):
        heard = [CallStream(SAMPLE_RATE, 1, Mistaken(first, first + 30)) for _ in range(3)]
        one, *others = (feed(stream, sound, size) for stream, size in zip(heard, (512, 8_000, 48_000), strict=True))
        for other in others:
            assert_same(other, one)
        counts.append(len(one))
    assert counts[0] == 1
    assert counts[-1] == 0  # and nothing of it is left over
    assert counts == sorted(counts, reverse=True)


def test_samples_that_are_not_laid_out_in_order_are_heard_as_well() -> None:
    sound = np.asfortranarray(call())
    assert_same(live(sound, 320), live(call(), 320))


# when it is told


def test_an_utterance_is_told_when_its_closing_pause_is_over() -> None:
    sound = np.stack([join(sounds.silence(1.024), loud(1.024), sounds.silence(3.0))])
    heard = stream(sound)
    (told,) = [first for first in range(0, 80_000, 16) if heard.feed(sound[:, first : first + 16])]
    assert (told + 16) / SAMPLE_RATE == pytest.approx(2.048 + 0.416)


def test_utterances_are_told_in_the_order_in_which_they_end() -> None:
    sound = call()
    assert [one.channel for one in live(sound, 80_000)] == [one.channel for one in live(sound, 160)]
    for one, other in pairwise(live(sound, 160_000)):
        assert one.piece.end <= other.piece.end or one.channel < other.channel


def test_no_sound_at_all_is_a_call_without_utterances() -> None:
    heard = CallStream(8_000, 2, FakeDetector())
    assert heard.feed(np.zeros((2, 0), np.float32)) == []
    assert heard.flush() == []
    assert (heard.duration, heard.channels, heard.events(), heard.dual_mono()) == (0.0, 2, (), False)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_the_duration_is_that_of_what_was_sent(rate: int) -> None:
    sound = at(rate, call()[:, :32_000])
    heard = stream(sound, rate)
    heard.feed(sound[:, : rate // 2])
    assert 0.5 - 0.04 <= heard.duration <= 0.5  # the resampler holds some back
    heard.feed(sound[:, rate // 2 :])
    heard.flush()
    assert heard.duration == pytest.approx(sound.shape[1] / rate, abs=0.001)


# who speaks


def test_each_channel_says_for_itself_whether_somebody_speaks() -> None:
    sound = call()
    heard = stream(sound)
    heard.feed(sound[:, :16_000])
    agent = heard.still_speaking(0)
    assert agent is not None
    assert agent.channel == 0
    assert agent.speech[0].start == pytest.approx(0.3, abs=0.04)
    assert agent.piece.end == heard.duration == 1.0
    assert heard.still_speaking(1) is None
    heard.feed(sound[:, 16_000:40_000])
    assert heard.still_speaking(0) is None
    assert heard.still_speaking(1) is not None
    heard.flush()
    assert heard.still_speaking(0) is heard.still_speaking(1) is None


# music


def test_music_is_known_while_the_call_goes_on_and_in_the_end_as_in_the_recording() -> None:
    sound = call()
    heard = stream(sound)
    feed(heard, sound[:, :155_000], 320)
    (music,) = heard.events()
    assert (music.kind, music.channel) == ("music", 1)
    feed(heard, sound[:, 155_000:], 320)
    heard.flush()
    assert heard.events() == find_events(Audio(sound))


def test_the_last_utterance_of_a_call_knows_of_all_music() -> None:
    """It ends with the sound: the half second that a live call does not know yet is certain then."""
    sound = np.stack([join(sounds.silence(1.0), sounds.chords(3.3))])
    assert recorded(sound) == live(sound, 320) == []


def test_asking_for_events_changes_no_utterance() -> None:
    sound, heard, found = call(), stream(call()), list[Spoken]()
    for first in range(0, 160_000, 320):
        found += heard.feed(sound[:, first : first + 320])
        heard.events()
    assert_same(found + heard.flush(), live(sound, 320))


# one signal on both channels


def test_a_call_that_holds_one_signal_twice_is_known_for_it() -> None:
    sound = np.stack([call()[0], 0.8 * call()[0]])
    heard = stream(sound)
    assert not heard.dual_mono()  # silence is nobody's
    heard.feed(sound[:, :16_000])
    assert heard.dual_mono()
    feed(heard, sound[:, 16_000:], 320)
    assert heard.dual_mono()


def test_parties_of_their_own_are_no_double() -> None:
    sound = call()
    heard = stream(sound)
    for first in range(8_000, 160_000, 8_000):
        heard.feed(sound[:, first - 8_000 : first])
        assert not heard.dual_mono()
    alone = stream(sound[:1])
    feed(alone, sound[:1], 320)
    assert not alone.dual_mono()
