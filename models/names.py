"""Names of persons in text, by any token classifier of transformers that knows a label for them.

It helps where nothing around a name says that it is one; most such models were trained on written text and miss names
in lower case. Nothing that came from the hub is executed.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError

from stimmung.models.hub import Located
from stimmung.models.names_lazy import locate_names_model
from stimmung.models.precision import halves
from stimmung.models.pretrained import device_for, quiet
from stimmung.speech.engines import ModelId
from stimmung.speech.errors import WeightsError
from stimmung.speech.settings import ModelSettings

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

logger = logging.getLogger(__name__)

BATCH = 32  # pieces of text in one pass
MAX_TOKENS = 256  # of a piece; an utterance of 20 s has about 80
OVERLAP = 32  # tokens that two pieces of one text share, so that no name is cut in two
PLACE_IN_NAME = re.compile(r"^(?:[BIESLU][-_])|(?:[-_][BIESLU])$")  # B-PER and PER-B are beginnings of PER
PERSON = frozenset(
    {
        "per", "pers", "person", "personname", "name", "names", "firstname", "givenname", "lastname", "surname",
        "familyname", "middlename", "fullname", "human", "privateperson", "patient", "doctor",
    }
)  # fmt: skip
"""What token classifiers on the hub call persons and the parts of their names, letters only and in lower case."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Tokens of one text: where each begins and ends in it, which word it belongs to, None for marks."""

    owner: int
    tokens: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    words: tuple[int | None, ...]


class NameModel:
    """Implements `NameFinder` over one network. Raises WeightsError where none of its labels means a person."""

    def __init__(self, network: "PreTrainedModel", tokenizer: "PreTrainedTokenizerFast", model: ModelId) -> None:
        labels = {int(place): str(label) for place, label in (network.config.id2label or {}).items()}
        self._persons = frozenset(place for place, label in labels.items() if is_person(label))
        if not self._persons:
            raise WeightsError(
                f"{model.name} has labels {', '.join(labels.values())}, none of which means a person (such as B-PER);"
                " choose another names model, or none"
            )
        self.network = network
        self.network.train(False)
        self._tokenizer = tokenizer
        self._model = model
        places = int(getattr(network.config, "max_position_embeddings", MAX_TOKENS + 2))
        self._max_tokens = min(MAX_TOKENS, tokenizer.model_max_length, places - 2)  # RoBERTa wastes two places

    @property
    def model(self) -> ModelId:
        return self._model

    def find_names(self, texts: Sequence[str], language: str) -> list[list[tuple[int, int]]]:  # noqa: ARG002 one for all
        """Return of each text the characters (start, end) of the names in it, in order."""
        found: list[list[tuple[int, int]]] = [[] for _ in texts]
        pieces = sorted(self._pieces(texts), key=lambda piece: len(piece.tokens))
        for begin in range(0, len(pieces), BATCH):
            batch = pieces[begin : begin + BATCH]
            for piece, labels in zip(batch, self._label(batch), strict=True):
                found[piece.owner] += self._names(piece, labels)
        return [_joined(spans, text) for spans, text in zip(found, texts, strict=True)]

    def _pieces(self, texts: Sequence[str]) -> Iterator[_Piece]:
        wanted = [index for index, text in enumerate(texts) if any(sign.isalpha() for sign in text)]
        if not wanted:
            return
        encoded = self._tokenizer(
            [texts[index] for index in wanted],
            truncation=True,
            max_length=self._max_tokens,
            stride=min(OVERLAP, self._max_tokens // 4),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        for row, tokens in enumerate(encoded["input_ids"]):
            offsets = tuple((int(start), int(end)) for start, end in encoded["offset_mapping"][row])
            owner = wanted[encoded["overflow_to_sample_mapping"][row]]
            yield _Piece(owner, tuple(tokens), offsets, tuple(encoded.word_ids(row)))

    @torch.inference_mode()
    def _label(self, pieces: Sequence[_Piece]) -> list[list[int]]:
        """Return the likeliest label of each token."""
        padded: Any = self._tokenizer.pad({"input_ids": [list(piece.tokens) for piece in pieces]}, return_tensors="pt")
        logits = self.network(**padded.to(self.network.device)).logits
        rows: list[list[int]] = logits.argmax(-1).tolist()
        return [row[: len(piece.tokens)] for row, piece in zip(rows, pieces, strict=True)]

    def _names(self, piece: _Piece, labels: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield the words whose first token is a name's: of the others many models were taught nothing."""
        named = False
        for place, (word, offsets) in enumerate(zip(piece.words, piece.offsets, strict=True)):
            if place == 0 or piece.words[place - 1] != word:
                named = labels[place] in self._persons
            if named and word is not None:
                yield offsets


def is_person(label: str) -> bool:
    """Tell whether a model's label means a person or a part of a person's name."""
    bare = PLACE_IN_NAME.sub("", label.strip())
    return "".join(letter for letter in bare.casefold() if letter.isalpha()) in PERSON


def load_names_model(name: str, settings: ModelSettings) -> NameModel:
    """Locate the names model `name`, by the network if need be, and load it."""
    return load_located(locate_names_model(name, settings.cache, fetch=True), settings)


def load_located(located: Located, settings: ModelSettings) -> NameModel:
    """Load a names model onto the device of the settings. Raises WeightsError that says the way out."""
    from transformers import AutoModelForTokenClassification, AutoTokenizer, PreTrainedTokenizerFast

    device = device_for(settings, "names model")
    logger.debug("loading %s from %s", located.name, located.folder)
    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(
                located.folder,
                local_files_only=True,
                trust_remote_code=False,  # said aloud: by default transformers asks at the terminal
            )
            network = AutoModelForTokenClassification.from_pretrained(
                located.folder,
                local_files_only=True,
                trust_remote_code=False,
                dtype=torch.bfloat16 if halves(device) else torch.float32,
            )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise WeightsError(
            f"{located.name}: {located.folder} holds no token classifier: {error}; a tokenizer that comes as a .model"
            " file alone needs `pip install sentencepiece`"
        ) from error
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise WeightsError(f"{located.name}: its tokenizer has no fast form (tokenizer.json), which is needed here")
    return NameModel(network.to(device), tokenizer, ModelId(located.name, located.sha256))


def _joined(spans: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Return spans in order, those between which there is nothing, a blank or a hyphen made one."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        start = end - len(text[begin:end].lstrip())  # some tokenizers count the blank in
        if joined and not text[joined[-1][1] : start].strip(" -'’"):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined
