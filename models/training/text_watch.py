"""What training looks at after each epoch: its own dev split, corpus by corpus, clean and as a recogniser hears it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from transformers import BertForSequenceClassification

from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES
from stimmung.models.precision import halves
from stimmung.models.text_vectors import mean_pooled
from stimmung.models.training.text_corpora import LANGUAGES, LabelledText
from stimmung.models.training.text_training import Material, batches

Scores = npt.NDArray[np.float32]
Places = npt.NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Watched:
    """Figures of one epoch on the dev split; `score` is what early stopping goes by."""

    score: float
    goemotions_macro_f1: float  # with the best threshold per label on this very split, so a little too good
    germeval_micro_f1: float
    germeval_macro_f1: float
    scripted_de: float  # accuracy of polarity
    scripted_en: float
    scripted_emotions_de: float  # macro-F1 over labels, as for GoEmotions
    scripted_emotions_en: float
    heard_de: float  # accuracy of polarity on transcripts of scripted and GermEval texts
    vectors: float  # mean cosine to the untouched encoder's


def watch(
    network: BertForSequenceClassification,
    tokenizer: Tokenizer,
    material: Material,
    vectors: torch.Tensor,
    rows: Mapping[str, int],
    device: torch.device,
) -> Watched:
    """Score the dev split; `vectors` (texts, width) are the untouched encoder's, `rows` says which is whose."""
    dev = material.dev
    logits, cosines = predict(network, tokenizer, dev, vectors, rows, device)
    polarity, emotions = logits[:, : len(POLARITIES)], logits[:, len(POLARITIES) :]

    def among(source: str, language: str) -> Places:
        return np.array([i for i, one in enumerate(dev) if (one.source, one.language) == (source, language)], int)

    germeval, reddit = among("germeval", "de"), among("goemotions", "en")
    own = {language: among("scripted", language) for language in LANGUAGES}
    heard = [
        LabelledText(material.heard[one.text], one.language, one.source, one.context, one.polarity, vector_of=one.text)
        for one in dev
        if one.language == "de" and one.polarity and one.text in material.heard
    ]
    heard_logits, _ = predict(network, tokenizer, heard, vectors, rows, device)
    figures = {
        "goemotions_macro_f1": macro_f1(dev, emotions, reddit),
        "germeval_micro_f1": micro(dev, polarity, germeval),
        "scripted_de": micro(dev, polarity, own["de"]),
        "scripted_en": micro(dev, polarity, own["en"]),
        "scripted_emotions_de": macro_f1(dev, emotions, own["de"]),
        "scripted_emotions_en": macro_f1(dev, emotions, own["en"]),
    }
    return Watched(
        score=round(float(np.mean(list(figures.values()))), 4),
        **{name: round(value, 4) for name, value in figures.items()},
        germeval_macro_f1=round(polarity_macro(dev, polarity, germeval), 4),
        heard_de=round(micro(heard, heard_logits[:, : len(POLARITIES)], np.arange(len(heard))), 4),
        vectors=round(float(cosines.mean()), 4),
    )


@torch.inference_mode()
def predict(
    network: BertForSequenceClassification,
    tokenizer: Tokenizer,
    texts: Sequence[LabelledText],
    vectors: torch.Tensor,
    rows: Mapping[str, int],
    device: torch.device,
) -> tuple[Scores, Scores]:
    """Return the logits (texts, labels) and the cosines (texts,) to the untouched encoder's vectors."""
    network.train(False)
    order = sorted(range(len(texts)), key=lambda index: len(texts[index].text))
    logits = np.zeros((len(texts), network.classifier.out_features), np.float32)
    cosines = np.zeros(len(texts), np.float32)
    done = 0
    for batch in batches([texts[index] for index in order], tokenizer, rows, 256, None):
        part = order[done : done + len(batch.polarity)]
        done += len(part)
        with torch.autocast(device.type, torch.bfloat16, enabled=halves(device)):
            output = network.bert(batch.ids.to(device), attention_mask=batch.attention.to(device))
            scores = network.classifier(output.pooler_output)
        logits[part] = scores.float().cpu().numpy()
        own = mean_pooled(output.last_hidden_state.float(), batch.spoken.to(device))
        cosines[part] = (own * vectors[batch.vector.to(device)]).sum(1).float().cpu().numpy()
    return logits, cosines


def micro(texts: Sequence[LabelledText], polarity: Scores, index: Places) -> float:
    """Return the share of texts at `index` whose polarity is found; for one label a text that is micro-F1.

    Texts without a polarity do not count; 0 where none has one.
    """
    asked = [i for i in index if texts[i].polarity]
    hits = [POLARITIES[int(polarity[i].argmax())] == texts[i].polarity for i in asked]
    return float(np.mean(hits)) if hits else 0.0


def polarity_macro(texts: Sequence[LabelledText], polarity: Scores, index: Places) -> float:
    """Return the mean F1 of the three polarities over texts at `index`, each of which has one."""
    found = polarity[index].argmax(1)
    truth = np.array([POLARITIES.index(texts[i].polarity or "neutral") for i in index], int)
    return float(np.mean([f1(truth == label, found == label) for label in range(len(POLARITIES))]))


def macro_f1(texts: Sequence[LabelledText], emotions: Scores, index: Places) -> float:
    """Return the mean over labels that occur at `index` of the F1 at each one's best threshold; 0 where none does."""
    truth = np.array([[name in (texts[i].emotions or ()) for name in GOEMOTIONS] for i in index], bool)
    present = [label for label in range(len(GOEMOTIONS)) if len(index) and truth[:, label].any()]
    best = [best_f1(truth[:, label], emotions[index, label])[0] for label in present]
    return float(np.mean(best)) if best else 0.0


def best_f1(truth: npt.NDArray[np.bool_], score: Scores) -> tuple[float, float]:
    """Return the best F1 that any threshold on `score` reaches, and that threshold, midway to the next lower score."""
    order = np.argsort(-score)
    ranked = score[order]
    hits = np.cumsum(truth[order])
    values = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    values[:-1][ranked[:-1] == ranked[1:]] = 0.0  # no threshold parts equal scores
    best = int(values.argmax())
    below = ranked[best + 1] if best + 1 < len(ranked) else ranked[best]
    return float(values[best]), float((ranked[best] + below) / 2)


def f1(truth: npt.NDArray[np.bool_], found: npt.NDArray[np.bool_]) -> float:
    """Return the F1 of one label; 0 where it neither occurs nor is found."""
    return float(2 * (truth & found).sum() / max(1, truth.sum() + found.sum()))
