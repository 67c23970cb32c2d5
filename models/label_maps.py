"""What the labels of a text classifier mean: our own weights, the well-known ones of the hub, and anything named alike.

A classifier may know polarity, GoEmotions, or both; the labels of ours begin with `polarity/` and `goemotions/`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from stimmung.models.emotion_labels import GOEMOTIONS, POLARITIES
from stimmung.speech.errors import WeightsError

POLARITY_PREFIX, GOEMOTIONS_PREFIX = "polarity/", "goemotions/"
# Names that polarities go by, in English and German.
SYNONYMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "neg": "negative",
        "negativ": "negative",
        "neu": "neutral",
        "pos": "positive",
        "positiv": "positive",
    }
)
# Models that number their labels, by the end of their hub name.
NUMBERED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "twitter-xlm-roberta-base-sentiment": POLARITIES,
        "twitter-xlm-roberta-base-sentiment-multilingual": POLARITIES,
        "twitter-roberta-base-sentiment": POLARITIES,
        "german-sentiment-bert": ("positive", "negative", "neutral"),
    }
)
WELL_KNOWN: Final = (
    "oliverguhr/german-sentiment-bert",
    "cardiffnlp/twitter-xlm-roberta-base-sentiment",
    "SamLowe/roberta-base-go_emotions",
)


@dataclass(frozen=True, slots=True)
class LabelMap:
    """Where each known label stands among a classifier's outputs; -1 where it does not.

    `together`: all labels are one choice (softmax); otherwise each GoEmotions label stands by itself (sigmoid), and
    the polarities, if there are any, are one choice among themselves.
    """

    polarities: tuple[int, ...]  # of POLARITIES, or empty
    emotions: tuple[int, ...]  # of GOEMOTIONS, or empty
    together: bool


def label_map(name: str, labels: Sequence[str], several: bool) -> LabelMap:
    """Return the map of the classifier `name` with `labels`, in the order of its outputs.

    `several`: it was trained to find several labels at once. Raises WeightsError, which lists the labels, where they
    are neither polarities nor those of GoEmotions.
    """
    if any(label.startswith((POLARITY_PREFIX, GOEMOTIONS_PREFIX)) for label in labels):
        polarities = _places(labels, [POLARITY_PREFIX + one for one in POLARITIES])
        return LabelMap(polarities, _places(labels, [GOEMOTIONS_PREFIX + one for one in GOEMOTIONS]), together=False)
    known = [_plain(label) for label in _named(name, labels)]
    polarities, emotions = _places(known, POLARITIES), _places(known, GOEMOTIONS)
    if polarities and min(polarities[0], polarities[2]) < 0:
        polarities = ()
    if sum(place >= 0 for place in emotions) < 2:  # none, or the `neutral` of a polarity
        emotions = ()
    if not polarities and not emotions:
        raise WeightsError(
            f"{name}: its labels are {', '.join(labels)}; a text model must know negative and positive, or the labels"
            f" of GoEmotions, as {', '.join(WELL_KNOWN)} do"
        )
    return LabelMap(polarities, emotions, together=not several)


def _places(labels: Sequence[str], wanted: Sequence[str]) -> tuple[int, ...]:
    """Return where each of `wanted` stands, -1 where it does not; nothing where none does."""
    found = tuple(list(labels).index(one) if one in labels else -1 for one in wanted)
    return found if max(found) >= 0 else ()


def _named(name: str, labels: Sequence[str]) -> Sequence[str]:
    """Return names in place of `LABEL_0` and so on, for models that are known to number them."""
    if all(label.upper().startswith("LABEL_") for label in labels):
        end = name.rstrip("/").rpartition("/")[2]
        names = NUMBERED.get(end, ())
        return names if len(names) == len(labels) else labels
    return labels


def _plain(label: str) -> str:
    plain = label.lower().strip()
    return SYNONYMS.get(plain, plain)
