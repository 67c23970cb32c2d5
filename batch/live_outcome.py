"""How a live call ended, and what the server's answers and close codes mean for it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from websockets.exceptions import InvalidHandshake
from websockets.frames import Close
from websockets.http11 import Response

TAKEN = 4409  # close code: the id is live, or was until a while ago; or the call goes on on another connection
WHY = {
    400: "the server did not take the request",
    401: "the server does not accept this key; give --key or STIMMUNG_SERVE__API_KEY",
    403: "the server does not accept this key; give --key or STIMMUNG_SERVE__API_KEY",
    404: "there is no stimmung server at this address",
    422: "the server does not take this id",
    429: "this key has as many calls as it may",
    503: "the server is full",
    1000: "the server closed the call without an end",
    1008: "the server does not allow it",
    1009: "a message was too large",
    1011: "the server made a mistake",
    1012: "the server is being stopped",
    1013: "the server is full",
    4400: "the server did not understand a message",
    4404: "the server does not know the call any more",
    4408: "the server heard nothing for too long",
    TAKEN: "somebody else has this call",
    4410: "the server keeps no events of so long ago",
}
REFUSED = (401, 403, 429, 503, 1012, 1013, TAKEN)  # of a call that never began
FINAL = (400, 401, 403, 404, 422, 1000, 1008, 1009, 4400, 4404, TAKEN, 4410)  # another attempt would end the same


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended. `ended`: with its analysis; `refused`: it never began; `failed`: it broke off."""

    status: Literal["ended", "refused", "failed"]
    why: str = ""
    retry_after: float | None = None  # s, where the server says when to try again
    is_taken: bool = False  # refused because another call has the id
    resumed: int = 0  # how often a dropped connection was made up for
    missed: int = 0  # events that never came, told by their numbers


@dataclass(frozen=True, slots=True)
class Drop:
    """A connection that went away, or could not be had, while the call may go on."""

    why: str


def of_close(close: Close | None, complaint: Mapping[str, Any], began: bool) -> Outcome | Drop:
    """Return what a WebSocket's close means; `complaint` is the server's last `error`, `began`: it had taken the call.

    A complaint is used first: a close frame has no room for long reasons.
    """
    code, told = (close.code, str(complaint.get("message") or close.reason)) if close else (0, "")
    why = WHY.get(code, f"the connection was lost (code {code})" if code else "the connection was lost")
    again = complaint.get("retry_after")
    return _meaning(code, _with_reason(why, told), float(again) if isinstance(again, int | float) else None, began)


def of_response(response: Response, began: bool) -> Outcome | Drop:
    """Return what an HTTP answer to the opening of a WebSocket means."""
    code = response.status_code
    why = _with_reason(WHY.get(code, f"the server answered with HTTP {code}"), _told(response.body))
    return _meaning(code, why, _seconds(response.headers.get("Retry-After")), began)


def reason_of(error: OSError | InvalidHandshake) -> str:
    """Return why no WebSocket could be opened, in a few words."""
    if isinstance(error, TimeoutError):
        return "not in time"
    if isinstance(error, InvalidHandshake):
        return f"no WebSocket is spoken there: {error}"
    return os.strerror(error.errno) if error.errno else str(error)


def _meaning(code: int, why: str, retry_after: float | None, began: bool) -> Outcome | Drop:
    if not began and code in REFUSED:
        return Outcome("refused", why, retry_after, is_taken=code == TAKEN)
    return Outcome("failed", why) if code in FINAL else Drop(why)


def _with_reason(why: str, reason: str) -> str:
    return f"{why}: {reason}" if reason else why


def _told(body: bytes | bytearray | None) -> str:
    """Return the reason in a JSON answer; empty where there is none."""
    try:
        values = json.loads(body or b"")
    except ValueError:
        return ""
    told = (values.get(key) for key in ("detail", "reason")) if isinstance(values, dict) else ()
    return next((one for one in told if isinstance(one, str)), "")


def _seconds(text: str | None) -> float | None:
    """Read Retry-After; its other form, a date, is not used by our server."""
    return float(text) if text and text.isascii() and text.isdigit() else None
