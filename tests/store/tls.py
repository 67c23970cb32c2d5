"""TLS for test servers: a certificate of our own, and an end of TLS before a server that was built without it.

The programs that come with stimmung know no TLS. In front of such servers stands a proxy, as in deployments with
PgBouncer or a cloud's: it answers PostgreSQL's SSLRequest, does the handshake, and passes bytes on.
"""

import asyncio
import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")  # protocol 3.0, "SSLRequest"
CHUNK = 1 << 16


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1, and its key, as PEM files."""

    certificate: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    """Write a certificate that is good for an hour, and its key, into `folder`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test server")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / "server.crt", folder / "server.key")
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    made.key.chmod(0o600)
    return made


class TlsProxy(threading.Thread):
    """Takes TLS connections of PostgreSQL clients on 127.0.0.1 and passes them on to a server on another port."""

    def __init__(self, target: int, made: Certificate) -> None:
        super().__init__(daemon=True)
        self._target = target
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(made.certificate, made.key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        """Stop listening and cut all connections."""
        self._loop.call_soon_threadsafe(self._end.set)
        self.join()

    def run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen())

    async def _listen(self) -> None:
        self._listener.setblocking(False)
        accepting = asyncio.create_task(self._accept())
        await self._end.wait()
        accepting.cancel()
        self._listener.close()

    async def _accept(self) -> None:
        while True:
            client, _ = await self._loop.sock_accept(self._listener)
            task = asyncio.create_task(self._serve(client))
            self._open.add(task)
            task.add_done_callback(self._open.discard)

    async def _serve(self, client: socket.socket) -> None:
        client.setblocking(False)
        if await self._loop.sock_recv(client, len(SSL_REQUEST)) != SSL_REQUEST:
            client.close()  # who does not ask for TLS is not let in
            return
        await self._loop.sock_sendall(client, b"S")
        here = asyncio.StreamReader()
        with contextlib.suppress(OSError):
            transport, protocol = await self._loop.connect_accepted_socket(
                lambda: asyncio.StreamReaderProtocol(here), client, ssl=self._context
            )
            writer = asyncio.StreamWriter(transport, protocol, here, self._loop)
            async with _cut_off_at_the_end(writer):
                there = await asyncio.open_connection("127.0.0.1", self._target)
                async with _cut_off_at_the_end(there[1]):
                    await asyncio.gather(_pump(here, there[1]), _pump(there[0], writer))


@contextlib.asynccontextmanager
async def _cut_off_at_the_end(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass bytes on until the source ends, then end the sink."""
    with contextlib.suppress(OSError):
        while chunk := await source.read(CHUNK):
            sink.write(chunk)
            await sink.drain()
        sink.close()
        await sink.wait_closed()
