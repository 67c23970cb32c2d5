"""Voices are encoded in the windows that recognition would make, and come back in their own order."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.models.toy_head import STATES, ToyEncoder

from stimmung.models.voice_head import probe_sound
from stimmung.models.voice_states import pack_voices, probe_states, states_of
from stimmung.speech.engines import Voice
from stimmung.speech.records import SAMPLE_RATE, Samples, Span
from stimmung.speech.windows import WindowOptions

MEAN = 2  # the state that tells a piece's mean


def steady(value: float, seconds: float) -> Samples:
    return np.full(round(seconds * SAMPLE_RATE), value, np.float32)


def voice(value: float, seconds: float) -> Voice:
    """Return a voice that is `value` all through, so that any sample of a neighbour would show."""
    return Voice(steady(value, seconds), Span(0.0, seconds))


def test_each_voice_gets_its_own_states_over_several_windows() -> None:
    lengths = (5.0, 6.0, 4.0, 13.9, 0.3, 2.0, 12.0, 1.0)
    voices = [voice(0.01 * (number + 1), seconds) for number, seconds in enumerate(lengths)]
    encoder = ToyEncoder()
    found = states_of(voices, encoder)
    assert found.shape == (8, STATES)
    assert found.dtype == np.float32
    assert found[:, MEAN] == pytest.approx(0.01 * np.arange(1, 9))
    assert [len(window.pieces) for window in encoder.asked] == [2, 1, 1, 2, 2]


@given(tenths=st.lists(st.integers(1, 140), max_size=30))
@examples(max_examples=30)
def test_no_window_is_longer_than_recognition_makes_them(tenths: list[int]) -> None:
    windows = pack_voices([steady(1.0, length / 10) for length in tenths])
    assert all(window.duration <= WindowOptions().max_window + 1e-9 for window in windows)
    assert [round(piece.span.duration * 10) for window in windows for piece in window.pieces] == tenths
    for one, following in pairwise(windows):  # and none is shorter than need be
        assert one.duration + following.pieces[0].span.duration > WindowOptions().max_window - 1e-9


def test_a_voice_too_long_for_a_window_has_one_to_itself() -> None:
    windows = pack_voices([steady(1.0, seconds) for seconds in (1.0, 20.0, 1.0)])
    assert [window.duration for window in windows] == [1.0, 20.0, 1.0]


def test_pieces_lie_behind_each_other_in_samples_of_their_own() -> None:
    (window,) = pack_voices([steady(0.1, 1.5), steady(0.2, 0.7)])
    assert [piece.offset for piece in window.pieces] == [0.0, pytest.approx(1.5)]
    assert [span.start for span in window.speech] == [0.0, pytest.approx(1.5)]
    assert [span.end for span in window.speech] == [pytest.approx(1.5), pytest.approx(2.2)]
    assert np.array_equal(window.samples, np.concatenate([steady(0.1, 1.5), steady(0.2, 0.7)]))


def test_no_voices_are_no_windows_and_no_states() -> None:
    encoder = ToyEncoder()
    assert pack_voices([]) == []
    assert states_of([], encoder).shape == (0, 0)


def test_the_test_sound_is_alone_in_its_window() -> None:
    encoder = ToyEncoder()
    found = probe_states(encoder)
    assert found.shape == (STATES,)
    (window,) = encoder.asked
    assert np.array_equal(window.samples, probe_sound())
    assert len(window.pieces) == 1
