"""What the stages hand to each other: frozen records, times in seconds from the start of the recording.

Samples are float32 in -1..1, shaped (channels, samples); counts of samples say so in their name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000  # Hz: what every model here hears; decoding resamples to it

Samples = npt.NDArray[np.float32]
Role = Literal["agent", "customer", "unknown"]
Consent = Literal["granted", "refused", "unknown", "withdrawn"]
Country = Literal["eu", "de"]  # profile of rules: those of the Union, and with what Germany adds to them
Direction = Literal["inbound", "outbound", "unknown"]
EventKind = Literal["music", "tone"]
Polarity = Literal["negative", "neutral", "positive"]
DistressState = Literal["unknown", "calm", "uneasy", "distressed", "urgent"]
ReasonKind = Literal["words", "voice", "change", "safety"]  # `change`: against the caller's own first minute


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, `start` inclusive, `end` exclusive, in seconds."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Decoded sound: float32 of shape (channels, samples) and its rate in Hz."""

    samples: Samples
    sample_rate: int = SAMPLE_RATE

    @property
    def channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def duration(self) -> float:
        return float(self.samples.shape[1] / self.sample_rate)


@dataclass(frozen=True, slots=True)
class CallInfo:
    """What is known of a call before anyone listens to it; times are aware and in UTC."""

    call_id: str | None = None
    started_at: datetime | None = None
    agent: str | None = None
    team: str | None = None
    queue: str | None = None
    direction: Direction = "unknown"
    customer: str | None = None
    language: str | None = None
    roles: tuple[Role, ...] = ()  # by channel; channels beyond it are `unknown`
    consent: Consent = "unknown"
    emotion_notice_given_at: datetime | None = None
    wait_seconds: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON that others wrote, kept as it came


@dataclass(frozen=True, slots=True)
class Event:
    """Something heard on a channel that is neither speech nor silence."""

    kind: EventKind
    channel: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a channel inside a window: `span` in call time begins `offset` seconds into the window."""

    span: Span
    offset: float


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """What the recogniser hears at once: pieces of one channel, silence between them shortened.

    `samples` is mono float32 (samples,) at 16 kHz; it begins and ends in silence.
    `speech` are the detector's spans (call time) that lie in the window's pieces.
    """

    channel: int
    samples: Samples
    pieces: tuple[Piece, ...]
    speech: tuple[Span, ...]

    @property
    def duration(self) -> float:
        return float(self.samples.shape[0] / SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class Word:
    """One word as the recogniser wrote it, punctuation attached; times in the call, probability 0..1."""

    start: float
    end: float
    text: str
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class TextEmotionScore:
    """How an utterance feels by its words alone.

    `score` is the probability of positive less that of negative, -1..1. `emotions` are probabilities, each by itself
    (several may be high), of the eight emotions a service team asks about and of `neutral`, which stands for none of
    them; `labels` those of the model's own labels. Both are empty where the model knows polarity only.
    `calibrated`: the probabilities were fitted to how often they come true, on texts of this language.
    """

    polarity: Polarity
    score: float
    polarities: Mapping[Polarity, float]  # they add up to 1
    emotions: Mapping[str, float]
    labels: Mapping[str, float]
    calibrated: bool
    flags: tuple[str, ...] = ()  # `language`: not one that the model was trained for; `split`: read in parts


@dataclass(frozen=True, slots=True, eq=False)
class VoiceEmotionScore:
    """How an utterance feels by its sound alone.

    `arousal` and `valence` lie in -1..1. `emotions` are probabilities of `anger`, `fear`, `sadness`, `joy` and
    `neutral`; what they lack to 1 is a voice that fits none of them. Where nothing could be computed, both numbers are
    None and `emotions` is empty. `uncertain`: the evidence is thin, `reason` says in words why. `ambiguous`: it is
    uncertain only because no feeling stands out; together with other evidence the probabilities still count.
    """

    arousal: float | None
    valence: float | None
    emotions: Mapping[str, float]
    uncertain: bool = False
    reason: str = ""
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for distress: `text` in words, `quote` what was said then, `time` when it began (s in the call)."""

    kind: ReasonKind
    text: str
    quote: str
    time: float


@dataclass(frozen=True, slots=True)
class DistressScore:
    """How likely it is that a customer was in distress during one utterance.

    `probability` is calibrated, by itself and without what came before it but for the caller's first minute; None where
    neither words nor voice could be judged. `state` is the caller's when the utterance ended. `reasons` are the two or
    three strongest, strongest first; empty where nothing speaks for distress.
    """

    probability: float | None
    state: DistressState
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """What one speaker said between two pauses, at most 20 s of it.

    `confidence` is the geometric mean of its token probabilities, 0..1. `flags` name doubts about the text
    (`loop`, `fast`, `slow`, `fallback`, `low_confidence`). `voice_features` are the pooled encoder states of
    its span, float32 (2 * width,): mean then standard deviation over time; None where no encoder ran. `text_vector` is
    the text model's sentence vector, float32 (width,) of unit length; None where it has none or may not read.
    `level` is the loudness of its speech, RMS in dB below full scale; None where nobody measured it.
    `text_emotion`, `voice_emotion` and `distress` are None where nobody may or can compute them.
    """

    channel: int
    role: Role
    speaker: str
    start: float
    end: float
    text: str
    language: str
    confidence: float
    flags: tuple[str, ...]
    words: tuple[Word, ...]
    voice_features: Samples | None = None
    text_vector: Samples | None = None
    text_emotion: TextEmotionScore | None = None
    voice_emotion: VoiceEmotionScore | None = None
    level: float | None = None
    distress: DistressScore | None = None

    @property
    def duration(self) -> float:
        return self.end - self.start
