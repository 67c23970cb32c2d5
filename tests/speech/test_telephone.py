"""What a telephone leaves of a sound, and that what it leaves stays where it was in time."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.speech.sounds import noise, silence, speech, tone

from stimmung.speech.errors import AudioError
from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.telephone import AMR_DELAY, band_pass, coded, gsm, phone


def gain(before: Samples, after: Samples) -> float:
    """Return how much louder it became, in dB."""
    return 20 * float(np.log10(after.std() / before.std() + 1e-9))


def delay(before: Samples, after: Samples) -> int:
    """Return by how many samples `after` comes late, where it is most like `before`."""
    count = 2 * before.size
    likeness = np.fft.irfft(np.fft.rfft(before, count).conj() * np.fft.rfft(after, count), count)
    return (int(np.argmax(likeness)) + before.size) % count - before.size


def likeness(before: Samples, after: Samples) -> float:
    return float(np.corrcoef(before, after)[0, 1])


def opus(sound: Samples) -> Samples:
    return coded(sound, "opus", 8000)


def amr(sound: Samples) -> Samples:
    return coded(sound, "amr", 12_200)


LINES = [phone, opus, amr, pytest.param(gsm, marks=pytest.mark.needs("ffmpeg"))]
Line = Callable[[Samples], Samples]


# ---------------------------------------------------------------------------------------------------------------------
# the band


@pytest.mark.parametrize("hertz", [300.0, 1000.0, 3000.0, 3400.0])
def test_a_telephone_passes_the_voice_s_middle(hertz: float) -> None:
    sound = tone(1.0, hertz)
    assert gain(sound, phone(sound)) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("hertz", [50.0, 100.0, 200.0, 3600.0, 5000.0, 7000.0])
def test_a_telephone_stops_what_lies_below_and_above(hertz: float) -> None:
    sound = tone(1.0, hertz)
    assert gain(sound, phone(sound)) < -35


def test_what_lies_above_4_khz_does_not_fold_into_the_band() -> None:
    heard = phone(tone(1.0, 5000.0))
    assert np.abs(np.fft.rfft(heard)).max() < 1e-3 * np.abs(np.fft.rfft(tone(1.0, 1000.0))).max()


def test_quiet_sound_is_coded_as_finely_as_loud_sound() -> None:
    """µ-law: the error follows the level, where 8 even bits would leave a voice 40 dB down nothing but noise."""
    for level in (0.5, 0.005):
        sound = tone(1.0, 1000.0, level=level)
        error = phone(sound) - np.asarray(band_pass(sound, (300.0, 3400.0), 50.0), np.float32)
        assert gain(sound, error) < -25


def test_a_band_pass_is_as_wide_as_asked() -> None:
    wide = band_pass(noise(2.0), (1000.0, 2000.0), 100.0)
    spectrum = np.abs(np.fft.rfft(wide)) ** 2
    hertz = np.fft.rfftfreq(wide.size, 1 / SAMPLE_RATE)
    inside = (hertz >= 900) & (hertz <= 2100)
    assert spectrum[inside].sum() / spectrum.sum() > 0.999999
    assert spectrum[(hertz > 1000) & (hertz < 2000)].sum() / spectrum.sum() > 0.9
    assert band_pass(noise(1.0)[:-1], (1000.0, 2000.0), 100.0).size == SAMPLE_RATE  # even, to be halved


def test_too_loud_a_sound_is_cut_off_and_not_wrapped() -> None:
    heard = phone(tone(1.0, 1000.0, level=3.0))
    assert np.abs(heard).max() < 1.6  # the overshoot of a square wave in this band
    assert likeness(tone(1.0, 1000.0), heard) > 0.9


# ---------------------------------------------------------------------------------------------------------------------
# time


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("count", [32_000, 15_999, 1])
def test_a_line_gives_as_many_samples_as_it_got(line: Line, count: int) -> None:
    heard = line(speech(3.0)[:count])
    assert heard.shape == (count,)
    assert heard.dtype == np.float32


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_line_does_not_come_late(line: Line, seed: int) -> None:
    sound = speech(3.0, pitch=(110.0, 160.0, 220.0)[seed], seed=seed)
    heard = line(sound)
    late = delay(sound, heard)
    assert abs(late) <= 4  # 0.25 ms
    assert likeness(sound, np.roll(heard, -late)) > 0.8


@pytest.mark.parametrize("bit_rate", [4750, 5900, 7400, 12_200])
def test_the_delay_of_amr_is_the_same_at_every_rate(bit_rate: int) -> None:
    sound = speech(2.0, seed=4)
    late = np.concatenate([silence(AMR_DELAY / SAMPLE_RATE), sound])[: sound.size]
    assert abs(delay(sound, coded(sound, "amr", bit_rate))) <= 4
    assert delay(sound, late) == AMR_DELAY  # what it would be if nobody took it out


@pytest.mark.parametrize("line", [opus, amr])
def test_codecs_pass_nothing_above_4_khz(line: Line) -> None:
    sound = noise(1.0, 0.1)
    spectrum = np.abs(np.fft.rfft(line(sound))) ** 2
    assert spectrum[: spectrum.size * 4200 // 8000].sum() / spectrum.sum() > 0.99


def test_fewer_bits_leave_less_of_a_voice() -> None:
    sound = speech(2.0)
    assert likeness(sound, coded(sound, "opus", 6000)) < likeness(sound, coded(sound, "opus", 12_000))
    assert likeness(sound, coded(sound, "amr", 4750)) < likeness(sound, coded(sound, "amr", 12_200))


@pytest.mark.parametrize("line", [phone, opus, amr])
def test_the_same_sound_comes_out_the_same(line: Line) -> None:
    sound = speech(1.0)
    assert np.array_equal(line(sound), line(sound))


# ---------------------------------------------------------------------------------------------------------------------
# what cannot be coded


def test_without_the_program_gsm_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AudioError, match="apt-get install ffmpeg libavcodec-extra"):
        gsm(speech(0.5))


def test_a_program_that_fails_is_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AudioError, match=r"libgsm.*apt-get install ffmpeg libavcodec-extra"):
        gsm(speech(0.5))


def test_what_an_encoder_refuses_is_an_audio_error_that_names_it() -> None:
    with pytest.raises(AudioError, match="amr at 12200 bit/s cannot be encoded here"):
        coded(silence(0.0), "amr", 12_200)
