"""One call sent to `stimmung serve` as it would happen: sound by the clock, events as they come, resumed when dropped.

Nothing here prints: whoever starts a call is handed each message once and in order, the client's own among them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from stimmung.batch.live_endpoint import Endpoint
from stimmung.batch.live_messages import Kind, LiveMessage, parse_message, to_text
from stimmung.batch.live_outcome import Drop, Outcome, of_close, of_response, reason_of
from stimmung.batch.live_sound import LiveSound

MOST_IDS = 100  # that are tried for a call: 4711, 4711-2, …
EARLY = "the server ended the call before its sound did"
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4.0  # s between attempts to resume, doubled from one to the next


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call to be sent: its name for people, its id, what is known of it (CallInfo's keys) and its sound.

    Where the server has a call of that id, live or ended a while ago, this one gets a number behind it.
    """

    name: str
    call_id: str
    info: Mapping[str, object]
    sound: LiveSound


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How a call is sent, and how long the client waits (s)."""

    speed: float = 1.0  # 2: twice as fast as it was spoken
    chunk_seconds: float = 0.02  # sound in a message; 20 ms is what telephone systems send at a time
    partials: bool = True  # whether to ask for the words of utterances that still go on
    answer_seconds: float = 10.0  # for the server's first word on a connection
    resume_seconds: float = 30.0  # for resuming a dropped call, which the server keeps as long
    finish_seconds: float = 120.0  # from the last sound to `call.ended`


@dataclass(frozen=True, slots=True)
class Time:
    """The clock (s) and how to wait by it; tests have one that waits for nobody."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(slots=True)
class _Attempts:
    """The attempts to resume since the last event that came."""

    since: float
    seq: int
    pause: float = FIRST_PAUSE


