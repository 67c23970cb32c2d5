"""The benchmark's voices have the pitch that they claim, and errors are counted as they were put in."""

import numpy as np
import pytest

from pitch import Tally, arguments, best_of
from pitch_sounds import CONDITIONS, hear, sung
from stimmung.speech.pitch import track_pitch
from stimmung.speech.records import Samples


def hertz(*values: float) -> Samples:
    return np.array(values, dtype=np.float32)


def test_errors_are_those_of_frames_that_both_call_voiced() -> None:
    tally = Tally([])
    tally.add(hertz(101, 200, 0, 100, 50), hertz(100, 100, 100, 0))
    figures = tally.figures()
    assert figures["median_cents"] == pytest.approx((17.23 + 1200) / 2, abs=0.01)
    assert (figures["gross"], figures["gross_up"]) == (0.5, 0.5)
    assert figures["voiced_that_we_find"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["our_voiced_that_is"] == pytest.approx(2 / 3, abs=1e-4)
    assert (figures["voicing_agreement"], figures["frames"]) == (0.5, 4)


def test_a_fifth_below_is_gross_and_a_tenth_is_not() -> None:
    tally = Tally([])
    tally.add(hertz(79, 90, 119, 121), hertz(100, 100, 100, 100))
    assert (tally.figures()["gross"], tally.figures()["gross_up"]) == (0.5, 0.25)


def test_frames_of_which_nobody_knows_are_left_out() -> None:
    tally = Tally([])
    tally.add(hertz(100, 100), hertz(100, np.nan))
    assert (tally.figures()["frames"], tally.figures()["voicing_agreement"]) == (1, 1.0)


def test_nothing_gives_no_figures_instead_of_an_error() -> None:
    tally = Tally([])
    tally.add(hertz(), hertz())
    assert tally.figures()["median_cents"] is None
    assert tally.figures()["gross"] is None


def test_voices_have_the_pitch_that_they_claim() -> None:
    voice = sung(3)
    assert voice.hertz.shape == (300,)
    assert np.count_nonzero(voice.hertz == 0) > 5
    assert np.count_nonzero(np.isnan(voice.hertz)) > 5
    found = track_pitch(voice.samples).hertz
    known = (voice.hertz > 0) & (found > 0)
    assert known.sum() > 200
    assert np.median(np.abs(np.log2(found[known] / voice.hertz[known]))) < 5 / 1200


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_keep_the_length_and_depend_on_the_seed_alone(condition: str) -> None:
    voice = sung(1, seconds=1.0).samples
    assert hear(voice, condition, 1).shape == voice.shape
    np.testing.assert_array_equal(hear(voice, condition, 1), hear(voice, condition, 1))


def test_without_the_fundamental_nothing_is_left_there() -> None:
    heard = hear(sung(1, seconds=1.0).samples, "no_fundamental", 1)
    spectrum = np.abs(np.fft.rfft(heard)) ** 2
    assert spectrum[:440].sum() < 1e-6 * spectrum.sum()


def test_noise_lies_10_db_below() -> None:
    voice = sung(2).samples
    added = hear(voice, "noise_10_db", 2) - voice
    assert 10 * np.log10(np.mean(voice**2) / np.mean(added**2)) == pytest.approx(10, abs=0.2)


def test_the_quickest_repetition_counts() -> None:
    ticks = iter([0.0, 3.0, 3.0, 5.0, 5.0, 9.0])
    assert best_of(3, lambda: None, lambda: next(ticks)) == 2.0


def test_data_must_be_named() -> None:
    with pytest.raises(SystemExit):
        arguments(["--quick"])
