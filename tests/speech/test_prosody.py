"""What a listener would say of how synthetic utterances are spoken: high or low, fast or slow, lively or flat."""

import numpy as np
import numpy.typing as npt
import pytest
from tests.speech.sounds import hesitation, noise, phone, seconds_of, silence, speech, tone

from stimmung.speech.prosody import NAMES, Prosody, measure_prosody
from stimmung.speech.records import Samples

STEADY = np.full(round(2.0 * 16_000), 150.0)  # Hz


def voice(contour: npt.NDArray[np.float64], level: float = 0.1, slope: float = 1.0) -> Samples:
    """Return a voice of a pitch that moves as `contour` (samples,) says; partials fall with frequency ** -`slope`."""
    phase = 2 * np.pi * np.cumsum(contour) / 16_000
    partials = [np.sin(n * phase + n) / n**slope for n in range(1, int(3400 / contour.max()) + 1)]
    return np.asarray(level * np.sum(partials, axis=0), dtype=np.float32)


def syllables(a_second: float, seconds: float = 3.0) -> Samples:
    """Return a steady vowel that swells and fades `a_second` times a second."""
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * a_second * seconds_of(seconds))
    return np.asarray(swell * hesitation(seconds), dtype=np.float32)


def value(sound: Samples | Prosody, name: str) -> float:
    found = sound if isinstance(sound, Prosody) else measure_prosody(sound)
    return float(found.values[NAMES.index(name)])


def test_each_number_has_a_name_of_its_own() -> None:
    found = measure_prosody(speech(1.0)).values
    assert len(set(NAMES)) == len(NAMES) == found.shape[0]
    assert found.dtype == np.float32


@pytest.mark.parametrize("count", [0, 1, 2, 159, 160, 161, 480, 800, 4_000, 32_000])
@pytest.mark.parametrize("sound", [silence(2.0), noise(2.0), hesitation(2.0), np.ones(32_000, dtype=np.float32)])
def test_any_length_of_any_sound_has_finite_numbers(sound: Samples, count: int) -> None:
    found = measure_prosody(sound[:count])
    assert found.values.shape == (len(NAMES),)
    assert found.values.dtype == np.float32
    assert np.all(np.isfinite(found.values))
    assert 0 <= found.voiced <= count / 16_000 + 0.01


@pytest.mark.parametrize(
    "sound",
    [
        np.asarray(np.clip(50 * speech(2.0), -1, 1), dtype=np.float32),
        np.asarray(np.sign(tone(1.0, 200.0)), dtype=np.float32),
        np.asarray(np.round(noise(1.0, level=0.5)) / 32768, dtype=np.float32),
        np.concatenate([silence(0.5), np.ones(1, dtype=np.float32), silence(0.5)]),
        np.concatenate([silence(0.5), hesitation(0.03), silence(0.5)]),
    ],
    ids=["clipped", "full scale", "dither", "click", "30 ms of voice"],
)
def test_no_sound_is_too_odd(sound: Samples) -> None:
    assert np.all(np.isfinite(measure_prosody(sound).values))


@pytest.mark.parametrize("sound", [silence(1.0), noise(1.0), silence(0.0)])
def test_nobody_speaks_in_silence_and_noise(sound: Samples) -> None:
    found = measure_prosody(sound)
    assert found.pitch == 0
    assert found.voiced == 0
    assert value(found, "voiced_share") == 0
    assert value(found, "pitch_range") == 0


@pytest.mark.parametrize("hertz", [100.0, 150.0, 300.0])
def test_pitch_is_told_in_hertz_and_in_semitones_above_100(hertz: float) -> None:
    found = measure_prosody(voice(STEADY / 150 * hertz))
    assert found.pitch == pytest.approx(hertz, rel=0.003)
    for name in ("pitch_mean", "pitch_median", "pitch_p10", "pitch_p90"):
        assert value(found, name) == pytest.approx(12 * np.log2(hertz / 100), abs=0.1)
    assert found.voiced == pytest.approx(2, abs=0.05)


