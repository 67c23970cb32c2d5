"""What is written is what was read, at the file's own rate."""

from pathlib import Path

import numpy as np
import pytest

from wav import Sound, read, write


@pytest.mark.parametrize(("channels", "rate"), [(1, 8_000), (2, 8_000), (1, 16_000), (2, 44_100)])
def test_sound_comes_back_as_it_was(tmp_path: Path, channels: int, rate: int) -> None:
    sound = np.random.default_rng(0).uniform(-0.9, 0.9, (channels, rate // 3)).astype(np.float32)
    back = read(write(tmp_path / "x.wav", Sound(sound, rate)))
    assert back.rate == rate
    assert back.samples.shape == sound.shape
    assert np.abs(back.samples - sound).max() <= 0.5001 / 32768
    assert back.seconds == pytest.approx(1 / 3, abs=0.001)


def test_what_is_too_loud_is_cut_off_and_does_not_wrap(tmp_path: Path) -> None:
    back = read(write(tmp_path / "x.wav", Sound(np.array([[1.5, -1.5]], np.float32), 8_000)))
    assert back.samples[0] == pytest.approx([1.0, -1.0], abs=1e-4)


def test_the_sample_calls_are_read_at_their_own_rate(samples: Path) -> None:
    sound = read(samples / "de-address.flac")
    assert sound.rate == 8_000
    assert sound.samples.shape[0] == 2
    assert np.abs(sound.samples).max() > 0.1
