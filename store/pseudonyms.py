"""The secret and the database together: which secret the kept pseudonyms were made with, and how they get a new one.

A database knows its secrets by fingerprint. A file that lacks one of them is the wrong file: with it, nobody's calls
would be found, and "nothing kept" would be the answer to whoever asks for erasure.

A new secret is in the file before the database hears of it, and lookups ask for the pseudonyms of every secret in the
file: at any moment of a rotation, and after a crash in it, everybody is found.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from stimmung.speech.errors import StoreError
from stimmung.store.copying import copy_rows
from stimmung.store.database import Database
from stimmung.store.schema import audit, calls, exports, jobs, pseudonym_keys
from stimmung.store.secret import Pseudonym, Secret, add_secret, read_or_make_secret, read_secret

ROTATION = 7_369_706_421  # of PostgreSQL's advisory locks, ours by choice
# Columns with pseudonyms, of the secret in `key_id` beside them.
TABLES: dict[Table, tuple[str, ...]] = {
    calls: ("customer_pseudonym", "agent_pseudonym"),
    exports: ("pseudonym",),
    audit: ("pseudonym",),
    jobs: ("customer_pseudonym", "call_pseudonym"),
}
_RENEWED = Table(
    "renewed_pseudonyms",
    MetaData(),  # of its own: it lives in one transaction
    Column("old", Text, primary_key=True),
    Column("new", Text, nullable=False),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a rotation did: the fingerprint of the secret that counts now, and how many rows got new pseudonyms."""

    key_id: str
    rows: int


def open_secret(connection: Connection, path: Path) -> Secret:
    """Return the secret in `path`, made now where neither the file nor anything that needs it is there.

    To be called for each piece of work, not once a process: another one may rotate the secret. Raises StoreError where
    the file is missing, may be read by others, or lacks a secret with which something in this database was made.
    """
    used = set(connection.scalars(select(pseudonym_keys.c.key_id)))
    try:
        secret = read_secret(path) if used else read_or_make_secret(path)
    except StoreError as error:
        raise StoreError(f"{error}. {_lost(used)}" if used else str(error)) from error
    if unknown := used - set(secret.key_ids):
        raise StoreError(f"{path}: is not the secret of this database. {_lost(unknown)}")
    if secret.key_id not in used:
        connection.execute(insert(pseudonym_keys).values(key_id=secret.key_id).on_conflict_do_nothing())
    return secret


def rotate_secret(database: Database, path: Path) -> Renewed:
    """Put a new secret over the old ones and make all pseudonyms anew. Raises StoreError.

    Killed at any moment it leaves nobody unfound: the file is written first, and the database changed in one
    transaction; what that did not reach, the next rotation or `renew_pseudonyms` does.
    """
    database.run(lambda connection: _add(connection, path), attempts=1)  # done twice it would add two
    return renew_pseudonyms(database, path)


def renew_pseudonyms(database: Database, path: Path) -> Renewed:
    """Make those pseudonyms anew that an older secret of the file made, as a restored backup has them.

    Raises StoreError as `open_secret`.
    """
    return database.run(lambda connection: _renew_all(connection, path))


def forget_lost_secrets(database: Database, path: Path) -> int:
    """Give up the pseudonyms whose secret is not in `path`, and return how many calls lost one.

    For who has lost a secret for good: these calls are found by their id only, and new ones can be kept again. Makes
    a new secret where there is no file. Raises StoreError where the file cannot be used.
    """
    return database.run(lambda connection: _forget(connection, path))


def _lost(key_ids: set[str]) -> str:
    return (
        f"Pseudonyms here were made with {', '.join(sorted(key_ids))} (fingerprint of the secret): put that file back"
        " from your copy. If it is lost for good, nobody can find these customers' calls by their keys again;"
        " `stimmung db rotate-secret --forget-lost` lets new calls be kept"
    )


def _add(connection: Connection, path: Path) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ROTATION})")  # two rotations would lose a secret
    open_secret(connection, path)
    secret = add_secret(path)
    connection.execute(insert(pseudonym_keys).values(key_id=secret.key_id).on_conflict_do_nothing())


def _renew_all(connection: Connection, path: Path) -> Renewed:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ROTATION})")
    secret = open_secret(connection, path)
    return Renewed(secret.key_id, sum(_renew_table(connection, secret, table) for table in TABLES))


def _renew_table(connection: Connection, secret: Secret, table: Table) -> int:
    """Replace the table's pseudonyms of older secrets, and return how many rows had any.

    Rows that others write meanwhile with an older secret are left as they are, whole, for the next time: a row gets the
    new secret's fingerprint only together with its pseudonyms.
    """
    columns = [table.c[name] for name in TABLES[table]]
    old = table.c.key_id.is_not(None) & (table.c.key_id != secret.key_id)
    found = {
        Pseudonym(value, key_id)
        for column in columns
        for key_id, value in connection.execute(
            select(table.c.key_id, column).where(old, column.is_not(None)).distinct()
        )
    }
    if not found:
        return 0
    # Computed here, so that the secret never reaches the server, whose log may hold statements.
    _RENEWED.create(connection)
    copy_rows(connection, _RENEWED, ("old", "new"), ((one.value, secret.renewed(one).value) for one in found))
    new = {column.name: select(_RENEWED.c.new).where(_RENEWED.c.old == column).scalar_subquery() for column in columns}
    whole = [column.is_(None) | exists().where(_RENEWED.c.old == column) for column in columns]
    changed = connection.execute(update(table).where(old, *whole).values(**new, key_id=secret.key_id))
    _RENEWED.drop(connection)
    return int(changed.rowcount)


def _forget(connection: Connection, path: Path) -> int:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ROTATION})")
    secret = read_or_make_secret(path)
    lost = calls.c.key_id.not_in(secret.key_ids)
    nobody = {"customer_pseudonym": None, "agent_pseudonym": None, "key_id": None}
    count = int(connection.execute(update(calls).where(lost).values(nobody)).rowcount)
    unknown = {"customer_pseudonym": None, "call_pseudonym": None, "key_id": None}
    connection.execute(update(jobs).where(jobs.c.key_id.not_in(secret.key_ids)).values(unknown))
    for table in (exports, audit):
        gone = table.c.key_id.not_in(secret.key_ids)
        connection.execute(update(table).where(gone).values(pseudonym=None, key_id=None))
    connection.execute(delete(pseudonym_keys).where(pseudonym_keys.c.key_id.not_in(secret.key_ids)))
    return count
