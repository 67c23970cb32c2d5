"""Clips are changed before they go through the line: louder, faster, and neutral ones hurried."""

import numpy as np
import pytest
from tests.speech import sounds

from distress_voices import FASTER, SECONDS, Alteration, altered, fast
from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.speech.records import SAMPLE_RATE
from stimmung.speech.resample import resampled

PITCH = 200.0  # Hz


def clip(emotion: str = "neutral", seconds: float = 3.0) -> LabelledVoice:
    """Return a tone with a quarter of a second of silence before and after it."""
    quiet = sounds.silence(0.25)
    sound = np.concatenate([quiet, sounds.tone(seconds, PITCH), quiet])
    return LabelledVoice(
        samples=sound,
        start_sample=quiet.size,
        end_sample=sound.size - quiet.size,
        emotion=emotion,
        speaker="03",
    )


def pitch(sound: np.ndarray[tuple[int], np.dtype[np.float32]]) -> float:
    """Return the strongest frequency (Hz)."""
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * SAMPLE_RATE / sound.size)


def test_nothing_is_changed_unless_asked_for() -> None:
    before = clip()
    after = altered(before, Alteration())
    assert after.samples.tolist() == before.samples.tolist()
    assert (after.start_sample, after.end_sample) == (before.start_sample, before.end_sample)


def test_louder_is_by_so_many_decibels() -> None:
    before, after = clip(), altered(clip(), Alteration(gain=3.0))
    assert np.abs(after.samples).max() / np.abs(before.samples).max() == pytest.approx(10 ** (3 / 20), rel=1e-4)


@pytest.mark.parametrize("speed", [1.05, 1 / 1.05])
def test_another_speed_takes_the_pitch_and_the_place_of_the_speech_with_it(speed: float) -> None:
    before, after = clip(), altered(clip(), Alteration(speed=speed))
    assert after.samples.size == pytest.approx(before.samples.size / speed, abs=2)
    assert after.speech.size == pytest.approx(before.speech.size / speed, abs=2)
    assert pitch(after.speech) == pytest.approx(PITCH * speed, rel=0.01)
    assert after.samples.size == resampled(before.samples, round(SAMPLE_RATE * speed), SAMPLE_RATE).size
    assert np.sqrt(np.mean(np.square(after.speech))) == pytest.approx(
        np.sqrt(np.mean(np.square(before.speech))), rel=0.02
    )


@pytest.mark.slow
def test_neutral_clips_are_hurried_without_a_higher_pitch_and_cut_as_all_others() -> None:
    (hurried,) = fast([clip("neutral"), clip("anger")])
    assert hurried.end_sample == hurried.samples.size == SECONDS * SAMPLE_RATE
    assert hurried.start_sample == pytest.approx(0.25 * SAMPLE_RATE / FASTER, abs=1)
    assert pitch(hurried.speech) == pytest.approx(PITCH, rel=0.02)
    (short,) = fast([clip("neutral", 1.3)])
    assert short.speech.size == pytest.approx(SAMPLE_RATE * 1.3 / FASTER, rel=0.02)
