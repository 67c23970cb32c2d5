"""The head as it ships on any folder of labelled voices: each against its speaker's first neutral utterances, and
against nobody's; clean and through the phone channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.metrics import confusion_matrix  # type: ignore[import-untyped]  # the library has no types

from machine import Figures
from stimmung.models.training.voice_clips import LabelledVoice, read_clips
from stimmung.models.training.voice_trial import OWN
from stimmung.models.voice_emotion import EmbeddedVoice
from stimmung.models.voice_head import VoiceHead
from stimmung.speech import prosody
from stimmung.speech.engines import Voice, VoiceBaseline
from stimmung.speech.errors import CallInfoError
from stimmung.speech.records import SAMPLE_RATE, Samples, Span
from stimmung.speech.voices import MARGIN
from text_bench import cell, interval_figures, show
from text_scores import Interval, interval
from voice_bench import SEED, Bench, encoding_voice
from voice_conditions import CLEAN, PHONE, behind
from voice_scores import Bools, Floats, Ints, auc, recalls, uar

AROUSED: Final = ("anger", "fear", "joy", "surprise")
CALM: Final = ("sadness", "neutral")
SIDES: Final = ("with baseline", "without")


@dataclass(frozen=True, slots=True, eq=False)
class Judgements:
    """What the head says of the clips that are scored, a row each."""

    emotion: tuple[str, ...]  # how each was meant
    likely: Samples  # (n, classes of the head)
    anger: Floats  # (n,)
    arousal: Floats  # (n,)
    uncertain: Bools  # (n,)

    def are(self, names: Sequence[str]) -> Bools:
        """Return which clips were meant as one of `names`."""
        return np.array([one in names for one in self.emotion], bool)


def score_manifest(bench: Bench, manifest: Path) -> Figures:
    """Score a folder. Raises CallInfoError and AudioError for a manifest or recordings that make no sense."""
    clips = read_clips(manifest, bench.hearing.detector)
    return score_clips(encoding_voice(bench), clips, manifest.resolve().parent.name)


def score_clips(voice: EmbeddedVoice, clips: Sequence[LabelledVoice], title: str) -> Figures:
    """Score clips behind both lines, and show it."""
    own = baselines(clips)
    if len(clips) == sum(map(len, own.values())):
        raise CallInfoError(f"{title}: no clip is left to score beside the speakers' first neutral ones")
    figures: Figures = {
        "clips": len(clips),
        "scored": len(clips) - sum(map(len, own.values())),
        "speakers": len({clip.speaker for clip in clips}),
        "speakers_without_baseline": len({clip.speaker for clip in clips}) - len(own),
        "model": {"name": voice.model.name, "sha256": voice.model.sha256},
    }
    for line in (CLEAN, PHONE):
        rows = describe(voice, behind(line, clips))
        found = [judge(voice, clips, rows, own if side == SIDES[0] else {}, own) for side in SIDES]
        both = [figures_of(voice.head, one) for one in found]
        figures[line] = dict(zip(("baseline", "no_baseline"), both, strict=True))
        _show(f"{title}, {line}, {len(found[0].emotion)} clips scored", both)
    return figures


def baselines(clips: Sequence[LabelledVoice]) -> dict[str, list[int]]:
    """Return the places of each speaker's first neutral clips; speakers who have none are left out."""
    found: dict[str, list[int]] = {}
    for place, clip in enumerate(clips):
        if clip.emotion == "neutral" and len(found.setdefault(clip.speaker, [])) < OWN:
            found[clip.speaker].append(place)
    return found


def describe(voice: EmbeddedVoice, clips: Sequence[LabelledVoice]) -> Samples:
    """Return the descriptions (clips, width); a speaker's clips share windows, in an order of chance."""
    rng = np.random.default_rng(SEED)
    rows = np.zeros((len(clips), 0), np.float32)
    for speaker in dict.fromkeys(clip.speaker for clip in clips):
        order = rng.permutation([place for place, clip in enumerate(clips) if clip.speaker == speaker])
        found = voice.describe([cut(clips[place]) for place in order])
        if not rows.shape[1]:
            rows = np.zeros((len(clips), found.shape[1]), np.float32)
        rows[order] = found
    return rows


def cut(clip: LabelledVoice) -> Voice:
    """Return the clip's speech and up to MARGIN of what lies around, as the pipeline cuts voices."""
    around = round(MARGIN * SAMPLE_RATE)
    first = max(0, clip.start_sample - around)
    speech = Span((clip.start_sample - first) / SAMPLE_RATE, (clip.end_sample - first) / SAMPLE_RATE)
    return Voice(clip.samples[first : clip.end_sample + around], speech)


