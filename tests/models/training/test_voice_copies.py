"""Every clip is heard once a copy, behind its speaker's line, packed with others of the same call and alone."""

from collections.abc import Iterator

import numpy as np
import pytest
from tests.models.toy_head import PROSODY, STATES, ToyEncoder
from tests.models.training.toy_clips import clips
from tests.speech.sounds import silence, speech, tone

from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.models.training.voice_copies import MARGIN, Heard, as_recorded, augmented
from stimmung.speech.prosody import measure_prosody
from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.telephone import phone

SPEAKERS = ("anna", "boris", "carla", "dirk")
CLIPS = clips(SPEAKERS, ("anger", "sadness"), count=2, cut=("sadness",))
PLACE = 4  # the state of a `ToyEncoder` that tells where in the window a piece lies


def hear(seed: int) -> Heard:
    return augmented(CLIPS, ToyEncoder(place=1.0), np.random.default_rng(seed))


@pytest.fixture(scope="module")
def found() -> Heard:
    """What is heard of the clips with seed 0."""
    return hear(0)


def unchanged(sound: Samples) -> Samples:
    return sound


def calls_of(heard: Heard) -> Iterator[tuple[int, set[str]]]:
    """Yield each call's number and who speaks in it."""
    for call in np.unique(heard.call):
        yield int(call), {CLIPS[place].speaker for place in heard.clip[heard.call == call]}


# ---------------------------------------------------------------------------------------------------------------------
# behind lines of chance


def test_every_clip_is_heard_once_and_has_a_row_of_everything(found: Heard) -> None:
    count = len(CLIPS)
    assert sorted(found.clip.tolist()) == list(range(count))
    assert found.packed.shape == found.alone.shape == (count, STATES)
    assert found.prosody.shape == (count, PROSODY)
    assert np.isfinite(found.prosody).all()
    assert found.seconds.shape == found.later.shape == found.call.shape == found.cut.shape == (count,)
    assert found.cut.tolist() == [CLIPS[place].cut for place in found.clip]


def test_the_same_seed_is_the_same_sound_and_another_is_not(found: Heard) -> None:
    again, other = hear(0), hear(2)
    for name in ("clip", "packed", "alone", "prosody", "seconds", "later", "call"):
        assert np.array_equal(getattr(found, name), getattr(again, name))
    assert not np.array_equal(found.prosody[np.argsort(found.clip)], other.prosody[np.argsort(other.clip)])


def test_a_speaker_has_one_line_and_others_have_others(found: Heard) -> None:
    """Clips of 0.8 s are never cropped, so that how long one sounds is the speed of its line."""
    speeds: dict[str, set[float]] = {}
    for place, seconds in zip(found.clip, found.seconds, strict=True):
        speeds.setdefault(CLIPS[place].speaker, set()).add(round(float(seconds), 3))
    assert all(len(own) == 1 for own in speeds.values())
    assert len(set.union(*speeds.values())) > 1


def test_a_call_is_that_of_one_speaker(found: Heard) -> None:
    assert [names for _, names in calls_of(found)] == [{name} for name in SPEAKERS]


def test_long_clips_are_cropped_by_chance_and_keep_their_better_part() -> None:
    long_sound = speech(2.0)
    long = [LabelledVoice(long_sound, 0, 32_000, name, "anger") for name in SPEAKERS for _ in range(4)]
    seconds = augmented(long, ToyEncoder(), np.random.default_rng(0)).seconds
    assert seconds.max() <= 2.0 * 1.08 + 0.01
    assert seconds.min() >= 2.0 * 0.6 * 0.92 - 0.01
    assert np.unique(np.round(seconds, 2)).size > 6


# ---------------------------------------------------------------------------------------------------------------------
# packed and alone


def test_alone_is_always_first_and_packed_is_later_where_it_says_so(found: Heard) -> None:
    assert not found.alone[:, PLACE].any()
    assert np.array_equal(found.packed[:, PLACE] > 0, found.later)
    assert found.later.any()
    assert not found.later.all()


def test_both_hear_the_same_sound(found: Heard) -> None:
    assert np.array_equal(np.delete(found.packed, PLACE, axis=1), np.delete(found.alone, PLACE, axis=1))


def test_windows_are_as_long_as_recognition_makes_them() -> None:
    encoder = ToyEncoder()
    many = clips(("anna",), count=10)
    as_recorded(many, unchanged, encoder, seed=0)
    assert max(window.duration for window in encoder.asked) <= 14.0
    assert [len(window.pieces) for window in encoder.asked] == [11, 9] + [1] * 20  # packed, then alone


def test_what_lies_around_the_speech_is_hardly_louder_than_nothing() -> None:
    encoder = ToyEncoder()
    as_recorded(CLIPS[:1], unchanged, encoder, seed=0)
    window = encoder.asked[0]
    assert window.samples.shape[0] == CLIPS[0].samples.shape[0] + 2 * MARGIN
    assert 0 < np.abs(window.samples[:MARGIN]).max() < 1e-4
    assert 0 < np.abs(window.samples[-MARGIN:]).max() < 1e-4


# ---------------------------------------------------------------------------------------------------------------------
# as recorded


def test_as_recorded_all_of_a_speaker_are_one_call() -> None:
    found = as_recorded(CLIPS, unchanged, ToyEncoder(), seed=1)
    assert sorted(found.clip.tolist()) == list(range(len(CLIPS)))
    assert [names for _, names in calls_of(found)] == [{name} for name in SPEAKERS]
    assert found.seconds == pytest.approx(0.8)
    for row, place in enumerate(found.clip):
        assert np.array_equal(found.prosody[row], measure_prosody(CLIPS[place].speech).values)


def test_the_order_in_a_call_is_of_chance_and_the_same_for_a_seed() -> None:
    orders = [as_recorded(CLIPS, unchanged, ToyEncoder(), seed).clip.tolist() for seed in (1, 1, 2)]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]
    assert orders[0] != sorted(orders[0])


def test_a_condition_meets_the_whole_clip_and_the_speech_is_cut_out_of_what_comes_back() -> None:
    clip = LabelledVoice(np.concatenate([tone(0.5, 300.0), speech(1.0), silence(0.5)]), 8_000, 24_000, "anna", "anger")
    met: list[int] = []

    def line(sound: Samples) -> Samples:
        met.append(sound.shape[0])
        return phone(sound)

    found = as_recorded([clip], line, ToyEncoder(), seed=0)
    assert met == [2 * SAMPLE_RATE]
    assert found.seconds == pytest.approx([1.0])
    assert np.array_equal(found.prosody[0], measure_prosody(phone(clip.samples)[8_000:24_000]).values)


# ---------------------------------------------------------------------------------------------------------------------
# joined


def test_joining_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="nothing was heard"):
        Heard.joined([])


def test_copies_joined_are_calls_of_their_own(found: Heard) -> None:
    joined = Heard.joined([found, found])
    assert joined.clip.shape == (2 * len(CLIPS),)
    assert len(np.unique(joined.call)) == 2 * len(SPEAKERS)
    assert np.array_equal(joined.packed[len(CLIPS) :], found.packed)
