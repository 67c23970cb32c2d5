"""The WebSocket of a call, and the routes beside it, as clients see them."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from tests.api.phones import tone
from tests.api.toy_calls import ToyService

from stimmung.api.call_routes import call_router
from stimmung.api.problems import add_problems
from stimmung.api.session_options import SessionOptions
from stimmung.api.stream_routes import stream_router

START = {
    "type": "start",
    "format": {"encoding": "pcm_s16le", "sample_rate": 8_000, "channels": 1},
    "info": {"consent": "granted"},
    "partials": False,
}


class Web:
    """An app with nothing but calls, on one event loop."""

    def __init__(self, **work: Any) -> None:
        self.service = ToyService(SessionOptions(capacity=work.get("capacity", 100)), **work)
        self.app = FastAPI()
        self.app.state.sessions = self.service.sessions
        self.app.include_router(stream_router())
        self.app.include_router(call_router())
        add_problems(self.app)
        self.client = TestClient(self.app)

    def call(self, call_id: str = "a") -> WebSocketTestSession:
        """Return a connection that is to be opened."""
        return self.client.websocket_connect(f"/v1/calls/{call_id}/stream")


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    with web.client:
        yield web


def until(socket: WebSocketTestSession, kind: str) -> dict[str, Any]:
    """Read messages until one of a kind comes."""
    while (told := socket.receive_json())["type"] != kind:
        pass
    return dict(told)


def closed(socket: WebSocketTestSession) -> tuple[int, str]:
    """Read until the server closes the connection."""
    while (message := socket.receive())["type"] == "websocket.send":
        pass
    return message["code"], message.get("reason", "")


class TestTheStream:
    def test_carries_a_call_from_start_to_end(self, web: Web) -> None:
        with web.call() as socket:
            socket.send_json(START)
            assert socket.receive_json()["type"] == "session.started"
            socket.send_bytes(tone(2.0))
            assert until(socket, "utterance.final")["id"] == 1
            socket.send_json({"type": "end"})
            assert until(socket, "call.ended")["analysis"] == "/v1/calls/a"
            assert closed(socket) == (1000, "the call has ended")

    def test_can_be_dropped_and_resumed(self, web: Web) -> None:
        with web.call() as socket:
            socket.send_json(START)
            socket.send_bytes(tone(1.0))
            until(socket, "utterance.final")
        with web.call() as socket:
            socket.send_json({"type": "resume", "after": 1})
            assert socket.receive_json()["audio_samples"] == 8_000
            assert socket.receive_json()["seq"] == 2

    def test_answers_nonsense_with_a_reason(self, web: Web) -> None:
        with web.call() as socket:
            socket.send_text("hello")
            error = socket.receive_json()
            assert (error["type"], error["code"], error["close"]) == ("error", "bad_message", 4400)
            assert closed(socket)[0] == 4400

    def test_takes_an_empty_message_for_nonsense(self, web: Web) -> None:
        with web.call() as socket:
            socket.send_text("")
            assert closed(socket)[0] == 4400

    def test_is_refused_before_the_handshake_when_the_service_is_full(self) -> None:
        web = Web(capacity=1)
        with ExitStack() as stack:
            stack.enter_context(web.client)
            first = stack.enter_context(web.call("a"))
            first.send_json(START)
            first.receive_json()
            with pytest.raises(WebSocketDenialResponse) as denied, web.call("b"):
                pass
            assert denied.value.status_code == 503
            assert denied.value.headers["retry-after"] == "8"
            assert denied.value.json()["detail"].startswith("all 1 places")

    def test_is_refused_for_an_id_that_cannot_be(self, web: Web) -> None:
        with pytest.raises(WebSocketDenialResponse) as denied, web.call("x" * 200):
            pass
        assert denied.value.status_code == 422

    def test_is_closed_where_a_server_cannot_answer_a_handshake(self) -> None:
        web = Web(capacity=0)

        async def plain(scope: Scope, receive: Receive, send: Send) -> None:
            await web.app({**scope, "extensions": {}}, receive, send)

        with pytest.raises(WebSocketDisconnect) as close, TestClient(plain).websocket_connect("/v1/calls/a/stream"):
            pass
        assert close.value.code == 1013
        assert "places" in close.value.reason

    @pytest.mark.parametrize("error", [OSError(), RuntimeError("after a close"), WebSocketDisconnect(1006)])
    def test_ends_quietly_however_a_server_says_that_the_client_is_gone(self, error: Exception) -> None:
        web = Web()
        sent: list[str] = []

        async def broken(scope: Scope, receive: Receive, send: Send) -> None:
            async def breaking(message: Message) -> None:
                sent.append(message["type"])
                if message["type"] != "websocket.accept":
                    raise error
                await send(message)

            await web.app(scope, receive, breaking)
            await send({"type": "websocket.close", "code": 1000})

        with TestClient(broken).websocket_connect("/v1/calls/a/stream") as socket:
            socket.send_json(START)
            assert closed(socket)[0] == 1000
        assert sent == ["websocket.accept", "websocket.send"]
        assert web.service.sessions.states() == [("a", "live")]


class TestCalls:
    def test_are_listed_with_their_states(self, web: Web) -> None:
        assert web.client.get("/v1/calls").json() == {"calls": []}
        with web.call("one") as socket:
            socket.send_json(START)
            socket.receive_json()
            assert web.client.get("/v1/calls").json() == {"calls": [{"call_id": "one", "state": "live"}]}

    def test_have_their_analysis_while_they_are_on_and_after(self, web: Web) -> None:
        with web.call() as socket:
            socket.send_json(START)
            socket.send_bytes(tone(1.0))
            until(socket, "utterance.final")
            live = web.client.get("/v1/calls/a").json()
            assert (live["state"], len(live["utterances"])) == ("live", 1)
            socket.send_bytes(tone(1.0))
            socket.send_json({"type": "end"})
            until(socket, "call.ended")
        ended = web.client.get("/v1/calls/a").json()
        assert (ended["state"], ended["call"]["duration"]) == ("ended", 2.0)
        assert [one["text"] for one in ended["utterances"]] == ["utterance 1", "utterance 2"]
        assert ended["call"]["info"]["call_id"] == "a"

    def test_that_nobody_made_are_not_found(self, web: Web) -> None:
        answer = web.client.get("/v1/calls/nobody")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"

    def test_that_a_mistake_of_ours_lost_are_told_so(self, web: Web, caplog: pytest.LogCaptureFixture) -> None:
        with web.call() as socket:
            socket.send_json(START)
            socket.receive_json()
            call = web.service.calls["a"]
            call.bug, call.end = ValueError("first"), _breaks  # type: ignore[method-assign]  # the rescue fails, too
            socket.send_bytes(tone(1.0))
            assert closed(socket)[0] == 1011
        assert web.client.get("/v1/calls/a").status_code == 500

    def test_lose_their_scores_when_somebody_says_that_consent_was_withdrawn(self, web: Web) -> None:
        with web.call() as socket:
            socket.send_json(START)
            socket.send_bytes(tone(1.0))
            socket.send_json({"type": "end"})
            until(socket, "call.ended")
        assert web.client.get("/v1/calls/a").json()["utterances"][0]["distress"] is not None
        answer = web.client.post("/v1/calls/a/consent", json={"value": "withdrawn"})
        assert answer.status_code == 204
        assert web.client.get("/v1/calls/a").json()["utterances"][0]["distress"] is None

    @pytest.mark.parametrize(
        ("call_id", "body", "status"),
        [("nobody", {"value": "withdrawn"}, 404), ("a", {"value": "granted"}, 422), ("a", {}, 422)],
    )
    def test_keep_them_otherwise(self, web: Web, call_id: str, body: dict[str, str], status: int) -> None:
        assert web.client.post(f"/v1/calls/{call_id}/consent", json=body).status_code == status


def _breaks() -> None:
    raise ValueError("second")
