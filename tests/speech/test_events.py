"""What a listener would call music or a tone is found; speech never is, alone, beside them or over them."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.speech import sounds

from stimmung.speech.events import find_events
from stimmung.speech.records import Audio, Event, Samples


def join(*parts: Samples) -> Samples:
    return np.concatenate(parts)


def events(sound: Samples) -> tuple[Event, ...]:
    return find_events(sounds.audio(sound))


def only(sound: Samples) -> Event:
    (event,) = events(sound)
    return event


def marked(found: tuple[Event, ...], start: float, end: float) -> float:
    """Return how many seconds between `start` and `end` lie in events."""
    return sum(max(min(event.end, end) - max(event.start, start), 0.0) for event in found)


# speech


@given(seed=st.integers(0, 200), pitch=st.floats(80, 280), telephone=st.booleans())
@settings(max_examples=8, deadline=None, derandomize=True)
def test_speech_is_no_event(seed: int, pitch: float, telephone: bool) -> None:
    sound = sounds.speech(8, pitch=pitch, seed=seed)
    assert events(sounds.phone(sound) if telephone else sound) == ()


@pytest.mark.parametrize("pitch", [100, 130, 165, 185, 220])
@pytest.mark.parametrize("seconds", [0.5, 1.0])
def test_a_drawn_out_vowel_is_no_event(seconds: float, pitch: float) -> None:
    hesitating = join(sounds.silence(0.5), sounds.hesitation(seconds, pitch), sounds.silence(0.5))
    assert events(sounds.phone(np.tile(hesitating, 4))) == ()


@pytest.mark.parametrize("pitch", [100, 130, 165, 200])
def test_a_droning_speaker_is_no_music(pitch: float) -> None:
    syllable = join(sounds.hesitation(0.5, pitch, fall=0.5), sounds.noise(0.12, level=0.02), sounds.silence(0.08))
    assert events(sounds.phone(np.tile(syllable, 16))) == ()


def test_a_voice_that_holds_its_pitch_is_no_tone() -> None:
    hum = sounds.tone(0.8, 370) + sounds.tone(0.8, 740, level=0.1) + sounds.tone(0.8, 1110, level=0.07)
    assert events(join(sounds.silence(1), hum, sounds.silence(1))) == ()


def test_a_gliding_whistle_is_no_tone() -> None:
    time = sounds.seconds_of(1)
    whistle = (0.2 * np.sin(2 * np.pi * (600 * time + 10 * time**2))).astype(np.float32)  # 20 Hz a second
    assert events(join(sounds.silence(1), whistle, sounds.silence(1))) == ()


def test_a_swelling_hum_is_no_tone() -> None:
    swell = 1 + 0.3 * np.sin(2 * np.pi * 2 * sounds.seconds_of(1.2))  # 5 dB up and down
    hum = (sounds.tone(1.2, 420) * swell).astype(np.float32)
    assert events(join(sounds.silence(1), hum, sounds.silence(1))) == ()


def test_a_short_pure_vowel_is_no_tone() -> None:
    vowel = join(sounds.silence(1), sounds.tone(0.22, 390), sounds.silence(1))
    assert events(vowel) == ()


@pytest.mark.parametrize("sound", [sounds.silence(8), sounds.noise(8), sounds.noise(8, level=0.0001)])
def test_silence_and_noise_are_no_events(sound: Samples) -> None:
    assert events(sound) == ()


def test_a_hum_too_quiet_to_matter_is_no_event() -> None:
    hum = sounds.tone(10, 350, 400, 450, level=0.001)
    assert events(hum) == ()


# tones


def test_a_german_ring_back_is_one_event_from_its_first_to_its_last_ring() -> None:
    event = only(sounds.phone(join(sounds.silence(1.5), sounds.cadence(4, 1, 4, 425))))
    assert event.kind == "tone"
    assert event.start == pytest.approx(1.5, abs=0.04)
    assert event.end == pytest.approx(1.5 + 3 * 5 + 1, abs=0.04)


@pytest.mark.parametrize(
    ("on", "off", "hertz"),
    [
        (2, 4, (440, 480)),  # ring-back in the United States
        (0.4, 0.2, (400, 450)),  # ring-back in the United Kingdom
        (1, 2, (384, 400, 416)),  # ring-back in Japan: beats at 16 Hz
        (0.48, 0.48, (425,)),  # busy in Germany
        (0.24, 0.24, (425,)),  # congestion in Germany
        (0.5, 0.5, (480, 620)),  # busy in the United States
        (5.0, 1.0, (350, 440)),  # dial tone in the United States
        (0.5, 3.0, (1000,)),  # a beep
    ],
)
@pytest.mark.parametrize("telephone", [False, True])
def test_tones_of_the_network(on: float, off: float, hertz: tuple[float, ...], telephone: bool) -> None:
    sound = join(sounds.silence(1), sounds.cadence(4, on, off, *hertz))
    event = only(sounds.phone(sound) if telephone else sound)
    assert event.kind == "tone"
    assert event.start == pytest.approx(1, abs=0.05)
    assert event.end == pytest.approx(1 + 4 * on + 3 * off, abs=0.05)


def test_a_dialled_number_is_one_tone() -> None:
    keys = [(697, 1209), (770, 1336), (852, 1477), (941, 1336), (697, 1477)]
    number = join(*[join(sounds.tone(0.12, low, high), sounds.silence(0.1)) for low, high in keys])
    event = only(join(sounds.silence(0.5), number, sounds.silence(0.5)))
    assert event.kind == "tone"
    assert event.start == pytest.approx(0.5, abs=0.05)
    assert event.end == pytest.approx(0.5 + 5 * 0.22 - 0.1, abs=0.05)


def test_special_information_tones_are_one_event() -> None:
    signal = join(sounds.tone(0.33, 950), sounds.tone(0.33, 1400), sounds.tone(0.33, 1800))
    event = only(join(sounds.silence(1), signal, sounds.silence(1)))
    assert event.kind == "tone"
    assert event.start == pytest.approx(1, abs=0.05)
    assert event.end == pytest.approx(1.99, abs=0.05)


def test_a_dial_tone_is_a_tone_however_long() -> None:
    assert only(sounds.tone(20, 425)).kind == "tone"


def test_a_tone_in_line_noise_is_found() -> None:
    sound = sounds.cadence(3, 1, 4, 425)
    event = only(sound + sounds.noise(sound.size / 16_000, level=0.01))
    assert event.end - event.start == pytest.approx(11, abs=0.1)


@pytest.mark.parametrize("level", [0.1, 0.01])
def test_a_word_between_two_rings_is_kept(level: float) -> None:
    ring, word = sounds.tone(1, 425), sounds.speech(1, level=level, seed=3)
    found = events(join(ring, sounds.silence(1.5), word, sounds.silence(1.5), ring))
    assert [event.kind for event in found] == ["tone", "tone"]
    assert marked(found, 2.5, 3.5) == 0.0


def test_different_tones_stay_apart() -> None:
    found = events(join(sounds.tone(1, 425), sounds.silence(2), sounds.tone(1, 1400)))
    assert len(found) == 2


def test_a_tone_ends_where_speech_begins() -> None:
    found = events(join(sounds.tone(2, 425), sounds.speech(5, seed=1)))
    assert marked(found, 0, 2) > 1.9
    assert marked(found, 2.03, 7) == 0.0


# music


@pytest.mark.parametrize("music", [sounds.chords(12), sounds.plucked(12), sounds.plucked(12, beat=0.15)])
@pytest.mark.parametrize("telephone", [False, True])
def test_hold_music_is_one_event(music: Samples, telephone: bool) -> None:
    sound = join(sounds.silence(2), music, sounds.silence(3))
    event = only(sounds.phone(sound) if telephone else sound)
    assert event.kind == "music"
    assert event.start == pytest.approx(2, abs=0.15)
    assert event.end == pytest.approx(14, abs=0.3)


def test_quiet_music_is_music() -> None:
    assert only(sounds.phone(sounds.chords(8, level=0.015))).kind == "music"


def test_soft_drums_do_not_break_music() -> None:
    music = sounds.chords(12)
    for start in range(8_000, music.size, 8_000):
        music[start : start + 800] += sounds.noise(0.05, level=0.06, seed=start)[: music.size - start]
    assert marked(events(music), 0, 12) > 11


def test_a_moment_of_music_is_no_event() -> None:
    assert events(join(sounds.silence(2), sounds.chords(1.5), sounds.silence(2))) == ()


def test_speech_after_music_is_kept_and_the_music_found() -> None:
    found = events(sounds.phone(join(sounds.chords(8), sounds.speech(6, seed=2), sounds.chords(8))))
    assert [event.kind for event in found] == ["music", "music"]
    assert marked(found, 0, 8) > 7
    assert marked(found, 8, 14) < 0.1
    assert marked(found, 14, 22) > 7


def test_a_steady_vowel_right_after_music_is_kept() -> None:
    vowel = sounds.hesitation(0.2, 130, fall=0.0)
    found = events(join(sounds.chords(8), vowel, sounds.speech(4, seed=2)))
    assert marked(found, 0, 8) > 7
    assert marked(found, 8, 12.2) < 0.05


def test_speech_over_quieter_music_is_kept() -> None:
    found = events(sounds.phone(sounds.chords(20, level=0.03) + sounds.speech(20, level=0.15, seed=5)))
    assert found == ()


def test_a_word_over_music_is_cut_out() -> None:
    music = sounds.chords(16, level=0.03)
    music[7 * 16_000 : 8 * 16_000] += sounds.speech(1, level=0.15, seed=4)
    found = events(music)
    assert [event.kind for event in found] == ["music", "music"]
    assert marked(found, 7, 8) < 0.1


# channels and borders


def test_each_channel_has_its_own_events() -> None:
    found = find_events(sounds.audio(sounds.speech(10), sounds.chords(10), sounds.cadence(2, 1, 4, 425)))
    assert {(event.channel, event.kind) for event in found} == {(1, "music"), (2, "tone")}
    assert [event.start for event in found] == sorted(event.start for event in found)


@given(samples=st.integers(0, 40_000), kind=st.sampled_from(["tone", "chords", "speech"]))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_events_lie_within_the_sound_whatever_its_length(samples: int, kind: str) -> None:
    whole = {"tone": sounds.tone(3, 440), "chords": sounds.chords(3), "speech": sounds.speech(3)}[kind]
    audio = Audio(whole[None, :samples])
    for event in find_events(audio):
        assert 0 <= event.start < event.end <= audio.duration


@pytest.mark.parametrize("lead", [0.0, 15.9, 16.1, 16.384])
def test_music_across_the_blocks_of_the_analysis_is_one_event(lead: float) -> None:
    event = only(join(sounds.silence(lead), sounds.chords(8)))
    assert event.start == pytest.approx(lead, abs=0.1)
    assert event.end == pytest.approx(lead + 8, abs=0.1)


def test_times_are_plain_floats() -> None:
    for event in events(join(sounds.chords(6), sounds.speech(2), sounds.tone(1, 425))):
        assert type(event.start) is float
        assert type(event.end) is float


def test_another_sample_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="8000"):
        find_events(Audio(np.zeros((1, 8_000), dtype=np.float32), sample_rate=8_000))


def test_ten_minutes_take_a_moment() -> None:
    audio = sounds.audio(np.tile(sounds.speech(30), 20))
    start = time.perf_counter()
    find_events(audio)
    assert time.perf_counter() - start < 6.0  # 0.3 s where nothing else runs; a loop over samples would take a minute
