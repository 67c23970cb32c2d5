"""Who needs a person first: live callers by distress, those who wait gain a little, nobody passes who is urgent.

Pure: the order follows from the rows and the order before. It is stable: of two callers the one that is above stays
there until the other is ahead by more than a margin, or a third one is who may not be below either.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import Literal

from stimmung.api.handling import Handling
from stimmung.calls.distress_model import STATES, Thresholds
from stimmung.calls.records import CallerDistress, Trend
from stimmung.speech.records import DistressState, Reason

Phase = Literal["waiting", "in_conversation"]
TOO_EARLY = "too little was heard of the caller so far"


@dataclass(frozen=True, slots=True)
class RankOptions:
    """How callers are ranked; scores are probabilities, 0..1."""

    thresholds: Thresholds  # of the model that gives the scores: where an overridden caller is placed
    margin: float = 0.05  # score: a smaller lead changes no order
    ageing: float = 1 / 1800  # score that a waiting caller gains a second: half an hour is worth the whole scale
    most_ageing: float = 1.2  # score: at the end nobody is passed for ever, not even before 1.0 + margin, not judged
    stale_seconds: float = 5.0  # age of what is known from which on it is called stale

    @property
    def not_judged(self) -> float:
        """Return where callers without a score begin: below every score, by more than the margin."""
        return -2 * self.margin


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """A live call as its session knows it; times are those of the server's clock (s).

    `callers` is empty while nobody on the call was judged; then `unscored` says why, where that is known.
    `wait_began` is None where nobody said so; `answered_at` is None as long as the caller waits.
    """

    call_id: str
    heard_at: float  # when the last sound came that this is made of
    callers: tuple[CallerDistress, ...] = ()
    wait_began: float | None = None
    answered_at: float | None = None
    language: str | None = None
    queue: str | None = None
    team: str | None = None
    unscored: str = ""

    @property
    def phase(self) -> Phase:
        return "waiting" if self.answered_at is None else "in_conversation"

    def waited(self, now: float) -> float | None:
        """Return how long the caller waited so far, or until somebody answered (s)."""
        if self.wait_began is None:
            return None
        return max(0.0, (now if self.answered_at is None else self.answered_at) - self.wait_began)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A live caller as people see it; where nobody was judged, a call has one row, and its channel is None."""

    id: str
    call_id: str
    channel: int | None
    speaker: str
    score: float | None
    state: DistressState  # a person's word where there is one
    model_state: DistressState
    trend: Trend
    reasons: tuple[Reason, ...]
    unscored: str  # why there is no score; empty where there is one
    phase: Phase
    waited: float | None  # s
    age: float  # s since the last sound that this is made of
    stale: bool
    language: str | None
    queue: str | None
    team: str | None
    handling: Handling


def rows_of(entry: BoardEntry, handling: Handling, now: float, stale_seconds: float) -> list[BoardRow]:
    """Return a row for each caller of a call, at a time of the server's clock (s)."""
    age = max(0.0, now - entry.heard_at)
    nobody = CallerDistress(-1, "", None, "unknown", "steady")
    return [
        BoardRow(
            id=_id(entry.call_id, caller) if entry.callers else entry.call_id,
            call_id=entry.call_id,
            channel=caller.channel if entry.callers else None,
            speaker=caller.speaker,
            score=caller.score,
            state=handling.override.state if handling.override else caller.state,
            model_state=caller.state,
            trend=caller.trend,
            reasons=caller.reasons,
            unscored="" if caller.score is not None else entry.unscored or TOO_EARLY,
            phase=entry.phase,
            waited=entry.waited(now),
            age=age,
            stale=age >= stale_seconds,
            language=entry.language,
            queue=entry.queue,
            team=entry.team,
            handling=handling,
        )
        for caller in entry.callers or (nobody,)
    ]


def erased(entry: BoardEntry, why: str) -> BoardEntry:
    """Return the entry without anything that was scored, and why it is not."""
    left = tuple(CallerDistress(one.channel, one.speaker, None, "unknown", "steady") for one in entry.callers)
    return replace(entry, callers=left, unscored=why)


def rank(rows: Iterable[BoardRow], previous: Sequence[str], options: RankOptions) -> tuple[BoardRow, ...]:
    """Return the rows, who needs a person most first; `previous` are the ids in the order before.

    Those whom nobody has taken come first, of them who is urgent. Then merit decides: whoever is ahead of another by
    more than the margin is above; within it the order before holds, and newcomers go below.
    """
    places = {one: place for place, one in enumerate(previous)}
    bands = defaultdict[tuple[bool, bool], list[BoardRow]](list)
    for row in rows:
        bands[row.handling.taken is not None, row.state != "urgent"].append(row)
    return tuple(row for band in sorted(bands) for row in _settled(bands[band], places, options))


def merit(row: BoardRow, options: RankOptions) -> float:
    """Return the score that a row is ordered by: the model's, that of a person's word, and what waiting adds."""
    waited = row.waited if row.phase == "waiting" and row.waited is not None else 0.0
    return _base(row, options) + min(options.most_ageing, options.ageing * waited)


def _base(row: BoardRow, options: RankOptions) -> float:
    """Return the score, moved as little as can be to where a person's word puts the caller."""
    if row.state == "unknown":
        return options.not_judged
    score = row.score or 0.0
    if row.handling.override is None:
        return score
    place = STATES.index(row.state)
    low = options.thresholds.of(row.state).enter if place else 0.0
    high = options.thresholds.of(STATES[place + 1]).enter if place + 1 < len(STATES) else 1.0
    return min(max(score, low), high)


def _settled(rows: Sequence[BoardRow], places: Mapping[str, int], options: RankOptions) -> list[BoardRow]:
    """Return the order that is nearest to the one before among those that keep every lead beyond the margin.

    At each step only rows within the margin of the best that is left may come next; of these, the one that was first.
    """
    ranked = sorted(((-merit(row, options), row.id, row) for row in rows), key=lambda one: one[:2])
    result: list[BoardRow] = []
    near: list[tuple[int, int]] = []  # place before and place by merit of those within the margin, a heap
    taken, best, seen = set[int](), 0, 0
    while len(result) < len(ranked):
        while best in taken:
            best += 1
        while seen < len(ranked) and ranked[seen][0] - ranked[best][0] <= options.margin:
            heappush(near, (places.get(ranked[seen][1], len(places)), seen))
            seen += 1
        _, chosen = heappop(near)
        taken.add(chosen)
        result.append(ranked[chosen][2])
    return result


def _id(call_id: str, caller: CallerDistress) -> str:
    """Return the row's id; a call's id comes out of an address and holds no slash."""
    return f"{call_id}/{caller.channel}/{caller.speaker}" if caller.speaker else f"{call_id}/{caller.channel}"
