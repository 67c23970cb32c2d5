"""Every utterance is in exactly one window, whole and in its order, and its place in the call is known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stimmung.speech.records import SAMPLE_RATE, Span, Window
from stimmung.speech.utterances import Spoken
from stimmung.speech.windows import Packer, WindowOptions, pack_windows, window_of

LONGEST = WindowOptions().max_window


def spoken(start: float, end: float, channel: int = 0, margin: float = 0.2) -> Spoken:
    """Return an utterance whose samples say where they are from: exact in float32 up to 17 minutes."""
    piece = Span(max(0.0, start - margin), end + margin)
    samples = np.arange(round(piece.start * SAMPLE_RATE), round(piece.end * SAMPLE_RATE), dtype=np.float32)
    return Spoken(channel, (Span(start, end),), piece, samples)


@st.composite
def calls(draw: st.DrawFn) -> list[Spoken]:
    """Return the utterances of a channel, touching ones and one that no window has room for too."""
    time, found = 0.0, []
    for pause, seconds in draw(st.lists(st.tuples(st.floats(0.0, 9.0), st.floats(0.1, 14.6)), max_size=12)):
        found.append(spoken(time + pause, time + pause + seconds, channel=3, margin=min(0.2, pause / 2)))
        time += pause + seconds
    return found


def pack(*speech: tuple[float, float]) -> list[Window]:
    return pack_windows(spoken(*one) for one in speech)


def test_no_utterance_no_window() -> None:
    assert pack() == []
    assert Packer().flush() is None


@given(calls())
@settings(max_examples=40)
def test_every_utterance_is_a_piece_of_exactly_one_window_in_order(call: list[Spoken]) -> None:
    windows = pack_windows(call)
    assert [piece.span for window in windows for piece in window.pieces] == [one.piece for one in call]
    assert [span for window in windows for span in window.speech] == [span for one in call for span in one.speech]
    assert all(window.channel == 3 and window.pieces for window in windows)


@given(calls())
@settings(max_examples=40)
def test_no_window_is_longer_than_its_limit_but_for_an_utterance_that_is(call: list[Spoken]) -> None:
    for window in pack_windows(call):
        assert window.duration <= LONGEST or len(window.pieces) == 1


@given(calls())
@settings(max_examples=40)
def test_a_window_is_full_before_the_next_begins(call: list[Spoken]) -> None:
    for window, following in pairwise(pack_windows(call)):
        assert window.duration + following.pieces[0].span.duration > LONGEST - 2 / SAMPLE_RATE


@given(calls())
@settings(max_examples=40)
def test_a_windows_samples_are_those_of_its_pieces(call: list[Spoken]) -> None:
    for window in pack_windows(call):
        position = 0
        for piece in window.pieces:
            first, last = (round(edge * SAMPLE_RATE) for edge in (piece.span.start, piece.span.end))
            assert piece.offset == position / SAMPLE_RATE
            assert np.array_equal(window.samples[position : position + last - first], np.arange(first, last))
            position += last - first
        assert len(window.samples) == position


def test_long_pauses_are_left_out() -> None:
    (window,) = pack((1.0, 3.0), (50.0, 52.0))
    assert window.duration == pytest.approx(4.8)
    assert [piece.offset for piece in window.pieces] == [0.0, pytest.approx(2.4)]


def test_utterances_of_four_seconds_go_three_to_a_window() -> None:
    windows = pack(*((start, start + 4.0) for start in range(1, 90, 10)))
    assert [len(window.pieces) for window in windows] == [3, 3, 3]


def test_a_window_is_filled_to_the_last_sample() -> None:
    assert [len(window.pieces) for window in pack((1.0, 7.6), (20.0, 26.6))] == [2]
    assert [len(window.pieces) for window in pack((1.0, 7.6), (20.0, 26.601))] == [1, 1]


def test_options_shape_the_windows() -> None:
    call = [spoken(1.0, 2.0), spoken(3.0, 4.0)]
    assert len(pack_windows(call, WindowOptions(max_window=2.8))) == 1
    assert len(pack_windows(call, WindowOptions(max_window=2.7))) == 2


# while a call goes on


def test_a_window_is_handed_out_when_the_next_utterance_has_no_room() -> None:
    packer = Packer()
    assert packer.add(spoken(1.0, 7.0)) is None
    assert packer.add(spoken(8.0, 14.0)) is None
    window = packer.add(spoken(20.0, 22.0))
    assert window is not None
    assert [piece.span.start for piece in window.pieces] == pytest.approx([0.8, 7.8])
    assert [one.speech[0].start for one in packer.spoken] == [20.0]


def test_a_window_can_be_looked_at_before_it_is_full() -> None:
    packer = Packer()
    for start in (1.0, 4.0):
        packer.add(spoken(start, start + 1.0))
    seen, kept = window_of(packer.spoken), packer.flush()
    assert kept is not None
    assert (seen.pieces, seen.speech) == (kept.pieces, kept.speech)
    assert np.array_equal(seen.samples, kept.samples)
    assert packer.spoken == ()
    assert packer.flush() is None


@given(calls())
@settings(max_examples=40)
def test_one_by_one_the_windows_are_the_same(call: list[Spoken]) -> None:
    packer = Packer()
    windows = [window for one in call if (window := packer.add(one))]
    windows += [window] if (window := packer.flush()) else []
    assert [window.pieces for window in windows] == [window.pieces for window in pack_windows(call)]


@given(calls())
@settings(max_examples=40)
def test_what_has_room_is_added_to_the_window_that_is_there(call: list[Spoken]) -> None:
    packer = Packer()
    for one in call:
        room = packer.has_room(one)
        assert (packer.add(one) is None) == room


def test_what_was_looked_at_does_not_change_when_more_is_added() -> None:
    packer = Packer()
    packer.add(spoken(1.0, 2.0))
    seen = packer.spoken
    packer.add(spoken(3.0, 4.0))
    assert len(seen) == 1
