"""Text models on texts that people labelled: emotions (the GoEmotions format) and polarity (that of GermEval 2017)."""

from collections.abc import Sequence

import numpy as np

from machine import Figures
from stimmung.models.calibration import expected_calibration_error
from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES, SERVICE_CLASSES
from stimmung.models.training.text_corpora import LabelledText, read_labelled
from text_baselines import baselines
from text_bench import Bench, cell, score_figures, show, show_scores, skip
from text_judged import Judged
from text_scores import (
    BINS,
    SAID,
    LabelScore,
    accuracy,
    choice_scores,
    counts,
    label_calibration,
    label_scores,
    macro_f1,
    micro_f1,
    polarity_confidence,
)
from text_sets import (
    germeval_test,
    germeval_train,
    goemotions_dev,
    sample,
    spoken_texts_of,
    true_classes,
    true_labels,
    true_polarities,
)

QUICK_EMOTIONS, QUICK_POLARITIES, QUICK_TRAIN = 400, 200, 600  # texts


def goemotions(bench: Bench) -> Figures | None:
    """Score the 28 labels, the nine service classes and polarity on the dev split of GoEmotions."""
    if bench.data is None:
        skip("goemotions", "no --data")
        return None
    texts = sample(goemotions_dev(bench.data), QUICK_EMOTIONS if bench.quick else None)
    return emotions(bench, "goemotions", texts)


def germeval(bench: Bench) -> Figures | None:
    """Score the polarity of German documents, with two baselines that learnt from `dev_df_opinion.tsv`."""
    if bench.data is None:
        skip("germeval", "no --data")
        return None
    texts = sample(germeval_test(bench.data), QUICK_POLARITIES if bench.quick else None)
    return polarity(bench, "germeval", texts)


def labelled_file(bench: Bench) -> Figures | None:
    """Score a file that was never seen, in the format of GoEmotions or GermEval."""
    if bench.file is None:
        skip("file", "no --file")
        return None
    texts = sample(read_labelled(bench.file), QUICK_POLARITIES if bench.quick else None)
    if not texts:
        raise ValueError(f"{bench.file}: holds no texts")
    with_emotions = texts[0].emotions is not None
    return emotions(bench, "file", texts) if with_emotions else polarity(bench, "file", texts)


def emotions(bench: Bench, name: str, texts: Sequence[LabelledText]) -> Figures:
    """Score texts with GoEmotions labels, by side."""
    truth, classes = true_labels(texts), true_classes(texts)
    figures: Figures = {"texts": len(texts)}
    by_label: list[tuple[str, list[LabelScore]]] = []
    by_class: list[tuple[str, list[LabelScore]]] = []
    for side in bench.sides:
        judged = bench.judged(side, name, spoken_texts_of(texts))
        own: Figures = {"without_words": int((~judged.worded).sum()), **polarity_figures(texts, judged)}
        found, found_classes = judged.found_labels, judged.found_classes
        if found is not None and found_classes is not None:
            by_label.append((side.title, label_scores(truth, found, GOEMOTIONS)))
            by_class.append((side.title, label_scores(classes, found_classes, SERVICE_CLASSES)))
            own |= {
                "macro_f1": macro_f1(by_label[-1][1]),
                "micro_f1": micro_f1(counts(truth, found)),
                "labels": score_figures(by_label[-1][1]),
                "class_macro_f1": macro_f1(by_class[-1][1]),
                "class_micro_f1": micro_f1(counts(classes, found_classes)),
                "classes": score_figures(by_class[-1][1]),
                "ece": label_calibration(judged, truth),
                "ece_said": label_calibration(judged, truth, SAID),
            }
        figures[side.role] = own
    if by_label:
        show_scores(f"{name}: 28 labels, {len(texts)} texts", by_label)
        show_scores(f"{name}: nine service classes", by_class)
    _show_emotions(bench, name, figures)
    return figures


def polarity(bench: Bench, name: str, texts: Sequence[LabelledText]) -> Figures:
    """Score texts that all have a polarity, by side, and the baselines where there is something to learn from."""
    truth = true_polarities(texts)
    figures: Figures = {"texts": len(texts)}
    for side in bench.sides:
        judged = bench.judged(side, name, spoken_texts_of(texts))
        figures[side.role] = {
            "without_words": int((~judged.worded).sum()),
            **polarity_figures(texts, judged),
        }
    rows = {side.title: figures[side.role] for side in bench.sides}
    if bench.data is None:
        skip(f"{name}: majority class and SVM", "no --data to learn from")
    else:
        train = sample(germeval_train(bench.data), QUICK_TRAIN if bench.quick else None)
        known = {text.text for text in train}
        figures["texts_that_baselines_learnt"] = sum(text.text in known for text in texts)
        for one in baselines(train, texts):
            scores = choice_scores(truth, one.polarity, POLARITIES)
            rows[one.title] = _choice_figures(accuracy(truth, one.polarity), scores)
        figures["baselines"] = {title: rows[title] for title in list(rows)[len(bench.sides) :]}
    _show_polarity(f"{name}: polarity, {len(texts)} texts", figures, rows)
    return figures


def polarity_figures(texts: Sequence[LabelledText], judged: Judged) -> Figures:
    """Return figures of polarity over the texts whose polarity is known."""
    truth = true_polarities(texts)
    known = np.flatnonzero(truth >= 0)
    confidence, right = polarity_confidence(judged, truth)
    asked = (truth >= 0)[judged.worded]
    return {
        "polarity_texts": len(known),
        **_choice_figures(
            accuracy(truth[known], judged.polarity[known]),
            choice_scores(truth[known], judged.polarity[known], POLARITIES),
        ),
        "ece_polarity": expected_calibration_error(confidence[asked], right[asked], BINS),
    }


def _choice_figures(right: float, scores: Sequence[LabelScore]) -> Figures:
    return {
        "polarity_micro_f1": right,
        "polarity_macro_f1": macro_f1(scores),
        "polarities": score_figures(scores),
    }


def _show_emotions(bench: Bench, name: str, figures: Figures) -> None:
    wanted = {
        "macro-F1, 28 labels": "macro_f1",
        "micro-F1, 28 labels": "micro_f1",
        "macro-F1, nine classes": "class_macro_f1",
        "micro-F1, nine classes": "class_micro_f1",
        "ECE, 28 labels pooled": "ece",
        f"ECE, probabilities from {SAID}": "ece_said",
        "micro-F1, polarity": "polarity_micro_f1",
        "macro-F1, polarity": "polarity_macro_f1",
        "ECE, polarity": "ece_polarity",
    }
    rows = [[what, *(cell(figures[side.role].get(key), 4) for side in bench.sides)] for what, key in wanted.items()]
    show(f"{name}: {figures['texts']} texts", ["", *(side.title for side in bench.sides)], rows)


def _show_polarity(title: str, figures: Figures, rows: Figures) -> None:
    columns = ["", "micro-F1", "macro-F1", *(f"F1 {name}" for name in POLARITIES), "ECE"]
    lines = []
    for title_of_row, own in rows.items():
        by_polarity = [own["polarities"][name]["f1"] for name in POLARITIES]
        values = [own["polarity_micro_f1"], own["polarity_macro_f1"], *by_polarity, own.get("ece_polarity")]
        lines.append([title_of_row, *(cell(value) for value in values)])
    show(title, columns, lines)
    if "texts_that_baselines_learnt" in figures:
        print(
            f"{figures['texts_that_baselines_learnt']} of {figures['texts']} texts stand word for word in what the"
            " baselines learnt from"
        )
