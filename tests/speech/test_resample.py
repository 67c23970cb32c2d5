"""Resampling must keep the band, add nothing above it, and not hear where the stream was cut."""

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.resample import QUALITY, Resampler, resampled


def noise(seconds: float, rate: int, channels: int = 1) -> Samples:
    return np.random.default_rng(7).normal(0.0, 0.1, (channels, round(seconds * rate))).astype(np.float32)


def resample(samples: Samples, rate: int, cuts: tuple[int, ...] = ()) -> Samples:
    resampler = Resampler(rate, samples.shape[0])
    pieces = [resampler.feed(piece) for piece in np.split(samples, cuts, axis=1)]
    return np.concatenate([*pieces, resampler.flush()], axis=1)


def decibels_above(frequency: float, samples: npt.NDArray[np.float32]) -> float:
    power = np.abs(np.fft.rfft(samples * np.hanning(samples.size))) ** 2
    above = np.fft.rfftfreq(samples.size, 1 / SAMPLE_RATE) > frequency
    return float(10 * np.log10(power[above].sum() / power.sum()))


def level_of_tone(frequency: float, rate: int) -> float:
    """Decibels that a tone gains by resampling from `rate`."""
    tone = np.sin(2 * np.pi * frequency * np.arange(2 * rate) / rate).astype(np.float32)[None]
    middle = resample(tone, rate)[0, SAMPLE_RATE // 2 : -SAMPLE_RATE // 2]
    return float(20 * np.log10(np.sqrt(2.0 * np.mean(middle.astype(np.float64) ** 2)) + 1e-12))


def telephone_noise() -> Samples:
    """Noise at 8 kHz that ends at 3.7 kHz; a telephone's ends at 3.4."""
    spectrum = np.fft.rfft(noise(5.0, 8_000)[0])
    spectrum[np.fft.rfftfreq(40_000, 1 / 8_000) > 3_700] = 0.0
    return np.fft.irfft(spectrum)[None].astype(np.float32)


def test_telephone_sound_gains_nothing_above_4_khz() -> None:
    assert decibels_above(4_000, resample(telephone_noise(), 8_000)[0]) < -95.0


def test_what_lies_beyond_the_telephone_band_is_mirrored_no_further_than_4_3_khz() -> None:
    assert decibels_above(4_300, resample(noise(5.0, 8_000), 8_000)[0]) < -95.0


def test_telephone_sound_comes_out_as_soxr_brings_it_out() -> None:
    expected = soxr.resample(telephone_noise()[0], 8_000, SAMPLE_RATE, "VHQ")
    inner = slice(400, -400)  # the noise begins and ends at once: there it is no band-limited sound
    np.testing.assert_allclose(resample(telephone_noise(), 8_000)[0, inner], expected[inner], atol=2e-5)


@pytest.mark.parametrize(("rate", "most"), [(8_000, 0.0056), (16_000, 0.0), (48_000, 0.04)])
def test_little_sound_is_held_back(rate: int, most: float) -> None:
    resampler = Resampler(rate, 1)
    given, out = 0.0, 0.0
    for piece in np.split(noise(2.0, rate), 100, axis=1):
        given += piece.shape[1] / rate
        out += resampler.feed(piece).shape[1] / SAMPLE_RATE
        assert given - out <= most + 1e-9


def test_a_constant_stays_what_it_is() -> None:
    steady = resample(np.full((1, 1_000), 0.25, np.float32), 8_000)[0]
    np.testing.assert_allclose(steady[200:-200], 0.25, atol=1e-6)


def test_the_check_for_images_sees_linear_interpolation() -> None:
    coarse = noise(5.0, 8_000)[0]
    drawn = np.interp(np.arange(2 * coarse.size) / 2, np.arange(coarse.size), coarse).astype(np.float32)
    assert decibels_above(4_000, drawn) > -20.0


@pytest.mark.parametrize("frequency", [100, 300, 1_000, 3_000, 3_400, 3_700])
def test_the_telephone_band_keeps_its_level(frequency: int) -> None:
    assert level_of_tone(frequency, 8_000) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("rate", [22_050, 32_000, 44_100, 48_000])
def test_what_16_khz_cannot_hold_vanishes_instead_of_folding_back(rate: int) -> None:
    assert level_of_tone(7_000, rate) == pytest.approx(0.0, abs=0.1)
    assert level_of_tone(9_000, rate) < -100.0


def test_16_khz_passes_untouched() -> None:
    samples = noise(0.5, SAMPLE_RATE, channels=2)
    np.testing.assert_array_equal(resample(samples, SAMPLE_RATE, (11, 500)), samples)


@pytest.mark.parametrize("rate", [4_000, 8_000, 11_025, 16_000, 44_100, 48_000, 96_000])
def test_a_click_stays_where_it_was(rate: int) -> None:
    samples = np.zeros((1, rate), np.float32)
    samples[0, rate // 4] = 1.0
    assert np.argmax(np.abs(resample(samples, rate)[0])) == pytest.approx(rate // 4 / rate * SAMPLE_RATE, abs=1)


@pytest.mark.parametrize("rate", [4_000, 8_000, 11_025, 16_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("count", [1, 7, 4_321])
def test_the_duration_is_kept_to_the_sample(rate: int, count: int) -> None:
    assert resample(np.zeros((2, count), np.float32), rate).shape[1] == pytest.approx(
        count * SAMPLE_RATE / rate, abs=1.0
    )


def test_channels_stay_apart() -> None:
    samples = noise(1.0, 8_000, channels=3)
    samples[1] = 0.0
    together = resample(samples, 8_000)
    assert not together[1].any()
    np.testing.assert_array_equal(together[2:], resample(samples[2:], 8_000))


@settings(max_examples=40, deadline=None)
@given(
    rate=st.sampled_from([8_000, 11_025, 16_000, 44_100]),
    cuts=st.lists(st.integers(0, 6_000), max_size=12).map(sorted).map(tuple),
    channels=st.integers(1, 3),
)
def test_any_cut_gives_what_the_whole_gives(rate: int, cuts: tuple[int, ...], channels: int) -> None:
    samples = noise(6_000 / rate, rate, channels)
    cut = resample(samples, rate, cuts)
    np.testing.assert_array_equal(cut, resample(samples, rate))
    if rate not in (8_000, SAMPLE_RATE):  # 8 kHz is doubled by our own filter
        expected = np.asarray(soxr.resample(samples.T, rate, SAMPLE_RATE, QUALITY)).T
        np.testing.assert_allclose(cut, expected, atol=1e-6)


@pytest.mark.parametrize("rates", [(16_000, 8_000), (8_000, 16_000), (16_000, 14_720.0), (16_000, 17_280)])
def test_a_whole_sound_at_another_rate_is_as_long_and_as_high(rates: tuple[float, float]) -> None:
    before, after = rates
    tone = np.sin(2 * np.pi * 1_000 * np.arange(round(before)) / before).astype(np.float32)
    found = resampled(tone, before, after)
    assert found.dtype == np.float32
    assert found.shape[0] == pytest.approx(after, abs=1.0)
    expected = np.sin(2 * np.pi * 1_000 * np.arange(found.shape[0]) / after)
    np.testing.assert_allclose(found[200:-200], expected[200:-200], atol=1e-3)
