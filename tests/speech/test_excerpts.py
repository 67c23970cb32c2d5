"""Stretches of recordings: the right seconds of the right channels, at the start, in the middle and at the end."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from stimmung.speech.decode import decode
from stimmung.speech.errors import AudioError
from stimmung.speech.excerpts import decode_excerpt, wav_bytes
from stimmung.speech.opus import write_opus
from stimmung.speech.records import SAMPLE_RATE, Audio, Samples, Span

SECONDS = 90


def pitch(samples: Samples) -> float:
    """Return the strongest frequency in Hz."""
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * SAMPLE_RATE / samples.size)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Opus of two channels: each second of the first has a pitch of its own, the second hums at 300 Hz."""
    time = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    second = np.floor(time)
    sound = np.stack([0.3 * np.sin(2 * np.pi * (500 + 20 * second) * time), 0.3 * np.sin(2 * np.pi * 300 * time)])
    path = tmp_path_factory.mktemp("sound") / "call.opus"
    write_opus(path, Audio(sound.astype(np.float32), SAMPLE_RATE))
    return path


@pytest.mark.parametrize("second", [0, 1, 37, 88])
def test_the_seconds_that_were_asked_for(recording: Path, second: int) -> None:
    heard = decode_excerpt(recording, Span(second, second + 1.0))
    assert (heard.sample_rate, heard.samples.shape) == (SAMPLE_RATE, (2, SAMPLE_RATE))
    assert pitch(heard.samples[0]) == pytest.approx(500 + 20 * second, abs=2)
    assert pitch(heard.samples[1]) == pytest.approx(300, abs=2)


def test_it_is_what_stands_there_in_the_whole(recording: Path) -> None:
    whole = decode([recording]).samples
    heard = decode_excerpt(recording, Span(41.3, 44.8)).samples
    there = whole[:, round(41.3 * SAMPLE_RATE) : round(44.8 * SAMPLE_RATE)]
    assert heard.shape == there.shape
    middle = slice(SAMPLE_RATE // 10, -SAMPLE_RATE // 10)
    for own, other in zip(heard, there, strict=True):
        assert np.corrcoef(own[middle], other[middle])[0, 1] > 0.99


def test_behind_the_end_there_is_less_or_nothing(recording: Path) -> None:
    assert decode_excerpt(recording, Span(SECONDS - 2.0, SECONDS + 8.0)).duration == pytest.approx(2.0, abs=0.02)
    with pytest.raises(AudioError, match="ends before 95 s"):
        decode_excerpt(recording, Span(95.0, 99.0))


def test_a_file_that_is_no_sound(tmp_path: Path) -> None:
    (tmp_path / "call.opus").write_bytes(b"nothing to hear")
    with pytest.raises(AudioError, match="cannot be read"):
        decode_excerpt(tmp_path / "call.opus", Span(0.0, 1.0))


def test_wav_holds_the_same_samples() -> None:
    sound = np.array([[0.0, 0.5, 2.0], [-0.5, 0.25, -2.0]], np.float32)
    with wave.open(io.BytesIO(wav_bytes(Audio(sound, 8_000)))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8_000, 2)
        found = np.frombuffer(file.readframes(3), "<i2").reshape(-1, 2).T / 32_767
    assert found == pytest.approx(np.clip(sound, -1, 1), abs=1e-4)
