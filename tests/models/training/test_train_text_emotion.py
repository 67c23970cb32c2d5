"""A training run on toy texts: it learns, stops in time, goes on after an interruption and leaves plain weights."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.models.training.toy_e5 import calm, material, write_base
from tokenizers import Tokenizer
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from stimmung.models.emotion_labels import GOEMOTIONS, XED_GROUPS
from stimmung.models.training.text_augment import Augmentation
from stimmung.models.training.text_corpora import LabelledText
from stimmung.models.training.text_training import Material, Recipe, batches
from stimmung.models.training.train_text_emotion import (
    LABELS,
    Learner,
    Options,
    State,
    Weights,
    chosen,
    group_loss,
    kept_vectors,
    load,
    main,
    train,
    untouched_vectors,
)

CPU = torch.device("cpu")
OPTIONS = Options(epochs=2, batch=8, rate=5e-3)
FIGURES = ("emotions", "polarity", "groups", "distil")
PICKLED = (b"\x80\x02", b"\x80\x04", b"PK\x03\x04")  # how pickles and torch's archives of them begin


@pytest.fixture(autouse=True)
def calmness() -> Iterator[None]:
    """Nothing on the screen, one thread."""
    with calm():
        yield


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy encoder's folder."""
    with calm():
        return write_base(tmp_path_factory.mktemp("train"))


@pytest.fixture(scope="module")
def run(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    with calm():
        train(Weights(base), material(), Recipe(), OPTIONS, folder, CPU)
    return folder


def log(run: Path) -> list[dict[str, float]]:
    """Return what a run logged, without the time that it took."""
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text("utf-8").splitlines()]
    return [{name: value for name, value in line.items() if name != "seconds"} for line in lines]


class PowerCutError(Exception):
    """The machine went off."""


class Failing(dict[str, str]):
    """Transcripts whose machine goes off when it has been asked for `asks` of them."""

    def __init__(self, known: dict[str, str], asks: int) -> None:
        super().__init__(known)
        self.asks = asks

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]  # no other default
        self.asks -= 1
        if self.asks < 0:
            raise PowerCutError
        return super().get(key, default)


def test_every_epoch_is_logged_and_losses_fall(run: Path) -> None:
    first, second = log(run)
    assert (first["epoch"], second["epoch"]) == (0, 1)
    assert second["emotions"] < first["emotions"]
    assert second["polarity"] < first["polarity"]
    assert second["distil"] < first["distil"]
    assert all(second[name] >= 0 for name in FIGURES)


def test_the_same_run_again_is_the_same(run: Path, base: Path, tmp_path: Path) -> None:
    train(Weights(base), material(), Recipe(), OPTIONS, tmp_path, CPU)
    assert log(tmp_path) == log(run)
    assert weights(tmp_path) == weights(run)


def weights(run: Path) -> bytes:
    """Return the best weights."""
    return (run / "best" / "model.safetensors").read_bytes()


