"""The guard before every route: a path that is not named open needs the key, so that a new route cannot forget it."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from stimmung.api.keys import ServiceKey
from stimmung.api.problems import problem

OPEN_PATHS = frozenset({"/healthz", "/readyz"})  # for probes, which have no key; they tell nothing of any call
SCHEME = "bearer"
POLICY_VIOLATION = 1008  # close code of RFC 6455


class KeyGuard:
    """ASGI middleware that answers 401 without the right `Authorization: Bearer KEY`, a WebSocket's handshake too."""

    def __init__(self, app: ASGIApp, key: ServiceKey) -> None:
        self._app = app
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] == "lifespan" or scope["path"] in OPEN_PATHS or self._is_welcome(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "key"})
        else:
            refusal = problem(401, "send the key: Authorization: Bearer KEY", {"WWW-Authenticate": "Bearer"})
            await refusal(scope, receive, send)

    def _is_welcome(self, scope: Scope) -> bool:
        """Look at the header only: a key in an address would end up in other people's logs."""
        scheme, _, shown = Headers(scope=scope).get("authorization", "").partition(" ")
        return scheme.lower() == SCHEME and self._key.fits(shown.strip())