def test_a_voice_that_rises_has_a_slope_upwards_and_one_that_falls_downwards() -> None:
    octave = 2 ** np.linspace(-0.5, 0.5, STEADY.size)
    up, down = (measure_prosody(voice(150 * octave[::step])) for step in (1, -1))
    assert value(up, "pitch_slope") == pytest.approx(6, abs=0.2)  # semitones from the middle to the end
    assert value(down, "pitch_slope") == pytest.approx(-6, abs=0.2)
    assert abs(value(voice(STEADY), "pitch_slope")) < 0.1
    assert value(up, "pitch_range") == pytest.approx(0.8 * 12, abs=0.3)


def test_vibrato_widens_the_range_without_a_slope() -> None:
    wave = np.sin(2 * np.pi * 5 * seconds_of(2.0))
    flat, little, much = (measure_prosody(voice(150 * 2 ** (depth / 12 * wave))) for depth in (0.0, 0.5, 2.0))
    for name in ("pitch_range", "pitch_deviation", "pitch_quartiles", "pitch_change", "jitter", "jitter_mean"):
        assert value(flat, name) < value(little, name) < value(much, name), name
    assert value(flat, "pitch_range") < 0.1
    assert value(much, "pitch_deviation") == pytest.approx(2 / np.sqrt(2), abs=0.15)
    assert abs(value(much, "pitch_slope")) < 0.3


def test_a_voice_that_breaks_jumps() -> None:
    broken = 150 * np.where(seconds_of(2.0) % 0.4 < 0.2, 1.0, 1.4)
    assert value(voice(STEADY), "jumps") == 0
    assert value(voice(broken), "jumps") > 0.02


def test_pitch_that_rises_with_loudness_follows_it() -> None:
    wave = np.sin(2 * np.pi * 2 * seconds_of(2.0))
    contour = 150 * 2 ** (wave / 6)
    louder, softer = (np.asarray(voice(contour) * 10 ** (sign * wave / 4), dtype=np.float32) for sign in (1, -1))
    assert value(louder, "pitch_follows_level") > 0.9
    assert value(softer, "pitch_follows_level") < -0.9


def test_loudness_that_trembles_shimmers() -> None:
    tremor = 1 + 0.4 * np.sin(2 * np.pi * 9 * seconds_of(2.0))
    assert value(np.asarray(tremor * voice(STEADY), dtype=np.float32), "shimmer") > 5 * value(voice(STEADY), "shimmer")


@pytest.mark.parametrize("a_second", [2, 3, 4, 6])
def test_syllables_are_counted(a_second: int) -> None:
    assert value(syllables(a_second), "syllables_per_s") == pytest.approx(a_second, abs=0.4)
    assert value(phone(syllables(a_second)), "syllables_per_s") == pytest.approx(a_second, abs=0.4)


@pytest.mark.parametrize(("a_second", "beats"), [(1, "1_5"), (3, "5_10"), (6, "10_20"), (12, "20_40")])
def test_the_beat_of_syllables_lies_in_its_band(a_second: float, beats: str) -> None:
    swell = 1 + 0.5 * np.sin(2 * np.pi * a_second * seconds_of(2.5))
    found = measure_prosody(np.asarray(swell * hesitation(2.5), dtype=np.float32))
    shares = {name: value(found, name) for name in NAMES if name.startswith("modulation")}
    assert max(shares, key=lambda name: shares[name]) == f"modulation_{beats}"
    assert sum(shares.values()) <= 1


def test_pauses_are_told() -> None:
    spoken = hesitation(0.4)
    halting = np.concatenate([np.concatenate([spoken, silence(0.4)]) for _ in range(4)])
    whole = hesitation(3.2)
    assert value(whole, "voiced_share") > 0.97
    assert value(whole, "sounding_share") > 0.97
    assert value(halting, "voiced_share") == pytest.approx(0.5, abs=0.07)
    assert value(halting, "sounding_share") == pytest.approx(0.5, abs=0.07)
    assert value(halting, "voiced_runs_per_s") == pytest.approx(4 / 3.2, abs=0.01)
    assert value(halting, "voiced_run_mean") == pytest.approx(0.4, abs=0.05)
    assert value(halting, "voiced_run_deviation") < 0.03


