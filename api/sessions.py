"""All live calls of this server by their ids: who is let in, who may come back, what is kept when they end.

Lives on the event loop. One look at the clock, four times a second, serves all of them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from stimmung.api.connection import Connection
from stimmung.api.goodbyes import (
    Goodbye,
    bad_message,
    crowded_out,
    events_gone,
    full,
    not_started,
    over_already,
    stopping,
    taken,
    unknown,
)
from stimmung.api.live_parts import Call, MakeCall
from stimmung.api.schemas import (
    ID_LENGTH,
    Complaint,
    No,
    ResumeMessage,
    StartMessage,
    StartRequest,
    is_call_id,
    start_request,
)
from stimmung.api.session import Session, SessionParts, State
from stimmung.api.session_options import SessionOptions
from stimmung.calls.records import CallAnalysis, PolicyReport
from stimmung.speech.errors import Overloaded, StimmungError

STOPPING_RETRY = 30.0  # s in which another process may have taken over
WARMING_RETRY = 5.0  # s; a warm-up takes about as long
BAD_ID = f"the id of a call has 1 to {ID_LENGTH} printable characters, no / among them, and does not begin with a dot"
LAST_WORDS_SECONDS = 2.0  # for clients to read the end of their call before the server is gone


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a connection is not taken, before its handshake is answered; `retry_after` in seconds."""

    status: Literal[422, 503]
    message: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class CallReport:
    """What can be told of a call; `analysis` is None where a mistake of ours lost it."""

    call_id: str
    state: State
    analysis: CallAnalysis | None


