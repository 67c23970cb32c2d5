"""The whole app with small engines: it warms up, takes a call, guards every route, and stops what it started."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse, WebSocketTestSession

from stimmung.api.app import create_app, routers, service_of
from stimmung.api.auth import OPEN_PATHS
from stimmung.api.readiness import DRAINING, WARMING_UP
from stimmung.speech.engines import Answer
from stimmung.speech.errors import SettingsError, WeightsError
from stimmung.speech.fakes import FakeTranscriber, fake_engines, loud
from stimmung.speech.settings import ModelSettings, ServeSettings, Settings

KEY = "0123456789abcdef"
HEADERS = {"Authorization": f"Bearer {KEY}"}
RATE = 16_000
START = {"type": "start", "format": {"encoding": "s16le", "sample_rate": RATE, "channels": 1}}
PATIENCE = 10.0  # s that anything here may take before a test fails
OURS = ("lane", "call", "scheduler")  # names of the threads that an app starts


class SlowTranscriber(FakeTranscriber):
    """Hears nothing until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()

    def hear(self, asks: Any) -> list[Answer]:  # Any: as the Protocol has it
        assert self.let.wait(PATIENCE)
        return super().hear(asks)


class MissingTranscriber(FakeTranscriber):
    """A model that is not there when it is wanted."""

    def hear(self, asks: Any) -> list[Answer]:  # Any: as the Protocol has it
        raise WeightsError("base: model.bin is missing")


def settings(**serve: Any) -> Settings:
    section = ServeSettings.model_validate({"api_key": KEY, **serve})
    return Settings(models=ModelSettings(device="cpu", threads=2), serve=section)


@contextmanager
def running(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, headers=HEADERS) as client:
        yield client


