"""One connection to an app on the test's own event loop: what never ends can be read piece by piece."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp, Message

PATIENCE = 5.0  # s until a test that hangs fails


class Connection:
    """Runs the app for one connection while the block lasts, and lets go of it at the end."""

    def __init__(self, app: ASGIApp, kind: str, path: str, query: str = "", headers: Mapping[str, str] | None = None):
        pairs = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        self._scope: dict[str, Any] = {  # Any: as ASGI has it
            "type": kind,
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "ws" if kind == "websocket" else "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": pairs,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
        }
        if kind == "http":
            self._scope["method"] = "GET"
        self._app = app
        self._sent = asyncio.Queue[Message]()
        self._received = asyncio.Queue[Message]()
        self.takes = asyncio.Event()  # clear: the reader's end is full
        self.takes.set()

    async def __aenter__(self) -> Self:
        self._task = asyncio.ensure_future(self._app(self._scope, self._received.get, self._send))
        self.tell({"type": "http.request"} if self._scope["type"] == "http" else {"type": "websocket.connect"})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def tell(self, message: Message) -> None:
        """Hand the app a message of the client."""
        self._received.put_nowait(message)

    async def message(self) -> Message:
        """Return the next message of the app."""
        async with asyncio.timeout(PATIENCE):
            return await self._sent.get()

    async def ended(self) -> None:
        """Wait until the app is through with the connection; raises what it raises."""
        async with asyncio.timeout(PATIENCE):
            await self._task

    async def _send(self, message: Message) -> None:
        await self.takes.wait()
        self._sent.put_nowait(message)
