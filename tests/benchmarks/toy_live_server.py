"""A small WebSocket server that answers like a live one: a final for each stretch of its own, at once."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

KEY = "toy-key-0123456789"
BYTES_A_SECOND = 8_000 * 2 * 2


class ToyServer:
    """Takes at most `most` calls at a time; says an utterance of 0.1 s for every 0.2 s of sound."""

    def __init__(self, most: int = 100) -> None:
        self.most = most
        self.starts: list[dict[str, Any]] = []
        self.now = 0
        self.swallow: set[int] = set()  # sequence numbers that are never sent
        self.close_after_start = False
        self.keeps_places = False  # of calls that ended

    def refuse(self, connection: ServerConnection, request: Request) -> Response | None:
        """Say no where the key is wrong or all places are taken."""
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return Response(401, "Unauthorized", Headers(), b"{}")
        if not request.path.startswith("/v1/calls/"):
            return None
        if self.now >= self.most:
            body = json.dumps({"reason": f"all {self.most} places are taken"}).encode()
            headers = Headers({"Retry-After": "3", "Content-Length": str(len(body))})
            return Response(HTTPStatus.SERVICE_UNAVAILABLE.value, "Busy", headers, body)
        self.now += 1
        return None

    async def serve(self, connection: ServerConnection) -> None:
        """Answer one connection."""
        assert connection.request is not None
        if connection.request.path.startswith("/v1/board"):
            await self._board(connection)
        else:
            await self._call(connection)

    async def _board(self, connection: ServerConnection) -> None:
        one, other = {"id": "1", "call_id": "a"}, {"id": "2", "call_id": "b"}
        await connection.send(json.dumps({"type": "board.snapshot", "rows": [one]}))
        for _ in range(2):
            await connection.send(json.dumps({"type": "board.changed", "rows": [other], "order": ["2", "1"]}))
        await connection.send(json.dumps({"type": "board.ages", "ages": []}))
        await connection.wait_closed()

    async def _call(self, connection: ServerConnection) -> None:
        start = json.loads(await connection.recv())
        self.starts.append(start)
        if self.close_after_start:
            await connection.close(1013, "no place left")
            return
        events = Events(connection, self.swallow)
        await events.send({"type": "session.started", "time": 0.0})
        heard, said = 0, 0
        async for message in connection:
            if isinstance(message, str):
                break
            heard += len(message)
            while heard / BYTES_A_SECOND >= (said + 1) * 0.2:
                said += 1
                await events.final(said)
        await events.send({"type": "warning", "code": "toy", "message": "", "time": heard / BYTES_A_SECOND})
        summary = {"utterances": said}
        await events.send({"type": "call.ended", "time": heard / BYTES_A_SECOND, "summary": summary})
        self.now -= not self.keeps_places
        await connection.close()


class Events:
    """Numbers what is sent."""

    def __init__(self, connection: ServerConnection, swallow: set[int]) -> None:
        self._connection, self._swallow, self._seq = connection, swallow, 0

    async def send(self, message: dict[str, Any]) -> None:
        """Send a message with the next number."""
        self._seq += 1
        if self._seq not in self._swallow:
            await self._connection.send(json.dumps({**message, "seq": self._seq}))

    async def final(self, number: int) -> None:
        """Say that an utterance ended 0.1 s ago, and that its caller is in distress from the second one on."""
        end = number * 0.2 - 0.1
        said = {"channel": number % 2, "start": end - 0.1, "end": end, "text": "…"}
        await self.send({"type": "utterance.final", "time": end, "lag": 0.05, "id": number, "utterance": said})
        if number == 2:
            await self.send({"type": "distress.changed", "time": end, "state": "distressed"})


@asynccontextmanager
async def running(toy: ToyServer) -> AsyncIterator[str]:
    """Run it on a free port and give its address."""
    async with serve(toy.serve, "127.0.0.1", 0, process_request=toy.refuse) as server:
        yield f"http://127.0.0.1:{_port(server)}"


def _port(server: Server) -> int:
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port
