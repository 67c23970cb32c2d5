"""What a live call wants computed: records that a scheduler can order, and whoever has the models can run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from stimmung.calls.records import Analyzed
from stimmung.speech.engines import Ask, SpokenText, TextReading, Voice
from stimmung.speech.records import Samples

Kind = Literal["hear", "partial", "record", "judge", "finish"]
Urgency = Literal["urgent", "final", "partial", "record"]
KINDS: Final[tuple[Kind, ...]] = ("hear", "partial", "record", "judge", "finish")


@dataclass(frozen=True, slots=True, eq=False)
class Judging:
    """Words to be read and voices to be described, of one call."""

    texts: tuple[SpokenText, ...]
    voices: tuple[Voice, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found, in the same orders."""

    readings: tuple[TextReading, ...]
    rows: tuple[Samples, ...]


Finishing = Callable[[], Analyzed]
Payload = Ask | Judging | Finishing  # `Ask` for hear, partial and record; the results are Answer, Found, Analyzed


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One thing to be computed; `token` names it in its call.

    `urgency` says for whom: callers who are distressed or urgent, all others, words of an utterance that goes on, the
    record of the call. `calm`: nobody is known to be in distress. `seconds` of sound are heard; what is heard ended
    `ended` seconds into the call.
    """

    token: int
    kind: Kind
    urgency: Urgency
    calm: bool
    seconds: float
    ended: float
    payload: Payload
