"""The load: many callers who talk at once, each over a WebSocket of its own, in real time.

A process of its own without models (`python live_load.py PLAN RESULT`), so that what it costs can be told apart from
what the server costs. It keeps times and counts, no words.
"""

import asyncio
import json
import sys
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from live_plan import (
    CHUNK,
    SAMPLE_BYTES,
    Heard,
    Line,
    Load,
    Looked,
    Plan,
    Played,
    Refusal,
    Told,
    Track,
    read_plan,
    write,
)

CONNECT: Final = 20.0  # s that a handshake may take
BRIEF, AGAIN = 0.5, 1.0  # s: who spoke for less than the one comes again after the other
PROGRESS: Final = 30.0  # s between two lines on stderr
BOARD_PLACES: Final = 12  # of the board that are kept
LOST: Final = (ConnectionClosed, InvalidHandshake, OSError, TimeoutError)


def main() -> None:
    """Play the plan of the first argument, write what came of it into the second."""
    plan, result = read_plan(Path(sys.argv[1])), Path(sys.argv[2])
    write(asyncio.run(play(plan)), result)


async def play(plan: Plan, clock: "LoadClock | None" = None) -> Load:
    """Play all lines; return when the last call has its results, or does not get them any more."""
    clock = clock or LoadClock(plan)
    watching = asyncio.create_task(watch_board(plan, clock)) if plan.board else None
    telling = asyncio.create_task(tell(clock))
    busy = time.process_time()
    lines = await asyncio.gather(*(play_line(plan, line, clock) for line in plan.lines))
    spent = time.process_time() - busy
    board = await _stopped(watching, clock) if watching else ()
    telling.cancel()
    played = sorted((one for line in lines for one in line), key=lambda one: one.began)
    return Load(clock.now(), spent, clock.late(), tuple(played), board)


class LoadClock:
    """Seconds since the load began, of the wall; when sending ends; how late messages were sent."""

    def __init__(self, plan: Plan) -> None:
        self._began = time.monotonic()
        self._seconds = plan.seconds
        self._late = array("d")
        self.calls = 0
        self.finals = 0
        self.stop = asyncio.Event()

    def now(self) -> float:
        return time.monotonic() - self._began

    def over(self) -> bool:
        """Return whether nothing more is to be sent."""
        return self.now() >= self._seconds

    def cut(self) -> None:
        """Let nothing more be sent from now on."""
        self._seconds = 0.0

    async def until(self, time_: float) -> None:
        """Wait for a time, and count by how much it was missed."""
        left = time_ - self.now()
        if left > 0:
            await asyncio.sleep(left)
        self._late.append(max(self.now() - time_, 0.0))

    def late(self) -> tuple[float, float]:
        """Return the 95th percentile and the most, in seconds."""
        rows = sorted(self._late)
        return (rows[int(0.95 * (len(rows) - 1))], rows[-1]) if rows else (0.0, 0.0)


async def play_line(plan: Plan, line: Line, clock: LoadClock) -> list[Played]:
    """Play a line's calls one after the other; results of one arrive while the next one speaks."""
    tracks = {track.name: track for track in plan.tracks}
    await clock.until(line.start)
    waiting: list[asyncio.Future[Played]] = []
    rounds = 0
    while not clock.over() and not (plan.once and rounds == len(line.tracks)):
        call = Call(plan, line.number, tracks[line.tracks[rounds % len(line.tracks)]], clock, rounds)
        began = clock.now()
        await call.speak()
        waiting.append(asyncio.ensure_future(call.finish()))
        rounds += 1
        if clock.now() - began < BRIEF / plan.speed:  # refused or lost at once
            await asyncio.sleep(AGAIN / plan.speed)
    return list(await asyncio.gather(*waiting))


