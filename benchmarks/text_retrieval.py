"""German-English retrieval by sentence vectors, before and after fine-tuning: is the translation among the first ten?

Run `python benchmarks/text_retrieval.py --data ../shared/data --base BASE`. README.md states the terms. Without
`--data` there are no distractors but the other pairs; without `--base` the model is measured alone.
"""

import argparse
import csv
import datetime
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from machine import Figures, headline, processor, result_file, save
from stimmung.models.training.text_augment import plain
from stimmung.models.training.text_corpora import read_germeval, read_unlabelled, read_xed, texts_of
from stimmung.models.training.text_training import PAD, WIDTHS, encode
from stimmung.speech.errors import SettingsError
from stimmung.speech.records import Samples
from stimmung.speech.settings import Settings
from wer import INTERVAL, RESAMPLES

if TYPE_CHECKING:
    import torch

PAIRS = Path(__file__).resolve().parent / "parallel" / "de-en.tsv"
DISTRACTORS, QUICK_DISTRACTORS = 5_000, 500  # a language
MAX_WORDS = 40  # of a GermEval document that may stand beside utterances
BATCH = 64  # texts that the untouched encoder reads at a time
TARGET = 3.0  # points of recall@10 that fine-tuning may cost
MEASURES = ("recall1", "recall10", "mrr")
FORMS = ("", "_plain")  # queries as written; in lower case and without punctuation
BASE_FILES = ("config.json", "model.safetensors", "tokenizer.json")
LAST_LINE = (
    "recall10_de_en", "recall10_en_de", "recall1_de_en", "recall1_en_de",
    "recall10_before_de_en", "recall10_before_en_de", "loss_points",
)  # fmt: skip

Embed = Callable[[Sequence[str]], Samples]  # texts to rows of unit length
Ranks = npt.NDArray[np.int_]  # (queries,): place of the own answer, 1 is the first


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence in both languages."""

    german: str
    english: str


@dataclass(frozen=True, slots=True)
class Task:
    """One direction: queries, the answer to each, and what else could be answered."""

    direction: str  # `de_en`: German queries, English answers
    queries: tuple[str, ...]
    answers: tuple[str, ...]
    distractors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries, and the bounds of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and end with one line of JSON."""
    from stimmung.models.text_loading import load_text_model

    given = parse(arguments)
    print(headline())
    model = load_text_model(given.model, Settings().models)
    if not model.has_vectors:
        raise SettingsError(f"{given.model}: has no sentence vectors to search by")
    tasks = build_tasks(read_pairs(given.pairs), given.data, given.distractors)
    print("\n".join(terms(tasks, given.data)))
    base = Untouched(given.base) if given.base else None
    figures = measure(tasks, model.embed, base.embed if base else None)
    show(figures, tasks)
    if given.output is not None:
        counted = {f"candidates_{task.direction}": len(candidates(task)) for task in tasks}
        weights = {"model": model.model.name, "sha256": model.model.sha256, "base_sha256": base and base.sha256}
        file = given.output or result_file(datetime.datetime.now(datetime.UTC).date(), processor())
        save(Path(file), "text_retrieval", {**weights, "pairs": len(tasks[0].queries), **counted, **figures})
        print(f"written to {file}")
    print(last_line(figures))


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; whatever names no folder of the right kind ends the run with status 2."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    embedded = Settings().models.text
    parser.add_argument("--data", type=Path, help="folder with the development data, whose text/ gives distractors")
    parser.add_argument(
        "--base", type=Path, help="the encoder before fine-tuning, as models/training/text_base.py writes"
    )
    parser.add_argument("--model", default=embedded, help=f"name or folder of the model, by default {embedded}")
    parser.add_argument("--pairs", type=Path, default=PAIRS, help="German TAB English a line, by default our own pairs")
    parser.add_argument("--distractors", type=int, metavar="N", help=f"a language, by default {DISTRACTORS}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_DISTRACTORS} distractors unless N is given")
    parser.add_argument(
        "--output", nargs="?", const="", metavar="FILE", help="write figures; by default into benchmarks/results"
    )
    given = parser.parse_args(arguments)
    if given.distractors is None:
        given.distractors = QUICK_DISTRACTORS if given.quick else DISTRACTORS
    if given.distractors < 0:
        parser.error(f"--distractors {given.distractors}: a number from 0 up")
    if given.data and not (given.data / "text").is_dir():
        parser.error(f"--data {given.data}: no folder text/ in it")
    missing = [name for name in BASE_FILES if given.base and not (given.base / name).is_file()]
    if missing:
        parser.error(
            f"--base {given.base}: no {missing[0]} in it; python -m stimmung.models.training.text_base writes one"
        )
    return given


