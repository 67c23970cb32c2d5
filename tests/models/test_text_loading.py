"""Text models are found, verified and loaded; what cannot be is said with the way out."""

import json
from pathlib import Path

import pytest
from tests.models import toy_text

from stimmung.models import text_weights
from stimmung.models.calibration import CALIBRATION_FILE, Calibration, Platt, write_calibration
from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES
from stimmung.models.text_loading import load_text_model
from stimmung.models.text_weights import locate_text_model
from stimmung.speech.engines import SpokenText
from stimmung.speech.errors import WeightsError
from stimmung.speech.settings import EMBEDDED_TEXT, ModelSettings

SENTIMENT = ("positive", "negative", "neutral")
OURS = (*(f"polarity/{one}" for one in POLARITIES), *(f"goemotions/{one}" for one in GOEMOTIONS))
CPU = ModelSettings(device="cpu")


def test_a_folder_as_the_hub_has_it_is_loaded_and_reads(tmp_path: Path) -> None:
    folder = toy_text.save(tmp_path / "german-sentiment-bert", SENTIMENT, several=False)
    model = load_text_model(str(folder), CPU)
    (reading,) = model.read([SpokenText("danke", "de", context="frechheit")])
    assert reading.emotion is not None
    assert sum(reading.emotion.polarities.values()) == pytest.approx(1)
    assert reading.emotion.emotions == {}
    assert not reading.emotion.calibrated
    assert reading.vector is None
    assert model.model.name == str(folder)
    assert len(model.model.sha256) == 64


def test_numbered_labels_of_a_well_known_model_are_understood(tmp_path: Path) -> None:
    named = toy_text.save(tmp_path / "a" / "german-sentiment-bert", SENTIMENT, several=False)
    numbered = toy_text.save(tmp_path / "b" / "german-sentiment-bert", ("LABEL_0", "LABEL_1", "LABEL_2"), several=False)
    readings = [
        load_text_model(str(folder), CPU).read([SpokenText("danke")])[0].emotion for folder in (named, numbered)
    ]
    assert readings[0] is not None
    assert readings[1] is not None
    assert readings[0].polarities == pytest.approx(readings[1].polarities)


def test_a_go_emotions_model_gives_classes_and_a_polarity(tmp_path: Path) -> None:
    folder = toy_text.save(tmp_path / "go", GOEMOTIONS)
    (reading,) = load_text_model(str(folder), CPU).read([SpokenText("thanks")])
    assert reading.emotion is not None
    assert set(reading.emotion.labels) == set(GOEMOTIONS)
    assert len(reading.emotion.emotions) == 9
    assert reading.emotion.polarity in POLARITIES


def test_weights_of_our_kind_bring_their_calibration_and_vectors(tmp_path: Path) -> None:
    folder = toy_text.save(tmp_path / "ours", OURS)
    write_calibration(Calibration(1.5, {"joy": Platt(1, 2, 0.3)}, {}, ("de",)), folder)
    model = load_text_model(str(folder), CPU)
    assert model.calibration is not None
    assert model.calibration.labels["joy"] == Platt(1, 2, 0.3)
    assert model.has_vectors
    assert model.embed(["danke", "hallo"]).shape == (2, toy_text.WIDTH)


def test_labels_that_mean_nothing_here_stop_it(tmp_path: Path) -> None:
    folder = toy_text.save(tmp_path / "spam", ("spam", "ham"), several=False)
    with pytest.raises(WeightsError, match="spam, ham"):
        load_text_model(str(folder), CPU)


def test_a_folder_without_weights_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"config\.json and model\.safetensors or pytorch_model\.bin"):
        load_text_model(str(tmp_path), CPU)


