"""Edges lie where the sound begins and ends, and depend on nothing that is heard later or far before."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.speech import sounds

from stimmung.speech.edges import HOP, REACH, LevelTrack, Pauses, fit_to_sound
from stimmung.speech.records import SAMPLE_RATE, Samples, Span

FAR = Pauses(10.0, 10.0)
HISS = 0.001  # root mean square: -60 dB of full scale


def join(*parts: Samples) -> Samples:
    return np.concatenate(parts)


def track_of(sound: Samples) -> LevelTrack:
    track = LevelTrack()
    track.feed(sound)
    return track


def fitted(sound: Samples, *speech: tuple[float, float], pauses: Pauses = FAR) -> list[tuple[float, float]]:
    spans = fit_to_sound(track_of(sound), [Span(*one) for one in speech], pauses, len(sound) / SAMPLE_RATE)
    return [(span.start, span.end) for span in spans]


def word(before: float, seconds: float, after: float, hiss: float = HISS) -> Samples:
    """Return noise as loud as speech from `before` s on, with a line's hiss around and below it."""
    sound = join(sounds.silence(before), sounds.noise(seconds, 0.1), sounds.silence(after))
    return sound + sounds.noise(len(sound) / SAMPLE_RATE, hiss, seed=1)


@pytest.mark.parametrize(
    ("detected", "expected"),
    [
        ((2.0, 3.0), (2.0, 3.0)),
        ((2.1, 2.9), (2.0, 3.0)),  # the detector came late and left early
        ((2.24, 2.76), (2.0, 3.0)),
        ((1.9, 3.15), (2.0, 3.0)),  # it lingers
        ((2.4, 2.6), (2.15, 2.85)),  # no farther than half the closing pause
        ((1.6, 3.4), (1.6, 3.4)),  # and silence is believed for 0.2 s only: it may be a soft word
    ],
)
def test_edges_move_to_where_the_sound_begins_and_ends(
    detected: tuple[float, float], expected: tuple[float, float]
) -> None:
    assert fitted(word(2.0, 1.0, 2.0), detected) == [pytest.approx(expected, abs=0.011)]


def test_a_short_span_gives_at_most_a_quarter_of_itself_at_either_end() -> None:
    assert fitted(word(2.08, 0.24, 2.0), (2.0, 2.4)) == [pytest.approx((2.08, 2.32))]
    assert fitted(word(2.12, 0.16, 2.0), (2.0, 2.4)) == [(2.0, 2.4)]


def test_the_closure_of_a_plosive_does_not_end_a_word() -> None:
    sound = join(word(2.0, 1.0, 0.03), sounds.noise(0.1, 0.1), sounds.silence(2.0))
    assert fitted(sound, (2.0, 2.97))[0][1] == pytest.approx(3.13, abs=0.011)
    sound = join(word(2.0, 1.0, 0.06), sounds.noise(0.1, 0.1), sounds.silence(2.0))
    assert fitted(sound, (2.0, 2.97))[0][1] == pytest.approx(3.0, abs=0.011)


def test_the_hiss_of_the_line_is_silence() -> None:
    for hiss in (0.0, 0.0001, 0.01, 0.02):
        assert fitted(word(2.0, 1.0, 2.0, hiss), (2.1, 3.1)) == [pytest.approx((2.0, 3.0), abs=0.011)]


def test_what_is_quieter_than_anybody_hears_is_silence_without_a_line_too() -> None:
    sound = join(sounds.silence(2.0), sounds.noise(1.0, 0.0009), sounds.silence(1.0))
    assert fitted(sound, (2.1, 2.9)) == [(2.1, 2.9)]


def test_neighbours_share_the_pause_between_them() -> None:
    sound = sounds.noise(4.0, 0.1)
    sound[:SAMPLE_RATE] = 0.0  # so that noise all through is no floor
    (one, other) = fitted(sound, (1.5, 2.0), (2.3, 3.0))
    assert one[1] <= 2.15 <= other[0]
    assert (one[1], other[0]) == pytest.approx((2.15, 2.15), abs=0.01)
    ((start, end),) = fitted(sound, (2.0, 3.0), pauses=Pauses(0.1, 0.2))
    assert (start, end) == pytest.approx((1.95, 3.1))


