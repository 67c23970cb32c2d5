"""Where `stimmung serve` is, and how its WebSockets are opened."""

from dataclasses import dataclass, field
from importlib.metadata import version
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlsplit

from websockets.asyncio.client import connect

from stimmung.speech.errors import SettingsError
from stimmung.speech.keyfile import key_path, read_key
from stimmung.speech.settings import ServeSettings

SCHEMES = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # what listens on all addresses is also reached here
MAX_MESSAGE = 32 * 2**20  # bytes: the end of a long call is the largest message
PING_SECONDS = 10.0  # a line that fell silent is noticed after twice as long, while the call can still be resumed


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server's address, `ws://host:port` or `wss://…` with whatever path it lies under, and the key that it wants."""

    url: str
    key: str | None = field(default=None, repr=False)

    @property
    def is_local(self) -> bool:
        return is_local(urlsplit(self.url).hostname or "")

    @property
    def is_open_on_the_way(self) -> bool:
        """Whether everyone between here and the server could read along."""
        return self.url.startswith("ws://") and not self.is_local

    @property
    def board_url(self) -> str:
        return f"{self.url}/v1/board/socket"

    def call_url(self, call_id: str) -> str:
        """Return where a call's sound goes."""
        return f"{self.url}/v1/calls/{quote(call_id, safe='')}/stream"

    def open(self, url: str) -> connect:
        """Return a connection to be opened by `async with`; sound is not compressed, which would gain nothing."""
        options: dict[str, Any] = {"proxy": None} if self.is_local else {}  # Any: options of the library
        return connect(
            url,
            additional_headers={"Authorization": f"Bearer {self.key}"} if self.key else None,
            user_agent_header=f"stimmung/{version('stimmung')}",
            compression=None,
            max_size=MAX_MESSAGE,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=2.0,  # whoever does not answer a goodbye is gone
            **options,
        )


def endpoint_of(url: str | None, serve: ServeSettings) -> Endpoint:
    """Return where calls go: `url` (as `websocket_url` returns it), else where `serve` of these settings listens.

    The key is that of the settings, else the one that `serve` made on this machine, which is shown to no other machine.
    Raises SettingsError where there is none.
    """
    address = url or _own_address(serve)
    if serve.api_key is not None:
        return Endpoint(address, serve.api_key.get_secret_value())
    if not Endpoint(address).is_local:
        raise SettingsError(f"{address}: is another machine, and no key is set: give --key or STIMMUNG_SERVE__API_KEY")
    return Endpoint(address, read_key(key_path()))


def _own_address(serve: ServeSettings) -> str:
    if serve.port == 0:
        raise SettingsError("serve.port = 0: the server took a free port; name the address that it printed with --url")
    host = EVERYWHERE.get(serve.host, serve.host)
    return f"ws://[{host}]:{serve.port}" if ":" in host else f"ws://{host}:{serve.port}"


def websocket_url(url: str) -> str:
    """Return the address for WebSockets: `http://host:8710/` is `ws://host:8710`. Raises ValueError with the reason."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError("an address begins with ws://, wss://, http:// or https://")
    if not parts.hostname or parts.port == 0:  # reading the port raises ValueError, too
        raise ValueError("an address names a host, such as ws://127.0.0.1:8710")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("an address ends with its path; the key has an option of its own, --key")
    return f"{SCHEMES[parts.scheme]}://{parts.netloc}{parts.path.rstrip('/')}"


def is_local(host: str) -> bool:
    """Tell whether a host is this machine under one of its own names."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
