"""The board over HTTP: read it, follow it by events or WebSocket, and act on a caller."""

import asyncio
import json
import logging
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.api.asgi import Connection
from tests.api.boards import NOON, QUOTE, Desk, entry, waiting

from stimmung.api import board_routes
from stimmung.api.board import BoardEntry
from stimmung.api.board_feed import TOO_SLOW, FeedOptions
from stimmung.api.board_hub import HubMetrics
from stimmung.api.board_routes import board_router
from stimmung.api.problems import add_problems

EVENTS, SOCKET = "/v1/board/events", "/v1/board/socket"


def app_of(desk: Desk) -> FastAPI:
    app = FastAPI()
    add_problems(app)
    app.state.board = desk.hub
    app.include_router(board_router())
    return app


def client_of(desk: Desk) -> TestClient:
    return TestClient(app_of(desk))


def desk_with(*entries: BoardEntry) -> Desk:
    desk = Desk()
    for one in entries:
        desk.hub.update(one)
    desk.tick(0.0)
    return desk


async def event(connection: Connection) -> dict[str, str]:
    """Return the fields of the next server-sent event."""
    body = (await connection.message())["body"].decode()
    return dict(line.split(": ", 1) for line in body.strip().splitlines())


class TestTheBoard:
    def test_is_ranked_and_says_all_there_is_to_say(self) -> None:
        desk = desk_with(waiting("a", 60.5, 0.12341), entry("b", 0.9, "distressed", QUOTE))
        desk.hub.take("a", "Anna")
        answer = client_of(desk).get("/v1/board")
        board = answer.json()
        assert answer.status_code == 200
        assert board["stale_after_seconds"] == 5.0
        assert board["rows"][1] == {
            "id": "a/1",
            "call_id": "a",
            "channel": 1,
            "speaker": "",
            "score": 0.1234,
            "state": "calm",
            "model_state": "calm",
            "trend": "steady",
            "reasons": [],
            "unscored": "",
            "phase": "waiting",
            "waiting_seconds": 60.5,
            "age_seconds": 0.0,
            "stale": False,
            "acknowledged": None,
            "taken": {"by": "Anna", "at": NOON.isoformat().replace("+00:00", "Z")},
            "override": None,
            "language": None,
            "queue": None,
            "team": None,
        }
        worst = board["rows"][0]
        assert (worst["state"], worst["phase"], worst["waiting_seconds"]) == ("distressed", "in_conversation", None)
        assert worst["reasons"] == [{"kind": "words", "text": "angry words", "quote": QUOTE, "time": 3.0}]