def read_pairs(file: Path) -> list[Pair]:
    """Read German and English, tab-separated, a pair a line. Raises SettingsError that names the line."""
    found = []
    for number, line in enumerate(file.read_text("utf-8").split("\n"), start=1):
        if line.strip():
            texts = [text.strip() for text in line.split("\t")]
            if len(texts) != 2 or not all(plain(text) for text in texts):
                raise SettingsError(f"{file}, line {number}: not two texts with a tab between them")
            found.append(Pair(*texts))
    if not found:
        raise SettingsError(f"{file}: holds no pairs")
    return found


def build_tasks(pairs: Sequence[Pair], data: Path | None, count: int) -> tuple[Task, Task]:
    """Return both directions, with up to `count` distractors each where there is data."""
    german, english = tuple(pair.german for pair in pairs), tuple(pair.english for pair in pairs)
    return (
        Task("de_en", german, english, choose(english_texts(data / "text"), english, count) if data else ()),
        Task("en_de", english, german, choose(german_texts(data / "text"), german, count) if data else ()),
    )


def english_texts(folder: Path) -> list[str]:
    """Return the customer turns of MultiDoGO and all questions of Banking77."""
    with (folder / "banking77" / "test.csv").open(encoding="utf-8", newline="") as opened:
        test = [row["text"] for row in csv.DictReader(opened)]
    return texts_of(read_unlabelled(folder)) + test


def german_texts(folder: Path) -> list[str]:
    """Return the German subtitles of XED and the documents of GermEval 2017 that are no longer than utterances."""
    names = ("dev_df_opinion.tsv", "test_syn_df_opinion.tsv")
    documents = [text for name in names for text in texts_of(read_germeval(folder / "germeval2017" / name))]
    subtitles = texts_of(read_xed(folder / "xed" / "de-projections.tsv", "de"))
    return subtitles + [text for text in documents if len(text.split()) <= MAX_WORDS]


def choose(texts: Iterable[str], answers: Sequence[str], count: int) -> tuple[str, ...]:
    """Return the first `count` texts by SHA-256: no answer among them, none twice where only case and marks differ."""
    taken = {"", *(plain(answer) for answer in answers)}
    found: dict[str, str] = {}
    for text in sorted(set(texts), key=lambda text: hashlib.sha256(text.encode()).digest()):
        if (key := plain(text)) not in taken:
            found.setdefault(key, text)
    return tuple(islice(found.values(), count))


def terms(tasks: Sequence[Task], data: Path | None) -> list[str]:
    """Return what is searched in, in words."""
    if data is None:
        pairs = len(tasks[0].queries)
        return [f"no --data: the {pairs} pairs alone, each other's distractors, which is much easier than with --data"]
    return [f"{one.direction}: {len(one.answers)} answers, {len(one.distractors)} distractors" for one in tasks]


def measure(tasks: Sequence[Task], after: Embed, before: Embed | None) -> Figures:
    """Return every measure of both models, as written and plain, and the loss in points of recall@10.

    `loss_points` is that of the direction which lost more, on queries as written; None without `before`.
    """
    figures: Figures = {}
    for task in tasks:
        found = ranks(after, task)
        earlier = ranks(before, task) if before else {}
        for form in FORMS:
            ending = f"{form}_{task.direction}"
            figures |= measured(found[form], ending)
            if form in earlier:
                figures |= measured(earlier[form], f"_before{ending}")
                lost = credit(earlier[form], "recall10") - credit(found[form], "recall10")
                figures |= noted(f"loss_points{ending}", estimate(100 * lost), digits=2)
    losses = [figures[f"loss_points_{task.direction}"] for task in tasks] if before else []
    return {**figures, "loss_points": max(losses, default=None)}


def ranks(embed: Embed, task: Task) -> dict[str, Ranks]:
    """Return the place of each query's own answer among all candidates, for each of FORMS."""
    texts = candidates(task)
    vectors = embed(texts)
    places = {text: place for place, text in enumerate(texts)}
    own = np.array([places[answer] for answer in task.answers])
    asked = {"": list(task.queries), "_plain": [plain(query) for query in task.queries]}
    return {form: rank_of(embed(asked[form]) @ vectors.T, own) for form in FORMS}


def candidates(task: Task) -> list[str]:
    """Return all that can be found, each text once."""
    return list(dict.fromkeys((*task.answers, *task.distractors)))


def rank_of(scores: Samples, own: Ranks) -> Ranks:
    """Return the place of column `own[row]` in each row of `scores`; what scores the same goes before it."""
    best = scores[np.arange(len(own)), own]
    return np.asarray((~(scores < best[:, np.newaxis])).sum(axis=1))  # NaN counts as better, too: no answer is found


