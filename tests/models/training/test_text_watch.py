"""Figures of the dev split: F1 by hand, and every prediction at its own text, however they were batched."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from tests.models.training.toy_e5 import calm, material, write_base
from tokenizers import Tokenizer
from transformers import BertForSequenceClassification

from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES
from stimmung.models.training.text_corpora import LabelledText
from stimmung.models.training.text_training import Material
from stimmung.models.training.text_watch import best_f1, f1, macro_f1, micro, polarity_macro, predict, watch
from stimmung.models.training.train_text_emotion import load, untouched_vectors

CPU = torch.device("cpu")


def vectors_of(
    network: BertForSequenceClassification, tokenizer: Tokenizer, texts: Sequence[LabelledText], device: torch.device
) -> tuple[torch.Tensor, dict[str, int]]:
    """Return the untouched encoder's vectors and the row of each text."""
    unique = list(dict.fromkeys(text.text for text in texts))
    return untouched_vectors(network, tokenizer, unique, device), {text: row for row, text in enumerate(unique)}


def flags(marks: str) -> npt.NDArray[np.bool_]:
    """Return True for each `x`."""
    return np.array([mark == "x" for mark in marks])


def scores(*values: float) -> npt.NDArray[np.float32]:
    """Return them as the network does."""
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("truth", "found", "value"),
    [("xx..", "xx..", 1.0), ("xx..", "x.x.", 0.5), ("xx..", "..xx", 0.0), ("....", "....", 0.0), ("x...", "xxx.", 0.5)],
)
def test_f1_of_a_label(truth: str, found: str, value: float) -> None:
    assert f1(flags(truth), flags(found)) == value


def test_the_best_threshold_lies_midway_below_the_lowest_score_that_it_takes() -> None:
    value, threshold = best_f1(flags("x.x."), scores(3, 2, 1, 0))
    assert value == pytest.approx(0.8)  # three found, two of them true
    assert threshold == 0.5
    assert best_f1(flags("xx.."), scores(5, 4, 1, 0)) == (1.0, 2.5)


def test_no_threshold_parts_equal_scores() -> None:
    value, threshold = best_f1(flags("x.."), scores(2, 2, 1))
    assert value == pytest.approx(2 / 3)
    assert threshold == 1.5


def emotional(*labels: str) -> LabelledText:
    """Return a text with these emotions."""
    return LabelledText("x", "de", "scripted", emotions=frozenset(labels))


def test_macro_f1_is_the_mean_over_labels_that_occur() -> None:
    texts = [emotional("joy"), emotional("anger"), emotional("joy", "anger"), emotional("neutral")]
    logits = np.zeros((4, len(GOEMOTIONS)), np.float32)
    logits[:, GOEMOTIONS.index("joy")] = [2, 0, 1, -1]  # perfect
    logits[:, GOEMOTIONS.index("anger")] = [2, 1, 0, -1]  # all but the last: two of three
    logits[:, GOEMOTIONS.index("neutral")] = [0, -1, -2, 3]
    assert macro_f1(texts, logits, np.arange(4)) == pytest.approx((1 + 0.8 + 1) / 3)
    assert macro_f1(texts, logits, np.array([0, 3])) == pytest.approx(1.0)
    assert macro_f1(texts, logits, np.array([], int)) == 0.0


def test_polarity_counts_where_it_was_asked() -> None:
    kinds = ("negative", "neutral", "positive", None)
    texts = [LabelledText("x", "de", "goemotions", polarity=kind) for kind in kinds]
    logits = np.array([[2, 1, 0], [2, 1, 0], [0, 1, 2], [2, 1, 0]], np.float32)  # the second is taken for negative
    assert micro(texts, logits, np.arange(4)) == pytest.approx(2 / 3)
    assert micro(texts, logits, np.array([3])) == 0.0
    assert polarity_macro(texts, logits, np.arange(3)) == pytest.approx((2 / 3 + 0 + 1) / 3)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy encoder's folder."""
    with calm():
        return write_base(tmp_path_factory.mktemp("watch"))


@pytest.fixture
def tokenizer(base: Path) -> Tokenizer:
    """Its tokenizer."""
    return Tokenizer.from_file(str(base / "tokenizer.json"))


@pytest.fixture
def network(base: Path) -> BertForSequenceClassification:
    """It under a new layer of labels, in training mode, with dropout that must not be seen here."""
    torch.manual_seed(3)
    with calm():
        network = load(base, dropout=0.5)
    network.train()
    return network


def spread_out(network: BertForSequenceClassification) -> None:
    """Give the new layers weights that tell texts apart; as they are made they say nearly the same of all."""
    for name, value in network.named_parameters():
        if name in {"bert.pooler.dense.weight", "classifier.weight"}:
            torch.nn.init.normal_(value, std=0.5)


