"""Puts the service together: an app with a scheduler, a board and sessions of its own, and no more than that.

Building it starts nothing; the app's lifespan does, and it stops what it started.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI

from stimmung.api.auth import KeyGuard
from stimmung.api.board import RankOptions
from stimmung.api.board_hub import BoardClocks, BoardHub, HubOptions
from stimmung.api.board_routes import board_router
from stimmung.api.body_limit import BodyLimit
from stimmung.api.call_making import call_maker
from stimmung.api.call_routes import call_router
from stimmung.api.capacity import cores_of, scheduler_options
from stimmung.api.faults import places_of
from stimmung.api.health import health_router
from stimmung.api.keepers import Keeping, KeepingCounts
from stimmung.api.keys import ServiceKey
from stimmung.api.metrics import ServiceMetrics
from stimmung.api.problems import add_problems
from stimmung.api.readiness import Readiness
from stimmung.api.session import SessionParts
from stimmung.api.session_options import session_options
from stimmung.api.sessions import SessionRegistry
from stimmung.api.stream_routes import stream_router
from stimmung.api.work import runners_of, warm_up
from stimmung.calls.distress import DistressJudge
from stimmung.models.scheduler import Scheduler
from stimmung.speech.engines import Engines
from stimmung.speech.errors import SettingsError, StimmungError
from stimmung.speech.settings import Settings

STOP_SECONDS = 5.0  # for batches that still run; calls were heard out before, or are given up
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """What an app runs on."""

    settings: Settings
    engines: Engines
    scheduler: Scheduler
    board: BoardHub
    sessions: SessionRegistry
    metrics: ServiceMetrics
    readiness: Readiness
    threads: Executor  # for steps of calls: decoding, listening for speech

    def failed(self) -> bool:
        """Say whether it makes no sense to go on."""
        return bool(self.readiness.failure)

    async def drain(self) -> int:
        """Let in no more calls and hear out those that are on; return how many had to be cut off."""
        self.readiness.draining = True
        cut_off = await self.sessions.drain(self.settings.serve.drain_seconds)
        self.board.close()  # while its readers are still connected: later, each of them is an error in the log
        return cut_off


def create_app(
    settings: Settings,
    engines: Engines,
    clock: Callable[[], float] = time.monotonic,
    keeping: Keeping | None = None,
) -> FastAPI:
    """Build the service on `engines`; calls that ended go to `keeping`, whose caller closes it.

    Raises SettingsError where `serve.api_key` is not set: nothing is ever open.
    """
    if settings.serve.api_key is None:
        raise SettingsError("serve.api_key: not set; `stimmung serve` makes one, whoever calls create_app sets one")
    service = build_service(settings, engines, clock, keeping)
    app = FastAPI(
        title="stimmung",
        version=version("stimmung"),
        lifespan=partial(_lifespan, service),
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        # Else requests and the texts of errors go to whatever OpenTelemetry finds in the environment.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.service, app.state.board, app.state.sessions = service, service.board, service.sessions
    app.state.keeping = keeping
    app.state.metrics, app.state.readiness = service.metrics, service.readiness
    add_problems(app)
    for router in routers():
        app.include_router(router)
    app.add_middleware(BodyLimit)
    app.add_middleware(KeyGuard, key=ServiceKey(settings.serve.api_key.get_secret_value()))  # the outermost
    return app


def routers() -> tuple[APIRouter, ...]:
    """Return every route of the service."""
    return stream_router(), call_router(), board_router(), health_router()


def service_of(app: FastAPI) -> Service:
    """Return what `create_app` built."""
    service = app.state.service
    assert isinstance(service, Service)
    return service


def build_service(
    settings: Settings, engines: Engines, clock: Callable[[], float], keeping: Keeping | None = None
) -> Service:
    """Build the parts and connect them; nothing runs yet."""
    distress = DistressJudge.load()
    options = scheduler_options(settings)
    scheduler = Scheduler(runners_of(engines), options, clock)
    board = BoardHub(HubOptions(RankOptions(distress.model.thresholds)), BoardClocks(clock))
    kept = KeepingCounts if keeping is None else keeping.counts
    metrics = ServiceMetrics(scheduler.metrics, board.metrics, kept)
    readiness = Readiness(scheduler.ready)
    threads = ThreadPoolExecutor(cores_of(settings), thread_name_prefix="call")
    sessions = SessionRegistry(
        call_maker(settings, engines, distress),
        SessionParts(scheduler, board, metrics, threads, clock, ZoneInfo(settings.timezone), keeping),
        session_options(settings.serve, options.capacity),
        lambda: readiness.reason,
    )
    return Service(settings, engines, scheduler, board, sessions, metrics, readiness, threads)


@asynccontextmanager
async def _lifespan(service: Service, _app: FastAPI) -> AsyncIterator[None]:
    """Warm up while probes are answered already; at the end stop everything, calls before their board and scheduler."""
    warming = service.scheduler.start(partial(warm_up, service.engines))
    warming.add_done_callback(partial(_note_failure, service.readiness))
    tasks = [_forever(service.board.run(), service.readiness), _forever(service.sessions.run(), service.readiness)]
    try:
        yield
    finally:
        await service.sessions.close()
        for call_id, state in service.sessions.states():
            if state != "ended":  # else the scheduler would wait for them
                service.scheduler.leave(call_id)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        service.board.close()
        await asyncio.to_thread(service.scheduler.stop, STOP_SECONDS)
        service.threads.shutdown(wait=False, cancel_futures=True)


def _forever(work: Coroutine[None, None, None], readiness: Readiness) -> asyncio.Task[None]:
    """Start what runs as long as the app; without it there should be no new calls."""
    task = asyncio.create_task(work)
    task.add_done_callback(partial(_note_failure, readiness))
    return task


def _note_failure(readiness: Readiness, ended: Future[None] | asyncio.Task[None]) -> None:
    """Take note of a fault of ours, without its text where that may hold a caller's words."""
    error = None if ended.cancelled() else ended.exception()
    if error is not None:
        readiness.failure = str(error) if isinstance(error, StimmungError) else type(error).__name__
        logger.error("%s at %s", readiness.failure, places_of(error))
