"""A way to a server with TLS for programs that know none: pg_dump and pg_restore as they came with stimmung.

The programs talk to a socket in a private folder of this process, and what they say goes on through TLS, with the proof
of the server that the address asks for. Nothing but this process's own user reaches the socket.
"""

import asyncio
import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stimmung.speech.errors import StoreError
from stimmung.store.embedded.settings import PORT, SOCKET

SSL_REQUEST = (8).to_bytes(4, "big") + (80_877_103).to_bytes(4, "big")  # message "SSLRequest" of the protocol
NEGOTIATES, ASKS = b"v", b"R"  # the server's first messages: about versions, then who the user is
BY_SASL = (10).to_bytes(4, "big")  # asked for by SCRAM, in one of the ways that follow
BOUND = b"-PLUS"  # of a way that binds the password to the connection's TLS
CHUNK = 1 << 16
SHAKE_SECONDS = 10.0  # for connecting and the handshake
# Parameters that say how to reach the server; the rest (user, database, password, options) hold for the tunnel too.
ROUTE = {"host", "hostaddr", "port", "target_session_attrs", "load_balance_hosts", "channel_binding", "gssencmode"}


@dataclass(frozen=True, slots=True)
class Server:
    """Where one server is; a name may stand for several, of which a connection has chosen one."""

    host: str
    port: int


@contextlib.contextmanager
def tls_tunnel(parameters: Mapping[str, str], server: Server) -> Iterator[Mapping[str, str]]:
    """Yield parameters that lead to `server` through this process, without TLS of the program's own.

    Raises StoreError where the server's certificate or our own cannot be used.
    """
    context = tls_context(parameters)
    _connect(server, context).close()  # so that a wrong certificate is told by us, and not as a connection cut off
    with tempfile.TemporaryDirectory(prefix="stimmung-") as folder:
        tunnel = _Tunnel(server, context, Path(folder) / SOCKET)
        tunnel.start()
        try:
            kept = {name: value for name, value in parameters.items() if name not in ROUTE and name[:3] != "ssl"}
            yield {**kept, "host": folder, "port": PORT, "sslmode": "disable"}
        finally:
            tunnel.end()


def tls_context(parameters: Mapping[str, str]) -> ssl.SSLContext:
    """Return what libpq's `sslmode`, `sslrootcert`, `sslcert`, `sslkey` and `sslpassword` ask for."""
    mode, roots = parameters.get("sslmode", "require"), parameters.get("sslrootcert")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = mode == "verify-full"
    proven = mode in {"verify-ca", "verify-full"} or roots is not None  # as libpq: with roots `require` proves too
    context.verify_mode = ssl.CERT_REQUIRED if proven else ssl.CERT_NONE
    try:
        if roots == "system":
            context.load_default_certs()
        elif proven:
            context.load_verify_locations(roots or Path("~/.postgresql/root.crt").expanduser())
        if own := parameters.get("sslcert"):
            context.load_cert_chain(own, parameters.get("sslkey"), parameters.get("sslpassword"))
    except (OSError, ssl.SSLError) as error:
        raise StoreError(f"store.database_url: its certificates cannot be used: {error}") from error
    return context


class _Tunnel(threading.Thread):
    """A thread that passes connections on; one of its own, since the program's output is waited for in ours."""

    def __init__(self, server: Server, context: ssl.SSLContext, path: Path) -> None:
        super().__init__(daemon=True)
        self._server, self._context, self._path = server, context, path
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._listens = threading.Event()

    def start(self) -> None:
        """Return once programs can connect."""
        super().start()
        self._listens.wait()

    def end(self) -> None:
        """Cut what is still connected, and return when nothing is left."""
        self._loop.call_soon_threadsafe(self._end.set)
        self.join()

    def run(self) -> None:
        """Take connections until the end."""
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen())

    async def _listen(self) -> None:
        listener = await asyncio.start_unix_server(self._take, self._path)
        self._listens.set()
        await self._end.wait()
        listener.close()  # connections that are left are cut as the loop ends

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # of which Python 3.11 would complain on stderr
            await self._pass_on(reader, writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _cut_off_at_the_end(writer):
            try:
                plain = await asyncio.to_thread(_ask_for_tls, self._server)
                there = await asyncio.open_connection(sock=plain, ssl=self._context, server_hostname=self._server.host)
            except (OSError, StoreError):  # the program says that it was cut off; a moment ago the server was reached
                return
            async with _cut_off_at_the_end(there[1]), asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, there[1]))
                both.create_task(_answer(there[0], writer))


@contextlib.asynccontextmanager
async def _cut_off_at_the_end(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _answer(server: asyncio.StreamReader, program: asyncio.StreamWriter) -> None:
    """Pass on what the server says, less its offer to bind the password to a TLS that the program has no part in.

    libpq would take that offer, on a connection without TLS, for the work of somebody in between.
    """
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        kind = NEGOTIATES
        while kind == NEGOTIATES:  # before it asks who is there
            kind, size = await server.readexactly(1), await server.readexactly(4)
            body = await server.readexactly(int.from_bytes(size, "big") - len(size))
            if kind == ASKS and body.startswith(BY_SASL):
                ways = [way for way in body.removeprefix(BY_SASL).split(b"\0") if way and not way.endswith(BOUND)]
                body = BY_SASL + b"".join(way + b"\0" for way in ways) + b"\0"
            program.write(kind + (len(size) + len(body)).to_bytes(4, "big") + body)
    await _pump(server, program)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass bytes on until the source ends, then end the sink: the protocol has no half-closed connections."""
    with contextlib.suppress(OSError):
        while chunk := await source.read(CHUNK):
            sink.write(chunk)
            await sink.drain()
        sink.close()
        await sink.wait_closed()


def _connect(server: Server, context: ssl.SSLContext) -> ssl.SSLSocket:
    plain = _ask_for_tls(server)
    try:
        return context.wrap_socket(plain, server_hostname=server.host)
    except OSError as error:  # SSLError is one
        plain.close()
        raise StoreError(f"{server.host}:{server.port}: no TLS with it: {error}") from error


def _ask_for_tls(server: Server) -> socket.socket:
    """Return a connection on which the server now waits for the handshake of TLS."""
    try:
        plain = socket.create_connection((server.host, server.port), SHAKE_SECONDS)
        plain.sendall(SSL_REQUEST)
        answer = plain.recv(1)
    except OSError as error:
        raise StoreError(f"{server.host}:{server.port} cannot be reached: {error}") from error
    if answer != b"S":
        plain.close()
        raise StoreError(f"{server.host}:{server.port} does not speak TLS")
    return plain
