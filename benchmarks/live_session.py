"""One call by hand, for the cases in which a client does what a good one does not."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from live_load import connected, refusal_of, start_message
from live_plan import SAMPLE_BYTES, Plan, Track

Event = dict[str, Any]  # Any: JSON of the server
STEP: Final = 0.02  # s between two looks while waiting


@dataclass(frozen=True, slots=True)
class Closed:
    """How a connection ended: close code or HTTP status, and the reason that came with it."""

    code: int
    reason: str


class Session:
    """A connection of a call, and every event that came by it; use it as an async context manager."""

    def __init__(self, plan: Plan, call_id: str) -> None:
        self._plan, self.call_id = plan, call_id
        self.events: list[Event] = []
        self.closed: Closed | None = None
        self._connection: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            self._connection = await connected(self._plan, f"/v1/calls/{self.call_id}/stream")
        except InvalidStatus as refused:
            refusal = refusal_of(refused)
            self.closed = Closed(refusal.code, refusal.reason)
        else:
            self._reading = asyncio.create_task(self._read(self._connection))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None and self._connection.close_code is None:
            with suppress(ConnectionClosed, OSError, TimeoutError):
                await asyncio.wait_for(self._connection.close(), 5.0)
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    async def _read(self, connection: ClientConnection) -> None:
        try:
            async for text in connection:
                self.events.append(json.loads(text))
        except ConnectionClosed:
            pass
        self.closed = Closed(connection.close_code or 1006, connection.close_reason or "")

    async def say(self, message: str | bytes | memoryview | Event) -> None:
        """Send a message; nothing happens where the connection has ended."""
        if self._connection is not None:
            with suppress(ConnectionClosed):
                await self._connection.send(json.dumps(message) if isinstance(message, dict) else message)

    async def start(self, track: Track, **format_: object) -> None:
        """Begin the call in the track's format, but for what is given."""
        message = start_message(track, self.call_id)
        message["format"] |= format_
        await self.say(message)

    async def sound(self, sound: bytes, size: int, pace: float = 0.0) -> None:
        """Send sound in messages of `size` bytes, `pace` seconds apart (0: as fast as it is taken)."""
        view = memoryview(sound)
        for first in range(0, len(view), size):
            if self.closed is not None:
                return
            await self.say(view[first : first + size])
            if pace:
                await asyncio.sleep(pace)

    async def end(self, patience: float = 60.0) -> bool:
        """End the call and wait for the server's end; return whether it came."""
        await self.say({"type": "end"})
        return await self.wait_for("call.ended", patience)

    async def wait_for(self, kind: str, patience: float) -> bool:
        """Wait for an event of this type; return whether it came before the connection ended or time was up."""
        return await until(lambda: bool(self.of(kind)) or self.closed is not None, patience) and bool(self.of(kind))

    async def wait_closed(self, patience: float) -> Closed | None:
        """Wait for the connection to end; None where it does not."""
        await until(lambda: self.closed is not None, patience)
        return self.closed

    def read(self, on: bool) -> None:
        """Go on reading, or leave everything that comes where it is."""
        if self._connection is not None and self.closed is None:
            transport = self._connection.transport
            transport.resume_reading() if on else transport.pause_reading()

    async def vanish(self) -> None:
        """Go away without a word."""
        if self._connection is not None:
            self._connection.transport.abort()
            await self.wait_closed(5.0)

    def of(self, kind: str) -> list[Event]:
        """Return the events of a type."""
        return [event for event in self.events if event.get("type") == kind]

    @property
    def numbers(self) -> list[int]:
        """The sequence numbers that came, as they came."""
        return [event["seq"] for event in self.events if "seq" in event]

    @property
    def codes(self) -> list[str]:
        """The codes of warnings and errors that came."""
        return [str(event.get("code")) for event in self.events if event.get("type") in ("warning", "error")]


async def until(done: Any, patience: float) -> bool:  # Any: a function without arguments
    """Wait until `done()`; return whether it came to be within `patience` seconds."""
    left = patience
    while not done() and left > 0:
        await asyncio.sleep(STEP)
        left -= STEP
    return bool(done())


def sound_of(track: Track, seconds: float | None = None) -> bytes:
    """Return the track's bytes, or those of its beginning, again and again if it is shorter."""
    sound = Path(track.file).read_bytes()
    if seconds is None:
        return sound
    size = round(seconds * track.rate) * SAMPLE_BYTES * track.channels
    return (sound * (size // len(sound) + 1))[:size]


def second_of(track: Track) -> int:
    """Return the bytes of a second."""
    return track.rate * SAMPLE_BYTES * track.channels


def renamed(track: Track, name: str) -> Track:
    """Return the track under another name."""
    return replace(track, name=name)
