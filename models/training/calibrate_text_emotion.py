"""Fits the calibration of a trained text model on the dev split of its training data, and writes it beside the weights.

    python -m stimmung.models.training.calibrate_text_emotion --weights RUN/best --data ../shared/data/text \
        --scripted models/scripted/*.tsv --spoken SPOKEN.tsv

No weight was trained on that split; the figures of `benchmarks/text_emotion.py` come from other texts again.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from stimmung.models.calibration import Calibration, Platt, calibrated, logit, write_calibration
from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES, SERVICE_CLASSES, service_classes_of
from stimmung.models.text_judgement import class_logits
from stimmung.models.text_loading import load_text_model
from stimmung.models.training.text_corpora import LANGUAGES, LabelledText
from stimmung.models.training.text_training import gather
from stimmung.models.training.text_watch import best_f1
from stimmung.speech.engines import SpokenText
from stimmung.speech.records import TextEmotionScore
from stimmung.speech.settings import Settings

PRIOR = 2.0  # pull of slope and offset towards 1 and 0: as strong as so many texts, against labels with few
STEPS = 200

Values = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--weights", type=Path, required=True, help="folder of the trained weights")
    parser.add_argument("--data", type=Path, required=True, help="the folder that training read")
    parser.add_argument("--scripted", type=Path, nargs="+", default=[])
    parser.add_argument("--spoken", type=Path, nargs="+", default=[])
    given = parser.parse_args(arguments)
    material = gather(given.data, given.scripted, given.spoken)
    heard = [
        replace(text, text=material.heard[text.text]) for text in material.dev if text.text in material.heard
    ]  # the same texts as the recogniser writes them: what the product reads
    texts = [*material.dev, *heard]
    model = load_text_model(str(given.weights), Settings().models)
    model.calibration = None
    readings = model.read([SpokenText(text.text, text.language, text.context) for text in texts])
    judged = [(text, one.emotion) for text, one in zip(texts, readings, strict=True) if one.emotion]
    write_calibration(fit(judged), given.weights)


def fit(judged: Sequence[tuple[LabelledText, TextEmotionScore]]) -> Calibration:
    """Return the calibration for scores that were made without one."""
    asked = [(text, score) for text, score in judged if text.emotions is not None]
    logits = {name: logit(np.array([score.labels[name] for _, score in asked])) for name in GOEMOTIONS}
    raw = [class_logits({name: float(logits[name][at]) for name in GOEMOTIONS}) for at in range(len(asked))]
    of_class = [service_classes_of(text.emotions or ()) for text, _ in asked]
    reddit = np.array([text.source == "goemotions" for text, _ in asked], bool)
    everywhere = np.ones(len(asked), bool)
    return Calibration(
        temperature=fit_temperature(judged),
        labels={
            name: fit_platt(logits[name], _named(name, [text.emotions or frozenset() for text, _ in asked]), reddit)
            for name in GOEMOTIONS
        },
        classes={
            name: fit_platt(
                np.array([one[name] for one in raw]), np.array([name in one for one in of_class]), everywhere
            )
            for name in SERVICE_CLASSES
        },
        languages=LANGUAGES,
    )


def _named(name: str, labels: Sequence[frozenset[str]]) -> Truth:
    return np.array([name in one for one in labels], bool)


def fit_temperature(judged: Sequence[tuple[LabelledText, TextEmotionScore]]) -> float:
    """Return the temperature that makes the polarities likeliest; every corpus and language counts alike."""
    asked = [(text, score) for text, score in judged if text.polarity]
    corpus = [(text.source, text.language) for text, _ in asked]
    weights = torch.tensor([1 / corpus.count(one) for one in corpus], dtype=torch.float64)
    logs = torch.tensor([[np.log(max(score.polarities[one], 1e-9)) for one in POLARITIES] for _, score in asked])
    truth = torch.tensor([[name == text.polarity for name in POLARITIES].index(True) for text, _ in asked])
    cold = torch.zeros((), dtype=torch.float64, requires_grad=True)  # logarithm of the temperature

    def loss() -> torch.Tensor:
        each = torch.nn.functional.cross_entropy(logs.double() / cold.exp(), truth, reduction="none")
        return (each * weights).sum() / weights.sum()

    _minimise(loss, [cold])
    return float(cold.detach().exp())


def fit_platt(logits: Values, truth: Truth, threshold_on: Truth) -> Platt:
    """Return slope and offset that make the truth likeliest, and the threshold of the best F1 on `threshold_on`."""
    values, wanted = torch.tensor(logits), torch.tensor(truth, dtype=torch.float64)
    slope = torch.ones((), dtype=torch.float64, requires_grad=True)
    offset = torch.zeros((), dtype=torch.float64, requires_grad=True)

    def loss() -> torch.Tensor:
        each = torch.nn.functional.binary_cross_entropy_with_logits(slope * values + offset, wanted, reduction="sum")
        return each + PRIOR * ((slope - 1) ** 2 + offset**2)

    _minimise(loss, [slope, offset])
    fitted = Platt(float(slope.detach()), float(offset.detach()))
    chosen = calibrated(logits, fitted)[threshold_on]
    return replace(
        fitted,
        threshold=best_f1(truth[threshold_on], chosen.astype(np.float32))[1] if truth[threshold_on].any() else 0.5,
    )


def _minimise(loss: Callable[[], torch.Tensor], values: list[torch.Tensor]) -> None:
    optimiser = torch.optim.LBFGS(values, max_iter=STEPS, line_search_fn="strong_wolfe")

    def again() -> float:
        optimiser.zero_grad()
        value = loss()
        torch.autograd.backward(value)
        return float(value.detach())

    optimiser.step(again)


if __name__ == "__main__":
    main()
