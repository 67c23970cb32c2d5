"""Music and tones of one channel while it goes on; in the end exactly those of its recording."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stimmung.speech.events import SECOND, events_in
from stimmung.speech.records import SAMPLE_RATE, Event, Samples
from stimmung.speech.spectrum import HOLD, HOP, Frames, frames

NAMES = ("level", "steady", "purity", "low", "high")
AROUND = HOLD + 4  # frames: what lies nearer to a frame takes part in its description
AT_ONCE = 32  # frames described together, 1 s: of fewer, most of the work goes into what lies around
SETTLED = round(60 * SECOND)  # frames after which an event's beginning stays; up to twice as many are looked through


class EventTrack:
    """Describes each frame once, and finds the events of the last minutes anew each time somebody asks."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._samples = np.zeros(0, np.float32)
        self._first = 0  # frame at which the kept samples begin
        self._parts: list[Frames] = []
        self._described = 0  # frames
        self._heard_samples = 0
        self._settled: tuple[Event, ...] = ()  # events that began before the border
        self._border = 0  # frame; it moves as the sound goes on, whenever somebody asks

    def feed(self, samples: Samples) -> None:
        """Take in what follows, mono float32 (samples,) at 16 kHz."""
        self._samples = np.concatenate((self._samples, samples)) if len(self._samples) else samples
        self._heard_samples += len(samples)
        if self._heard_samples // HOP - AROUND - self._described >= AT_ONCE:
            self._describe(self._heard_samples // HOP - AROUND)

    def so_far(self) -> tuple[Event, ...]:
        """Return the events until now, ordered by start; one that goes on ends now.

        What this is depends on what was heard, never on how it was cut or how often somebody asked.
        """
        heard = self._heard_samples // HOP
        self._describe(heard - AROUND)
        # What fills the last frame that is described is taken to fill those around, which are not: else the last 0.4 s
        # of music would be left over as speech.
        return tuple(
            replace(event, end=heard / SECOND) if event.end > (self._described - 1) / SECOND else event
            for event in self._found(self._described)
        )

    def flush(self) -> tuple[Event, ...]:
        """Return the events of the whole channel, ordered by start: nothing follows."""
        self._describe(-(-self._heard_samples // HOP))
        everything = self._frames(0, self._described)
        found = events_in(everything, self._channel, self._heard_samples / SAMPLE_RATE)
        return tuple(sorted(found, key=lambda event: event.start))

    def _describe(self, until: int) -> None:
        """Describe the frames before `until`, which have AROUND frames behind them, or the end of the sound."""
        if until <= self._described:
            return
        own = frames(self._samples)
        first, last = self._described - self._first, until - self._first
        self._parts.append(Frames(*(getattr(own, name)[first:last].copy() for name in NAMES)))
        self._described = until
        kept = max(self._first, until - AROUND)
        self._samples = self._samples[(kept - self._first) * HOP :].copy()
        self._first = kept
        while self._described >= self._border + 2 * SETTLED:
            found = self._found(self._border + 2 * SETTLED)
            self._border += SETTLED
            self._settled = tuple(event for event in found if event.start < self._border / SECOND)

    def _found(self, until: int) -> tuple[Event, ...]:
        """Return the events before frame `until`, ordered by start: the settled ones, and what is found since then."""
        found = events_in(self._frames(self._border, until), self._channel, until / SECOND, self._border)
        return _continued(self._settled, sorted(found, key=lambda event: event.start))

    def _frames(self, first: int, last: int) -> Frames:
        """Return the description of frames first..last; the parts become one, so that this stays quick."""
        if len(self._parts) > 1:
            self._parts = [Frames(*(np.concatenate([getattr(part, name) for part in self._parts]) for name in NAMES))]
        if not self._parts:
            return Frames(*(np.zeros(0, np.float32) for _ in NAMES))
        return Frames(*(getattr(self._parts[0], name)[first:last] for name in NAMES))


def _continued(settled: tuple[Event, ...], found: Sequence[Event]) -> tuple[Event, ...]:
    """Put what was found since the border behind the settled events; one that crosses it was found on both sides."""
    events = list(settled)
    for event in found:
        before = events[-1] if events else None
        if before is None or event.start >= before.end:
            events.append(event)
        elif event.kind == before.kind:
            events[-1] = replace(before, end=event.end)
    return tuple(events)
