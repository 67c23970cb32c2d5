"""Lines of chance do to a voice what they say, each time the same, and no more than a feeling bears."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.speech.sounds import hesitation, noise, silence, speech, tone

from stimmung.models.training.voice_lines import (
    BIT_RATES,
    CODECS,
    FRAME,
    Line,
    add_noise,
    babble,
    draw_line,
    pink,
    through,
)
from stimmung.speech.pitch import track_pitch
from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.telephone import phone

STUDIO = Line(1.0, 0.0, None, None, 0.0, "", (0.0, 0.0), 0.0)
DRAWN = [draw_line(np.random.default_rng(seed)) for seed in range(600)]


def heard(sound: Samples, line: Line, seed: int = 0) -> Samples:
    return through(sound, line, [tone(0.7, 300.0), tone(0.9, 450.0)], np.random.default_rng(seed))


def power(sound: Samples) -> float:
    return 10 * float(np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-20))


# ---------------------------------------------------------------------------------------------------------------------
# what is drawn


def test_the_same_chance_draws_the_same_line() -> None:
    assert draw_line(np.random.default_rng(5)) == draw_line(np.random.default_rng(5))
    assert len(set(DRAWN)) == len(DRAWN)


def test_codecs_come_as_often_as_they_should() -> None:
    found = Counter(line.codec for line in DRAWN)
    for name, share in (*CODECS, ("", 1 - sum(share for _, share in CODECS))):
        assert found[name] / len(DRAWN) == pytest.approx(share, abs=0.05)


def test_speed_and_pitch_stay_within_what_keeps_the_feeling() -> None:
    speeds = [line.speed for line in DRAWN]
    assert min(speeds) >= 0.92
    assert max(speeds) <= 1.08
    assert 0.2 < speeds.count(1.0) / len(speeds) < 0.4


def test_every_line_is_one_that_exists() -> None:
    for line in DRAWN:
        first, second = line.codec_values
        assert line.codec not in BIT_RATES or first in BIT_RATES[line.codec]
        assert line.codec != "band" or first < second < SAMPLE_RATE / 2
        assert -14 <= line.gain <= 6
        assert 0 <= line.loss <= 0.05
        assert line.noise is None or line.noise[1] >= 5
        assert line.clip == 0 or line.clip >= 0.3
    assert {line.noise[0] for line in DRAWN if line.noise} == {"pink", "babble"}
    assert any(line.room for line in DRAWN)
    assert any(line.loss for line in DRAWN)


# ---------------------------------------------------------------------------------------------------------------------
# what they do


@pytest.mark.parametrize("codec", ["", "phone", "amr", "opus", "band"])
def test_a_line_keeps_length_and_loudness_and_gives_the_same_again(codec: str) -> None:
    values = (float(BIT_RATES[codec][-1]), 0.0) if codec in BIT_RATES else (200.0, 3400.0)
    line = replace(STUDIO, codec=codec, codec_values=values)
    sound = speech(1.5)
    found = heard(sound, line)
    assert found.shape == sound.shape
    assert found.dtype == np.float32
    assert power(found) == pytest.approx(power(sound), abs=5)
    assert np.array_equal(found, heard(sound, line))


@pytest.mark.needs("ffmpeg")
def test_gsm_is_another_line_than_the_telephone() -> None:
    line = replace(STUDIO, codec="gsm")
    assert not np.allclose(heard(speech(1.0), line), heard(speech(1.0), replace(STUDIO, codec="phone")), atol=1e-3)


def test_where_gsm_cannot_be_had_the_telephone_stands_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    gsm, phone_line = (heard(speech(1.0), replace(STUDIO, codec=codec)) for codec in ("gsm", "phone"))
    assert np.array_equal(gsm, phone_line)


@pytest.mark.parametrize("speed", [0.92, 1.08])
def test_speed_moves_length_and_pitch_together(speed: float) -> None:
    sound = hesitation(1.0, pitch=150.0, fall=0.0)
    found = heard(sound, replace(STUDIO, speed=speed))
    hertz = track_pitch(found).hertz
    middle = float(np.median(hertz[hertz > 0]))
    assert found.shape[0] == pytest.approx(SAMPLE_RATE * speed, abs=2)
    assert middle == pytest.approx(150.0 / speed, rel=0.01)


def test_gain_is_that_of_the_line_and_a_little_of_the_moment() -> None:
    sound = speech(1.0, level=0.02)
    found = [power(heard(sound, replace(STUDIO, gain=-12.0), seed)) - power(sound) for seed in range(20)]
    assert -14 <= min(found) < max(found) <= -10
    assert max(found) - min(found) > 1


def test_nothing_leaves_a_line_louder_than_full_scale() -> None:
    for name in ("", "phone", "opus"):
        found = heard(speech(1.0, level=2.0), replace(STUDIO, gain=6.0, codec=name, codec_values=(12_000.0, 0.0)))
        assert np.abs(found).max() < 1.3  # a codec may ring over it


def test_clipping_cuts_the_peaks_off() -> None:
    sound = tone(1.0, 200.0)
    plain, clipped = (heard(sound, replace(STUDIO, clip=share)) for share in (0.0, 0.5))
    assert np.abs(clipped).max() == pytest.approx(np.abs(plain).max() / 2, rel=0.01)
    assert float(np.mean(np.abs(clipped) > 0.99 * np.abs(clipped).max())) > 0.5


def test_lost_packets_are_silent_for_20_ms_each() -> None:
    found = heard(tone(10.0, 333.0), replace(STUDIO, loss=0.1))
    frames = np.abs(found).reshape(-1, FRAME).max(axis=1)
    assert np.mean(frames == 0) == pytest.approx(0.1, abs=0.04)


def test_a_room_rings_on_and_is_the_same_room_for_every_utterance() -> None:
    click = silence(1.0)
    click[1_000] = 0.5
    line = replace(STUDIO, room=(7, 0.2, 0.5))
    first, second = heard(click, line, seed=1), heard(click, line, seed=2)
    assert np.abs(first[:1_000]).max() == 0
    assert np.abs(first[1_001:4_000]).max() > 1e-3
    assert np.array_equal(np.argsort(np.abs(first))[-50:], np.argsort(np.abs(second))[-50:])


@pytest.mark.parametrize("kind", ["pink", "babble"])
def test_noise_lies_as_far_below_the_voice_as_the_line_says(kind: str) -> None:
    sound = np.concatenate([silence(1.0), tone(1.0, 1000.0), silence(1.0)])
    found = heard(sound, replace(STUDIO, noise=(kind, 10.0)))
    quiet, loud = found[:14_000], found[17_600:30_400]
    assert power(loud) - power(quiet) == pytest.approx(10.4, abs=1.0)  # the loud part holds the noise too


@pytest.mark.parametrize("snr", [5.0, 20.0])
def test_noise_is_measured_against_the_loud_frames_only(snr: float) -> None:
    """Pauses in a clip do not make the noise softer."""
    voice = tone(1.0, 1000.0)
    padded = np.concatenate([voice, silence(3.0)])
    for sound in (voice, padded):
        added = add_noise(sound, noise(sound.size / SAMPLE_RATE), snr) - sound
        assert power(voice) - power(added) == pytest.approx(snr, abs=0.3)


def test_silence_stays_silent_and_finite() -> None:
    assert np.array_equal(add_noise(silence(1.0), noise(1.0), 10.0), silence(1.0))
    assert np.array_equal(add_noise(tone(1.0, 500.0), silence(1.0), 10.0), tone(1.0, 500.0))
    assert np.isfinite(heard(silence(0.5), replace(STUDIO, codec="phone", clip=0.5, room=(1, 0.1, 0.3)))).all()


def test_pink_noise_falls_by_3_db_an_octave() -> None:
    spectrum = np.abs(np.fft.rfft(pink(160_000, np.random.default_rng(0)))) ** 2
    hertz = np.fft.rfftfreq(160_000, 1 / SAMPLE_RATE)
    levels = [10 * np.log10(spectrum[(hertz >= low) & (hertz < 2 * low)].mean()) for low in (100, 200, 400, 800, 1600)]
    assert np.diff(levels) == pytest.approx([-3] * 4, abs=0.5)


def test_babble_is_all_voices_at_once_as_long_as_needed() -> None:
    found = babble([tone(0.5, 300.0), tone(2.0, 900.0)], 24_000)
    spectrum = np.abs(np.fft.rfft(found))
    assert found.shape == (24_000,)
    assert spectrum[450] > 1_000
    assert spectrum[1_350] > 1_000
    assert np.array_equal(babble([], 100), np.zeros(100, np.float32))


def test_a_telephone_line_is_the_telephone_of_the_figures() -> None:
    sound = speech(1.0)
    studio = heard(sound, STUDIO)
    assert heard(sound, replace(STUDIO, codec="phone")) == pytest.approx(phone(studio), abs=1e-6)
