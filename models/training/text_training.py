"""The material that the text model learns from: which texts, how often, in which form, with which targets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES, XED_GROUPS
from stimmung.models.training.text_augment import Augmentation, augment
from stimmung.models.training.text_corpora import (
    LANGUAGES,
    LabelledText,
    read_germeval,
    read_goemotions,
    read_scripted,
    read_unlabelled,
    read_xed,
    split_of,
)
from stimmung.speech.errors import SettingsError

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

DEV_SHARE = 0.1  # of each corpus; for early stopping, thresholds and calibration
XED_TEST_SHARE = 0.15  # of the German XED texts, which has no test of its own: benchmarks measure there
ENGLISH_XED_SHARE = 0.2  # English has GoEmotions
UNLABELLED_SHARE = 0.2
MAX_TOKENS = 128  # a minute of speech; 97 % of GermEval's documents
MAX_CONTEXT_TOKENS = 48
BEGIN, PAD, END = 0, 1, 2  # <s>, <pad> and </s>
WIDTHS = 8  # batches are padded to multiples of it: each new width costs the processor 0.1 s of preparation


@dataclass(frozen=True, slots=True)
class Material:
    """Texts to learn from and to watch while learning, and what the recogniser made of some of them."""

    train: tuple[LabelledText, ...]
    dev: tuple[LabelledText, ...]
    heard: Mapping[str, str]  # transcripts by text


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to learn from; the figures are how often a text of each corpus comes in an epoch."""

    goemotions: float = 1.0
    germeval: float = 1.0
    scripted: float = 2.0
    xed_de: float = 1.0
    xed_en: float = 0.5
    unlabelled: float = 0.5
    random_context: float = 0.2  # of texts without context that get a foreign one, so that its mood does not rub off
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one step; where a target is unknown its mask is 0 or its index -1."""

    ids: "torch.Tensor"  # (batch, tokens)
    attention: "torch.Tensor"  # (batch, tokens)
    spoken: "torch.Tensor"  # (batch, tokens): 1 where the text itself stands, not its context
    polarity: "torch.Tensor"  # (batch,): index into POLARITIES, or -1
    emotions: "torch.Tensor"  # (batch, 28)
    emotions_known: "torch.Tensor"  # (batch,)
    groups: "torch.Tensor"  # (batch, groups of XED)
    groups_known: "torch.Tensor"  # (batch,)
    vector: "torch.Tensor"  # (batch,): row of the untouched encoder's vectors


def gather(data: Path, scripted: Sequence[Path], spoken: Sequence[Path]) -> Material:
    """Read all corpora under `data` (the folder `text` of the development data) and split them."""
    watched = [
        *read_goemotions(data / "goemotions" / "train.tsv"),
        *read_germeval(data / "germeval2017" / "dev_df_opinion.tsv"),
        *(text for file in scripted for text in read_scripted(file)),
    ]
    sides: dict[str, list[LabelledText]] = {"train": [], "dev": [], "test": []}
    for text in watched:
        sides[split_of(text.text, DEV_SHARE)].append(text)
    for text in read_xed(data / "xed" / "de-projections.tsv", "de"):
        sides[split_of(text.text, 0.0, XED_TEST_SHARE)].append(text)
    sides["train"] += part_of(read_xed(data / "xed" / "en-annotated.tsv", "en"), ENGLISH_XED_SHARE)
    sides["train"] += part_of(read_unlabelled(data), UNLABELLED_SHARE)
    return Material(tuple(sides["train"]), tuple(sides["dev"]), read_heard(spoken))


def part_of(texts: Sequence[LabelledText], share: float) -> list[LabelledText]:
    """Return the `share` of texts that their hash chooses."""
    return [text for text in texts if split_of(text.text, share) == "dev"]


def read_heard(files: Sequence[Path]) -> dict[str, str]:
    """Read what `benchmarks/spoken_texts.py` wrote: text and transcript, tab-separated; no transcript, no entry."""
    heard = {}
    for file in files:
        try:
            lines = file.read_text("utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file}: cannot be read: {error}") from error
        for number, line in enumerate(lines, start=1):
            text, tab, transcript = line.partition("\t")
            if line and (not tab or "\t" in transcript):
                raise SettingsError(f"{file}, line {number}: not a text, a tab and its transcript")
            if transcript:
                heard[text] = transcript
    return heard


def epoch_of(material: Material, recipe: Recipe, draw: np.random.Generator) -> list[LabelledText]:
    """Return the texts of one epoch: each as often as the recipe says, in one of its spoken forms, shuffled."""
    contexts = {
        language: [text.context for text in material.train if text.context and text.language == language]
        for language in LANGUAGES
    }
    shares = {
        ("goemotions", "en"): recipe.goemotions,
        ("germeval", "de"): recipe.germeval,
        ("scripted", "de"): recipe.scripted,
        ("scripted", "en"): recipe.scripted,
        ("xed", "de"): recipe.xed_de,
        ("xed", "en"): recipe.xed_en,
        ("unlabelled", "en"): recipe.unlabelled,
    }
    chosen = []
    for text in material.train:
        share = shares[text.source, text.language]
        times = int(share) + (draw.random() < share % 1)  # 1.5 is once or twice
        for _ in range(times):
            heard = material.heard.get(text.text)
            spoken = augment(text.text, text.language, heard, recipe.augmentation, draw)
            context = text.context
            if not context and len(spoken.split()) > 4 and draw.random() < recipe.random_context:
                context = str(draw.choice(contexts[text.language])) if contexts[text.language] else ""
            chosen.append(replace(text, text=spoken, context=context, vector_of=text.text))
    order = draw.permutation(len(chosen))
    return [chosen[index] for index in order]


def batches(
    texts: Sequence[LabelledText],
    tokenizer: "Tokenizer",
    rows: Mapping[str, int],
    size: int,
    draw: np.random.Generator | None,
) -> Iterator[Batch]:
    """Yield `texts` in batches of `size`: in their order, or with `draw` of like length and in random order.

    `rows` says which of the untouched encoder's vectors belongs to a text.
    """
    encoded = [encode(tokenizer, text.context, text.text) for text in texts]
    order = list(range(len(texts)))
    if draw is not None:  # sorted within stretches of 300 batches: like lengths meet, and yet in new company each epoch
        stretch = 300 * size
        order = [
            index
            for begin in range(0, len(order), stretch)
            for index in sorted(order[begin : begin + stretch], key=lambda index: len(encoded[index][0]))
        ]
    groups = [order[begin : begin + size] for begin in range(0, len(order), size)]
    if draw is not None:
        groups = [groups[index] for index in draw.permutation(len(groups))]
    for group in groups:
        yield _batch([texts[index] for index in group], [encoded[index] for index in group], rows)


def encode(tokenizer: "Tokenizer", context: str, text: str) -> tuple[list[int], list[int]]:
    """Return the token ids of a text behind its context, and 1 where the text itself stands.

    Both are cut to MAX_TOKENS in all, the context from its beginning.
    """
    own = tokenizer.encode(text, add_special_tokens=False).ids[: MAX_TOKENS - 2]
    if not context:
        return [BEGIN, *own, END], [1] * (len(own) + 2)
    before = tokenizer.encode(context, add_special_tokens=False).ids[-MAX_CONTEXT_TOKENS:]
    own = own[: MAX_TOKENS - 4 - len(before)]
    return [BEGIN, *before, END, END, *own, END], [0] * (len(before) + 2) + [1] * (len(own) + 2)


def _batch(
    texts: Sequence[LabelledText], encoded: Sequence[tuple[list[int], list[int]]], rows: Mapping[str, int]
) -> Batch:
    import torch  # its reading functions serve others too, which need no network

    width = -(-max(len(ids) for ids, _ in encoded) // WIDTHS) * WIDTHS
    groups = list(XED_GROUPS)
    return Batch(
        ids=torch.tensor([ids + [PAD] * (width - len(ids)) for ids, _ in encoded]),
        attention=torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in encoded]),
        spoken=torch.tensor([own + [0] * (width - len(own)) for _, own in encoded]),
        polarity=torch.tensor([POLARITIES.index(text.polarity) if text.polarity else -1 for text in texts]),
        emotions=torch.tensor([[float(name in (text.emotions or ())) for name in GOEMOTIONS] for text in texts]),
        emotions_known=torch.tensor([float(text.emotions is not None) for text in texts]),
        groups=torch.tensor([[float(group in (text.groups or ())) for group in groups] for text in texts]),
        groups_known=torch.tensor([float(text.groups is not None) for text in texts]),
        vector=torch.tensor([rows[text.vector_of or text.text] for text in texts]),
    )
