"""What is known of the calls that are being sent: how far each is, who said what in which mood, message by message."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from stimmung.batch.live_messages import Kind, LiveMessage
from stimmung.batch.live_records import Caller, Ranking, Said, read_caller, read_partial, read_said, text_of

Progress = Literal["opening", "live", "dropped", "ended", "refused", "failed"]
KEPT = 4  # utterances of a call: more are never shown at once


@dataclass(slots=True)
class CallNow:
    """One call as it stands."""

    name: str
    call_id: str
    roles: tuple[str, ...] = ()  # by channel
    progress: Progress = "opening"
    note: str = ""  # why it is not live
    time: float = 0.0  # s in the call
    said: deque[Said] = field(default_factory=lambda: deque(maxlen=KEPT))
    partials: dict[int, Said] = field(default_factory=dict)  # what is being said, by channel
    callers: dict[int, Caller] = field(default_factory=dict)  # by channel

    @property
    def worst(self) -> Caller | None:
        """The caller of this call who needs somebody most, by its own messages."""
        return max(self.callers.values(), key=lambda caller: caller.rank, default=None)

    def follow(self, message: LiveMessage) -> None:
        """Take in a message of this call."""
        self.time = max(self.time, message.time)
        body = message.body
        match message.type:
            case Kind.STARTED | Kind.RESUMED:
                self.progress, self.note = "live", ""
                self.call_id = text_of(body, "call_id") or self.call_id
            case Kind.PARTIAL:
                self._hear(read_partial(body))
            case Kind.FINAL:
                self._add(read_said(body))
            case Kind.REVISED:
                self._revise(read_said(body))
            case Kind.DISTRESS:
                caller = read_caller(self.call_id, body)
                self.callers[caller.channel] = caller
            case Kind.WITHDRAWN:
                self._forget_scores()
            case Kind.DROPPED:
                self.progress, self.note = "dropped", text_of(body, "why")
            case Kind.OUTCOME:
                self._finish(body.get("status"), text_of(body, "why"))

    def _hear(self, new: Said) -> None:
        role = self.roles[new.channel] if 0 <= new.channel < len(self.roles) else ""
        self.partials[new.channel] = replace(new, role=role)

    def _add(self, new: Said) -> None:
        """Add an utterance; what the channel says meanwhile, if it began after it, is the next one's."""
        partial = self.partials.get(new.channel)
        if partial and partial.time < new.end:
            del self.partials[new.channel]
        if new.text:
            self.said.append(new)

    def _revise(self, new: Said) -> None:
        for place, old in enumerate(self.said):
            if old.id == new.id:
                self.said[place] = new
        if not new.text:  # heard once more, it was no speech
            self.said = deque((one for one in self.said if one.text), maxlen=KEPT)

    def _forget_scores(self) -> None:
        self.callers.clear()
        for place, old in enumerate(self.said):
            self.said[place] = replace(old, words=None, voice=None)

    def _finish(self, status: object, why: str) -> None:
        self.partials.clear()
        self.note = why
        match status:
            case "ended" | "refused" | "failed":
                self.progress = status


@dataclass(slots=True)
class LiveState:
    """All calls of this client by name, and the board of the server, None while there is none."""

    calls: dict[str, CallNow]
    board: Ranking | None = None
    note: str = ""  # what is going on with all of them

    def ranking(self) -> Ranking:
        """Return the callers who need somebody most first: as the board has them, else by what their calls say."""
        if self.board is not None:
            return self.board
        callers = (caller for call in self.calls.values() for caller in call.callers.values())
        return tuple(sorted(callers, key=lambda caller: caller.rank, reverse=True))

    def ranked_calls(self) -> list[CallNow]:
        """Return our own calls, each once, in the order of the ranking; those without a caller come last."""
        own = self.by_id()
        return [own[one] for one in dict.fromkeys([*(caller.call_id for caller in self.ranking()), *own]) if one in own]

    def by_id(self) -> dict[str, CallNow]:
        """Return our own calls by the ids that the server knows them by."""
        return {call.call_id: call for call in self.calls.values()}

    def name_of(self, call_id: str) -> str:
        """Return the name under which we sent a call; of somebody else's call the id."""
        own = self.by_id()
        return own[call_id].name if call_id in own else call_id


def named_calls(calls: Iterable[tuple[str, str, tuple[str, ...]]]) -> LiveState:
    """Return the state before anything happened; `calls`: name, id and roles of each."""
    return LiveState({name: CallNow(name, call_id, roles) for name, call_id, roles in calls})
