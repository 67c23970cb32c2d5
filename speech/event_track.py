"""Music and tones of one channel while it goes on; in the end exactly those of its recording."""

import numpy as np

from stimmung.speech.events import SECOND, events_in
from stimmung.speech.records import SAMPLE_RATE, Event, Samples
from stimmung.speech.spectrum import HOLD, HOP, Frames, frames

NAMES = ("level", "steady", "purity", "low", "high")
AROUND = HOLD + 4  # frames: what lies nearer to a frame takes part in its description
AT_ONCE = 32  # frames described together, 1 s: of fewer, most of the work goes into what lies around
RECENT = round(120 * SECOND)  # frames looked through for events each time; older events stay as they were found


class EventTrack:
    """Describes each frame once, and finds the events of the last minutes anew each time somebody asks."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._samples = np.zeros(0, np.float32)
        self._first = 0  # frame at which the kept samples begin
        self._parts: list[Frames] = []
        self._described = 0  # frames
        self._heard_samples = 0
        self._found: tuple[Event, ...] = ()

    def feed(self, samples: Samples) -> None:
        """Take in what follows, mono float32 (samples,) at 16 kHz."""
        self._samples = np.concatenate((self._samples, samples)) if len(self._samples) else samples
        self._heard_samples += len(samples)
        if self._heard_samples // HOP - AROUND - self._described >= AT_ONCE:
            self._describe(self._heard_samples // HOP - AROUND)

    def so_far(self) -> tuple[Event, ...]:
        """Return the events until now, ordered by start; one that goes on ends where it is heard to."""
        self._describe(self._heard_samples // HOP - AROUND)
        recent = _joined(self._parts, RECENT)
        begin = (self._described - recent.level.size) / SECOND
        found = events_in(recent, self._channel, self._described / SECOND, begin)
        old = tuple(event for event in self._found if event.start < begin)
        new = tuple(event for event in found if not old or event.start >= old[-1].end)
        self._found = (*old, *sorted(new, key=lambda event: event.start))
        return self._found

    def flush(self) -> tuple[Event, ...]:
        """Return the events of the whole channel, ordered by start: nothing follows."""
        self._describe(-(-self._heard_samples // HOP))
        everything = _joined(self._parts, self._described)
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


def _joined(parts: list[Frames], count: int) -> Frames:
    """Return the last `count` frames, or all where there are fewer; `parts` become one, so that this stays quick."""
    if len(parts) > 1:
        parts[:] = [Frames(*(np.concatenate([getattr(part, name) for part in parts]) for name in NAMES))]
    if not parts:
        return Frames(*(np.zeros(0, np.float32) for _ in NAMES))
    first = max(0, parts[0].level.size - count)
    return Frames(*(getattr(parts[0], name)[first:] for name in NAMES))
