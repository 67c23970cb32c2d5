"""The calls and utterances of the corpus that search is measured on: light records, one an utterance."""

from dataclasses import dataclass
from datetime import datetime

from stimmung.calls.records import CourseLabel
from stimmung.speech.records import DistressState, Polarity, Role


@dataclass(frozen=True, slots=True)
class CorpusScores:
    """How a customer's utterance feels; agents have none.

    `emotions` are probabilities in the order of SERVICE_CLASSES, `voice_emotions` in that of SCORED (the embedded voice
    model's five); `mood` is what the text was written in. `distress_state` is the caller's when the utterance ended.
    """

    mood: str
    polarity: Polarity
    sentiment: float
    emotions: tuple[float, ...]
    arousal: float
    valence: float
    voice_emotions: tuple[float, ...]
    distress_probability: float
    distress_state: DistressState


@dataclass(frozen=True, slots=True)
class CorpusUtterance:
    """What was said, times in seconds from the call's start; `copy`: an earlier row of the corpus has the same text."""

    number: int
    text_id: int
    copy: bool
    text: str
    language: str
    role: Role
    channel: int
    start: float
    end: float
    confidence: float
    scores: CorpusScores | None


@dataclass(frozen=True, slots=True)
class CorpusCall:
    """A call with its utterances in time, and figures of it as the store keeps them.

    `mood` is the customer's mean, -5 to 5; `words_per_minute` are those of agent and customer.
    """

    number: int
    call_id: str
    started_at: datetime
    duration: float
    queue: str
    team: str
    language: str
    direction: str
    customer: str
    region: str
    course: CourseLabel
    mood: float
    mood_end: float
    distress_score: float
    distress_state: DistressState
    distress_peak_score: float
    distress_peak_state: DistressState
    silence_seconds: float
    hold_seconds: float
    overlap_seconds: float
    words_per_minute: tuple[float, float]
    utterances: tuple[CorpusUtterance, ...]
