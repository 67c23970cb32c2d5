"""Where a channel sounds."""

import numpy as np
import pytest
from tests.speech.sounds import noise, silence, tone

from stimmung.speech.records import SAMPLE_RATE, Audio, Samples, Span
from stimmung.speech.sounding import sounding_spans


def spans(*channels: Samples, rate: int = SAMPLE_RATE) -> list[list[tuple[object, object]]]:
    found = sounding_spans(Audio(np.stack(channels), rate))
    return [[(pytest.approx(one.start, abs=0.02), pytest.approx(one.end, abs=0.02)) for one in own] for own in found]


def test_each_channel_has_its_own() -> None:
    sound = np.concatenate([silence(1.0), tone(0.5, 300), silence(1.0), tone(0.5, 300), silence(0.5)])
    assert spans(sound, np.zeros_like(sound)) == [[(1.0, 1.5), (2.5, 3.0)], []]


def test_a_short_gap_inside_a_word_does_not_part_it_and_a_click_does_not_sound() -> None:
    sound = np.concatenate([tone(0.3, 300), silence(0.04), tone(0.3, 300), silence(0.5), tone(0.02, 300), silence(0.4)])
    assert spans(sound) == [[(0.0, 0.64)]]


def test_the_noise_of_a_line_is_no_sound_and_what_is_louder_is() -> None:
    line = noise(4.0, level=0.002)
    line[SAMPLE_RATE : 2 * SAMPLE_RATE] += tone(1.0, 300, level=0.05)
    assert spans(line) == [[(1.0, 2.0)]]


def test_what_is_loud_sounds_though_it_never_ends() -> None:
    assert spans(noise(3.0, level=0.1)) == [[(0.0, 3.0)]]


def test_other_rates_and_a_last_hop_that_is_cut_short() -> None:
    sound = np.concatenate([np.zeros(8000, np.float32), np.full(4003, 0.3, np.float32)])
    assert spans(sound, rate=8000) == [[(1.0, 1.5)]]


def test_nothing_sounds_in_no_samples() -> None:
    assert sounding_spans(Audio(np.zeros((2, 0), np.float32))) == ((), ())


def test_a_long_call_has_its_floor_by_the_minute() -> None:
    quiet, loud = noise(60.0, level=0.0005, seed=1), noise(60.0, level=0.003, seed=2)
    quiet[SAMPLE_RATE : 2 * SAMPLE_RATE] += noise(1.0, level=0.004, seed=3)
    ((only,),) = sounding_spans(Audio(np.concatenate([quiet, loud])[None]))
    assert only == Span(pytest.approx(1.0, abs=0.02), pytest.approx(2.0, abs=0.02))  # type: ignore[arg-type]
