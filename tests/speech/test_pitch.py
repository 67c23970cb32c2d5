"""The pitch of sounds whose pitch is known, and of sounds that have none."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from tests.speech.sounds import hesitation, noise, seconds_of, silence

from stimmung.speech.pitch import Pitch, PitchOptions, track_pitch
from stimmung.speech.records import Samples

INNER = slice(5, -5)  # frames that the sound fills


def buzz(hertz: npt.ArrayLike, seconds: float = 0.6, lowest: int = 1, level: float = 0.1) -> Samples:
    """Return a voice of a steady or moving pitch: partials from number `lowest` to 3400 Hz, falling with frequency."""
    contour = np.broadcast_to(np.asarray(hertz, dtype=np.float64), seconds_of(seconds).shape)
    phase = 2 * np.pi * np.cumsum(contour) / 16_000
    numbers = range(lowest, int(3400 / contour.max()) + 1)
    return np.asarray(level * np.sum([np.sin(n * phase + n) / n for n in numbers], axis=0), dtype=np.float32)


def telephone(sound: Samples) -> Samples:
    """Cut to 300-3400 Hz and code in 8 bits, µ-law."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(sound.size, 1 / 16_000)
    narrow = np.fft.irfft(np.where((hertz > 300) & (hertz < 3400), spectrum, 0), sound.size)
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127) / 127
    return np.asarray(np.sign(coded) * (256 ** np.abs(coded) - 1) / 255, dtype=np.float32)


