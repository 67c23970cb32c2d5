"""What a live call tells while it happens: frozen records, times in seconds of the call."""

from dataclasses import dataclass

from stimmung.calls.records import CallAnalysis, CallerDistress
from stimmung.speech.records import Utterance


@dataclass(frozen=True, slots=True)
class PartialHeard:
    """The words so far of an utterance that still goes on; they may change."""

    time: float
    channel: int
    start: float
    text: str


@dataclass(frozen=True, slots=True)
class UtteranceFinal:
    """An utterance that ended, with everything that may be said of it; `id` counts from 1 in the call."""

    time: float
    id: int
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class UtteranceRevised:
    """An utterance as it was heard once more together with its neighbours: this is what the call's record keeps."""

    time: float
    id: int
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class DistressChanged:
    """A caller's state, or a score that moved enough to be told."""

    time: float
    caller: CallerDistress


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that whoever sends the call should know; `code` is a word for machines."""

    time: float
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Consent was withdrawn: whatever was scored before is to be erased by everyone who holds it."""

    time: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over, and this is all that was found out about it."""

    time: float
    analysis: CallAnalysis


LiveEvent = PartialHeard | UtteranceFinal | UtteranceRevised | DistressChanged | Warned | Withdrawn | Ended
