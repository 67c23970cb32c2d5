"""The board as JSON: its rows, the three kinds of news, and what people send about a caller."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from stimmung.api.board import BoardRow, Phase
from stimmung.api.handling import Act, ChosenState, Handling, Override, Released
from stimmung.calls.records import Trend
from stimmung.calls.rounding import probability, seconds
from stimmung.speech.records import DistressState, Reason, ReasonKind


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line of text without control characters")
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_one_line)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(_one_line)]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReasonJson(_Wire):
    """What speaks for distress; `time` is in the call (s)."""

    kind: ReasonKind
    text: str
    quote: str
    time: float


class ActJson(_Wire):
    """Who did something, and when."""

    by: str
    at: datetime


class OverrideJson(_Wire):
    """A person's word on how the caller is."""

    by: str
    at: datetime
    state: DistressState
    reason: str


class HandlingJson(_Wire):
    """What people did with the callers of one call."""

    acknowledged: ActJson | None
    taken: ActJson | None
    override: OverrideJson | None


class RowJson(_Wire):
    """A live caller. `state` is a person's word where `override` is there, else `model_state`."""

    id: str
    call_id: str
    channel: int | None
    speaker: str
    score: float | None
    state: DistressState
    model_state: DistressState
    trend: Trend
    reasons: list[ReasonJson]
    unscored: str
    phase: Phase
    waiting_seconds: float | None
    age_seconds: float
    stale: bool
    acknowledged: ActJson | None
    taken: ActJson | None
    override: OverrideJson | None
    language: str | None
    queue: str | None
    team: str | None


class AgeJson(_Wire):
    """What time alone changes in a row."""

    id: str
    waiting_seconds: float | None
    age_seconds: float
    stale: bool


class BoardJson(_Wire):
    """The board as it is now, ranked."""

    stale_after_seconds: float
    rows: list[RowJson]


class BoardSnapshot(_Wire):
    """The board as readers were told of it up to the change `id`, ranked."""

    type: Literal["board.snapshot"] = "board.snapshot"
    id: str
    stale_after_seconds: float
    rows: list[RowJson]


class BoardChanged(_Wire):
    """The rows that are new or changed, and the ids of all rows in their order; who is not named there is gone."""

    type: Literal["board.changed"] = "board.changed"
    id: str
    rows: list[RowJson]
    order: list[str]


class BoardAges(_Wire):
    """How time passes while nothing else happens."""

    type: Literal["board.ages"] = "board.ages"
    ages: list[AgeJson]


class ByRequest(_Wire):
    """Who acknowledges or takes a caller."""

    by: Name


class ReleaseRequest(_Wire):
    """Who gives back what: the caller that was taken, the override, or both."""

    by: Name
    what: Released = "all"


class OverrideRequest(_Wire):
    """Who says that the caller is how, and why."""

    by: Name
    state: ChosenState
    reason: Why


def rows_to_json(rows: Iterable[BoardRow]) -> list[RowJson]:
    """Return rows in their order."""
    return [row_to_json(row) for row in rows]


def row_to_json(row: BoardRow) -> RowJson:
    """Return one row."""
    handling = handling_to_json(row.handling)
    return RowJson(
        id=row.id,
        call_id=row.call_id,
        channel=row.channel,
        speaker=row.speaker,
        score=None if row.score is None else probability(row.score),
        state=row.state,
        model_state=row.model_state,
        trend=row.trend,
        reasons=[_reason(one) for one in row.reasons],
        unscored=row.unscored,
        phase=row.phase,
        waiting_seconds=None if row.waited is None else seconds(row.waited),
        age_seconds=seconds(row.age),
        stale=row.stale,
        acknowledged=handling.acknowledged,
        taken=handling.taken,
        override=handling.override,
        language=row.language,
        queue=row.queue,
        team=row.team,
    )


def age_to_json(row: BoardRow) -> AgeJson:
    """Return what time changed in a row."""
    return AgeJson(
        id=row.id,
        waiting_seconds=None if row.waited is None else seconds(row.waited),
        age_seconds=seconds(row.age),
        stale=row.stale,
    )


def handling_to_json(handling: Handling) -> HandlingJson:
    """Return what people did with a call."""
    return HandlingJson(
        acknowledged=_act(handling.acknowledged),
        taken=_act(handling.taken),
        override=_override(handling.override),
    )


def _reason(reason: Reason) -> ReasonJson:
    return ReasonJson(kind=reason.kind, text=reason.text, quote=reason.quote, time=seconds(reason.time))


def _act(act: Act | None) -> ActJson | None:
    return ActJson(by=act.by, at=act.at) if act else None


def _override(one: Override | None) -> OverrideJson | None:
    return OverrideJson(by=one.act.by, at=one.act.at, state=one.state, reason=one.reason) if one else None
