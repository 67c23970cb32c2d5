"""A uvicorn server that, once told to stop, first lets its calls end, and only then stops listening.

uvicorn itself would stop listening at once and cut every WebSocket: probes could not learn why, and callers' last
words would be lost.
"""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, Protocol

import uvicorn

from stimmung.api.faults import places_of

logger = logging.getLogger(__name__)


def end_process() -> None:
    """End at once, with 1: the interpreter's own end would wait for every thread."""
    logging.shutdown()
    os._exit(1)


class Drainable(Protocol):
    """What is served."""

    def failed(self) -> bool:
        """Say whether it makes no sense to go on."""
        ...

    async def drain(self) -> int:
        """Let no call in any more and hear out those that are on; return how many had to be cut off."""
        ...


class DrainingServer(uvicorn.Server):
    """Drains after the first SIGTERM or SIGINT while it still serves; a second signal ends it at once.

    It also ends, drained, where what it serves has failed. `listening` is called once connections are taken.
    Connections that have not sent a whole request within `patience` seconds are closed, which uvicorn would keep for
    ever.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        service: Drainable,
        listening: Callable[[], None],
        patience: float,
        clock: Callable[[], float] = time.monotonic,
        abort: Callable[[], None] = end_process,
    ) -> None:
        super().__init__(config)
        self._service = service
        self._listening = listening
        self._patience = patience
        self._clock = clock
        self._abort = abort
        self._draining: asyncio.Task[int] | None = None
        self._stop_asked = False
        self._silent: dict[Any, float] = {}  # since when; Any: uvicorn's protocols have no class in common

    @property
    def clean(self) -> bool:
        """Whether nothing failed and every call was heard out."""
        ended = self._draining
        if self._service.failed() or self.force_exit or ended is None or not ended.done() or ended.cancelled():
            return False
        return ended.exception() is None and ended.result() == 0

    def handle_exit(self, _sig: int, _frame: FrameType | None) -> None:
        """Take a signal. It is not raised again at the end, as uvicorn does: the exit code tells how it went."""
        if self._stop_asked:
            self.force_exit = True
        self._stop_asked = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye to whoever is still connected; after a second signal wait for nothing, batches included."""
        await super().shutdown(sockets)
        if self.force_exit:
            self._abort()

    async def on_tick(self, counter: int) -> bool:
        """Look after everything that has no event of its own, ten times a second; returns whether to stop."""
        self._close_silent()
        if (self._stop_asked or self._service.failed()) and self._draining is None:
            logger.info("draining: new calls are refused, live ones are heard out; a second signal ends at once")
            self._draining = asyncio.create_task(self._service.drain())
            self._draining.add_done_callback(_tell_fault)
        if self.force_exit and self._draining is not None:
            self._draining.cancel()
        if self.force_exit or (self._draining is not None and self._draining.done()):
            self.should_exit = True
        return await super().on_tick(counter)

    def _close_silent(self) -> None:
        """Close connections that opened and then said nothing, or not enough."""
        now = self._clock()
        waiting = [one for one in self.server_state.connections if getattr(one, "cycle", self) is None]
        self._silent = {one: self._silent.get(one, now) for one in waiting}
        for connection, since in self._silent.items():
            if now - since > self._patience:
                connection.transport.close()


def _tell_fault(drained: asyncio.Task[int]) -> None:
    error = None if drained.cancelled() else drained.exception()
    if error is not None:
        logger.error("draining failed: %s at %s", type(error).__name__, places_of(error))
