"""How far one recording is, and where its time goes; the engines of a call tell it as they are asked."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stimmung.calls.redacting import Redacting
from stimmung.calls.redaction.records import Redacted, TextFinding
from stimmung.calls.redaction.tokens import Readings
from stimmung.speech.engines import (
    Answer,
    Ask,
    DetectorState,
    Engines,
    ModelId,
    SpeechDetector,
    SpokenText,
    TextEmotion,
    TextReading,
    Transcriber,
    TranscriptionOptions,
    Voice,
    VoiceBaseline,
    VoiceEmotion,
    ignore,
)
from stimmung.speech.records import Samples, Utterance, VoiceEmotionScore, Window

OTHER = "other"  # what no stage names: prosody, distress, talk metrics


class LostError(Exception):
    """The recording is no longer this worker's: it was canceled, taken back, or is to be given back."""


class Progress:
    """One recording's: the stage it is in, the seconds of each, and whether it is to be left alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._switched = clock()
        self._lost = threading.Event()
        self._seconds: dict[str, float] = {}
        self.stage = ""

    @property
    def seconds(self) -> float:
        """Since it was leased."""
        return self._clock() - self._began

    def timings(self) -> dict[str, float]:
        """Return the seconds by stage, to the millisecond; what waited for others is in them."""
        self._switch(self.stage)
        return {name: round(seconds, 3) for name, seconds in self._seconds.items()}

    @contextmanager
    def within(self, stage: str) -> Iterator[None]:
        """Count the block's time to a stage, but for stages within it. Raises LostError before it begins."""
        self.check()
        before = self.stage
        self._switch(stage)
        try:
            yield
        finally:
            self._switch(before)

    def _switch(self, stage: str) -> None:
        now, name = self._clock(), self.stage or OTHER
        self._seconds[name] = self._seconds.get(name, 0.0) + now - self._switched
        self._switched, self.stage = now, stage

    def leave(self) -> None:
        """Have the work on it stop at the next occasion; any thread may."""
        self._lost.set()

    def wait(self, seconds: float) -> None:
        """Wait, or raise LostError as soon as the recording is lost."""
        self._lost.wait(seconds)
        self.check()

    def check(self) -> None:
        """Raise LostError if the recording is lost."""
        if self._lost.is_set():
            raise LostError


def told_by(engines: Engines, progress: Progress) -> Engines:
    """Return the same engines for one call, which tell its stages."""
    return replace(
        engines,
        detector=_Detector(engines.detector, progress),
        transcriber=_Transcriber(engines.transcriber, progress),
        text_emotion=_Text(engines.text_emotion, progress) if engines.text_emotion else None,
        voice_emotion=_Voice(engines.voice_emotion, progress) if engines.voice_emotion else None,
    )


class _Detector:
    def __init__(self, inner: SpeechDetector, progress: Progress) -> None:
        self._inner, self._progress = inner, progress

    @property
    def frame_samples(self) -> int:
        return self._inner.frame_samples

    @property
    def model(self) -> ModelId:
        return self._inner.model

    def probabilities(
        self, samples: Samples, state: DetectorState | None = None
    ) -> tuple[npt.NDArray[np.float32], DetectorState]:
        with self._progress.within("detect"):
            return self._inner.probabilities(samples, state)


class _Transcriber:
    def __init__(self, inner: Transcriber, progress: Progress) -> None:
        self._inner, self._progress = inner, progress

    @property
    def model(self) -> ModelId:
        return self._inner.model

    def transcribe(
        self,
        windows: Sequence[Window],
        options: TranscriptionOptions,
        heard: Callable[[Window], None] = ignore,
    ) -> list[tuple[Utterance, ...]]:
        def heard_here(window: Window) -> None:
            self._progress.check()  # the only place where minutes may pass
            heard(window)

        with self._progress.within("recognise"):
            return self._inner.transcribe(windows, options, heard_here)

    def hear(self, asks: Sequence[Ask]) -> list[Answer]:
        with self._progress.within("recognise"):
            return self._inner.hear(asks)


class _Text:
    def __init__(self, inner: TextEmotion, progress: Progress) -> None:
        self._inner, self._progress = inner, progress

    @property
    def model(self) -> ModelId:
        return self._inner.model

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        with self._progress.within("text"):
            return self._inner.read(texts)


class _Voice:
    def __init__(self, inner: VoiceEmotion, progress: Progress) -> None:
        self._inner, self._progress = inner, progress

    @property
    def model(self) -> ModelId:
        return self._inner.model

    def describe(self, voices: Sequence[Voice]) -> Samples:
        with self._progress.within("voice"):
            return self._inner.describe(voices)

    def judge(self, description: Samples, baseline: VoiceBaseline) -> VoiceEmotionScore:
        return self._inner.judge(description, baseline)

    def accustom(self, baseline: VoiceBaseline, description: Samples) -> VoiceBaseline:
        return self._inner.accustom(baseline, description)


class ToldRedactor:
    """A redactor for one call, which tells its stage."""

    def __init__(self, inner: Redacting, progress: Progress) -> None:
        self._inner, self._progress = inner, progress

    def redact(self, utterances: Sequence[Utterance]) -> Redacted:
        """Take identifiers out of a call, and tell the stage."""
        with self._progress.within("redact"):
            return self._inner.redact(utterances)

    def redact_live(self, utterances: Sequence[Utterance]) -> Redacted:
        """See `Redacting`."""
        return self._inner.redact_live(utterances)

    def clear_live(self, utterances: Sequence[Utterance], readings: Readings, /) -> tuple[Utterance, ...]:
        """See `Redacting`."""
        return self._inner.clear_live(utterances, readings)

    def redact_partial(self, text: str, language: str, /) -> str:
        """See `Redacting`."""
        return self._inner.redact_partial(text, language)

    def find_in_text(self, text: str, language: str, /) -> tuple[TextFinding, ...]:
        """See `Redacting`."""
        return self._inner.find_in_text(text, language)
