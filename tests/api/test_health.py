"""Probes: always alive, ready only when a new call makes sense, and metrics that Prometheus reads."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from stimmung.api.board_hub import HubMetrics
from stimmung.api.health import health_router
from stimmung.api.metrics import ServiceMetrics
from stimmung.api.readiness import DRAINING, WARMING_UP, Readiness
from stimmung.models.scheduler_metrics import Meter, Now


class Service:
    """The routes with a warm-up that ends when a test says so."""

    def __init__(self) -> None:
        self.warm = False
        self.readiness = Readiness(lambda: self.warm)
        app = FastAPI()
        app.state.readiness = self.readiness
        app.state.metrics = ServiceMetrics(
            lambda: Meter().read(Now(0.0, (), 0, 1, 0, 8)), lambda: HubMetrics(0, 0, 0, 0)
        )
        app.include_router(health_router())
        self.client = TestClient(app)

    def ready(self) -> tuple[int, str]:
        answer = self.client.get("/readyz")
        return answer.status_code, answer.json().get("detail", answer.json()["status"])


@pytest.fixture
def service() -> Service:
    return Service()


def test_it_is_ready_once_warm_and_until_it_drains(service: Service) -> None:
    assert service.ready() == (503, WARMING_UP)
    service.warm = True
    assert service.ready() == (200, "ready")
    service.readiness.draining = True
    assert service.ready() == (503, DRAINING)
    assert service.client.get("/readyz").headers["retry-after"] == "5"


def test_a_failure_for_good_is_told(service: Service) -> None:
    service.readiness.failure = "mood-de-en: model.safetensors is missing"
    assert service.ready() == (503, "the service cannot go on: mood-de-en: model.safetensors is missing")


def test_it_is_alive_all_the_time(service: Service) -> None:
    service.readiness.draining = True
    assert service.client.get("/healthz").json() == {"status": "alive"}


def test_prometheus_can_read_the_metrics(service: Service) -> None:
    answer = service.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"stimmung_calls_capacity", "stimmung_jobs_waiting", "stimmung_final_lag_seconds"} <= names
