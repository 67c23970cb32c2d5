"""What the pipeline returns of a call: one frozen record, complete enough to store, show or export."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from stimmung.calls.redaction.records import Bleep, Original
from stimmung.speech.records import CallInfo, Consent, Country, DistressState, Event, Reason, Role, Span, Utterance

Trend = Literal["rising", "steady", "falling"]
CourseLabel = Literal["positive", "improving", "neutral", "worsening", "negative"]


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A model that had a part in the analysis: its task, its name and the SHA-256 of its weights."""

    task: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Omission:
    """What was not computed, why, and what would change that; the last is empty where nothing would."""

    what: str  # a key of the output, such as `text_emotion`
    why: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class DistressPeak:
    """The worst moment of a caller: the highest state, the highest score in it, when that was reached (s)."""

    score: float
    state: DistressState
    time: float


@dataclass(frozen=True, slots=True)
class CallerDistress:
    """A caller's distress now: after the last utterance that was heard.

    `score` is a calibrated probability, None until there are three seconds of the caller's speech. `state` follows the
    score, but not below what a safety phrase demands. `reasons` are the two or three strongest of what the state rests
    on, strongest first.
    """

    channel: int
    speaker: str
    score: float | None
    state: DistressState
    trend: Trend
    reasons: tuple[Reason, ...] = ()
    peak: DistressPeak | None = None

    @property
    def rank(self) -> tuple[bool, float]:
        """Return what callers are ordered by, the highest first: who is urgent, then the score.

        Lesser phrases hold a state and lift nobody over others: ranked by state first, calm callers who only mention an
        illness came before callers in distress (benchmarks/distress.py).
        """
        return self.state == "urgent", self.score or 0.0


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of the call: the customer's mean sentiment in it, -5 to 5; None where the customer said nothing."""

    span: Span
    score: float | None


@dataclass(frozen=True, slots=True)
class CourseMoment:
    """A moment of a call: when, how the customer's mood was then (-5 to 5), what the customer said."""

    time: float
    score: float
    quote: str


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """Where the customer's mood changed most: mean mood before and after it, and what was said just before, by whom."""

    time: float
    before: float
    after: float
    said: str
    role: Role


@dataclass(frozen=True, slots=True)
class Course:
    """How a customer's mood went through the call; all moods on the scale -5 to 5 of call analytics.

    `start`, `middle` and `end` are the means of the thirds of what the customer said; `peak` is the worst moment.
    """

    channel: int
    label: CourseLabel
    score: float
    start: float
    middle: float
    end: float
    quarters: tuple[Quarter, ...]
    peak: CourseMoment
    turning_point: TurningPoint | None = None


@dataclass(frozen=True, slots=True)
class Interruption:
    """One party began to speak while the other had not finished, and both spoke for at least 0.3 s."""

    time: float
    duration: float  # s that both spoke
    by: int  # channel
    of: int


@dataclass(frozen=True, slots=True)
class PartyMetrics:
    """How one channel took part; rates are None where it said too little to tell."""

    channel: int
    role: Role
    talk_seconds: float
    talk_share: float  # of all talk, 0..1
    words: int
    words_per_minute: float | None  # over its talk time
    articulation_rate: float | None  # syllables a second of its words, pauses left out
    level: float | None  # median loudness of its utterances, dB below full scale
    latency: float | None  # median seconds until it answers
    longest_monologue: Span | None
    interruptions: int  # of others, by it
    questions: int


@dataclass(frozen=True, slots=True)
class Slice:
    """A step of the timeline: seconds of talk by channel, of silence and of overlap in `span`."""

    span: Span
    talk: tuple[float, ...]
    silence: float
    overlap: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """How the talk went: who spoke how much and how, when nobody did. All of it can be computed while a call runs."""

    duration: float
    parties: tuple[PartyMetrics, ...]  # by channel
    silence_seconds: float  # nobody speaks, no music plays, no tone is heard
    longest_silence: Span | None
    hold_seconds: float  # music
    overlap_seconds: float
    interruptions: tuple[Interruption, ...]
    timeline: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether something may be computed or kept: why, in one short sentence, and what would change it.

    `remedy` names the setting, option or key of the sidecar; it is empty where nothing would or should change it.
    """

    allowed: bool
    why: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What may be computed about one party of a call; `keep_audio` and `keep_original` are about the whole of it."""

    text_emotion: Ruling
    voice_emotion: Ruling
    distress: Ruling
    agent_statistics: Ruling  # views of one agent, by name
    keep_audio: Ruling
    keep_original: Ruling  # the words as they were said, identifiers and all, beside the redacted ones


@dataclass(frozen=True, slots=True)
class Deployment:
    """What an operator has settled before any call; texts are empty where nothing was said."""

    purpose: str = ""
    legal_basis: str = ""
    notice_de: str = ""
    notice_en: str = ""
    country: Country = "eu"
    works_agreement: str = ""
    keep_original: bool = False


@dataclass(frozen=True, slots=True)
class PartyPolicy:
    """Who speaks on a channel, how certain that is (0..1), and what may be computed about that party."""

    channel: int
    role: Role
    certainty: float
    permissions: Permissions


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """By which rules a call was analysed, and what they said; `notice_given_at` is None where nobody said when."""

    deployment: Deployment
    consent: Consent
    notice_given_at: datetime | None
    parties: tuple[PartyPolicy, ...]  # by channel


@dataclass(frozen=True, slots=True)
class RedactionReport:
    """What was taken out of what was said: how many identifiers by type, and where in the sound they are.

    `unsure`: what sounds there may be part of one, though no words were written for it.
    """

    counts: Mapping[str, int]
    bleeps: tuple[Bleep, ...] = ()
    unsure: tuple[Bleep, ...] = ()


@dataclass(frozen=True, slots=True)
class CallAnalysis:
    """Everything found out about one call; utterances are ordered by start, then channel.

    It holds no identifier but `info.customer`, the deployment's own key, which outputs leave out and a store replaces.
    `dual_mono`: both channels hold the same signal, which was heard once; who speaks is unknown.
    """

    path: str
    duration: float
    channels: int
    language: str
    info: CallInfo
    events: tuple[Event, ...]
    utterances: tuple[Utterance, ...]
    models: tuple[UsedModel, ...]
    dual_mono: bool = False
    omitted: tuple[Omission, ...] = ()
    distress: tuple[CallerDistress, ...] = ()  # a caller each
    course: tuple[Course, ...] = ()  # a customer's channel each
    metrics: Metrics | None = None
    policy: PolicyReport | None = None
    redaction: RedactionReport | None = None

    def said_at(self, channel: int, time: float) -> Utterance | None:
        """Return what a channel said at that time (s), or last before it; None where it had not spoken."""
        return next((one for one in reversed(self.utterances) if one.channel == channel and one.start <= time), None)


@dataclass(frozen=True, slots=True)
class Analyzed:
    """A call that was analysed; `originals` are the words before redaction, empty unless the policy lets them stay."""

    analysis: CallAnalysis
    originals: tuple[Original, ...] = ()
