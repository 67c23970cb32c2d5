"""A call fed in chunks of 20 ms, as it arrives live, gives the windows and scores that it gives as a whole.

Compared are resampler and speech detector, which remember what crosses the cuts; what stands behind them (windows,
recognition, voices) hears windows here as there. The live session itself is another matter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from consent import PERMITTED, consenting
from corpus import SAMPLES
from machine import Figures
from stimmung.calls.analysis import analyze_audio
from stimmung.calls.records import CallAnalysis
from stimmung.models.voice_emotion import EmbeddedVoice
from stimmung.speech.callinfo import read_call_info
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
from stimmung.speech.records import SAMPLE_RATE, Audio, CallInfo, Samples, Utterance, Window
from stimmung.speech.resample import Resampler
from stimmung.speech.settings import NO_MODEL, ModelSettings, Settings
from text_bench import cell, show
from voice_bench import Bench, load_head
from wav import read

CALL: Final = "de-billing-angry"  # of the sample calls
CHUNK: Final = 0.02  # s


@dataclass(frozen=True, slots=True)
class ChunkedDetector:
    """A speech detector that is fed chunk by chunk, each with the state that came before."""

    inner: SpeechDetector

    @property
    def frame_samples(self) -> int:
        return self.inner.frame_samples

    @property
    def model(self) -> ModelId:
        return self.inner.model

    def probabilities(
        self, samples: Samples, state: DetectorState | None = None
    ) -> tuple[npt.NDArray[np.float32], DetectorState]:
        """Do what the inner one does, in chunks."""
        parts = []
        for chunk in chunks(samples[np.newaxis], SAMPLE_RATE):
            found, state = self.inner.probabilities(chunk[0], state)
            parts.append(found)
        if state is None:
            return self.inner.probabilities(samples)
        return np.concatenate(parts), state


@dataclass(slots=True)
class KeepingTranscriber:
    """A transcriber that keeps the windows that it was handed."""

    inner: Transcriber
    windows: list[Window] = field(default_factory=list)

    @property
    def model(self) -> ModelId:
        return self.inner.model

    def transcribe(
        self, windows: Sequence[Window], options: TranscriptionOptions, heard: Callable[[Window], None] = ignore
    ) -> list[tuple[Utterance, ...]]:
        """Do what the inner one does."""
        self.windows += windows
        return self.inner.transcribe(windows, options, heard)

    def hear(self, asks: Sequence[Ask]) -> list[Answer]:
        """Do what the inner one does."""
        return self.inner.hear(asks)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one way of feeding gives."""

    windows: tuple[Window, ...]
    result: CallAnalysis


def chunked(bench: Bench) -> Figures:
    """Compare both ways on a sample call in µ-law at 8 kHz."""
    from stimmung.models.registry import build_engines

    engines = build_engines(Settings(models=ModelSettings(text=NO_MODEL, voice=NO_MODEL)))
    engines = replace(engines, voice_emotion=EmbeddedVoice(*load_head(bench.voice)))
    file = SAMPLES / f"{CALL}.flac"
    sound = read(file)
    figures = compare(mu_law(sound.samples), sound.rate, read_call_info(file), engines)
    rows = [
        ["windows, whole and in chunks", f"{figures['windows_whole']}, {figures['windows_chunked']}"],
        ["at the same places", "yes" if figures["same_windows"] else "no"],
        ["samples of the windows, largest difference", f"{figures['window_difference']:.1e}"],
        ["voices scored", str(figures["voices"])],
        ["their scores, largest difference", cell(figures["score_difference"], 6)],
    ]
    show(f"{CALL} in chunks of {CHUNK * 1000:.0f} ms and whole", ["", ""], rows)
    return figures


def compare(sound: Samples, rate: int, info: CallInfo, engines: Engines) -> Figures:
    """Analyse sound (channels, samples) at `rate` Hz both ways."""
    whole = analysed([sound], rate, info, engines)
    live = analysed(list(chunks(sound, rate)), rate, info, replace(engines, detector=ChunkedDetector(engines.detector)))
    same = [one.pieces for one in whole.windows] == [one.pieces for one in live.windows]
    pairs = list(zip(whole.result.utterances, live.result.utterances, strict=False))
    apart = [np.abs(numbers(one) - numbers(other)) for one, other in pairs if one.voice_emotion and other.voice_emotion]
    return {
        "call": CALL,
        "windows_whole": len(whole.windows),
        "windows_chunked": len(live.windows),
        "same_windows": same,
        "same_utterances": len(whole.result.utterances) == len(live.result.utterances),
        "window_difference": window_difference(whole.windows, live.windows) if same else None,
        "voices": len(apart),
        "score_difference": float(np.max(apart)) if apart and same else None,
    }


def analysed(parts: Sequence[Samples], rate: int, info: CallInfo, engines: Engines) -> Side:
    """Resample the parts one after the other, and analyse what comes out."""
    resampler = Resampler(rate, parts[0].shape[0])
    audio = Audio(np.concatenate([*(resampler.feed(part) for part in parts), resampler.flush()], axis=1))
    keeping = KeepingTranscriber(engines.transcriber)
    with_windows = replace(engines, transcriber=keeping)
    result = analyze_audio(audio, CALL, consenting(info), with_windows, PERMITTED, lambda *_: None).analysis
    return Side(tuple(keeping.windows), result)


def chunks(sound: Samples, rate: int) -> list[Samples]:
    """Cut sound (channels, samples) into chunks of CHUNK seconds."""
    size = round(CHUNK * rate)
    return [sound[:, first : first + size] for first in range(0, sound.shape[1], size)]


def mu_law(sound: Samples) -> Samples:
    """Return sound as the 256 levels of µ-law keep it."""
    levels = np.round(np.sign(sound) * np.log1p(255 * np.minimum(np.abs(sound), 1.0)) / np.log(256) * 127) / 127
    return np.asarray(np.sign(levels) * (256 ** np.abs(levels) - 1) / 255, np.float32)


def numbers(utterance: Utterance) -> Samples:
    """Return arousal, valence and emotions of an utterance that has a score; NaN where nothing could be computed."""
    score = utterance.voice_emotion
    if score is None or score.arousal is None or score.valence is None:
        return np.full(1, np.nan, np.float32)
    return np.array([score.arousal, score.valence, *score.emotions.values()], np.float32)


def window_difference(whole: Sequence[Window], live: Sequence[Window]) -> float:
    """Return the largest difference of a sample, in shares of full scale."""
    return max((float(np.abs(a.samples - b.samples).max()) for a, b in zip(whole, live, strict=True)), default=0.0)
