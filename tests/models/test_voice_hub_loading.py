"""Voice models of the hub are found and loaded; what cannot be is said with the way out."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.models.toy_voice import IEMOCAP, MSP, Toy, speech_model, voice, whisper_model
from transformers import HubertForSequenceClassification, WavLMForSequenceClassification

from stimmung.models.voice_hub import HubVoiceModel, PooledWav2Vec2
from stimmung.models.voice_hub_loading import load_voice_model, locate_voice_model
from stimmung.models.voice_label_maps import WELL_KNOWN
from stimmung.speech.engines import VoiceBaseline, VoiceEmotion
from stimmung.speech.errors import WeightsError
from stimmung.speech.settings import EMBEDDED_VOICE, ModelSettings

CPU = ModelSettings(device="cpu")
VOICES = [voice(0.8, 1), voice(0.7, 2)]
WEIGHTS, PICKLED = "model.safetensors", "pytorch_model.bin"


def edit(folder: Path, file: str = "config.json", **values: Any) -> Path:  # Any: JSON
    """Change values of a JSON file of the model."""
    content = json.loads((folder / file).read_text()) | values
    (folder / file).write_text(json.dumps(content))
    return folder


def rename(folder: Path, names: dict[str, str]) -> None:
    """Give weights other names, by what theirs end with; those without a new name go."""
    weights = load_file(folder / WEIGHTS)
    for old, new in names.items():
        key = next(key for key in weights if key.endswith(old))
        value = weights.pop(key)
        if new:
            weights[key.removesuffix(old) + new] = value
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})


@pytest.mark.parametrize(
    "make",
    [
        speech_model,
        partial(speech_model, HubertForSequenceClassification, norm="group"),
        partial(speech_model, WavLMForSequenceClassification),
        whisper_model,
    ],
    ids=["wav2vec2", "hubert", "wavlm", "whisper"],
)
def test_a_classifier_is_loaded_and_hears_what_was_saved(tmp_path: Path, make: Callable[[], Toy]) -> None:
    toy = make()
    model: VoiceEmotion = load_voice_model(str(toy.save(tmp_path)), CPU)
    rows = model.describe(VOICES)
    saved = np.stack([toy.outputs(one.samples).softmax(-1).numpy() for one in VOICES])
    assert rows == pytest.approx(saved, abs=1e-5)
    score = model.judge(rows[0], VoiceBaseline())
    assert sum(score.emotions.values()) == pytest.approx(1, abs=1e-5)
    assert model.model.name == str(tmp_path)
    assert len(model.model.sha256) == 64


def test_a_model_of_dimensions_is_loaded_by_the_name_it_has_on_the_hub(tmp_path: Path) -> None:
    toy = speech_model(PooledWav2Vec2, MSP)
    model = load_voice_model(locate_voice_model(str(toy.save(tmp_path))), CPU)
    assert isinstance(model.network, PooledWav2Vec2)
    rows = model.describe(VOICES)
    assert rows == pytest.approx(np.stack([toy.outputs(one.samples).numpy() for one in VOICES]), abs=1e-5)
    score = model.judge(rows[0], VoiceBaseline())
    assert score.arousal == pytest.approx(float(np.clip(2 * rows[0, 0] - 1, -1, 1)))
    assert score.valence == pytest.approx(float(np.clip(2 * rows[0, 2] - 1, -1, 1)))
    assert score.emotions == {}


def test_the_same_head_over_classes_gives_shares(tmp_path: Path) -> None:
    toy = speech_model(PooledWav2Vec2, IEMOCAP)
    rows = load_voice_model(str(toy.save(tmp_path)), CPU).describe(VOICES)
    assert rows.sum(axis=1) == pytest.approx([1, 1], abs=1e-5)


@pytest.mark.parametrize("kind", [PooledWav2Vec2, HubertForSequenceClassification])
def test_weights_under_older_names_are_all_found(tmp_path: Path, kind: type[PooledWav2Vec2]) -> None:
    toy = speech_model(kind, MSP if kind is PooledWav2Vec2 else IEMOCAP)
    before = load_voice_model(str(toy.save(tmp_path)), CPU).describe(VOICES)
    older = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}
    rename(tmp_path, older | {"masked_spec_embed": ""})
    assert load_voice_model(str(tmp_path), CPU).describe(VOICES) == pytest.approx(before, abs=1e-6)


def test_pickled_weights_are_read_where_there_are_no_others(tmp_path: Path) -> None:
    toy = speech_model(PooledWav2Vec2, MSP)
    before = load_voice_model(str(toy.save(tmp_path)), CPU).describe(VOICES)
    torch.save(load_file(tmp_path / WEIGHTS), tmp_path / PICKLED)
    (tmp_path / WEIGHTS).unlink()
    assert load_voice_model(str(tmp_path), CPU).describe(VOICES) == pytest.approx(before, abs=1e-6)


class Harm:
    """What runs a command when it is unpickled."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Path.touch, (self.witness,)  # type: ignore[return-value]  # a path is as good as its name here


def test_code_in_pickled_weights_is_not_run(tmp_path: Path) -> None:
    folder = speech_model().save(tmp_path / "model")
    (folder / WEIGHTS).unlink()
    torch.save({"classifier.weight": Harm(tmp_path / "ran")}, folder / PICKLED)
    with pytest.raises(WeightsError, match="no voice model that can be read"):
        load_voice_model(str(folder), CPU)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("known", [True, False])
