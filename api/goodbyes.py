"""How the server ends a connection: the close codes, each with a word for machines and a sentence for people.

Codes below 4000 are those of RFC 6455 and its registry; the others are ours and like the HTTP status of their number.
"""

from dataclasses import dataclass

REASON_BYTES = 123  # of a close frame, RFC 6455
MESSAGE_CHARACTERS = 500  # of what is repeated of a client's own mistake


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Why a connection is closed; `retry_after` (s) where it makes sense to come again."""

    code: int
    word: str
    message: str
    retry_after: float | None = None

    @property
    def is_error(self) -> bool:
        return self.code != DONE

    @property
    def reason(self) -> str:
        """The message as far as it fits a close frame."""
        return self.message.encode("utf-8", "replace")[:REASON_BYTES].decode("utf-8", "ignore")

    def to_json(self, time: float) -> dict[str, object]:
        """Return the message `error` that goes before the close; `time` (s) is the call's."""
        told = {"type": "error", "time": time, "code": self.word, "close": self.code, "message": self.message}
        return told if self.retry_after is None else {**told, "retry_after": self.retry_after}


DONE, RESTARTS, FULL, BROKEN = 1000, 1012, 1013, 1011
BAD_MESSAGE, UNKNOWN, SILENT, TAKEN, GONE = 4400, 4404, 4408, 4409, 4410


def call_over() -> Goodbye:
    """Everything was told."""
    return Goodbye(DONE, "call_over", "the call has ended")


def bad_message(why: str) -> Goodbye:
    """A message that makes no sense; the call goes on and can be resumed."""
    shown = why if len(why) <= MESSAGE_CHARACTERS else why[: MESSAGE_CHARACTERS - 1] + "…"
    return Goodbye(BAD_MESSAGE, "bad_message", shown)


def full(why: str, retry_after: float) -> Goodbye:
    """There is no place for another call."""
    return Goodbye(FULL, "full", why, retry_after)


def stopping(retry_after: float) -> Goodbye:
    """The server is being stopped."""
    return Goodbye(RESTARTS, "stopping", "the server is being stopped", retry_after)


def too_slow(unsent: int) -> Goodbye:
    """The client does not read; the call goes on and can be resumed."""
    return Goodbye(FULL, "too_slow", f"{unsent} events wait to be read; resume the call and read faster")


def not_started(seconds: float) -> Goodbye:
    """Nothing was said on a new connection."""
    return Goodbye(SILENT, "not_started", f"neither start nor resume came within {seconds:g} s")


def crowded_out() -> Goodbye:
    """Too many connections wait for their first message, and this was the oldest."""
    return Goodbye(SILENT, "not_started", "neither start nor resume came, and others wait")


def no_audio(seconds: float) -> Goodbye:
    """No sound came for too long; the call can be resumed for a while, then it ends."""
    return Goodbye(SILENT, "no_audio", f"no sound came for {seconds:g} s; silence on the line is sound, too")


def taken(call_id: str) -> Goodbye:
    """Somebody else has the call."""
    return Goodbye(TAKEN, "taken", f"a call {call_id} is live already; resume it, or choose another id")


def over_already(call_id: str) -> Goodbye:
    """A call of this id has ended."""
    return Goodbye(TAKEN, "taken", f"a call {call_id} has ended a while ago; choose another id")


def resumed_elsewhere() -> Goodbye:
    """The client resumed on another connection."""
    return Goodbye(TAKEN, "resumed_elsewhere", "the call goes on on another connection")


def unknown(call_id: str) -> Goodbye:
    """There is no call to resume."""
    return Goodbye(UNKNOWN, "unknown_call", f"there is no call {call_id} to resume; start it")


def events_gone(after: int) -> Goodbye:
    """The client is too far behind."""
    return Goodbye(GONE, "events_gone", f"the events behind {after} are no longer kept; the analysis has everything")


def broken() -> Goodbye:
    """The server made a mistake; its log says where."""
    return Goodbye(BROKEN, "broken", "the server made a mistake; what was heard of the call is lost")
