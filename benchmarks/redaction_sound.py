"""Dialogues as telephone calls of two channels, each piece said by itself, so that it is known where an item sounds."""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from redaction_records import Dialogue, Turn
from redaction_utterances import CHANNELS
from sounds import RATE, phone
from spoken_texts import LEVEL, VOICES
from stimmung.speech.records import Audio, Samples, Span

if TYPE_CHECKING:
    from voice import Request

SAMPLES: Final = Path(__file__).resolve().parents[1] / "samples"
SILENT: Final = 0.003  # of a piece's peak: what is below it at both ends is no speech
GAP: Final = (0.04, 0.12)  # s between two pieces of a sentence
GROUP_GAP: Final = (0.12, 0.38)  # s between two groups of an item: as long as an utterance does not end there
TURN_GAP: Final = (0.35, 0.8)  # s before somebody else speaks
PAUSE: Final = (0.9, 1.8)  # s before the same one speaks on


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A dialogue's sound, float32 (2, n) at 16 kHz, and where its item sounds: channel and stretch, a piece each."""

    audio: Audio
    spans: tuple[tuple[int, Span], ...]


def voiced(dialogues: Sequence[Dialogue]) -> list[Spoken]:
    """Have dialogues said by the voices of the sample calls, through the phone channel."""
    sys.path.append(str(SAMPLES))  # its voice is no part of any package
    from voice import speak

    draws = [draw_of(one) for one in dialogues]
    requests = [_requests(one, draw) for one, draw in zip(dialogues, draws, strict=True)]
    sounds = iter(speak([request for own in requests for request in own]))
    spoken = []
    for one, draw in zip(dialogues, draws, strict=True):
        spoken.append(composed(one, [[trimmed(next(sounds)) for _ in turn.pieces] for turn in one.turns], draw))
    return spoken


def draw_of(dialogue: Dialogue) -> np.random.Generator:
    """Return what voices and pauses are drawn from: the words alone decide."""
    said = "|".join(turn.role + turn.text for turn in dialogue.turns)
    return np.random.default_rng(int(hashlib.sha256(said.encode()).hexdigest()[:12], 16))


def _requests(dialogue: Dialogue, draw: np.random.Generator) -> "list[Request]":
    from voice import Request

    voices = {role: str(draw.choice(VOICES[dialogue.language])) for role in CHANNELS}
    sizes = {"agent": float(draw.uniform(1.0, 1.05)), "customer": float(draw.uniform(0.9, 1.0))}
    speeds = {role: float(draw.uniform(0.85, 1.0)) for role in CHANNELS}
    pitches = {role: float(draw.uniform(0.97, 1.05)) for role in CHANNELS}
    return [
        Request(piece.text, voices[turn.role], speeds[turn.role], pitches[turn.role], sizes[turn.role])
        for turn in dialogue.turns
        for piece in turn.pieces
    ]


def trimmed(sound: Samples) -> Samples:
    """Return a piece without the silence around it."""
    loud = np.flatnonzero(np.abs(sound) > SILENT * np.abs(sound).max(initial=0.0))
    return sound[loud[0] : loud[-1] + 1] if loud.size else sound[:0]


def composed(dialogue: Dialogue, pieces: Sequence[Sequence[Samples]], draw: np.random.Generator) -> Spoken:
    """Put pieces, a list for each turn, one after the other on their speakers' channels."""
    at = RATE // 2
    placed: list[tuple[int, int, Samples]] = []  # channel, first sample, sound
    spans: list[tuple[int, Span]] = []
    last = ""
    for turn, sounds in zip(dialogue.turns, pieces, strict=True):
        at += _samples(PAUSE if turn.role == last else TURN_GAP, draw) if last else 0
        gain = _gain(sounds)
        for place, (piece, sound) in enumerate(zip(turn.pieces, sounds, strict=True)):
            at += _samples(GROUP_GAP if _inside_item(turn, place) else GAP, draw) if place else 0
            placed.append((CHANNELS[turn.role], at, np.clip(gain * sound, -1.0, 1.0).astype(np.float32)))
            if piece.item:
                spans.append((CHANNELS[turn.role], Span(at / RATE, (at + sound.size) / RATE)))
            at += sound.size
        last = turn.role
    channels = np.zeros((len(CHANNELS), at + RATE), np.float32)
    for channel, first, sound in placed:
        channels[channel, first : first + sound.size] += sound
    return Spoken(Audio(np.stack([phone(channel) for channel in channels])), tuple(spans))


def _inside_item(turn: Turn, place: int) -> bool:
    return turn.pieces[place - 1].item and turn.pieces[place].item


def _gain(sounds: Sequence[Samples]) -> float:
    whole = np.concatenate([np.zeros(1, np.float32), *sounds])
    return LEVEL / max(float(np.sqrt(np.mean(np.square(whole)))), 1e-6)


def _samples(seconds: tuple[float, float], draw: np.random.Generator) -> int:
    return round(float(draw.uniform(*seconds)) * RATE)
