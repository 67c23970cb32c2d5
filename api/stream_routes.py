"""The WebSocket of a live call: sound and control messages in, events out (docs/serving.md)."""

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from stimmung.api.call_routes import SessionsOf
from stimmung.api.connection import Connection
from stimmung.api.problems import overloaded, problem
from stimmung.api.sessions import Refusal

DENIAL = "websocket.http.response"  # extension of ASGI: an HTTP answer to a handshake
FULL, BAD = 1013, 4400  # close codes where a server has it not


def stream_router() -> APIRouter:
    """Return the route `/v1/calls/{call_id}/stream`."""
    router = APIRouter(tags=["calls"])
    router.add_api_websocket_route("/v1/calls/{call_id}/stream", stream)
    return router


async def stream(websocket: WebSocket, call_id: str, sessions: SessionsOf) -> None:
    """Serve one connection of one call."""
    refusal = sessions.refusal(call_id)
    if refusal is not None:
        await _deny(websocket, refusal)
        return
    await websocket.accept()
    await Connection(StarletteSocket(websocket), sessions, call_id).run()


async def _deny(websocket: WebSocket, refusal: Refusal) -> None:
    if DENIAL not in websocket.scope.get("extensions", {}):
        await websocket.close(FULL if refusal.status == 503 else BAD, refusal.message)
    elif refusal.retry_after is not None:
        await websocket.send_denial_response(overloaded(refusal.message, refusal.retry_after))
    else:
        await websocket.send_denial_response(problem(refusal.status, refusal.message))


class StarletteSocket:
    """A WebSocket as `Connection` wants it. Servers tell in several ways that a client is gone; here it is one."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def receive(self) -> str | bytes | None:
        """Return the next message; None when the client is gone."""
        try:
            message = await self._websocket.receive()
        except RuntimeError:  # after a close of ours
            return None
        if message["type"] != "websocket.receive":
            return None
        data: bytes | None = message.get("bytes")
        text: str | None = message.get("text")
        return data if data is not None else text or ""

    async def send(self, text: str) -> bool:
        """Send a message; False when the client is gone."""
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError, OSError):  # RuntimeError: after a close
            return False
        return True

    async def close(self, code: int, reason: str) -> None:
        """Close it, if it is not closed."""
        try:
            await self._websocket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError, OSError):
            return
