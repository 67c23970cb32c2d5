"""Does a voice head listen to the voice? With shuffled labels, by length alone, and among clips of the same words."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from machine import Figures
from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.models.training.voice_fit import Labelled
from text_bench import cell, interval_figures, show, skip
from text_scores import Interval
from voice_bench import SHORT, WHOLE, Bench, EmoDb
from voice_conditions import PHONE
from voice_folds import Outcome, outcome
from voice_rivals import length_only
from voice_scores import Ints, uar

SHUFFLES: Final = 3
SEED: Final = 0
COPIES: Final = 3  # of each clip: the controls then take about as long as one fit of twelve copies


def controls(bench: Bench) -> Figures | None:
    """Run the controls on the phone line, seven classes."""
    if bench.emodb is None:
        skip("controls", "no --data")
        return None
    emodb = bench.emodb
    judged = emodb.outcome(PHONE, SHORT)
    by_length = {group: length_only(emodb.heard(PHONE, group)) for group in (SHORT, WHOLE)}
    chance = [one.value for one in shuffled_uars(emodb, 1 if bench.quick else SHUFFLES)]
    figures: Figures = {
        "shuffled_uar7": float(np.mean(chance)),
        "shuffled_uar7_each": chance,
        "chance_uar7": 1 / len(judged.examples.classes),
        "length_only_uar7": by_length[SHORT].value,
        "length_only_uar7_interval": interval_figures(by_length[SHORT]),
        "length_only_uar4": by_length[WHOLE].value,
        "same_sentence_uar7": same_sentence(judged, emodb.group(SHORT)),
        "new_sentence_uar7": new_half(emodb, by_sentence(emodb.clips)).uar().value,
        "half_clips_uar7": new_half(emodb, by_chance(emodb.clips)).uar().value,
        "uar7": judged.uar().value,
    }
    rows = [
        ["labels shuffled in training", cell(figures["shuffled_uar7"])],
        ["chance", cell(figures["chance_uar7"])],
        ["length of the speech alone, all cut to 2 s", cell(by_length[SHORT])],
        ["length of the speech alone, 4 classes uncut", cell(by_length[WHOLE])],
        ["as it is", cell(judged.uar())],
        ["within each sentence, mean", cell(figures["same_sentence_uar7"])],
        ["sentence and speaker left out, half the sentences to learn from", cell(figures["new_sentence_uar7"])],
        ["speaker left out, any half of the clips to learn from", cell(figures["half_clips_uar7"])],
    ]
    show("controls: EMO-DB on the phone, 7 classes cut to 2 s", ["", "UAR"], rows)
    return figures


def shuffled_uars(emodb: EmoDb, times: int) -> list[Interval]:
    """Return the figure of heads that learnt shuffled labels, one a shuffle."""
    training = emodb.training(COPIES)
    found = []
    for seed in range(times):
        folds = emodb.fit(shuffled(training, emodb.clips, np.random.default_rng(seed)))
        found.append(outcome(folds, emodb.heard(PHONE, SHORT)).uar())
    return found


def shuffled(training: Labelled, clips: Sequence[LabelledVoice], rng: np.random.Generator) -> Labelled:
    """Return the examples with labels dealt anew to the clips; all copies of a clip, cut or not, keep one label."""
    label = np.array([training.classes.index(clip.emotion) for clip in clips])
    return replace(training, label=rng.permutation(label)[clip_numbers(training, clips)])


def clip_numbers(training: Labelled, clips: Sequence[LabelledVoice]) -> Ints:
    """Return which of all clips each example is a copy of: the groups count their own."""
    whole = np.flatnonzero([not clip.cut for clip in clips])
    if whole.size == len(clips):
        return np.asarray(training.heard.clip, np.intp)
    own = training.heard.clip
    return np.where(training.heard.cut, own, whole[np.minimum(own, whole.size - 1)]).astype(np.intp)


def same_sentence(judged: Outcome, clips: Sequence[LabelledVoice]) -> float:
    """Return the average recall within each sentence, and of these the mean."""
    text = np.array([clips[place].text for place in judged.examples.heard.clip])
    truth, found = judged.examples.label, judged.found
    return float(np.mean([uar(truth[text == one], found[text == one]) for one in np.unique(text)]))


def new_half(emodb: EmoDb, half: Ints) -> Outcome:
    """Judge each clip by a head that heard neither its speaker nor its half of the clips; `half` is 0 or 1 (clips,)."""
    training, examples = emodb.training(COPIES), emodb.heard(PHONE, SHORT)
    learnt = half[clip_numbers(training, emodb.clips)]
    parts = []
    for asked in (0, 1):
        judged = outcome(emodb.fit(training.only(learnt != asked)), examples)
        parts.append(judged.only(half[judged.examples.heard.clip] == asked))
    return Outcome(
        Labelled.joined([part.examples for part in parts]),
        np.concatenate([part.logits for part in parts]),
        parts[0].classes,
    )


def by_sentence(clips: Sequence[LabelledVoice]) -> Ints:
    """Return the half of the sentences, every other one, that each clip belongs to."""
    return np.unique([clip.text for clip in clips], return_inverse=True)[1].astype(np.intp) % 2


def by_chance(clips: Sequence[LabelledVoice]) -> Ints:
    """Return a half for each clip, whatever is said in it: what learning from fewer clips costs by itself."""
    return np.random.default_rng(SEED).permutation(len(clips)) % 2
