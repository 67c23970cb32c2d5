"""What travels between a client and `stimmung serve` as JSON text: messages read, and those that a client sends."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The kinds of messages that are looked at here; any other is passed on as it came."""

    STARTED = "session.started"
    RESUMED = "session.resumed"
    PARTIAL = "transcript.partial"
    FINAL = "utterance.final"
    REVISED = "utterance.revised"
    DISTRESS = "distress.changed"
    WARNING = "warning"
    WITHDRAWN = "consent.withdrawn"
    ENDED = "call.ended"
    ERROR = "error"
    DROPPED = "client.dropped"  # these two are told by the client itself
    OUTCOME = "client.outcome"


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """One message of the server about a call: its kind, its number in the call and its time in it (s).

    `seq` is None for messages that are not counted. `body` is the whole message as it came, JSON that another program
    wrote: whoever reads it takes what is there.
    """

    type: str
    seq: int | None
    time: float
    body: Mapping[str, Any] = field(default_factory=dict)


def parse_message(frame: str | bytes) -> LiveMessage | None:
    """Read a message; None where it is none."""
    try:
        body = json.loads(frame)
    except ValueError:  # UnicodeDecodeError too
        return None
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        return None
    seq, time = body.get("seq"), body.get("time")
    return LiveMessage(
        type=body["type"],
        seq=seq if isinstance(seq, int) else None,
        time=float(time) if isinstance(time, int | float) else 0.0,
        body=body,
    )


def to_text(kind: str, **values: object) -> str:
    """Return a message for the server: `to_text("resume", after=7)`."""
    return json.dumps({"type": kind, **values}, ensure_ascii=False, allow_nan=False)
