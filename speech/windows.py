"""Utterances packed into the windows that the recogniser hears at once.

A window holds whole utterances of one channel, with the long pauses between them taken out: cutting inside speech
makes Whisper's decoder loop, and 15 s is where its encoder costs least for what the decoder gains in context
(docs/decisions/windows.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from stimmung.speech.records import SAMPLE_RATE, Piece, Window
from stimmung.speech.utterances import Spoken


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How utterances are packed."""

    max_window: float = 14.0  # seconds; with the recogniser's padding: 15 s


class Packer:
    """Packs the utterances of one channel in their order; live, a window can be looked at before it is full."""

    def __init__(self, options: WindowOptions | None = None) -> None:
        self._longest = round((options or WindowOptions()).max_window * SAMPLE_RATE)
        self._spoken: list[Spoken] = []

    @property
    def spoken(self) -> tuple[Spoken, ...]:
        """Return what the window that is not full yet holds."""
        return tuple(self._spoken)

    def has_room(self, spoken: Spoken) -> bool:
        """Say whether an utterance would be in the window that is not full yet."""
        return not self._spoken or sum(len(one.samples) for one in (*self._spoken, spoken)) <= self._longest

    def add(self, spoken: Spoken) -> Window | None:
        """Add an utterance; return the window before it where that has no room for it."""
        window = None if self.has_room(spoken) else self.flush()
        self._spoken.append(spoken)
        return window

    def flush(self) -> Window | None:
        """Return the window as it is, and begin another; None where it holds nothing."""
        held, self._spoken = self._spoken, []
        return window_of(held) if held else None


def pack_windows(spoken: Iterable[Spoken], options: WindowOptions | None = None) -> list[Window]:
    """Pack the utterances of one channel, ordered in time, into windows."""
    packer = Packer(options)
    windows = [window for one in spoken if (window := packer.add(one))]
    last = packer.flush()
    return [*windows, last] if last else windows


def window_of(spoken: Sequence[Spoken]) -> Window:
    """Return one window of these utterances of one channel, at least one."""
    pieces, length = [], 0
    for one in spoken:
        pieces.append(Piece(one.piece, length / SAMPLE_RATE))
        length += len(one.samples)
    samples = np.concatenate([one.samples for one in spoken])
    return Window(spoken[0].channel, samples, tuple(pieces), tuple(span for one in spoken for span in one.speech))
