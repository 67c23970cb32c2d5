"""Passes the board's news on to subscribers: numbered, remembered for a while, and never waiting for a slow reader."""

from asyncio import Event
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from stimmung.speech.errors import Overloaded

TOO_SLOW = "too slow: the board goes on without this reader; connect again"
CLOSING = "the server stops"
RETRY_SECONDS = 10.0  # told to whoever finds the board full


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell, written once for all: its kind, its JSON, and its id; without one it cannot be missed."""

    kind: str
    data: str
    id: str = ""


class Subscription:
    """What one reader has still to read, in order; the iteration ends when the feed drops the reader or closes."""

    def __init__(self, feed: "BoardFeed", first: Iterable[News]) -> None:
        self._feed = feed
        self._unread = deque(first)
        self._came = Event()
        self.ended = ""  # why the feed ended it

    def tell(self, news: News) -> None:
        """Add something to read."""
        self._unread.append(news)
        self._came.set()

    def restart(self, news: News) -> None:
        """Forget what is unread, and go on from `news`."""
        self._unread.clear()
        self.tell(news)

    def end(self, why: str) -> None:
        """Forget what is unread and end the iteration."""
        self.ended = why
        self._unread.clear()
        self._came.set()

    def give_up(self) -> None:
        """End it because the reader takes nothing any more."""
        self._feed.drop(self)

    @property
    def unread(self) -> int:
        return len(self._unread)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> News:
        """Return the next news, waiting for it; stop when there will be no more."""
        while not self._unread:
            if self.ended:
                raise StopAsyncIteration
            self._came.clear()
            await self._came.wait()
        return self._unread.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the feed."""
        self._feed.leave(self)


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """Bounds of the feed."""

    history: int = 40  # numbered news that can be told again: 10 s at the fastest pace
    unread: int = 64  # news that a reader may be behind: about 15 s; older than that is no live board
    subscribers: int = 200


class BoardFeed:
    """The subscribers and the latest news. Ids are `LIFE-NUMBER`: those of another server's life mean nothing here."""

    def __init__(self, life: str, options: FeedOptions) -> None:
        self._life = life
        self._options = options
        self._number = 0
        self._history = deque[News](maxlen=options.history)
        self._subscribers = set[Subscription]()
        self.dropped = 0  # readers that were too slow

    @property
    def last_id(self) -> str:
        return f"{self._life}-{self._number}"

    @property
    def subscribers(self) -> int:
        return len(self._subscribers)

    def next_id(self) -> str:
        """Count on, and return the id of the news that is told next."""
        self._number += 1
        return self.last_id

    def tell(self, news: News) -> None:
        """Pass news on at once; a reader who is too far behind is dropped."""
        if news.id:
            self._history.append(news)
        for one in list(self._subscribers):
            if one.unread < self._options.unread:
                one.tell(news)
            else:
                self.drop(one)

    def restart(self, snapshot: News) -> None:
        """Forget all earlier news, those that a reader has not read yet too, and go on from a snapshot."""
        self._history.clear()
        for one in self._subscribers:
            one.restart(snapshot)

    def since(self, after: str) -> tuple[News, ...] | None:
        """Return what was told after the news with this id; None where that is not known any more."""
        life, _, number = after.rpartition("-")
        if life != self._life or not (number.isascii() and number.isdecimal()) or len(number) > 18:
            return None
        missed = self._number - int(number)
        if not 0 <= missed <= len(self._history):
            return None
        return tuple(self._history)[len(self._history) - missed :]

    def subscribe(self, first: Iterable[News]) -> Subscription:
        """Return a new reader's subscription that begins with `first`. Raises Overloaded past the bound of readers."""
        most = self._options.subscribers
        if len(self._subscribers) >= most:
            raise Overloaded(f"all {most} places of readers of the board are taken", RETRY_SECONDS)
        one = Subscription(self, first)
        self._subscribers.add(one)
        return one

    def leave(self, one: Subscription) -> None:
        """Forget a reader."""
        self._subscribers.discard(one)

    def drop(self, one: Subscription) -> None:
        """End the subscription of a reader that is too slow."""
        if one in self._subscribers:
            self.dropped += 1
            self._end(one, TOO_SLOW)

    def close(self) -> None:
        """End every subscription."""
        for one in list(self._subscribers):
            self._end(one, CLOSING)

    def _end(self, one: Subscription, why: str) -> None:
        self.leave(one)
        one.end(why)
