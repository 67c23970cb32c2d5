"""Stretches taken out of sound: nothing of them is left on any channel that carried them, all else is as it was."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.speech import sounds

from stimmung.speech.bleep import DELAY, GAP, LEVEL, MARGIN, RAMP, TONE, bleeped, covered_stretches
from stimmung.speech.records import SAMPLE_RATE, Audio, Samples, Span


@dataclass(frozen=True)
class Hide:
    channel: int
    span: Span


def voice(seconds: float, seed: int) -> Samples:
    """Return noise that comes and goes as syllables do."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    noise = sounds.noise(seconds, level=0.1, seed=seed)
    return (noise * (0.55 + 0.45 * np.sin(2 * np.pi * (3 + seed) * time))).astype(np.float32)


TWO = Audio(np.stack([voice(20.0, 1), voice(20.0, 2)]))


def at(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)


def echoed(decibel: float, delay: float = 0.0, noise: float = 0.0005) -> Audio:
    """Return a call whose second channel is quiet but for an echo of the first."""
    own = voice(20.0, 1)
    late = np.zeros_like(own)
    late[at(delay) :] = own[: own.size - at(delay)] * 10 ** (decibel / 20)
    return Audio(np.stack([own, late + sounds.noise(20.0, level=noise, seed=9)]).astype(np.float32))


def alike(one: Samples, other: Samples) -> float:
    return float(abs(np.corrcoef(one, other)[0, 1]))


def test_there_is_a_tone_and_nothing_of_what_was_said() -> None:
    clean = bleeped(TWO, [Hide(1, Span(5.0, 8.0))])
    part = clean.samples[1, at(5.0) : at(8.0)]
    assert alike(part, TWO.samples[1, at(5.0) : at(8.0)]) < 0.02
    spectrum = np.square(np.abs(np.fft.rfft(part)))
    peak = int(np.argmax(spectrum))
    assert peak / 3.0 == pytest.approx(TONE, abs=1.0)
    assert spectrum[peak - 9 : peak + 10].sum() / spectrum.sum() > 0.9999
    assert float(np.abs(part).max()) == pytest.approx(LEVEL, rel=0.01)


def test_of_an_unsure_stretch_what_sounds_gets_a_tone() -> None:
    silent = TWO.samples.copy()
    silent[1, : at(6.0)] = silent[1, at(7.0) :] = 0.0
    audio = Audio(silent)
    ((only),) = covered_stretches(audio, [], [Hide(1, Span(4.0, 9.0))])
    assert (only.channel, only.first, only.last) == (1, at(6.0 - MARGIN), at(7.0 + MARGIN))
    assert covered_stretches(audio, [], [Hide(1, Span(1.0, 5.0))]) == []
    assert covered_stretches(audio, [], [Hide(2, Span(4.0, 9.0))]) == []


@pytest.mark.parametrize(("end", "covered"), [(6.2, 0), (6.8, 1)])
def test_the_end_of_a_word_that_sounds_on_into_an_unsure_stretch_is_left(end: float, covered: int) -> None:
    audio = Audio(np.zeros((1, at(10.0)), np.float32))
    audio.samples[0, at(5.0) : at(end)] = 0.3
    assert len(covered_stretches(audio, [], [Hide(0, Span(6.0, 9.0))])) == covered


def test_the_tone_is_the_same_whatever_was_there() -> None:
    loud = Audio(np.stack([TWO.samples[0], 5.0 * TWO.samples[1]]))
    hidden = [Hide(1, Span(5.0, 8.0))]
    inside = slice(at(5.0 - MARGIN) + 1, at(8.0 + MARGIN) - 1)
    assert np.array_equal(bleeped(TWO, hidden).samples[1, inside], bleeped(loud, hidden).samples[1, inside])