class TestEvents:
    def test_are_a_snapshot_and_then_each_change(self) -> None:
        async def follow() -> list[dict[str, str]]:
            desk = desk_with(entry("a", 0.2))
            async with Connection(app_of(desk), "http", EVENTS) as reader:
                start = await reader.message()
                assert start["status"] == 200
                headers = dict(start["headers"])
                assert headers[b"content-type"].startswith(b"text/event-stream")
                assert headers[b"cache-control"] == b"no-store"
                first = await event(reader)
                desk.hub.update(entry("a", 0.8, "distressed", QUOTE))
                desk.tick(3.0)
                return [first, await event(reader), await event(reader)]

        snapshot, change, ages = asyncio.run(follow())
        assert [one["event"] for one in (snapshot, change, ages)] == ["board.snapshot", "board.changed", "board.ages"]
        assert (snapshot["id"], change["id"], "id" in ages) == ("life-1", "life-2", False)
        assert json.loads(change["data"])["rows"][0]["reasons"][0]["quote"] == QUOTE
        assert json.loads(ages["data"])["ages"][0]["age_seconds"] == 3.0

    def test_go_on_after_the_last_one_that_the_reader_has(self) -> None:
        async def back(last: str) -> dict[str, str]:
            desk = desk_with(entry("a", 0.2))
            desk.hub.update(entry("a", 0.8))
            desk.tick()
            async with Connection(app_of(desk), "http", EVENTS, headers={"Last-Event-ID": last}) as reader:
                await reader.message()
                return await event(reader)

        assert asyncio.run(back("life-1"))["event"] == "board.changed"
        assert asyncio.run(back("lost-1"))["event"] == "board.snapshot"

    def test_stop_when_the_reader_leaves(self) -> None:
        async def leave() -> int:
            desk = desk_with(entry("a"))
            async with Connection(app_of(desk), "http", EVENTS) as reader:
                await reader.message()
                await event(reader)
                assert desk.hub.metrics().subscribers == 1
                reader.tell({"type": "http.disconnect"})
                await reader.ended()
            return desk.hub.metrics().subscribers

        assert asyncio.run(leave()) == 0

    def test_end_when_the_server_stops(self) -> None:
        async def stop() -> dict[str, Any]:
            desk = desk_with(entry("a"))
            async with Connection(app_of(desk), "http", EVENTS) as reader:
                await reader.message()
                await event(reader)
                desk.hub.close()
                await reader.ended()
                return dict(await reader.message())

        assert asyncio.run(stop()) == {"type": "http.response.body", "body": b"", "more_body": False}

    def test_end_for_a_reader_who_takes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(board_routes, "SEND_SECONDS", 0.01)

        async def stuck() -> HubMetrics:
            desk = desk_with(entry("a"))
            async with Connection(app_of(desk), "http", EVENTS) as reader:
                await reader.message()
                await event(reader)
                reader.takes.clear()
                desk.hub.update(entry("a", 0.9))
                desk.tick()
                await reader.ended()
            return desk.hub.metrics()

        found = asyncio.run(stuck())
        assert (found.subscribers, found.dropped) == (0, 1)

    def test_never_show_in_the_librarys_log_what_they_hold(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)

        async def follow() -> dict[str, str]:
            async with Connection(app_of(desk_with(entry("a", 0.8, quote="Feuer"))), "http", EVENTS) as reader:
                await reader.message()
                return await event(reader)

        assert "Feuer" in asyncio.run(follow())["data"]
        assert "Feuer" not in caplog.text


class TestTheSocket:
    def test_gets_a_snapshot_and_then_each_change(self) -> None:
        async def follow(after: str) -> list[dict[str, Any]]:
            desk = desk_with(entry("a", 0.2))
            async with Connection(app_of(desk), "websocket", SOCKET, after) as reader:
                assert (await reader.message())["type"] == "websocket.accept"
                desk.hub.update(entry("a", 0.8))
                desk.tick()
                reader.tell({"type": "websocket.receive", "text": "whatever"})
                return [json.loads((await reader.message())["text"]) for _ in range(1 if after else 2)]

        found = asyncio.run(follow(""))
        assert [one["type"] for one in found] == ["board.snapshot", "board.changed"]
        assert [one["id"] for one in found] == ["life-1", "life-2"]
        assert [one["type"] for one in asyncio.run(follow("after=life-1"))] == ["board.changed"]

    def test_lets_go_of_a_reader_who_leaves(self) -> None:
        async def leave() -> int:
            desk = desk_with(entry("a"))
            async with Connection(app_of(desk), "websocket", SOCKET) as reader:
                await reader.message()
                await reader.message()
                assert desk.hub.metrics().subscribers == 1
                reader.tell({"type": "websocket.disconnect", "code": 1001})
                await reader.ended()
            return desk.hub.metrics().subscribers

        assert asyncio.run(leave()) == 0

    @pytest.mark.parametrize(("slow", "code", "reason"), [(True, 1013, TOO_SLOW), (False, 1001, "the server stops")])
    def test_says_why_it_ends(self, slow: bool, code: int, reason: str) -> None:
        async def end() -> tuple[int, str]:
            desk = Desk(feed=FeedOptions(unread=3))
            async with Connection(app_of(desk), "websocket", SOCKET) as reader:
                await reader.message()
                await reader.message()
                for number in range(5 if slow else 0):
                    desk.hub.update(entry("a", number / 5))
                    desk.tick()
                desk.hub.close()
                await reader.ended()
                close = await reader.message()
                return close["code"], close["reason"]

        assert asyncio.run(end()) == (code, reason)

    def test_is_cut_where_the_reader_takes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(board_routes, "SEND_SECONDS", 0.01)
        monkeypatch.setattr(board_routes, "CLOSE_SECONDS", 0.01)

        async def stuck() -> HubMetrics:
            desk = desk_with(entry("a"))
            async with Connection(app_of(desk), "websocket", SOCKET) as reader:
                await reader.message()
                await reader.message()
                reader.takes.clear()
                desk.hub.update(entry("a", 0.9))
                desk.tick()
                await reader.ended()
            return desk.hub.metrics()

        found = asyncio.run(stuck())
        assert (found.subscribers, found.dropped) == (0, 1)


