"""The speech detector remembers where it was: chunks give what the whole gives. (faster-whisper carries it.)"""

from pathlib import Path

import numpy as np
import pytest
from faster_whisper.utils import get_assets_path
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.speech import sounds

from stimmung.models.silero import FRAME, SECTION, SHA256, SileroDetector
from stimmung.speech.engines import DetectorState
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import Samples
from stimmung.speech.vad import Probabilities

WEIGHTS = Path(get_assets_path()) / "silero_vad_v6.onnx"
SECTION_SAMPLES = SECTION * FRAME
TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def detector() -> SileroDetector:
    """A detector that works alone."""
    return SileroDetector(WEIGHTS)


@pytest.fixture(scope="module")
def talk() -> Samples:
    """Sound like speech, three sections and a bit long, with pauses in it."""
    spoken = sounds.speech(10, seed=1)
    long = np.tile(np.concatenate([spoken, sounds.silence(1.5), 0.3 * spoken[::-1]]), 3)[: 3 * SECTION_SAMPLES + 7000]
    return np.ascontiguousarray(long + sounds.noise(long.size / 16_000, level=0.001)[: long.size], dtype=np.float32)


@pytest.fixture(scope="module")
def whole(detector: SileroDetector, talk: Samples) -> Probabilities:
    """What the detector hears in all of it at once."""
    return detector.probabilities(talk)[0]


def in_chunks(detector: SileroDetector, sound: Samples, borders: list[int]) -> tuple[Probabilities, DetectorState]:
    """Feed `sound` cut at `borders`."""
    state, parts = None, []
    for chunk in np.split(sound, sorted(borders)):
        part, state = detector.probabilities(chunk, state)
        parts.append(part)
    assert state is not None
    return np.concatenate(parts), state


def test_there_is_one_probability_for_each_whole_frame(detector: SileroDetector, talk: Samples) -> None:
    for count in (0, 1, FRAME - 1, FRAME, FRAME + 1, 10 * FRAME + 5):
        probabilities, state = detector.probabilities(talk[:count])
        assert probabilities.shape == (count // FRAME,)
        assert probabilities.dtype == np.float32
        assert (state.frames, state.pending.size) == divmod(count, FRAME)


def test_speech_is_likelier_than_silence_and_noise(detector: SileroDetector) -> None:
    def mean(sound: Samples) -> float:
        return float(detector.probabilities(sound)[0].mean())

    assert mean(sounds.silence(5)) < 0.05
    assert mean(sounds.noise(5)) < 0.15
    assert mean(sounds.speech(5, level=0.2)) > 2 * mean(sounds.noise(5))


@given(borders=st.lists(st.integers(0, 3 * SECTION_SAMPLES + 7000), max_size=8))
@examples(max_examples=6)
def test_chunks_give_what_the_whole_gives(
    detector: SileroDetector, talk: Samples, whole: Probabilities, borders: list[int]
) -> None:
    assert np.abs(in_chunks(detector, talk, borders)[0] - whole).max() < TOLERANCE


@pytest.mark.parametrize("off", [-FRAME - 1, -FRAME, -1, 0, 1, FRAME - 1, FRAME, 16 * FRAME, 17 * FRAME])
def test_a_chunk_may_end_anywhere_near_the_border_of_a_section(
    detector: SileroDetector, talk: Samples, whole: Probabilities, off: int
) -> None:
    end = SECTION_SAMPLES + 40 * FRAME
    found, _ = in_chunks(detector, talk[:end], [SECTION_SAMPLES + off])
    assert np.abs(found - whole[: found.size]).max() < TOLERANCE


def test_frames_of_a_live_call_give_what_the_whole_gives(
    detector: SileroDetector, talk: Samples, whole: Probabilities
) -> None:
    end = SECTION_SAMPLES + 30 * FRAME
    found, _ = in_chunks(detector, talk[:end], list(range(320, end, 320)))  # 20 ms each
    assert np.abs(found - whole[: found.size]).max() < TOLERANCE


def test_two_workers_hear_what_one_hears(talk: Samples, whole: Probabilities) -> None:
    assert np.abs(SileroDetector(WEIGHTS, workers=2).probabilities(talk)[0] - whole).max() < TOLERANCE


def test_each_section_is_heard_afresh(detector: SileroDetector, talk: Samples) -> None:
    """What was said 16 s ago no longer sways the detector, but for the half second before the section."""
    loud_past = np.concatenate([sounds.noise(SECTION_SAMPLES / 16_000 - 1.0, level=0.3), sounds.silence(1.0), talk])
    quiet_past = np.concatenate([sounds.silence(SECTION_SAMPLES / 16_000), talk])
    assert loud_past.size == quiet_past.size
    one = detector.probabilities(loud_past[: 2 * SECTION_SAMPLES])[0][SECTION:]
    other = detector.probabilities(quiet_past[: 2 * SECTION_SAMPLES])[0][SECTION:]
    assert np.abs(one - other).max() < TOLERANCE


def test_a_state_is_not_used_up(detector: SileroDetector, talk: Samples) -> None:
    _, state = detector.probabilities(talk[:20_000])
    first, _ = detector.probabilities(talk[20_000:60_000], state)
    again, _ = detector.probabilities(talk[20_000:60_000], state)
    assert np.array_equal(first, again)


def test_the_samples_are_left_as_they_were(detector: SileroDetector, talk: Samples) -> None:
    before = talk[:50_000].copy()
    detector.probabilities(talk[:50_000])
    assert np.array_equal(talk[:50_000], before)


def test_the_detector_says_which_weights_it_has(detector: SileroDetector) -> None:
    assert detector.model.sha256 == SHA256
    assert detector.frame_samples == FRAME


def test_other_weights_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "silero.onnx"
    other.write_bytes(WEIGHTS.read_bytes()[:-1])
    with pytest.raises(WeightsError, match="faster-whisper==") as caught:
        SileroDetector(other)
    assert str(other) in str(caught.value)
    assert SHA256 in str(caught.value)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot read the speech detector: No such file"):
        SileroDetector(tmp_path / "silero.onnx")
