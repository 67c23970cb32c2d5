"""What the screen shows of a live call, read from the server's JSON: utterances, callers, the board.

Read leniently: a key that is not there is not shown, so that an older `stimmung live` can talk to a newer server.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from stimmung.speech.records import DistressState, Polarity, TextEmotionScore, VoiceEmotionScore

Json = Mapping[str, Any]  # Any: what another program wrote
STATES: tuple[DistressState, ...] = get_args(DistressState)
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance as it is shown; `time` and `end` in s of the call. Of one that still goes on, `id` is 0."""

    id: int
    time: float
    end: float
    channel: int
    role: str
    text: str
    words: TextEmotionScore | None = None
    voice: VoiceEmotionScore | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller's distress, as the board or a call's own messages tell it; `because` is the strongest reason."""

    call_id: str
    channel: int  # -1 for a call in which nobody is judged
    state: DistressState = "unknown"
    score: float | None = None
    trend: str = ""
    because: str = ""
    unscored: str = ""  # why there is no score
    waiting: float | None = None  # s
    phase: str = ""
    stale: bool = False  # nothing was heard of the caller for some time
    taken_by: str = ""
    set_by: str = ""  # whose word the state is, where it is a person's

    @property
    def rank(self) -> tuple[bool, float]:
        """Return what callers are ordered by where there is no board, the highest first (`CallerDistress.rank`)."""
        return self.state == "urgent", self.score or 0.0


Ranking = tuple[Caller, ...]  # who needs somebody most first


def read_said(body: Json) -> Said:
    """Read an utterance of `utterance.final` or `utterance.revised`."""
    utterance = _object(body, "utterance")
    return Said(
        id=int(number_of(body, "id") or 0),
        time=number_of(utterance, "start") or 0.0,
        end=number_of(utterance, "end") or 0.0,
        channel=channel_of(utterance),
        role=text_of(utterance, "role"),
        text=text_of(utterance, "text"),
        words=_words(_object(utterance, "text_emotion")),
        voice=_voice(_object(utterance, "voice_emotion")),
    )


def read_partial(body: Json) -> Said:
    """Read the words so far, of `transcript.partial`."""
    start, now = number_of(body, "start") or 0.0, number_of(body, "time") or 0.0
    return Said(0, start, now, channel_of(body), text_of(body, "role"), text_of(body, "text"))


def read_caller(call_id: str, body: Json) -> Caller:
    """Read a caller of `distress.changed`, or a row of the board."""
    state = body.get("state")
    return Caller(
        call_id=call_id,
        channel=channel_of(body, -1),
        state=state if state in STATES else "unknown",
        score=number_of(body, "score"),
        trend=text_of(body, "trend"),
        because=_strongest(body.get("reasons")),
        unscored=text_of(body, "unscored"),
        waiting=number_of(body, "waiting_seconds"),
        phase=text_of(body, "phase"),
        stale=body.get("stale") is True,
        taken_by=text_of(_object(body, "taken"), "by"),
        set_by=text_of(_object(body, "override"), "by"),
    )


def unranked(started: Json) -> str:
    """Return why no caller of a call is judged, from `session.started`; empty where one may be."""
    callers = [one for one in objects_of(_object(started, "policy"), "parties") if one.get("role") != "agent"]
    rulings = [_object(_object(one, "permissions"), "distress") for one in callers]
    if not rulings or any(ruling.get("allowed") is not False for ruling in rulings):
        return ""
    return text_of(rulings[0], "why")


def channel_of(body: Json, other: int = 0) -> int:
    """Return the channel that a message is about; `other` where it says none."""
    channel = number_of(body, "channel")
    return other if channel is None else int(channel)


def text_of(body: Json, key: str) -> str:
    """Return a text without the signs that steer a terminal; empty where there is none."""
    value = body.get(key)
    return "".join(sign if sign.isprintable() else " " for sign in value) if isinstance(value, str) else ""


def number_of(body: Json, key: str) -> float | None:
    """Return a number; None where there is none."""
    value = body.get(key)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def objects_of(body: Json, key: str) -> Sequence[Json]:
    """Return a list's objects; empty where there is none."""
    values = body.get(key)
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def _object(body: Json, key: str) -> Json:
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def _strongest(reasons: object) -> str:
    """Return the first reason in words, and what was said then."""
    if not isinstance(reasons, Sequence) or not reasons or not isinstance(reasons[0], dict):
        return ""
    text, quote = text_of(reasons[0], "text"), text_of(reasons[0], "quote")
    return f"{text}: “{quote}”" if text and quote else text or quote


def _words(body: Json) -> TextEmotionScore | None:
    polarity = body.get("polarity")
    if polarity not in POLARITIES:
        return None
    return TextEmotionScore(polarity, number_of(body, "score") or 0.0, {}, _shares(body), {}, True)


def _voice(body: Json) -> VoiceEmotionScore | None:
    if not body:
        return None
    arousal, valence = number_of(body, "arousal"), number_of(body, "valence")
    return VoiceEmotionScore(arousal, valence, _shares(body), body.get("uncertain") is True)


def _shares(body: Json) -> Mapping[str, float]:
    shares = _object(body, "emotions")
    return {name: share for name in shares if (share := number_of(shares, name)) is not None}
