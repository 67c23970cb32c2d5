"""What is odd about the sound of a call, told to whoever sends it: lost messages, a wrong rate, a dead line. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from stimmung.calls.live_events import Warned
from stimmung.speech.arrival import ArrivalNote, NoteKind
from stimmung.speech.records import Samples

TOLD_EVERY = 5.0  # s in the call between two warnings of a kind: a bad line mends something in every message
PACE_SECONDS = 10.0  # s by the clock, over which the pace of the sound is measured; twice in a row counts
FAST, SLOW = 1.5, 0.67  # times real time; a rate that was given wrongly is off by 2 or more
DEAD_SWING = 1e-4  # of full scale, between the lowest and the highest sample; telephone codes have steps of 2.4e-4
DEAD_SECONDS = 30.0  # of sound
WORDS: dict[NoteKind, tuple[str, str]] = {  # what happened, and what became of it
    "gap": ("sound was lost on the way", "silence stands in its place"),
    "pause": ("the sender's time went on without sound", "silence stands in its place"),
    "late": ("sound came too late", "it was not heard"),
    "duplicate": ("sound came twice", "it was heard once"),
    "jump": ("the sender's clock or numbering jumped", "sound goes on without a break"),
}


@dataclass(slots=True)
class _Tally:
    """What was mended of a kind since it was last told."""

    told: float | None = None  # s in the call
    count: int = 0
    seconds: float = 0.0


class MendingWatch:
    """Sums up what was mended in numbered messages."""

    def __init__(self) -> None:
        self._tallies: dict[NoteKind, _Tally] = {}

    def add(self, notes: Iterable[ArrivalNote], time: float) -> list[Warned]:
        """Take what was mended by call time `time` (s) and return the warnings that are due."""
        for note in notes:
            tally = self._tallies.setdefault(note.kind, _Tally())
            tally.count += 1
            tally.seconds += note.seconds
        due = [one for one, tally in self._tallies.items() if tally.count and self._is_due(tally, time)]
        return [self._tell(kind, time) for kind in due]

    def _is_due(self, tally: _Tally, time: float) -> bool:
        return tally.told is None or time - tally.told >= TOLD_EVERY

    def _tell(self, kind: NoteKind, time: float) -> Warned:
        tally = self._tallies[kind]
        what, then = WORDS[kind]
        times = f"{tally.count} times, " if tally.count > 1 else ""
        message = f"{what} ({times}{tally.seconds:.2f} s in all); {then}"
        self._tallies[kind] = _Tally(told=time)
        return Warned(time, f"sound_{kind}", message)


class PaceWatch:
    """Notices sound that comes faster or slower than it is spoken, as with a wrong rate; once a call."""

    def __init__(self, now: float) -> None:
        self._since, self._from = now, 0.0
        self._suspect = ""
        self._told = False

    def restart(self, now: float, time: float) -> None:
        """Begin anew: whoever resumes sends at once what was missed."""
        self._since, self._from, self._suspect = now, time, ""

    def look(self, now: float, time: float) -> Warned | None:
        """Return a warning where it is time for one; `now` (s) by the clock, `time` (s) of sound that came."""
        elapsed = now - self._since
        if self._told or elapsed < PACE_SECONDS:
            return None
        pace = (time - self._from) / elapsed
        suspect = "sound_fast" if pace > FAST else "sound_slow" if 0 < pace < SLOW else ""
        before = self._suspect
        self._since, self._from, self._suspect = now, time, suspect
        if not suspect or suspect != before:
            return None
        self._told = True
        hint = "is the sample rate that it was announced with right, and the number of channels?"
        return Warned(time, suspect, f"sound comes at {pace:.1f} times the speed of speech; {hint}")


class LineWatch:
    """Notices channels on which there is nothing at all, not even the noise of a line; once a channel."""

    def __init__(self, channels: int, sample_rate: int) -> None:
        self._rate = sample_rate
        self._quiet = [0] * channels  # samples in a row
        self._told = [False] * channels

    def look(self, samples: Samples, time: float) -> list[Warned]:
        """Take float32 (channels, n), up to call time `time` (s), and return what is to be told."""
        count = samples.shape[1]
        if not count:
            return []
        moves = np.ptp(samples, axis=1) > DEAD_SWING
        return [one for channel, alive in enumerate(moves) if (one := self._add(channel, bool(alive), count, time))]

    def _add(self, channel: int, alive: bool, count: int, time: float) -> Warned | None:
        self._quiet[channel] = 0 if alive else self._quiet[channel] + count
        if self._told[channel] or self._quiet[channel] < DEAD_SECONDS * self._rate:
            return None
        self._told[channel] = True
        message = f"channel {channel} has been wholly silent for {DEAD_SECONDS:.0f} s; is its line connected?"
        return Warned(time, "line_dead", message)
