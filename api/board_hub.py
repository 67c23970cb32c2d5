"""The live board of one server: what sessions tell of their calls, what people do with them, who is told.

Everything here runs on the event loop and waits for nobody. `update` and `remove` cost next to nothing; ranking and
telling happen in `publish`, a few times a second however many calls there are.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from stimmung.api.audit import AuditedAct, write_audit
from stimmung.api.board import BoardEntry, BoardRow, RankOptions, erased, rank, rows_of
from stimmung.api.board_feed import BoardFeed, FeedOptions, News, Subscription
from stimmung.api.board_schemas import BoardAges, BoardChanged, BoardJson, BoardSnapshot, age_to_json, rows_to_json
from stimmung.api.handling import (
    Act,
    Answer,
    ChosenState,
    Handling,
    Override,
    Released,
    acknowledged,
    overridden,
    released,
    taken,
)
from stimmung.calls.policy import WITHDRAWN

UNKNOWN_CALL = Answer(None)


@dataclass(frozen=True, slots=True)
class HubOptions:
    """How callers are ranked, and when the board tells what."""

    rank: RankOptions
    feed: FeedOptions = field(default_factory=FeedOptions)
    publish_seconds: float = 0.25  # between two changes that are told: at most four a second
    ages_seconds: float = 3.0  # between two times that ages are told
    score_step: float = 0.02  # a score that moved less is not told for that alone


@dataclass(frozen=True, slots=True)
class BoardClocks:
    """The server's clock (s), which entries go by, and the time of day (aware, UTC) of what people do."""

    now: Callable[[], float] = time.monotonic
    today: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class HubMetrics:
    """How the board fares."""

    calls: int
    subscribers: int
    dropped: int  # subscribers that read too slowly, since the start
    changes: int  # told since the start


