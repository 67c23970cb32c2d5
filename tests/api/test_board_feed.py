"""News for readers: in order, told again for a while, never waiting for the slow."""

import asyncio

import pytest

from stimmung.api.board_feed import CLOSING, TOO_SLOW, BoardFeed, FeedOptions, News, Subscription
from stimmung.speech.errors import Overloaded

BOUNDS = FeedOptions(history=3, unread=5, subscribers=2)


def feed() -> BoardFeed:
    return BoardFeed("life", BOUNDS)


def tell(to: BoardFeed, count: int = 1) -> None:
    """Tell numbered news, each with its id for its text."""
    for _ in range(count):
        one = to.next_id()
        to.tell(News("change", one, one))


def read(subscription: Subscription) -> list[str]:
    async def take() -> list[str]:
        return [(await anext(subscription)).data for _ in range(subscription.unread)]

    return asyncio.run(take())


def rest(subscription: Subscription) -> list[str]:
    """Read until the subscription ends by itself."""

    async def take() -> list[str]:
        async with asyncio.timeout(5):
            return [news.data async for news in subscription]

    return asyncio.run(take())


def texts(news: tuple[News, ...] | None) -> list[str] | None:
    return None if news is None else [one.data for one in news]


class TestAReader:
    def test_gets_everything_once_and_in_order_after_what_it_begins_with(self) -> None:
        source = feed()
        tell(source)
        reader = source.subscribe([News("snapshot", "all", source.last_id)])
        tell(source, 2)
        source.tell(News("ages", "older"))
        tell(source)
        assert read(reader) == ["all", "life-2", "life-3", "older", "life-4"]
        assert read(reader) == []

    def test_waits_for_what_comes(self) -> None:
        async def wait() -> str:
            source = feed()
            reader = source.subscribe([])
            coming = asyncio.ensure_future(anext(reader))
            await asyncio.sleep(0)
            assert not coming.done()
            tell(source)
            return (await coming).data

        assert asyncio.run(wait()) == "life-1"

    def test_that_is_too_far_behind_is_dropped_and_holds_up_nobody(self) -> None:
        source = feed()
        slow, fast = source.subscribe([]), source.subscribe([])
        tell(source, 5)
        assert len(read(fast)) == 5
        assert (slow.unread, source.dropped) == (5, 0)
        tell(source)
        assert read(fast) == ["life-6"]
        assert (slow.unread, slow.ended, source.dropped, source.subscribers) == (0, TOO_SLOW, 1, 1)
        assert rest(slow) == []

    def test_leaves(self) -> None:
        source = feed()
        with source.subscribe([]) as reader:
            assert source.subscribers == 1
        tell(source)
        assert (source.subscribers, reader.unread) == (0, 0)

    def test_is_refused_where_the_board_is_full(self) -> None:
        source = feed()
        first = source.subscribe([])
        source.subscribe([])
        with pytest.raises(Overloaded, match="all 2 places of readers"):
            source.subscribe([])
        source.leave(first)
        source.subscribe([])

    def test_is_let_go_when_the_feed_closes(self) -> None:
        source = feed()
        readers = [source.subscribe([]) for _ in range(2)]
        tell(source)
        source.close()
        assert [rest(one) for one in readers] == [[], []]
        assert {one.ended for one in readers} == {CLOSING}
        assert (source.subscribers, source.dropped) == (0, 0)


class TestMissedNews:
    def test_are_told_again(self) -> None:
        source = feed()
        tell(source, 3)
        source.tell(News("ages", "older"))
        found = [texts(source.since(f"life-{number}")) for number in range(4)]
        assert found == [["life-1", "life-2", "life-3"], ["life-2", "life-3"], ["life-3"], []]

    def test_are_forgotten_after_a_while(self) -> None:
        source = feed()
        tell(source, 9)
        assert source.since("life-5") is None
        assert texts(source.since("life-6")) == ["life-7", "life-8", "life-9"]

    @pytest.mark.parametrize(
        "after",
        [
            "",
            "-",
            "1",
            "life",
            "life-",
            "life--1",
            "life-4",
            "other-1",
            "life-1x",
            "life-²",
            "life-" + "9" * 5000,
            "é-1",
        ],
    )
    def test_after_an_id_that_nobody_gave_are_not_known(self, after: str) -> None:
        source = feed()
        tell(source, 3)
        assert source.since(after) is None


class TestARestart:
    def test_leaves_nothing_of_what_was_told_before(self) -> None:
        source = feed()
        tell(source, 2)
        reader = source.subscribe([])
        tell(source)
        fresh = source.next_id()
        source.restart(News("snapshot", "fresh", fresh))
        tell(source)
        assert read(reader) == ["fresh", "life-5"]
        assert [texts(source.since(f"life-{number}")) for number in (1, 2, 3)] == [None, None, None]
        assert [texts(source.since(f"life-{number}")) for number in (4, 5)] == [["life-5"], []]
