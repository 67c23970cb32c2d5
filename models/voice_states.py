"""Encoder states for voices whose recogniser gives none that fit: packed and encoded as recognition does it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from stimmung.models.voice_head import probe_sound
from stimmung.speech.engines import Voice
from stimmung.speech.records import SAMPLE_RATE, Piece, Samples, Span, Window
from stimmung.speech.windows import WindowOptions


class StateReader(Protocol):
    """An encoder that pools its states for each piece of a window; `models.whisper.Whisper` is one."""

    def pooled_states(self, windows: Sequence[Window]) -> list[tuple[Samples, ...]]:
        """Return mean and deviation over time of the states of each piece, float32 (2 * width,), by window."""
        ...


def states_of(voices: Sequence[Voice], encoder: StateReader) -> Samples:
    """Return float32 (voices, 2 * width); voices that follow each other share windows."""
    windows = pack_voices([voice.samples for voice in voices])
    rows = [piece for pieces in encoder.pooled_states(windows) for piece in pieces]
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


def probe_states(encoder: StateReader) -> Samples:
    """Return the pooled states of the test sound, (2 * width,), alone in its window."""
    ((states,),) = encoder.pooled_states(pack_voices([probe_sound()]))
    return states


def pack_voices(sounds: Sequence[Samples], options: WindowOptions | None = None) -> list[Window]:
    """Pack sounds, each mono float32 (samples,) with its margins, into windows in their order."""
    longest = (options or WindowOptions()).max_window
    windows: list[Window] = []
    batch: list[Samples] = []
    for sound in sounds:
        if batch and (sum(map(len, batch)) + len(sound)) / SAMPLE_RATE > longest:
            windows.append(_window(batch))
            batch = []
        batch.append(sound)
    return [*windows, _window(batch)] if batch else windows


def _window(sounds: Sequence[Samples]) -> Window:
    """Join sounds; in a window of nothing but voices, a piece's time in the call is its time in the window."""
    ends = np.cumsum([len(sound) for sound in sounds]) / SAMPLE_RATE
    spans = tuple(
        Span(float(end) - len(sound) / SAMPLE_RATE, float(end)) for sound, end in zip(sounds, ends, strict=True)
    )
    return Window(0, np.concatenate(sounds), tuple(Piece(span, span.start) for span in spans), spans)
