"""A channel is cut into the same utterances however it comes, each with its sound, without music, in bounded memory."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.speech import sounds

from stimmung.speech.closing import ClosingOptions
from stimmung.speech.fakes import FRAME, FakeDetector, loud
from stimmung.speech.records import SAMPLE_RATE, Event, Samples, Span
from stimmung.speech.utterances import MARGIN, Spoken, Utterances, utterances_of
from stimmung.speech.vad import Probabilities
from stimmung.speech.windows import WindowOptions

SECONDS = FRAME / SAMPLE_RATE
HISS = 0.001  # root mean square


def join(*parts: Samples) -> Samples:
    return np.concatenate(parts)


def detected(sound: Samples) -> Probabilities:
    return FakeDetector().probabilities(sound)[0]


def utterances(sound: Samples, *events: Event) -> list[Spoken]:
    return utterances_of(sound, 0, detected(sound), SECONDS, events)


def spans(found: list[Spoken]) -> list[tuple[Span, ...]]:
    return [one.speech for one in found]


def words(*parts: float) -> Samples:
    """Return loud sound and silence by turns, so many seconds of each."""
    return join(*(sounds.silence(part) if place % 2 else loud(part) for place, part in enumerate(parts)))


def in_pieces(sound: Samples, sizes: list[int], *events: Event) -> list[Spoken]:
    """Feed the sound as a live call does, so many samples at a time."""
    cutter, detector, state, found, first, turn = Utterances(0, SECONDS), FakeDetector(), None, list[Spoken](), 0, 0
    while first < len(sound):
        chunk = sound[first : first + sizes[turn % len(sizes)]]
        probabilities, state = detector.probabilities(chunk, state)
        found += cutter.feed(chunk, probabilities, lambda: events)
        first, turn = first + len(chunk), turn + 1
    return found + cutter.flush(lambda: events)


def assert_same(one: list[Spoken], other: list[Spoken]) -> None:
    assert [(a.channel, a.speech, a.piece) for a in one] == [(b.channel, b.speech, b.piece) for b in other]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(one, other, strict=True))


# recordings


def test_nothing_and_silence_have_no_utterances() -> None:
    assert utterances(sounds.silence(0.0)) == []
    assert utterances(sounds.silence(0.01)) == []
    assert utterances(sounds.silence(20.0)) == []


def test_an_utterance_is_its_words_and_a_little_silence_around_them() -> None:
    (one, other) = utterances(join(sounds.silence(3.0), words(1.0, 0.4, 2.0, 3.0, 0.5, 3.0)))
    assert [(span.start, span.end) for span in one.speech] == [
        pytest.approx((3.0, 4.0), abs=0.02),
        pytest.approx((4.4, 6.4), abs=0.02),
    ]
    assert (one.piece.start, one.piece.end) == pytest.approx((2.8, 6.6), abs=0.02)
    assert (other.piece.start, other.piece.end) == pytest.approx((9.2, 10.1), abs=0.02)


def test_the_channel_is_that_of_the_cutter_and_of_its_events() -> None:
    sound = words(3.0, 1.0)
    event = Event("music", 1, 0.0, 3.0)
    assert utterances_of(sound, 1, detected(sound), SECONDS, [event]) == []
    (one,) = utterances_of(sound, 0, detected(sound), SECONDS, [event])
    assert one.channel == 0


def test_speech_that_fills_the_recording_is_heard_from_its_first_sample_to_its_last() -> None:
    sound = loud(3.2)
    (one,) = utterances(sound)
    assert np.array_equal(one.samples, sound)
    assert one.piece == Span(0.0, 3.2)


def test_sound_that_ends_within_a_frame_is_kept_to_its_end() -> None:
    sound = join(sounds.silence(1.0), loud(1.0)[: -FRAME // 2])
    (one,) = utterances(sound)
    assert one.piece.end == len(sound) / SAMPLE_RATE
    assert np.array_equal(one.samples, sound[round(one.piece.start * SAMPLE_RATE) :])


def test_the_first_words_of_a_call_are_found_to_their_beginning() -> None:
    """Nobody spoke before, so that there is no neighbour to share the time with."""
    sound = join(sounds.silence(0.1), words(1.0, 1.0))
    late = detected(sound)
    late[:10] = 0.0  # the detector comes late by 0.2 s
    (one,) = utterances_of(sound, 0, late, SECONDS, ())
    assert one.speech[0].start == pytest.approx(0.1, abs=0.011)


def test_a_recording_is_not_copied() -> None:
    sound = words(1.0, 3.0, 1.0, 3.0)
    assert all(np.shares_memory(one.samples, sound) for one in utterances(sound))


@st.composite
def calls(draw: st.DrawFn) -> Samples:
    """Return words of a tenth to 16 s with pauses around those that matter, in silence and in a line's hiss."""
    parts = draw(
        st.lists(
            st.tuples(
                st.sampled_from((0.05, 0.1, 0.5, 3.0, 8.0, 16.0)), st.sampled_from((0.04, 0.2, 0.33, 0.5, 0.6, 2.0))
            ),
            max_size=7,
        )
    )
    begin = draw(st.sampled_from((0.0, 0.07, 1.0)))
    sound = join(sounds.silence(begin), *(part for pair in parts for part in (loud(pair[0]), sounds.silence(pair[1]))))
    hiss = draw(st.sampled_from((0.0, HISS)))
    sound = sound + hiss * sounds.noise(len(sound) / SAMPLE_RATE, 1.0)[: len(sound)]
    return sound[: len(sound) - draw(st.integers(0, min(len(sound), 600)))]


