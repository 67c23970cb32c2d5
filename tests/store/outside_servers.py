"""Servers as an operator would run them: on TCP with a password and TLS, from the same programs or from Debian's."""

import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from tests.store.tls import Certificate, TlsProxy, make_certificate

from stimmung.store.embedded.account import builder, client_name, hand_over, start_as
from stimmung.store.embedded.binaries import Programs
from stimmung.store.locks import FileLock

ADMIN = "operator"
ROLE = "calls"
PASSWORD = "p@ss:word/§%1"  # what must be escaped in an address
SETTINGS = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = '.'
dynamic_shared_memory_type = mmap
fsync = off
full_page_writes = off
"""
TLS_SETTINGS = "ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n"


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class OutsideServer:
    """A server on 127.0.0.1 with TLS and passwords; started by `start`, ended by `close`.

    Where the programs know no TLS, a proxy before the server does it. `folder` must be open to the server's user, which
    is another one under root: pytest's own temporary folders are not.
    """

    folder: Path
    programs: Programs
    own_tls: bool
    port: int = field(default_factory=free_port)
    proxy: TlsProxy | None = None

    @property
    def cluster(self) -> Path:
        return self.folder / "data"

    @property
    def certificate(self) -> Certificate:
        return Certificate(self.folder / "server.crt", self.folder / "server.key")

    def start(self) -> None:
        """Make the cluster, start the server, and make the role that applications use."""
        self.cluster.mkdir(mode=0o700, parents=True)
        hand_over(self.cluster, builder())
        self._run("initdb", "-U", ADMIN, "-A", "reject", "-E", "UTF8", "--locale=C.UTF-8")
        self._configure()
        self._run("pg_ctl", "start", "-w", "-s", "-l", "server.log")
        if not self.own_tls:
            self.proxy = TlsProxy(self.port, self.certificate)
            self.proxy.start()
        with self.admin() as connection:
            connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{PASSWORD}'")
        with self.admin("template1") as connection:  # as an operator does: only superusers may make it
            if connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone():
                connection.execute("CREATE EXTENSION vector")

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        """Connect as the superuser, over the socket."""
        return psycopg.connect(host=str(self.cluster), port=self.port, user=ADMIN, dbname=database, autocommit=True)

    def url(self, database: str, password: str = PASSWORD, sslmode: str = "verify-full") -> str:
        """Return the address that an operator would set."""
        port = self.proxy.port if self.proxy else self.port
        proof = f"sslmode={sslmode}&sslrootcert={quote(str(self.certificate.certificate))}"
        return f"postgresql://{ROLE}:{quote(password, safe='')}@127.0.0.1:{port}/{database}?{proof}"

    def stop(self) -> None:
        """End the server as if its machine failed."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-s")

    def restart(self) -> None:
        self._run("pg_ctl", "start", "-w", "-s", "-l", "server.log")

    def close(self) -> None:
        if self.proxy is not None:
            self.proxy.close()
        if (self.cluster / "postmaster.pid").exists():
            self.stop()

    def _configure(self) -> None:
        make_certificate(self.folder)
        kind = "hostssl" if self.own_tls else "host"
        settings = SETTINGS + f"port = {self.port}\n" + (TLS_SETTINGS if self.own_tls else "")
        (self.cluster / "postgresql.conf").write_text(settings)
        (self.cluster / "pg_hba.conf").write_text(
            f"local all all peer map=here\n{kind} all all 127.0.0.1/32 scram-sha-256\n"
        )
        (self.cluster / "pg_ident.conf").write_text(f"here {client_name()} {ADMIN}\n")
        for path in (self.certificate.certificate, self.certificate.key):
            copy = self.cluster / path.name
            copy.write_bytes(path.read_bytes())
            copy.chmod(0o600)
        hand_over(self.cluster, builder())

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs.path(program)), *arguments, "-D", str(self.cluster)]
        with (
            FileLock(self.folder / "server.lock") as lock,
            start_as(builder(), self.cluster, command, lock.fileno()) as process,
        ):
            _, said = process.communicate()
        assert process.returncode == 0, said
