"""One live call as its clients, the board and the clock see it, whatever becomes of its connections.

Lives on the event loop; the work is `call_worker`'s. Careful of two things: no final is lost while the call lives, and
withdrawn scores are gone at once.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Literal, Protocol

from stimmung.api.board_view import BoardView
from stimmung.api.call_steps import Outcome
from stimmung.api.call_worker import CallWorker, Hooks, Means
from stimmung.api.events import LimitsJson, Measured, Started, Told, lightened
from stimmung.api.goodbyes import Goodbye, bad_message, broken, no_audio, resumed_elsewhere, too_slow
from stimmung.api.keepers import Keeping
from stimmung.api.live_parts import Board, Call, Counts, Work
from stimmung.api.outbox import Outbox
from stimmung.api.schemas import (
    Complaint,
    ConsentMessage,
    EndMessage,
    Message,
    No,
    NoticeMessage,
    PartialMessage,
    PhaseMessage,
    StartRequest,
    notice_given,
)
from stimmung.api.session_options import SessionOptions
from stimmung.api.sound_watch import PaceWatch
from stimmung.api.withdrawals import Withdrawals
from stimmung.calls.erasure import withdraw_consent
from stimmung.calls.live_events import DistressChanged, Ended, UtteranceFinal, Warned, Withdrawn
from stimmung.calls.policy import REFUSED, WITHDRAWN
from stimmung.calls.records import CallAnalysis, CallerDistress, PolicyReport
from stimmung.models.scheduling import Priority
from stimmung.speech.wire import MAX_MESSAGE_BYTES

State = Literal["live", "finishing", "ended"]
How = Literal["ended", "dropped", "drained", "failed"]
PRESSING = ("distressed", "urgent")  # states in which a caller goes before others
NOT_WITHDRAWN = "the scores that are kept of the call in the store could not be erased: withdraw again"
BACKLOG = 8  # events that a client may be behind and still be sent metrics


class Client(Protocol):
    """Whoever is connected to the call now."""

    @property
    def sent(self) -> int: ...  # the number of the last event that it was sent

    def notify(self) -> None:
        """Take note that there is something to send."""
        ...

    def dismiss(self, goodbye: Goodbye) -> None:
        """Close the connection."""
        ...


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What all sessions share; `clock` (s) is the scheduler's and the board's, too."""

    work: Work
    board: Board
    counts: Counts
    threads: Executor
    clock: Callable[[], float] = time.monotonic
    timezone: tzinfo | None = None  # of times that name none
    keeping: Keeping | None = None  # where calls stay after they ended; None: nowhere
    withdrawals: Withdrawals = field(default_factory=Withdrawals)  # from what is kept


