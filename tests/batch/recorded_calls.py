"""Events of invented calls as the server tells them, and news of its board."""

from collections.abc import Mapping
from typing import Any

from stimmung.batch.live_messages import LiveMessage
from stimmung.batch.live_state import LiveState, named_calls

ROLES = ("agent", "customer")


def message(kind: str, time: float = 0.0, seq: int | None = 1, **values: Any) -> LiveMessage:
    """Return a message of the server."""
    return LiveMessage(kind, seq, time, {"type": kind, "seq": seq, "time": time, **values})


def final(
    number: int, start: float, text: str, score: float | None = None, emotion: str = "", role: str = "customer"
) -> LiveMessage:
    """Return the end of an utterance; the mood is that of a customer's words."""
    polarity = "negative" if score and score < 0 else "positive" if score else "neutral"
    mood = {"polarity": polarity, "score": score, "emotions": {emotion: 0.9} if emotion else {}, "labels": {}}
    utterance = {
        "channel": ROLES.index(role),
        "role": role,
        "start": start,
        "end": start + 3.0,
        "text": text,
        "text_emotion": None if score is None else mood,
        "voice_emotion": None,
    }
    return message("utterance.final", start + 3.6, number, id=number, utterance=utterance)


def partial(start: float, text: str, channel: int = 1) -> LiveMessage:
    """Return words of an utterance that still goes on."""
    return message("transcript.partial", start + 1.0, channel=channel, start=start, text=text)


def distress(state: str, score: float | None, quote: str = "", trend: str = "rising", time: float = 9.0) -> LiveMessage:
    """Return a change of a caller's distress."""
    reasons = [{"kind": "words", "text": "words of fear", "quote": quote, "time": 5.0}] if quote else []
    values: dict[str, Any] = {"channel": 1, "speaker": "", "score": score, "state": state, "trend": trend}
    return message("distress.changed", time, reasons=reasons, peak=None, **values)


def row(call_id: str, state: str = "calm", score: float | None = 0.1, **values: Any) -> dict[str, Any]:
    """Return a row of the board."""
    return {
        "id": f"{call_id}/1",
        "call_id": call_id,
        "channel": 1,
        "score": score,
        "state": state,
        "trend": "steady",
        "reasons": [],
        "unscored": "",
        "phase": "in_conversation",
        "waiting_seconds": 12.0,
        "age_seconds": 0.4,
        "stale": False,
        "taken": None,
        "override": None,
        **values,
    }


def snapshot(*rows: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole board."""
    return {"type": "board.snapshot", "id": "x-1", "stale_after_seconds": 5.0, "rows": list(rows)}


def two_calls() -> LiveState:
    """Return two calls of which nothing is known yet."""
    return named_calls([("billing", "b-1", ROLES), ("heating", "h-1", ROLES)])
