"""One WebSocket of a call: its first message, then events out and sound in until either side has enough.

Knows no framework: the socket is a Protocol. A connection never harms its call, which goes on without it for a while.
"""

import asyncio
import json
from collections.abc import Coroutine
from typing import Protocol

from stimmung.api.goodbyes import Goodbye, bad_message, call_over
from stimmung.api.schemas import Complaint, ResumeMessage, StartMessage, read_message
from stimmung.api.session import Session
from stimmung.calls.rounding import seconds

AT_ONCE = 64  # events taken from the outbox, and messages read, before others have their turn
GOODBYE_SECONDS = 2.0  # for the last words to a client that may not read any more


class Socket(Protocol):
    """A WebSocket that was accepted."""

    async def receive(self) -> str | bytes | None:
        """Return the next message; None when the client is gone."""
        ...

    async def send(self, text: str) -> bool:
        """Send a message, waiting while the client does not read; False when it is gone."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close it."""
        ...


class Doors(Protocol):
    """Lets connections in to their calls: `api.sessions.SessionRegistry`."""

    def arrive(self, connection: "Connection") -> None:
        """Take note of a connection that has not said what it wants."""
        ...

    def settle(self, connection: "Connection") -> None:
        """Take note that it has, or is gone."""
        ...

    async def start(self, call_id: str, message: StartMessage) -> Session | Goodbye:
        """Begin a call."""
        ...

    def resume(self, call_id: str, message: ResumeMessage) -> Session | Goodbye:
        """Find a call that goes on."""
        ...


class Connection:
    """A client of the call `call_id`, from its first message to the close."""

    def __init__(self, socket: Socket, doors: Doors, call_id: str, patience: float = GOODBYE_SECONDS) -> None:
        self.call_id = call_id
        self._patience = patience  # s for the last words
        self.sent = 0  # number of the last event that was sent
        self._socket, self._doors = socket, doors
        self._session: Session | None = None
        self._news = asyncio.Event()
        self._dismissed: asyncio.Future[Goodbye | None] = asyncio.get_running_loop().create_future()

    def notify(self) -> None:
        """Take note that there is something to send."""
        self._news.set()

    def dismiss(self, goodbye: Goodbye) -> None:
        """Close the connection for a reason; the first one counts."""
        if not self._dismissed.done():
            self._dismissed.set_result(goodbye)

    async def run(self) -> None:
        """Serve the client until the connection is closed."""
        try:
            goodbye = await self._serve()
        finally:
            if self._session is not None:
                self._session.detach(self)
        if goodbye is not None:
            await self._leave(goodbye)

    async def _serve(self) -> Goodbye | None:
        """Return why the connection is to be closed; None where the client is gone."""
        self._doors.arrive(self)
        try:
            goodbye = await self._first(self._open())
        finally:
            self._doors.settle(self)
        if self._session is None:
            return goodbye
        return await self._first(self._send(self._session), self._read(self._session))

    async def _first(self, *work: Coroutine[None, None, Goodbye | None]) -> Goodbye | None:
        """Return what ends first, a dismissal before everything else, and stop the rest."""
        tasks = [asyncio.ensure_future(one) for one in work]
        try:
            done, _ = await asyncio.wait([*tasks, self._dismissed], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if self._dismissed in done:
            return self._dismissed.result()
        return next(task for task in tasks if task in done).result()

    async def _open(self) -> Goodbye | None:
        """Read the first message and find the call that it is about."""
        received = await self._socket.receive()
        if received is None:
            return None
        if isinstance(received, bytes):
            return bad_message("the first message is start or resume, not sound")
        message = read_message(received)
        match message:
            case Complaint():
                return bad_message(message.text)
            case StartMessage():
                session = await self._doors.start(self.call_id, message)
                if isinstance(session, Goodbye):
                    return session
                self._join(session, 0)
            case ResumeMessage():
                found = self._doors.resume(self.call_id, message)
                if isinstance(found, Goodbye):
                    return found
                self._join(found, message.after)
                await self._tell_resumed(found)
            case _:
                return bad_message(f"the first message is start or resume, not {message.type}")
        return None

    def _join(self, session: Session, after: int) -> None:
        self._session, self.sent = session, after
        session.attach(self)
        self._news.set()

    async def _tell_resumed(self, session: Session) -> None:
        samples = await session.rewind()
        told: dict[str, object] = {
            "type": "session.resumed",
            "time": seconds(session.time),
            "state": session.state,
            "audio_seconds": samples / session.sample_rate,  # not rounded: the client goes on at this sample
            "audio_samples": samples,
        }
        await self._socket.send(_text(told))

    async def _send(self, session: Session) -> Goodbye | None:
        """Send events as they come, until the last one."""
        while True:
            self._news.clear()
            for event in session.outbox.after(self.sent, AT_ONCE):
                if not await self._socket.send(_text(session.outbox.to_json(event))):
                    return None
                self.sent = event.seq
            if self.sent < session.outbox.last:
                await asyncio.sleep(0)
            elif session.is_over:
                return call_over()
            else:
                await self._news.wait()

    async def _read(self, session: Session) -> Goodbye | None:
        """Take sound and messages as they come, and no more than the call can take."""
        count = 0
        while True:
            await session.room.wait()
            received = await self._socket.receive()
            if received is None:
                return None
            if isinstance(received, bytes):
                session.hear(self, received)
            elif (complaint := self._obey(session, received)) is not None:
                return bad_message(complaint.text)
            count += 1
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)  # tiny messages come without a pause of their own

    def _obey(self, session: Session, text: str) -> Complaint | None:
        message = read_message(text)
        return message if isinstance(message, Complaint) else session.obey(self, message)

    async def _leave(self, goodbye: Goodbye) -> None:
        """Say why, and close; a client that does not read is not waited for."""
        try:
            async with asyncio.timeout(self._patience):
                time = seconds(self._session.time) if self._session else 0.0
                if not goodbye.is_error or await self._socket.send(_text(goodbye.to_json(time))):
                    await self._socket.close(goodbye.code, goodbye.reason)
        except TimeoutError:
            return


def _text(message: dict[str, object]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