@given(calls(), st.lists(st.sampled_from((160, 320, 512, 1_601, 8_000, 100_000)), min_size=1, max_size=3))
@settings(max_examples=40)
def test_fed_in_pieces_a_channel_gives_the_same_with_the_same_sound(sound: Samples, sizes: list[int]) -> None:
    assert_same(in_pieces(sound, sizes), utterances(sound))


def test_fed_sample_by_sample_too() -> None:
    sound = words(0.3, 0.7, 0.2)
    assert_same(in_pieces(sound, [1]), utterances(sound))


@given(calls())
@settings(max_examples=40)
def test_pieces_hold_their_speech_and_never_overlap(sound: Samples) -> None:
    found = utterances(sound)
    for one in found:
        assert 0.0 <= one.piece.start <= one.speech[0].start
        assert one.speech[-1].end <= one.piece.end <= len(sound) / SAMPLE_RATE
        assert all(a.end <= b.start for a, b in pairwise(one.speech))
        first, last = (round(edge * SAMPLE_RATE) for edge in (one.piece.start, one.piece.end))
        assert np.array_equal(one.samples, sound[first:last])
    for one, other in pairwise(found):
        assert one.piece.end <= other.piece.start
        # or the recogniser's words of one would be placed in the other
        assert one.speech[-1].end <= other.piece.start
        assert one.piece.end <= other.speech[0].start


@given(calls())
@settings(max_examples=40)
def test_every_utterance_fits_a_window(sound: Samples) -> None:
    assert all(len(one.samples) <= WindowOptions().max_window * SAMPLE_RATE for one in utterances(sound))


def test_the_longest_utterance_with_the_widest_edges_fits_a_window() -> None:
    """13.1 s as the detector hears it, and at either end a quarter of a second that it missed."""
    sound = join(sounds.silence(5.12), loud(0.32), loud(409 * SECONDS), loud(0.32), sounds.silence(5.12))
    probabilities = np.repeat(np.array([0, 1, 0, 1, 0], np.float32), [170, 200, 10, 199, 170])
    cutter = Utterances(0, SECONDS, ClosingOptions(max_pause=0.6, long_from=60.0))
    (one,) = [*cutter.feed(sound, probabilities, tuple), *cutter.flush(tuple)]
    assert one.speech[-1].end - one.speech[0].start == pytest.approx(409 * SECONDS + 0.5)
    assert len(one.samples) <= WindowOptions().max_window * SAMPLE_RATE


# events


def tone(start: float, end: float, channel: int = 0) -> Event:
    return Event("tone", channel, start, end)


def test_what_lies_in_music_is_no_speech() -> None:
    sound = join(sounds.silence(1.0), words(4.0, 1.0))
    assert utterances(sound, tone(0.5, 6.0)) == []
    ((begun,), (ended,)) = spans(utterances(sound, tone(2.0, 4.0)))
    assert (begun.start, begun.end) == pytest.approx((1.0, 2.0), abs=0.02)
    assert (ended.start, ended.end) == pytest.approx((4.0, 5.0), abs=0.02)


