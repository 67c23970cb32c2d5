"""A call in chunks and as a whole: the comparison itself sees what differs, and the fakes do not differ."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from stimmung.speech.engines import DetectorState
from stimmung.speech.fakes import FakeDetector, fake_engines
from stimmung.speech.records import CallInfo, Samples
from voice_chunks import ChunkedDetector, chunks, compare, mu_law

INFO = CallInfo(language="de", roles=("agent", "customer"))
RATE = 8_000


class Forgetful(FakeDetector):
    """Begins anew with each chunk."""

    def probabilities(
        self, samples: Samples, state: DetectorState | None = None
    ) -> tuple[npt.NDArray[np.float32], DetectorState]:
        return super().probabilities(samples)


def call() -> Samples:
    """Return two channels of 12 s that speak in turn."""
    time = np.arange(12 * RATE) / RATE
    loud = 0.1 * np.random.default_rng(0).standard_normal((2, time.size))
    turns = np.stack([(time % 4 < 1.5), (time % 4 > 2.2) & (time % 4 < 3.5)])
    return np.asarray(loud * turns + 1e-4, np.float32)


def test_chunks_are_20_ms_and_all_of_the_sound() -> None:
    sound = np.arange(1000, dtype=np.float32)[np.newaxis]
    parts = chunks(sound, RATE)
    assert [part.shape[1] for part in parts] == [160] * 6 + [40]
    assert np.array_equal(np.concatenate(parts, axis=1), sound)


def test_fed_in_chunks_a_call_gives_what_it_gives_as_a_whole() -> None:
    found = compare(call(), RATE, INFO, fake_engines())
    assert found["same_windows"]
    assert found["windows_whole"] == found["windows_chunked"] > 0
    assert found["voices"] > 0
    assert found["window_difference"] == 0
    assert found["score_difference"] == 0


def test_a_detector_that_forgets_is_found_out() -> None:
    found = compare(call(), RATE, INFO, replace(fake_engines(), detector=Forgetful()))
    assert not found["same_windows"]
    assert found["score_difference"] is None


def test_a_chunked_detector_hears_every_frame_once() -> None:
    sound = call()[0]
    whole, _ = FakeDetector().probabilities(sound)
    parts, state = ChunkedDetector(FakeDetector()).probabilities(sound)
    assert np.array_equal(whole, parts)
    assert state.frames == len(whole)


def test_mu_law_keeps_256_levels() -> None:
    kept = mu_law(np.linspace(-1, 1, 100_000, dtype=np.float32))
    assert len(np.unique(kept)) == 255  # both zeros are one
    assert np.abs(kept).max() == pytest.approx(1.0)
