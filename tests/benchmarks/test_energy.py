"""Where sound is found, so that edges and pauses of utterances can be held against it, and fail."""

import numpy as np
import pytest

from energy import SOFT, VOICE, chance, measure
from stimmung.speech.records import Samples

RATE = 8_000  # Hz


def tone(*spans: tuple[float, float], duration: float = 10.0, level: float = 0.3, floor: float = 0.0) -> Samples:
    """A tone in the given spans over noise of `floor`; float32 (samples,)."""
    time = np.arange(round(duration * RATE)) / RATE
    sound = np.asarray(np.random.default_rng(0).standard_normal(time.shape[0]) * floor, np.float32)
    for start, end in spans:
        inside = (time >= start) & (time < end)
        sound[inside] += level * np.sin(2 * np.pi * 440 * time[inside])
    return sound


@pytest.mark.parametrize("floor", [0.0, 0.0003, 0.001])
def test_sound_is_found_where_it_is(floor: float) -> None:
    energy = measure(tone((1.0, 3.5), (5.0, 8.0), floor=floor), RATE)
    edges = [edge for span in energy.sounding for edge in (span.start, span.end)]
    assert edges == pytest.approx([1.0, 3.5, 5.0, 8.0], abs=0.02)


def test_an_edge_in_the_middle_of_sound_or_of_silence_is_far_from_a_change() -> None:
    energy = measure(tone((1.0, 3.5), (5.0, 8.0)), RATE)
    assert energy.from_start(1.1) == pytest.approx(0.1, abs=0.02)
    assert energy.from_start(6.5) == pytest.approx(1.5, abs=0.02)
    assert energy.from_start(3.5) > 1.4  # where sound ends, nothing begins
    assert energy.from_end(3.4) == pytest.approx(0.1, abs=0.02)
    assert energy.from_end(9.9) == pytest.approx(1.9, abs=0.02)


def test_the_longest_silence_counts_what_lies_at_the_edges_too() -> None:
    energy = measure(tone((1.0, 3.5), (5.0, 8.0)), RATE)
    assert energy.longest_silence(1.0, 8.0) == pytest.approx(1.5, abs=0.02)
    assert energy.longest_silence(1.2, 3.4) == 0.0
    assert energy.longest_silence(6.0, 10.0) == pytest.approx(2.0, abs=0.02)
    assert energy.longest_silence(8.5, 9.5) == pytest.approx(1.0)


def test_a_closure_is_no_pause_and_a_click_is_no_sound() -> None:
    energy = measure(tone((1.0, 2.0), (2.1, 3.0), (6.0, 6.03)), RATE)
    assert len(energy.sounding) == 1


def test_breath_before_a_voice_is_sound_at_one_level_and_not_at_the_other() -> None:
    sound = tone((2.0, 4.0)) + tone((1.0, 2.0), level=0.01)  # 30 dB below
    assert measure(sound, RATE, SOFT).sounding[0].start == pytest.approx(1.0, abs=0.02)
    assert measure(sound, RATE, VOICE).sounding[0].start == pytest.approx(2.0, abs=0.02)


def test_a_channel_without_sound_has_no_edges() -> None:
    energy = measure(np.zeros(RATE, np.float32), RATE)
    assert energy.sounding == ()
    assert energy.from_start(0.5) == np.inf
    assert energy.longest_silence(0.2, 0.7) == pytest.approx(0.5)
    assert measure(np.zeros(0, np.float32), RATE).sounding == ()


def test_luck_finds_an_edge_as_often_as_edges_cover_time() -> None:
    energy = measure(tone((1.0, 3.0), (5.0, 8.0)), RATE)
    assert chance([energy], 0.3) == pytest.approx(0.12, abs=0.01)  # 2 × 0.6 of 10 s
    assert chance([energy, energy], 0.3) == chance([energy], 0.3)