@pytest.mark.parametrize("seconds", [0.08, 0.3, 1.0])
def test_music_however_short_parts_an_utterance(seconds: float) -> None:
    one, other = utterances(join(sounds.silence(1.0), words(4.0, 1.0)), tone(2.0, 2.0 + seconds))
    assert (one.speech[-1].end, other.speech[0].start) == (2.0, 2.0 + seconds)
    assert one.piece.end == min(2.2, 2.0 + seconds)
    assert other.piece.start == pytest.approx(max(one.piece.end, 1.8 + seconds))


def test_music_beside_an_utterance_parts_nothing() -> None:
    sound = join(sounds.silence(1.0), words(1.0, 0.33, 1.0, 2.0))
    (one,) = utterances(sound, tone(0.0, 0.9), tone(3.5, 4.5))
    assert len(one.speech) == 2


def test_an_utterance_that_was_music_leaves_the_next_its_margin() -> None:
    (one,) = utterances(join(words(2.0, 0.6, 2.0, 1.0)), tone(0.0, 2.05))
    assert one.piece.start == pytest.approx(2.4, abs=0.03)


def test_events_are_asked_for_only_when_something_closes() -> None:
    asked = []

    def events() -> list[Event]:
        asked.append(cutter.duration)
        return []

    cutter, detector, state = Utterances(0, SECONDS), FakeDetector(), None
    sound = join(sounds.silence(1.0), words(1.0, 3.0, 1.0, 0.2))
    for first in range(0, len(sound), 320):
        probabilities, state = detector.probabilities(sound[first : first + 320], state)
        cutter.feed(sound[first : first + 320], probabilities, events)
    assert asked == [pytest.approx(2.0 + 0.416 + 0.032, abs=0.04)]
    cutter.flush(events)
    assert len(asked) == 2


# while somebody speaks


def cutter_after(sound: Samples) -> tuple[Utterances, list[Spoken]]:
    cutter = Utterances(0, SECONDS)
    return cutter, cutter.feed(sound, detected(sound), tuple)


def test_nobody_speaks_at_first_and_behind_the_closing_pause() -> None:
    assert Utterances(0, SECONDS).still_speaking() is None
    cutter, closed = cutter_after(words(1.0, 0.6))
    assert len(closed) == 1
    assert cutter.still_speaking() is None


def test_what_goes_on_is_heard_as_far_as_it_goes() -> None:
    sound = join(sounds.silence(2.0), loud(3.0))
    cutter, closed = cutter_after(sound)
    going_on = cutter.still_speaking()
    assert closed == []
    assert going_on is not None
    assert going_on.speech[0].start == pytest.approx(2.0, abs=0.033)
    assert going_on.piece.start == going_on.speech[0].start - MARGIN
    assert going_on.piece.end == cutter.duration == 5.0
    assert np.array_equal(going_on.samples, sound[round(going_on.piece.start * SAMPLE_RATE) :])


def test_what_goes_on_begins_behind_what_was_told() -> None:
    cutter, closed = cutter_after(join(loud(1.0), sounds.silence(0.54), loud(0.5)))
    going_on = cutter.still_speaking()
    assert going_on is not None
    assert going_on.piece.start >= closed[0].piece.end
    assert going_on.piece.start <= going_on.speech[0].start


def test_what_went_on_is_what_is_told_in_the_end() -> None:
    cutter, _ = cutter_after(join(sounds.silence(2.0), loud(3.0)))
    going_on, (told,) = cutter.still_speaking(), cutter.flush(tuple)
    assert going_on is not None
    assert told.speech[0].start == pytest.approx(going_on.speech[0].start, abs=0.033)
    assert cutter.still_speaking() is None
    assert cutter.flush(tuple) == []


def test_a_cutter_with_a_shorter_pause_keeps_its_neighbours_apart() -> None:
    sound = sounds.noise(9.0, 0.1)
    sound[:16_000] = 0.0
    probabilities = np.repeat(np.array([0, 1, 0, 1, 0], np.float32), [62, 40, 12, 40, 60])
    cutter = Utterances(0, SECONDS, ClosingOptions(max_pause=0.3))
    one, other = [*cutter.feed(sound, probabilities, tuple), *cutter.flush(tuple)]
    assert one.speech[0].end <= other.speech[0].start
    assert one.piece.end <= other.piece.start