class SessionRegistry:
    """Begins, keeps, finds and ends sessions."""

    def __init__(
        self,
        make_call: MakeCall,
        parts: SessionParts,
        options: SessionOptions,
        closed: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._make_call, self._parts, self._options = make_call, parts, options
        self._closed = closed  # says why there can be no new call
        self._sessions: dict[str, Session] = {}
        self._starting: set[str] = set()
        self._waiting: dict[Connection, float] = {}  # connections that have not said what they want, and since when
        self._draining = False

    @property
    def live(self) -> int:
        """How many calls have not ended."""
        return sum(1 for session in self._sessions.values() if session.state != "ended")

    def states(self) -> list[tuple[str, State]]:
        """Return every call that is known, in the order in which they began."""
        return [(session.call_id, session.state) for session in self._sessions.values()]

    async def report(self, call_id: str) -> CallReport | None:
        """Return what is known of a call by now; None where there is none, or none any more."""
        session = self._sessions.get(call_id)
        if session is None:
            return None
        analysis = await session.report()
        return CallReport(call_id, session.state, analysis)

    async def show(self, call_id: str) -> bool:
        """Have it recorded that a call is shown that is kept; False where it may not be. Raises StoreError."""
        session = self._sessions.get(call_id)
        return session is not None and await session.show()

    def refuse(self, call_id: str, value: No) -> bool:
        """Forget every score of a call whose caller said no; False where there is no such call."""
        session = self._sessions.get(call_id)
        if session is not None:
            session.refuse(value)
        return session is not None

    async def promised(self, call_id: str) -> bool:
        """Return whether a call that was withdrawn from is sure to lose its scores in the store, too."""
        session = self._sessions.get(call_id)
        return session is None or await session.promised()

    def refusal(self, call_id: str) -> Refusal | None:
        """Return why a new connection for a call makes no sense; None where it does."""
        if not is_call_id(call_id):
            return Refusal(422, BAD_ID)
        if call_id in self._sessions or call_id in self._starting:
            return None
        if self._draining:
            return self._refuse("stopping", "the server is being stopped", STOPPING_RETRY)
        if why := self._closed():
            return self._refuse("not_ready", why, WARMING_RETRY)
        if self.live + len(self._starting) < self._options.capacity:
            return None
        try:
            self._parts.work.admit(call_id)
        except Overloaded as error:
            return self._refuse("full", error.reason, error.retry_after)
        self._parts.work.leave(call_id)
        return None

    def arrive(self, connection: Connection) -> None:
        """Take note of a connection that has not said what it wants; past a bound the oldest makes room."""
        if len(self._waiting) >= self._options.waiting_connections:
            next(iter(self._waiting)).dismiss(crowded_out())
        self._waiting[connection] = self._parts.clock()

    def settle(self, connection: Connection) -> None:
        """Take note that it has said so, or is gone."""
        self._waiting.pop(connection, None)

    async def start(self, call_id: str, message: StartMessage) -> Session | Goodbye:
        """Begin a call, if it makes sense and there is a place for it."""
        request = start_request(call_id, message, self._parts.timezone)
        if isinstance(request, Complaint):
            return bad_message(request.text)
        if goodbye := self._why_not(call_id):
            return goodbye
        try:
            self._parts.work.admit(call_id)
        except Overloaded as error:
            self._parts.counts.call_refused("full")
            return full(error.reason, error.retry_after)
        self._starting.add(call_id)
        session: Session | None = None
        try:
            session = await self._begun(request)
        except StimmungError as error:
            return bad_message(str(error))
        finally:
            self._starting.discard(call_id)
            if session is None:
                self._parts.work.leave(call_id)
        return session

    def resume(self, call_id: str, message: ResumeMessage) -> Session | Goodbye:
        """Find a call that goes on, or has just ended, with everything that its client did not see."""
        session = self._sessions.get(call_id)
        if session is None or session.is_forgettable(self._parts.clock()):
            return unknown(call_id)
        if message.after > session.outbox.last:
            return bad_message(f"resume.after = {message.after}: only {session.outbox.last} events were told")
        if not session.outbox.can_go_on_after(message.after):
            return events_gone(message.after)
        return session

    def tick(self) -> None:
        """Do what the passing of time demands."""
        now = self._parts.clock()
        for connection, since in list(self._waiting.items()):
            if now - since >= self._options.start_seconds:
                connection.dismiss(not_started(now - since))
        for session in list(self._sessions.values()):
            session.tick(now)
        self._forget(now)

    async def run(self) -> None:
        """Look at the clock for as long as the server runs."""
        while True:
            self.tick()
            await asyncio.sleep(self._options.tick_seconds)

    async def drain(self, seconds: float) -> int:
        """Let no call in any more and end those that are on with what they have said; return how many were cut off.

        Each gets its finals, its analysis and `call.ended`, if that takes no more than `seconds`.
        """
        self._draining = True
        for connection in list(self._waiting):
            connection.dismiss(stopping(STOPPING_RETRY))
        live = [session for session in self._sessions.values() if session.state != "ended"]
        for session in live:
            session.warn("stopping", "the server is being stopped; the call ends with what was said so far")
            session.end("drained")
        await _all_over(live, seconds)
        late = [session for session in live if session.state != "ended"]
        for session in late:
            session.abandon()
        await _all_over(late, LAST_WORDS_SECONDS)
        await self._until_read()
        return len(late)

    async def close(self) -> None:
        """Stop everything at once, but for withdrawals that are on their way to the store."""
        for session in list(self._sessions.values()):
            await session.close()
        await self._parts.withdrawals.finish()

    async def _begun(self, request: StartRequest) -> Session:
        def make() -> tuple[Call, PolicyReport | None]:
            call = self._make_call(request)
            return call, call.analysis().policy

        call, policy = await asyncio.get_running_loop().run_in_executor(self._parts.threads, make)
        session = Session(request, call, self._parts, self._options)
        self._sessions[request.call_id] = session
        session.begin(policy)
        return session

    def _why_not(self, call_id: str) -> Goodbye | None:
        """Return why this id cannot be begun now."""
        session = self._sessions.get(call_id)
        if session is not None and session.state == "ended":
            return over_already(call_id)
        if session is not None or call_id in self._starting:
            return taken(call_id)
        if self._draining:
            self._parts.counts.call_refused("stopping")
            return stopping(STOPPING_RETRY)
        if why := self._closed():
            self._parts.counts.call_refused("not_ready")
            return full(why, WARMING_RETRY)
        return None

    def _refuse(self, reason: str, message: str, retry_after: float) -> Refusal:
        self._parts.counts.call_refused(reason)
        return Refusal(503, message, retry_after)

    def _forget(self, now: float) -> None:
        """Drop the calls that ended long ago, and the oldest where too many are kept."""
        ended = [one for one in self._sessions.values() if one.ended_at is not None and not one.is_connected]
        ended.sort(key=lambda one: one.ended_at or 0.0, reverse=True)
        talk = 0.0
        for place, session in enumerate(ended):
            talk += session.talk
            surplus = place >= self._options.keep_finished_calls or talk > self._options.keep_finished_talk
            if surplus or now - (session.ended_at or 0.0) >= self._options.keep_finished_seconds:
                del self._sessions[session.call_id]
            elif session.is_forgettable(now):
                session.forget_events()

    async def _until_read(self) -> None:
        """Wait a little for clients that still read the end of their call."""
        loop = asyncio.get_running_loop()
        until = loop.time() + LAST_WORDS_SECONDS
        while any(session.is_connected for session in self._sessions.values()) and loop.time() < until:
            await asyncio.sleep(0.01)


async def _all_over(sessions: list[Session], seconds: float) -> None:
    """Wait for sessions to end, for some time."""
    waits = [asyncio.ensure_future(session.over.wait()) for session in sessions]
    if waits:
        _, pending = await asyncio.wait(waits, timeout=seconds)
        for one in pending:
            one.cancel()
