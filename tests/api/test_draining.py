"""The server's end: calls are heard out while it still answers, a second signal cuts it short."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from stimmung.api.draining import DrainingServer

PATIENCE = 10.0


class Clock:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Transport:
    """Notes that it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


class Connection:
    """What uvicorn keeps of an HTTP connection; `cycle` is its last request."""

    def __init__(self) -> None:
        self.cycle: object = None
        self.transport = Transport()


async def no_calls() -> int:
    return 0


@dataclass
class Service:
    """What is served: fails when told so, and drains as it is told."""

    drained: Callable[[], Coroutine[None, None, int]] = no_calls
    broken: bool = False

    def failed(self) -> bool:
        return self.broken

    async def drain(self) -> int:
        return await self.drained()


def serving(service: Service, clock: Clock | None = None) -> DrainingServer:
    async def app(*_: object) -> None: ...

    return DrainingServer(uvicorn.Config(app, log_config=None), service, lambda: None, PATIENCE, clock or Clock())


def server(drain: Callable[[], Coroutine[None, None, int]] = no_calls, clock: Clock | None = None) -> DrainingServer:
    return serving(Service(drain), clock)


def closed(*connections: Connection) -> list[bool]:
    return [connection.transport.closed for connection in connections]


def stop(one: DrainingServer) -> None:
    one.handle_exit(signal.SIGTERM, None)


def test_without_a_signal_it_goes_on() -> None:
    async def run() -> None:
        one = server()
        assert [await one.on_tick(tick) for tick in range(3)] == [False] * 3
        assert not one.clean

    asyncio.run(run())


def test_a_service_that_failed_drains_and_ends() -> None:
    async def run() -> None:
        service = Service()
        one = serving(service)
        assert not await one.on_tick(0)
        service.broken = True
        await one.on_tick(1)
        await asyncio.sleep(0)
        assert await one.on_tick(2)
        assert not one.clean
        stop(one)
        assert not one.force_exit

    asyncio.run(run())


def test_it_serves_until_the_last_call_has_ended() -> None:
    async def run() -> None:
        over = asyncio.Event()
        begun: list[bool] = []

        async def drain() -> int:
            begun.append(one.should_exit)
            await over.wait()
            return 0

        one = server(drain)
        stop(one)
        for tick in range(5):
            assert not await one.on_tick(tick)
            await asyncio.sleep(0)
        assert begun == [False]  # once, and what else looks at the server is not told yet
        over.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert await one.on_tick(5)
        assert one.clean

    asyncio.run(run())


def test_calls_that_were_cut_off_are_not_a_clean_end() -> None:
    async def run() -> None:
        async def drain() -> int:
            return 2

        one = server(drain)
        stop(one)
        await one.on_tick(0)
        await asyncio.sleep(0)
        assert await one.on_tick(1)
        assert not one.clean

    asyncio.run(run())


def test_a_second_signal_ends_it_at_once() -> None:
    async def run() -> None:
        cancelled: list[bool] = []

        async def drain() -> int:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.append(True)
            return 0

        one = server(drain)
        stop(one)
        await one.on_tick(0)
        await asyncio.sleep(0)
        one.handle_exit(signal.SIGINT, None)
        assert await one.on_tick(1)
        await asyncio.sleep(0)
        assert cancelled == [True]
        assert one.force_exit
        assert not one.clean

    asyncio.run(run())


def test_two_signals_before_it_looked_end_it_at_once() -> None:
    async def run() -> None:
        one = server()
        stop(one)
        stop(one)
        assert await one.on_tick(0)
        assert not one.clean

    asyncio.run(run())


def test_a_drain_that_fails_still_ends_the_server_and_tells_where(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async def drain() -> int:
            raise RuntimeError("ich will kündigen")

        one = server(drain)
        stop(one)
        await one.on_tick(0)
        await asyncio.sleep(0)
        assert await one.on_tick(1)
        assert not one.clean

    asyncio.run(run())
    assert "draining failed: RuntimeError at test_draining.py:" in caplog.text
    assert "kündigen" not in caplog.text


def test_connections_that_say_nothing_are_closed_and_others_are_not() -> None:
    async def run() -> None:
        clock = Clock()
        one = server(clock=clock)
        silent, late, busy, socket = Connection(), Connection(), Connection(), Connection()
        busy.cycle = object()
        del socket.cycle  # a WebSocket has none
        connections: set[Any] = {silent, busy, socket}  # Any: uvicorn's set takes its own classes
        one.server_state.connections = connections
        await one.on_tick(0)
        clock.now = PATIENCE
        connections.add(late)
        await one.on_tick(1)
        assert closed(silent, late, busy, socket) == [False] * 4
        clock.now = PATIENCE + 0.1
        await one.on_tick(2)
        assert closed(silent, late, busy, socket) == [True, False, False, False]
        late.cycle = object()
        clock.now = 3 * PATIENCE
        await one.on_tick(3)
        assert closed(late) == [False]

    asyncio.run(run())
