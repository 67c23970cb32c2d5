"""Actors for composed calls: EMO-DB's clips as described by the product, each actor with a head that never heard him.

Every clip is cut to its first two seconds, as some exist no longer: length must not tell the feeling.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import librosa
import numpy as np

from stimmung.models.training.voice_clips import LabelledVoice, shortened
from stimmung.models.training.voice_copies import MARGIN, as_recorded, with_own_margins
from stimmung.models.training.voice_trial import best_temperature
from stimmung.models.voice_emotion import EmbeddedVoice
from stimmung.models.voice_head import HeadLimits, VoiceHead
from stimmung.speech.engines import ModelId, Voice
from stimmung.speech.records import SAMPLE_RATE, Samples, Span
from stimmung.speech.resample import resampled
from voice_bench import SEED, SHORT, EmoDb, Hearing
from voice_conditions import PHONE, behind
from voice_folds import outcome

FAST: Final = "fast"  # a neutral clip, spoken faster without a higher pitch
FASTER: Final = 1.3
SECONDS: Final = 2.0
SILENT: Final = 1e-6  # RMS


@dataclass(frozen=True, slots=True)
class Alteration:
    """What is done to every clip before it goes through the line."""

    gain: float = 0.0  # dB
    speed: float = 1.0  # pitch with it


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """What the product makes of a clip: a row of `VoiceEmotion.describe`, and its level in dB below full scale."""

    row: Samples
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A speaker: the voice model that never heard him or her, and clips by feeling, those of `FAST` among them."""

    name: str
    model: EmbeddedVoice
    clips: Mapping[str, Sequence[Clip]]


def actors(
    emodb: EmoDb, hearing: Hearing, line: str, limits: HeadLimits, alteration: Alteration | None = None
) -> list[Actor]:
    """Return the actors as heard behind a line; `limits` are the shipped head's, since folds have none of their own."""
    heads = calibrated_heads(emodb, limits)
    acted = emodb.group(SHORT)
    hurried = fast(emodb.clips)
    anyone = EmbeddedVoice(next(iter(heads.values())), ModelId("leave-one-speaker-out", ""))  # describing needs no fold
    clips = [altered(clip, alteration or Alteration()) for clip in (*acted, *hurried)]
    described = as_described(behind(line, clips), hearing, anyone)
    feelings = [*(clip.emotion for clip in acted), *([FAST] * len(hurried))]
    speakers = [clip.speaker for clip in (*acted, *hurried)]
    found = []
    for name, head in heads.items():
        own: dict[str, list[Clip]] = {}
        for speaker, feeling, clip in zip(speakers, feelings, described, strict=True):
            if speaker == name:
                own.setdefault(feeling, []).append(clip)
        model = EmbeddedVoice(head, ModelId("leave-one-speaker-out", ""))
        found.append(Actor(name, model, MappingProxyType(own)))
    return found


def fast(clips: Sequence[LabelledVoice]) -> list[LabelledVoice]:
    """Return the neutral clips, each spoken faster and then cut as all others."""
    hurried = [
        replace(
            clip,
            samples=np.asarray(librosa.effects.time_stretch(clip.samples, rate=FASTER), np.float32),
            start_sample=round(clip.start_sample / FASTER),
            end_sample=round(clip.end_sample / FASTER),
        )
        for clip in clips
        if clip.emotion == "neutral"
    ]
    return shortened(hurried, SECONDS)


def altered(clip: LabelledVoice, alteration: Alteration) -> LabelledVoice:
    """Return the clip louder or faster."""
    faster = alteration.speed != 1.0
    sound = resampled(clip.samples, round(SAMPLE_RATE * alteration.speed), SAMPLE_RATE) if faster else clip.samples
    first, last = (round(place / alteration.speed) for place in (clip.start_sample, clip.end_sample))
    return replace(
        clip,
        samples=np.asarray(sound * 10 ** (alteration.gain / 20), np.float32),
        start_sample=first,
        end_sample=min(last, sound.shape[0]),
    )


def as_described(clips: Sequence[LabelledVoice], hearing: Hearing, model: EmbeddedVoice) -> list[Clip]:
    """Return what the product describes of each clip, packed into windows with others of the same speaker."""
    heard = as_recorded(clips, lambda sound: sound, hearing.encoder, SEED)
    order = np.argsort(heard.clip)
    voices = []
    for clip, states in zip(clips, heard.packed[order], strict=True):
        sound = with_own_margins(clip.samples, clip)
        margin = MARGIN / SAMPLE_RATE
        speech = Span(margin, sound.shape[0] / SAMPLE_RATE - margin)
        voices.append(Voice(sound, speech, states))
    rows = model.describe(voices)
    return [Clip(row, _level(clip.speech)) for row, clip in zip(rows, clips, strict=True)]


def calibrated_heads(emodb: EmoDb, limits: HeadLimits) -> dict[str, VoiceHead]:
    """Return for each actor the head that never heard him or her, calibrated on all others behind the phone line."""
    judged = outcome(emodb.folds, emodb.heard(PHONE, SHORT))
    found = {}
    for fold in emodb.folds:
        others = ~np.isin(judged.examples.speaker, list(fold.held))
        heat = best_temperature(judged.choice[others], judged.examples.label[others])
        weights, bias = (np.asarray(part / heat, np.float32) for part in (fold.head.weights, fold.head.bias))
        for name in sorted(fold.held):
            found[name] = replace(fold.head, limits=limits, weights=weights, bias=bias)
    return found


def _level(speech: Samples) -> float:
    return float(20 * np.log10(max(float(np.sqrt(np.mean(np.square(speech)))), SILENT)))
