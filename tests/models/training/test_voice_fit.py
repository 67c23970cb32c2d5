"""A fit learns what the states say of a feeling, and neither the place in the window nor how long a clip was cut."""

from collections.abc import Iterator
from dataclasses import fields, replace

import numpy as np
import pytest
from tests.models import toy_head
from tests.models.toy_head import PROSODY, STATES
from tests.models.training.toy_e5 import calm
from tests.models.training.toy_heard import ENCODER, Said, heard

from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.models.training.voice_fit import (
    BASELINE_MOST,
    UNSET,
    FitOptions,
    Labelled,
    fit_head,
    labelled,
    usual_of,
)
from stimmung.models.voice_head import VoiceHead
from stimmung.models.voice_label_maps import PLACES
from stimmung.speech.records import Samples

PLAIN = FitOptions(epochs=30, batch=32, rate=0.1, dropout=0.0, smoothing=0.0, same=0.0)
NOTHING = np.zeros(PROSODY, np.float32)
CHANGE = STATES + PROSODY  # the input that is the first prosody number less the caller's


@pytest.fixture(scope="module", autouse=True)
def calmness() -> Iterator[None]:
    """One thread for all tests of this file."""
    with calm():
        yield


def two_feelings(count: int = 60, seed: int = 0) -> Labelled:
    """Return anger and neutral, told apart by the first state, with chance in the second."""
    rng = np.random.default_rng(seed)
    chance = rng.normal(size=count)
    return heard(
        [
            Said("anger" if number % 2 else "neutral", states=(1.0 if number % 2 else -1.0, chance[number]))
            for number in range(count)
        ]
    )


def likely(head: VoiceHead, *states: float, prosody: float = 0.0) -> dict[str, float]:
    """Return the probability of each class for an utterance with these states."""
    row = np.zeros(STATES, np.float32)
    row[: len(states)] = states
    found = head.probabilities(head.inputs(row, NOTHING + prosody, head.neutral))
    return dict(zip(head.classes, found.tolist(), strict=True))


def distance(head: VoiceHead, examples: Labelled) -> float:
    """Return how far the logits of the two hearings are from each other, on average."""
    inputs = [
        np.stack([head.inputs(states, NOTHING, head.neutral) for states in heard_so])
        for heard_so in (examples.heard.packed, examples.heard.alone)
    ]
    apart = (inputs[0] - inputs[1]) @ head.weights
    return float(np.abs(apart - apart.mean(axis=1, keepdims=True)).mean())


# ---------------------------------------------------------------------------------------------------------------------
# learning


def test_a_fit_finds_the_state_that_tells_feelings_apart() -> None:
    head = fit_head(two_feelings(), ENCODER, PLAIN)
    assert head.classes == ("anger", "neutral")
    assert likely(head, 1.0)["anger"] > 0.95
    assert likely(head, -1.0)["neutral"] > 0.95
    assert np.abs(head.weights[0]).min() > 5 * np.abs(head.weights[1]).max()


def test_a_head_names_its_encoder_and_the_places_of_its_classes() -> None:
    head = fit_head(two_feelings(), ENCODER, PLAIN)
    assert head.recogniser == "toy"
    assert head.fits(ENCODER.probe)
    assert head.places == tuple((PLACES[name].arousal, PLACES[name].valence) for name in ("anger", "neutral"))
    assert head.limits == UNSET
    assert head.weights.shape == (STATES + 2 * PROSODY, 2)
    assert head.weights.dtype == np.float32


