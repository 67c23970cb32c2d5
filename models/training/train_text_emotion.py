"""Trains the text model: polarity and 28 emotions in one classification layer, the sentence vector kept.

    python -m stimmung.models.training.train_text_emotion --base BASE --data ../shared/data/text --output RUN \
        --scripted models/scripted/*.tsv --spoken SPOKEN.tsv

BASE is what `python -m stimmung.models.training.text_base` writes. RUN collects a checkpoint after every epoch, from
which an interrupted run goes on, `log.jsonl` with a line per epoch, and `best/`, the weights of the best epoch.
"""

import argparse
import hashlib
import json
import logging
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertForSequenceClassification

from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES, XED_GROUPS
from stimmung.models.precision import halves
from stimmung.models.text_vectors import mean_pooled
from stimmung.models.training.prune import save_tokenizer
from stimmung.models.training.text_augment import Augmentation
from stimmung.models.training.text_corpora import LabelledText
from stimmung.models.training.text_training import Batch, Material, Recipe, batches, epoch_of, gather
from stimmung.models.training.text_watch import watch

logger = logging.getLogger(__name__)

QUERY = "query: "  # what the untouched encoder was trained to see before a short text
VECTORS_FILE = "vectors.safetensors"
REPORT_STEPS = 100  # between two lines of the log
LABELS: Final = (*(f"polarity/{name}" for name in POLARITIES), *(f"goemotions/{name}" for name in GOEMOTIONS))


@dataclass(frozen=True, slots=True)
class Options:
    """How to learn."""

    epochs: int = 5
    patience: int = 3  # epochs without a better dev score before stopping
    batch: int = 64
    rate: float = 1.5e-4  # of AdamW at its highest, after `warmup` of all steps; then down to 0 along a cosine
    warmup: float = 0.06
    weight_decay: float = 0.01
    dropout: float = 0.1
    distil: float = 2.0  # weight of the loss that keeps the sentence vector: 1 - cosine
    polarity: float = 1.0  # weight of the polarity loss against the sum over the 28 emotions
    groups: float = 0.2  # weight of XED's coarse and noisy labels
    train_words: bool = False  # whether word vectors learn; if not, words that training never shows stay in place
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Weights:
    """What a run begins with: the untouched `base`, whose vectors are kept, and trained weights to `start` from."""

    base: Path
    start: Path | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where a run stands: the next epoch, the best dev score and its epoch."""

    epoch: int = 0
    best: float = -math.inf
    best_epoch: int = 0


Losses = dict[str, Tensor]  # by name; scalars
Kind = TypeVar("Kind", Options, Recipe, Augmentation)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train as the command line says."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--base", type=Path, required=True, help="folder of the pruned, untouched encoder")
    parser.add_argument("--data", type=Path, required=True, help="folder with goemotions/, germeval2017/, xed/, …")
    parser.add_argument("--scripted", type=Path, nargs="+", default=[], help="our own labelled utterances, TSV")
    parser.add_argument("--spoken", type=Path, nargs="+", default=[], help="texts and their transcripts, TSV")
    parser.add_argument("--output", type=Path, required=True, help="folder of the run")
    parser.add_argument("--start", type=Path, help="trained weights to begin with, in place of the untouched encoder's")
    parser.add_argument(
        "--set",
        type=assignment,
        nargs="+",
        default=[],
        metavar="NAME=NUMBER",
        help="fields of Options, Recipe and Augmentation",
    )
    given = parser.parse_args(arguments)
    changes = dict(given.set)
    known = {name for kind in (Options(), Recipe(), Augmentation()) for name in _numbers(kind)}
    if unknown := changes.keys() - known:
        parser.error(f"--set: no number is called {', '.join(sorted(unknown))}")
    options, recipe = chosen(changes)
    material = gather(given.data, given.scripted, given.spoken)
    train(Weights(given.base, given.start), material, recipe, options, given.output)


def assignment(argument: str) -> tuple[str, float]:
    """Return the two sides of NAME=NUMBER. Raises ValueError where the right one is no number."""
    name, _, value = argument.partition("=")
    return name, float(value)


def chosen(changes: Mapping[str, float]) -> tuple[Options, Recipe]:
    """Return the defaults with `changes`, each for the record that has a field of its name."""
    augmentation = _filled(Augmentation(), changes)
    return _filled(Options(), changes), replace(_filled(Recipe(), changes), augmentation=augmentation)


def _filled(defaults: Kind, changes: Mapping[str, float]) -> Kind:
    """Return the defaults with those of `changes` that are fields of theirs, in the type that each has."""
    kinds = {name: type(value) for name, value in _numbers(defaults).items()}
    filled: dict[str, Any] = {name: kinds[name](value) for name, value in changes.items() if name in kinds}
    return replace(defaults, **filled)  # Any: int, float or bool, as the field is


def _numbers(record: Options | Recipe | Augmentation) -> dict[str, float]:
    """Return the fields that are numbers, by name."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: value for name, value in values.items() if isinstance(value, int | float)}


