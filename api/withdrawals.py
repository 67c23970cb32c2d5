"""Withdrawals of consent on their way from the event loop to the store: whoever asked is answered once they are noted.

None is lost when the service stops: its threads are not given up before all are through.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from stimmung.api.faults import places_of
from stimmung.api.keepers import CallKeeper

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


class Withdrawals:
    """Carries out withdrawals of any number of calls. Lives on the event loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, keeper: CallKeeper, threads: Executor) -> asyncio.Future[bool]:
        """Withdraw what `keeper` keeps or is about to keep; return whether that is sure to happen, once it is known."""
        keeper.revoke()
        promised: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(_carry_out(keeper, threads, promised))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return promised

    async def finish(self) -> None:
        """Wait until all that were begun are carried out, or wait in the store's queue."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))


async def _carry_out(keeper: CallKeeper, threads: Executor, promised: asyncio.Future[bool]) -> None:
    noted = await _through(threads, keeper.promise)
    if noted.exception() is None:
        promised.set_result(True)
    carried = await _through(threads, keeper.withdraw)
    if not promised.done():
        promised.set_result(carried.exception() is None and carried.result())


async def _through(threads: Executor, work: Callable[[], Result]) -> asyncio.Future[Result]:
    """Have work done on a thread, and return it when it is through; an error is told without its text."""
    future = asyncio.get_running_loop().run_in_executor(threads, work)
    await asyncio.wait([future])
    if (error := future.exception()) is not None:
        logger.error("a withdrawal: %s at %s", type(error).__name__, places_of(error))
    return future
