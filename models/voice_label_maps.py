"""What the outputs of a voice model of the hub mean: classes known by their names, or the dimensions of feeling.

Names are what the corpora behind these models use: words, the short codes of IEMOCAP and CREMA-D, German of EMO-DB.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from stimmung.speech.errors import WeightsError

SCORED: Final = ("anger", "fear", "sadness", "joy", "neutral")  # the keys of VoiceEmotionScore.emotions


@dataclass(frozen=True, slots=True)
class Place:
    """Where an emotion lies, both in -1..1."""

    arousal: float
    valence: float


MIDDLE: Final = Place(0.0, 0.0)
# Coordinates, not measurements: no voice was rated for them. The plane is that of Russell's circumplex (Journal of
# Personality and Social Psychology 39, 1980); the places are the mean ratings of emotion words by Russell and Mehrabian
# (Journal of Research in Personality 11, 1977), to a tenth. The circumplex's own angle of "happy" is hardly aroused,
# which the happy voices that these models learned from are not.
PLACES: Final[Mapping[str, Place]] = MappingProxyType(
    {
        "anger": Place(0.6, -0.5),
        "fear": Place(0.6, -0.6),
        "sadness": Place(-0.3, -0.6),
        "joy": Place(0.5, 0.8),
        "neutral": MIDDLE,
        "boredom": Place(-0.6, -0.6),
        "contempt": Place(0.3, -0.2),
        "disgust": Place(0.4, -0.6),
        "excitement": Place(0.8, 0.6),
        "frustration": Place(0.5, -0.6),
        "surprise": Place(0.7, 0.4),
    }
)
COUNTED_AS: Final[Mapping[str, str]] = MappingProxyType({"boredom": "neutral"})  # among SCORED; its place stays its own
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "anger": "angry ang wut ärger wütend",
        "fear": "fearful fea afraid angst ängstlich",
        "sadness": "sad trauer traurig",
        "joy": "happy happiness hap joyful freude fröhlich",
        "neutral": "neu calm calmness ruhig",  # RAVDESS has `calm` as a second neutral
        "boredom": "bored bor langeweile gelangweilt",
        "contempt": "contemptuous con verachtung",
        "disgust": "disgusted dis ekel",
        "excitement": "excited exc",
        "frustration": "frustrated fru",
        "surprise": "surprised sur überraschung ps pleasant_surprise pleasant_surprised",  # the last three are of TESS
    }
)
SYNONYMS: Final[Mapping[str, str]] = MappingProxyType(
    {word: emotion for emotion, words in _NAMES.items() for word in (emotion, *words.split())}
)
DIMENSIONS: Final = ("arousal", "dominance", "valence")
WELL_KNOWN: Final = (
    "superb/hubert-large-superb-er",
    "firdhokk/speech-emotion-recognition-with-openai-whisper-large-v3",
    "audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim",
)


@dataclass(frozen=True, slots=True)
class ClassMap:
    """What each output of a classifier stands for: an emotion of PLACES, or nothing (empty) that is known here."""

    meanings: tuple[str, ...]

    def outputs_of(self, key: str) -> tuple[int, ...]:
        """Return the outputs that count as `key` of SCORED; none where the model does not know it."""
        return tuple(at for at, one in enumerate(self.meanings) if COUNTED_AS.get(one, one) == key)

    @property
    def places(self) -> tuple[Place, ...]:
        """Where each output lies; what is not known lies in the middle."""
        return tuple(PLACES.get(one, MIDDLE) for one in self.meanings)


@dataclass(frozen=True, slots=True)
class DimensionMap:
    """Which outputs of a regression are arousal and valence."""

    arousal: int
    valence: int


def voice_label_map(name: str, labels: Sequence[str]) -> ClassMap | DimensionMap:
    """Return what the outputs of the model `name` mean, from its `labels` in their order.

    Raises WeightsError, which lists the labels, where they are neither. A classifier must know two of SCORED, one of
    them a feeling: `happy` alone is a keyword of Speech Commands, `neutral` alone a polarity.
    """
    plain = [label.lower().strip().replace(" ", "_") for label in labels]
    if set(plain) <= set(DIMENSIONS) and {"arousal", "valence"} <= set(plain):
        return DimensionMap(plain.index("arousal"), plain.index("valence"))
    found = ClassMap(tuple(SYNONYMS.get(one, "") for one in plain))
    known = {key for key in SCORED if found.outputs_of(key)}
    if len(known) < 2:
        raise WeightsError(
            f"{name}: its labels are {', '.join(labels)}; a voice model must know emotions by name, such as"
            f" {', '.join(SCORED)}, or arousal and valence, as {', '.join(WELL_KNOWN)} do. If you know what they mean,"
            " copy the model into a folder, name them in id2label of its config.json, and choose the folder"
        )
    return found
