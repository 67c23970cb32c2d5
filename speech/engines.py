"""The seams between sound and neural networks: what the pipeline needs of a model, and nothing more.

`models.registry` builds the real ones, `speech.fakes` holds small ones for tests.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from stimmung.speech.records import Samples, Span, TextEmotionScore, Utterance, VoiceEmotionScore, Window


@dataclass(frozen=True, slots=True, eq=False)
class DetectorState:
    """What a speech detector remembers of one channel between two calls; opaque to everyone else."""

    memory: tuple[Samples, ...]
    pending: Samples  # samples (n,) that did not fill a frame yet
    recent: Samples  # the last frames (n, frame_samples), for detectors that hear them again
    frames: int  # heard so far


@dataclass(frozen=True, slots=True)
class ModelId:
    """Which weights spoke: the name that chose them, the SHA-256 of the weight file."""

    name: str
    sha256: str


class SpeechDetector(Protocol):
    """Hears where speech is: one probability per frame of `frame_samples` samples."""

    @property
    def frame_samples(self) -> int: ...

    @property
    def model(self) -> ModelId: ...

    def probabilities(
        self, samples: Samples, state: DetectorState | None = None
    ) -> tuple[npt.NDArray[np.float32], DetectorState]:
        """Return the speech probability of each whole frame of mono `samples` (16 kHz), and the state after it.

        Feeding a channel in chunks, each with the state that came before, gives what feeding it whole gives.
        """
        ...


@dataclass(frozen=True, slots=True)
class TranscriptionOptions:
    """How to listen; an argument of each call, never a state of the model."""

    languages: tuple[str, ...] = ("de", "en")  # allowed languages; one alone is taken without asking the model
    beam_size: int = 1  # 1 is greedy, 5 is slower and a little better
    hotwords: str | None = None  # names and product words that the decoder should expect


def ignore(window: Window) -> None:
    """Take note of nothing: for callers of `Transcriber.transcribe` that show no progress."""


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """A window of any call, and what is known of it: how a live call asks for words.

    The last `new` pieces are to be read; `said` are the words of those before, as they were heard, and are taken as
    given. `votes` are logarithms of the languages' probabilities in the call so far, added up. `thorough`: what is read
    badly is read again in every way there is, which may take a second; otherwise only what is quick is tried.
    """

    window: Window
    options: TranscriptionOptions
    said: str = ""
    new: int = 1
    votes: Mapping[str, float] = field(default_factory=dict)
    thorough: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The utterances of the new pieces, those without words left out, and the votes with this window's.

    `exact`: it would be the same whatever else was heard beside it.
    """

    utterances: tuple[Utterance, ...]
    votes: Mapping[str, float]
    exact: bool = True


class Transcriber(Protocol):
    """Turns windows into timed utterances."""

    @property
    def model(self) -> ModelId: ...

    def transcribe(
        self,
        windows: Sequence[Window],
        options: TranscriptionOptions,
        heard: Callable[[Window], None] = ignore,
    ) -> list[tuple[Utterance, ...]]:
        """Return the utterances of each window, in the order of `windows`; times are those of the recording.

        The windows are those of one call and share one language, chosen from `options.languages`. Roles are `unknown`
        and speakers empty: the caller knows the channels. `heard` is told of each window that is done.
        """
        ...

    def hear(self, asks: Sequence[Ask]) -> list[Answer]:
        """Return an answer to each ask, in their order, in the calling thread; the calls may differ."""
        ...


@dataclass(frozen=True, slots=True)
class SpokenText:
    """An utterance's words as a text model reads them."""

    text: str
    language: str = ""  # as recognised: `de`, `en`, …; empty where nobody knows
    context: str = ""  # what another speaker said just before; empty where there was nothing


@dataclass(frozen=True, slots=True, eq=False)
class TextReading:
    """What one pass of a text model gives: `emotion` and the sentence vector, float32 (width,) of unit length.

    `emotion` is None where there are no words to judge, `vector` where the model has none.
    """

    emotion: TextEmotionScore | None
    vector: Samples | None = None


class TextEmotion(Protocol):
    """Reads how utterances feel."""

    @property
    def model(self) -> ModelId: ...

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        """Return a reading of each text, in their order."""
        ...


class TextEmbedding(Protocol):
    """Turns texts of either language into vectors whose cosine says how like their meaning is."""

    @property
    def model(self) -> ModelId: ...

    @property
    def width(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Samples:
        """Return float32 (texts, width), each row of unit length."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """An utterance as a voice model hears it.

    `samples` are mono float32 (samples,) at 16 kHz: its speech, and up to 0.2 s of what lies around it as in the
    recogniser's window; `speech` is the span of the speech in it. `states` are the recogniser's pooled encoder states
    of the same stretch, None where it gives none.
    """

    samples: Samples
    speech: Span
    states: Samples | None = None


@dataclass(frozen=True, slots=True, eq=False)
class VoiceBaseline:
    """How a caller usually sounds: the mean description of what was heard so far, (width,), and how long that was.

    None and 0 before anything was heard. It grows with the caller's first speech only, so that a long call does not
    make its own mood the measure, and live and recorded calls agree.
    """

    mean: Samples | None = None
    seconds: float = 0.0


class VoiceEmotion(Protocol):
    """Hears how utterances feel."""

    @property
    def model(self) -> ModelId: ...

    def describe(self, voices: Sequence[Voice]) -> Samples:
        """Return what the model hears in each voice, float32 (voices, width): the costly half, at best many at once."""
        ...

    def judge(self, description: Samples, baseline: VoiceBaseline) -> VoiceEmotionScore:
        """Score one row of `describe` against the caller's baseline."""
        ...

    def accustom(self, baseline: VoiceBaseline, description: Samples) -> VoiceBaseline:
        """Return the caller's baseline after this utterance too was heard."""
        ...


class NameFinder(Protocol):
    """Finds names of persons in text."""

    @property
    def model(self) -> ModelId: ...

    def find_names(self, texts: Sequence[str], language: str) -> list[list[tuple[int, int]]]:
        """Return of each text the characters (start, end) of the names in it, in order.

        `language` is that of all texts, as recognised: `de`, `en`, …; empty where nobody knows.
        """
        ...


@dataclass(frozen=True, slots=True)
class Engines:
    """All models that the pipeline may use, built once and passed on; None where the settings choose none."""

    detector: SpeechDetector
    transcriber: Transcriber
    text_emotion: TextEmotion | None = None
    text_embedding: TextEmbedding | None = None
    voice_emotion: VoiceEmotion | None = None
    names: NameFinder | None = None
