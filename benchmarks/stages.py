"""Where the time of a call goes: the seams of `Engines`, and Whisper's network, with a clock in them."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stimmung.speech.engines import (
    Answer,
    Ask,
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

    def hear(self, asks: Sequence[Ask]) -> list[Answer]:
        """Do what the inner one does."""
        return self.inner.hear(asks)


class TimedNetwork:
    """A CTranslate2 Whisper whose encoder, decoder and alignment note their seconds; workers call it side by side."""

    STAGES = ("encode", "generate", "align")

    def __init__(self, inner: object) -> None:
        self._inner = inner
        self.spent: dict[str, list[float]] = {stage: [] for stage in self.STAGES}

    def __getattr__(self, name: str) -> object:
        value: Callable[..., object] = getattr(self._inner, name)
        return self._timed(name, value) if name in self.STAGES else value

    def _timed(self, name: str, call: Callable[..., object]) -> Callable[..., object]:
        def timed(*args: object, **options: object) -> object:  # passes on whatever CTranslate2 takes
            started = time.perf_counter()
            try:
                return call(*args, **options)
            finally:
                self.spent[name].append(time.perf_counter() - started)

        return timed


@dataclass(frozen=True, slots=True)
class StageClock:
    """The clocks of one call, read after it."""

    detector: TimedDetector
    transcriber: TimedTranscriber
    network: TimedNetwork

    def seconds(self) -> dict[str, float]:
        """Return seconds by stage: `detector` and `transcriber` by the wall, the network's summed over its workers."""
        return {
            "detector": sum(self.detector.spent),
            "transcriber": self.transcriber.spent,
            "windows": float(self.transcriber.windows),
            "window_seconds": self.transcriber.window_seconds,
            **{stage: sum(spent) for stage, spent in self.network.spent.items()},
        }


def timed_engines(engines: Engines) -> tuple[Engines, StageClock]:
    """Return engines with clocks in their seams, and in the network where the transcriber has one."""
    inner = copy.copy(engines.transcriber)
    network = TimedNetwork(getattr(inner, "network", None))
    if hasattr(inner, "network"):
        inner.network = network
    detector, transcriber = TimedDetector(engines.detector), TimedTranscriber(inner)
    return replace(engines, detector=detector, transcriber=transcriber), StageClock(detector, transcriber, network)


def preparation_seconds(file: Path) -> dict[str, float]:
    """Return the seconds of decoding a file and of looking for music and tones, each on its own: no seam has these."""
    from stimmung.speech.decode import decode
    from stimmung.speech.events import find_events

    started = time.perf_counter()
    audio = decode([file])
    decoded = time.perf_counter()
    find_events(audio)
    return {"decode": decoded - started, "events": time.perf_counter() - decoded}
