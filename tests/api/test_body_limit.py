"""A body that would fill the memory is refused before it is read."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from starlette.types import Message

from stimmung.api.body_limit import BodyLimit


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.add_middleware(BodyLimit, most=100)

    @app.post("/")
    async def length(request: Request) -> int:
        return len(await request.body())

    return TestClient(app)


@pytest.mark.parametrize(("size", "status"), [(0, 200), (100, 200), (101, 413), (10_000_000, 413)])
def test_only_short_bodies_are_read(size: int, status: int, client: TestClient) -> None:
    answer = client.post("/", content=b"x" * size)
    assert answer.status_code == status
    assert answer.json() == size if status == 200 else "at most 100 bytes" in answer.json()["detail"]


def test_a_body_of_unknown_length_is_refused(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        yield b"x" * 101

    assert client.post("/", content=endless()).status_code == 411


@pytest.mark.parametrize("length", [b"-1", b"many", b"", b"1e9"])
def test_a_length_that_is_none_is_refused(length: bytes) -> None:
    answers: list[Message] = []

    async def unreachable(*_: Any) -> Any:
        raise AssertionError

    async def send(message: Message) -> None:
        answers.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", length)]}
    asyncio.run(BodyLimit(unreachable)(scope, unreachable, send))
    assert answers[0]["status"] == 413
