"""The collection that search's quality is measured on, and what is asked of it: light records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from stimmung.calls.records import CourseLabel
from stimmung.models.emotion_labels import SERVICE_CLASSES
from stimmung.speech.records import DistressState, Polarity

ZONE: Final = ZoneInfo("Europe/Berlin")
NOW: Final = datetime(
    2026, 11, 20, 18, tzinfo=ZONE
)  # when the queries are asked; the calls lie in the twelve weeks before
Role = Literal["agent", "customer"]
Kind = Literal["german", "english", "cross", "compound", "misheard", "spelling", "phrase", "filter"]
Half = Literal["development", "held-out"]
Relevance = Literal[1, 2]  # related; what was meant
CLEAR, FAINT = 0.8, 0.04  # probabilities of the emotion that an utterance shows, and of the others


@dataclass(frozen=True, slots=True)
class QualityUtterance:
    """What was said; `text` as it is searched, `said` as it was spoken (the recogniser may have heard otherwise).

    `intents` are what it was written to express, none for what stands around the matter. `mood` is one of
    SERVICE_CLASSES, and None for agents, as are all scores.
    """

    key: str  # `de007.03`: the call and the place in it
    number: int
    role: Role
    language: str
    start: float
    end: float
    text: str
    said: str
    intents: tuple[str, ...]
    mood: str | None
    polarity: Polarity | None
    sentiment: float | None
    distress_probability: float | None
    distress_state: DistressState | None

    @property
    def emotions(self) -> dict[str, float]:
        """Return the probabilities of SERVICE_CLASSES; empty for agents."""
        return {name: CLEAR if name == self.mood else FAINT for name in SERVICE_CLASSES} if self.mood else {}


@dataclass(frozen=True, slots=True)
class QualityCall:
    """A call of the collection; `distress_peak_*` of the call at its worst, `mood` the customer's mean, -5..5."""

    key: str
    started_at: datetime
    duration: float
    language: str
    queue: str
    team: str
    customer: str
    metadata: Mapping[str, str]
    course: CourseLabel
    mood: float
    distress_peak_score: float
    distress_peak_state: DistressState
    silence_seconds: float
    hold_seconds: float
    utterances: tuple[QualityUtterance, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An utterance in its call."""

    call: QualityCall
    said: QualityUtterance


@dataclass(frozen=True, slots=True)
class QualityQuery:
    """A query: `words` as typed, `plain` the same without operators (to be asked by meaning), `filters` beside them.

    `relevant` gives grades by the utterances' keys; what is not in it has grade 0.
    """

    key: str
    kind: Kind
    language: str
    half: Half
    words: str
    plain: str
    filters: str
    need: str
    relevant: Mapping[str, Relevance]

    @property
    def text(self) -> str:
        """Return the whole query as somebody would type it."""
        return " ".join(part for part in (self.words, self.filters) if part)

    @property
    def by_meaning(self) -> str:
        """Return the query that asks by meaning alone."""
        return " ".join(part for part in (f'~"{self.plain}"', self.filters) if part)


@dataclass(frozen=True, slots=True)
class QualitySet:
    """Calls and queries."""

    calls: tuple[QualityCall, ...]
    queries: tuple[QualityQuery, ...]

    @property
    def utterances(self) -> dict[str, Place]:
        """Return every utterance in its call, by key."""
        return {one.key: Place(call, one) for call in self.calls for one in call.utterances}
