"""The lines behind which voices are measured: one change of the sound each, the same for every clip."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.models.training.voice_copies import Change
from stimmung.models.training.voice_lines import add_noise, pink
from stimmung.speech.errors import AudioError
from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.telephone import coded, gsm, phone
from text_bench import skip

OPUS_BIT_RATE: Final = 8_000
SNR: Final = 10.0  # dB, speech above noise
SEED: Final = 0
APART: Final = SAMPLE_RATE // 2  # samples between clips that share a codec: it has settled long before the next
CLEAN, PHONE = "clean", "phone"
Line = Callable[[Sequence[Samples]], list[Samples]]  # what it makes of sounds, each as long as before


def _each(change: Change) -> Line:
    return lambda sounds: [change(sound) for sound in sounds]


def noise(sounds: Sequence[Samples]) -> list[Samples]:
    """Add pink noise, new for each sound and the same in every run; the band stays that of the studio."""
    rng = np.random.default_rng(SEED)
    return [add_noise(sound, pink(sound.shape[0], rng), SNR) for sound in sounds]


def one_gsm(sounds: Sequence[Samples]) -> list[Samples]:
    """Return what GSM leaves, all in one go: starting the program costs more than coding a clip.

    Raises AudioError where `ffmpeg` cannot do it.
    """
    parts = [np.pad(sound, (0, APART)) for sound in sounds]
    heard = gsm(np.concatenate(parts))
    ends = np.cumsum([part.shape[0] for part in parts])
    return [heard[end - part.shape[0] : end - APART] for part, end in zip(parts, ends, strict=True)]


LINES: Final[Mapping[str, Line]] = MappingProxyType(
    {
        CLEAN: _each(lambda sound: sound),
        PHONE: _each(phone),
        "gsm": one_gsm,
        "opus": _each(lambda sound: coded(sound, "opus", OPUS_BIT_RATE)),
        "noise": noise,
    }
)
QUICK: Final = (CLEAN, PHONE)


def behind(line: str, clips: Sequence[LabelledVoice]) -> list[LabelledVoice]:
    """Return the clips as they come out of a line."""
    changed = LINES[line]([clip.samples for clip in clips])
    return [replace(clip, samples=sound) for clip, sound in zip(clips, changed, strict=True)]


def usable(quick: bool = False) -> tuple[str, ...]:
    """Return the lines that this machine can draw; says which it cannot, and why."""
    found = []
    for name in QUICK if quick else LINES:
        try:
            LINES[name]([np.zeros(SAMPLE_RATE, np.float32)])
        except AudioError as error:
            skip(f"line {name}", str(error))
        else:
            found.append(name)
    return tuple(found)
