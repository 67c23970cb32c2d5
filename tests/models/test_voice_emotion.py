"""Voices are judged by states and prosody against the caller's own measure, and doubts are said in words."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.models.toy_head import CLASSES, PROSODY, STATES, TRUSTING, ToyEncoder, head, row, says
from tests.speech import sounds

from stimmung.models.training.voice_fit import usual_of
from stimmung.models.voice_emotion import QUALITY, EmbeddedVoice, Encoding, VoiceOptions
from stimmung.models.voice_head import VoiceHead
from stimmung.models.voice_label_maps import PLACES, SCORED
from stimmung.models.voice_states import states_of
from stimmung.speech.engines import ModelId, Voice, VoiceBaseline, VoiceEmotion
from stimmung.speech.prosody import NAMES, measure_prosody
from stimmung.speech.records import Samples, Span, VoiceEmotionScore

MODEL = ModelId("toy-head", "a" * 64)
NEW = VoiceBaseline()
FULL = VoiceOptions().baseline_seconds
EVER_CALM = head(("anger", "fear", "joy", "sadness"))  # knows no neutral voice, and so counts every one in full


def judged(described: Samples, made: VoiceHead | None = None) -> VoiceEmotionScore:
    return EmbeddedVoice(made or head(), MODEL).judge(described, NEW)


def spoken(seconds: float = 2.0, pitch: float = 130.0, around: float = 0.2, states: Samples | None = None) -> Voice:
    """Return something like speech between two stretches of quiet."""
    quiet = sounds.noise(around, level=1e-4)
    sound = np.concatenate([quiet, sounds.speech(seconds, pitch), quiet])
    return Voice(sound, Span(around, around + seconds), states)


def by_change(neutral: float = 0.0) -> VoiceHead:
    """Return a head to which anger is nothing but a prosody unlike the caller's usual one."""
    made = head(neutral=neutral)
    weights = np.zeros_like(made.weights)
    weights[STATES + PROSODY :, CLASSES.index("anger")] = 1 / PROSODY
    return replace(made, weights=weights)


def change_of(found: VoiceEmotionScore) -> float:
    """Return the mean change of prosody that a `by_change` head heard."""
    anger = found.emotions["anger"]
    return float(np.log(anger / (1 - anger) * (len(CLASSES) - 1)))


# ---------------------------------------------------------------------------------------------------------------------
# what is heard


def test_it_is_a_voice_model_of_the_pipeline() -> None:
    model: VoiceEmotion = EmbeddedVoice(head(), MODEL)
    assert model.model == MODEL


def test_a_description_is_states_prosody_and_quality_of_the_speech_alone() -> None:
    voice = spoken(states=says(anger=1.0))
    (found,) = EmbeddedVoice(head(), MODEL).describe([voice])
    prosody = measure_prosody(sounds.speech(2.0))
    assert np.array_equal(found[:STATES], says(anger=1.0))
    assert found[STATES : STATES + PROSODY] == pytest.approx(prosody.values)
    seconds, voiced, snr, clipped = found[STATES + PROSODY :]
    assert seconds == pytest.approx(2.0)
    assert voiced == pytest.approx(prosody.voiced)
    assert 25 < snr <= 99
    assert clipped < 0.01
    assert found.dtype == np.float32


def test_silence_around_a_voice_is_no_endless_clarity() -> None:
    quiet = np.zeros(3_200, np.float32)
    voice = Voice(np.concatenate([quiet, sounds.speech(2.0), quiet]), Span(0.2, 2.2), says())
    (found,) = EmbeddedVoice(head(), MODEL).describe([voice])
    assert found[STATES + PROSODY + QUALITY.index("snr")] == 99


def test_no_voices_are_no_rows_of_the_usual_width() -> None:
    assert EmbeddedVoice(head(), MODEL).describe([]).shape == (0, STATES + PROSODY + len(QUALITY))


def test_states_that_come_with_the_voices_are_taken_and_nothing_is_encoded() -> None:
    voices = [spoken(1.0, states=says(anger=3.0)), spoken(1.0, states=says(neutral=3.0))]
    found = EmbeddedVoice(head(), MODEL).describe(voices)
    assert np.array_equal(found[:, :STATES], [says(anger=3.0), says(neutral=3.0)])


def test_with_a_reader_every_voice_is_encoded_again_whatever_it_brings() -> None:
    voices = [spoken(seconds, pitch, states=says(anger=3.0)) for seconds, pitch in ((1.0, 120), (6.0, 200), (8.0, 90))]
    encoder = ToyEncoder()
    model = EmbeddedVoice(head(), MODEL, Encoding(lambda: encoder, "second pass with toy"))
    found = model.describe(voices)
    assert len(encoder.asked) == 2
    assert np.array_equal(found[:, :STATES], states_of(voices, ToyEncoder()))


