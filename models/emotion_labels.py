"""The labels that words are scored on: 28 of GoEmotions, three polarities, and the nine of a service team."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from stimmung.speech.records import Polarity

POLARITIES: Final[tuple[Polarity, ...]] = ("negative", "neutral", "positive")

# In the order of the GoEmotions set (Demszky et al. 2020, doi:10.18653/v1/2020.acl-main.372).
GOEMOTIONS: Final = (
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire",
    "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy",
    "love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
)  # fmt: skip

# The paper's sentiment groups; what it calls ambiguous (confusion, curiosity, realization, surprise) is neutral here.
POSITIVE: Final = frozenset(
    "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief".split()
)
NEGATIVE: Final = frozenset(
    "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse sadness".split()
)

# What a service team asks about. Each GoEmotions label belongs to at most one class; the others (approval, caring,
# curiosity, desire, realization, surprise) say nothing that a team would act on and count as neutral.
SERVICE_EMOTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "anger": ("anger", "disgust"),
        "annoyance": ("annoyance", "disapproval"),
        "disappointment": ("disappointment",),
        "sadness": ("sadness", "grief", "remorse", "embarrassment"),
        "fear": ("fear", "nervousness"),
        "confusion": ("confusion",),
        "gratitude": ("gratitude", "relief"),
        "joy": ("joy", "amusement", "admiration", "excitement", "love", "optimism", "pride"),
    }
)
NEUTRAL: Final = "neutral"
SERVICE_CLASSES: Final = (*SERVICE_EMOTIONS, NEUTRAL)

# XED's Plutchik emotions (by its numbers) and the GoEmotions labels that each stands for; anticipation (2) and trust
# (8) have no counterpart.
XED_GROUPS: Final[Mapping[int, tuple[str, ...]]] = MappingProxyType(
    {
        1: ("anger", "annoyance", "disapproval"),
        3: ("disgust",),
        4: ("fear", "nervousness"),
        5: ("joy", "amusement", "excitement", "love", "gratitude", "relief", "admiration", "optimism", "pride"),
        6: ("sadness", "grief", "disappointment", "remorse"),
        7: ("surprise", "realization"),
    }
)


def polarity_of(labels: Iterable[str]) -> Polarity | None:
    """Return the polarity that GoEmotions labels agree on; None where positive and negative meet."""
    found = set(labels)
    positive, negative = bool(found & POSITIVE), bool(found & NEGATIVE)
    if positive and negative:
        return None
    return "positive" if positive else "negative" if negative else "neutral"


def service_classes_of(labels: Iterable[str]) -> frozenset[str]:
    """Return the service classes of GoEmotions labels; `neutral` where none of the eight emotions is among them."""
    found = set(labels)
    return frozenset(name for name, members in SERVICE_EMOTIONS.items() if found & set(members)) or frozenset({NEUTRAL})
