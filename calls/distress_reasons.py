"""Why an utterance counts as distress: the features that speak for it most, in words, with what was said and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from stimmung.calls.distress_features import CHANGE, VOICE, WORDS, Features, kind_of
from stimmung.calls.distress_model import Arm
from stimmung.speech.records import Reason, Utterance

MOST: Final = 3  # reasons that are told
QUOTE: Final = 120  # characters

# What a feature says when it speaks for distress; `raised` where it does by being high, `lowered` by being low.
RAISED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "words.meaning": "words as people say them in distress",
        "words.negative": "negative words",
        "words.anger": "angry words",
        "words.annoyance": "annoyed words",
        "words.disappointment": "disappointed words",
        "words.sadness": "sad words",
        "words.fear": "frightened words",
        "words.confusion": "confused words",
        "voice.arousal": "an aroused voice",
        "voice.anger": "an angry voice",
        "voice.fear": "a frightened voice",
        "voice.sadness": "a sad voice",
        "change.words.meaning": "words further from calm than at first",
        "change.words.negative": "words more negative than at first",
        "change.voice.arousal": "a voice more aroused than at first",
    }
)
LOWERED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "words.neutral": "words far from neutral",
        "voice.neutral": "a voice far from neutral",
        "voice.arousal": "a voice without strength",
        "voice.valence": "an unhappy voice",
        "change.voice.neutral": "a voice less neutral than at first",
        "change.voice.valence": "a voice unhappier than at first",
        "change.voice.arousal": "a voice weaker than at first",
    }
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A reason and what it adds to the log-odds."""

    reason: Reason
    weight: float


def reasons_of(utterance: Utterance, arm: Arm, features: Features, least: float) -> tuple[Weighed, ...]:
    """Return a reason from the words and one from the voice, where they add at least `least` log-odds; strongest first.

    Each weighs what all its features add, their change against the first minute included, since the two are learnt
    against each other; it is told by the one that can be said in words and adds most.
    """
    added = arm.contributions(features)
    found = []
    for side in (WORDS, VOICE):
        own = {name: value for name, value in added.items() if name.removeprefix(f"{CHANGE}.").startswith(f"{side}.")}
        name = _said(own, features, arm)
        if name and sum(own.values()) >= least:
            found.append(Weighed(_reason(name, arm.raised(name, features[name]), utterance), sum(own.values())))
    return tuple(sorted(found, key=lambda one: -one.weight))


def strongest(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Return the first few, each text once."""
    found: dict[str, Reason] = {}
    for reason in reasons:
        found.setdefault(reason.text, reason)
    return tuple(found.values())[:MOST]


def quoted(text: str) -> str:
    """Return the text, cut at a word where it is long."""
    if len(text) <= QUOTE:
        return text
    return text[: QUOTE - 1].rsplit(" ", 1)[0] + "…"


def _said(added: Mapping[str, float], features: Features, arm: Arm) -> str:
    """Return the feature that adds most, of those that have words for their direction; empty where none has."""
    named = {
        name: value
        for name, value in added.items()
        if value > 0 and name in (RAISED if arm.raised(name, features[name]) else LOWERED)
    }
    return max(named, key=lambda name: named[name], default="")


def _reason(name: str, raised: bool, utterance: Utterance) -> Reason:
    return Reason(kind_of(name), (RAISED if raised else LOWERED)[name], quoted(utterance.text), utterance.start)
