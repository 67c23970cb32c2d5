"""What one channel says, cut into utterances with the sound that a recogniser hears of each.

A recording is fed at once, a live call as it comes, and both give the same: this is the only place where speech is cut.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from stimmung.speech.closing import Closed, Closer, ClosingOptions
from stimmung.speech.edges import DIGITS, REACH, LevelTrack, Pauses, fit_to_sound
from stimmung.speech.records import SAMPLE_RATE, Event, Samples, Span
from stimmung.speech.vad import Probabilities, without_events

KnownEvents = Callable[[], Sequence[Event]]  # asked only when something closes: finding events costs a millisecond
EAGER_SHARE = 0.75  # of the closing pause: after half of it, most who pause go on speaking
EARLIEST = 4  # frames of quiet before it is worth looking whether an utterance ends
MARGIN = 0.2  # s kept of the silence around an utterance: soft onsets, and the decoder's sign that it ended


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """One utterance before anybody heard its words: where its speech is, and its sound with what lies around it.

    `samples` is mono float32 (samples,) at 16 kHz and begins at `piece.start`; times are those of the call.
    """

    channel: int
    speech: tuple[Span, ...]
    piece: Span
    samples: Samples


class Utterances:
    """Cuts one channel; `frame_seconds` is how long a frame of the speech detector is."""

    def __init__(self, channel: int, frame_seconds: float, closing: ClosingOptions | None = None) -> None:
        self._channel, self._frame = channel, frame_seconds
        self._closer = Closer(frame_seconds, options=closing)
        self._track = LevelTrack()
        self._samples = np.zeros(0, np.float32)
        self._begin_sample = 0  # of the call, at which the kept samples begin
        self._piece_end = 0.0  # where the piece before ended

    @property
    def duration(self) -> float:
        """Return how much was heard, in seconds."""
        return (self._begin_sample + len(self._samples)) / SAMPLE_RATE

    def feed(self, samples: Samples, probabilities: Probabilities, events: KnownEvents) -> list[Spoken]:
        """Return the utterances that this closes, in their order.

        `samples` (n,) at 16 kHz and the `probabilities` of the frames that they fill follow what was fed before;
        `events` returns those of this channel that are known by now: no speech is heard in music or tones.
        """
        self._samples = np.concatenate((self._samples, samples)) if len(self._samples) else samples
        self._track.feed(samples)
        spoken = self._cut(self._closer.feed(probabilities), events)
        self._forget()
        return spoken

    def flush(self, events: KnownEvents) -> list[Spoken]:
        """Return the utterances that the end of the sound closes."""
        return self._cut(self._closer.flush(), events)

    def still_speaking(self) -> Spoken | None:
        """Return the utterance that goes on, as far as it is heard; None where nobody speaks."""
        frames = self._closer.still_speaking()
        if frames is None:
            return None
        speech = self._span(frames)
        start = max(self._piece_end, speech.start - MARGIN)
        return self._spoken((speech,), Span(start, self.duration))

    def ending(self, events: KnownEvents) -> Spoken | None:
        """Return the utterance as it will be if nobody goes on speaking; None where that is not to be told yet.

        Half the closing pause behind it would be enough: nothing that its edges and its sound depend on comes later.
        """
        frames = self._closer.still_speaking()
        quiet = 0.0 if frames is None else self.duration / self._frame - frames[1]
        if quiet < EARLIEST:
            return None
        trial = copy(self)
        closed = copy(self._closer).flush()
        if len(closed) != 1 or quiet < max(closed[0].pause / 2 + 1, EAGER_SHARE * closed[0].pause):
            return None
        spoken = trial._cut(closed, events)
        return spoken[0] if len(spoken) == 1 else None

    def _cut(self, closed: Sequence[Closed], events: KnownEvents) -> list[Spoken]:
        known = events() if closed else ()
        return [spoken for one in closed for spoken in self._fitted(one, known)]

    def _fitted(self, closed: Closed, events: Sequence[Event]) -> list[Spoken]:
        speech = [self._span(frames) for frames in closed.spans]
        # Of a pause that nobody waited to end, what ended the utterance is certain; half of it is the neighbour's.
        after = (closed.pause if closed.after is None else closed.after) * self._frame
        fitted = fit_to_sound(self._track, speech, Pauses(closed.before * self._frame, after), self.duration)
        limit = round(speech[-1].end + after / 2, DIGITS)
        groups = _parted(without_events(fitted, events), events)
        return [
            self._piece(group, groups[place + 1][0].start if place + 1 < len(groups) else limit)
            for place, group in enumerate(groups)
        ]

    def _piece(self, speech: tuple[Span, ...], limit: float) -> Spoken:
        start = max(self._piece_end, round(speech[0].start - MARGIN, DIGITS), 0.0)
        end = max(speech[-1].end, min(round(speech[-1].end + MARGIN, DIGITS), limit))
        self._piece_end = min(end, self.duration)
        return self._spoken(speech, Span(min(start, speech[0].start), self._piece_end))

    def _span(self, frames: tuple[int, int]) -> Span:
        return Span(*(round(frame * self._frame, DIGITS) for frame in frames))

    def _spoken(self, speech: tuple[Span, ...], piece: Span) -> Spoken:
        first, last = (round(edge * SAMPLE_RATE) - self._begin_sample for edge in (piece.start, piece.end))
        return Spoken(self._channel, speech, piece, self._samples[max(0, first) : max(0, last)])

    def _forget(self) -> None:
        """Drop the samples that no utterance can need any more."""
        needed = self._closer.needed_from * self._frame - MARGIN - REACH
        first = round(needed * SAMPLE_RATE) - self._begin_sample
        if first > len(self._samples) // 2:  # rarely: each time costs a copy
            self._samples = self._samples[first:].copy()
            self._begin_sample += first
        self._track.forget(needed)


def utterances_of(
    samples: Samples, channel: int, probabilities: Probabilities, frame_seconds: float, events: Sequence[Event]
) -> list[Spoken]:
    """Return the utterances of a whole channel, mono float32 (samples,) at 16 kHz; `events` may be of any channel."""
    own = [event for event in events if event.channel == channel]
    cutter = Utterances(channel, frame_seconds)
    return [*cutter.feed(samples, probabilities, lambda: own), *cutter.flush(lambda: own)]


def _parted(speech: Sequence[Span], events: Sequence[Event]) -> list[tuple[Span, ...]]:
    """Part speech where music or a tone was taken out of it."""
    groups: list[tuple[Span, ...]] = []
    for span in speech:
        last = groups[-1][-1].end if groups else 0.0
        if groups and not any(event.start < span.start and last < event.end for event in events):
            groups[-1] += (span,)
        else:
            groups.append((span,))
    return groups