def credit(found: Ranks, measure: str) -> npt.NDArray[np.float64]:
    """Return what each query contributes (queries,) to the mean that is the measure."""
    if measure == "mrr":
        return 1 / found.astype(np.float64)
    return (found <= int(measure.removeprefix("recall"))).astype(np.float64)


def estimate(values: npt.NDArray[np.float64], seed: int = 0) -> Estimate:
    """Return the mean of `values` and the interval that drawing the queries anew gives it."""
    draws = np.random.default_rng(seed).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), INTERVAL)
    return Estimate(float(values.mean()), float(low), float(high))


def measured(found: Ranks, ending: str) -> Figures:
    """Return all MEASURES of one model in one direction."""
    figures: Figures = {}
    for name in MEASURES:
        figures |= noted(f"{name}{ending}", estimate(credit(found, name)), digits=4)
    return figures


def noted(name: str, one: Estimate, digits: int) -> Figures:
    """Return an estimate as figures."""
    return {name: round(one.value, digits), f"{name}_interval": [round(one.low, digits), round(one.high, digits)]}


class Untouched:
    """The encoder before fine-tuning, asked as it was trained to be: `query: ` before each text, all tokens count."""

    def __init__(self, folder: Path) -> None:
        import torch
        from tokenizers import Tokenizer
        from transformers import BertModel

        kinds = json.loads((folder / "config.json").read_text("utf-8")).get("architectures")
        if kinds != ["BertModel"]:  # fine-tuned weights would load as well, and lose nothing against themselves
            raise SettingsError(f"{folder}: holds {kinds}, not the bare BertModel that text_base writes")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        network = BertModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32, local_files_only=True)
        self._width = int(network.config.hidden_size)
        module: torch.nn.Module = network  # whose `to` mypy can follow
        self._network = module.to(self._device).eval()
        self.sha256 = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()

    def embed(self, texts: Sequence[str]) -> Samples:
        """Return float32 (texts, width), rows of unit length, in the order of `texts`."""
        from stimmung.models.training.train_text_emotion import QUERY

        tokens = [encode(self._tokenizer, "", QUERY + text)[0] for text in texts]
        order = sorted(range(len(texts)), key=lambda index: len(tokens[index]))
        vectors = np.zeros((len(texts), self._width), np.float32)
        for begin in range(0, len(order), BATCH):
            part = order[begin : begin + BATCH]
            vectors[part] = self._forward([tokens[index] for index in part]).cpu().numpy()
        return vectors

    def _forward(self, tokens: Sequence[Sequence[int]]) -> "torch.Tensor":
        import torch

        from stimmung.models.precision import halves
        from stimmung.models.text_vectors import mean_pooled

        width = -(-max(len(one) for one in tokens) // WIDTHS) * WIDTHS
        ids = torch.tensor([[*one, *[PAD] * (width - len(one))] for one in tokens], device=self._device)
        mask = torch.tensor([[1] * len(one) + [0] * (width - len(one)) for one in tokens], device=self._device)
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16, enabled=halves(self._device)):
            states = self._network(ids, attention_mask=mask).last_hidden_state
        return mean_pooled(states.float(), mask)


def last_line(figures: Mapping[str, object]) -> str:
    """Return the figures of LAST_LINE as JSON, null where one is not known."""
    return json.dumps({name: figures.get(name) for name in LAST_LINE})


def show(figures: Mapping[str, object], tasks: Sequence[Task]) -> None:
    """Print before and after side by side, and whether the loss is within its target."""
    table = Table(title="translations found (95 % interval)")
    for column in ("direction", "queries", "measure", "before", "after", "loss in points"):
        table.add_column(column)
    for task in tasks:
        for form in FORMS:
            for name in MEASURES:
                keys = [f"{name}_before{form}_{task.direction}", f"{name}{form}_{task.direction}"]
                if name == "recall10":
                    keys.append(f"loss_points{form}_{task.direction}")
                cells = [cell(figures, key) for key in keys]
                table.add_row(task.direction, "plain" if form else "as written", name, *cells)
    Console(width=120).print(table)
    if (lost := figures["loss_points"]) is not None:
        print(f"loss in the direction that lost more: {lost} points of recall@10; at most {TARGET:g} are allowed")


def cell(figures: Mapping[str, object], name: str) -> str:
    """Return a figure with its interval, a dash where there is none."""
    return f"{figures[name]} {figures[f'{name}_interval']}" if name in figures else "-"


if __name__ == "__main__":
    main()
