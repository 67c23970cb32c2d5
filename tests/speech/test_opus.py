"""Sound kept as Opus: it comes back whole, in its place and on its channel, and nobody else can read the file."""

import errno
import os
import stat
from pathlib import Path

import av
import numpy as np
import pytest
from tests.speech import sounds

from stimmung.speech.decode import decode
from stimmung.speech.errors import AudioError
from stimmung.speech.opus import BIT_RATE, opus_bytes, write_opus
from stimmung.speech.records import SAMPLE_RATE, Audio, Samples


def tones(seconds: float, *hertz: float, rate: int = SAMPLE_RATE) -> Audio:
    """Return a tone a channel, which begins after half a second; 0 Hz is silence."""
    time = np.arange(round(seconds * rate)) / rate
    one = [0.3 * np.sin(2 * np.pi * pitch * time) * (time >= 0.5) for pitch in hertz]
    return Audio(np.array(one, np.float32), rate)


def level(samples: Samples) -> float:
    """Return dB of full scale."""
    return float(10 * np.log10(np.mean(np.square(samples.astype(np.float64))) + 1e-12))


@pytest.mark.parametrize("rate", [8_000, 16_000])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_it_comes_back_as_long_as_it_was_and_in_its_place(rate: int, channels: int, tmp_path: Path) -> None:
    audio = tones(12.345, *[300.0 * (1 + number) for number in range(channels)], rate=rate)
    write_opus(tmp_path / "call.opus", audio)
    back = decode([tmp_path / "call.opus"])
    assert back.channels == channels
    assert back.duration == pytest.approx(audio.duration, abs=0.001)
    for channel in back.samples:
        assert int(np.argmax(np.abs(channel) > 0.1)) / SAMPLE_RATE == pytest.approx(0.5, abs=0.004)
        assert level(channel[SAMPLE_RATE : 10 * SAMPLE_RATE]) == pytest.approx(-13.5, abs=0.3)


def test_what_one_says_is_not_heard_on_the_others_channel(tmp_path: Path) -> None:
    voice = sounds.noise(8.0, level=0.1, seed=1) * (np.sin(np.arange(8 * SAMPLE_RATE) / 4000) > 0)
    silent = np.zeros_like(voice)
    write_opus(tmp_path / "call.opus", Audio(np.stack([silent, voice]).astype(np.float32)))
    back = decode([tmp_path / "call.opus"]).samples
    assert level(back[1]) > -25.0
    assert level(back[0]) < -100.0


def test_only_its_owner_can_read_it_whatever_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_opus(tmp_path / "call.opus", tones(1.0, 440.0))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "call.opus").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["call.opus"]


def test_what_was_there_is_replaced_at_once_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "call.opus"
    write_opus(file, tones(1.0, 440.0))
    before = file.read_bytes()
    with pytest.raises(AudioError):
        write_opus(file, Audio(np.zeros((1, 0), np.float32)))
    assert file.read_bytes() == before
    write_opus(file, tones(2.0, 440.0))
    assert decode([file]).duration == pytest.approx(2.0, abs=0.001)
    assert [path.name for path in tmp_path.iterdir()] == ["call.opus"]


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone") as caught:
        write_opus(tmp_path / "gone" / "call.opus", tones(1.0, 440.0))
    assert caught.value.errno == errno.ENOENT


@pytest.mark.parametrize("rate", [11_025, 44_100])
def test_a_rate_that_opus_does_not_know_is_told_with_those_that_it_does(rate: int) -> None:
    with pytest.raises(AudioError, match=rf"{rate} Hz .* 8000, 12000, 16000"):
        opus_bytes(tones(1.0, 440.0, rate=rate))


@pytest.mark.parametrize("shape", [(0, 16_000), (1, 0)])
def test_nothing_to_hear_is_told(shape: tuple[int, int]) -> None:
    with pytest.raises(AudioError, match="something to hear"):
        opus_bytes(Audio(np.zeros(shape, np.float32)))


def test_one_sample_is_sound(tmp_path: Path) -> None:
    (tmp_path / "call.opus").write_bytes(opus_bytes(Audio(np.full((1, 1), 0.5, np.float32))))
    assert decode([tmp_path / "call.opus"]).samples.shape == (1, 1)


def test_what_passes_full_scale_is_cut_off_and_the_callers_array_left_alone() -> None:
    loud = Audio(3.0 * tones(1.0, 440.0).samples)
    opus_bytes(loud)
    assert float(np.abs(loud.samples).max()) == pytest.approx(0.9, abs=0.01)


def test_it_is_small_and_says_nothing_but_sound(tmp_path: Path) -> None:
    noise = np.stack([sounds.noise(20.0, level=0.1, seed=seed) for seed in (1, 2)]).astype(np.float32)
    found = opus_bytes(Audio(noise))
    assert len(found) <= 1.2 * 2 * 20.0 * BIT_RATE / 8
    (tmp_path / "call.opus").write_bytes(found)
    with av.open(str(tmp_path / "call.opus")) as container:
        assert container.format.name == "ogg"
        assert container.streams.audio[0].codec_context.name in ("opus", "libopus")
        assert set(container.metadata) | set(container.streams.audio[0].metadata) <= {"encoder"}
