"""A client of a live call in a test's hands: it speaks the protocol to a session, and no network is between them."""

import asyncio
import json
from typing import Any

import numpy as np
from tests.api.toy_calls import ToyService

from stimmung.api.connection import Connection

PATIENCE = 60.0  # s until a test that hangs fails; a busy machine takes its time
RATE = 8_000
Event = dict[str, Any]  # Any: JSON


def start(**values: Any) -> str:
    """Return a `start` for 16-bit sound on one channel at 8 kHz."""
    sound = {"encoding": "pcm_s16le", "sample_rate": RATE, "channels": 1, "framing": "none"}
    return json.dumps({"type": "start", "format": sound, "partials": False} | values)


def tone(seconds: float, rate: int = RATE) -> bytes:
    """Return loud 16-bit sound, no two samples near each other the same."""
    return (np.arange(round(seconds * rate)) % 20_000).astype("<i2").tobytes()


class ToySocket:
    """Both ends of a WebSocket."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.told: list[Event] = []
        self.closed: tuple[int, str] | None = None
        self.reads = asyncio.Event()  # clear: the client takes nothing
        self.reads.set()
        self.gone = False
        self.changed = asyncio.Event()

    async def receive(self) -> str | bytes | None:
        return await self.incoming.get()

    async def send(self, text: str) -> bool:
        await self.reads.wait()
        if self.gone:
            return False
        self.told.append(json.loads(text))
        self.changed.set()
        return True

    async def close(self, code: int, reason: str) -> None:
        await self.reads.wait()
        self.closed = code, reason
        self.changed.set()


class Phone:
    """One connection to a call."""

    def __init__(self, service: ToyService, call_id: str = "a", patience: float = PATIENCE) -> None:
        self.socket = ToySocket()
        self.connection = Connection(self.socket, service.sessions, call_id, patience)
        self._running = asyncio.ensure_future(self.connection.run())

    @property
    def told(self) -> list[Event]:
        return self.socket.told

    @property
    def closed(self) -> tuple[int, str] | None:
        return self.socket.closed

    def send(self, *messages: str | bytes) -> None:
        """Send messages as they are."""
        for message in messages:
            self.socket.incoming.put_nowait(message)

    def say(self, kind: str, **values: Any) -> None:
        """Send a control message."""
        self.send(json.dumps({"type": kind, **values}))

    def hang_up(self) -> None:
        """Be gone without a word."""
        self.socket.gone = True
        self.socket.incoming.put_nowait(None)

    def of(self, kind: str) -> list[Event]:
        """Return what came of a kind."""
        return [one for one in self.told if one["type"] == kind]

    def seqs(self) -> list[int]:
        """Return the numbers of the events that came."""
        return [one["seq"] for one in self.told if "seq" in one]

    async def until(self, kind: str, count: int = 1) -> Event:
        """Wait for the `count`th message of a kind and return it."""
        async with asyncio.timeout(PATIENCE):
            while len(self.of(kind)) < count:
                await self._change()
        return self.of(kind)[count - 1]

    async def until_closed(self) -> tuple[int, str]:
        """Wait until the server has closed the connection."""
        async with asyncio.timeout(PATIENCE):
            while self.socket.closed is None:
                await self._change()
        return self.socket.closed

    async def over(self) -> None:
        """Wait until the server is through with the connection; raises what it raises."""
        async with asyncio.timeout(PATIENCE):
            await self._running

    async def _change(self) -> None:
        if self._running.done() and self._running.exception():
            self._running.result()
        self.socket.changed.clear()
        await self.socket.changed.wait()


async def settle(service: ToyService) -> None:
    """Let everything that is due happen: steps run one after another, and each time we queue behind them."""
    for _ in range(20):
        await asyncio.sleep(0)
        await asyncio.get_running_loop().run_in_executor(service.threads, int)
