"""A voice head is the same when it is read back; what is no head of this version is refused with the way out."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from tests.models import toy_head
from tests.models.toy_head import CLASSES, PROSODY, STATES, says

from stimmung.models.voice_head import (
    FILE,
    FORMAT,
    LIMIT,
    HeadLimits,
    VoiceHead,
    is_head,
    probe_sound,
    read_head,
    write_head,
)
from stimmung.speech.errors import WeightsError
from stimmung.speech.prosody import measure_prosody
from stimmung.speech.records import Samples

NOTHING = np.zeros(PROSODY, np.float32)
Change = Callable[[dict[str, Samples], dict[str, str]], None]


def random_head() -> VoiceHead:
    """Return a head with a different number in every place."""
    rng = np.random.default_rng(3)
    plain = toy_head.head(limits=HeadLimits(0.41, 2.5, 3.0))
    arrays = {name: rng.normal(size=getattr(plain, name).shape) for name in ("centre", "weights", "bias", "neutral")}
    scale = rng.uniform(0.5, 2, plain.scale.shape)
    return replace(plain, scale=scale.astype(np.float32), **{name: a.astype(np.float32) for name, a in arrays.items()})


def likely(head: VoiceHead, seed: int = 5) -> Samples:
    rng = np.random.default_rng(seed)
    sizes = (STATES, PROSODY, PROSODY)
    return head.probabilities(head.inputs(*(rng.normal(size=size).astype(np.float32) for size in sizes)))


def changed(folder: Path, change: Change) -> Path:
    """Write a head of which arrays and metadata were changed, and return its folder."""
    file = write_head(toy_head.head(), folder)
    with safe_open(file, "numpy") as opened:
        metadata = dict(opened.metadata())
    arrays = load_file(file)
    change(arrays, metadata)
    save_file(arrays, file, metadata)
    return folder


# ---------------------------------------------------------------------------------------------------------------------
# files


def test_a_head_that_is_read_back_is_the_same_head(tmp_path: Path) -> None:
    head = random_head()
    file = write_head(head, tmp_path / "new" / "folder")
    again = read_head(file.parent)
    assert np.array_equal(likely(again), likely(head))
    assert np.array_equal(again.neutral, head.neutral)
    assert (again.recogniser, again.classes, again.places) == (head.recogniser, head.classes, head.places)
    assert again.limits == HeadLimits(0.41, 2.5, 3.0)
    assert again.fits(head.probe)
    assert again.weights.dtype == np.float32


def test_a_head_without_limits_survives_its_file(tmp_path: Path) -> None:
    assert read_head(write_head(toy_head.head(), tmp_path).parent).limits.strange == float("inf")


def test_a_file_holds_numbers_only_and_is_small(tmp_path: Path) -> None:
    file = write_head(random_head(), tmp_path)
    assert file.name == FILE
    assert set(load_file(file)) == {"centre", "scale", "weights", "bias", "neutral", "probe"}
    assert file.stat().st_size < 50_000


def other_prosody(arrays: dict[str, Samples], metadata: dict[str, str]) -> None:
    metadata["prosody"] = json.dumps(["pitch", "loudness"])


def other_format(arrays: dict[str, Samples], metadata: dict[str, str]) -> None:
    metadata["format"] = "stimmung-voice-head-0"


def not_our_format(arrays: dict[str, Samples], metadata: dict[str, str]) -> None:
    metadata.clear()


def no_bias(arrays: dict[str, Samples], metadata: dict[str, str]) -> None:
    del arrays["bias"]


def one_more_array(arrays: dict[str, Samples], metadata: dict[str, str]) -> None:
    arrays["hidden"] = np.zeros(3, np.float32)


def fewer_weights(arrays: dict[str, Samples], metadata: dict[str, str]) -> None:
    arrays["weights"] = arrays["weights"][:-1].copy()


def one_class_less(arrays: dict[str, Samples], metadata: dict[str, str]) -> None:
    told = json.loads(metadata["head"])
    metadata["head"] = json.dumps({**told, "classes": told["classes"][:-1]})


def no_limits(arrays: dict[str, Samples], metadata: dict[str, str]) -> None:
    told = json.loads(metadata["head"])
    del told["limits"]
    metadata["head"] = json.dumps(told)


def half_a_sentence(arrays: dict[str, Samples], metadata: dict[str, str]) -> None:
    metadata["head"] = metadata["head"][:20]


def no_names(arrays: dict[str, Samples], metadata: dict[str, str]) -> None:
    del metadata["prosody"]


@pytest.mark.parametrize(
    ("change", "says_so"),
    [
        (other_prosody, "other prosody features.*train it again"),
        (other_format, f"{FORMAT}.*train-voice"),
        (not_our_format, f"{FORMAT}.*train-voice"),
        (no_bias, "damaged.*fetch or train it again"),
        (one_more_array, "damaged.*fetch or train it again"),
        (fewer_weights, "damaged.*weights.*fetch or train it again"),
        (one_class_less, "damaged.*fetch or train it again"),
        (no_limits, "damaged.*fetch or train it again"),
        (half_a_sentence, "damaged.*fetch or train it again"),
        (no_names, "damaged.*fetch or train it again"),
    ],
)
def test_what_is_no_head_of_this_version_is_refused(tmp_path: Path, change: Change, says_so: str) -> None:
    folder = changed(tmp_path / "heads", change)
    with pytest.raises(WeightsError, match=says_so) as caught:
        read_head(folder)
    assert str(folder / FILE) in str(caught.value)


def test_a_damaged_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(write_head(toy_head.head(), tmp_path).read_bytes()[:100])
    with pytest.raises(WeightsError, match=f"{FILE}: no voice head that can be read"):
        read_head(tmp_path)
    (tmp_path / FILE).unlink()
    with pytest.raises(WeightsError, match=f"{FILE}: no voice head that can be read"):
        read_head(tmp_path)


def test_a_folder_is_known_for_a_head_by_what_its_file_says_of_itself(tmp_path: Path) -> None:
    write_head(toy_head.head(), tmp_path / "ours")
    changed(tmp_path / "older", other_format)
    changed(tmp_path / "transformers", not_our_format)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / FILE).write_text("{")
    names = ("ours", "older", "transformers", "broken", "absent")
    assert [name for name in names if is_head(tmp_path / name)] == ["ours", "older"]


# ---------------------------------------------------------------------------------------------------------------------
# numbers


def test_probabilities_add_up_and_follow_the_states() -> None:
    head = toy_head.head()
    found = head.probabilities(head.inputs(says(anger=2.0, neutral=1.0), NOTHING, NOTHING))
    assert found.sum() == pytest.approx(1)
    assert found[CLASSES.index("anger")] / found[CLASSES.index("neutral")] == pytest.approx(np.e)
    assert found[CLASSES.index("boredom")] == pytest.approx(found[CLASSES.index("disgust")])


def test_inputs_are_states_prosody_and_what_changed_in_standard_deviations() -> None:
    ramp = np.linspace(-1, 1, PROSODY).astype(np.float32)
    head = replace(toy_head.head(), scale=np.full(STATES + 2 * PROSODY, 2.0, np.float32))
    found = head.inputs(says(anger=1.0), ramp, ramp - 3)
    assert np.array_equal(found[:STATES], says(anger=0.5))
    assert found[STATES : STATES + PROSODY] == pytest.approx(ramp / 2)
    assert found[STATES + PROSODY :] == pytest.approx(np.full(PROSODY, 1.5))


def test_one_odd_number_does_not_decide() -> None:
    head = toy_head.head()
    found = head.inputs(says(anger=1e9), NOTHING, NOTHING + 1e9)
    assert found.max() == LIMIT
    assert found.min() == -LIMIT


def test_huge_logits_are_probabilities_all_the_same() -> None:
    head = replace(toy_head.head(), bias=np.array([2000, 0, 0, -2000], np.float32))
    assert likely(head) == pytest.approx([1, 0, 0, 0])


def test_strangeness_is_a_distance_and_the_caller_s_change_is_no_part_of_it() -> None:
    head = toy_head.head()
    far = head.inputs(np.full(STATES, 3.0, np.float32), NOTHING + 3, NOTHING + 3)
    assert head.strangeness(far) == pytest.approx(3)
    assert head.strangeness(head.inputs(says(), NOTHING, NOTHING - 4)) == 0


# ---------------------------------------------------------------------------------------------------------------------
# whose encoder


@pytest.mark.parametrize(("factor", "same"), [(1.0, True), (1.02, True), (0.98, True), (1.5, False), (0.5, False)])
def test_a_head_knows_its_encoder_by_the_states_of_a_sound(factor: float, same: bool) -> None:
    head = toy_head.head()
    assert head.fits(np.asarray(head.probe * factor, np.float32)) is same


def test_rounding_all_over_the_states_is_the_same_encoder_and_noise_is_another() -> None:
    head = toy_head.head()
    step = np.random.default_rng(0).choice([-1, 1], STATES).astype(np.float32) * head.probe
    assert head.fits(head.probe + np.float32(0.02) * step)
    assert not head.fits(head.probe + np.float32(0.5) * step)
    assert not head.fits(np.full(STATES, np.nan, np.float32))


@pytest.mark.parametrize("width", [0, 4, 7, 16])
def test_an_encoder_of_another_width_fits_never(width: int) -> None:
    assert not toy_head.head().fits(np.resize(toy_head.head().probe, width))


def test_the_test_sound_is_a_voice_that_does_not_change() -> None:
    sound = probe_sound()
    assert sound.shape == (32_000,)
    assert sound.dtype == np.float32
    assert 0.1 < np.abs(sound).max() < 0.5
    assert measure_prosody(sound).pitch == pytest.approx(150, abs=8)
    assert np.array_equal(sound, probe_sound())
