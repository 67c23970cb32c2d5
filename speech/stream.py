"""One call's sound as it comes: brought to 16 kHz, listened to, cut into utterances by the code that cuts recordings.

Memory is bounded but for the description of music and tones: 2.3 MB an hour and channel. Whatever the sizes of the
chunks are, the same sound gives the same utterances.
"""

import numpy as np

from stimmung.speech.channels import Mirror
from stimmung.speech.engines import DetectorState, SpeechDetector
from stimmung.speech.event_track import EventTrack
from stimmung.speech.records import SAMPLE_RATE, Event, Samples
from stimmung.speech.resample import Resampler
from stimmung.speech.utterances import Spoken, Utterances


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
        self._ended = False

    @property
    def channels(self) -> int:
        return len(self._utterances)

    @property
    def duration(self) -> float:
        """Return the seconds that were heard; up to some 10 ms less than were sent while the resampler holds them."""
        return self._utterances[0].duration

    def feed(self, samples: Samples) -> list[Spoken]:
        """Take in float32 (channels, n) at the rate of the call; return the utterances that this closes."""
        return self._hear(self._resampler.feed(samples))

    def flush(self) -> list[Spoken]:
        """Return what the end of the sound closes. Nothing can be fed afterwards."""
        closed = self._hear(self._resampler.flush())
        self._ended = True
        for utterances, track in zip(self._utterances, self._tracks, strict=True):
            closed += utterances.flush(track.so_far)
        return closed

    def events(self) -> tuple[Event, ...]:
        """Return music and tones by now, ordered by start, then channel; after `flush` those of the recording."""
        found = [event for track in self._tracks for event in (track.flush() if self._ended else track.so_far())]
        return tuple(sorted(found, key=lambda event: (event.start, event.channel)))

    def dual_mono(self) -> bool:
        """Say whether both channels hold the same signal by now."""
        return self._mirror is not None and self._mirror.same()

    def still_speaking(self, channel: int) -> Spoken | None:
        """Return the utterance that goes on, as far as it is heard; None where nobody speaks."""
        return self._utterances[channel].still_speaking()

    def _hear(self, samples: Samples) -> list[Spoken]:
        if not samples.shape[1]:
            return []
        if self._mirror is not None:
            self._mirror.feed(samples)
        closed: list[Spoken] = []
        for channel, utterances in enumerate(self._utterances):
            sound = np.ascontiguousarray(samples[channel])
            probabilities, self._states[channel] = self._detector.probabilities(sound, self._states[channel])
            self._tracks[channel].feed(sound)
            closed += utterances.feed(sound, probabilities, self._tracks[channel].so_far)
        return closed