class Session:
    """The live call `call_id`."""

    def __init__(self, request: StartRequest, call: Call, parts: SessionParts, options: SessionOptions) -> None:
        now = parts.clock()
        self.call_id = request.call_id
        self.state: State = "live"
        self.outbox = Outbox(request.call_id)
        self.ended_at: float | None = None
        self.over = asyncio.Event()  # nothing more will be told
        self.sample_rate = request.wire.sample_rate  # Hz, of the sound as it comes
        self._parts, self._options = parts, options
        self._keeper = None if parts.keeping is None else parts.keeping.of_call(request.call_id, request.wire)
        means = Means(parts.work, parts.threads, parts.clock, self._keeper)
        self._worker = CallWorker(request, call, means, Hooks(self._take, self._lose))
        self._view = BoardView(request, now)
        self._pace = PaceWatch(now)
        self._client: Client | None = None
        self._left_at = now  # when the last client went
        self._sound_at = self._measured_at = self._finishing_at = now
        self._silence_told = self._late_sound_told = False
        self._pressing: set[tuple[int, str]] = set()
        self._no: No | None = None
        self._no_heard = True  # the call itself knows it
        self._withdrawal: asyncio.Future[bool] | None = None  # whether what is kept is sure to lose its scores
        self._answers_due = 0  # to withdrawals
        self._partials = request.partials and options.partials
        self._how: How = "ended"
        self._analysis: CallAnalysis | None = None
        self._unsent_allowed = options.unsent_events

    @property
    def time(self) -> float:
        """How much sound was listened to: the call's time (s)."""
        return self._worker.seconds

    @property
    def room(self) -> asyncio.Event:
        """Set while more sound may be read from the connection."""
        return self._worker.room

    @property
    def talk(self) -> float:
        """How much sound (s) there is an analysis of, once the call has ended."""
        return self._analysis.duration if self._analysis else 0.0

    @property
    def is_over(self) -> bool:
        """Say whether nothing more is to be told."""
        return self.state == "ended" and not self._answers_due

    @property
    def is_connected(self) -> bool:
        return self._client is not None

    def begin(self, policy: PolicyReport | None) -> None:
        """Tell that the call was taken, and start to listen."""
        limits = LimitsJson(
            resume_seconds=self._options.resume_seconds,
            silence_warning_seconds=self._options.silence_warning_seconds,
            silence_close_seconds=self._options.silence_close_seconds,
            message_bytes=MAX_MESSAGE_BYTES,
        )
        self._view.rule(policy)
        if self._keeper is not None:
            self._keeper.rule(policy)
        self._parts.board.update(self._view.entry)
        self._parts.counts.call_started()
        self._tell(Started(0.0, self.call_id, limits, policy))
        self._worker.begin()

    def attach(self, client: Client) -> None:
        """Take a connection in place of the one there was."""
        if self._client is not None:
            self._client.dismiss(resumed_elsewhere())
        self._client = client
        missed = self.outbox.last - client.sent  # whoever comes back may take a while to read that
        self._unsent_allowed = min(self._options.unsent_events + missed, self.outbox.kept)
        self._sound_at, self._silence_told = self._parts.clock(), False
        self._pace.restart(self._sound_at, self.time)

    def detach(self, client: Client) -> None:
        """Let a connection go; the call waits for another one, for a while."""
        if self._client is client:
            self._client, self._left_at = None, self._parts.clock()

    async def rewind(self) -> int:
        """Return how many samples were listened to, and forget those that were not: the client sends what follows."""
        return await self._worker.rewind() if self.state == "live" else self._worker.samples

    async def report(self) -> CallAnalysis | None:
        """Return what is known of the call by now; None where a mistake of ours lost it."""
        if self._analysis is not None or self.state == "ended":
            return self._analysis
        return self._permitted(await self._worker.report())

    async def show(self) -> bool:
        """Have it recorded, where the call ended and is kept, that it is shown; say whether it may be.

        Raises StoreError where it cannot be recorded.
        """
        if self._keeper is None or self.state != "ended":
            return True
        return await asyncio.to_thread(self._keeper.show)  # not on a thread that calls are heard on

    def hear(self, client: Client, data: bytes) -> None:
        """Take a message of sound; what comes on a connection that was replaced is not heard."""
        if client is not self._client or not data:
            return
        self._sound_at, self._silence_told = self._parts.clock(), False
        if self.state == "live":
            self._worker.put_sound(data)
        elif not self._late_sound_told:
            self._late_sound_told = True
            self.warn("after_end", "sound came after the end of the call; it is not heard")

    def obey(self, client: Client, message: Message) -> Complaint | None:
        """Take a control message; return what is wrong with it."""
        if client is not self._client:
            return None
        match message:
            case ConsentMessage(value="withdrawn" | "refused" as value):
                self.refuse(value)
            case PhaseMessage():
                self._view.change_phase(message.value, self._parts.clock())
                self._show()
            case NoticeMessage():
                given = notice_given(message, self._parts.timezone)
                if isinstance(given, Complaint):
                    return given
                self._worker.put(given)
            case ConsentMessage():
                self._worker.put(message)
            case PartialMessage():
                self._ask_partial()
            case EndMessage():
                self.end()
            case _:
                return Complaint(f"{message.type}: this connection has a call already")
        return None

    def refuse(self, value: No) -> None:
        """Forget every score, here and wherever it was told of, before the call itself knows; it decides what follows.

        When the call has ended, a refusal is as good as a withdrawal.
        """
        if self._no == "withdrawn":
            self._withdraw_kept()  # where that failed before
            return
        self._no = value if self.state != "ended" else "withdrawn"
        self._forget_scores()
        self._withdraw_kept()
        if self.state == "ended":
            self._once_promised(lambda: self._tell(Withdrawn(self.time)))
        else:
            self._no_heard = False
            self._worker.refuse(value)

    async def promised(self) -> bool:
        """Return whether what is kept of the call is sure to lose its scores after a withdrawal, once that is known."""
        return self._withdrawal is None or await asyncio.shield(self._withdrawal)

    def end(self, how: How = "ended") -> None:
        """Take no more sound and finish what was said."""
        if self.state == "live":
            self.state, self._how, self._finishing_at = "finishing", how, self._parts.clock()
            self._worker.put(EndMessage(type="end"))

    def abandon(self) -> None:
        """End with what is known; it takes one more step."""
        if self.state != "ended":
            self.end("drained")
            self._worker.abandon()

    def warn(self, code: str, message: str) -> None:
        """Tell whoever sends the call something that they should know."""
        self._tell(Warned(self.time, code, message))

    def dismiss(self, goodbye: Goodbye) -> None:
        """Close the connection, if there is one."""
        if self._client is not None:
            self._client.dismiss(goodbye)

    def tick(self, now: float) -> None:
        """Do what the passing of time demands."""
        if self.state == "ended":
            if self.ended_at is not None and now - self.ended_at >= self._options.resume_seconds:
                self.dismiss(too_slow(self.outbox.last))  # with its last words unread
            return
        self._worker.try_again()
        if self.state == "finishing":
            if now - self._finishing_at >= self._options.finish_seconds:
                self.abandon()
            return
        if now - self._measured_at >= self._options.metrics_seconds:
            self._measured_at = now
            self._worker.measure()
            if self._partials and self._client is not None:
                self._worker.ask_partial()
        if self._client is not None:
            self._watch(now)
        elif now - self._left_at >= self._options.resume_seconds:
            self.end("dropped")

    def is_forgettable(self, now: float) -> bool:
        """Say whether nobody can ask for this call's events any more."""
        since = max(self._left_at, self.ended_at or now)
        return self.state == "ended" and self._client is None and now - since >= self._options.resume_seconds

    def forget_events(self) -> None:
        """Drop the events of a call that ended; its analysis stays."""
        self.outbox.forget()

    async def close(self) -> None:
        """Stop at once, without an end of the call."""
        await self._worker.close()

    def _ask_partial(self) -> None:
        if self._options.partials:
            self._worker.ask_partial()
        else:
            self.warn("partials", "this server sends no words before their utterance has ended")

    def _watch(self, now: float) -> None:
        """Look at what comes from the client, and what does not."""
        if self._worker.behind > 0:  # who sent much at once is not silent while it is listened to
            self._sound_at = now
        silent = now - self._sound_at
        if silent >= self._options.silence_close_seconds:
            self.dismiss(no_audio(silent))
        elif silent >= self._options.silence_warning_seconds and not self._silence_told:
            self._silence_told = True
            self.warn("no_audio", f"no sound came for {silent:.0f} s; silence on the line is sound, too")
        if warning := self._pace.look(now, self.time + self._worker.behind):
            self._tell(warning)

    def _take(self, outcome: Outcome) -> None:
        """Pass on what a step brought."""
        for told in outcome.told:
            self._take_event(told)
        if outcome.fault:
            self.dismiss(bad_message(outcome.fault))
        if self.state == "ended":
            return
        if outcome.policy is not None:
            self._view.rule(outcome.policy)
        if outcome.callers is not None:
            self._readmit(outcome.callers)
            self._view.judge(outcome.callers)
        if outcome.metrics is not None:
            self._view.hear(self._worker.arrived(self.time))
            if self._client is not None and self.outbox.last - self._client.sent <= BACKLOG:
                self._tell(Measured(self.time, outcome.metrics, self._worker.behind, self._worker.waiting))
        self._show()

    def _take_event(self, told: Told) -> None:
        match told:
            case UtteranceFinal():
                self._tell(told, self._lag(told))
                self._view.speak(told.utterance.language)
            case DistressChanged():
                self._tell(told)
                if self._no is None:  # a step that was on its way when the caller said no
                    self._press(told.caller)
            case Withdrawn():
                self._tell(told)
                self._no_heard = True
                if self._no == "refused":  # it may be granted yet, and the call knows by now
                    self.outbox.permit_scores()
                    self._view.permit_scores()
            case Ended():
                self._finish(told)
            case _:
                self._tell(told)

    def _lag(self, final: UtteranceFinal) -> float | None:
        """Return and count the time from the arrival of the last voiced sample to now, when the event is sent."""
        arrived = self._worker.arrived(final.utterance.end)
        if arrived is None:
            return None
        lag = self._parts.clock() - arrived
        self._parts.counts.final_sent(lag, urgent=bool(self._pressing))
        return lag

    def _press(self, caller: CallerDistress) -> None:
        """Let a caller in distress go before others at the scheduler, and line up again when calm."""
        who = caller.channel, caller.speaker
        before = bool(self._pressing)
        if caller.state in PRESSING:
            self._pressing.add(who)
        else:
            self._pressing.discard(who)
        if bool(self._pressing) != before:
            self._parts.work.promote(self.call_id, Priority.FINAL if before else Priority.URGENT)

    def _forget_scores(self) -> None:
        why = (REFUSED if self._no == "refused" else WITHDRAWN).why
        self.outbox.erase_scores()
        self._view.erase_scores(why)
        self._analysis = self._permitted(self._analysis)
        self._parts.board.erase(self.call_id, why)
        if self.state == "ended":
            self._parts.board.remove(self.call_id)  # its news went with the scores, and there is no row to keep bare
            return
        if self._pressing:
            self._pressing.clear()
            self._parts.work.promote(self.call_id, Priority.FINAL)

    def _readmit(self, callers: tuple[CallerDistress, ...]) -> None:
        """Show on the board again who refused and then agreed: the call judges them.

        The board takes no more scores of a call that was erased, so it has to forget the call, with what people did.
        """
        if callers and self._no == "refused" and self._no_heard:
            self._no = None
            self._parts.board.remove(self.call_id)

    def _permitted(self, analysis: CallAnalysis | None) -> CallAnalysis | None:
        return withdraw_consent(analysis) if analysis and self._no == "withdrawn" else analysis

    def _finish(self, ended: Ended) -> None:
        heard, bare = self._no_heard, lightened(ended)
        assert isinstance(bare, Ended)
        if not heard:  # it came while the last step was taken, and the call may be kept with its scores
            self._no = "withdrawn"
            self._withdraw_kept()
        self._analysis = self._permitted(bare.analysis)
        if heard:
            self._tell_end(bare)
        else:
            self._once_promised(lambda: self._tell_end(bare, withdrawn=True))

    def _tell_end(self, bare: Ended, withdrawn: bool = False) -> None:
        if withdrawn:
            self._tell(Withdrawn(bare.time))
        self._close_call(self._how)
        self._tell(bare)

    def _withdraw_kept(self) -> None:
        """Take the scores out of what is kept of the call, or is just being kept, on a thread of its own; once."""
        failed = self._withdrawal is not None and self._withdrawal.done() and not self._withdrawal.result()
        if self._keeper is not None and self._no == "withdrawn" and (self._withdrawal is None or failed):
            self._withdrawal = self._parts.withdrawals.begin(self._keeper, self._parts.threads)

    def _once_promised(self, tell: Callable[[], None]) -> None:
        """Tell of a withdrawal when nothing can bring the scores back any more, or with a warning where that failed."""
        if self._withdrawal is None:
            tell()
            return

        self._answers_due += 1

        def answer(promised: asyncio.Future[bool]) -> None:
            self._answers_due -= 1
            if promised.cancelled() or not promised.result():
                self.warn("not_withdrawn", NOT_WITHDRAWN)
            tell()

        self._withdrawal.add_done_callback(answer)

    def _lose(self) -> None:
        """Give the call up after a mistake of ours."""
        self._close_call("failed")
        self.dismiss(broken())

    def _close_call(self, how: How) -> None:
        self.state, self.ended_at = "ended", self._parts.clock()
        self._parts.work.leave(self.call_id)
        self._parts.board.remove(self.call_id)
        self._parts.counts.call_ended(how)
        self.over.set()

    def _show(self) -> None:
        if self.state != "ended":
            self._parts.board.update(self._view.entry)

    def _tell(self, told: Told, lag: float | None = None) -> None:
        self.outbox.put(told, lag)
        if self._client is None:
            return
        self._client.notify()
        unsent = self.outbox.last - self._client.sent
        if unsent > self._unsent_allowed:
            self._client.dismiss(too_slow(unsent))