def judge(
    voice: EmbeddedVoice,
    clips: Sequence[LabelledVoice],
    rows: Samples,
    usual: dict[str, list[int]],
    withheld: dict[str, list[int]],
) -> Judgements:
    """Judge all clips but the `withheld` ones; `usual` are those that make the speakers' baselines."""
    known: dict[str, VoiceBaseline] = {}
    for speaker, places in usual.items():
        for place in places:
            known[speaker] = voice.accustom(known.get(speaker, VoiceBaseline()), rows[place])
    left = sorted(set(range(len(clips))) - {place for places in withheld.values() for place in places})
    baseline = [known.get(clips[place].speaker, VoiceBaseline()) for place in left]
    scores = [voice.judge(rows[place], one) for place, one in zip(left, baseline, strict=True)]
    return Judgements(
        tuple(clips[place].emotion for place in left),
        np.stack([likely(voice.head, rows[place], one) for place, one in zip(left, baseline, strict=True)]),
        np.array([score.emotions["anger"] for score in scores]),
        np.array([score.arousal for score in scores], float),
        np.array([score.uncertain for score in scores], bool),
    )


def likely(head: VoiceHead, row: Samples, baseline: VoiceBaseline) -> Samples:
    """Return the probabilities of all classes, of which `VoiceEmotion.judge` tells five."""
    states, values = row[: head.states], row[head.states : head.states + len(prosody.NAMES)]
    usual = head.neutral if baseline.mean is None else head.usual(baseline.mean, baseline.seconds)
    return head.probabilities(head.inputs(states, values, usual))


def figures_of(head: VoiceHead, found: Judgements) -> Figures:
    """Return recalls over the classes that the head knows and the clips have, and the areas under curves."""
    shared = [name for name in head.classes if name in set(found.emotion)]
    truth, choice, free = _choices(head, found, shared)
    mean = interval(len(truth), lambda rows: uar(truth[rows], choice[rows])) if len(truth) else _nothing()
    anger = _auc(found, found.anger, ("anger",), ("neutral",))
    arousal = _auc(found, found.arousal, AROUSED, CALM)
    return {
        "classes": shared,
        "uar": mean.value,
        "uar_interval": interval_figures(mean),
        "uar_all_classes": uar(truth, free),
        "recall": dict(zip(shared, recalls(truth, choice, len(shared)).tolist(), strict=True)),
        "confusion": confusion_matrix(truth, choice, labels=range(len(shared))).tolist() if len(truth) else [],
        "anger_auc": anger.value,
        "anger_auc_interval": interval_figures(anger),
        "arousal_auc": arousal.value,
        "arousal_auc_interval": interval_figures(arousal),
        "uncertain_share": float(found.uncertain.mean()),
    }


def _choices(head: VoiceHead, found: Judgements, shared: Sequence[str]) -> tuple[Ints, Ints, Ints]:
    """Return truth, choice among `shared`, and choice among all classes (-1: none of `shared`), of clips of these."""
    known = found.are(shared)
    truth = np.array([shared.index(one) for one in found.emotion if one in shared], np.intp)
    likely = found.likely[known]
    columns = [head.classes.index(name) for name in shared]
    numbers = np.array([shared.index(name) if name in shared else -1 for name in head.classes], np.intp)
    if not columns:
        return truth, truth, truth
    return truth, likely[:, columns].argmax(axis=1), numbers[likely.argmax(axis=1)]


def _auc(found: Judgements, score: Floats, yes: Sequence[str], no: Sequence[str]) -> Interval:
    asked = found.are((*yes, *no))
    if not asked.any():
        return _nothing()
    truth, scores = found.are(yes)[asked], score[asked]
    return interval(int(asked.sum()), lambda rows: auc(truth[rows], scores[rows]))


def _nothing() -> Interval:
    return Interval(float("nan"), float("nan"), float("nan"))


def _show(title: str, both: Sequence[Figures]) -> None:
    rows = [
        *(
            [name, *(cell(Interval(one[key], *one[f"{key}_interval"])) for one in both)]
            for name, key in (
                ("UAR of known classes", "uar"),
                ("anger against neutral, AUC", "anger_auc"),
                ("aroused against calm, AUC", "arousal_auc"),
            )
        ),
        ["UAR, any class of the head", *(cell(one["uar_all_classes"]) for one in both)],
        *([f"recall of {name}", *(cell(one["recall"][name], 2) for one in both)] for name in both[0]["classes"]),
        ["said to be uncertain", *(cell(one["uncertain_share"], 2) for one in both)],
    ]
    show(title, ["", *SIDES], rows)
    if classes := both[0]["classes"]:
        confused = [[name, *map(str, row)] for name, row in zip(classes, both[0]["confusion"], strict=True)]
        show(f"{title}, {SIDES[0]}: rows are true", ["", *classes], confused)
