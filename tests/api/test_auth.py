"""Nothing but the two probes is open, whatever the way in."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse

from stimmung.api.auth import KeyGuard
from stimmung.api.keys import ServiceKey

KEY = "0123456789abcdef"
RIGHT = {"Authorization": f"Bearer {KEY}"}
WRONG = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": KEY},
    {"Authorization": f"Basic {KEY}"},
    {"Authorization": f"Bearer {KEY[:-1]}"},
    {"Authorization": f"Bearer {KEY}x"},
    {"X-Api-Key": KEY},
]


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.add_middleware(KeyGuard, key=ServiceKey(KEY))

    @app.get("/v1/board")
    @app.get("/healthz")
    @app.get("/readyz")
    async def answer() -> str:
        return "in"

    @app.websocket("/v1/calls/7/stream")
    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("in")
        await websocket.close()

    return TestClient(app)


@pytest.mark.parametrize("headers", WRONG)
@pytest.mark.parametrize("path", ["/v1/board", "/nowhere", "/openapi.json", "/healthz/", "/healthz2", "/"])
def test_without_the_key_there_is_only_401(path: str, headers: dict[str, str], client: TestClient) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["detail"] == "send the key: Authorization: Bearer KEY"


def test_a_key_in_the_address_is_none(client: TestClient) -> None:
    assert client.get(f"/v1/board?key={KEY}&api_key={KEY}&access_token={KEY}").status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_with_the_key_everything_is_as_it_is(scheme: str, client: TestClient) -> None:
    headers = {"Authorization": f"{scheme} {KEY}"}
    assert client.get("/v1/board", headers=headers).json() == "in"
    assert client.get("/nowhere", headers=headers).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_need_no_key(path: str, client: TestClient) -> None:
    assert client.get(path).json() == "in"


@pytest.mark.parametrize("headers", WRONG)
def test_a_websocket_without_the_key_is_refused_at_its_handshake(headers: dict[str, str], client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as caught,
        client.websocket_connect("/v1/calls/7/stream", headers=headers),
    ):
        pass
    refusal: Any = caught.value  # a response of httpx as well
    assert refusal.status_code == 401
    assert refusal.headers["www-authenticate"] == "Bearer"


def test_a_websocket_with_the_key_is_taken(client: TestClient) -> None:
    with client.websocket_connect("/v1/calls/7/stream", headers=RIGHT) as socket:
        assert socket.receive_text() == "in"


def test_a_server_that_cannot_refuse_with_http_closes() -> None:
    sent: list[Any] = []
    scope = {"type": "websocket", "path": "/v1/board/socket", "headers": []}

    async def unreachable(*_: object) -> None:
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(KeyGuard(unreachable, ServiceKey(KEY))(scope, unreachable, send))  # type: ignore[arg-type]  # never asked
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": "key"}]
