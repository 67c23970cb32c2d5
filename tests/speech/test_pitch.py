"""The pitch of sounds whose pitch is known, and of sounds that have none."""

import numpy as np
import pytest
from tests.speech.sounds import noise, seconds_of, silence

from stimmung.speech.pitch import track_pitch
from stimmung.speech.records import Samples


def voice(seconds: float, hertz: float, lowest: int = 1, level: float = 0.1) -> Samples:
    """Return a buzz: partials from number `lowest` up to 3400 Hz, falling with frequency."""
    time = seconds_of(seconds)
    partials = [np.sin(2 * np.pi * hertz * h * time + h) / h for h in range(lowest, int(3400 / hertz) + 1)]
    return np.asarray(level * np.sum(partials, axis=0), dtype=np.float32)


@pytest.mark.parametrize("hertz", [80.0, 130.0, 220.0, 330.0])
def test_a_steady_voice_has_its_pitch(hertz: float) -> None:
    pitch = track_pitch(voice(0.5, hertz))
    inner = pitch.hertz[5:-5]
    assert np.all(np.abs(np.log2(inner / hertz)) < 5 / 1200)


@pytest.mark.parametrize("count", [0, 1, 159, 160, 161, 500])
def test_any_length_has_a_frame_each_10_ms(count: int) -> None:
    pitch = track_pitch(np.ones(count, dtype=np.float32))
    assert pitch.hertz.shape == pitch.periodicity.shape == pitch.level.shape == (-(-count // 160),)


def test_silence_and_noise_have_no_pitch() -> None:
    assert not np.any(track_pitch(silence(0.5)).hertz)
    assert not np.any(track_pitch(noise(5.0)).hertz)
