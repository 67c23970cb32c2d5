"""Clips as a recogniser meets them: behind a telephone line, and packed into windows with others of the same call.

Each utterance is heard twice, packed and alone in a window, with the same sound: encoder states carry the place in the
window (the same clip at 0 and at 8 s: relative distance 0.58), and a head must learn to look past that.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from stimmung.models.training.voice_clips import LabelledVoice
from stimmung.models.training.voice_lines import draw_line, through
from stimmung.models.voice_states import StateReader, pack_voices
from stimmung.speech.prosody import measure_prosody
from stimmung.speech.records import SAMPLE_RATE, Samples, Window

MARGIN: Final = round(0.2 * SAMPLE_RATE)  # samples around the speech, as in a window
CALL_SIZES: Final = (1, 1, 3, 8, 20)  # utterances in a call: with one, it is alone; with 20 there are several windows
SHORTEST: Final = 1.0  # s: what is left of a clip that is cropped, at least this and 60 % of it
FLOOR: Final = 1e-5  # standard deviation of the line's own noise around the voice
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Features of utterances, a row each."""

    clip: Indices  # (n,): which clip it is
    packed: Samples  # (n, states): in a window with others
    alone: Samples  # (n, states): in a window of its own
    prosody: Samples  # (n, prosody)
    seconds: Samples  # (n,): of speech
    later: npt.NDArray[np.bool_]  # (n,): whether something stood before it in its packed window
    call: Indices  # (n,): utterances with the same number share a speaker and a line, though not always a window
    cut: npt.NDArray[np.bool_]  # (n,): of a length that was set, see `LabelledVoice.cut`

    @classmethod
    def joined(cls, parts: "Sequence[Heard]") -> "Heard":
        """Return all parts as one; calls stay apart."""
        if not parts:
            raise ValueError("nothing was heard")
        first, calls = 0, []
        for part in parts:
            calls.append(part.call + first)
            first += int(part.call.max()) + 1 if part.call.size else 0
        columns = {field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)}
        return cls(**{**columns, "call": np.concatenate(calls)})

    def only(self, chosen: npt.NDArray[np.bool_]) -> "Heard":
        """Return the utterances for which `chosen` (n,) is true."""
        return Heard(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


Change = Callable[[Samples], Samples]  # what a condition does to a clip's sound


def augmented(clips: Sequence[LabelledVoice], encoder: StateReader, rng: np.random.Generator) -> Heard:
    """Hear every clip once, each speaker behind a line of chance, cropped by chance, in calls of chance sizes."""
    lines = {speaker: draw_line(rng) for speaker in sorted({clip.speaker for clip in clips})}
    sounds = []
    for clip in clips:
        chosen = [clips[int(place)] for place in rng.choice(len(clips), 6)]
        others = [one.samples for one in chosen if one.speaker != clip.speaker][:4]
        sounds.append(through(_cropped(clip.speech, rng), lines[clip.speaker], others, rng))
    return _heard(clips, [_with_margins(sound) for sound in sounds], list(_calls(clips, rng)), encoder)


def as_recorded(clips: Sequence[LabelledVoice], change: Change, encoder: StateReader, seed: int) -> Heard:
    """Hear every clip once behind `change`, all of a speaker in one call, in an order of chance."""
    rng = np.random.default_rng(seed)
    sounds = [with_own_margins(change(clip.samples), clip) for clip in clips]
    by_speaker = _by_speaker(clips)
    return _heard(clips, sounds, [rng.permutation(own).tolist() for own in by_speaker.values()], encoder)


def _heard(
    clips: Sequence[LabelledVoice], sounds: Sequence[Samples], calls: Sequence[list[int]], encoder: StateReader
) -> Heard:
    """Hear `sounds`, each with MARGIN samples around its speech, in `calls`, which hold places in `clips`."""
    order = [place for call in calls for place in call]
    voices = [[sounds[place] for place in call] for call in calls]
    spoken = [sound[MARGIN:-MARGIN] for sound in sounds]
    windows = [window for own in voices for window in pack_voices(own)]
    speakers = {name: number for number, name in enumerate(_by_speaker(clips))}
    return Heard(
        clip=np.array(order),
        packed=_rows(windows, encoder),
        alone=_rows([window for own in voices for one in own for window in pack_voices([one])], encoder),
        prosody=np.stack([measure_prosody(spoken[place]).values for place in order]),
        seconds=np.array([spoken[place].shape[0] / SAMPLE_RATE for place in order], np.float32),
        later=np.array([place > 0 for window in windows for place in range(len(window.pieces))]),
        call=np.array([speakers[clips[place].speaker] for place in order]),
        cut=np.array([clips[place].cut for place in order]),
    )


def _rows(windows: Sequence[Window], encoder: StateReader) -> Samples:
    """Return the pooled states of all pieces, (pieces, states)."""
    return np.stack([piece for pieces in encoder.pooled_states(windows) for piece in pieces])


def with_own_margins(heard: Samples, clip: LabelledVoice) -> Samples:
    """Return the clip's speech with MARGIN around it; silence where the clip ends before."""
    first, last = clip.start_sample - MARGIN, clip.end_sample + MARGIN
    silent = _with_margins(np.zeros(clip.end_sample - clip.start_sample, np.float32))
    begin, end = max(0, first), min(heard.shape[0], last)
    silent[begin - first : end - first] += heard[begin:end]
    return silent


def _with_margins(sound: Samples) -> Samples:
    around = (FLOOR * np.random.default_rng(sound.shape[0]).standard_normal(2 * MARGIN)).astype(np.float32)
    return np.concatenate([around[:MARGIN], sound, around[MARGIN:]])


def _cropped(speech: Samples, rng: np.random.Generator) -> Samples:
    seconds = speech.shape[0] / SAMPLE_RATE
    if seconds <= 1.2 * SHORTEST or rng.random() < 0.4:
        return speech
    count = round(rng.uniform(max(SHORTEST, 0.6 * seconds), seconds) * SAMPLE_RATE)
    first = int(rng.integers(0, speech.shape[0] - count + 1))
    return speech[first : first + count]


def _by_speaker(clips: Sequence[LabelledVoice]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, clip in enumerate(clips):
        found.setdefault(clip.speaker, []).append(place)
    return found


def _calls(clips: Sequence[LabelledVoice], rng: np.random.Generator) -> Iterator[list[int]]:
    for own in _by_speaker(clips).values():
        left = rng.permutation(own).tolist()
        while left:
            size = int(rng.choice(CALL_SIZES))
            yield left[:size]
            left = left[size:]