def cents(pitch: Pitch, hertz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the errors of the inner frames, which are all voiced."""
    assert np.all(pitch.hertz[INNER] > 0)
    return np.asarray(1200 * np.log2(pitch.hertz / np.asarray(hertz, dtype=np.float64)))[INNER]


@pytest.mark.parametrize("hertz", [70.0, 80.0, 130.0, 220.0, 330.0, 430.0, 490.0, 580.0])
def test_a_steady_voice_has_its_pitch(hertz: float) -> None:
    pitch = track_pitch(buzz(hertz))
    assert np.all(np.abs(cents(pitch, hertz)) < 3)
    assert np.all(pitch.periodicity[INNER] > 0.97)


@pytest.mark.parametrize("hertz", [90.0, 130.0, 180.0, 240.0, 290.0])
def test_a_telephone_takes_the_fundamental_and_leaves_the_pitch(hertz: float) -> None:
    assert np.all(np.abs(cents(track_pitch(telephone(buzz(hertz))), hertz)) < 5)


def test_frames_are_centred_where_they_say() -> None:
    time = seconds_of(1.0)
    contour = 150 * 2**time  # an octave a second: 12 cents from one frame to the next
    frames = 150 * 2 ** (0.01 * np.arange(100))
    assert abs(float(np.median(cents(track_pitch(buzz(contour, 1.0)), frames)))) < 2


def test_vibrato_is_followed() -> None:
    time = seconds_of(1.0)

    def contour(at: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        return np.asarray(220 * 2 ** (0.05 * np.sin(2 * np.pi * 5 * at)))

    found = cents(track_pitch(buzz(contour(time), 1.0)), contour(0.01 * np.arange(100)))
    assert np.max(np.abs(found)) < 15  # of 60 each way


def test_noise_10_db_below_changes_little() -> None:
    voice = buzz(140.0, 2.0)
    heard = voice + noise(2.0, level=float(np.sqrt(np.mean(voice**2) / 10)))
    assert np.median(np.abs(cents(track_pitch(heard), 140.0))) < 5


@pytest.mark.parametrize(("start", "end"), [(0.0, 0.15), (0.43, 0.56), (0.5, 0.63), (0.57, 0.7), (0.85, 1.0)])
def test_a_stretch_that_sounds_an_octave_higher_takes_the_pitch_of_its_neighbours(start: float, end: float) -> None:
    time = seconds_of(1.0)
    inside = (time > start) & (time < end)
    even = np.sum([np.sin(2 * np.pi * 150 * n * time) / n for n in range(2, 20, 2)], axis=0)
    odd = np.sum([np.sin(2 * np.pi * 150 * n * time) / n for n in range(1, 20, 2)], axis=0)
    voice = np.asarray(0.1 * (even + np.where(inside, 0.02, 1.0) * odd), dtype=np.float32)
    stretch = slice(round(100 * start) + 4, round(100 * end) - 4)
    assert np.all(track_pitch(voice, PitchOptions(jump=0.0, usual=0.0)).hertz[stretch] > 250)  # the trap is one
    assert np.all(np.abs(cents(track_pitch(voice, PitchOptions(usual=0.0)), 150.0)) < 20)


def test_one_strong_partial_does_not_pass_for_the_pitch() -> None:
    time = seconds_of(1.0)
    voice = buzz(200.0, 1.0, lowest=2, level=0.01) + np.asarray(0.1 * np.sin(2 * np.pi * 600 * time), dtype=np.float32)
    assert np.all(np.abs(cents(track_pitch(telephone(voice), PitchOptions(usual=0.0)), 200.0)) < 20)


def test_a_speaker_keeps_to_the_usual_octave_after_a_pause() -> None:
    time = seconds_of(0.15)
    even = np.sum([np.sin(2 * np.pi * 150 * n * time) for n in range(2, 20, 2)], axis=0)
    odd = np.sum([np.sin(2 * np.pi * 150 * n * time) for n in range(1, 20, 2)], axis=0)
    doubtful = np.asarray(0.01 * (even + 0.1 * odd), dtype=np.float32)
    heard = np.concatenate([buzz(150.0, 1.0), silence(0.3), doubtful])
    unheard = track_pitch(doubtful, PitchOptions(longer=0.1)).hertz[5:10]
    assert np.all(unheard > 250)
    assert np.all(np.abs(track_pitch(heard, PitchOptions(longer=0.1)).hertz[135:140] - 150) < 5)


def test_pauses_between_voices_are_unvoiced() -> None:
    heard = np.concatenate([buzz(120.0, 0.5), silence(0.3), noise(0.3, level=0.02), buzz(160.0, 0.5)])
    hertz = track_pitch(heard).hertz
    assert not np.any(hertz[54:106])
    assert hertz[25] == pytest.approx(120, abs=0.5)
    assert hertz[135] == pytest.approx(160, abs=0.5)


@pytest.mark.parametrize("sound", [silence, noise, lambda seconds: noise(seconds, level=1e-5)])
def test_silence_and_noise_have_no_pitch(sound: Callable[[float], Samples]) -> None:
    assert not np.any(track_pitch(sound(5.0)).hertz)


def test_silence_is_at_the_floor() -> None:
    pitch = track_pitch(silence(0.5))
    assert np.all(pitch.level == -120)
    assert not np.any(pitch.periodicity)


def test_what_nobody_can_hear_has_no_pitch() -> None:
    pitch = track_pitch(buzz(130.0, level=1e-4))
    assert np.all(pitch.level[INNER] < -75)
    assert not np.any(pitch.hertz)
    assert not np.any(pitch.periodicity[INNER])


def test_level_is_the_root_mean_square_below_4_khz() -> None:
    time = seconds_of(0.5)
    low, high = (np.sin(2 * np.pi * hertz * time).astype(np.float32) for hertz in (1000, 6000))
    assert track_pitch(0.1 * low).level[INNER] == pytest.approx(-23.01, abs=0.05)
    assert track_pitch(0.1 * low + 0.5 * high).level[INNER] == pytest.approx(-23.01, abs=0.05)


@pytest.mark.parametrize("gain", [0.003, 1.0, 9.0])
def test_gain_and_offset_change_nothing_but_the_level(gain: float) -> None:
    voice = hesitation(0.6)
    plain, changed = track_pitch(voice), track_pitch(np.asarray(gain * (voice + 0.1), dtype=np.float32))
    assert np.all(np.abs(cents(changed, plain.hertz)) < 2)
    assert changed.level[INNER] == pytest.approx(plain.level[INNER] + 20 * np.log10(gain), abs=0.1)


def test_what_lies_far_away_changes_nothing() -> None:
    voice = buzz(160 + 40 * np.sin(4 * seconds_of(3.0)), 3.0)
    alone, within = track_pitch(voice[16_000:32_000]), track_pitch(voice)
    np.testing.assert_allclose(alone.hertz[INNER], within.hertz[100:200][INNER], rtol=1e-3)
    np.testing.assert_allclose(alone.periodicity[INNER], within.periodicity[100:200][INNER], atol=1e-2)


@pytest.mark.parametrize("count", [0, 1, 159, 160, 161, 500, 3_841, 15_999])
def test_any_length_has_a_frame_each_10_ms(count: int) -> None:
    pitch = track_pitch(noise(1.0)[:count])
    for values in (pitch.hertz, pitch.periodicity, pitch.level):
        assert values.shape == (-(-count // 160),)
        assert values.dtype == np.float32
        assert np.all(np.isfinite(values))


def test_a_click_and_a_clipped_voice_are_survived() -> None:
    click = silence(0.3)
    click[2400] = 1.0
    assert np.all(np.isfinite(track_pitch(click).periodicity))
    clipped = np.clip(20 * buzz(130.0), -1, 1)
    assert np.all(np.abs(cents(track_pitch(clipped), 130.0)) < 5)


@pytest.mark.parametrize(("lowest", "highest"), [(10.0, 500.0), (300.0, 500.0), (60.0, 4000.0), (500.0, 60.0)])
def test_a_range_that_frames_cannot_hold_is_refused(lowest: float, highest: float) -> None:
    with pytest.raises(ValueError, match="an octave or more"):
        PitchOptions(lowest=lowest, highest=highest)


def test_the_range_is_kept_to() -> None:
    hertz = track_pitch(buzz(90.0), PitchOptions(lowest=120.0, highest=400.0)).hertz
    assert np.all((hertz == 0) | ((hertz > 115) & (hertz < 420)))
