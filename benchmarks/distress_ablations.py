"""What each group of features adds: the same fit and the same calls without it.

What safety phrases add is in the ranking: they touch no score.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from distress_bench import Bench, JudgedCall, judge, same
from distress_calls import ComposedCall
from distress_held_out import utterances, whole
from machine import Figures
from stimmung.calls.distress_features import CHANGE
from stimmung.speech.records import TextEmotionScore, Utterance, VoiceEmotionScore
from text_bench import cell, show
from text_scores import Interval
from voice_conditions import PHONE

Strip = Callable[[Utterance], Utterance]
NOTHING: Final = "nothing"
NO_CHANGE: Final = "change against the first minute"


def ablations(bench: Bench) -> Figures:
    """Refit without a group, judge the same held-out calls."""
    figures: Figures = {}
    rows = []
    for name in (NOTHING, *GROUPS, NO_CHANGE):
        calls = _judged(bench, name)
        said, called = utterances(calls).auc(), whole(calls).auc()
        figures[name] = {"utterance_auc": said.value, "call_auc": called.value, "interval": [called.low, called.high]}
        rows.append([name, cell(said.value), cell(Interval(called.value, called.low, called.high))])
    show("without a group, on the phone", ["left out", "utterance AUC", "call AUC (95 % over actors)"], rows)
    return figures


def _judged(bench: Bench, name: str) -> list[JudgedCall]:
    calls = bench.calls("test", PHONE)
    if name == NOTHING:
        return judge(bench.folds, bench.phrases, calls)
    if name == NO_CHANGE:
        folds = bench.refitted(same, lambda feature: not feature.startswith(f"{CHANGE}."))
        return judge(folds, bench.phrases, calls)
    folds = bench.refitted(lambda call: stripped(call, GROUPS[name]))
    return judge(folds, bench.phrases, [stripped(call, GROUPS[name]) for call in calls])


def stripped(call: ComposedCall, strip: Strip) -> ComposedCall:
    """Return the call with each utterance stripped."""
    return replace(call, utterances=tuple(strip(one) for one in call.utterances))


def _without_meaning(one: Utterance) -> Utterance:
    return replace(one, text_vector=None)


def _without_text_emotions(one: Utterance) -> Utterance:
    score = one.text_emotion
    return replace(one, text_emotion=replace(score, emotions={}) if score else None)


def _without_polarity(one: Utterance) -> Utterance:
    return replace(one, text_emotion=_even(one.text_emotion))


def _even(score: TextEmotionScore | None) -> TextEmotionScore | None:
    """Return the score as of a text that says nothing of its polarity."""
    if score is None:
        return None
    return replace(score, polarity="neutral", score=0.0, polarities={"negative": 0.0, "neutral": 1.0, "positive": 0.0})


def _without_feelings(one: Utterance) -> Utterance:
    score = one.voice_emotion
    return replace(one, voice_emotion=replace(score, emotions={}) if score else None)


def _without_arousal(one: Utterance) -> Utterance:
    return replace(one, voice_emotion=_flat(one.voice_emotion))


def _flat(score: VoiceEmotionScore | None) -> VoiceEmotionScore | None:
    return None if score is None or score.arousal is None else replace(score, arousal=0.0, valence=0.0)


GROUPS: Final[Mapping[str, Strip]] = {
    "words: meaning": _without_meaning,
    "words: emotions": _without_text_emotions,
    "words: polarity": _without_polarity,
    "voice: feelings": _without_feelings,
    "voice: arousal and valence": _without_arousal,
}
