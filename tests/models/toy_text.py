"""A text classifier of a dozen words with random weights, saved as transformers saves one."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")
WORDS = ("danke", "frechheit", "gut", "nicht", "ja", "nein", "hallo", "thanks", "awful", ".", "ich", "warte")
WIDTH = 32


def raw_tokenizer() -> Tokenizer:
    """Return a tokenizer of whole words in lower case, with marks as XLM-R has them."""
    vocabulary = {word: index for index, word in enumerate((*SPECIALS, *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def fast_tokenizer() -> PreTrainedTokenizerFast:
    """Return it as transformers sees it."""
    return PreTrainedTokenizerFast(
        tokenizer_object=raw_tokenizer(),
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=64,
    )


def network(labels: Sequence[str], several: bool = True, seed: int = 0) -> BertForSequenceClassification:
    """Return a small network with random weights; the same for the same seed."""
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(SPECIALS) + len(WORDS),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        pad_token_id=1,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        problem_type="multi_label_classification" if several else "single_label_classification",
    )
    made = BertForSequenceClassification(config)
    for value in made.parameters():  # far from 0, so that texts differ by more than rounding
        if value.dim() > 1:
            torch.nn.init.normal_(value, std=0.3)
    made.train(False)
    return made


def save(folder: Path, labels: Sequence[str], several: bool = True, extra: Mapping[str, str] | None = None) -> Path:
    """Write network and tokenizer as a hub model has them."""
    network(labels, several).save_pretrained(folder)
    fast_tokenizer().save_pretrained(folder)
    for name, content in (extra or {}).items():
        (folder / name).write_text(content, "utf-8")
    return folder
