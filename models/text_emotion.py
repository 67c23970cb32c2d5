"""The text model: one pass of a transformer over utterances gives their feeling and their sentence vector.

It is any sequence classifier of transformers; which of its labels mean what is `label_maps`'s matter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from stimmung.models.calibration import Calibration
from stimmung.models.label_maps import LabelMap
from stimmung.models.text_judgement import judge
from stimmung.models.text_parts import MOST_TOKENS, cut
from stimmung.models.text_vectors import Projection, mean_pooled
from stimmung.speech.engines import ModelId, SpokenText, TextReading
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import Samples, TextEmotionScore

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

SPLIT_FLAG = "split"


@dataclass(frozen=True, slots=True)
class TextOptions:
    """How texts are read."""

    batch: int = 32
    max_tokens: int = MOST_TOKENS  # of a text; longer ones are read in parts
    max_context: int = 48  # tokens; the last ones count
    stretch: float = 1.5  # a batch's longest text against its shortest: padding costs as much as words
    width_step: int = 8  # batches are padded to multiples of it, so that few shapes need preparing
    context: bool = True  # whether the model was trained to see the turn before
    vectors: bool = True  # whether its mean-pooled states are a sentence vector
    projection: Projection | None = None  # brings the sentence vectors to their place


@dataclass(frozen=True, slots=True)
class _Part:
    """A text, or a part of a long one: which text it belongs to, its tokens, and those with the context's."""

    owner: int
    text: str
    context: str
    tokens: int
    length: int


@dataclass(frozen=True, slots=True, eq=False)
class _Whole:
    """Of each text its outputs (texts, labels), its unit vector (texts, width), and of how many parts it was."""

    logits: npt.NDArray[np.float32]
    vectors: npt.NDArray[np.float32]
    parts: npt.NDArray[np.intp]


