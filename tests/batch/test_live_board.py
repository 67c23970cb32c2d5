"""The board from a reader's side: the whole of it, then what changes, and again after a lost line."""

import asyncio
from typing import Any

from tests.batch.recorded_calls import row, snapshot
from tests.batch.toy_live_server import KEY, JumpingClock, ToyServer, running
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Response

from stimmung.batch.live_board import BoardNow, rankings
from stimmung.batch.live_client import Time
from stimmung.batch.live_endpoint import Endpoint
from stimmung.batch.live_records import Ranking


def ids(ranking: Ranking | None) -> list[str] | None:
    return None if ranking is None else [caller.call_id for caller in ranking]


def read(server: ToyServer, count: int) -> list[list[str] | None]:
    """Return the first rankings that a reader gets."""

    async def reading() -> list[list[str] | None]:
        clock, found = JumpingClock(), []
        async with running(server), asyncio.timeout(10):
            async for ranking in rankings(Endpoint(server.url, KEY), Time(clock.now, clock.sleep)):
                found.append(ids(ranking))
                if len(found) == count:
                    break
        return found

    return asyncio.run(reading())


class TestNews:
    def board(self, *news: dict[str, Any]) -> BoardNow:
        board = BoardNow()
        board.follow(snapshot(row("a"), row("b"), row("c")))
        for one in news:
            board.follow(one)
        return board

    def test_changed_rows_take_their_new_place(self) -> None:
        changed = {"type": "board.changed", "rows": [row("c", "urgent", 0.9)], "order": ["c/1", "a/1", "b/1"]}
        ranking = self.board(changed).ranking
        assert ids(ranking) == ["c", "a", "b"]
        assert ranking[0].state == "urgent"

    def test_who_is_not_in_the_order_is_gone(self) -> None:
        board = self.board({"type": "board.changed", "rows": [row("d")], "order": ["d/1", "b/1"]})
        assert ids(board.ranking) == ["d", "b"]
        assert len(board.rows) == 2

    def test_time_passes_where_nothing_else_happens(self) -> None:
        ages = [{"id": "b/1", "waiting_seconds": 60.5, "age_seconds": 7.0, "stale": True}, {"id": "gone/1"}]
        ranking = self.board({"type": "board.ages", "ages": ages}).ranking
        assert [(one.waiting, one.stale) for one in ranking] == [(12.0, False), (60.5, True), (12.0, False)]

    def test_news_of_tomorrow_are_passed_over(self) -> None:
        assert ids(self.board({"type": "board.moved"}, {}).ranking) == ["a", "b", "c"]


class TestReading:
    def test_each_news_is_a_ranking(self) -> None:
        changed = {"type": "board.changed", "rows": [], "order": ["b/1", "a/1"]}
        assert read(ToyServer(board=[snapshot(row("a"), row("b")), changed]), 2) == [["a", "b"], ["b", "a"]]

    def test_a_lost_board_is_told_and_found_again(self) -> None:
        class Short(ToyServer):
            async def hear(self, socket: ServerConnection) -> None:
                await super().hear(socket) if len(self.headers) else None  # the first time it closes at once
                self.headers.append({})

        assert read(Short(board=[snapshot(row("a"))]), 2) == [None, ["a"]]

    def test_a_full_board_may_have_room_later(self) -> None:
        answers = [Response(503, "Service Unavailable", Headers(), b""), None]
        server = ToyServer(board=[snapshot(row("a"))], refuse=lambda request: answers.pop(0))
        assert read(server, 2) == [None, ["a"]]

    def test_where_there_is_none_reading_ends(self) -> None:
        server = ToyServer(refuse=lambda request: Response(404, "Not Found", Headers(), b""))
        assert read(server, 1) == []
