"""The colour of sounds whose spectrum is known, and of a voice however loud and on whatever line."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from tests.speech.sounds import hesitation, noise, phone, seconds_of, silence, speech, tone

from stimmung.speech.records import Samples
from stimmung.speech.timbre import BANDS, FLOOR, FRAME, NAMES, RATE, hertz, measure_timbre

INNER = slice(5, -5)  # frames that the sound fills
LEVELLED = ("energy",)  # what alone depends on the gain
CEPSTRUM = [name for name in NAMES if name.startswith("cepstrum")]


def values(samples: Samples, name: str) -> npt.NDArray[np.float32]:
    """Return one contour of the inner frames."""
    return measure_timbre(samples).values[INNER, NAMES.index(name)]


def mean(samples: Samples, name: str) -> float:
    return float(values(samples, name).mean())


def buzz(slope: float, pitch: float = 150.0) -> Samples:
    """Return a steady voice whose partials fall with frequency ** -`slope`: the smaller, the brighter."""
    time = seconds_of(0.6)
    partials = [np.sin(2 * np.pi * n * pitch * time + n * n) / n**slope for n in range(1, int(3600 / pitch) + 1)]
    sound = np.sum(partials, axis=0)
    return np.asarray(0.1 * sound / np.sqrt(np.mean(sound**2)), dtype=np.float32)


def test_each_contour_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES) == measure_timbre(noise(0.1)).values.shape[1]


@pytest.mark.parametrize("count", [0, 1, 2, 159, 160, 161, 500, 3_841, 15_999])
def test_any_length_has_a_frame_each_10_ms(count: int) -> None:
    found = measure_timbre(noise(1.0)[:count])
    frames = -(-count // 160)
    assert found.values.shape == (frames, len(NAMES))
    assert found.mel.shape == (frames, BANDS)
    for matrix in (found.values, found.mel):
        assert matrix.dtype == np.float32
        assert np.all(np.isfinite(matrix))


@pytest.mark.parametrize(
    "sound",
    [
        silence(0.5),
        np.ones(8_000, dtype=np.float32),
        np.asarray(np.sign(tone(0.5, 200.0)), dtype=np.float32),
        np.asarray(np.clip(50 * hesitation(0.5), -1, 1), dtype=np.float32),
        np.concatenate([silence(0.2), np.ones(1, dtype=np.float32), silence(0.2)]),
        noise(0.5, level=1e-6),
    ],
    ids=["silence", "offset", "square", "clipped", "click", "dither"],
)
def test_no_sound_is_too_odd(sound: Samples) -> None:
    found = measure_timbre(sound)
    assert np.all(np.isfinite(found.values))
    assert np.all(np.isfinite(found.mel))


def test_silence_lies_at_the_floor_and_does_not_move() -> None:
    found = measure_timbre(silence(0.5))
    assert found.mel == pytest.approx(np.log(FLOOR))
    for name in ("alpha_ratio", "hammarberg", "flux", "mel_flux", "entropy", *CEPSTRUM):
        assert found.values[:, NAMES.index(name)] == pytest.approx(0, abs=1e-4)


def test_frames_are_centred_where_they_say() -> None:
    click = silence(1.0)
    click[8_000] = 1.0
    energy = measure_timbre(click).values[:, NAMES.index("energy")]
    assert int(np.argmax(energy)) == 50
    assert energy[49] == pytest.approx(energy[51], abs=0.1)


@pytest.mark.parametrize("frequency", [250.0, 500.0, 1000.0, 2000.0, 3000.0])
def test_a_tone_sounds_in_the_mel_band_around_it(frequency: float) -> None:
    mel = measure_timbre(tone(0.5, frequency)).mel[INNER]
    # 24 bands and 26 edges between 100 and 3700 Hz, even in mel
    edges = np.linspace(2595 * np.log10(1 + 100 / 700), 2595 * np.log10(1 + 3700 / 700), BANDS + 2)
    place = np.interp(2595 * np.log10(1 + frequency / 700), edges, np.arange(BANDS + 2)) - 1
    assert np.all(np.abs(np.argmax(mel, axis=1) - place) < 1)


@pytest.mark.parametrize("frequency", [500.0, 1000.0, 2500.0])
def test_a_tone_has_its_frequency_for_a_centroid_and_no_spread(frequency: float) -> None:
    sound = tone(0.5, frequency)
    assert values(sound, "centroid") == pytest.approx(frequency / 1000, abs=0.005)
    assert np.all(values(sound, "spread") < 0.05)
    assert mean(sound, "entropy") < mean(buzz(1.0), "entropy") < mean(noise(0.5), "entropy")


def test_two_tones_lie_as_far_apart_as_they_do() -> None:
    sound = tone(0.5, 1000, 2000)
    assert values(sound, "centroid") == pytest.approx(1.5, abs=0.01)
    assert values(sound, "spread") == pytest.approx(0.5, abs=0.01)


def test_noise_fills_the_telephones_band_evenly() -> None:
    assert mean(noise(2.0), "centroid") == pytest.approx(1.85, abs=0.05)
    assert mean(noise(2.0), "spread") == pytest.approx(3.1 / np.sqrt(12), abs=0.05)


def test_a_brighter_voice_has_a_higher_centroid_and_falls_less_steeply() -> None:
    dark, medium, bright = (buzz(slope) for slope in (2.0, 1.0, 0.3))
    for name, sign in (("centroid", 1), ("alpha_ratio", -1), ("hammarberg", -1), ("cepstrum_1", -1)):
        first, second, third = (sign * mean(sound, name) for sound in (dark, medium, bright))
        assert first < second < third, name


def test_alpha_ratio_and_hammarberg_index_are_ratios_of_power() -> None:
    sound = tone(0.5, 500) + 0.1 * tone(0.5, 2500)
    for name in ("alpha_ratio", "hammarberg"):
        assert values(sound, name) == pytest.approx(np.log(100), abs=0.1)


def test_a_steady_sound_has_no_flux_and_a_moving_one_has() -> None:
    for name in ("flux", "mel_flux"):
        steady, moving = mean(buzz(1.0), name), mean(speech(2.0), name)
        assert moving > 3 * steady, name
        assert measure_timbre(speech(1.0)).values[0, NAMES.index(name)] == 0


def test_the_loudest_frame_is_the_measure_of_loudness() -> None:
    found = values(np.concatenate([hesitation(0.5), 0.1 * hesitation(0.5)]), "loudness")
    assert found.max() == pytest.approx(1, abs=0.01)  # the edge before the inner frames is the loudest
    # a hundredth of the power is 0.25 of the loudness by Stevens' law
    assert np.median(found[55:]) / np.median(found[:40]) == pytest.approx(0.01**0.3, rel=0.1)


@pytest.mark.parametrize("gain", [0.1, 3.0])
def test_gain_changes_nothing_but_energy_and_the_height_of_the_mel_bands(gain: float) -> None:
    voice = buzz(1.0) + noise(0.6, level=0.003)  # nowhere near the floor
    plain, changed = measure_timbre(voice), measure_timbre(np.asarray(gain * voice, dtype=np.float32))
    for name in NAMES:
        shift = 2 * np.log(gain) if name in LEVELLED else 0.0
        place = NAMES.index(name)
        np.testing.assert_allclose(changed.values[:, place], plain.values[:, place] + shift, atol=5e-3, err_msg=name)
    np.testing.assert_allclose(changed.mel, plain.mel + 2 * np.log(gain), atol=1e-3)


def test_what_lies_above_the_telephones_band_is_not_heard() -> None:
    voice = buzz(1.0)
    plain, changed = measure_timbre(voice), measure_timbre(voice + 0.05 * tone(0.6, 5000, 7000))
    np.testing.assert_allclose(changed.values[INNER], plain.values[INNER], atol=0.02)


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [("centroid", 0.05), ("spread", 0.05), ("entropy", 0.3), ("hammarberg", 0.4)],
)
def test_a_telephone_leaves_the_colour_of_its_band(name: str, tolerance: float) -> None:
    for slope in (0.5, 1.0, 1.5):
        voice = buzz(slope, pitch=120.0)  # no partial near 300 Hz, where the telephone begins
        assert mean(phone(voice), name) == pytest.approx(mean(voice, name), abs=tolerance)


def test_a_telephone_leaves_the_mel_bands_inside_its_band() -> None:
    clean, heard = (measure_timbre(sound).mel[INNER].mean(axis=0) for sound in (buzz(1.0), phone(buzz(1.0))))
    np.testing.assert_allclose(heard[5:22], clean[5:22], atol=0.5)


@pytest.mark.parametrize("sound", [speech, hesitation, noise])
def test_what_lies_far_away_changes_nothing_but_the_measure_of_loudness(sound: Callable[[float], Samples]) -> None:
    whole = sound(3.0)
    alone, within = measure_timbre(whole[16_000:32_000]).values, measure_timbre(whole).values[100:200]
    kept = [NAMES.index(name) for name in NAMES if name != "loudness"]
    np.testing.assert_allclose(alone[INNER][:, kept], within[INNER][:, kept], atol=0.02)


def test_bins_reach_from_0_to_half_the_rate() -> None:
    assert hertz().shape == (FRAME // 2 + 1,)
    assert hertz()[0] == 0
    assert hertz()[-1] == RATE / 2
