"""What probes ask: does the process answer, does a new call make sense, and what does it measure of itself."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from stimmung.api.deps import MetricsOf, ReadinessOf
from stimmung.api.problems import overloaded

RETRY_SECONDS = 5.0  # told to whoever finds the service not ready; a warm-up takes about as long
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def health_router() -> APIRouter:
    """Return `/healthz` and `/readyz`, which need no key, and `/metrics`, which does."""
    router = APIRouter(tags=["health"])
    router.add_api_route("/healthz", alive, response_class=JSONResponse)
    router.add_api_route("/readyz", ready, response_class=JSONResponse)
    router.add_api_route("/metrics", measured, response_class=Response)
    return router


async def alive() -> Response:
    """Answer: whoever restarts processes that hang asks this."""
    return JSONResponse({"status": "alive"})


async def ready(readiness: ReadinessOf) -> Response:
    """Say whether new calls should come here; 503 with the reason where they should not."""
    reason = readiness.reason
    return JSONResponse({"status": "ready"}) if reason is None else overloaded(reason, RETRY_SECONDS)


async def measured(metrics: MetricsOf) -> Response:
    """Return the metrics in Prometheus' text format."""
    return Response(metrics.text(), media_type=PROMETHEUS)
