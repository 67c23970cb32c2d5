"""Lines: every one keeps a clip's length and place, and says so where this machine cannot draw it."""

import numpy as np
import pytest
from tests.speech import sounds

from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.telephone import gsm
from voice_conditions import LINES, QUICK, behind, one_gsm, usable


def speech(seconds: float = 1.3) -> Samples:
    return 0.3 * sounds.speech(seconds, 130.0)


@pytest.mark.parametrize("line", ["clean", "phone", "opus", "noise"])
def test_a_clip_is_as_long_as_before_and_where_it_was(line: str) -> None:
    sound = speech()
    (found,) = behind(line, [LabelledVoice(sound, 10, 20, "s", "anger", "f", "t", cut=True)])
    assert found.samples.shape == sound.shape
    assert (found.start_sample, found.emotion, found.cut) == (10, "anger", True)
    loud = np.correlate(found.samples, sound, "full")
    assert abs(int(np.argmax(loud)) - (len(sound) - 1)) < 0.02 * SAMPLE_RATE


def test_noise_lies_10_db_under_speech_and_is_the_same_in_every_run() -> None:
    sound = np.full(SAMPLE_RATE, 0.1, np.float32) * np.resize([1, -1], SAMPLE_RATE).astype(np.float32)
    first, second = LINES["noise"]([sound, sound])
    assert 10 * np.log10(np.mean(sound**2) / np.mean((first - sound) ** 2)) == pytest.approx(10, abs=0.1)
    assert not np.allclose(first, second)
    assert np.array_equal(LINES["noise"]([sound])[0], first)


@pytest.mark.needs("ffmpeg")
def test_clips_that_share_a_codec_come_out_as_if_each_had_its_own() -> None:
    clips = [speech(1.3), speech(0.7)]
    for apart, together in zip(map(gsm, clips), one_gsm(clips), strict=True):
        assert together.shape == apart.shape
        assert np.corrcoef(apart, together)[0, 1] > 0.97


def test_what_cannot_be_drawn_here_is_left_out_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert usable() == ("clean", "phone", "opus", "noise")
    assert "line gsm is skipped: GSM needs the program ffmpeg" in capsys.readouterr().out
    assert usable(quick=True) == QUICK
