"""What a client reads when something is wrong: JSON problems (RFC 9457) with the status that fits the error.

They hold what was wrong and the way out, and never what was sent: it may be a caller's words.
"""

import math
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

from stimmung.speech.errors import AudioError, CallInfoError, Overloaded, QueryError, StimmungError, WeightsError

# By the class or the nearest one above it.
STATUS_OF: Mapping[type[Exception], int] = {
    AudioError: 422,
    CallInfoError: 422,
    QueryError: 422,
    WeightsError: 503,
    StimmungError: 500,
}
WITHOUT_BODY = {204, 304}


class ProblemResponse(JSONResponse):
    """A JSON problem; it also answers a WebSocket that was not accepted yet."""

    media_type = "application/problem+json"


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> ProblemResponse:
    """Return the answer with `status`, its standard phrase as the title, and `detail` in words."""
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return ProblemResponse(content, status, headers)


def overloaded(reason: str, retry_after: float) -> ProblemResponse:
    """Return the refusal of a full or closing service; `retry_after` in seconds."""
    return problem(503, reason, {"Retry-After": str(max(1, math.ceil(retry_after)))})  # whole seconds: RFC 9110


def add_problems(app: FastAPI) -> None:
    """Let `app` answer every error with a problem."""
    app.add_exception_handler(StimmungError, _known)
    app.add_exception_handler(Overloaded, _overloaded)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(WebSocketRequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unknown)


async def _known(_connection: HTTPConnection, error: Exception) -> Response:
    status = next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
    return problem(status, error.reason if isinstance(error, QueryError) else str(error))  # less what was typed


async def _overloaded(_connection: HTTPConnection, error: Exception) -> Response:
    assert isinstance(error, Overloaded)
    return overloaded(error.reason, error.retry_after)


async def _http(_connection: HTTPConnection, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in WITHOUT_BODY:
        return Response(status_code=error.status_code, headers=error.headers)
    return problem(error.status_code, error.detail, error.headers)


async def _invalid(_connection: HTTPConnection, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError | WebSocketRequestValidationError)
    found = ["{}: {}".format(".".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors()]
    return problem(422, "; ".join(found))


async def _unknown(_connection: HTTPConnection, _error: Exception) -> Response:
    return problem(500, "the service failed; its log says where")
