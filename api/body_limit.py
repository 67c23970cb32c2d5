"""The guard against requests that would fill the memory: what people say on the board fits into a few kilobytes."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from stimmung.api.problems import problem

BODY_BYTES = 65_536  # a name, a state and a reason fit many times; sound comes over WebSockets, which have a bound too


class BodyLimit:
    """ASGI middleware that answers 413 to a long body and 411 to one of unknown length, before any of it is read."""

    def __init__(self, app: ASGIApp, most: int = BODY_BYTES) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers:
            await problem(411, "send the length of the body: Content-Length")(scope, receive, send)
        elif not length.isdecimal() or int(length) > self._most:
            await problem(413, f"a body has at most {self._most} bytes")(scope, receive, send)
        else:
            await self._app(scope, receive, send)
