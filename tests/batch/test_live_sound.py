"""Recordings as a telephone system sends them."""

import wave
from pathlib import Path

import numpy as np
import pytest

from stimmung.batch.live_sound import LiveSound, Pcm, read_sound
from stimmung.speech.errors import AudioError
from stimmung.speech.rawformat import RawFormat


def tone(path: Path, rate: int = 16_000, channels: int = 2, seconds: float = 0.5) -> Pcm:
    """Write a tone on each channel, 440 Hz on the first and 880 Hz on the second; return (samples, channels)."""
    times = np.arange(round(rate * seconds)) / rate
    sound = np.stack([np.sin(2 * np.pi * 440 * (1 + n) * times) for n in range(channels)], axis=1)
    samples: Pcm = np.rint(sound * 20_000).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return samples


def test_16_khz_of_16_bit_is_sent_bit_by_bit(tmp_path: Path) -> None:
    samples = tone(tmp_path / "a.wav")
    sound = read_sound(tmp_path / "a.wav")
    assert sound.data == samples.astype("<i2").tobytes()
    assert (sound.sample_rate, sound.channels, sound.seconds) == (16_000, 2, 0.5)


def test_full_scale_does_not_turn_over(tmp_path: Path) -> None:
    (tmp_path / "a.s16").write_bytes(np.array([32_767, -32_768, 0] * 100, "<i2").tobytes())
    sound = np.frombuffer(read_sound(tmp_path / "a.s16", 16_000, RawFormat("s16le", 16_000)).data, "<i2")
    assert (sound.min(), sound.max()) == (-32_768, 32_767)


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_each_channel_keeps_its_tone_at_either_rate(tmp_path: Path, rate: int) -> None:
    tone(tmp_path / "a.wav", 44_100)
    sound = read_sound(tmp_path / "a.wav", rate)
    assert sound.seconds == pytest.approx(0.5, abs=0.001)
    channels = np.frombuffer(sound.data, "<i2").reshape(-1, 2).T
    peaks = [np.abs(np.fft.rfft(row)).argmax() / sound.seconds for row in channels]
    assert peaks == pytest.approx([440, 880], abs=2)


def test_pieces_are_the_whole(tmp_path: Path) -> None:
    sound = LiveSound(bytes(range(200)), 8_000, 2)
    assert sound.samples == 50
    assert b"".join(sound.piece(start, 7) for start in range(0, 60, 7)) == sound.data
    assert sound.piece(50, 7) == b""


def test_more_channels_than_a_call_has(tmp_path: Path) -> None:
    tone(tmp_path / "a.wav", channels=3)
    with pytest.raises(AudioError, match=r"a\.wav: has 3 channels.*ffmpeg"):
        read_sound(tmp_path / "a.wav")
