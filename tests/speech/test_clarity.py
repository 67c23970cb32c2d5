"""Noise of a known level behind a voice, and peaks cut off at a known height."""

import numpy as np
import pytest
import soxr
from tests.speech.sounds import hesitation, noise, phone, seconds_of, silence, speech, tone

from stimmung.speech.clarity import LOWEST, Clarity, measure_clarity
from stimmung.speech.records import Samples, Span

MARGIN = 0.2  # s


def utterance(seconds: float = 3.0, level: float = 0.1) -> Samples:
    return np.concatenate([silence(MARGIN), speech(seconds, level=level), silence(MARGIN)])


def measure(samples: Samples, margin: float = MARGIN) -> Clarity:
    return measure_clarity(samples, Span(margin, samples.size / 16_000 - margin))


def noisy(decibels: float, voice: Samples | None = None) -> Samples:
    """Return a voice with white noise `decibels` below its mean power."""
    clean = utterance() if voice is None else voice
    spoken = clean[round(MARGIN * 16_000) : clean.size - round(MARGIN * 16_000)]
    level = float(np.sqrt(np.mean(spoken**2)) * 10 ** (-decibels / 20))
    return clean + noise(clean.size / 16_000, level=level)


def cut(voice: Samples, share: float) -> Samples:
    """Cut off what lies above `share` of the loudest sample."""
    height = share * np.abs(voice).max()
    return np.asarray(np.clip(voice, -height, height))


def narrow(voice: Samples) -> Samples:
    return np.asarray(soxr.resample(voice, 16_000, 8_000))


def wide(voice: Samples) -> Samples:
    return np.asarray(soxr.resample(voice, 8_000, 16_000))


@pytest.mark.parametrize("decibels", [0.0, 5.0, 10.0, 20.0, 30.0])
def test_noise_is_as_far_below_the_voice_as_it_is(decibels: float) -> None:
    assert measure(noisy(decibels)).snr == pytest.approx(decibels, abs=1.0)


@pytest.mark.parametrize("decibels", [5.0, 10.0, 20.0])
def test_a_telephone_passes_on_as_much_noise_as_its_band_holds(decibels: float) -> None:
    # 3.1 of 8 kHz of the noise are left, -4.1 dB; and of the voice's power, what the band keeps
    clean, heard = utterance(), noisy(decibels)
    kept = float(10 * np.log10(np.mean(phone(clean) ** 2) / np.mean(clean**2)))
    assert measure(phone(heard)).snr == pytest.approx(decibels + 4.1 + kept, abs=1.5)


def test_more_noise_is_less_clear() -> None:
    heard = [measure(noisy(decibels)).snr for decibels in range(-5, 40, 5)]
    assert heard == sorted(heard)


def test_pauses_between_words_tell_the_floor_where_nothing_lies_around() -> None:
    samples = noisy(15.0)
    inner = samples[round(MARGIN * 16_000) : -round(MARGIN * 16_000)]
    assert measure(inner, margin=0).snr == pytest.approx(15, abs=2)


def test_what_lies_around_tells_the_floor_of_a_voice_without_pauses() -> None:
    samples = noisy(20.0, np.concatenate([silence(MARGIN), hesitation(1.0), silence(MARGIN)]))
    assert measure(samples).snr == pytest.approx(20, abs=1)
    assert measure(samples[round(MARGIN * 16_000) : -round(MARGIN * 16_000)], margin=0).snr < 5


@pytest.mark.parametrize("gain", [0.01, 0.1, 5.0])
def test_gain_changes_nothing(gain: float) -> None:
    samples = cut(noisy(15.0), 0.3)
    plain, changed = measure(samples), measure(np.asarray(gain * samples, dtype=np.float32))
    assert changed.snr == pytest.approx(plain.snr, abs=0.01)
    assert changed.clipped == pytest.approx(plain.clipped, abs=1e-4)


def test_an_offset_is_no_noise() -> None:
    offset = np.float32(0.05)
    assert measure(noisy(20.0) + offset).snr == pytest.approx(measure(noisy(20.0)).snr, abs=0.1)
    assert measure(utterance() + offset).snr == float("inf")


def test_digital_silence_around_is_no_noise_and_a_bit_of_dither_is_far_below() -> None:
    assert measure(utterance()).snr == float("inf")
    dither = np.round(noise(3.4, level=0.5)) / np.float32(32768)
    assert 50 < measure(utterance() + dither).snr < 80


def test_noise_alone_and_silence_are_no_clear_speech() -> None:
    assert LOWEST <= measure(noise(2.0)).snr < -5
    assert LOWEST <= measure(phone(noise(2.0))).snr < -2
    assert measure(silence(2.0)) == Clarity(LOWEST, 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_whole_voice_is_not_clipped(seed: int) -> None:
    voice = speech(3.0, seed=seed)
    assert measure(voice, margin=0).clipped < 0.001
    assert measure(phone(voice), margin=0).clipped < 0.001


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_what_is_cut_off_is_found(share: float) -> None:
    voice = utterance()
    truth = float(np.mean(np.abs(voice) > share * np.abs(voice).max()))
    assert 0.3 * truth < measure(cut(voice, share)).clipped < 1.5 * truth


def test_the_more_is_cut_off_the_more_is_found() -> None:
    voice = utterance()
    found = [measure(cut(voice, share)).clipped for share in (1.0, 0.8, 0.5, 0.3, 0.15)]
    assert found == sorted(found)
    assert found[-1] > 10 * found[1]


def test_resampling_does_not_hide_it() -> None:
    voice = narrow(utterance())
    assert measure(wide(voice)).clipped < 0.001
    assert measure(wide(cut(voice, 0.5))).clipped > 0.001
    assert measure(wide(cut(voice, 0.3))).clipped > 0.003


def test_only_the_speech_is_asked_whether_it_is_clipped() -> None:
    square = np.asarray(0.9 * np.sign(tone(MARGIN, 200.0)), dtype=np.float32)
    voice = speech(3.0)
    assert measure(np.concatenate([square, voice, square])).clipped < 0.001


def test_one_side_cut_off_is_enough() -> None:
    voice = speech(3.0, seed=1)
    assert measure(np.minimum(voice, 0.6 * voice.max()), margin=0).clipped > 0.002


def test_a_square_wave_is_all_clipped() -> None:
    square = np.asarray(np.sign(np.sin(2 * np.pi * 200 * seconds_of(1.0) + 0.1)), dtype=np.float32)
    assert measure(square, margin=0).clipped > 0.99


@pytest.mark.parametrize("count", [0, 1, 100, 319, 320, 321, 5_000])
def test_the_shortest_stretches_are_survived(count: int) -> None:
    samples = hesitation(1.0)[:count]
    for span in (Span(0, count / 16_000), Span(0, 1), Span(0.005, 0.01), Span(2, 3), Span(-1, 0)):
        found = measure_clarity(samples, span)
        assert found.snr >= LOWEST
        assert 0 <= found.clipped <= 1
    assert measure_clarity(samples[:319], Span(0, 1)).snr == LOWEST


def test_a_span_may_reach_beyond_the_sound() -> None:
    samples = cut(noisy(15.0), 0.3)
    assert measure_clarity(samples, Span(-0.2, 9)) == measure_clarity(samples, Span(0, samples.size / 16_000))