def test_predictions_stand_at_their_texts(network: BertForSequenceClassification, tokenizer: Tokenizer) -> None:
    texts = [replace(text, context="am telefon" if n % 3 else "") for n, text in enumerate(material().dev)]
    vectors, rows = torch.eye(len(texts), 32), {text.text: row for row, text in enumerate(texts)}
    spread_out(network)
    with calm():
        logits, cosines = predict(network, tokenizer, texts, vectors, rows, CPU)
        alone = [predict(network, tokenizer, [text], vectors, rows, CPU) for text in texts]
    assert logits == pytest.approx(np.concatenate([one for one, _ in alone]), abs=0.1)  # bfloat16 has 3 digits
    assert cosines == pytest.approx(np.concatenate([cosine for _, cosine in alone]), abs=0.03)
    assert logits.std(axis=0).mean() > 0.3  # so that a wrong place would be seen


def test_untouched_texts_are_near_their_own_vectors(
    network: BertForSequenceClassification, tokenizer: Tokenizer
) -> None:
    texts = list(material().dev)
    with calm():
        vectors, rows = vectors_of(network, tokenizer, texts, CPU)
        _, own = predict(network, tokenizer, texts, vectors, rows, CPU)
        _, turned = predict(network, tokenizer, texts, -vectors, rows, CPU)
    assert own.mean() > 0.8  # not 1: the untouched encoder read `query:` first
    assert turned == pytest.approx(-own, abs=1e-5)


def shouting(network: BertForSequenceClassification) -> None:
    """Make it say that everything is negative and angry."""
    with torch.no_grad():
        network.classifier.weight.zero_()
        network.classifier.bias.zero_()
        network.classifier.bias[POLARITIES.index("negative")] = 9
        network.classifier.bias[len(POLARITIES) + GOEMOTIONS.index("anger")] = 9


def test_the_watched_figures_are_those_of_each_corpus(
    network: BertForSequenceClassification, tokenizer: Tokenizer
) -> None:
    shouting(network)
    whole = material()
    mild = [text for text in whole.dev if (text.source, text.polarity) != ("goemotions", "negative")]
    dev = tuple(text for text in mild if text.source != "scripted" or text.polarity == "negative")
    seen = Material(whole.train, dev, whole.heard)
    with calm():
        vectors, rows = vectors_of(network, tokenizer, seen.dev, CPU)
        watched = watch(network, tokenizer, seen, vectors, rows, CPU)
    assert watched.germeval_micro_f1 == pytest.approx(1 / 3, abs=1e-4)
    assert watched.germeval_macro_f1 == pytest.approx(1 / 3 * 0.5, abs=1e-4)
    assert (watched.scripted_de, watched.scripted_en) == (1.0, 1.0)
    assert watched.scripted_emotions_de == 1.0
    assert watched.heard_de == pytest.approx(2 / 4, abs=1e-4)  # three of GermEval, one of ours; English ones: 1 / 3
    parts = (watched.goemotions_macro_f1, watched.germeval_micro_f1, 1.0, 1.0, 1.0, 1.0)
    assert watched.score == pytest.approx(np.mean(parts), abs=2e-4)
    assert 0.5 < watched.vectors <= 1.0


def test_what_was_heard_is_judged_by_the_transcript(
    network: BertForSequenceClassification, tokenizer: Tokenizer
) -> None:
    spread_out(network)
    german = [text for text in material().dev if text.language == "de"]
    with calm():
        vectors, rows = vectors_of(network, tokenizer, german, CPU)
        logits, _ = predict(network, tokenizer, german, vectors, rows, CPU)
        level = logits.mean(axis=0)
        with torch.no_grad():
            network.classifier.bias.sub_(torch.from_numpy(level))  # so that no polarity leads everywhere
        said = (logits - level)[:, : len(POLARITIES)].argmax(1)
        first, other = german[0], german[int((said != said[0]).argmax())]
        true = replace(first, source="scripted", polarity=POLARITIES[int(said[german.index(other)])])
        watched = watch(network, tokenizer, Material((), (true,), {true.text: other.text}), vectors, rows, CPU)
    assert first != other
    assert (watched.scripted_de, watched.heard_de) == (0.0, 1.0)


def test_nothing_heard_is_no_figure(network: BertForSequenceClassification, tokenizer: Tokenizer) -> None:
    seen = replace(material(), heard={})
    with calm():
        vectors, rows = vectors_of(network, tokenizer, seen.dev, CPU)
        assert watch(network, tokenizer, seen, vectors, rows, CPU).heard_de == 0.0
