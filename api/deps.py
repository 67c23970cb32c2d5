"""What routes ask for by its type; `create_app` keeps one of each in `app.state`."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from stimmung.api.metrics import ServiceMetrics
from stimmung.api.readiness import Readiness


def readiness_of(connection: HTTPConnection) -> Readiness:
    """Return what says whether new calls make sense."""
    readiness = connection.app.state.readiness
    assert isinstance(readiness, Readiness)
    return readiness


def metrics_of(connection: HTTPConnection) -> ServiceMetrics:
    """Return the service's metrics."""
    metrics = connection.app.state.metrics
    assert isinstance(metrics, ServiceMetrics)
    return metrics


ReadinessOf = Annotated[Readiness, Depends(readiness_of)]
MetricsOf = Annotated[ServiceMetrics, Depends(metrics_of)]