def train(
    weights: Weights,
    material: Material,
    recipe: Recipe,
    options: Options,
    output: Path,
    device: torch.device | None = None,
) -> None:
    """Train until the dev score no longer rises; all files go to `output`.

    A run that `output` holds already goes on behind its last whole epoch. Without `device` a GPU is taken where one is.
    """
    output.mkdir(parents=True, exist_ok=True)
    device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(options.seed)
    tokenizer = Tokenizer.from_file(str(weights.base / "tokenizer.json"))
    network = load(weights.base, options.dropout)
    network.to(device)  # type: ignore[arg-type]  # transformers' wrapper hides that this is a method
    texts = [*material.train, *material.dev]
    vectors, rows = kept_vectors(output / VECTORS_FILE, network, tokenizer, texts, device)
    if weights.start:
        network.load_state_dict(load(weights.start).state_dict())
    steps = len(epoch_of(material, recipe, np.random.default_rng(0))) // options.batch + 1  # of an epoch, about
    learner = Learner(network, options, device, vectors, steps * options.epochs)
    state = learner.resume(output / "checkpoint.pt")
    for epoch in range(state.epoch, options.epochs):
        if epoch - state.best_epoch > options.patience:
            break
        draw = np.random.default_rng((options.seed, epoch))
        began = time.monotonic()
        chosen_texts = epoch_of(material, recipe, draw)
        losses = learner.learn(epoch, steps, batches(chosen_texts, tokenizer, rows, options.batch, draw))
        watched = watch(network, tokenizer, material, vectors, rows, device)
        seconds = round(time.monotonic() - began, 1)
        line = json.dumps({"epoch": epoch, "seconds": seconds, **losses, **asdict(watched)})
        with (output / "log.jsonl").open("a") as log:
            log.write(f"{line}\n")
        logger.info("%s", line)
        better = watched.score > state.best
        if better:
            save(network, tokenizer, output / "best")
        state = State(epoch + 1, max(state.best, watched.score), epoch if better else state.best_epoch)
        learner.keep(output / "checkpoint.pt", state)


def load(base: Path, dropout: float = 0.1) -> BertForSequenceClassification:
    """Load the encoder of `base` under a new classification layer, drawn from torch's random state."""
    network: BertForSequenceClassification = BertForSequenceClassification.from_pretrained(
        base,
        num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)),
        label2id={name: index for index, name in enumerate(LABELS)},
        problem_type="multi_label_classification",
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        dtype=torch.float32,
    )
    return network


def save(network: BertForSequenceClassification, tokenizer: Tokenizer, folder: Path) -> None:
    """Write fp16 safetensors, config and tokenizer that plain `from_pretrained` loads."""
    kept = {name: value.detach().half().cpu() for name, value in network.state_dict().items()}
    network.save_pretrained(folder, state_dict=kept)
    save_tokenizer(tokenizer, folder, network.config.max_position_embeddings)


def kept_vectors(
    file: Path,
    network: BertForSequenceClassification,
    tokenizer: Tokenizer,
    texts: Sequence[LabelledText],
    device: torch.device,
) -> tuple[Tensor, dict[str, int]]:
    """Return the untouched encoder's vectors from `file`, or make and write them: minutes on a processor."""
    unique = list(dict.fromkeys(text.text for text in texts))
    digest = hashlib.sha256("\n".join(unique).encode()).hexdigest()
    rows = {text: index for index, text in enumerate(unique)}
    if file.exists():
        with safe_open(str(file), "pt", str(device)) as opened:
            if opened.metadata() == {"texts": digest}:
                return opened.get_tensor("vectors"), rows
    vectors = untouched_vectors(network, tokenizer, unique, device)
    save_file({"vectors": vectors}, file, metadata={"texts": digest})
    return vectors, rows


@torch.inference_mode()
def untouched_vectors(
    network: BertForSequenceClassification,
    tokenizer: Tokenizer,
    unique: Sequence[str],
    device: torch.device,
) -> Tensor:
    """Return the encoder's own vectors (texts, width) before training."""
    network.train(False)
    order = sorted(range(len(unique)), key=lambda index: len(unique[index]))
    vectors = torch.zeros(len(unique), network.config.hidden_size, device=device)
    for begin in range(0, len(order), 256):
        part = order[begin : begin + 256]
        asked = [LabelledText(QUERY + unique[index], "", "") for index in part]
        (batch,) = batches(asked, tokenizer, {text.text: 0 for text in asked}, 256, None)  # a row nobody reads
        attention = batch.attention.to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=halves(device)):
            states = network.bert(batch.ids.to(device), attention_mask=attention).last_hidden_state
        vectors[part] = mean_pooled(states.float(), attention)
    return vectors