class TextModel:
    """Implements `TextEmotion` and `TextEmbedding` over one network."""

    def __init__(
        self,
        network: "PreTrainedModel",
        tokenizer: "PreTrainedTokenizerFast",
        labels: LabelMap,
        calibration: Calibration | None,
        model: ModelId,
        options: TextOptions | None = None,
    ) -> None:
        self.network = network
        self.network.train(False)
        self.calibration = calibration
        self._tokenizer = tokenizer
        self._labels = labels
        self._model = model
        self._options = options or TextOptions()

    @property
    def model(self) -> ModelId:
        return self._model

    @property
    def width(self) -> int:
        return int(self.network.config.hidden_size)

    @property
    def has_vectors(self) -> bool:
        return self._options.vectors

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        """Return a reading of each text; one without a letter is not judged, one without a digit either has no vector.

        Digits alone ("4, 7," of a customer number) say nothing of a feeling, and no training text was like them.
        """
        wanted = [index for index, one in enumerate(texts) if any(sign.isalnum() for sign in one.text)]
        whole = self._whole([texts[index] for index in wanted])
        readings = [TextReading(None, None) for _ in texts]
        for index, outputs, vector, parts in zip(wanted, whole.logits, whole.vectors, whole.parts, strict=True):
            emotion = None
            if any(sign.isalpha() for sign in texts[index].text):
                emotion = _flagged(judge(outputs, self._labels, self.calibration, texts[index].language), int(parts))
            readings[index] = TextReading(emotion, vector if self._options.vectors else None)
        return readings

    def embed(self, texts: Sequence[str]) -> Samples:
        """Return unit vectors (texts, width). Raises WeightsError where the model's states are no sentence vector."""
        if not self._options.vectors:
            raise WeightsError(f"{self._model.name} has no sentence vectors; mood-de-en has")
        return self._whole([SpokenText(text) for text in texts]).vectors

    def _whole(self, texts: Sequence[SpokenText]) -> _Whole:
        """Return outputs and unit vectors of each text: the mean over its parts, by their tokens."""
        parts = [part for index, text in enumerate(texts) for part in self._parts(index, text)]
        logits, vectors = self._run(parts)
        owners = np.array([part.owner for part in parts], np.intp)
        tokens = np.array([part.tokens for part in parts], np.float32)[:, np.newaxis]
        whole = _Whole(
            np.zeros((len(texts), logits.shape[1]), np.float32),
            np.zeros((len(texts), vectors.shape[1]), np.float32),
            np.bincount(owners, minlength=len(texts)),
        )
        np.add.at(whole.logits, owners, tokens * logits)
        np.add.at(whole.vectors, owners, tokens * vectors)
        whole.logits[:] /= np.bincount(owners, tokens[:, 0], len(texts))[:, np.newaxis]
        whole.vectors[:] /= np.maximum(np.linalg.norm(whole.vectors, axis=1, keepdims=True), 1e-9)
        return whole

    def _parts(self, owner: int, spoken: SpokenText) -> Iterator[_Part]:
        """Yield the text as it is, or where it is too long in parts of like length, cut between words."""
        context, before = self._tail(spoken.context) if self._options.context else ("", 0)
        for text, tokens in cut(spoken.text, self._offsets(spoken.text), self._options.max_tokens):
            yield _Part(owner, text, context, tokens, tokens + before)

    def _tail(self, context: str) -> tuple[str, int]:
        """Return the end of the context, and its tokens."""
        offsets = self._offsets(context)[-self._options.max_context :]
        return (context[offsets[0][0] :], len(offsets)) if offsets else ("", 0)

    def _offsets(self, text: str) -> list[tuple[int, int]]:
        """Return where each token begins and ends in `text`."""
        if not text:
            return []
        encoding = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return [tuple(pair) for pair in encoding["offset_mapping"]]

    def _run(self, parts: Sequence[_Part]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return logits (parts, labels) and vectors (parts, width), from batches of like length."""
        logits = np.zeros((len(parts), len(self.network.config.id2label or {})), np.float32)
        vectors = np.zeros((len(parts), self.width), np.float32)
        for places in self._batches([part.length for part in parts]):
            logits[places], vectors[places] = self._forward([parts[place] for place in places])
        return logits, vectors

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Yield the places of texts of like length, short ones first."""
        batch: list[int] = []
        for place in sorted(range(len(lengths)), key=lambda one: lengths[one]):
            longest = self._options.stretch * (lengths[batch[0]] + self._options.width_step) if batch else 0.0
            if batch and (len(batch) == self._options.batch or lengths[place] > longest):
                yield batch
                batch = []
            batch.append(place)
        if batch:
            yield batch

    @torch.inference_mode()
    def _forward(self, parts: Sequence[_Part]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        inputs, own = self._encode(parts)
        inputs = inputs.to(self.network.device)
        output = self.network(**inputs, output_hidden_states=self._options.vectors)
        scores = output.logits.float().cpu().numpy()
        if not self._options.vectors:
            return scores, np.zeros((len(parts), self.width), np.float32)
        pooled = mean_pooled(output.hidden_states[-1].float(), own.to(self.network.device))
        if self._options.projection:
            pooled = self._options.projection.apply(pooled)
        return scores, pooled.cpu().numpy()

    def _encode(self, parts: Sequence[_Part]) -> tuple[Any, torch.Tensor]:
        """Return padded inputs, and a mask (parts, tokens) of the text itself, with the marks around it.

        Any: transformers' BatchEncoding, whose keys depend on the model.
        """
        alone = [self._tokenizer(part.text, truncation=True) for part in parts if not part.context]
        paired = [self._tokenizer(part.context, part.text, truncation=True) for part in parts if part.context]
        one, two = iter(alone), iter(paired)
        encoded = [next(two) if part.context else next(one) for part in parts]
        padded = self._tokenizer.pad(
            [dict(each.items()) for each in encoded],
            pad_to_multiple_of=self._options.width_step,
            return_tensors="pt",
        )
        own = torch.zeros_like(padded["input_ids"])
        for row, (part, each) in enumerate(zip(parts, encoded, strict=True)):
            first = each.sequence_ids(0).index(1) - 1 if part.context else 0  # with the mark before the text
            own[row, first : len(each["input_ids"])] = 1
        return padded, own


def _flagged(emotion: TextEmotionScore, parts: int) -> TextEmotionScore:
    return replace(emotion, flags=(*emotion.flags, SPLIT_FLAG)) if parts > 1 else emotion