class Call:
    """One call: speaks in real time, and notes when each utterance comes back."""

    def __init__(self, plan: Plan, line: int, track: Track, clock: LoadClock, number: int) -> None:
        self._plan, self._line, self._track, self._clock = plan, line, track, clock
        self.call_id = f"load-{line:03d}-{number:03d}-{track.name}"
        self._began = clock.now()
        self._sent = array("d")  # when each chunk was sent
        self._bytes = 0
        self._whole = self._ended = self._said_all = False
        self._untold = 0
        self._heard: list[Heard] = []
        self._ids: set[int] = set()  # of utterances that were told, at once or when they were heard again
        self._told: list[Told] = []
        self._warnings: Counter[str] = Counter()
        self._partials = self._missing = self._seq = 0
        self._refusal: Refusal | None = None
        self._error = ""
        self._connection: ClientConnection | None = None
        self._listening: asyncio.Task[None] | None = None

    async def speak(self) -> None:
        """Connect and send the recording."""
        try:
            self._connection = await connected(self._plan, f"/v1/calls/{self.call_id}/stream")
            await self._connection.send(json.dumps(start_message(self._track, self.call_id, self._plan.partials)))
        except InvalidStatus as refused:
            self._refusal = refusal_of(refused)
            return
        except LOST as error:
            self._error = f"{type(error).__name__}: {error}"
            return
        self._clock.calls += 1
        self._listening = asyncio.create_task(self._listen(self._connection))
        with suppress(ConnectionClosed):  # the listener says why
            await self._send(self._connection)

    async def _send(self, connection: ClientConnection) -> None:
        sound = memoryview(Path(self._track.file).read_bytes())
        size = self._chunk_bytes()
        began = self._began = self._clock.now()
        for place, first in enumerate(range(0, len(sound), size)):
            await self._clock.until(began + place * CHUNK / self._plan.speed)
            if self._clock.over():
                break
            self._sent.append(self._clock.now())
            await connection.send(sound[first : first + size])
            self._bytes += min(size, len(sound) - first)
        self._whole = self._bytes == len(sound)
        self._said_all = True
        await connection.send('{"type": "end"}')

    def _chunk_bytes(self) -> int:
        return round(CHUNK * self._track.rate) * SAMPLE_BYTES * self._track.channels

    async def finish(self) -> Played:
        """Wait for what is still to come of a call that has ended, `drain` seconds at most."""
        if self._listening is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._listening, self._plan.drain)
        if self._connection is not None:
            with suppress(*LOST):
                await asyncio.wait_for(self._connection.close(), 5.0)
        return self.played()

    def played(self) -> Played:
        """Return what there is of it."""
        second = self._track.rate * SAMPLE_BYTES * self._track.channels
        return Played(
            self.call_id,
            self._line,
            self._track.name,
            self._began,
            self._bytes / second,
            self._whole,
            self._ended,
            self._untold,
            tuple(self._heard),
            tuple(self._told),
            dict(self._warnings),
            self._partials,
            self._missing,
            self._refusal,
            self._error,
        )

    async def _listen(self, connection: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for text in connection:
                self._take(json.loads(text))
        code, reason = connection.close_code or 1006, connection.close_reason or ""
        if self._seq == 0:  # not even `session.started` came
            self._refusal = Refusal(code, reason, "")
        elif not (self._ended and self._said_all):
            self._error = self._error or f"closed by the server with {code} {reason}".strip()

    def _take(self, message: dict[str, Any]) -> None:  # Any: JSON of the server
        now = self._clock.now()
        kind = message.get("type")
        if "seq" in message:
            self._missing += message["seq"] != self._seq + 1
            self._seq = message["seq"]
        if kind == "utterance.final":
            self._clock.finals += 1
            self._heard.append(self._final(message, now))
            self._ids.add(int(message["id"]))
        elif kind == "utterance.revised":
            self._ids.add(int(message["id"]))
        elif kind == "transcript.partial":
            self._partials += 1
        elif kind == "distress.changed":
            self._told.append(Told(float(message["time"]), str(message["state"]), now))
        elif kind == "warning":
            self._warnings[str(message.get("code"))] += 1
        elif kind == "call.ended":
            self._ended = True
            self._untold = max(int(message["summary"]["utterances"]) - len(self._ids), 0)
        elif kind == "error":
            self._error = f"{message.get('code', '')} {message.get('message', '')}".strip()

    def _final(self, message: dict[str, Any], now: float) -> Heard:
        said = message["utterance"]
        end = float(said["end"])
        stated = message["lag"]
        return Heard(
            int(message["id"]),
            int(said["channel"]),
            float(said["start"]),
            end,
            None if stated is None else float(stated),
            now - sent_at(self._sent, self._track.rate, end),
            now,
        )


def sent_at(sent: Sequence[float], rate: int, end: float) -> float:
    """Return when the message with the last sample before `end` (s in the call) was sent, of all that were."""
    last = round(end * rate) - 1
    return sent[min(max(last // round(CHUNK * rate), 0), len(sent) - 1)]


def start_message(track: Track, call_id: str, partials: bool = True) -> dict[str, Any]:
    """Return what a call begins with."""
    return {
        "type": "start",
        "format": {
            "encoding": "pcm_s16le",
            "sample_rate": track.rate,
            "channels": track.channels,
            "framing": "none",
        },
        "info": {**track.info, "call_id": call_id},
        "partials": partials,
        "phase": "in_conversation",
    }


async def connected(plan: Plan, path: str) -> ClientConnection:
    """Open a WebSocket of the server."""
    return await connect(
        plan.url.replace("http", "ws", 1) + path,
        additional_headers={"Authorization": f"Bearer {plan.key}"},
        compression=None,
        proxy=None,
        open_timeout=CONNECT,
        ping_timeout=None,  # a server that is late is what is measured, not a reason to hang up
        max_size=None,
    )


def refusal_of(refused: InvalidStatus) -> Refusal:
    """Return what the server said instead of a handshake."""
    response = refused.response
    reason = response.body.decode("utf-8", "replace") if response.body else ""
    return Refusal(response.status_code, reason, response.headers.get("Retry-After", ""))


async def watch_board(plan: Plan, clock: LoadClock) -> tuple[Looked, ...]:
    """Note each change of the order of callers on the board until the load is over."""
    found: list[Looked] = []
    board = Board()
    with suppress(*LOST):
        async with await connected(plan, "/v1/board/socket") as connection:
            stopping = asyncio.create_task(clock.stop.wait())
            while not stopping.done():
                receiving = asyncio.create_task(connection.recv())
                await asyncio.wait({receiving, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not receiving.done():
                    receiving.cancel()
                    break
                order = board.after(json.loads(receiving.result()))
                if not found or found[-1].order != order:
                    found.append(Looked(clock.now(), order))
    return tuple(found)


class Board:
    """The calls by rank, as the board's news tell it."""

    def __init__(self) -> None:
        self._calls: dict[str, str] = {}  # ids of calls by those of rows
        self._order: tuple[str, ...] = ()

    def after(self, news: dict[str, Any]) -> tuple[str, ...]:  # Any: JSON of the server
        """Take in a piece of news and return the ids of the first calls."""
        self._calls |= {row["id"]: row["call_id"] for row in news.get("rows", ())}
        if news["type"] == "board.snapshot":
            self._order = tuple(row["id"] for row in news["rows"])
        elif news["type"] == "board.changed":
            self._order = tuple(news["order"])
        return tuple(self._calls[row] for row in self._order[:BOARD_PLACES])


async def _stopped(watching: "asyncio.Task[tuple[Looked, ...]]", clock: LoadClock) -> tuple[Looked, ...]:
    clock.stop.set()
    return await watching


async def tell(clock: LoadClock) -> None:
    """Show on stderr how far the load is."""
    while True:
        await asyncio.sleep(PROGRESS)
        print(f"load: {clock.now():.0f} s, {clock.calls} calls, {clock.finals} finals", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