class Learner:
    """The network with its optimiser: takes one step after the other."""

    def __init__(
        self,
        network: BertForSequenceClassification,
        options: Options,
        device: torch.device,
        vectors: Tensor,
        steps: int,
    ) -> None:
        """Learn at a rate that is laid over `steps`, towards the untouched encoder's `vectors` (texts, width)."""
        self.network = network
        self.options = options
        self.device = device
        self.vectors = vectors
        network.bert.embeddings.word_embeddings.weight.requires_grad_(options.train_words)
        decayed = [one for one in network.parameters() if one.requires_grad and one.dim() > 1]
        others = [one for one in network.parameters() if one.requires_grad and one.dim() <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": options.weight_decay}, {"params": others, "weight_decay": 0.0}],
            lr=options.rate,
            betas=(0.9, 0.98),  # RoBERTa's, https://arxiv.org/abs/1907.11692
            fused=device.type == "cuda",
        )
        warm = max(1, round(options.warmup * steps))

        def factor(step: int) -> float:
            if step < warm:
                return step / warm
            return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, steps - warm))))

        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, factor)

    def learn(self, epoch: int, steps: int, batches: Iterable[Batch]) -> dict[str, float]:
        """Learn an epoch of about so many steps; return the mean of each of its losses."""
        losses: list[Losses] = []
        for batch in batches:
            losses.append(self.step(batch))
            if len(losses) % REPORT_STEPS == 0:
                means = _means(losses[-REPORT_STEPS:])
                logger.info("epoch %d, step %d of %d: %s", epoch, len(losses), steps, means)
        return _means(losses)

    def step(self, batch: Batch) -> Losses:
        """Learn one batch; return its losses, which nobody waits for: a GPU works on while they are not read."""
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=halves(self.device)):
            losses = self._losses(batch)
        total = sum(losses.values(), torch.zeros((), device=self.device))
        self.optimiser.zero_grad()
        torch.autograd.backward(total)
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.schedule.step()
        return {name: value.detach() for name, value in losses.items()}

    def _losses(self, batch: Batch) -> Losses:
        device, options = self.device, self.options
        output = self.network.bert(batch.ids.to(device), attention_mask=batch.attention.to(device))
        logits = self.network.classifier(self.network.dropout(output.pooler_output)).float()
        polarity, emotions = logits[:, : len(POLARITIES)], logits[:, len(POLARITIES) :]
        known = batch.emotions_known.to(device)
        each = nn.functional.binary_cross_entropy_with_logits(emotions, batch.emotions.to(device), reduction="none")
        asked = batch.polarity.to(device)
        vectors = mean_pooled(output.last_hidden_state.float(), batch.spoken.to(device))
        return {
            "emotions": (each.sum(1) * known).sum() / known.sum().clamp(min=1),
            "polarity": options.polarity
            * nn.functional.cross_entropy(polarity, asked, ignore_index=-1, reduction="sum")
            / (asked >= 0).sum().clamp(min=1),
            "groups": options.groups * group_loss(emotions, batch.groups.to(device), batch.groups_known.to(device)),
            "distil": options.distil * (1 - (vectors * self.vectors[batch.vector.to(device)]).sum(1)).mean(),
        }

    def resume(self, file: Path) -> State:
        """Go on where `file` ends; at the beginning where there is none."""
        if not file.exists():
            return State()
        kept = torch.load(file, map_location=self.device, weights_only=True)
        self.network.load_state_dict(kept["network"])
        self.optimiser.load_state_dict(kept["optimiser"])
        self.schedule.load_state_dict(kept["schedule"])
        torch.set_rng_state(kept["random"].cpu())
        return State(**kept["state"])

    def keep(self, file: Path, state: State) -> None:
        """Write everything that `resume` needs, all or nothing."""
        kept = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "random": torch.get_rng_state(),
            "state": asdict(state),
        }
        partial = file.with_suffix(".partial")
        torch.save(kept, partial)
        partial.replace(file)


def group_loss(emotions: Tensor, groups: Tensor, known: Tensor) -> Tensor:
    """Return the cross-entropy of coarse labels: a group is there where any of its members is (noisy or).

    From logits (batch, 28), truth (batch, groups of XED) and which rows have one (batch,); the mean over those.
    """
    members = [[GOEMOTIONS.index(name) for name in names] for names in XED_GROUPS.values()]
    absent = torch.stack([nn.functional.logsigmoid(-emotions[:, one]).sum(1) for one in members], dim=1)
    present = torch.log((1 - absent.exp()).clamp(min=1e-6))
    loss = -(groups * present + (1 - groups) * absent).sum(1)
    return (loss * known).sum() / known.sum().clamp(min=1)


def _means(losses: Sequence[Losses]) -> dict[str, float]:
    return {name: round(sum(float(one[name]) for one in losses) / len(losses), 4) for name in losses[0]}


if __name__ == "__main__":
    main()