def test_all_else_is_as_it_was() -> None:
    clean = bleeped(TWO, [Hide(1, Span(5.0, 8.0))]).samples
    assert np.array_equal(clean[0], TWO.samples[0])
    beside = MARGIN + RAMP + 1 / SAMPLE_RATE
    assert np.array_equal(clean[1, : at(5.0 - beside)], TWO.samples[1, : at(5.0 - beside)])
    assert np.array_equal(clean[1, at(8.0 + beside) :], TWO.samples[1, at(8.0 + beside) :])


def test_the_sound_that_was_given_is_left_alone() -> None:
    before = TWO.samples.copy()
    bleeped(TWO, [Hide(0, Span(1.0, 2.0))])
    assert np.array_equal(TWO.samples, before)


def test_it_reaches_a_little_further_than_the_words() -> None:
    clean = bleeped(TWO, [Hide(0, Span(5.0, 8.0))]).samples[0]
    for edge in (slice(at(5.0 - MARGIN + RAMP), at(5.0)), slice(at(8.0), at(8.0 + MARGIN - RAMP))):
        assert alike(clean[edge], TWO.samples[0, edge]) < 0.15


def test_nothing_clicks_at_its_ends() -> None:
    wave = 0.3 * np.sin(2 * np.pi * 80 * np.arange(at(4.0)) / SAMPLE_RATE)
    rumble = Audio(wave.astype(np.float32)[np.newaxis])
    clean = bleeped(rumble, [Hide(0, Span(1.0, 2.0))]).samples[0]
    steepest = 2 * np.pi * TONE / SAMPLE_RATE * LEVEL + 0.3 / (RAMP * SAMPLE_RATE)
    assert float(np.abs(np.diff(clean)).max()) < 1.5 * steepest


def test_two_that_overlap_are_one_tone() -> None:
    found = covered_stretches(TWO, [Hide(0, Span(3.0, 5.0)), Hide(0, Span(1.0, 3.05)), Hide(0, Span(9.0, 10.0))])
    assert [(one.channel, one.first, one.last) for one in found] == [
        (0, at(1.0 - MARGIN), at(5.0 + MARGIN)),
        (0, at(9.0 - MARGIN), at(10.0 + MARGIN)),
    ]


def test_what_lies_between_two_groups_of_a_number_goes_with_them_on_their_channel_only() -> None:
    found = covered_stretches(TWO, [Hide(0, Span(1.0, 2.0)), Hide(1, Span(2.2, 2.4)), Hide(0, Span(2.9, 4.0))])
    assert [(one.channel, one.first, one.last) for one in found] == [
        (0, at(1.0 - MARGIN), at(4.0 + MARGIN)),
        (1, at(2.2 - MARGIN), at(2.4 + MARGIN)),
    ]
    apart = covered_stretches(TWO, [Hide(0, Span(1.0, 2.0)), Hide(0, Span(2.0 + GAP + 2 * MARGIN + 0.01, 6.0))])
    assert len(apart) == 2


@pytest.mark.parametrize("span", [Span(-3.0, 0.5), Span(19.0, 99.0), Span(-1.0, 99.0)])
def test_what_reaches_beyond_the_call_is_cut_there(span: Span) -> None:
    clean = bleeped(TWO, [Hide(0, span)]).samples[0]
    inside = slice(max(0, at(span.start)), at(min(span.end, 20.0)))
    assert float(np.abs(clean[inside]).max()) <= LEVEL * 1.001


@pytest.mark.parametrize("span", [Span(30.0, 31.0), Span(-5.0, -4.0)])
def test_what_lies_outside_the_call_is_nothing(span: Span) -> None:
    assert np.array_equal(bleeped(TWO, [Hide(0, span)]).samples, TWO.samples)


def test_a_channel_that_is_not_there_counts_as_all() -> None:
    clean = bleeped(TWO, [Hide(7, Span(5.0, 6.0))]).samples
    for channel, before in zip(clean, TWO.samples, strict=True):
        assert alike(channel[at(5.0) : at(6.0)], before[at(5.0) : at(6.0)]) < 0.05