def wait_until_ready(client: TestClient) -> None:
    until = time.monotonic() + PATIENCE
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < until


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A client of a service that is ready."""
    with running(create_app(settings(), fake_engines(("guten", "tag")))) as client:
        wait_until_ready(client)
        yield client


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(OURS)]


def sound(*parts: float) -> bytes:
    """Return speech and silence in turn, of so many seconds."""
    pieces = [loud(part, RATE) if place % 2 == 0 else np.zeros(round(part * RATE)) for place, part in enumerate(parts)]
    return (np.concatenate(pieces) * 32767).astype("<i2").tobytes()


def events_until(socket: WebSocketTestSession, last: str) -> list[Any]:
    """Return the messages up to the first of that type."""
    events = [socket.receive_json()]
    while events[-1]["type"] != last:
        events.append(socket.receive_json())
    return events


def refused(client: TestClient, call_id: str) -> Any:
    """Return the answer to a handshake that is to be refused; Any: a response of httpx as well."""
    with pytest.raises(WebSocketDenialResponse) as caught, client.websocket_connect(f"/v1/calls/{call_id}/stream"):
        pass
    return caught.value


def test_nothing_is_ever_open(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"serve\.api_key: not set"):
        create_app(Settings(), fake_engines())


def test_building_it_starts_nothing() -> None:
    before = our_threads()
    create_app(settings(), fake_engines())
    assert our_threads() == before


def test_every_route_but_the_probes_wants_the_key() -> None:
    client = TestClient(create_app(settings(), fake_engines()))
    routes = [route for router in routers() for route in router.routes]
    assert len(routes) > 10
    for route in routes:
        assert isinstance(route, APIRoute | APIWebSocketRoute)
        path = route.path.replace("{call_id}", "7")
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                status = client.request(method, path).status_code
                assert (status != 401) == (path in OPEN_PATHS), (method, path)
        else:
            with pytest.raises(WebSocketDenialResponse) as caught, client.websocket_connect(path):
                pass
            answer: Any = caught.value  # a response of httpx as well
            assert answer.status_code == 401, path
    assert client.get("/v1/openapi.json").status_code == 401


def test_a_call_from_its_start_to_its_analysis(client: TestClient) -> None:
    with client.websocket_connect("/v1/calls/4711/stream") as socket:
        socket.send_json(START)
        assert socket.receive_json()["type"] == "session.started"
        assert [row["call_id"] for row in client.get("/v1/board").json()["rows"]] == ["4711"]
        socket.send_bytes(sound(2.0, 1.0, 1.0))
        assert client.get("/v1/calls/4711").json()["state"] == "live"
        socket.send_json({"type": "end"})
        events = events_until(socket, "call.ended")
    said = [event["utterance"]["text"] for event in events if event["type"] == "utterance.final"]
    assert len(said) == 2
    assert said[0].startswith("guten tag")
    analysis = client.get("/v1/calls/4711").json()
    assert analysis["state"] == "ended"
    assert [utterance["text"] for utterance in analysis["utterances"]] == said
    assert client.get("/v1/board").json()["rows"] == []
    measured = client.get("/metrics").text
    assert "stimmung_calls_started_total 1.0" in measured
    assert 'stimmung_calls_ended_total{how="ended"} 1.0' in measured
    assert 'stimmung_final_lag_seconds_count{priority="final"} 2.0' in measured


def test_until_the_models_are_warm_there_is_no_call() -> None:
    transcriber = SlowTranscriber()
    with running(create_app(settings(), replace(fake_engines(), transcriber=transcriber))) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").json()["detail"] == WARMING_UP
        refusal = refused(client, "7")
        assert (refusal.status_code, refusal.json()["detail"]) == (503, WARMING_UP)
        assert int(refusal.headers["retry-after"]) >= 1
        transcriber.let.set()
        wait_until_ready(client)
        with client.websocket_connect("/v1/calls/7/stream") as socket:
            socket.send_json(START)
            assert socket.receive_json()["type"] == "session.started"


def test_a_model_that_is_missing_is_told_and_ends_the_service() -> None:
    app = create_app(settings(), replace(fake_engines(), transcriber=MissingTranscriber()))
    with running(app) as client:
        until = time.monotonic() + PATIENCE
        while client.get("/readyz").json()["detail"] == WARMING_UP:
            assert time.monotonic() < until
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["detail"] == "the service cannot go on: base: model.bin is missing"
        assert service_of(app).failed()


def test_past_its_places_it_refuses_and_a_call_that_ended_frees_one() -> None:
    with running(create_app(settings(max_calls=1), fake_engines())) as client:
        wait_until_ready(client)
        with client.websocket_connect("/v1/calls/one/stream") as socket:
            socket.send_json(START)
            socket.receive_json()
            refusal = refused(client, "two")
            assert refusal.status_code == 503
            assert "all 1 places" in refusal.json()["detail"]
            assert int(refusal.headers["retry-after"]) >= 1
            socket.send_json({"type": "end"})
            events_until(socket, "call.ended")
        with client.websocket_connect("/v1/calls/two/stream") as socket:
            socket.send_json(START)
            assert socket.receive_json()["type"] == "session.started"
        assert "stimmung_calls_capacity 1.0" in client.get("/metrics").text


def test_draining_hears_calls_out_and_lets_none_in(client: TestClient) -> None:
    service = service_of(client.app)  # type: ignore[arg-type]  # the app that it was given
    with client.websocket_connect("/v1/calls/last/stream") as socket:
        socket.send_json(START)
        socket.send_bytes(sound(2.0))
        events_until(socket, "session.started")
        assert client.portal is not None
        drained = client.portal.start_task_soon(service.drain)
        events = events_until(socket, "call.ended")
        assert client.get("/readyz").json()["detail"] == DRAINING
        assert refused(client, "next").status_code == 503
    assert drained.result(PATIENCE) == 0
    kinds = [event["type"] for event in events]
    assert "warning" in kinds
    assert kinds.index("utterance.final") < kinds.index("call.ended")
    assert client.get("/v1/calls/last").json()["state"] == "ended"


def test_what_was_started_is_stopped_also_in_the_middle_of_a_call() -> None:
    before = our_threads()
    with running(create_app(settings(), fake_engines())) as client:
        wait_until_ready(client)
        with client.websocket_connect("/v1/calls/7/stream") as socket:
            socket.send_json(START)
            socket.send_bytes(sound(3.0, 1.0))
            socket.receive_json()
        assert len(our_threads()) > len(before)
    until = time.monotonic() + PATIENCE
    while our_threads() != before:
        assert time.monotonic() < until


def test_two_services_in_one_process_know_nothing_of_each_other(client: TestClient) -> None:
    with running(create_app(settings(), fake_engines())) as other:
        wait_until_ready(other)
        with client.websocket_connect("/v1/calls/7/stream") as socket:
            socket.send_json(START)
            socket.receive_json()
            assert other.get("/v1/board").json()["rows"] == []
            assert other.get("/v1/calls/7").status_code == 404
            assert "stimmung_calls_started_total 0.0" in other.get("/metrics").text


def test_nothing_of_a_request_reaches_a_tracer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Provider:
        def get_tracer(self, name: str, *_: object, **__: object) -> Any:  # Any: a tracer, which nobody should get
            asked.append(name)
            raise AssertionError

    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setattr("opentelemetry.trace._TRACER_PROVIDER", Provider())
    app = create_app(settings(), fake_engines())
    assert TestClient(app, raise_server_exceptions=False).get("/healthz").status_code == 200
    assert asked == []
