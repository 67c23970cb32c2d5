"""One call's sound as it comes: brought to 16 kHz, listened to, cut into utterances by the code that cuts recordings.

Memory is bounded but for the description of music and tones: 2.3 MB an hour and channel (and 0.2 MB where both
channels hold one signal). Whatever the sizes of the chunks are, the same sound gives the same utterances.
"""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from stimmung.speech.channels import Mirror
from stimmung.speech.engines import DetectorState, SpeechDetector
from stimmung.speech.event_track import EventTrack
from stimmung.speech.records import SAMPLE_RATE, Event, Samples
from stimmung.speech.resample import Resampler
from stimmung.speech.utterances import Spoken, Utterances
from stimmung.speech.vad import Probabilities


class CallStream:
    """Feeds the channels of one call; not safe to share between threads."""

    def __init__(self, sample_rate: int, channels: int, detector: SpeechDetector) -> None:
        frame_seconds = detector.frame_samples / SAMPLE_RATE
        self._detector = detector
        self._resampler = Resampler(sample_rate, channels)
        self._states: list[DetectorState | None] = [None] * channels
        self._utterances = [Utterances(channel, frame_seconds) for channel in range(channels)]
        self._tracks = [EventTrack(channel) for channel in range(channels)]
        self._mirror = Mirror(SAMPLE_RATE) if channels == 2 else None  # assign_roles compares more; live has two
        self._heard = 0  # samples
        self._events: tuple[Event, ...] | None = None  # of the whole call, once it ended

    @property
    def channels(self) -> int:
        return len(self._utterances)

    @property
    def duration(self) -> float:
        """Return the seconds that were heard: less than were sent by what the resampler holds back.

        That is 0.0055 s at 8 kHz, 0.04 s at most at 48 kHz.
        """
        return self._utterances[0].duration

    def feed(self, samples: Samples) -> list[Spoken]:
        """Take in float32 (channels, n) at the rate of the call; return the utterances that this closes."""
        return self._hear(self._resampler.feed(samples))

    def flush(self) -> list[Spoken]:
        """Return what the end of the sound closes. Nothing can be fed afterwards."""
        closed = self._hear(self._resampler.flush())
        events = [track.flush() for track in self._tracks]
        self._events = _in_order(events)
        for utterances, own in zip(self._utterances, events, strict=True):
            closed += utterances.flush(partial(tuple, own))
        return closed

    def events(self) -> tuple[Event, ...]:
        """Return music and tones by now, ordered by start, then channel; after `flush` those of the recording."""
        return _in_order([track.so_far() for track in self._tracks]) if self._events is None else self._events

    def dual_mono(self) -> bool:
        """Say whether both channels hold the same signal by now."""
        return self._mirror is not None and self._mirror.same()

    def ending(self, channel: int) -> Spoken | None:
        """Return an utterance that closes if nobody goes on speaking; None where there is none."""
        return self._utterances[channel].ending(self._tracks[channel].so_far)

    def still_speaking(self, channel: int) -> Spoken | None:
        """Return the utterance that goes on, as far as it is heard; None where nobody speaks."""
        return self._utterances[channel].still_speaking()

    def _hear(self, samples: Samples) -> list[Spoken]:
        if not samples.shape[1]:
            return []
        if self._mirror is not None:
            self._mirror.feed(samples)
        sounds = [np.ascontiguousarray(sound) for sound in samples]
        probabilities = [self._detect(channel, sound) for channel, sound in enumerate(sounds)]
        closed: list[Spoken] = []
        # Frame by frame: what is known of music and tones when an utterance closes must not depend on the chunks.
        for frame, (first, last) in enumerate(pairwise(self._borders(samples.shape[1]))):
            for channel, utterances in enumerate(self._utterances):
                sound, track = sounds[channel][first:last], self._tracks[channel]
                track.feed(sound)
                closed += utterances.feed(sound, probabilities[channel][frame : frame + 1], track.so_far)
        self._heard += samples.shape[1]
        return closed

    def _detect(self, channel: int, sound: Samples) -> Probabilities:
        found, self._states[channel] = self._detector.probabilities(sound, self._states[channel])
        return found

    def _borders(self, count: int) -> list[int]:
        """Return where the frames in the next `count` samples end, from 0 to `count`."""
        size = self._detector.frame_samples
        borders = [0, *range(size - self._heard % size, count, size)]
        return [*borders, count]


def _in_order(events: Sequence[Sequence[Event]]) -> tuple[Event, ...]:
    return tuple(sorted((event for own in events for event in own), key=lambda event: (event.start, event.channel)))
