"""What an utterance brings to the judgement of distress: numbers by name, from its words, its voice, and their change.

`change` is against the caller's own first minute: who is loud or gloomy by nature is measured by him- or herself.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from stimmung.speech.records import Polarity, ReasonKind, Samples, TextEmotionScore, Utterance, VoiceEmotionScore

FIRST_MINUTE: Final = 60.0  # s from the beginning of a caller's first utterance
WORDS, VOICE, CHANGE = "words", "voice", "change"
POLARITIES: Final[tuple[Polarity, ...]] = ("negative", "positive")
EMOTIONS: Final = (
    "anger", "annoyance", "disappointment", "sadness", "fear", "confusion", "gratitude", "joy", "neutral",
)  # fmt: skip
FEELINGS: Final = ("anger", "fear", "sadness", "joy", "neutral")
MEANING: Final = "words.meaning"  # log-odds that a text of this meaning is said in distress, by the sentence vector
MEANING_MOST: Final = 4.0  # bound of it, either way
WORDS_FEATURES: Final = (MEANING, "words.negative", "words.positive", *(f"words.{name}" for name in EMOTIONS))
VOICE_FEATURES: Final = ("voice.arousal", "voice.valence", *(f"voice.{name}" for name in FEELINGS))
# What is compared with the first minute; the change has its name with `change.` before it.
WORDS_CHANGES: Final = (MEANING, "words.negative")
VOICE_CHANGES: Final = ("voice.arousal", "voice.valence", "voice.neutral")
KNOWN: Final = frozenset(
    (*WORDS_FEATURES, *VOICE_FEATURES, *(f"{CHANGE}.{name}" for name in (*WORDS_CHANGES, *VOICE_CHANGES)))
)

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """Reads from a sentence vector whether such a text is said in distress; it belongs to one text model."""

    text_model: str  # SHA-256 of its weights
    weights: Samples  # (width,)
    bias: float

    def log_odds(self, vector: Samples) -> float:
        """Return the log-odds for a vector (width,) of the probe's own text model, within +/- MEANING_MOST."""
        return float(np.clip(vector @ self.weights + self.bias, -MEANING_MOST, MEANING_MOST))


@dataclass(frozen=True, slots=True)
class FirstMinute:
    """What a caller's first minute was like so far: sums over utterances by their seconds, by name of the feature."""

    begin: float | None = None  # s in the call, of the first utterance
    sums: Mapping[str, float] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    def mean(self, name: str) -> float | None:
        """Return how the feature was; None before anything was heard."""
        seconds = self.seconds.get(name, 0.0)
        return self.sums[name] / seconds if seconds > 0 else None

    def with_utterance(self, utterance: Utterance, features: Features) -> "FirstMinute":
        """Return the minute with one more utterance in it; the same where the minute is over."""
        begin = utterance.start if self.begin is None else self.begin
        if utterance.start - begin >= FIRST_MINUTE:
            return self
        sums, seconds = dict(self.sums), dict(self.seconds)
        for name in (*WORDS_CHANGES, *VOICE_CHANGES):
            if name in features:
                sums[name] = sums.get(name, 0.0) + features[name] * utterance.duration
                seconds[name] = seconds.get(name, 0.0) + utterance.duration
        return FirstMinute(begin, sums, seconds)


def features_of(utterance: Utterance, before: FirstMinute, probe: Probe | None) -> dict[str, float]:
    """Return what is known of an utterance; what could not be judged is left out, and so is a voice in doubt.

    `probe` is None where the text model is another than the probe's own.
    """
    found = {**words_features(utterance.text_emotion), **voice_features(utterance.voice_emotion)}
    vector = utterance.text_vector
    if probe is not None and utterance.text_emotion is not None and vector is not None and np.isfinite(vector).all():
        found[MEANING] = probe.log_odds(vector)
    for name in (*WORDS_CHANGES, *VOICE_CHANGES):
        usual = before.mean(name)
        if name in found and usual is not None:
            found[f"{CHANGE}.{name}"] = found[name] - usual
    return found


def words_features(score: TextEmotionScore | None) -> dict[str, float]:
    """Return the probabilities of polarities and emotions; those only that the model knows."""
    if score is None:
        return {}
    found = {f"{WORDS}.{name}": score.polarities[name] for name in POLARITIES if name in score.polarities}
    return _sound(found | {f"{WORDS}.{name}": score.emotions[name] for name in EMOTIONS if name in score.emotions})


def voice_features(score: VoiceEmotionScore | None) -> dict[str, float]:
    """Return arousal, valence and the probabilities of feelings; nothing where the sound could not be judged.

    Where no feeling stands out the probabilities are used as they are: they say little, and that is weighed.
    """
    if score is None or score.arousal is None or score.valence is None or (score.uncertain and not score.ambiguous):
        return {}
    found = {f"{VOICE}.arousal": score.arousal, f"{VOICE}.valence": score.valence}
    return _sound(found | {f"{VOICE}.{name}": score.emotions[name] for name in FEELINGS if name in score.emotions})


def _sound(values: Mapping[str, float]) -> dict[str, float]:
    """Return the values that are numbers, within -1..1: a model at fault must not spoil what is remembered."""
    return {name: min(max(float(value), -1.0), 1.0) for name, value in values.items() if math.isfinite(value)}


def kind_of(name: str) -> ReasonKind:
    """Return what kind of reason a feature is."""
    kinds: dict[str, ReasonKind] = {WORDS: "words", VOICE: "voice", CHANGE: "change"}
    return kinds[name.partition(".")[0]]