class BoardHub:
    """Holds the live entries, and tells subscribers how the board changes."""

    def __init__(self, options: HubOptions, clocks: BoardClocks = BoardClocks(), life: str | None = None) -> None:
        self._options = options
        self._clocks = clocks
        self._feed = BoardFeed(life or secrets.token_hex(4), options.feed)
        self._entries = dict[str, BoardEntry]()
        self._handling = dict[str, Handling]()
        self._erased = dict[str, str]()  # why, by call
        self._order: tuple[str, ...] = ()
        self._told = dict[str, BoardRow]()
        self._changed = False
        self._ages_at = clocks.now()
        self._changes = 0

    def update(self, entry: BoardEntry) -> None:
        """Take in how a call is now; of one that was erased, nothing scored is taken."""
        why = self._erased.get(entry.call_id)
        self._entries[entry.call_id] = entry if why is None else erased(entry, why)
        self._changed = True

    def remove(self, call_id: str) -> None:
        """Forget a call that is over, and what people did with it."""
        for kept in (self._entries, self._handling, self._erased):
            kept.pop(call_id, None)
        self._changed = True

    def erase(self, call_id: str, why: str = WITHDRAWN.why) -> None:
        """Forget what was scored of a call and what a person made of it, also in all that could still be told.

        Every subscriber goes on from a fresh snapshot. Scores that are told of this call later are not taken either.
        """
        self._erased[call_id] = why
        if call_id in self._entries:
            self._entries[call_id] = erased(self._entries[call_id], why)
        if call_id in self._handling:
            self._handling[call_id] = replace(self._handling[call_id], override=None)
        rows = self._ranked()
        self._note(rows, rows)
        self._feed.next_id()
        self._feed.restart(self._snapshot())

    def acknowledge(self, call_id: str, by: str) -> Answer:
        """Note who has seen a caller."""
        act = self._act(by)
        return self._handle(
            call_id, lambda before: acknowledged(before, act), AuditedAct("acknowledge", call_id, by, act.at)
        )

    def take(self, call_id: str, by: str) -> Answer:
        """Give a caller to a person; refused where another has it."""
        act = self._act(by)
        return self._handle(call_id, lambda before: taken(before, act), AuditedAct("take", call_id, by, act.at))

    def override(self, call_id: str, by: str, state: ChosenState, reason: str) -> Answer:
        """Let a person's word stand before the model's."""
        act = self._act(by)
        audited = AuditedAct("override", call_id, by, act.at, state)
        return self._handle(call_id, lambda before: overridden(before, Override(act, state, reason)), audited)

    def release(self, call_id: str, by: str, what: Released = "all") -> Answer:
        """Give back a caller, an override, or both."""
        audited = AuditedAct("release", call_id, by, self._clocks.today(), what)
        return self._handle(call_id, lambda before: released(before, what), audited)

    def show(self) -> BoardJson:
        """Return the board as it is now, which may be ahead of what readers were told."""
        return BoardJson(stale_after_seconds=self._options.rank.stale_seconds, rows=rows_to_json(self._ranked()))

    def subscribe(self, after: str | None = None) -> Subscription:
        """Return what follows the news with id `after`, or a snapshot first where that is not known any more.

        Raises Overloaded where there are as many subscribers as may be.
        """
        missed = self._feed.since(after) if after else None
        return self._feed.subscribe((self._snapshot(),) if missed is None else missed)

    def publish(self) -> None:
        """Tell what changed since the last time, and how old everything is where that is due."""
        now = self._clocks.now()
        due = now - self._ages_at >= self._options.ages_seconds
        if not (self._changed or due):
            return
        self._changed = False
        rows = self._ranked()
        news = [row for row in rows if self._is_news(row)]
        order = tuple(row.id for row in rows)
        if news or order != self._order:
            self._note(rows, news)
            self._tell_change(news)
        if due:
            self._ages_at = now
            self._tell_ages(rows)

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Publish for as long as the server runs."""
        while True:
            self.publish()
            await sleep(self._options.publish_seconds)

    def close(self) -> None:
        """End every subscription."""
        self._feed.close()

    def metrics(self) -> HubMetrics:
        """Return how the board fares."""
        return HubMetrics(len(self._entries), self._feed.subscribers, self._feed.dropped, self._changes)

    def _act(self, by: str) -> Act:
        return Act(by, self._clocks.today())

    def _handle(self, call_id: str, change: Callable[[Handling], Answer], audited: AuditedAct) -> Answer:
        if call_id not in self._entries:
            return UNKNOWN_CALL
        before = self._handling.get(call_id, Handling())
        answer = change(before)
        if answer.handling is not None and answer.handling != before:
            self._handling[call_id] = answer.handling
            self._changed = True
            write_audit(audited)
        return answer

    def _ranked(self) -> tuple[BoardRow, ...]:
        now, options = self._clocks.now(), self._options.rank
        rows = (
            row
            for entry in self._entries.values()
            for row in rows_of(entry, self._handling.get(entry.call_id, Handling()), now, options.stale_seconds)
        )
        return rank(rows, self._order, options)

    def _is_news(self, row: BoardRow) -> bool:
        """Say whether more than time went by since the row was told."""
        before = self._told.get(row.id)
        if before is None or _moved(before.score, row.score, self._options.score_step):
            return True
        return before != replace(row, score=before.score, waited=before.waited, age=before.age)

    def _note(self, rows: tuple[BoardRow, ...], told: Sequence[BoardRow]) -> None:
        """Remember the order, and the rows as they are told now."""
        self._order = tuple(row.id for row in rows)
        fresh = {row.id: row for row in told}
        self._told = {one: fresh.get(one) or self._told[one] for one in self._order}

    def _tell_change(self, news: list[BoardRow]) -> None:
        self._changes += 1
        told = BoardChanged(id=self._feed.next_id(), rows=rows_to_json(news), order=list(self._order))
        self._feed.tell(News(told.type, told.model_dump_json(), told.id))

    def _tell_ages(self, rows: tuple[BoardRow, ...]) -> None:
        told = BoardAges(ages=[age_to_json(row) for row in rows])
        self._feed.tell(News(told.type, told.model_dump_json()))

    def _snapshot(self) -> News:
        """Return the board as it was told, not as it is: otherwise what changes and changes back would go unsaid."""
        now = {row.id: row for row in self._ranked()}
        rows = (_aged(self._told[one], now.get(one)) for one in self._order)
        stale_after = self._options.rank.stale_seconds
        told = BoardSnapshot(id=self._feed.last_id, stale_after_seconds=stale_after, rows=rows_to_json(rows))
        return News(told.type, told.model_dump_json(), told.id)


def _aged(told: BoardRow, now: BoardRow | None) -> BoardRow:
    """Return a row as it was told, with what time changed since; unchanged where it is no more."""
    return replace(told, waited=now.waited, age=now.age) if now else told


def _moved(before: float | None, now: float | None, step: float) -> bool:
    if before is None or now is None:
        return before is not now
    return abs(now - before) >= step