@pytest.mark.parametrize("damage", ["config.json", "model.safetensors", "tokenizer.json", CALIBRATION_FILE])
def test_a_damaged_file_is_a_weights_error_that_names_the_folder(tmp_path: Path, damage: str) -> None:
    folder = toy_text.save(tmp_path / "ours", OURS)
    (folder / damage).write_text("{", "utf-8")
    with pytest.raises(WeightsError, match="ours"):
        load_text_model(str(folder), CPU)


def test_a_name_that_is_no_name_is_told_the_choices(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=EMBEDDED_TEXT):
        locate_text_model("no/such/name/at all", tmp_path)


def test_a_hub_model_that_is_not_here_is_not_fetched_by_locating(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="fetched when it is first used"):
        locate_text_model("oliverguhr/german-sentiment-bert", tmp_path)


def test_an_embedded_file_that_was_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_weights, "FOLDER", tmp_path)
    monkeypatch.setattr(text_weights, "SHA256", {"model.safetensors": "0" * 64})
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(WeightsError, match="reinstall stimmung"):
        locate_text_model(EMBEDDED_TEXT)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match="cannot be read"):
        locate_text_model(EMBEDDED_TEXT)


def test_where_pytorch_sees_no_gpu_the_processor_reads_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    model = load_text_model(str(toy_text.save(tmp_path / "ours", OURS)), ModelSettings(device="cuda"))
    assert model.network.device.type == "cpu"
    assert "sees no GPU" in caplog.text


def test_loading_writes_nothing_on_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load_text_model(str(toy_text.save(tmp_path / "ours", OURS)), CPU)
    capfd.readouterr()
    load_text_model(str(tmp_path / "ours"), CPU)
    assert capfd.readouterr() == ("", "")


# ---------------------------------------------------------------------------------------------------------------------
# the true weights


@pytest.mark.weights
def test_the_embedded_weights_are_whole_small_and_hold_no_pickle() -> None:
    located = locate_text_model(EMBEDDED_TEXT)
    files = [file for file in located.folder.iterdir() if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 75e6
    assert not [file.name for file in files if file.suffix in (".bin", ".pt", ".pkl", ".pickle")]
    assert json.loads((located.folder / "config.json").read_text())["id2label"]["0"] == "polarity/negative"
    assert set(text_weights.SHA256) == {file.name for file in files} - {"card.md"}


@pytest.mark.weights
@pytest.mark.parametrize(
    ("text", "language", "polarity", "emotions"),
    [
        ("Das ist eine Frechheit, ich bin richtig sauer auf Sie!", "de", "negative", {"anger", "annoyance"}),
        ("this is outrageous i am absolutely furious with you", "en", "negative", {"anger", "annoyance"}),
        ("Vielen herzlichen Dank, Sie haben mir sehr geholfen.", "de", "positive", {"gratitude", "joy"}),
        ("thank you so much you have been a great help", "en", "positive", {"gratitude", "joy"}),
        ("Meine Kundennummer ist vier sieben elf.", "de", "neutral", {"neutral"}),
        ("My postcode is the one on the letter.", "en", "neutral", {"neutral"}),
    ],
)
def test_the_embedded_weights_hear_the_plain_cases(text: str, language: str, polarity: str, emotions: set[str]) -> None:
    (reading,) = load_text_model(EMBEDDED_TEXT, ModelSettings()).read([SpokenText(text, language)])
    assert reading.emotion is not None
    assert reading.emotion.polarity == polarity
    likelihoods = reading.emotion.emotions
    assert max(likelihoods, key=lambda name: likelihoods[name]) in emotions
    assert reading.emotion.calibrated


@pytest.mark.weights
def test_the_embedded_vector_finds_the_meaning_in_the_other_language() -> None:
    model = load_text_model(EMBEDDED_TEXT, ModelSettings())
    german = model.embed(["Sie haben mir zweimal Geld abgebucht.", "Der Techniker ist nicht gekommen."])
    english = model.embed(["The engineer did not turn up.", "I was charged twice."])
    likeness = german @ english.T
    assert likeness[0].argmax() == 1
    assert likeness[1].argmax() == 0
