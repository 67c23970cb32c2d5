"""Music and tones are known while a call goes on, by what was heard alone; in the end they are the recording's."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.speech import sounds

from stimmung.speech.event_track import EventTrack
from stimmung.speech.events import find_events
from stimmung.speech.records import SAMPLE_RATE, Event, Samples

CALL = np.concatenate(
    [
        sounds.cadence(2, 1.0, 1.5, 425),
        sounds.speech(4.0, seed=1),
        sounds.chords(6.0),
        sounds.silence(1.0),
        sounds.speech(3.0, seed=2),
        sounds.tone(0.5, 950),
        sounds.noise(2.0),
        sounds.plucked(5.0),
    ]
)


def join(*parts: Samples) -> Samples:
    return np.concatenate(parts)


def recorded(sound: Samples) -> tuple[Event, ...]:
    return find_events(sounds.audio(sound))


def chunks(sound: Samples, sizes: list[int]) -> Iterator[Samples]:
    first, turn = 0, 0
    while first < len(sound):
        yield sound[first : first + sizes[turn % len(sizes)]]
        first, turn = first + sizes[turn % len(sizes)], turn + 1


def followed(sound: Samples, *, channel: int = 0) -> EventTrack:
    track = EventTrack(channel)
    track.feed(sound)
    return track


def heard_each(sound: Samples, seconds: float) -> list[tuple[Event, ...]]:
    """Return what is known after each so many seconds."""
    track, known = EventTrack(0), []
    for chunk in chunks(sound, [round(seconds * SAMPLE_RATE)]):
        track.feed(chunk)
        known.append(track.so_far())
    return known


def test_nothing_heard_nothing_known() -> None:
    assert EventTrack(0).so_far() == ()
    assert EventTrack(0).flush() == ()
    for samples in (0, 1, 511, 512, 5_000):
        track = followed(np.zeros(samples, np.float32))
        assert track.so_far() == track.flush() == ()


@given(
    sizes=st.lists(st.sampled_from((160, 320, 512, 1_777, 8_000, 16_384, 100_000)), min_size=1, max_size=4),
    begin=st.integers(0, 200_000),
    length=st.integers(0, 250_000),
)
@settings(max_examples=25)
def test_fed_in_pieces_it_ends_with_the_events_of_the_recording(sizes: list[int], begin: int, length: int) -> None:
    sound, track = CALL[begin : begin + length], EventTrack(0)
    for place, chunk in enumerate(chunks(sound, sizes)):
        track.feed(chunk)
        if place % 3 == 0:
            track.so_far()
    assert track.flush() == recorded(sound)
    assert track.flush() == recorded(sound)  # asking twice changes nothing


def test_the_whole_call_has_tones_and_music() -> None:
    """Or the tests here would compare nothing with nothing."""
    assert {event.kind for event in recorded(CALL)} == {"tone", "music"}
    assert len(recorded(CALL)) >= 3


def test_events_are_those_of_their_channel() -> None:
    assert {event.channel for event in followed(CALL, channel=1).so_far()} == {1}
    assert {event.channel for event in followed(CALL, channel=1).flush()} == {1}


def test_music_is_known_while_it_goes_on() -> None:
    known = heard_each(join(sounds.silence(2.0), sounds.chords(8.0), sounds.silence(4.0)), 1.0)
    lengths = [sum(event.end - event.start for event in events) for events in known]
    assert lengths[:5] == [0.0] * 5  # three seconds of it, and 0.4 s behind them, are not heard yet
    assert lengths[6] == pytest.approx(5.0, abs=0.1)
    assert lengths == sorted(lengths)
    assert known[-1] == known[-2] == recorded(join(sounds.silence(2.0), sounds.chords(8.0), sounds.silence(4.0)))


@pytest.mark.parametrize("sound", [sounds.tone(8.0, 425), sounds.chords(8.0)])
def test_what_goes_on_is_known_until_now(sound: Samples) -> None:
    for seconds, events in enumerate(heard_each(sound, 1.0), start=1):
        assert [event.end for event in events] == [pytest.approx(seconds, abs=0.032)] * (seconds > 3 or len(events))
        assert all(event.end <= seconds for event in events)


def test_what_ended_is_not_drawn_out() -> None:
    """A word right behind the music is not the music's, as soon as half a second of it was heard."""
    sound = join(sounds.chords(8.0), sounds.speech(2.0, seed=3))
    for milliseconds in range(500, 2000, 100):
        (event,) = followed(sound[: 128_000 + 16 * milliseconds]).so_far()
        assert event.end <= 8.1


@given(st.lists(st.integers(300, 40_000), min_size=1, max_size=3), st.integers(0, 3))
@settings(max_examples=20)
def test_what_is_known_depends_on_what_was_heard_alone(sizes: list[int], asking: int) -> None:
    track, heard = EventTrack(0), 0
    for place, chunk in enumerate(chunks(CALL[:230_000], sizes)):
        track.feed(chunk)
        heard += len(chunk)
        if asking and place % asking == 0:
            track.so_far()
    assert track.so_far() == followed(CALL[:heard]).so_far()


# minutes of it


@pytest.mark.parametrize(
    ("sound", "kind", "end"),
    [(sounds.chords(300.0), "music", 300.0), (sounds.cadence(60, 1.0, 4.0, 425), "tone", 296.0)],
)
def test_minutes_of_one_event_stay_one_event_whose_end_moves_on(sound: Samples, kind: str, end: float) -> None:
    known = heard_each(join(sounds.silence(5.0), sound, sounds.silence(120.0)), 5.0)
    for step, events in enumerate(known[3:], start=4):
        (event,) = events
        assert event.kind == kind
        assert event.start == pytest.approx(5.0, abs=0.1)
        if step * 5.0 < 305.0:
            assert event.end >= step * 5.0 - 5.5
    assert known[-1][0].end == pytest.approx(5.0 + end, abs=0.1)


def test_what_happened_minutes_ago_stays_known() -> None:
    call = join(CALL, np.tile(sounds.speech(20.0, seed=4), 12), sounds.chords(5.0), sounds.silence(1.0))
    known = heard_each(call, 30.0)[-1]
    assert known == recorded(call)
    assert len(known) > len(recorded(CALL)) >= 3


def test_who_asks_when_changes_nothing_minutes_later() -> None:
    call = join(sounds.chords(58.0), np.tile(join(sounds.speech(4.0), sounds.chords(7.0)), 10), sounds.silence(40.0))
    often, never = heard_each(call, 1.0)[-1], followed(call).so_far()
    assert often == never
    assert len(never) == len(recorded(call))


def test_memory_grows_by_the_description_alone() -> None:
    track = EventTrack(0)
    for chunk in chunks(np.tile(sounds.noise(10.0), 12), [320]):
        track.feed(chunk)
        assert track._samples.nbytes < 4 * 2 * SAMPLE_RATE
    track.so_far()
    (part,) = track._parts
    assert sum(getattr(part, name).nbytes for name in ("level", "steady", "purity", "low", "high")) < 120 * 640
