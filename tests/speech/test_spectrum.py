"""What the frames say of sounds whose level, frequency and steadiness are known."""

import numpy as np
import pytest
from tests.speech import sounds

from stimmung.speech.spectrum import BLOCK, HOP, frames

INNER = slice(4, -4)  # frames that the sound fills


def test_a_frame_each_32_milliseconds() -> None:
    assert frames(sounds.silence(0)).level.size == 0
    assert frames(sounds.silence(0.001)).level.size == 1
    assert frames(sounds.silence(3.2)).level.size == 100


def test_level_is_the_root_mean_square() -> None:
    assert frames(sounds.tone(1, 1000, level=1.0)).level[INNER] == pytest.approx(-3.01, abs=0.05)
    assert frames(sounds.tone(1, 1000, level=0.1)).level[INNER] == pytest.approx(-23.01, abs=0.05)
    assert frames(sounds.silence(1)).level.max() < -90


def test_what_no_telephone_passes_on_has_no_level() -> None:
    assert frames(sounds.tone(1, 60)).level[INNER].max() < -60
    assert frames(sounds.tone(1, 5000)).level[INNER].max() < -60


@pytest.mark.parametrize("hertz", [350.0, 425.0, 1000.0, 1003.9, 3000.0])
def test_a_sine_is_pure_and_its_frequency_known(hertz: float) -> None:
    found = frames(sounds.tone(1, hertz))
    assert found.purity[INNER].min() > 0.999
    assert found.low[INNER] == pytest.approx(hertz, abs=0.5)
    assert found.high[INNER] == pytest.approx(hertz, abs=0.5)


def test_two_sines_are_told_apart() -> None:
    found = frames(sounds.tone(1, 770, 1336))
    assert found.purity[INNER].min() > 0.999
    assert found.low[INNER] == pytest.approx(770, abs=0.5)
    assert found.high[INNER] == pytest.approx(1336, abs=0.5)


def test_three_sines_are_not_pure() -> None:
    assert frames(sounds.tone(1, 500, 1000, 1500)).purity[INNER] == pytest.approx(2 / 3, abs=0.02)


def test_purity_and_steadiness_are_shares() -> None:
    for sound in (sounds.tone(2, 440, 480), sounds.chords(3), sounds.speech(3), sounds.noise(2), sounds.silence(1)):
        found = frames(sound)
        assert found.purity.min() >= 0
        assert found.purity.max() <= 1.001
        assert found.steady.min() >= 0
        assert found.steady.max() <= 1.001


def test_music_stands_still_and_speech_glides() -> None:
    assert frames(sounds.chords(6)).steady[INNER].mean() > 0.9
    assert frames(sounds.plucked(6)).steady[INNER].mean() > 0.8
    assert np.mean([frames(sounds.speech(6, seed=seed)).steady.mean() for seed in range(4)]) < 0.2
    assert frames(sounds.noise(6)).steady.mean() < 0.02


def test_a_partial_must_hold_for_a_third_of_a_second() -> None:
    short = np.concatenate([sounds.silence(1), sounds.tone(0.1, 1000), sounds.silence(1)])
    assert frames(short).steady.max() == 0.0
    long = np.concatenate([sounds.silence(1), sounds.tone(0.4, 1000), sounds.silence(1)])
    assert frames(long).steady.max() > 0.99


def test_blocks_leave_no_trace() -> None:
    border = BLOCK * HOP / 16_000
    lead = border - 0.15  # of a tone of 0.4 s, neither block holds enough to call it steady
    sound = np.concatenate([sounds.silence(lead), sounds.tone(0.4, 1000), sounds.silence(1)])
    shifted = sound[256 * HOP :]
    assert np.allclose(frames(sound).steady[260:], frames(shifted).steady[4:], atol=1e-4)
    assert frames(sound).steady[BLOCK - 3 : BLOCK + 5].min() > 0.9
