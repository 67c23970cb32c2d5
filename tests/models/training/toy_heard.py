"""What was heard of utterances, made from numbers: states and prosody that tests choose, everything else plain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tests.models.toy_head import PROSODY, STATES

from stimmung.models.training.voice_copies import Heard
from stimmung.models.training.voice_fit import Encoder, Labelled
from stimmung.speech.records import Samples

ENCODER = Encoder("toy", np.arange(1, STATES + 1, dtype=np.float32))


@dataclass(frozen=True)
class Said:
    """One utterance."""

    emotion: str
    speaker: str = "anna"
    states: Sequence[float] = ()  # the first ones; the rest are 0
    alone: Sequence[float] | None = None  # the same where it is alone in a window; None: as `states`
    prosody: float = 0.0  # the first number of it; the rest are 0
    seconds: float = 2.0
    call: int = 0
    cut: bool = False


def heard(said: Sequence[Said]) -> Labelled:
    """Return the utterances, of which clip number and row are the same."""
    classes = tuple(sorted({one.emotion for one in said}))
    packed = rows([one.states for one in said], STATES)
    alone = rows([one.states if one.alone is None else one.alone for one in said], STATES)
    count = len(said)
    return Labelled(
        Heard(
            clip=np.arange(count),
            packed=packed,
            alone=alone,
            prosody=rows([[one.prosody] for one in said], PROSODY),
            seconds=np.array([one.seconds for one in said], np.float32),
            later=np.zeros(count, np.bool_),
            call=np.array([one.call for one in said]),
            cut=np.array([one.cut for one in said]),
        ),
        classes,
        np.array([classes.index(one.emotion) for one in said]),
        np.array([one.speaker for one in said]),
    )


def rows(values: Sequence[Sequence[float]], width: int) -> Samples:
    """Return float32 (values, width), each row filled up with zeros."""
    found: npt.NDArray[np.float32] = np.zeros((len(values), width), np.float32)
    for row, one in zip(found, values, strict=True):
        row[: len(one)] = one
    return found