# when an utterance may have ended


def told_and_expected(sound: Samples) -> list[tuple[Spoken, Spoken | None]]:
    """Return each utterance that is told, and what was expected of it when its last word was over."""
    cutter, detector, state, expected = Utterances(0, SECONDS), FakeDetector(), None, None
    found = list[tuple[Spoken, Spoken | None]]()
    for first in range(0, len(sound), 500):
        chunk = sound[first : first + 500]
        probabilities, state = detector.probabilities(chunk, state)
        for told in cutter.feed(chunk, probabilities, tuple):
            found.append((told, expected))
            expected = None
        expected = cutter.ending(tuple) or expected
    return found + [(told, expected) for told in cutter.flush(tuple)]


def test_an_utterance_that_ends_is_expected_just_as_it_will_be_told() -> None:
    sound = join(sounds.silence(1.0), words(0.4, 1.0, 3.0, 1.0, 2.0, 0.35, 1.0, 1.0, 8.0, 1.0)) + sounds.noise(
        19.75, HISS
    )
    pairs = told_and_expected(sound)
    assert len(pairs) == 4
    for told, expected in pairs:
        assert expected is not None
        assert_same([expected], [told])


@given(
    st.lists(
        st.tuples(st.sampled_from((0.1, 0.5, 3.0)), st.sampled_from((0.04, 0.2, 0.6, 2.0))), min_size=1, max_size=7
    )
)
@settings(max_examples=20)
def test_what_is_expected_is_told_unless_somebody_goes_on_speaking(parts: list[tuple[float, float]]) -> None:
    sound = words(*(part for pair in parts for part in pair))
    for told, expected in told_and_expected(sound):
        went_on = expected is None or expected.speech[-1].end < told.speech[-1].end
        if not went_on and expected is not None:
            assert_same([expected], [told])
        elif expected is None:  # only where the call itself ended
            assert told.piece.end > len(sound) / SAMPLE_RATE - 0.4


def test_nobody_who_speaks_is_expected_to_end() -> None:
    cutter, _ = cutter_after(join(sounds.silence(1.0), loud(2.0)))
    assert cutter.ending(tuple) is None
    cutter, _ = cutter_after(join(sounds.silence(1.0), loud(2.0), sounds.silence(0.1)))
    assert cutter.ending(tuple) is None
    assert Utterances(0, SECONDS).ending(tuple) is None


def test_what_was_told_is_not_expected_again() -> None:
    cutter, told = cutter_after(words(2.0, 1.0))
    assert len(told) == 1
    assert cutter.ending(tuple) is None


def test_expecting_changes_nothing() -> None:
    sound = words(0.4, 1.0, 3.0, 0.35, 2.0, 1.0)
    assert_same([told for told, _ in told_and_expected(sound)], utterances(sound))


# an hour


def kept(cutter: Utterances) -> int:
    """Return how many bytes of sound and of its level are held."""
    return cutter._samples.nbytes + cutter._track._power.nbytes


@pytest.mark.parametrize(
    ("sound", "seconds"),
    [
        (sounds.silence(10.0), 2),
        (words(1.0, 9.0), 6),
        (loud(10.0), 32),  # nobody pauses: an utterance of 13.1 s, and what follows until it is certain
    ],
)
def test_an_hour_needs_no_more_memory_than_a_minute(sound: Samples, seconds: int) -> None:
    cutter, probabilities, most, found = Utterances(0, SECONDS), detected(np.tile(sound, 8)), 0, 0
    half = np.tile(sound, 4)
    for turn in range(90):
        for first in range(0, len(half), 8_000):
            frames = slice((turn % 2 * len(half) + first) // FRAME, (turn % 2 * len(half) + first + 8_000) // FRAME)
            found += len(cutter.feed(half[first : first + 8_000], probabilities[frames], tuple))
            most = max(most, kept(cutter))
    assert cutter.duration == 3600.0
    assert most <= (seconds + 1) * SAMPLE_RATE * 4 + 2 * 4 * 100 * (62 + seconds)
    assert found >= (3600 // 14 if seconds == 32 else 0)