class CallClient:
    """Sends one call, once; `on_message` gets each of its messages."""

    def __init__(
        self,
        call: OutgoingCall,
        endpoint: Endpoint,
        on_message: Callable[[LiveMessage], None],
        options: SendOptions | None = None,
        clock: Time | None = None,
    ) -> None:
        self._call = call
        self._endpoint = endpoint
        self._on_message = on_message
        self._options = options or SendOptions()
        self._time = clock or Time()
        self._origin: float | None = None  # when the call began, by the clock; None until the server has taken it
        self._number = 1  # of the id, where the first ones are taken
        self._seq = 0  # of the last event
        self._at = 0.0  # time in the call of the last event
        self._complaint: Mapping[str, Any] = {}  # the server's last `error`
        self._ending = False  # all sound was sent
        self._missed = 0
        self._resumed = 0

    @property
    def _call_id(self) -> str:
        return self._call.call_id if self._number == 1 else f"{self._call.call_id}-{self._number}"

    async def run(self, stop: asyncio.Event) -> Outcome:
        """Send the call to its end, or until `stop` is set, which ends it early and properly."""
        attempts: _Attempts | None = None
        while True:
            result = await self._connection(stop)
            if isinstance(result, Outcome):
                if result.is_taken and self._number < MOST_IDS:
                    self._number += 1
                    continue
                return self._finished(result)
            if self._origin is None:
                return self._finished(Outcome("failed", result.why))
            if attempts is None or self._seq > attempts.seq:
                attempts = _Attempts(self._time.now(), self._seq)
            waited = self._time.now() - attempts.since
            if stop.is_set() or waited + attempts.pause > self._options.resume_seconds:
                return self._finished(Outcome("failed", f"{result.why}; not resumed within {waited:.0f} s"))
            self._tell(Kind.DROPPED, why=result.why)
            await self._time.sleep(attempts.pause)
            attempts.pause = min(2 * attempts.pause, LONGEST_PAUSE)

    async def _connection(self, stop: asyncio.Event) -> Outcome | Drop:
        """Open a connection and use it until it closes or the call is over."""
        resuming, self._complaint = self._origin is not None, {}
        try:
            socket = await self._endpoint.open(self._endpoint.call_url(self._call_id))
        except InvalidStatus as error:
            return of_response(error.response, resuming)
        except (OSError, InvalidHandshake) as error:
            return Drop(f"nobody answers at {self._endpoint.url} ({reason_of(error)})")
        try:
            async with socket:
                return await self._conversation(socket, stop)
        except ConnectionClosed as error:
            return of_close(error.rcvd, self._complaint, self._origin is not None)

    async def _conversation(self, socket: ClientConnection, stop: asyncio.Event) -> Outcome | Drop:
        """Start or resume the call, then send and receive until it is over. Raises ConnectionClosed."""
        sending: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(self._options.answer_seconds) as limit:
                with suppress(ConnectionClosed):  # what came before the close is still to be read, its reason too
                    await socket.send(self._opening())
                while True:
                    message = parse_message(await socket.recv())
                    if message is None:
                        return Outcome("failed", f"{self._endpoint.url} sends what is no message of a stimmung server")
                    if message.type in (Kind.STARTED, Kind.RESUMED) and sending is None:
                        limit.reschedule(None)
                        sending = asyncio.create_task(self._send(socket, self._first_sample(message), stop, limit))
                    self._take(message)
                    if message.type == Kind.ENDED:
                        return Outcome("ended") if self._ending else Outcome("failed", EARLY)
        except TimeoutError:
            if sending is None:
                return Drop(f"{self._endpoint.url} took the connection and said nothing")
            return Outcome("failed", f"no end of the call came within {self._options.finish_seconds:.0f} s")
        finally:
            if sending:
                await _stopped(sending)

    def _opening(self) -> str:
        if self._origin is not None:
            return to_text("resume", after=self._seq)
        sound = self._call.sound
        return to_text(
            "start",
            format={
                "encoding": "pcm_s16le",
                "sample_rate": sound.sample_rate,
                "channels": sound.channels,
                "framing": "none",
            },
            info={**self._call.info, "call_id": self._call_id},
            partials=self._options.partials,
            phase="in_conversation",
        )

    def _first_sample(self, message: LiveMessage) -> int:
        """Return where to go on in the sound: what the server holds already need not be sent again."""
        if message.type == Kind.STARTED and self._origin is None:
            self._origin = self._time.now()
            return 0
        self._resumed += 1
        return round(float(message.body.get("audio_seconds", 0.0)) * self._call.sound.sample_rate)

    async def _send(self, socket: ClientConnection, sample: int, stop: asyncio.Event, limit: asyncio.Timeout) -> None:
        """Send the sound from a sample on, each piece once it would have been spoken, and what is late at once."""
        sound, origin = self._call.sound, self._origin or 0.0
        size = max(1, round(self._options.chunk_seconds * sound.sample_rate))
        while sample < sound.samples and not stop.is_set():
            piece = sound.piece(sample, size)
            sample = min(sample + size, sound.samples)
            due = origin + sample / sound.sample_rate / self._options.speed
            await self._time.sleep(max(0.0, due - self._time.now()))
            await socket.send(piece)
        self._ending = True
        await socket.send(to_text("end"))
        limit.reschedule(asyncio.get_running_loop().time() + self._options.finish_seconds)

    def _take(self, message: LiveMessage) -> None:
        """Hand a message on, an event only once."""
        if message.type == Kind.ERROR:
            self._complaint = message.body
        if message.seq is not None:
            if message.seq <= self._seq:
                return
            self._missed += message.seq - self._seq - 1
            self._seq, self._at = message.seq, message.time
        self._on_message(message)

    def _tell(self, kind: str, **values: object) -> None:
        self._on_message(LiveMessage(kind, None, self._at, {"type": kind, "time": self._at, **values}))

    def _finished(self, outcome: Outcome) -> Outcome:
        """Return the outcome with what was counted on the way, and tell it."""
        outcome = replace(outcome, resumed=self._resumed, missed=self._missed)
        told = asdict(outcome)
        del told["is_taken"]  # the reason says so
        self._tell(Kind.OUTCOME, **told)
        return outcome


async def _stopped(sending: asyncio.Task[None]) -> None:
    """End a sender; that the connection closed under it is told by whoever receives."""
    sending.cancel()
    await asyncio.wait([sending])
    if not sending.cancelled() and not isinstance(sending.exception(), ConnectionClosed | None):
        sending.result()  # a fault of ours