class TestTheSameSoundElsewhere:
    @pytest.mark.parametrize("gain", [1.0, -0.5, 2.0])
    def test_goes_on_both_channels_of_one_signal(self, gain: float) -> None:
        twice = Audio(np.stack([TWO.samples[0], gain * TWO.samples[0]]))
        found = covered_stretches(twice, [Hide(0, Span(5.0, 5.6))])
        assert [one.channel for one in found] == [0, 1]
        assert abs(found[0].first - found[1].first) <= 1

    @pytest.mark.parametrize("decibel", [-15.0, -30.0, -40.0])
    @pytest.mark.parametrize("delay", [0.0, 0.02, 0.25])
    def test_goes_where_it_echoes_as_late_as_that_does(self, decibel: float, delay: float) -> None:
        audio = echoed(decibel, delay)
        clean = bleeped(audio, [Hide(0, Span(5.0, 7.0))])
        echo = slice(at(5.0 + delay), at(7.0 + delay))
        assert alike(clean.samples[1, echo], audio.samples[0, at(5.0) : at(7.0)]) < 0.02
        assert np.array_equal(clean.samples[1, : at(4.9)], audio.samples[1, : at(4.9)])

    def test_is_found_in_a_short_stretch_by_what_all_have_in_common(self) -> None:
        audio = echoed(-38.0, noise=0.003)
        spans = [Hide(0, Span(float(start), start + 0.4)) for start in range(1, 18, 2)]
        assert sum(one.channel == 1 for one in covered_stretches(audio, spans)) == len(spans)

    def test_is_not_what_another_says_meanwhile(self) -> None:
        found = covered_stretches(TWO, [Hide(0, Span(5.0, 8.0)), Hide(1, Span(12.0, 12.5))])
        assert [one.channel for one in found] == [0, 1]

    def test_is_not_silence(self) -> None:
        audio = Audio(np.stack([TWO.samples[0], np.zeros_like(TWO.samples[0])]))
        assert [one.channel for one in covered_stretches(audio, [Hide(0, Span(5.0, 8.0))])] == [0]
        assert [one.channel for one in covered_stretches(audio, [Hide(1, Span(5.0, 8.0))])] == [1]

    def test_later_than_any_echo_is_a_coincidence(self) -> None:
        audio = echoed(-6.0, delay=DELAY + 0.5)
        assert [one.channel for one in covered_stretches(audio, [Hide(0, Span(5.0, 7.0))])] == [0]

    def test_at_the_ends_of_the_call(self) -> None:
        audio = echoed(-6.0, delay=0.25)
        spans = [Hide(0, Span(0.0, 0.8)), Hide(0, Span(19.4, 20.0))]
        assert [one.channel for one in covered_stretches(audio, spans)] == [0, 0, 1, 1]


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(-1, 3), st.floats(-2.0, 6.0), st.floats(0.0, 3.0)), max_size=5),
    st.sampled_from([8_000, 16_000]),
)
def test_whatever_is_hidden_its_sound_is_the_tone_alone(hidden: list[tuple[int, float, float]], rate: int) -> None:
    samples = np.stack([voice(5.0, seed) for seed in (1, 2, 3)])[:, : 5 * rate]
    audio = Audio(samples, rate)
    wanted = [Hide(channel, Span(start, start + length)) for channel, start, length in hidden]
    clean = bleeped(audio, wanted)
    assert clean.samples.shape == samples.shape
    assert clean.sample_rate == rate
    for one in wanted:
        for channel in [one.channel] if 0 <= one.channel < 3 else range(3):
            inside = clean.samples[channel, max(0, round(one.span.start * rate)) : max(0, round(one.span.end * rate))]
            assert inside.size == 0 or float(np.abs(inside).max()) <= LEVEL * 1.001
    if not wanted:
        assert np.array_equal(clean.samples, samples)