def test_code_beside_the_weights_is_not_run_whatever_the_terminal_answers(
    tmp_path: Path, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda prompt: "y")  # transformers asks there by default
    folder = speech_model().save(tmp_path / "model")
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    own = {"AutoConfig": "own.Config", "AutoModelForAudioClassification": "own.Model"}
    edit(folder, auto_map=own)
    edit(folder, "preprocessor_config.json", auto_map={"AutoFeatureExtractor": "own.Extractor"})
    if known:
        load_voice_model(str(folder), CPU)
    else:
        edit(folder, model_type="ser")
        with pytest.raises(WeightsError, match="no voice model that can be read"):
            load_voice_model(str(folder), CPU)
    assert not (tmp_path / "ran").exists()


# ---------------------------------------------------------------------------------------------------------------------
# what cannot be loaded


@pytest.mark.parametrize(
    ("make", "values", "said"),
    [
        (partial(speech_model, labels=("LABEL_0", "LABEL_1")), {}, r"LABEL_0, LABEL_1.*id2label"),
        (speech_model, {"architectures": ["Wav2Vec2ForCTC"]}, r"Wav2Vec2ForCTC.*choose voice-emodb"),
        (speech_model, {"architectures": None}, "calls it nothing"),
        (speech_model, {"problem_type": "multi_label_classification"}, "several labels at once"),
        (partial(speech_model, labels=MSP), {}, "unknown scale"),
        (partial(speech_model, PooledWav2Vec2, MSP), {"pooling_mode": "max"}, "wav2vec2 and max"),
        (
            partial(speech_model, HubertForSequenceClassification, MSP),
            {"architectures": ["Wav2Vec2ForSpeechClassification"]},
            "hubert and mean",
        ),
    ],
)
def test_models_that_cannot_be_understood_are_refused_with_the_way_out(
    tmp_path: Path, make: Callable[[], Toy], values: dict[str, Any], said: str
) -> None:
    edit(make().save(tmp_path), **values)
    with pytest.raises(WeightsError, match=said) as refused:
        load_voice_model(str(tmp_path), CPU)
    assert str(tmp_path) in str(refused.value)
    assert WELL_KNOWN[0] in str(refused.value)


def test_a_head_that_would_be_left_to_chance_is_refused(tmp_path: Path) -> None:
    rename(speech_model().save(tmp_path), {"classifier.weight": "classifier.output.weight"})
    with pytest.raises(WeightsError, match=r"lack classifier\.weight, which would be left to chance"):
        load_voice_model(str(tmp_path), CPU)


def test_a_model_of_another_rate_is_refused(tmp_path: Path) -> None:
    edit(speech_model().save(tmp_path), "preprocessor_config.json", sampling_rate=8000)
    with pytest.raises(WeightsError, match="hears 8000 Hz; voices here have 16000 Hz"):
        load_voice_model(str(tmp_path), CPU)


@pytest.mark.parametrize("damage", ["config.json", "preprocessor_config.json", WEIGHTS, PICKLED])
@pytest.mark.parametrize("content", ["{", "[]", "", None])
def test_a_damaged_file_is_a_weights_error_that_names_the_folder(
    tmp_path: Path, damage: str, content: str | None
) -> None:
    folder = speech_model().save(tmp_path / "ours")
    if damage == PICKLED:
        (folder / WEIGHTS).unlink()
    (folder / damage).unlink(missing_ok=True)
    if content is not None:
        (folder / damage).write_text(content)
    with pytest.raises(WeightsError, match="ours"):
        load_voice_model(str(folder), CPU)


@pytest.mark.parametrize(
    "values",
    [{"hidden_size": 32}, {"hidden_size": "wide"}, {"conv_kernel": [1]}, {"conv_stride": 3}, {"id2label": ["ang"]}],
)
def test_a_configuration_that_does_not_fit_is_a_weights_error(tmp_path: Path, values: dict[str, Any]) -> None:
    edit(speech_model().save(tmp_path), **values)
    with pytest.raises(WeightsError, match=str(tmp_path)):
        load_voice_model(str(tmp_path), CPU)


def test_names_that_lead_nowhere_are_told_the_choices(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=f"choose {EMBEDDED_VOICE}"):
        locate_voice_model("no/such/name/at all", tmp_path)
    with pytest.raises(WeightsError, match="fetched when it is first used"):
        locate_voice_model(WELL_KNOWN[0], tmp_path)


# ---------------------------------------------------------------------------------------------------------------------
# around it


def test_where_pytorch_sees_no_gpu_the_processor_hears_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    model = load_voice_model(str(speech_model().save(tmp_path)), ModelSettings(device="cuda"))
    assert model.network.device.type == "cpu"
    assert "sees no GPU" in caplog.text


@pytest.mark.gpu
def test_a_gpu_hears_the_same(tmp_path: Path) -> None:
    folder = str(speech_model(PooledWav2Vec2, MSP).save(tmp_path))
    on_gpu: HubVoiceModel = load_voice_model(folder, ModelSettings(device="cuda"))
    assert on_gpu.network.device.type == "cuda"
    assert on_gpu.describe(VOICES) == pytest.approx(load_voice_model(folder, CPU).describe(VOICES), abs=1e-3)


def test_loading_writes_nothing_on_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    speech_model().save(tmp_path)
    capfd.readouterr()
    load_voice_model(str(tmp_path), CPU)
    assert capfd.readouterr() == ("", "")


def test_locating_imports_no_network() -> None:
    code = "import stimmung.models.voice_hub_loading, sys; assert not {'torch', 'transformers'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