def test_an_interrupted_run_goes_on_where_it_was(run: Path, base: Path, tmp_path: Path) -> None:
    whole = material()
    epoch = sum(2 if text.source == "scripted" else 1 for text in whole.train)
    steady = Recipe(unlabelled=1.0)  # so that each epoch asks as often
    train(Weights(base), whole, steady, OPTIONS, tmp_path / "whole", CPU)
    failing = replace(whole, heard=Failing(dict(whole.heard), 2 * epoch + epoch // 2))  # steps, epoch 0, half of 1
    with pytest.raises(PowerCutError):
        train(Weights(base), failing, steady, OPTIONS, tmp_path / "cut", CPU)
    assert [line["epoch"] for line in log(tmp_path / "cut")] == [0]
    assert kept(tmp_path / "cut")["state"]["epoch"] == 1
    train(Weights(base), whole, steady, OPTIONS, tmp_path / "cut", CPU)
    assert log(tmp_path / "cut") == log(tmp_path / "whole")
    assert_alike(kept(tmp_path / "cut"), kept(tmp_path / "whole"))
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def kept(run: Path) -> dict[str, dict[str, float]]:
    """Return a run's checkpoint."""
    content: dict[str, dict[str, float]] = torch.load(run / "checkpoint.pt", weights_only=True)
    return content


def assert_alike(first: object, second: object) -> None:
    """Assert that two checkpoints hold the same, to the last bit."""
    if isinstance(first, torch.Tensor) and isinstance(second, torch.Tensor):
        assert torch.equal(first, second)
    elif isinstance(first, dict) and isinstance(second, dict):
        assert first.keys() == second.keys()
        for name in first:
            assert_alike(first[name], second[name])
    elif isinstance(first, list) and isinstance(second, list):
        for one, other in zip(first, second, strict=True):
            assert_alike(one, other)
    else:
        assert first == second


def test_a_finished_run_is_left_alone(run: Path, base: Path) -> None:
    before = {file: file.read_bytes() for file in sorted(run.rglob("*")) if file.is_file()}
    train(Weights(base), material(), Recipe(), OPTIONS, run, CPU)
    assert {file: file.read_bytes() for file in sorted(run.rglob("*")) if file.is_file()} == before


def test_more_epochs_continue_a_finished_run(base: Path, tmp_path: Path) -> None:
    for epochs in (1, 2):
        train(Weights(base), material(), Recipe(), replace(OPTIONS, epochs=epochs), tmp_path, CPU)
    assert [line["epoch"] for line in log(tmp_path)] == [0, 1]


def test_a_run_that_gets_no_better_stops(base: Path, tmp_path: Path) -> None:
    learns_nothing = Options(epochs=9, patience=2, batch=32, rate=0.0, dropout=0.0)
    train(Weights(base), material(), Recipe(), learns_nothing, tmp_path, CPU)
    scores = [line["score"] for line in log(tmp_path)]
    assert len(scores) == 3  # the best one and as many more as there is patience
    assert len(set(scores)) == 1
    assert len({line["emotions"] for line in log(tmp_path)}) == 3  # each epoch draws other forms of the texts
    assert kept(tmp_path)["state"] == {"epoch": 3, "best": scores[0], "best_epoch": 0}
    train(Weights(base), material(), Recipe(), learns_nothing, tmp_path, CPU)
    assert len(log(tmp_path)) == 3


def test_the_best_weights_load_plainly_and_know_their_labels(run: Path) -> None:
    network = AutoModelForSequenceClassification.from_pretrained(run / "best")
    tokenizer = AutoTokenizer.from_pretrained(run / "best")
    labels = [network.config.id2label[index] for index in range(31)]
    assert labels == list(LABELS)
    assert labels[:4] == ["polarity/negative", "polarity/neutral", "polarity/positive", "goemotions/admiration"]
    assert [label.removeprefix("goemotions/") for label in labels[3:]] == list(GOEMOTIONS)
    assert network.config.problem_type == "multi_label_classification"
    batch = tokenizer(["danke sehr", "so ein mist am telefon"], ["im vertrag", "in der app"], padding=True)
    with torch.inference_mode():
        logits = network(**batch.convert_to_tensors("pt")).logits
    assert logits.shape == (2, 31)
    assert torch.isfinite(logits).all()


def test_the_best_weights_are_halves_without_pickles(run: Path) -> None:
    files = sorted((run / "best").iterdir())
    assert [file.name for file in files] == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    assert not [file for file in files if file.read_bytes().startswith(PICKLED)]
    content = weights(run)
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert {tensor["dtype"] for name, tensor in header.items() if name != "__metadata__"} == {"F16"}


def learner(base: Path, texts: Sequence[LabelledText], options: Options) -> tuple[Learner, Tokenizer, dict[str, int]]:
    """Return what learns `texts`, with their tokenizer and rows."""
    torch.manual_seed(1)
    network = load(base, options.dropout)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    unique = list(dict.fromkeys(text.text for text in texts))
    rows = {text: index for index, text in enumerate(unique)}
    vectors = untouched_vectors(network, tokenizer, unique, CPU)
    return Learner(network, options, CPU, vectors, 20), tokenizer, rows


def test_vectors_are_made_once_for_the_same_texts(base: Path, tmp_path: Path) -> None:
    network, tokenizer = load(base), Tokenizer.from_file(str(base / "tokenizer.json"))
    file, texts = tmp_path / "vectors.safetensors", material().train[:6]
    made, rows = kept_vectors(file, network, tokenizer, texts, CPU)
    torch.nn.init.zeros_(network.bert.embeddings.word_embeddings.weight)
    again, again_rows = kept_vectors(file, network, tokenizer, texts, CPU)
    assert torch.equal(made, again)
    assert rows == again_rows
    others, _ = kept_vectors(file, network, tokenizer, texts[:5], CPU)
    assert not torch.allclose(others, made[:5], atol=1e-3)


def test_a_run_can_begin_with_trained_weights(run: Path, base: Path, tmp_path: Path) -> None:
    """A rate of nothing leaves them as they are, but for the rounding to fp16."""
    still = replace(OPTIONS, epochs=1, rate=0.0)
    train(Weights(base, run / "best"), material(), Recipe(), still, tmp_path, CPU)
    before, after = load(run / "best").state_dict(), load(tmp_path / "best").state_dict()
    assert all(torch.allclose(before[name], after[name], atol=1e-3) for name in before)


@pytest.mark.parametrize("learns", [False, True])
def test_word_vectors_learn_only_where_they_may(learns: bool, base: Path) -> None:
    texts = material().train[:8]
    found, tokenizer, rows = learner(base, texts, replace(OPTIONS, train_words=learns))
    learnt = dict(found.network.named_parameters())
    words = learnt["bert.embeddings.word_embeddings.weight"]
    layer = learnt["bert.encoder.layer.0.attention.self.query.weight"]
    before = words.detach().clone(), layer.detach().clone()
    for _ in range(3):
        found.learn(0, 1, batches(texts, tokenizer, rows, 8, None))
    assert torch.equal(before[0], words) is not learns
    assert not torch.equal(before[1], layer)


def test_unknown_targets_teach_nothing(base: Path) -> None:
    texts = [LabelledText("the card of the shop", "en", "unlabelled")]
    found, tokenizer, rows = learner(base, texts, OPTIONS)
    (batch,) = batches(texts, tokenizer, rows, 8, None)
    losses = found.step(batch)
    assert [float(losses[name]) for name in FIGURES[:3]] == [0.0, 0.0, 0.0]
    assert float(losses["distil"]) > 0


def test_the_rate_rises_and_falls_to_nothing(base: Path) -> None:
    texts = material().train[:8]
    found, tokenizer, rows = learner(base, texts, replace(OPTIONS, warmup=0.2))
    (batch,) = batches(texts, tokenizer, rows, 8, None)
    rates = []
    for _ in range(22):  # of 20 that were planned
        rates.append(float(found.schedule.get_last_lr()[0]))
        found.step(batch)
    assert rates[:5] == pytest.approx([0, 0.25 * 5e-3, 0.5 * 5e-3, 0.75 * 5e-3, 5e-3])
    assert rates[4:21] == sorted(rates[4:21], reverse=True)
    assert rates[20:] == pytest.approx([0, 0], abs=1e-9)


def test_a_checkpoint_is_whole_or_not_there(base: Path, tmp_path: Path) -> None:
    found, _, _ = learner(base, material().train[:2], OPTIONS)
    file = tmp_path / "checkpoint.pt"
    assert found.resume(file) == State()
    found.keep(file, State(3, 0.5, 2))
    drawn = torch.rand(3)
    other, _, _ = learner(base, material().train[:2], OPTIONS)
    assert other.resume(file) == State(3, 0.5, 2)
    assert torch.equal(torch.rand(3), drawn)
    assert [one.name for one in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_the_group_loss_is_that_of_any_member() -> None:
    groups = list(XED_GROUPS)
    logits = torch.full((3, len(GOEMOTIONS)), -100.0)  # nothing is there
    logits[:, GOEMOTIONS.index("fear")] = 0.0  # 1/2
    logits[:, GOEMOTIONS.index("nervousness")] = float(np.log(1 / 3))  # 1/4
    there, absent = 1 - 0.5 * 0.75, 0.5 * 0.75
    truth = torch.zeros(3, len(groups))
    truth[0, groups.index(4)] = 1
    known = torch.tensor([1.0, 1.0, 0.0])
    expected = -(np.log(there) + np.log(absent)) / 2
    assert float(group_loss(logits, truth, known)) == pytest.approx(expected, abs=1e-5)
    assert float(group_loss(logits, truth, torch.tensor([1.0, 0, 0]))) == pytest.approx(-np.log(there), abs=1e-5)
    assert float(group_loss(logits, truth, torch.zeros(3))) == 0.0


def test_the_group_loss_is_finite_at_the_ends() -> None:
    truth = torch.tensor([[1.0] * len(XED_GROUPS), [0.0] * len(XED_GROUPS)])
    for value in (-100.0, 100.0):
        logits = torch.full((2, len(GOEMOTIONS)), value, requires_grad=True)
        loss = group_loss(logits, truth, torch.ones(2))
        torch.autograd.backward(loss)
        assert torch.isfinite(loss)
        assert logits.grad is not None
        assert torch.isfinite(logits.grad).all()


def corpora(folder: Path) -> Path:
    """Write the toy texts as the corpora are; return their folder."""
    for name in ("goemotions", "germeval2017", "xed", "multidogo", "banking77"):
        (folder / name).mkdir(parents=True)
    every = Material((*material().train, *material().dev), (), {})
    english = [one for one in every.train if one.source == "goemotions"]
    numbers = {one.text: ",".join(str(GOEMOTIONS.index(name)) for name in one.emotions or ()) for one in english}
    lines = "".join(f"{text}\t{labels}\tid\n" for text, labels in numbers.items())
    (folder / "goemotions" / "train.tsv").write_text(lines, "utf-8")
    german = [one for one in every.train if one.source == "germeval"]
    lines = "".join(f"{number}\t{one.text}\ttrue\t{one.polarity}\n" for number, one in enumerate(german))
    header = "id\ttext\trelevance\tsentiment\n"
    (folder / "germeval2017" / "dev_df_opinion.tsv").write_text(header + lines, "utf-8")
    (folder / "xed" / "de-projections.tsv").write_text("so ein mist\t1\n", "utf-8")
    (folder / "xed" / "en-annotated.tsv").write_text("my number\t7\n", "utf-8")
    (folder / "banking77" / "train.csv").write_text("text,category\nwhere is my card,x\n", "utf-8")
    return folder


@pytest.fixture
def untouched_logging() -> Iterator[None]:
    """Undo what a command does to the root logger."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.mark.usefixtures("untouched_logging")
def test_the_command_trains_as_it_is_told(base: Path, tmp_path: Path) -> None:
    scripted = tmp_path / "de-1.tsv"
    scripted.write_text("negative\tanger\tam telefon\tso ein mist in der app\n" * 3, "utf-8")
    spoken = tmp_path / "spoken.tsv"
    spoken.write_text("so ein mist in der app\tso n mist in der app\n", "utf-8")
    arguments = ["--base", str(base), "--data", str(corpora(tmp_path / "data")), "--output", str(tmp_path / "run")]
    arguments += ["--scripted", str(scripted), "--spoken", str(spoken)]
    main([*arguments, "--set", "epochs=1", "batch=8", "rate=0.005", "train_words=1", "heard=0", "goemotions=2"])
    assert [line["epoch"] for line in log(tmp_path / "run")] == [0]
    assert (tmp_path / "run" / "best" / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("speed=1", "no number is called speed"),
        ("augmentation=0", "no number is called augmentation"),
        ("epochs=many", "invalid assignment value: 'epochs=many'"),
        ("epochs", "invalid assignment value: 'epochs'"),
    ],
)
@pytest.mark.usefixtures("untouched_logging")
def test_a_setting_that_is_none_is_named(
    setting: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--base", "x", "--data", "y", "--output", str(tmp_path / "run"), "--set", setting])
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_settings_reach_the_record_that_has_them() -> None:
    options, recipe = chosen({"epochs": 3.0, "train_words": 1.0, "rate": 0.5, "xed_en": 0.0, "heard": 0.25})
    assert options == Options(epochs=3, train_words=True, rate=0.5)
    assert isinstance(options.epochs, int)
    assert recipe == Recipe(xed_en=0.0, augmentation=Augmentation(heard=0.25))


def test_no_two_settings_share_a_name() -> None:
    names = [field.name for kind in (Options, Recipe, Augmentation) for field in fields(kind)]
    assert len(names) == len(set(names))
