"""Addresses of an external PostgreSQL: as libpq reads them, with safe defaults, and with passwords that never show."""

import os
from collections.abc import Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from stimmung.speech.errors import StoreError

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
EXAMPLE = "postgresql://user:password@host/database"
# What stays so however often it is tried: of a server that answered, and of libpq about its certificate.
FINAL = ("FATAL", "certificate", "does not support SSL")
# The server's own words for "not yet" and "not any more", in the languages of this product.
NOT_YET = (
    "starting up",
    "shutting down",
    "recovery mode",
    "not yet accepting connections",
    "startet",
    "fährt herunter",
    "Wiederherstellungsmodus",
    "noch keine Verbindungen",
)


def connection_parameters(url: str) -> Mapping[str, str]:
    """Return libpq's parameters of an address, such as `sslmode`, and what it leaves open.

    A connection that leaves the machine is encrypted at least (`sslmode=require`); only `verify-full` proves that the
    server is the right one. Of several hosts the one that takes writes is used. Raises StoreError that does not repeat
    the address, which holds a password.
    """
    scheme, separator, rest = url.partition("://")
    scheme = scheme.removesuffix("+psycopg")
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(f"{scheme}{separator}{rest}").items()}
    except psycopg.ProgrammingError:  # whose words repeat parts of the address
        given = {}
    if not given or _is_torn(given):
        raise StoreError(
            f"store.database_url: not an address such as {EXAMPLE}; in a password write @ : / ? # and % as %40 %3A %2F"
            " %3F %23 and %25"
        )
    return _defaults(given) | given


def client_environment(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the environment under which PostgreSQL's own programs reach the same database, without our own settings.

    The password is in it, and so in nobody's list of processes.
    """
    variables = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "STIMMUNG_"))}
    for name, value in parameters.items():
        if variable := variables.get(name):
            kept[variable.decode()] = value
    return kept


def without_password(text: str, parameters: Mapping[str, str]) -> str:
    """Return an error's text with the password taken out, should a library have put it there."""
    password = parameters.get("password")
    return text.replace(password, "***") if password else text


def may_come_yet(words: str) -> bool:
    """Say of a failed connection's error whether no server answered, or one that is not ready.

    One that refused us will refuse again.
    """
    return not any(word in words for word in FINAL) or any(phrase in words for phrase in NOT_YET)


def place(parameters: Mapping[str, str]) -> str:
    """Return how an error names the database."""
    host = parameters.get("host") or parameters.get("hostaddr") or "the local socket"
    return f"the database {parameters.get('dbname', '')!r} at {host}"


def is_local(parameters: Mapping[str, str]) -> bool:
    """Say whether a connection stays on this machine."""
    hosts = (parameters.get("host") or parameters.get("hostaddr") or "/").split(",")
    return all(not host or host.startswith(("/", "@")) or host in LOCAL_HOSTS for host in hosts)


def _is_torn(given: Mapping[str, str]) -> bool:
    """Say whether a character of the password was taken for the end of it, so that parts of it lie elsewhere."""
    numbers = given.get("port", "").replace(",", "")
    return "@" in given.get("host", "") + given.get("dbname", "") or not (numbers == "" or numbers.isdecimal())


def _defaults(given: Mapping[str, str]) -> dict[str, str]:
    found = {
        "application_name": "stimmung",
        "connect_timeout": "10",
        "keepalives_idle": "30",
        "client_encoding": "UTF8",
    }
    if not is_local(given) and "PGSSLMODE" not in os.environ:
        found["sslmode"] = "require"
    if "," in given.get("host", "") + given.get("hostaddr", ""):
        found["target_session_attrs"] = "read-write"
    return found