def test_the_model_s_name_says_that_there_was_a_second_pass() -> None:
    model = EmbeddedVoice(head(), MODEL, Encoding(ToyEncoder, "second pass with toy"))
    assert model.model == ModelId("toy-head (second pass with toy)", "a" * 64)


def test_the_reader_is_fetched_when_voices_come_and_not_before() -> None:
    fetched: list[ToyEncoder] = []

    def fetch() -> ToyEncoder:
        fetched.append(ToyEncoder())
        return fetched[-1]

    model = EmbeddedVoice(head(), MODEL, Encoding(fetch))
    assert model.describe([]).shape[0] == 0
    assert fetched == []
    model.describe([spoken(1.0)])
    assert len(fetched) == 1


@pytest.mark.parametrize("encoding", [Encoding(), Encoding(lambda: None)], ids=["no states", "no encoder"])
def test_without_states_nothing_is_scored_and_the_reason_names_the_encoder(encoding: Encoding) -> None:
    model = EmbeddedVoice(head(), MODEL, encoding)
    rows = model.describe([spoken(1.0), spoken(2.0)])
    assert rows.shape == (2, STATES + PROSODY + len(QUALITY))
    found = model.judge(rows[1], NEW)
    assert (found.arousal, found.valence, found.emotions, found.uncertain) == (None, None, {}, True)
    assert found.reason == "the encoder of toy, on which the voice model stands, is not there"


def test_one_voice_without_states_does_not_cost_the_others_theirs() -> None:
    model = EmbeddedVoice(head(), MODEL)
    first, second = (model.judge(one, NEW) for one in model.describe([spoken(), spoken(states=says(anger=4.0))]))
    assert first.emotions == {}
    assert second.emotions["anger"] > 0.9


# ---------------------------------------------------------------------------------------------------------------------
# what it means


def test_boredom_counts_as_neutral_and_disgust_is_what_is_left_to_1() -> None:
    found = judged(row(np.log(np.array([1, 2, 3, 4, 1, 1, 1, 1], np.float32))))
    assert tuple(found.emotions) == SCORED
    assert found.emotions == pytest.approx({"anger": 0.1, "fear": 0, "sadness": 0, "joy": 0, "neutral": 0.6})
    assert 1 - sum(found.emotions.values()) == pytest.approx(0.3)


@pytest.mark.parametrize("name", CLASSES)
def test_arousal_and_valence_follow_the_places_of_the_classes(name: str) -> None:
    found = judged(row(says(**{name: 5.0})))
    assert found.arousal == pytest.approx(PLACES[name].arousal, abs=0.05)
    assert found.valence == pytest.approx(PLACES[name].valence, abs=0.05)


@given(st.lists(st.floats(-20, 20, width=32), min_size=STATES, max_size=STATES), st.floats(-20, 20, width=32))
@examples(max_examples=30)
def test_scores_keep_their_ranges(states: list[float], change: float) -> None:
    found = EmbeddedVoice(head(), MODEL).judge(row(np.array(states, np.float32), change), NEW)
    assert found.arousal is not None
    assert found.valence is not None
    assert -1 <= found.arousal <= 1
    assert -1 <= found.valence <= 1
    assert min(found.emotions.values()) >= 0
    assert sum(found.emotions.values()) <= 1 + 1e-6


def test_a_clear_voice_is_judged_without_doubt() -> None:
    found = judged(row(says(anger=4.0)))
    assert (found.uncertain, found.reason) == (False, "")


# ---------------------------------------------------------------------------------------------------------------------
# doubts


@pytest.mark.parametrize(
    ("quality", "reason"),
    [
        ({"seconds": 0.5, "voiced": 0.4}, "too short: 0.5 s of speech, 0.4 s of it voiced"),
        ({"seconds": 3.0, "voiced": 0.2}, "too short: 3.0 s of speech, 0.2 s of it voiced"),
        ({"snr": 2.0}, "noise: speech only 2 dB above it"),
        ({"snr": -20.0}, "noise: speech only 0 dB above it"),
        ({"clipped": 0.3}, "clipped: 30% of the samples"),
    ],
)
def test_thin_sound_is_scored_and_uncertain(quality: dict[str, float], reason: str) -> None:
    found = judged(row(says(anger=4.0), **quality))
    assert (found.uncertain, found.reason) == (True, reason)
    assert found.emotions["anger"] > 0.9


