"""A server that speaks as `stimmung serve` and hears nothing: it keeps the sound and tells what a test wants told."""

import asyncio
import json
import math
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

KEY = "a-key-for-tests-only"
BYTES_A_SECOND = 2 * 16_000  # of mono sound, 16 bit

Json = Mapping[str, Any]


@dataclass
class ToyCall:
    """What came of one call, and the events that were told about it."""

    call_id: str
    said: list[Json] = field(default_factory=list)  # control messages
    sound: bytearray = field(default_factory=bytearray)
    events: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0

    @property
    def kinds(self) -> list[str]:
        return [one["type"] for one in self.said]

    def event(self, kind: str, **values: Any) -> dict[str, Any]:
        """Number an event and keep it."""
        self.events.append({"type": kind, "seq": len(self.events) + 1, "time": self.seconds, **values})
        return self.events[-1]

    def told(self, kind: str, **values: Any) -> str:
        """Return the text of a new event."""
        return json.dumps(self.event(kind, **values))

    @property
    def seconds(self) -> float:
        return len(self.sound) / BYTES_A_SECOND


@dataclass
class ToyServer:
    """Takes calls; `script` says what else happens after each message of sound, `refuse` what is answered instead."""

    script: Callable[["ToyServer", ToyCall, ServerConnection], Any] | None = None  # Any: awaited
    refuse: Callable[[Request], Response | None] = lambda request: None
    board: list[Json] = field(default_factory=list)  # news that each reader is told
    calls: dict[str, ToyCall] = field(default_factory=dict)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    url: str = ""

    async def hear(self, socket: ServerConnection) -> None:
        """Serve one connection."""
        assert socket.request is not None
        self.headers.append(dict(socket.request.headers.raw_items()))
        path = socket.request.path.split("/")
        try:
            if path[2] == "board":
                for news in self.board:
                    await socket.send(json.dumps(news))
                await socket.wait_closed()
            else:
                await self._hear_call(socket, unquote(path[3]))
        except ConnectionClosed:
            pass

    async def _hear_call(self, socket: ServerConnection, call_id: str) -> None:
        call = self.calls.setdefault(call_id, ToyCall(call_id))
        call.connections += 1
        async for frame in socket:
            if isinstance(frame, bytes):
                call.sound += frame
                if self.script:
                    await self.script(self, call, socket)
                continue
            message = json.loads(frame)
            if message["type"] == "start" and call.said:
                await socket.close(4409, f"a call {call_id} is live already")
                return
            call.said.append(message)
            for answer in self.answers(call, message):
                await socket.send(json.dumps(answer))
            if call.events and call.events[-1]["type"] == "call.ended":
                await socket.close(1000, "the call has ended")

    def answers(self, call: ToyCall, message: Json) -> list[Json]:
        """Return what a message of the client is answered with."""
        match message["type"]:
            case "start":
                return [call.event("session.started", call_id=call.call_id)]
            case "resume":
                resumed = {"type": "session.resumed", "time": call.seconds, "audio_seconds": call.seconds}
                return [resumed, *(one for one in call.events if one["seq"] > message["after"])]
            case "end":
                return [call.event("call.ended", analysis=f"/v1/calls/{call.call_id}", summary={})]
        return []


@asynccontextmanager
async def running(server: ToyServer) -> AsyncIterator[ToyServer]:
    """Let the server listen on a free port of this machine while the block runs."""

    def greet(connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return connection.respond(401, '{"detail": "send the key"}')
        return server.refuse(request)

    async with serve(server.hear, "127.0.0.1", 0, process_request=greet) as listening:
        server.url = f"ws://127.0.0.1:{port_of(listening)}"
        yield server


def port_of(server: Server) -> int:
    """Return the port that was free."""
    return int(next(iter(server.sockets)).getsockname()[1])


class JumpingClock:
    """Time that passes only where somebody waits for it, and then at once."""

    def __init__(self) -> None:
        self.time = 0.0
        self.until = math.inf  # from then on waiting has no end
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds
        if self.time >= self.until:
            await asyncio.Event().wait()
        await asyncio.sleep(0)


@contextmanager
def in_thread(server: ToyServer) -> Iterator[ToyServer]:
    """Let the server listen while the block runs, beside whatever loop the block starts itself."""
    loop = asyncio.new_event_loop()
    over = asyncio.Event()
    listening = threading.Event()

    async def listen() -> None:
        async with running(server):
            listening.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(listen(),))
    thread.start()
    try:
        assert listening.wait(10)
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