@given(st.integers(0, 40), st.integers(4, 60), st.integers(4, 60))
def test_neighbours_never_cross(gap: int, first: int, second: int) -> None:
    """Frames of the detector lie across the hops, so that half a pause is seldom a whole number of them."""
    start, end, again = 100 * 0.032, (100 + first) * 0.032, (100 + first + gap) * 0.032
    speech = ((start, end), (again, again + second * 0.032))
    sound = join(sounds.silence(1.0), sounds.noise(9.0, 0.1))
    one, other = fitted(sound, *speech)
    assert one[0] < one[1] <= other[0] < other[1]
    alone = [
        fitted(sound, speech[0], pauses=Pauses(1.0, gap * 0.032))[0],
        fitted(sound, speech[1], pauses=Pauses(gap * 0.032, 1.0))[0],
    ]
    assert alone[0][1] <= alone[1][0]


def test_edges_stay_within_the_sound() -> None:
    sound = sounds.noise(2.0, 0.1) * np.repeat((1, 0, 1), (8_000, 16_000, 8_000)).astype(np.float32)
    (one, other) = fitted(sound, (0.1, 0.4), (1.6, 1.92))
    assert (one[0], other[1]) == (0.0, 2.0)
    assert (one[1], other[0]) == pytest.approx((0.5, 1.5), abs=0.011)


def test_a_sound_that_ends_within_a_hop_is_fitted_up_to_it() -> None:
    sound = word(2.0, 1.0, 0.0)[: -HOP // 2]
    ((_, end),) = fitted(sound, (2.0, 2.9))
    assert end == pytest.approx(len(sound) / SAMPLE_RATE, abs=0.011)
    assert end <= len(sound) / SAMPLE_RATE


@pytest.mark.parametrize("samples", [0, 1, HOP - 1, HOP])
def test_hardly_any_sound_moves_nothing_far(samples: int) -> None:
    track = track_of(np.full(samples, 0.1, np.float32))
    ((span),) = fit_to_sound(track, [Span(0.0, samples / SAMPLE_RATE)], FAR, samples / SAMPLE_RATE)
    assert span == Span(0.0, samples / SAMPLE_RATE)


# the floor


def test_a_line_that_grows_louder_is_known_for_its_hiss_again() -> None:
    """What was quiet minutes ago does not make speech of today's hiss."""
    sound = join(sounds.noise(120.0, 0.0003), word(90.0, 1.0, 2.0, 0.02))
    assert fitted(sound, (211.1 - 1.0, 211.1)) == [pytest.approx((210.0, 211.0), abs=0.011)]
    before = join(sounds.noise(120.0, 0.0003), word(9.0, 1.0, 2.0, 0.02))
    assert fitted(before, (129.9, 131.2))[0][1] == 131.45  # but a few seconds of it are not 15 % of a minute


def test_what_follows_does_not_matter() -> None:
    begins = word(20.0, 1.0, REACH)
    alone = fitted(begins, (20.1, 21.0))
    for after in (sounds.silence(60.0), sounds.noise(60.0, 0.2)):
        assert fitted(join(begins, after), (20.1, 21.0)) == alone


@settings(max_examples=30)
@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=6), st.integers(0, 9), st.integers(0, HOP))
def test_fed_in_pieces_it_says_the_same(sizes: list[int], seed: int, rest: int) -> None:
    sound = sounds.noise(3.0, seed=seed)[: 48_000 - rest] * np.linspace(0, 1, 48_000 - rest, dtype=np.float32) ** 4
    whole, track, first, turn = track_of(sound), LevelTrack(), 0, 0
    while first < len(sound):
        track.feed(sound[first : first + sizes[turn % len(sizes)]])
        first, turn = first + sizes[turn % len(sizes)], turn + 1
    assert np.array_equal(track.sounding(0, 400, 250), whole.sounding(0, 400, 250))
    assert len(track.sounding(0, 400, 250)) == len(sound) // HOP


def test_what_is_forgotten_is_never_asked_for() -> None:
    sound = np.tile(word(1.5, 1.0, 0.5), 200)
    whole, track = track_of(sound), LevelTrack()
    for second in range(600):
        track.feed(sound[second * SAMPLE_RATE : (second + 1) * SAMPLE_RATE])
        track.forget(second - 10.0)
        if second % 3 == 2:
            speech = [Span(second - 0.4, second + 0.55)]
            assert fit_to_sound(track, speech, FAR, second + 1.0) == fit_to_sound(whole, speech, FAR, 600.0)
    assert track._power.nbytes < 2 * 4 * 100 * 71  # 71 s of hops; dropped when as much again has come