@pytest.mark.parametrize(
    "quality", [{"seconds": 0.6}, {"voiced": 0.25}, {"snr": 3.0}, {"clipped": VoiceOptions().most_clipped - 1e-6}]
)
def test_just_enough_is_enough(quality: dict[str, float]) -> None:
    assert judged(row(says(anger=4.0), **{"seconds": 0.6, **quality})).reason == ""


def test_a_short_burst_of_noise_is_too_thin_by_its_own_sound() -> None:
    model = EmbeddedVoice(head(), MODEL)
    sound = sounds.noise(1.4)
    drowned = Voice(sound, Span(0.2, 1.2), says(anger=4.0))
    brief = spoken(0.4, states=says(anger=4.0))
    reasons = [model.judge(one, NEW).reason for one in model.describe([drowned, brief])]
    assert all(reason.startswith(("too short", "noise")) for reason in reasons)


def test_a_sound_unlike_any_training_voice_is_uncertain() -> None:
    model = EmbeddedVoice(head(limits=replace(TRUSTING, strange=2.0)), MODEL)
    found = model.judge(row(says(anger=4.0), 3.0), NEW)
    assert (found.uncertain, found.reason) == (True, "unlike the voices it was trained on")
    assert model.judge(row(says(anger=4.0), 1.0), NEW).reason == ""


def test_where_no_class_is_likely_nothing_stands_out() -> None:
    made = head(limits=replace(TRUSTING, certain=0.6))
    assert judged(row(says(anger=1.0)), made).reason == "no feeling stands out"
    assert judged(row(says(anger=3.0)), made).reason == ""


def test_a_voice_of_another_feeling_fits_none_of_the_five() -> None:
    found = judged(row(says(disgust=4.0)))
    assert (found.uncertain, found.reason) == (True, "fits none of the five feelings")
    assert sum(found.emotions.values()) < 0.1


def test_a_calm_voice_is_certain_though_it_is_bored_and_neutral_by_halves() -> None:
    found = judged(row(says(neutral=4.0, boredom=4.0)))
    assert found.emotions["neutral"] > 0.9
    assert not found.uncertain


# ---------------------------------------------------------------------------------------------------------------------
# the caller's own measure


def accustomed(rows: list[Samples], model: EmbeddedVoice | None = None, start: VoiceBaseline = NEW) -> VoiceBaseline:
    model = model or EmbeddedVoice(EVER_CALM, MODEL)
    baseline = start
    for one in rows:
        baseline = model.accustom(baseline, one)
    return baseline


def test_the_baseline_is_the_mean_prosody_weighted_by_seconds() -> None:
    found = accustomed([row(says(), 1.0, seconds=1.0), row(says(), 4.0, seconds=2.0)])
    assert found.mean == pytest.approx(np.full(PROSODY, 3.0))
    assert found.seconds == pytest.approx(3.0)


def test_the_order_of_what_was_heard_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    rows = [row(says(), rng.normal(size=PROSODY).astype(np.float32), seconds=s) for s in (0.7, 3.0, 1.5)]
    joint = np.average([one[STATES : STATES + PROSODY] for one in rows], axis=0, weights=[0.7, 3.0, 1.5])
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        assert accustomed([rows[place] for place in order]).mean == pytest.approx(joint, abs=1e-6)


def test_it_grows_with_the_first_seconds_only() -> None:
    before = accustomed([row(says(), 1.0, seconds=5.0)] * 3)
    assert before.seconds == pytest.approx(15.0)  # the utterance that fills it is heard whole
    after = accustomed([row(says(), 9.0, seconds=5.0)], start=before)
    assert after is before
    almost = VoiceBaseline(before.mean, FULL - 0.1)
    assert accustomed([row(says(), 9.0)], start=almost).seconds > FULL


@pytest.mark.parametrize("quality", [{"seconds": 0.3}, {"voiced": 0.0}, {"snr": 0.0}, {"clipped": 0.5}])
def test_thin_sound_does_not_move_it(quality: dict[str, float]) -> None:
    start = accustomed([row(says(), 1.0)])
    assert accustomed([row(says(), 9.0, **quality)], start=start) is start
    assert accustomed([row(says(), 9.0, **quality)]) == NEW


def test_a_voice_without_states_does_not_move_it() -> None:
    assert accustomed([row(np.full(STATES, np.nan, np.float32), 2.0)]) == NEW