def test_hisses_sound_but_are_not_voiced() -> None:
    hissing = np.concatenate([hesitation(0.4), noise(0.4, level=0.05), hesitation(0.4), noise(0.4, level=0.05)])
    found, vowel = measure_prosody(hissing), measure_prosody(hesitation(0.4))
    assert value(found, "sounding_share") > 0.97
    assert value(found, "voiced_share") == pytest.approx(0.5, abs=0.1)
    assert value(found, "centroid_mean") > value(vowel, "centroid_mean") + 0.3
    assert value(found, "voiced_centroid_mean") == pytest.approx(value(vowel, "centroid_mean"), abs=0.2)


def test_a_voice_that_grows_louder_has_a_slope_of_energy() -> None:
    swell = np.asarray(10 ** np.linspace(-1, 0, STEADY.size) * voice(STEADY), dtype=np.float32)
    assert value(swell, "energy_slope") == pytest.approx(np.log(10), abs=0.2)  # 20 dB in all, 10 from the middle on
    assert value(swell[::-1], "energy_slope") == pytest.approx(-np.log(10), abs=0.2)
    assert abs(value(voice(STEADY), "energy_slope")) < 0.1


def test_energy_is_told_below_the_loudest_frame() -> None:
    assert value(voice(STEADY), "energy_p90") == pytest.approx(0, abs=0.3)
    half = np.concatenate([voice(STEADY), 0.1 * voice(STEADY)])
    assert value(half, "energy_p10") == pytest.approx(2 * np.log(0.1), abs=0.3)


def test_a_pressed_voice_is_brighter_than_a_soft_one() -> None:
    soft, pressed = (measure_prosody(voice(STEADY, slope=slope)) for slope in (2.0, 0.5))
    for name in ("centroid_mean", "voiced_centroid_mean", "mel_20_mean"):
        assert value(soft, name) < value(pressed, name), name
    for name in ("alpha_ratio_mean", "hammarberg_mean", "voiced_alpha_ratio_mean", "mel_1_mean"):
        assert value(soft, name) > value(pressed, name), name


def test_a_hoarse_voice_is_less_periodic() -> None:
    clear = voice(STEADY)
    hoarse = clear + noise(2.0, level=float(np.sqrt(np.mean(clear**2) / 4)))
    assert value(clear, "voiced_periodicity_mean") > 0.97
    assert 0.5 < value(hoarse, "voiced_periodicity_mean") < 0.9


def test_the_mel_bands_of_a_voice_have_no_level_of_their_own() -> None:
    found = measure_prosody(speech(2.0)).values
    bands = [NAMES.index(name) for name in NAMES if name.startswith("mel_") and name.endswith("_mean")]
    shape = [place for place in bands if NAMES[place] != "mel_flux_mean"]
    assert len(shape) == 24
    assert found[shape].mean() == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("gain", [0.1, 5.0])
def test_gain_changes_nothing(gain: float) -> None:
    sound = voice(150 * 2 ** (np.sin(6 * seconds_of(2.0)) / 6)) + noise(2.0, level=0.003)  # nowhere near the floor
    plain, changed = measure_prosody(sound), measure_prosody(np.asarray(gain * sound, dtype=np.float32))
    np.testing.assert_allclose(changed.values, plain.values, rtol=0.01, atol=0.01)
    assert changed.pitch == pytest.approx(plain.pitch, rel=1e-3)
    assert changed.voiced == plain.voiced


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("pitch_mean", 0.3), ("pitch_median", 0.3), ("pitch_p10", 0.4), ("pitch_p90", 0.4), ("pitch_slope", 0.4),
        ("syllables_per_s", 0.7), ("voiced_share", 0.1), ("sounding_share", 0.1),
        ("voiced_centroid_mean", 0.1), ("voiced_spread_mean", 0.1),
    ],
)  # fmt: skip
def test_a_telephone_leaves_what_a_listener_goes_by(name: str, tolerance: float) -> None:
    contour = 160 * 2 ** (np.sin(5 * seconds_of(3.0)) / 4)
    sound = np.asarray((0.55 - 0.45 * np.cos(2 * np.pi * 4 * seconds_of(3.0))) * voice(contour), dtype=np.float32)
    assert value(phone(sound), name) == pytest.approx(value(sound, name), abs=tolerance)


def test_the_same_sound_has_the_same_numbers_and_is_left_as_it_was() -> None:
    sound = speech(1.0)
    before = sound.copy()
    first, second = measure_prosody(sound).values, measure_prosody(sound).values
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(sound, before)
