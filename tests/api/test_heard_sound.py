"""The sound of a live call while it is on: as it was heard where that may be kept, else silence; nothing in clear."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from stimmung.api.heard_sound import HeardSound, _Spool
from stimmung.speech.records import Samples

RATE = 8_000


def hum(seconds: float = 0.5, rate: int = RATE, channels: int = 2) -> Samples:
    times = np.arange(round(seconds * rate)) / rate
    return np.stack([np.sin(2 * np.pi * 440.0 * (1 + channel) * times) for channel in range(channels)]).astype("f4")


def heard(folder: Path | None, rate: int = RATE) -> HeardSound:
    sound = HeardSound(folder, rate, 2)
    sound.permit(True)
    return sound


def test_comes_back_as_it_was_heard(tmp_path: Path) -> None:
    sound = heard(tmp_path / "audio")
    whole = hum()
    for first in range(0, whole.shape[1], 333):
        sound.hear(whole[:, first : first + 333])
    audio = sound.audio()
    assert audio is not None
    assert audio.sample_rate == RATE
    np.testing.assert_allclose(audio.samples, whole, atol=1 / 32768)
    sound.drop()


def test_full_scale_does_not_turn_over(tmp_path: Path) -> None:
    sound = heard(tmp_path / "audio")
    sound.hear(np.array([[1.0, -1.0], [0.5, 1.0]], np.float32))
    audio = sound.audio()
    assert audio is not None
    np.testing.assert_allclose(audio.samples, [[1.0, -1.0], [0.5, 1.0]], atol=1 / 32767)
    sound.drop()


def test_what_opus_has_no_rate_for_is_resampled(tmp_path: Path) -> None:
    sound = heard(tmp_path / "audio", 11_025)
    sound.hear(hum(1.0, 11_025))
    audio = sound.audio()
    assert audio is not None
    assert audio.sample_rate == 16_000
    assert audio.duration == pytest.approx(1.0, abs=0.01)
    sound.drop()


def test_what_was_said_before_a_yes_is_silence_and_what_was_kept_goes_with_a_no(tmp_path: Path) -> None:
    sound = HeardSound(tmp_path / "audio", RATE, 2)
    sound.hear(hum())
    assert sound.audio() is None
    sound.permit(True)
    sound.hear(hum())
    audio = sound.audio()
    assert audio is not None
    assert audio.duration == 1.0
    assert not audio.samples[:, : RATE // 2].any()
    assert audio.samples[:, RATE // 2 :].any()
    sound.permit(False)
    assert sound.audio() is None
    sound.hear(hum())
    sound.permit(True)
    sound.hear(hum())
    audio = sound.audio()
    assert audio is not None
    assert audio.duration == 2.0
    assert not audio.samples[:, : RATE * 3 // 2].any()
    assert audio.samples[:, RATE * 3 // 2 :].any()
    sound.drop()


def test_without_a_folder_nothing_is_kept_and_the_call_is_known_all_the_same(tmp_path: Path) -> None:
    sound, kept = heard(None), heard(tmp_path / "audio")
    for one in (sound, kept):
        one.hear(hum())
    assert sound.audio() is None
    assert sound.digest == kept.digest
    kept.drop()


def test_the_digest_is_of_the_sound_and_not_of_its_messages() -> None:
    whole, parts, other = heard(None), heard(None), heard(None)
    whole.hear(hum())
    for first in range(0, hum().shape[1], 100):
        parts.hear(hum()[:, first : first + 100])
    other.hear(hum()[::-1])
    assert whole.digest == parts.digest != other.digest
    assert heard(None, 16_000).digest != heard(None).digest


def test_nothing_that_could_be_heard_is_in_the_file(tmp_path: Path) -> None:
    sound = heard(tmp_path / "audio")
    whole = hum(4.0)
    sound.hear(whole)
    assert list((tmp_path / "audio").iterdir()) == []
    assert sound._spool is not None
    file = sound._spool._file
    file.seek(0)
    stored = np.frombuffer(file.read(), "<i2").astype(np.float64)
    plain = np.rint(whole.T * 32768).clip(-32768, 32767).ravel()
    assert stored.size == plain.size
    assert abs(np.corrcoef(stored, plain)[0, 1]) < 0.05
    sound.drop()


def test_a_folder_that_cannot_be_used_costs_the_sound_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "audio").write_text("a file")
    sound = heard(tmp_path / "audio")
    with caplog.at_level(logging.ERROR):
        sound.hear(hum())
        sound.hear(hum())
    assert sound.audio() is None
    assert caplog.text.count("cannot be kept") == 1


def on_a_full_disk(tmp_path: Path) -> HeardSound:
    """Return a sound that is kept, on a disk that takes nothing more."""
    sound = heard(tmp_path / "audio")
    sound.hear(hum(0.01))
    assert sound._spool is not None
    sound._spool._file.close()
    sound._spool._file = Path("/dev/full").open("w+b")  # noqa: SIM115 (buffered as the other, and closed by it)
    return sound


@pytest.mark.parametrize("size", [0.01, 2.0])
def test_a_full_disk_costs_the_sound_and_never_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, size: float
) -> None:
    sound, other = on_a_full_disk(tmp_path), heard(None)
    other.hear(hum(0.01))
    with caplog.at_level(logging.ERROR):
        told = [sound.hear(hum(size)) for _ in range(200)]
    for _ in range(200):
        other.hear(hum(size))
    assert sound._spool is None
    assert sound.audio() is None
    assert sound.digest == other.digest
    assert caplog.text.count("cannot be kept") == 1
    (why,) = [one for one in told if one]
    assert "No space left" in why


def test_what_a_full_disk_does_not_take_any_more_is_let_go_all_the_same(tmp_path: Path) -> None:
    for let_go in (HeardSound.drop, lambda sound: sound.permit(False)):
        sound = on_a_full_disk(tmp_path)
        sound.hear(hum(0.01))  # in the buffer only
        assert sound._spool is not None
        file = sound._spool._file
        let_go(sound)
        assert sound.audio() is None
        assert file.closed


class Overtaken(HeardSound):
    """Is dropped from elsewhere while its second block is read."""

    def _blocks(self, spool: _Spool) -> Iterator[Samples]:
        for number, block in enumerate(super()._blocks(spool)):
            if number == 1:
                self.drop()
            yield block


@pytest.mark.parametrize("rate", [RATE, 11_025])
def test_a_sound_that_is_dropped_while_it_is_read_is_none(tmp_path: Path, rate: int) -> None:
    sound = Overtaken(tmp_path / "audio", rate, 2)
    sound.permit(True)
    for _ in range(3):
        sound.hear(hum(20.0, rate))
    spool = sound._spool
    assert spool is not None
    assert sound.audio() is None
    assert spool.closed
    assert sound.audio() is None
