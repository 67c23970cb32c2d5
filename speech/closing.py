"""Which frames of speech are one utterance, told as soon as it is certain: one code for recordings and live calls.

Fed in pieces or at once, a channel gives the same utterances. Whoever waits for an utterance waits for the closing
pause behind it (`ClosingOptions.max_pause`) and no longer; what comes later cannot change it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np

from stimmung.speech.vad import SMOOTH, Probabilities, VadOptions, cuts, runs


@dataclass(frozen=True, slots=True)
class ClosingOptions:
    """When an utterance ends; times in seconds."""

    # A longer pause, as the detector hears it, ends an utterance: the closing pause. It lingers by some 0.1 s, so that
    # this is half a second of silence.
    max_pause: float = 0.4
    # From this length on every pause ends it: else its words wait until whatever follows has grown too long for it.
    long_from: float = 5.0
    max_utterance: float = 13.1  # with edges that move outwards and its margins, 0.45 s each side, it fits a window


@dataclass(frozen=True, slots=True)
class Closed:
    """Frames of speech (first, last exclusive) that are one utterance, and the frames of pause around it.

    `after` is None where that pause is longer than `pause`, which ended it: nobody waits to know how long.
    """

    spans: tuple[tuple[int, int], ...]
    before: int
    after: int | None
    pause: float


@dataclass(frozen=True, slots=True)
class _Part:
    """A run of speech, or what its cuts made of it; frames of the tail.

    `reach`: where its run ends, as far as it is heard. `cut`: it begins inside its run. `sure`: its end will not move.
    `brief`: it may yet turn out to be a click.
    """

    first: int
    last: int
    reach: int
    cut: bool
    sure: bool
    brief: bool


class Closer:
    """Closes the utterances of one channel: behind the closing pause, or where they would grow too long."""

    def __init__(
        self, frame_seconds: float, vad: VadOptions | None = None, options: ClosingOptions | None = None
    ) -> None:
        self._vad = vad or VadOptions()
        options = options or ClosingOptions()
        self._min_silence = round(self._vad.min_silence / frame_seconds)
        self._min_speech = self._vad.min_speech / frame_seconds
        self._longest = round(self._vad.max_speech / frame_seconds)
        self._max_pause = options.max_pause / frame_seconds
        self._long_from = options.long_from / frame_seconds
        self._max_utterance = options.max_utterance / frame_seconds
        self._tail = np.zeros(0, np.float32)  # probabilities of what is not closed yet
        self._begin = 0  # frame of the call at which the tail begins
        self._inside = False  # the tail begins inside a run that was cut there
        self._ended = -ceil(self._max_pause)  # frame at which the utterance before ended: none is near the call's begin

    @property
    def needed_from(self) -> int:
        """Return the first frame that may belong to an utterance that is still to be closed."""
        return self._begin

    def still_speaking(self) -> tuple[int, int] | None:
        """Return first and last frame of the utterance that goes on; None where nobody speaks."""
        parts = [part for part in self._parts(final=False) if part.sure or not part.brief]
        return (self._begin + parts[0].first, self._begin + parts[-1].last) if parts else None

    def feed(self, probabilities: Probabilities) -> list[Closed]:
        """Return the utterances that these further frames close."""
        if not len(probabilities):
            return []
        self._tail = np.concatenate((self._tail, probabilities)) if len(self._tail) else probabilities
        return self._close(final=False)

    def flush(self) -> list[Closed]:
        """Return the utterances that the end of the sound closes."""
        return self._close(final=True)

    def _close(self, *, final: bool) -> list[Closed]:
        closed: list[Closed] = []
        group: list[_Part] = []
        open_part: _Part | None = None
        for part in self._parts(final=final):
            if group and self._ends(group, part):
                closed.append(self._closed(group, part.first))
                group = []
            if not part.sure:
                open_part = part
                break
            group.append(part)
        if group and open_part is None and (final or len(self._tail) - group[-1].last > self._pause(group)):
            closed.append(self._closed(group, None))
            group = []
        self._forget(group[0] if group else open_part)
        return closed

    def _ends(self, group: Sequence[_Part], part: _Part) -> bool:
        """Say whether `group` certainly ends before `part`; what may be a click ends nothing near it."""
        if part.first - group[-1].last > self._pause(group):
            return True
        return (part.sure or not part.brief) and part.reach - group[0].first > self._max_utterance

    def _pause(self, group: Sequence[_Part]) -> float:
        """Return the frames of pause up to which a group goes on."""
        long = group[-1].last - group[0].first >= self._long_from
        return min(self._max_pause, self._min_silence - 1) if long else self._max_pause

    def _parts(self, *, final: bool) -> Iterator[_Part]:
        """Yield the speech of the tail in order; only the last part may be unsure."""
        count = len(self._tail)
        for first, last in runs(self._tail, self._min_silence, self._vad, inside=self._inside):
            continued = self._inside and first == 0
            settled = final or count - last >= self._min_silence
            brief = last - first < self._min_speech and not continued
            if settled and brief:
                continue
            # A cut looks two frames ahead: of a run that goes on, only those are made that more frames cannot move.
            certain = last if settled else last - SMOOTH // 2
            borders = cuts(self._tail, first, last, self._longest, certain)
            for place, (begin, end) in enumerate(pairwise(borders)):
                sure = settled or place < len(borders) - 2
                yield _Part(begin, end, last, continued or place > 0, sure, brief)

    def _closed(self, group: Sequence[_Part], following: int | None) -> Closed:
        """Return a group; `following` is the frame of the tail at which the next one begins, if that is known."""
        pause = self._pause(group)
        after = None if following is None else following - group[-1].last
        if after is not None and after > pause:
            after = None
        spans = tuple((self._begin + part.first, self._begin + part.last) for part in group)
        before, self._ended = spans[0][0] - self._ended, spans[-1][1]
        return Closed(spans, before, after, pause)

    def _forget(self, kept: _Part | None) -> None:
        """Drop the frames before what is kept."""
        first = kept.first if kept else len(self._tail)
        self._tail = self._tail[first:].copy()
        self._begin += first
        self._inside = kept is not None and kept.cut
