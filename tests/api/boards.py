"""Small boards for tests: entries, a clock that stands still, a hub that tells, a reader that follows the rules."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from stimmung.api.board import BoardEntry, BoardRow, RankOptions, rows_of
from stimmung.api.board_feed import FeedOptions, News, Subscription
from stimmung.api.board_hub import BoardClocks, BoardHub, HubOptions
from stimmung.api.handling import Act, Handling, Override
from stimmung.calls.distress_model import Threshold, Thresholds
from stimmung.calls.records import CallerDistress
from stimmung.speech.records import DistressState, Reason

RANK = RankOptions(Thresholds(Threshold(0.3, 0.2), Threshold(0.7, 0.5), Threshold(0.95, 0.9)))
START = 1000.0  # s, when the tests' clock begins
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
QUOTE = "Das ist ja unerhört"


@dataclass
class Clock:
    """Stands still until a test moves it."""

    time: float = START

    def now(self) -> float:
        return self.time

    def today(self) -> datetime:
        return NOON + timedelta(seconds=self.time - START)


@dataclass
class Desk:
    """A hub with its clock."""

    clock: Clock = field(default_factory=Clock)
    feed: FeedOptions = field(default_factory=FeedOptions)

    def __post_init__(self) -> None:
        self.hub = BoardHub(HubOptions(RANK, self.feed), BoardClocks(self.clock.now, self.clock.today), "life")

    def tick(self, seconds: float = 0.25) -> None:
        """Let time pass, and publish."""
        self.clock.time += seconds
        self.hub.publish()

    def reader(self, after: str | None = None) -> "Reader":
        """Return a reader who follows from now on."""
        return Reader(self.hub.subscribe(after))


@dataclass
class Reader:
    """A reader of the board who does what docs say a reader should do."""

    subscription: Subscription
    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # Any: JSON
    order: list[str] = field(default_factory=list)
    last_id: str = ""

    def read(self) -> list[News]:
        """Take in all that there is to read, and return it."""
        news = [_now(self.subscription) for _ in range(self.subscription.unread)]
        for one in news:
            self.take_in(one)
        return news

    def kinds(self) -> list[str]:
        return [one.kind for one in self.read()]

    def take_in(self, news: News) -> None:
        told = json.loads(news.data)
        assert told["type"] == news.kind
        self.last_id = news.id or self.last_id
        if told["type"] == "board.snapshot":
            self.rows, self.order = {row["id"]: row for row in told["rows"]}, [row["id"] for row in told["rows"]]
        elif told["type"] == "board.changed":
            self.rows.update({row["id"]: row for row in told["rows"]})
            self.order = told["order"]
        else:
            for age in told["ages"]:
                self.rows[age["id"]] = {**self.rows[age["id"]], **age}

    @property
    def board(self) -> list[Mapping[str, Any]]:
        return [self.rows[one] for one in self.order]


def _now(subscription: Subscription) -> News:
    """Return what a reader need not wait for; without an event loop, which costs a hundred times as much."""
    try:
        anext(subscription).send(None)
    except StopIteration as found:
        news = found.value
        assert isinstance(news, News)
        return news
    raise AssertionError("nothing was there to be read")


def caller(
    score: float | None = 0.1, state: DistressState = "calm", channel: int = 1, quote: str = ""
) -> CallerDistress:
    reasons = (Reason("words", "angry words", quote, 3.0),) if quote else ()
    return CallerDistress(channel, "", score, state, "steady", reasons)


def entry(call_id: str, score: float | None = 0.1, state: DistressState = "calm", quote: str = "") -> BoardEntry:
    """A call in conversation, heard just now."""
    return BoardEntry(call_id, START, (caller(score, state, quote=quote),), answered_at=START)


def waiting(call_id: str, since: float, score: float | None = 0.1, state: DistressState = "calm") -> BoardEntry:
    """A call that has waited for `since` seconds."""
    return BoardEntry(call_id, START, (caller(score, state),), wait_began=START - since)


def row(one: BoardEntry, handling: Handling | None = None, now: float = START) -> BoardRow:
    return rows_of(one, handling or Handling(), now, RANK.stale_seconds)[0]


def act(by: str = "Anna") -> Act:
    return Act(by, NOON)


def taken_by(by: str = "Anna") -> Handling:
    return Handling(taken=act(by))


def overridden_to(state: DistressState) -> Handling:
    return Handling(override=Override(act(), state, "I heard it myself"))