@pytest.mark.parametrize(("kind", "path"), [("http", EVENTS), ("websocket", SOCKET)])
def test_one_reader_too_many_is_told_when_to_try_again(kind: str, path: str) -> None:
    async def one_more() -> tuple[int, str]:
        desk = Desk(feed=FeedOptions(subscribers=0))
        async with Connection(app_of(desk), kind, path) as reader:
            start = await reader.message()
            return start["status"], dict(start["headers"])[b"retry-after"].decode()

    assert asyncio.run(one_more()) == (503, "10")


class TestActs:
    def test_are_done_and_answered(self) -> None:
        desk = desk_with(entry("a"))
        client = client_of(desk)
        at = NOON.isoformat().replace("+00:00", "Z")
        anna = {"by": "Anna", "at": at}
        seen = client.post("/v1/board/a/acknowledge", json={"by": " Anna "})
        assert (seen.status_code, seen.json()) == (200, {"acknowledged": anna, "taken": None, "override": None})
        assert client.post("/v1/board/a/take", json={"by": "Anna"}).json()["taken"] == anna
        word = client.post("/v1/board/a/override", json={"by": "Anna", "state": "urgent", "reason": "alone"}).json()
        assert word["override"] == {**anna, "state": "urgent", "reason": "alone"}
        left = client.post("/v1/board/a/release", json={"by": "Anna", "what": "take"}).json()
        assert (left["taken"], left["override"]["state"]) == (None, "urgent")
        assert client.post("/v1/board/a/release", json={"by": "Anna"}).json()["override"] is None

    @pytest.mark.parametrize("act", ["acknowledge", "take", "release", "override"])
    def test_on_no_live_call_are_answered_404(self, act: str) -> None:
        body = {"by": "Anna"} | ({"state": "calm", "reason": "why"} if act == "override" else {})
        answer = client_of(Desk()).post(f"/v1/board/nobody/{act}", json=body)
        assert answer.status_code == 404
        assert "GET /v1/board" in answer.json()["detail"]

    def test_on_what_another_has_are_answered_409(self) -> None:
        desk = desk_with(entry("a"))
        desk.hub.take("a", "Ben")
        answer = client_of(desk).post("/v1/board/a/take", json={"by": "Anna"})
        assert answer.status_code == 409
        assert answer.json()["detail"] == "Ben took this caller: release it first"

    @pytest.mark.parametrize(
        ("act", "body"),
        [
            ("take", {}),
            ("take", {"by": ""}),
            ("take", {"by": "  "}),
            ("take", {"by": "Anna\nBen"}),
            ("take", {"by": "a" * 81}),
            ("take", {"by": 3}),
            ("take", {"by": "Anna", "also": 1}),
            ("override", {"by": "Anna", "state": "unknown", "reason": "why"}),
            ("override", {"by": "Anna", "state": "calm"}),
            ("override", {"by": "Anna", "state": "calm", "reason": " "}),
            ("release", {"by": "Anna", "what": "everything"}),
        ],
    )
    def test_that_make_no_sense_change_nothing(self, act: str, body: dict[str, object]) -> None:
        desk = desk_with(entry("a"))
        before = desk.hub.show()
        assert client_of(desk).post(f"/v1/board/a/{act}", json=body).status_code == 422
        assert desk.hub.show() == before


def test_the_board_is_in_the_description_of_the_service() -> None:
    paths = app_of(Desk()).openapi()["paths"]
    acts = {f"/v1/board/{{call_id}}/{act}" for act in ("acknowledge", "take", "release", "override")}
    assert set(paths) == {"/v1/board", EVENTS, *acts}
