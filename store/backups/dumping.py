"""PostgreSQL's own programs for a database as a file: pg_dump and pg_restore, of a version that fits the server."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from stimmung.speech.errors import StoreError
from stimmung.store.addresses import without_password
from stimmung.store.client_programs import program_for
from stimmung.store.database import Database
from stimmung.store.embedded.binaries import MAJOR

# Extensions are the server's, and belong to its administrator; the schema is there in every database.
NOT_OURS = (" EXTENSION ", " SCHEMA - public ", "COMMENT - SCHEMA public", " ACL - SCHEMA public")
# Settings that pg_restore makes, and that servers older than itself do not know.
UNKNOWN_SETTING = "unrecognized configuration parameter"
FAILED = "could not execute query:"
VECTORS = '"public.halfvec"'


def dump_database(database: Database, snapshot: str, target: Path) -> None:
    """Write the database, as the exported `snapshot` sees it, to `target`. Raises StoreError."""
    options = ["--format=custom", "--no-owner", "--no-privileges", "--no-password", f"--snapshot={snapshot}"]
    result = _run(database, "pg_dump", [*options, f"--file={target}"])
    if result.returncode != 0:
        raise StoreError(f"the database could not be dumped: {_last_words(database, result)}")


def load_dump(database: Database, dump: Path, made_on: int) -> None:
    """Write a dump of a server of the major version `made_on` into an empty database.

    Raises StoreError where anything of it could not be written.
    """
    oldest = max(MAJOR, made_on)  # an older one than made the dump cannot read it, whatever the server is
    listed = _run(database, "pg_restore", ["--list", str(dump)], oldest)
    if listed.returncode != 0:
        raise StoreError(f"the dump in the backup cannot be read: {_last_words(database, listed)}")
    ours = [line for line in listed.stdout.splitlines() if not any(part in line for part in NOT_OURS)]
    contents = dump.with_name(f"{dump.name}.contents")
    try:
        contents.write_text("\n".join(ours), "utf-8")
        options = ["--no-owner", "--no-privileges", "--no-password", f"--use-list={contents}"]
        name = database.parameters["dbname"]
        result = _run(database, "pg_restore", [*options, f"--dbname={name}", str(dump)], oldest)
    finally:
        contents.unlink(missing_ok=True)
    failures = [line for line in result.stderr.splitlines() if FAILED in line and UNKNOWN_SETTING not in line]
    if any(VECTORS in line for line in failures):
        raise StoreError(
            "the backup holds sentence vectors, and this server has no pgvector of version 0.7 or newer: install it,"
            " have an administrator CREATE EXTENSION vector in template1, and restore again"
        )
    if failures or (result.returncode != 0 and FAILED not in result.stderr):
        raise StoreError(f"the backup could not be written into a database: {_last_words(database, result)}")


def _run(database: Database, name: str, options: Sequence[str], oldest: int = 0) -> subprocess.CompletedProcess[str]:
    with program_for(database, name, oldest) as program:
        return subprocess.run(
            [program.path, *options],
            env=program.environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )


def _last_words(database: Database, result: subprocess.CompletedProcess[str]) -> str:
    """Return the program's first complaint; its later lines may quote rows."""
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    return without_password(lines[0] if lines else "it said nothing", database.parameters)
