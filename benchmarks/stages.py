"""Where the time of a call goes: the seams of `Engines` with a clock in them.

Recognition counts its own stages (`stage_seconds`), since features, encoder, decoder and alignment run inside it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stimmung.speech.engines import (
    DetectorState,
    Engines,
    ModelId,
    SpeechDetector,
    Transcriber,
    TranscriptionOptions,
    ignore,
)
from stimmung.speech.records import Samples, Utterance, Window


@dataclass(slots=True)
class TimedDetector:
    """A speech detector that notes the seconds of each call; channels call it at the same time."""

    inner: SpeechDetector
    spent: list[float] = field(default_factory=list)

    @property
    def frame_samples(self) -> int:
        return self.inner.frame_samples

    @property
    def model(self) -> ModelId:
        return self.inner.model

    def probabilities(
        self, samples: Samples, state: DetectorState | None = None
    ) -> tuple[npt.NDArray[np.float32], DetectorState]:
        """Do what the inner one does."""
        started = time.perf_counter()
        try:
            return self.inner.probabilities(samples, state)
        finally:
            self.spent.append(time.perf_counter() - started)


@dataclass(slots=True)
class TimedTranscriber:
    """A transcriber that counts its seconds, and windows and their seconds of sound."""

    inner: Transcriber
    spent: float = 0.0
    windows: int = 0
    window_seconds: float = 0.0

    @property
    def model(self) -> ModelId:
        return self.inner.model

    def transcribe(
        self,
        windows: Sequence[Window],
        options: TranscriptionOptions,
        heard: Callable[[Window], None] = ignore,
    ) -> list[tuple[Utterance, ...]]:
        """Do what the inner one does."""
        self.windows += len(windows)
        self.window_seconds += sum(window.duration for window in windows)
        started = time.perf_counter()
        try:
            return self.inner.transcribe(windows, options, heard)
        finally:
            self.spent += time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class StageClock:
    """The clocks of one call, read after it."""

    detector: TimedDetector
    transcriber: TimedTranscriber
    before: Mapping[str, float]  # what recognition had counted before the call

    def seconds(self) -> dict[str, float]:
        """Return seconds by stage: `detector` and `transcriber` by the wall, the stages inside summed over workers."""
        inside = recogniser_stages(self.transcriber.inner)
        return {
            "detector": sum(self.detector.spent),
            "transcriber": self.transcriber.spent,
            "windows": float(self.transcriber.windows),
            "window_seconds": self.transcriber.window_seconds,
            **{name: seconds - self.before.get(name, 0.0) for name, seconds in inside.items()},
        }


def timed_engines(engines: Engines) -> tuple[Engines, StageClock]:
    """Return the same engines with clocks in their seams."""
    detector, transcriber = TimedDetector(engines.detector), TimedTranscriber(engines.transcriber)
    before = dict(recogniser_stages(engines.transcriber))
    timed = replace(engines, detector=detector, transcriber=transcriber)
    return timed, StageClock(detector, transcriber, before)


def recogniser_stages(transcriber: Transcriber) -> Mapping[str, float]:
    """Return what a transcriber counted itself, nothing where it counts nothing: the seam does not ask for it."""
    counted: Mapping[str, float] = getattr(transcriber, "stage_seconds", {})
    return counted


def preparation_seconds(file: Path) -> dict[str, float]:
    """Return the seconds of decoding a file and of looking for music and tones, each on its own: no seam has these."""
    from stimmung.speech.decode import decode
    from stimmung.speech.events import find_events

    started = time.perf_counter()
    audio = decode([file])
    decoded = time.perf_counter()
    find_events(audio)
    return {"decode": decoded - started, "events": time.perf_counter() - decoded}
