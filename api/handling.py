"""What people do with a live caller: acknowledge, take, override, release. Pure: records in, records out."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from stimmung.speech.records import DistressState

ChosenState = Literal["calm", "uneasy", "distressed", "urgent"]
Released = Literal["take", "override", "all"]


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something, and when (aware, UTC)."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """A person's word on how a caller is: it goes before the model's until it is released."""

    act: Act
    state: DistressState
    reason: str


@dataclass(frozen=True, slots=True)
class Handling:
    """What people did with the callers of one call."""

    acknowledged: Act | None = None  # the last time that somebody said to have seen it
    taken: Act | None = None
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an act: how the call is handled now, None where no such call is live; or why it was refused."""

    handling: Handling | None
    refused: str = ""


def acknowledged(before: Handling, act: Act) -> Answer:
    """Note that somebody has seen the caller."""
    return Answer(replace(before, acknowledged=act))


def taken(before: Handling, act: Act) -> Answer:
    """Give the caller to whoever asks first; a second person is refused until the first one lets go."""
    if before.taken is None:
        return Answer(replace(before, taken=act))
    if before.taken.by == act.by:  # a request sent twice changes nothing
        return Answer(before)
    return Answer(before, f"{before.taken.by} took this caller: release it first")


def overridden(before: Handling, override: Override) -> Answer:
    """Let a person's word stand before the model's; the last one who spoke is right."""
    return Answer(replace(before, override=override))


def released(before: Handling, what: Released) -> Answer:
    """Give back what was taken, let the model speak again, or both."""
    return Answer(
        replace(
            before,
            taken=None if what in ("take", "all") else before.taken,
            override=None if what in ("override", "all") else before.override,
        )
    )