def test_the_same_seed_is_the_same_head_and_another_is_not() -> None:
    options = replace(PLAIN, epochs=2, dropout=0.4)
    first, again, other = (fit_head(two_feelings(), ENCODER, replace(options, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.weights, again.weights)
    assert not np.array_equal(first.weights, other.weights)


def test_a_feature_that_never_moves_is_no_harm() -> None:
    head = fit_head(two_feelings(), ENCODER, PLAIN)
    assert np.isfinite(head.weights).all()
    assert likely(head, 1.0, 0.0, 0.0, 0.0) == likely(head, 1.0)


def test_rare_feelings_count_as_much_as_frequent_ones() -> None:
    same = [Said("neutral", states=(1.0,))] * 90 + [Said("anger", states=(1.0,))] * 10
    assert likely(fit_head(heard(same), ENCODER, PLAIN), 1.0)["anger"] == pytest.approx(0.5, abs=0.05)


def test_smoothing_keeps_a_head_from_being_too_sure() -> None:
    plain, smooth = (
        fit_head(two_feelings(), ENCODER, replace(PLAIN, epochs=60, smoothing=share)) for share in (0.0, 0.2)
    )
    assert likely(smooth, 1.0)["anger"] == pytest.approx(0.9, abs=0.03)  # half of the fifth is anger's own
    assert likely(plain, 1.0)["anger"] > 0.97


def test_the_price_of_the_place_brings_packed_and_alone_together() -> None:
    rng = np.random.default_rng(0)
    said = []
    for number in range(80):  # the second state tells the feeling too, but only of utterances that are packed
        sign = 1.0 if number % 2 else -1.0
        states = (sign + rng.normal(), 2 * sign + rng.normal())
        said.append(Said("anger" if sign > 0 else "neutral", states=states, alone=(states[0], 0.0)))
    examples = heard(said)
    free, priced = (fit_head(examples, ENCODER, replace(PLAIN, same=price)) for price in (0.0, 2.0))
    assert distance(priced, examples) < distance(free, examples) / 2
    assert likely(priced, 2.0)["anger"] > 0.7


# ---------------------------------------------------------------------------------------------------------------------
# what a voice is compared with


def test_the_neutral_voice_is_the_mean_of_the_neutral_ones() -> None:
    said = [Said("neutral", prosody=1.0), Said("neutral", prosody=3.0), Said("anger", prosody=50.0)]
    head = fit_head(heard(said), ENCODER, replace(PLAIN, epochs=1))
    assert head.neutral[0] == pytest.approx(2.0)


@pytest.mark.parametrize("known", [True, False], ids=["neutral said by others", "no neutral at all"])
def test_where_nobody_speaks_neutrally_the_mean_of_all_stands_for_it(known: bool) -> None:
    said = [Said("anger", "anna", prosody=1.0), Said("joy", "anna", prosody=3.0)]
    examples = heard([*said, Said("neutral", "boris")] if known else said)
    head = fit_head(examples.only(examples.speaker == "anna"), ENCODER, replace(PLAIN, epochs=1))
    assert head.neutral[0] == pytest.approx(2.0)
    assert np.isfinite(head.weights).all()


def test_utterances_are_compared_with_other_neutral_ones_of_their_own_call() -> None:
    calls = [(0, 1.0, 7.0), (1, 3.0, 4.0)]  # number, prosody of the quiet utterance, of the angry one
    said = []
    for call, quiet, angry in calls:
        said += [Said("neutral", prosody=quiet, call=call), Said("anger", prosody=angry, call=call)]
    head = fit_head(heard(said), ENCODER, replace(PLAIN, epochs=1, without_baseline=0.0))
    changes = []
    for _, quiet, angry in calls:
        usual = usual_of(np.array([[quiet]], np.float32), np.array([2.0]), np.array([2.0], np.float32))
        changes += [quiet - 2.0, angry - float(usual[0])]  # the neutral one has nobody but the neutral voice
    assert head.centre[CHANGE] == pytest.approx(np.mean(changes), abs=1e-5)
    assert head.scale[CHANGE] == pytest.approx(np.std(changes), abs=1e-4)


def test_some_utterances_are_heard_as_a_caller_s_first() -> None:
    said = [Said("neutral", prosody=1.0), Said("neutral", prosody=3.0), Said("anger", prosody=7.0)]
    head = fit_head(heard(said), ENCODER, replace(PLAIN, epochs=1, without_baseline=1.0))
    assert head.centre[CHANGE] == pytest.approx(np.mean([-1.0, 1.0, 5.0]), abs=1e-5)
    assert head.scale[CHANGE] == pytest.approx(np.std([-1.0, 1.0, 5.0]), abs=1e-4)


def test_a_baseline_is_drawn_to_the_neutral_voice_by_how_short_it_is() -> None:
    own, neutral = np.array([[2.0], [5.0]], np.float32), np.array([1.0], np.float32)
    assert usual_of(own, np.array([1.0, 1.0]), neutral) == pytest.approx([1 + 0.5 * 2.5])  # 2 s weigh as the prior
    assert usual_of(own, np.array([3.0, 1.0]), neutral) == pytest.approx([1 + 4 / 6 * 1.75])
    assert usual_of(own, np.array([1e6, 1e-6]), neutral) == pytest.approx([2.0], abs=1e-4)
    assert BASELINE_MOST == 3


# ---------------------------------------------------------------------------------------------------------------------
# classes that exist only cut


def test_how_long_a_clip_was_cut_tells_nothing_of_the_classes_that_exist_only_so() -> None:
    """The second state is how long a clip is; fear exists only cut, so that nothing long is ever fear."""
    rng = np.random.default_rng(0)
    said = []
    for number in range(240):
        feeling = number % 3
        noise = 0.3 * rng.normal(size=2)
        names = ("anger", "neutral", "fear")
        whole = number % 2 == 0 and feeling < 2
        states = (float(feeling) - 1 + noise[0], 1.0 if whole else -1.0, float(feeling == 2) + noise[1])
        said.append(Said(names[feeling], states=states, cut=not whole))
    head = fit_head(heard(said), ENCODER, replace(PLAIN, epochs=20))
    long, short = (likely(head, 1.0, length, 1.0)["fear"] for length in (1.0, -1.0))
    assert short > 0.9
    assert long > 0.9


# ---------------------------------------------------------------------------------------------------------------------
# adapting


def start() -> VoiceHead:
    """Return a head of other classes and scales than the examples have."""
    rng = np.random.default_rng(4)
    plain = toy_head.head(("anger", "joy", "neutral"), neutral=0.5)
    weights = 0.1 * rng.normal(size=plain.weights.shape).astype(np.float32)
    return replace(plain, weights=weights, bias=np.array([0.1, 0.2, 0.3], np.float32), scale=plain.scale * 2)


@pytest.mark.parametrize("options", [replace(PLAIN, rate=0.0, weight_decay=1.0), replace(PLAIN, epochs=0)])
def test_adapting_without_steps_gives_the_start_back(options: FitOptions) -> None:
    before = start()
    head = fit_head(two_feelings(), ENCODER, options, before)
    assert np.array_equal(head.weights, before.weights)
    assert np.array_equal(head.bias, before.bias)
    assert np.array_equal(start().weights, before.weights)


def test_adapting_keeps_classes_scales_and_the_neutral_voice() -> None:
    before = start()
    head = fit_head(two_feelings(), ENCODER, replace(PLAIN, epochs=60), before)
    assert head.classes == ("anger", "joy", "neutral")
    for name in ("centre", "scale", "neutral"):
        assert np.array_equal(getattr(head, name), getattr(before, name))
    for state, name in ((1.0, "anger"), (-1.0, "neutral")):
        found = likely(head, state)
        assert max(found, key=found.__getitem__) == name


def test_decay_leads_back_to_the_start_and_not_to_nothing() -> None:
    before = start()
    gentle = replace(PLAIN, epochs=60, rate=1e-3)
    free, held = (fit_head(two_feelings(), ENCODER, replace(gentle, weight_decay=d), before) for d in (0.0, 300.0))
    moved = [float(np.abs(head.weights - before.weights).mean()) for head in (free, held)]
    assert moved[1] < moved[0] / 2
    assert np.abs(held.weights).mean() == pytest.approx(np.abs(before.weights).mean(), rel=0.1)


# ---------------------------------------------------------------------------------------------------------------------
# rows


def test_labels_follow_the_clips_that_were_heard() -> None:
    sound = np.zeros(16_000, np.float32)
    clips = [LabelledVoice(sound, 0, 16_000, who, how) for who, how in (("anna", "joy"), ("boris", "anger"))]
    examples = two_feelings(3)
    rows = replace(examples.heard, clip=np.array([1, 0, 1]))
    found = labelled(rows, clips, ("anger", "joy", "neutral"))
    assert found.label.tolist() == [0, 1, 0]
    assert found.speaker.tolist() == ["boris", "anna", "boris"]


def test_parts_are_chosen_and_joined_row_by_row() -> None:
    examples = two_feelings(6)
    odd = np.arange(6) % 2 == 1
    joined = Labelled.joined([examples.only(~odd), examples.only(odd)])
    order = [0, 2, 4, 1, 3, 5]
    assert joined.label.tolist() == examples.label[order].tolist()
    assert np.array_equal(joined.heard.packed, examples.heard.packed[order])
    assert joined.heard.clip.tolist() == order


def test_calls_of_different_copies_stay_apart() -> None:
    part = heard([Said("anger", call=0), Said("anger", call=2), Said("neutral", call=2)])
    assert Labelled.joined([part, part]).heard.call.tolist() == [0, 2, 2, 3, 5, 5]


def test_every_column_has_a_row_for_each_utterance() -> None:
    examples = two_feelings(5).only(np.array([True, False, True, True, False]))
    columns: list[Samples] = [getattr(examples.heard, field.name) for field in fields(examples.heard)]
    assert {column.shape[0] for column in columns} == {3}
