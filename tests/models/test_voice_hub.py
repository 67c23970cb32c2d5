"""Voice models of the hub hear what a plain forward pass hears, however voices are batched, and say it in our terms."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from tests.models import toy_voice
from tests.models.toy_voice import IEMOCAP, MSP, Toy, speech_model, voice, whisper_model
from transformers import (
    HubertForSequenceClassification,
    PreTrainedModel,
    Wav2Vec2Config,
    Wav2Vec2ForSequenceClassification,
    WavLMForSequenceClassification,
)

from stimmung.models.voice_hub import HubVoiceModel, HubVoiceOptions, PooledWav2Vec2, intake_of
from stimmung.models.voice_label_maps import voice_label_map
from stimmung.speech.engines import ModelId, Voice, VoiceBaseline
from stimmung.speech.records import SAMPLE_RATE, Samples, Span

LENGTHS = (0.8, 0.7, 0.9, 1.0, 0.7, 0.55)
VOICES = [voice(seconds, seed) for seed, seconds in enumerate(LENGTHS)]
NEW = VoiceBaseline()


class Watched:
    """A feature extractor that remembers the lengths of each batch, in seconds."""

    def __init__(self, toy: Toy) -> None:
        self.toy = toy
        self.batches: list[list[float]] = []

    def __call__(self, sounds: list[Samples], **options: Any) -> Any:  # Any: as transformers' own
        self.batches.append([len(sound) / SAMPLE_RATE for sound in sounds])
        return self.toy.extractor(sounds, **options)


def model_of(toy: Toy, options: HubVoiceOptions | None = None, extractor: Callable[..., Any] | None = None) -> Any:
    """Return the model over a toy; Any: tests set what a network would say."""
    names = [str(label) for label in (toy.network.config.id2label or {}).values()]
    labels = voice_label_map("toy", names)
    return HubVoiceModel(toy.network, extractor or toy.extractor, labels, ModelId("toy", "0" * 64), options)


def classes(*names: str) -> HubVoiceModel:
    """Return a model with these classes; only its judgement is asked."""
    made: HubVoiceModel = model_of(speech_model(labels=names))
    return made


KINDS = (Wav2Vec2ForSequenceClassification, HubertForSequenceClassification, WavLMForSequenceClassification)


# ---------------------------------------------------------------------------------------------------------------------
# hearing


@pytest.mark.parametrize("norm", ["layer", "group"])
@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_those_of_one_voice_at_a_time(kind: type[PreTrainedModel], norm: str) -> None:
    toy = speech_model(kind, norm=norm)
    alone = np.stack([toy.outputs(one.samples).softmax(-1).numpy() for one in VOICES])
    assert model_of(toy).describe(VOICES) == pytest.approx(alone, abs=1e-6)
    assert np.ptp(alone, axis=0).max() > 0.02  # the voices do differ


@pytest.mark.parametrize("norm", ["layer", "group"])
def test_dimensions_are_the_head_over_the_mean_state_in_time(norm: str) -> None:
    toy = speech_model(PooledWav2Vec2, MSP, norm)
    network: Any = toy.network
    rows = model_of(toy).describe(VOICES)
    assert rows.dtype == np.float32
    for row, one in zip(rows, VOICES, strict=True):
        inputs = toy.extractor(one.samples, sampling_rate=SAMPLE_RATE, return_tensors="pt", return_attention_mask=False)
        with torch.inference_mode():
            mean = network.wav2vec2(inputs["input_values"]).last_hidden_state[0].mean(dim=0)
            head = network.classifier
            expected = head.out_proj(torch.tanh(head.dense(mean)))
        assert row == pytest.approx(expected.numpy(), abs=1e-5)


def test_whisper_hears_its_fixed_length() -> None:
    toy = whisper_model()
    watched = Watched(toy)
    alone = np.stack([toy.outputs(one.samples).softmax(-1).numpy() for one in VOICES])
    model = model_of(toy, extractor=watched)
    assert model.describe(VOICES) == pytest.approx(alone, abs=1e-5)
    assert model.intake.fixed == toy_voice.WHISPER_SECONDS * SAMPLE_RATE
    assert len(watched.batches) == 1


@pytest.mark.parametrize("extractor_masks", [True, False])
def test_padding_goes_only_where_it_changes_nothing(extractor_masks: bool) -> None:
    layer = speech_model(norm="layer", extractor_masks=extractor_masks)
    group = speech_model(norm="group", extractor_masks=extractor_masks)
    mixed, equal = Watched(layer), Watched(group)
    model_of(layer, extractor=mixed).describe(VOICES)
    model_of(group, extractor=equal).describe(VOICES)
    assert mixed.batches == [[0.55, 0.7, 0.7, 0.8], [0.9, 1.0]]
    assert equal.batches == [[0.55], [0.7, 0.7], [0.8], [0.9], [1.0]]


def test_with_group_norm_a_mask_does_not_keep_padding_out() -> None:
    toy = speech_model(norm="group")
    alone = toy.outputs(VOICES[0].samples)
    inputs = toy.extractor(
        [VOICES[0].samples, voice(1.1).samples],
        sampling_rate=SAMPLE_RATE,
        padding="longest",
        return_attention_mask=True,
        return_tensors="pt",
    )
    with torch.inference_mode():
        padded = toy.network(**inputs).logits[0]
    assert (padded - alone).abs().max() > 1e-3


@pytest.mark.parametrize(
    "changes", [{"feat_extract_norm": "group"}, {"conv_pos_batch_norm": True}, {"add_adapter": True}]
)
def test_what_looks_over_the_mask_gets_no_padding(changes: dict[str, Any]) -> None:
    config = Wav2Vec2Config(feat_extract_norm="layer")
    assert intake_of(config).masked
    assert intake_of(config).least == 400  # 25 ms, as the paper of wav2vec 2.0 has it
    for name, value in changes.items():
        setattr(config, name, value)
    assert not intake_of(config).masked


def test_batches_stay_under_their_seconds_and_their_count() -> None:
    toy = speech_model()
    same = [voice(0.6, seed) for seed in range(5)]
    for options in (HubVoiceOptions(batch=2), HubVoiceOptions(batch_seconds=1.3)):
        watched = Watched(toy)
        model_of(toy, options, watched).describe(same)
        assert [len(batch) for batch in watched.batches] == [2, 2, 1]


def test_only_the_speech_is_heard_and_not_more_than_20_s_of_it() -> None:
    toy = speech_model()
    model = model_of(toy)
    assert model.describe([voice(0.8, around=0.2)]) == pytest.approx(model.describe([voice(0.8)]), abs=1e-6)
    watched = Watched(toy)
    model_of(toy, extractor=watched).describe([voice(21)])
    assert watched.batches == [[20.0]]


def test_a_voice_under_half_a_second_has_no_row_and_its_neighbours_keep_theirs() -> None:
    model = model_of(speech_model())
    rows = model.describe([voice(0.8), voice(0.49, around=0.2), voice(0.9)])
    assert np.isnan(rows).all(axis=1).tolist() == [False, True, False]
    assert rows[[0, 2]] == pytest.approx(model.describe([voice(0.8), voice(0.9)]), abs=1e-6)
    score = model.judge(rows[1], NEW)
    assert (score.arousal, score.valence, score.emotions) == (None, None, {})
    assert score.uncertain
    assert score.reason == "too short: less than 0.5 s of speech"


def test_where_shorter_ones_are_wanted_the_front_end_gets_what_it_needs() -> None:
    model = model_of(speech_model(), HubVoiceOptions(least_seconds=0.0))
    rows = model.describe([voice(0.005), Voice(np.zeros(0, np.float32), Span(0, 0))])
    assert np.isfinite(rows).all()


def test_no_voices_are_no_rows() -> None:
    assert model_of(speech_model()).describe([]).shape == (0, len(IEMOCAP))


# ---------------------------------------------------------------------------------------------------------------------
# judging


def test_classes_add_up_to_the_five_and_the_rest_is_missing() -> None:
    model = classes("angry", "calm", "neutral", "disgust", "happy")
    score = model.judge(np.array([0.5, 0.1, 0.2, 0.15, 0.05], np.float32), NEW)
    assert score.emotions == pytest.approx({"anger": 0.5, "fear": 0, "sadness": 0, "joy": 0.05, "neutral": 0.3})
    assert not score.uncertain
    assert score.reason == ""


@pytest.mark.parametrize(
    ("label", "arousal", "valence"), [("ang", 1, -1), ("hap", 1, 1), ("sad", -1, -1), ("neu", 0, 0)]
)
def test_a_sure_class_lies_in_its_quarter(label: str, arousal: int, valence: int) -> None:
    row = np.array([float(one == label) for one in IEMOCAP], np.float32)
    score = classes(*IEMOCAP).judge(row, NEW)
    assert score.arousal is not None
    assert score.valence is not None
    assert (np.sign(score.arousal), np.sign(score.valence)) == (arousal, valence)


def test_arousal_and_valence_are_expected_over_the_classes() -> None:
    model = classes("angry", "neutral")
    sure, half = model.judge(np.array([1, 0], np.float32), NEW), model.judge(np.array([0.5, 0.5], np.float32), NEW)
    assert (half.arousal, half.valence) == pytest.approx((0.5 * (sure.arousal or 0), 0.5 * (sure.valence or 0)))


def test_where_nothing_stands_out_it_is_uncertain_and_says_why() -> None:
    model = classes("angry", "sad", "neutral", "calm")
    even = model.judge(np.array([0.35, 0.35, 0.1, 0.2], np.float32), NEW)
    assert even.uncertain
    assert even.reason == "nothing stands out: the likeliest class has 0.35"
    assert even.arousal is not None
    together = model.judge(np.array([0.3, 0.1, 0.3, 0.3], np.float32), NEW)  # neutral and calm are one
    assert not together.uncertain


@pytest.mark.parametrize(
    ("row", "arousal", "valence"), [((0.5, 0.9, 0.5), 0, 0), ((1, 0, 0), 1, -1), ((1.2, 0, -0.1), 1, -1)]
)
def test_dimensions_of_0_to_1_become_minus_1_to_1(row: tuple[float, ...], arousal: float, valence: float) -> None:
    score = model_of(speech_model(PooledWav2Vec2, MSP)).judge(np.array(row, np.float32), NEW)
    assert (score.arousal, score.valence) == pytest.approx((arousal, valence))
    assert score.emotions == {}
    assert not score.uncertain


def test_the_baseline_is_neither_used_nor_changed() -> None:
    model = classes(*IEMOCAP)
    row = np.array([0.1, 0.2, 0.6, 0.1], np.float32)
    known = VoiceBaseline(np.array([0.0, 0.0, 1.0, 0.0], np.float32), 12.0)
    before, after = model.judge(row, NEW), model.judge(row, known)
    assert (before.arousal, before.valence, before.emotions) == (after.arousal, after.valence, after.emotions)
    assert model.accustom(known, row) is known
