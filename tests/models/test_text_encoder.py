"""The encoder without PyTorch gives the vectors of the one with it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.models import toy_text

from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES
from stimmung.models.hub import Located
from stimmung.models.label_maps import label_map
from stimmung.models.registry import build_embedding
from stimmung.models.text_emotion import TextModel, TextOptions
from stimmung.models.text_encoder import load_encoder
from stimmung.models.text_loading import load_text_model
from stimmung.models.text_vectors import PROJECTION_FILE, Projection, read_projection, write_projection
from stimmung.speech.engines import ModelId
from stimmung.speech.errors import WeightsError
from stimmung.speech.settings import EMBEDDED_TEXT, ModelSettings, Settings

OURS = (*(f"polarity/{one}" for one in POLARITIES), *(f"goemotions/{one}" for one in GOEMOTIONS))
TEXTS = ["danke", "nein nein nicht gut .", "unbekanntes", "", "ich warte " * 20]
TRUE_TEXTS = [
    "I want to cancel my contract",
    "Die Kündigungsbestätigung fehlt! [IBAN]",
    "ja",
    "",
    "zweimal bezahlt, " * 90,
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A toy of our kind, with a map of its vectors."""
    toy_text.save(tmp_path, OURS)
    torch.manual_seed(1)
    write_projection(Projection(torch.randn(toy_text.WIDTH, toy_text.WIDTH), torch.randn(toy_text.WIDTH)), tmp_path)
    return tmp_path


def located(folder: Path) -> Located:
    return Located("toy", folder, "folder", "0" * 64)


def test_its_vectors_are_those_of_the_text_model(folder: Path) -> None:
    options = TextOptions(projection=read_projection(folder))
    labels = label_map("toy", list(OURS), several=True)
    model = TextModel(
        toy_text.network(OURS), toy_text.fast_tokenizer(), labels, None, ModelId("toy", "0" * 64), options
    )
    encoder = load_encoder(located(folder))
    assert encoder.width == model.width
    assert encoder.model == model.model
    assert np.abs(encoder.embed(TEXTS) - model.embed(TEXTS)).max() < 1e-5
    assert encoder.embed([]).shape == (0, toy_text.WIDTH)


@pytest.mark.parametrize("name", ["model.safetensors", PROJECTION_FILE, "config.json"])
def test_damaged_files_are_told(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"{}")
    with pytest.raises(WeightsError, match="reinstall"):
        load_encoder(located(folder))


@pytest.mark.weights
def test_the_true_ones_are_the_same_too() -> None:
    encoder = build_embedding(Settings())
    assert encoder is not None
    model = load_text_model(EMBEDDED_TEXT, ModelSettings(device="cpu"))
    found, expected = encoder.embed(TRUE_TEXTS), model.embed(TRUE_TEXTS)
    assert (found * expected).sum(axis=1).min() > 0.9999  # the text model may calculate in bfloat16
    assert encoder.model == model.model


@pytest.mark.slow
def test_a_search_imports_no_pytorch() -> None:
    line = (
        "import sys\nfrom stimmung.models.registry import build_embedding\n"
        "from stimmung.speech.settings import Settings\nbuild_embedding(Settings()).embed(['ja'])\n"
        "print(*(one for one in ('torch', 'transformers', 'ctranslate2') if one in sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == ""