def test_an_utterance_counts_for_it_by_how_calm_it_is() -> None:
    made = head()
    model = EmbeddedVoice(made, MODEL)
    calm, bored, angry = says(neutral=4.0), says(boredom=4.0), says(anger=4.0)
    shares = [made.calmness(states, np.zeros(PROSODY, np.float32)) for states in (calm, bored, angry)]
    assert shares[0] == pytest.approx(shares[1])
    assert shares[0] > 0.9
    assert shares[2] < 0.1
    found = accustomed([row(states, value, seconds=2.0) for states, value in ((calm, 1.0), (angry, 5.0))], model)
    assert found.seconds == pytest.approx(2 * (shares[0] + shares[2]), rel=1e-4)
    assert found.mean == pytest.approx(
        np.full(PROSODY, (shares[0] + 5 * shares[2]) / (shares[0] + shares[2])), rel=1e-4
    )


def test_who_is_angry_from_the_first_word_on_does_not_make_anger_the_measure() -> None:
    model = EmbeddedVoice(head(), MODEL)
    found = accustomed([row(says(anger=5.0), 3.0)] * 10, model)
    assert found.seconds < 1.0
    assert accustomed([row(says(neutral=5.0), 1.0)] * 3, model, found).seconds > 5.0


def test_certain_anger_leaves_a_number_all_the_same() -> None:
    made = replace(head(), bias=np.array([900, 0, 0, 0], np.float32))
    found = accustomed([row(says(), 3.0)] * 2, EmbeddedVoice(made, MODEL))
    assert found.seconds == 0
    assert found.mean is not None
    assert np.isfinite(found.mean).all()
    assert EmbeddedVoice(made, MODEL).judge(row(says(), 3.0), found).emotions["anger"] == pytest.approx(1)


def test_a_baseline_is_not_changed_by_what_comes_after_it() -> None:
    first = accustomed([row(says(), 1.0)])
    accustomed([row(says(), 5.0)], start=first)
    assert first.mean == pytest.approx(np.full(PROSODY, 1.0))


def test_nobody_s_voice_is_compared_with_a_neutral_one() -> None:
    found = EmbeddedVoice(by_change(neutral=0.5), MODEL).judge(row(says(), 1.5), NEW)
    assert change_of(found) == pytest.approx(1.0, abs=1e-5)


def test_the_measure_moves_from_a_neutral_voice_to_the_caller_s_own() -> None:
    model = EmbeddedVoice(by_change(neutral=1.0), MODEL)
    own = np.full(PROSODY, 3.0, np.float32)
    seconds = (0.0, 2.0, 6.0, 1e6)
    found = [change_of(model.judge(row(says(), 3.0), VoiceBaseline(own, heard))) for heard in seconds]
    assert found == pytest.approx([2.0, 1.0, 0.5, 0.0], abs=1e-4)  # 2 s of one's own weigh as much as the prior


def test_a_caller_who_is_always_loud_is_not_angry_for_it() -> None:
    model = EmbeddedVoice(by_change(), MODEL)
    loud = row(says(), 2.0)
    used = accustomed([loud] * 6)
    assert change_of(model.judge(loud, NEW)) > 3 * change_of(model.judge(loud, used))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_shipped_measure_is_the_one_that_heads_are_trained_with(count: int) -> None:
    rng = np.random.default_rng(count)
    values = rng.normal(size=(count, PROSODY)).astype(np.float32)
    seconds = rng.uniform(0.8, 3.5, count).astype(np.float32)
    made = replace(
        head(),
        neutral=rng.normal(size=PROSODY).astype(np.float32),
        weights=rng.normal(scale=0.05, size=(STATES + 2 * PROSODY, len(CLASSES))).astype(np.float32),
    )
    model = EmbeddedVoice(made, MODEL)
    baseline = accustomed([row(says(), one, seconds=s) for one, s in zip(values, seconds, strict=True)], model)
    asked = rng.normal(size=PROSODY).astype(np.float32)
    counted = seconds * np.array([made.calmness(says(), one) for one in values])
    inputs = made.inputs(says(anger=1.0), asked, usual_of(values, counted, made.neutral))
    trained = made.probabilities(inputs)
    shipped = model.judge(row(says(anger=1.0), asked), baseline)
    assert shipped.emotions["anger"] == pytest.approx(float(trained[CLASSES.index("anger")]), abs=1e-5)
    assert shipped.arousal == pytest.approx(float(trained @ np.array(made.places)[:, 0]), abs=1e-5)


def test_real_sound_moves_the_measure_by_its_prosody() -> None:
    model = EmbeddedVoice(EVER_CALM, MODEL)
    rows = model.describe([spoken(2.0, 120.0, states=says()), spoken(3.0, 220.0, states=says())])
    found = accustomed(list(rows))
    assert found.seconds == pytest.approx(5.0)
    assert found.mean is not None
    at = NAMES.index("pitch_median")
    low, high = (float(one[STATES + at]) for one in rows)
    assert float(found.mean[at]) == pytest.approx(low + 0.6 * (high - low), abs=1e-3)
