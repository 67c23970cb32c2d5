"""What `stimmung serve` runs: the key and the address first, which fail quickly, then the models, then uvicorn.

`run` is reached by its import string, since the command line may not import this folder.
"""

import contextlib
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from stimmung.api.app import create_app, service_of
from stimmung.api.capacity import scheduler_options
from stimmung.api.draining import DrainingServer
from stimmung.api.keeping import StoreKeeping, open_keeping
from stimmung.api.keys import service_key
from stimmung.api.logs import log_config
from stimmung.api.meaning_keeping import with_meanings
from stimmung.speech.engines import Engines
from stimmung.speech.errors import SettingsError
from stimmung.speech.keyfile import key_path
from stimmung.speech.settings import ServeSettings, Settings
from stimmung.speech.wire import MAX_MESSAGE_BYTES

PING_SECONDS = 10.0  # between two signs of life that a WebSocket is asked for, and how long each may take: a sender
# that vanished without a word is noticed within 20 s, while its call can still be resumed (serve.resume_seconds)
LAST_ANSWERS_SECONDS = 3  # for what still runs after the drain, such as answers on their way

logger = logging.getLogger(__name__)


def run(
    settings: Settings,
    announce: Callable[[str, Path | None], None],
    load: Callable[[Settings], Engines] | None = None,
) -> int:
    """Serve until told to stop. Returns 0 where every call was heard out, 1 where some were cut off or nothing started.

    `announce` gets the address, and the file that holds the key (None: it was set), once connections are taken. `load`
    builds the models, the real ones by default. Raises SettingsError for an address or a key that cannot be used,
    WeightsError for models, StoreError where calls are to be kept and the store cannot be used.
    """
    key = service_key(settings.serve, key_path())
    serve = settings.serve.model_copy(update={"api_key": SecretStr(key.secret)})
    with bound_socket(serve) as listener, _keeping(settings) as keeping:
        engines = (load or real_engines)(settings)
        meanings = with_meanings(keeping, engines)
        app = create_app(settings.model_copy(update={"serve": serve}), engines, keeping=meanings)
        url = url_of(serve.host, listener)
        service = service_of(app)
        server = DrainingServer(
            server_config(app, serve), service, lambda: announce(url, key.file), patience=serve.start_seconds
        )
        try:
            server.run(sockets=[listener])
        except SystemExit:  # how uvicorn says that the app did not start; its log has the reason
            return 1
    return 0 if server.clean else 1


def real_engines(settings: Settings) -> Engines:
    """Load the models that the settings name; imports them, which takes seconds."""
    from stimmung.models.registry import build_engines

    return build_engines(settings, scheduler_options(settings).lanes)


def _keeping(settings: Settings) -> AbstractContextManager[StoreKeeping | None]:
    return open_keeping(settings, logger.info) if settings.serve.save else contextlib.nullcontext()


@contextlib.contextmanager
def bound_socket(serve: ServeSettings) -> Iterator[socket.socket]:
    """Give a socket at the address that nobody can connect to yet, so that a taken port is known before models load.

    Raises SettingsError.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            serve.host, serve.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:  # UnicodeError: a host name with an empty or an endless part
        raise SettingsError(f"serve.host = {serve.host}: no address of this machine: {error}") from error
    with listener:
        try:
            if os.name == "posix":  # else a restart waits for a minute; on Windows it would share a taken port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError as error:
            raise SettingsError(
                f"cannot listen on {serve.host} port {serve.port}: {error.strerror}; choose others with --host, --port"
            ) from error
        yield listener


def url_of(host: str, listener: socket.socket) -> str:
    """Return the service's address."""
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server_config(app: FastAPI, serve: ServeSettings) -> uvicorn.Config:
    """Return how uvicorn serves.

    WebSockets by websockets' sans-IO protocol: the older one is deprecated, and this one stops reading from a sender
    while messages wait (the kernel's buffers then slow it down), so that nothing grows. Sound is not worth compressing.
    """
    return uvicorn.Config(
        app,
        lifespan="on",
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
        log_config=log_config(access=serve.access_log),
        access_log=serve.access_log,
        server_header=False,
    )
