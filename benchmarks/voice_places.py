"""The same utterance packed behind others and alone in its window: how far the scores that the product tells differ."""

from collections.abc import Sequence

import numpy as np

from machine import Figures
from stimmung.models.training.voice_fit import place_of
from stimmung.models.training.voice_trial import best_temperature, softmax
from stimmung.models.voice_label_maps import COUNTED_AS, SCORED
from stimmung.speech.records import Samples
from text_bench import cell, show, skip
from voice_bench import SHORT, WHOLE, Bench, EmoDb
from voice_conditions import PHONE
from voice_folds import Outcome, Place

NAMES = (*SCORED, "arousal", "valence")
HIGH = 95  # per cent
TITLES = {WHOLE: "whole", SHORT: "2 s"}


def alone_and_packed(bench: Bench) -> Figures | None:
    """Measure on the phone, by heads that never heard the speaker, calibrated as the product's head is."""
    if bench.emodb is None:
        skip("alone_and_packed", "no --data")
        return None
    figures: Figures = {group: differences(bench.emodb, group) for group in (WHOLE, SHORT)}
    rows = [
        [f"{TITLES[group]}, {what}", *(cell(figures[group][key][name]) for name in ("all", *NAMES))]
        for group in figures
        for what, key in (("mean", "mean"), ("95th percentile", "p95"))
    ]
    show("EMO-DB on the phone: alone less packed, absolute", ["", "all", *NAMES], rows)
    return figures


def differences(emodb: EmoDb, group: str) -> Figures:
    """Return mean and 95th percentile of the absolute differences, of all scores pooled and of each."""
    temperatures = _temperatures(emodb)
    packed, alone = (_scores(emodb, group, place, temperatures) for place in ("packed", "alone"))
    apart = np.abs(packed - alone)
    return {
        "utterances": apart.shape[0],
        "mean": {"all": float(apart.mean()), **_each(apart.mean(axis=0))},
        "p95": {"all": float(np.percentile(apart, HIGH)), **_each(np.percentile(apart, HIGH, axis=0))},
    }


def told(likely: Samples, classes: Sequence[str]) -> Samples:
    """Return NAMES (n, 7) of the head's probabilities (n, classes), as `EmbeddedVoice.judge` tells them."""
    folded = [
        likely[:, [COUNTED_AS.get(name, name) == one for name in classes]].sum(axis=1, keepdims=True) for one in SCORED
    ]
    where = np.array([place_of(name) for name in classes])
    return np.asarray(np.concatenate([*folded, likely @ where], axis=1), np.float32)


def _scores(emodb: EmoDb, group: str, place: Place, temperatures: dict[str, float]) -> Samples:
    judged = emodb.outcome(PHONE, group, place=place)
    by_row = np.array([temperatures[str(name)] for name in judged.examples.speaker])
    return told(softmax(judged.logits / by_row[:, np.newaxis]), judged.classes)


def _temperatures(emodb: EmoDb) -> dict[str, float]:
    """Return each speaker's temperature: as in training, of the cut clips, but of all other speakers' only."""
    judged: Outcome = emodb.outcome(PHONE, SHORT)
    found = {}
    for speaker in np.unique(judged.examples.speaker):
        others = judged.only(judged.examples.speaker != speaker)
        found[str(speaker)] = best_temperature(others.choice, others.examples.label)
    return found


def _each(values: Samples) -> dict[str, float]:
    return dict(zip(NAMES, values.tolist(), strict=True))
