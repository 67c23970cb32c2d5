"""The text model's encoder alone, by numpy: the vector of what is searched for, without importing PyTorch.

A search embeds a line of text. PyTorch, transformers and their classes take 3 s of a processor to be there for it; the
weights, read as they lie, are there in 0.3 s with all that reads them, and a line takes 12 ms.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer

from stimmung.models.hub import Located
from stimmung.models.text_parts import MOST_TOKENS, cut
from stimmung.speech.engines import ModelId
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import Samples

CONFIG, TOKENIZER, WEIGHTS, PROJECTION = "config.json", "tokenizer.json", "model.safetensors", "embedding.safetensors"
EMBEDDINGS: Final = "bert.embeddings."
LAYER: Final = "bert.encoder.layer."
# Abramowitz and Stegun 1964, 7.1.26: erf to 1.5e-7. numpy has none.
ERF: Final = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
ERF_SLOPE: Final = 0.3275911


class TextEncoder:
    """Implements `TextEmbedding` over the weights of a BERT and the linear map of its mean-pooled states.

    Its vectors are those of TextModel with the same weights, to rounding.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        heads: int,
        layers: int,
        epsilon: float,
        tensors: Mapping[str, Samples],
        model: ModelId,
    ) -> None:
        self._tokenizer = tokenizer
        self._heads, self._layers, self._epsilon = heads, layers, epsilon
        self._tensors = tensors
        self._model = model

    @property
    def model(self) -> ModelId:
        return self._model

    @property
    def width(self) -> int:
        return int(self._tensors["weight"].shape[1])

    def embed(self, texts: Sequence[str]) -> Samples:
        """Return unit vectors (texts, width); of a long text the mean over its parts, which are of like length."""
        return np.array([self._whole(text) for text in texts], np.float32).reshape(len(texts), self.width)

    def _whole(self, text: str) -> Samples:
        offsets = self._tokenizer.encode(text, add_special_tokens=False).offsets
        parts = [self._part(part) for part, _ in cut(text, offsets, MOST_TOKENS)]
        return _unit(np.sum(parts, axis=0))

    def _part(self, text: str) -> Samples:
        states = self._embedded(self._tokenizer.encode(text).ids)
        for number in range(self._layers):
            states = self._layer(states, f"{LAYER}{number}.")
        return _unit(_unit(states.mean(axis=0)) @ self._tensors["weight"] + self._tensors["bias"])

    def _embedded(self, tokens: Sequence[int]) -> Samples:
        words = self._tensors[f"{EMBEDDINGS}word_embeddings.weight"][list(tokens)].astype(np.float32)
        places = self._tensors[f"{EMBEDDINGS}position_embeddings.weight"][: len(tokens)]
        first = self._tensors[f"{EMBEDDINGS}token_type_embeddings.weight"][0]
        return self._normal(words + places + first, f"{EMBEDDINGS}LayerNorm.")

    def _layer(self, states: Samples, name: str) -> Samples:
        attended = self._dense(self._attended(states, f"{name}attention.self."), f"{name}attention.output.dense.")
        states = self._normal(states + attended, f"{name}attention.output.LayerNorm.")
        inner = _gelu(self._dense(states, f"{name}intermediate.dense."))
        return self._normal(states + self._dense(inner, f"{name}output.dense."), f"{name}output.LayerNorm.")

    def _attended(self, states: Samples, name: str) -> Samples:
        """Return what each token (tokens, width) gathers from all of them."""
        tokens, width = states.shape
        query, key, value = (
            self._dense(states, f"{name}{one}.").reshape(tokens, self._heads, -1).transpose(1, 0, 2)
            for one in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(width // self._heads))
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        return np.asarray((weights @ value).transpose(1, 0, 2).reshape(tokens, width), np.float32)

    def _dense(self, states: Samples, name: str) -> Samples:
        return np.asarray(states @ self._tensors[f"{name}weight"].T + self._tensors[f"{name}bias"], np.float32)

    def _normal(self, states: Samples, name: str) -> Samples:
        centred = states - states.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        return np.asarray(centred / scale * self._tensors[f"{name}weight"] + self._tensors[f"{name}bias"], np.float32)


def load_encoder(located: Located) -> TextEncoder:
    """Read the embedded text model's encoder. Raises WeightsError where its files are damaged."""
    folder = located.folder
    try:
        config = json.loads((folder / CONFIG).read_bytes())
        tensors = {**_tensors(folder / WEIGHTS, (EMBEDDINGS, LAYER)), **_tensors(folder / PROJECTION, ("",))}
        return TextEncoder(
            Tokenizer.from_file(str(folder / TOKENIZER)),
            int(config["num_attention_heads"]),
            int(config["num_hidden_layers"]),
            float(config["layer_norm_eps"]),
            tensors,
            ModelId(located.name, located.sha256),
        )
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise WeightsError(f"{located.name}: {folder} holds no text model: {error!r}; reinstall stimmung") from error


def _tensors(file: Path, begin: tuple[str, ...]) -> dict[str, Samples]:
    """Return the arrays whose names begin so; those of tokens stay at half precision, of which few rows are read."""
    with safe_open(file, "numpy") as kept:
        names = [name for name in list(kept.keys()) if name.startswith(begin)]
        found = {name: kept.get_tensor(name) for name in names}
    return {name: one if "word_embeddings" in name else np.asarray(one, np.float32) for name, one in found.items()}


def _unit(vector: Samples) -> Samples:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def _gelu(values: Samples) -> Samples:
    """Return values times how likely a normal value is smaller (Hendrycks and Gimpel 2016)."""
    scaled = np.abs(values) * np.float32(math.sqrt(0.5))
    near = 1.0 / (1.0 + np.float32(ERF_SLOPE) * scaled)
    series = np.zeros_like(near)
    for factor in reversed(ERF):
        series = (series + np.float32(factor)) * near
    error = np.copysign(1.0 - series * np.exp(-scaled * scaled), values)
    return np.asarray(0.5 * values * (1.0 + error), np.float32)
