"""What the pipeline returns of a call: one frozen record, complete enough to store, show or export."""

from dataclasses import dataclass

from stimmung.speech.records import CallInfo, Event, Utterance


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
class CallAnalysis:
    """Everything found out about one call; utterances are ordered by start, then channel.

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
