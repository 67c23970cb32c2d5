"""Calls with words of one's own, saved to be found."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from tests.store.made_calls import places_below, saved_call, with_words

from stimmung.speech.records import CallInfo, Polarity, Role, Samples, TextEmotionScore
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.search.language.parser import parse
from stimmung.store.search.records import Ask, Found, Mode
from stimmung.store.search.search import search

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
WIDTH = 8


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance to be found; `near` is the axis that its vector lies along."""

    text: str
    role: Role = "customer"
    language: str = "de"
    polarity: Polarity = "neutral"
    emotion: str = "neutral"
    distress: float = 0.1
    near: int | None = None


def axis(number: int, other: int = 0, share: float = 0.0) -> Samples:
    """Return a vector of unit length along an axis, leaning to another by `share`."""
    vector = np.zeros(WIDTH, np.float32)
    vector[number] += 1.0
    vector[other] += share
    return vector / np.float32(np.linalg.norm(vector))


def keep(
    database: Database,
    call_id: str,
    *said: Said,
    days: int = 0,
    hours: int = 0,
    queue: str = "meters",
    region: str = "Nord",
    customer: str = "",
) -> None:
    """Save a call of these utterances, begun so many days after the first."""
    made = with_words(saved_call(utterances=len(said)), *(one.text for one in said))
    own = tuple(
        replace(
            utterance,
            role=one.role,
            language=one.language,
            text_vector=None if one.near is None else axis(one.near),
            text_emotion=_score(one) if one.role == "customer" else None,
            distress=replace(utterance.distress, probability=one.distress) if utterance.distress else None,
        )
        for utterance, one in zip(made.analysis.utterances, said, strict=True)
    )
    info = CallInfo(
        call_id=call_id,
        started_at=BEGAN + timedelta(days=days, hours=hours),
        queue=queue,
        customer=customer or f"customer of {call_id}",
        roles=("agent", "customer"),
        consent="granted",
        metadata={"region": region},
    )
    analysis = replace(made.analysis, info=info, utterances=own)
    save_call(database, places_below(database.data_dir), replace(made, analysis=analysis, content_hash=call_id))


def _score(one: Said) -> TextEmotionScore:
    emotions = {"anger": 0.05, "fear": 0.05, "neutral": 0.1} | {one.emotion: 0.9}
    score = {"negative": -0.8, "neutral": 0.0, "positive": 0.8}[one.polarity]
    return TextEmotionScore(one.polarity, score, {one.polarity: 1.0}, emotions, {}, calibrated=True)


def find(
    database: Database,
    query: str,
    mode: Mode = "words",
    vectors: tuple[Samples, ...] = (),
    now: datetime = NOW,
    **more: object,
) -> Found:
    """Search as somebody who types `query`."""
    ask = Ask(parse(query, now=now, zone=UTC), mode, vectors=vectors)
    return search(database, replace(ask, **more))  # type: ignore[arg-type]  # fields of Ask


def texts(found: Found) -> list[str]:
    """Return what was found, in order."""
    return [hit.text for hit in found.hits]
