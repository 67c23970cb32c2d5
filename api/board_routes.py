"""Routes of the board: read it, follow it by server-sent events or WebSocket, and say who does what with a caller."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, WebSocket, WebSocketDisconnect
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from stimmung.api.board_feed import TOO_SLOW, Subscription
from stimmung.api.board_hub import BoardHub
from stimmung.api.board_schemas import (
    BoardJson,
    ByRequest,
    HandlingJson,
    OverrideRequest,
    ReleaseRequest,
    handling_to_json,
)
from stimmung.api.handling import Answer

PING_SECONDS = 10  # between comments that keep a silent stream open; proxies give up after 30 to 60 s
SEND_SECONDS = 10.0  # that one message may take to be sent; then the reader counts as gone
CLOSE_SECONDS = 2.0  # for a goodbye
RECONNECT_MILLISECONDS = 1000
TRY_AGAIN_LATER, GOING_AWAY = 1013, 1001  # close codes of RFC 6455 and its registry


def board_of(connection: HTTPConnection) -> BoardHub:
    """Return the server's board."""
    hub = connection.app.state.board
    assert isinstance(hub, BoardHub)
    return hub


Board = Annotated[BoardHub, Depends(board_of)]


class BoardStream(EventSourceResponse):
    """Server-sent events of one subscription, which ends when the response does."""

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(_as_events(subscription), ping=PING_SECONDS, send_timeout=SEND_SECONDS)
        self._subscription = subscription

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the reader leaves, is too slow, or the server stops."""
        with self._subscription:
            try:
                await super().__call__(scope, receive, send)
            except SendTimeoutError:
                self._subscription.give_up()


def board_router() -> APIRouter:
    """Return the routes under /v1/board; the app keeps its BoardHub in `app.state.board`."""
    logging.getLogger("sse_starlette.sse").addFilter(_without_contents)
    router = APIRouter(prefix="/v1/board", tags=["board"])
    router.add_api_route("", show)
    router.add_api_route("/events", follow, response_class=EventSourceResponse)
    router.add_api_websocket_route("/socket", follow_by_socket)
    router.add_api_route("/{call_id}/acknowledge", acknowledge, methods=["POST"])
    router.add_api_route("/{call_id}/take", take, methods=["POST"])
    router.add_api_route("/{call_id}/release", release, methods=["POST"])
    router.add_api_route("/{call_id}/override", override, methods=["POST"])
    return router


async def show(board: Board) -> BoardJson:
    """Return the board as it is now."""
    return board.show()


async def follow(board: Board, last_event_id: Annotated[str | None, Header()] = None) -> EventSourceResponse:
    """Send the board's news as server-sent events, from where the reader was, else from a snapshot."""
    return BoardStream(board.subscribe(last_event_id))


async def follow_by_socket(websocket: WebSocket, board: Board, after: str | None = None) -> None:
    """Send the board's news as JSON messages, from the one after `after`, else from a snapshot."""
    with board.subscribe(after) as subscription:
        await websocket.accept()
        await _serve(websocket, subscription)


async def acknowledge(call_id: str, request: ByRequest, board: Board) -> HandlingJson:
    """Note who has seen the callers of a call."""
    return _handled(board.acknowledge(call_id, request.by))


async def take(call_id: str, request: ByRequest, board: Board) -> HandlingJson:
    """Give the callers of a call to a person; 409 where another has them."""
    return _handled(board.take(call_id, request.by))


async def release(call_id: str, request: ReleaseRequest, board: Board) -> HandlingJson:
    """Give back what was taken or overridden."""
    return _handled(board.release(call_id, request.by, request.what))


async def override(call_id: str, request: OverrideRequest, board: Board) -> HandlingJson:
    """Let a person's word stand before the model's, until it is released."""
    return _handled(board.override(call_id, request.by, request.state, request.reason))


def _handled(answer: Answer) -> HandlingJson:
    if answer.handling is None:
        raise HTTPException(404, "no live call has this id: GET /v1/board names those that there are")
    if answer.refused:
        raise HTTPException(409, answer.refused)
    return handling_to_json(answer.handling)


async def _as_events(subscription: Subscription) -> AsyncIterator[ServerSentEvent]:
    async for news in subscription:
        yield ServerSentEvent(news.data, event=news.kind, id=news.id or None, retry=RECONNECT_MILLISECONDS)


async def _serve(websocket: WebSocket, subscription: Subscription) -> None:
    """Send until the subscription ends or the reader leaves, whichever is first."""
    sending = asyncio.ensure_future(_send(websocket, subscription))
    leaving = asyncio.ensure_future(_until_gone(websocket))
    try:
        done, _ = await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


async def _send(websocket: WebSocket, subscription: Subscription) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        try:
            async for news in subscription:
                async with asyncio.timeout(SEND_SECONDS):
                    await websocket.send_text(news.data)
        except TimeoutError:
            subscription.give_up()
        code = TRY_AGAIN_LATER if subscription.ended == TOO_SLOW else GOING_AWAY
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await websocket.close(code, subscription.ended)


async def _until_gone(websocket: WebSocket) -> None:
    """Read and forget what the reader sends; the board only speaks."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


def _without_contents(record: logging.LogRecord) -> bool:
    """Keep what the library says of itself: at DEBUG it writes down all that it sends, callers' words too."""
    return record.levelno > logging.DEBUG
