"""Every error is a JSON problem with the status that fits, over HTTP and at a WebSocket's handshake."""

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, HTTPException, Query, WebSocket
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.testclient import WebSocketDenialResponse

from stimmung.api.problems import add_problems
from stimmung.speech.errors import (
    AudioError,
    CallInfoError,
    Overloaded,
    Place,
    QueryError,
    SettingsError,
    StimmungError,
    WeightsError,
)

WORDS = "ich will kündigen"


class Said(BaseModel):
    """A body."""

    by: int


def failing(error: Exception) -> TestClient:
    """Return a client of an app whose every route raises `error`."""
    app = FastAPI()
    add_problems(app)

    @app.get("/")
    async def fail() -> None:
        raise error

    @app.websocket("/socket")
    async def fail_too(websocket: WebSocket) -> None:
        raise error

    @app.post("/said")
    async def said(body: Said, count: Annotated[int, Query()] = 0) -> None: ...

    return TestClient(app, raise_server_exceptions=False)


def test_of_a_search_only_what_is_wrong_is_sent() -> None:
    error = QueryError("there is no filter", Place(0, 4), f"  {WORDS}\n  ^^^")
    assert failing(error).get("/").json()["detail"] == "there is no filter"


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (Overloaded("all 8 places are taken", 4.2), 503, "Service Unavailable"),
        (CallInfoError("info: consent"), 422, "Unprocessable Content"),
        (AudioError("no sound"), 422, "Unprocessable Content"),
        (QueryError("there is no filter", Place(0, 4)), 422, "Unprocessable Content"),
        (WeightsError("base: not here"), 503, "Service Unavailable"),
        (SettingsError("models.device"), 500, "Internal Server Error"),
        (StimmungError("something"), 500, "Internal Server Error"),
        (HTTPException(404, "no call has this id"), 404, "Not Found"),
        (HTTPException(409, "another has it"), 409, "Conflict"),
    ],
)
def test_an_error_has_its_status_and_says_what_is_wrong(error: Exception, status: int, title: str) -> None:
    answer = failing(error).get("/")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == status
    assert found["title"] in {title, title.replace("Content", "Entity")}  # Python 3.13 renamed 422
    assert found["detail"] == getattr(error, "reason", None) or getattr(error, "detail", None) or str(error)


@pytest.mark.parametrize(("seconds", "told"), [(4.2, "5"), (0.0, "1"), (30.0, "30")])
def test_a_full_service_says_when_to_come_again(seconds: float, told: str) -> None:
    answer = failing(Overloaded("full", seconds)).get("/")
    assert answer.headers["retry-after"] == told
    assert answer.json()["detail"] == "full"


def test_a_websocket_is_refused_the_same_way_before_it_is_accepted() -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as caught,
        failing(Overloaded("full", 7)).websocket_connect("/socket"),
    ):
        pass
    refusal: Any = caught.value  # a response of httpx as well
    assert refusal.status_code == 503
    assert refusal.headers["retry-after"] == "7"
    assert refusal.json()["detail"] == "full"


def test_what_was_sent_is_not_repeated() -> None:
    answer = failing(StimmungError("")).post("/said?count=" + WORDS, json={"by": WORDS})
    assert answer.status_code == 422
    assert "body.by: " in answer.json()["detail"]
    assert "query.count: " in answer.json()["detail"]
    assert "kündigen" not in answer.text


def test_a_fault_of_ours_tells_nothing() -> None:
    answer = failing(KeyError(WORDS)).get("/")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "the service failed; its log says where"
    assert WORDS not in answer.text


def test_an_answer_without_a_body_has_none() -> None:
    answer = failing(HTTPException(304, headers={"ETag": "1"})).get("/")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", "1")
