"""How the store is: what is in it, how large it is, and what is still to be done."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, func, select, text

from stimmung.store.addresses import place
from stimmung.store.database import Database, Kind
from stimmung.store.json_records import clean
from stimmung.store.membership import among
from stimmung.store.migrate import schema_status
from stimmung.store.places import Places
from stimmung.store.pseudonyms import open_secret
from stimmung.store.removal.erasure_register import REGISTER_FILE, merge_registers, read_register
from stimmung.store.schema import calls, pseudonym_keys
from stimmung.store.search.entries import outdated
from stimmung.store.secret import read_secret

CALLS = 1  # number of the migration that made the table of calls


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is kept: numbers, and bytes of the database and of the sound files."""

    calls: int
    recordings: int
    database_bytes: int
    audio_bytes: int


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The store at a moment. `place` holds no password; `key_id` is the fingerprint of the secret, None: there is none.

    `unknown_keys` are fingerprints of secrets that the database needs and the file lacks; `unsearchable` calls have
    nothing that searches go through, or what other settings made.
    """

    kind: Kind
    place: str
    server: str
    schema: int
    schema_pending: int
    holdings: Holdings
    erasures: int
    erasures_pending: int
    key_id: str | None
    unknown_keys: tuple[str, ...]
    unsearchable: int = 0


def store_status(database: Database, places: Places) -> StoreStatus:
    """Look at everything and change nothing. Raises StoreError where the secret's file may be read by others."""
    schema = schema_status(database.engine)
    register = merge_registers([read_register(database.data_dir / REGISTER_FILE)])  # each erasure counts once
    done = {proof.erasure_id for proof in register.proofs}
    secret = read_secret(places.secret) if places.secret.exists() else None
    used = database.run(_keys) if schema.version >= CALLS else ()
    known = secret.key_ids if secret else ()
    return StoreStatus(
        kind=database.kind,
        place=str(database.data_dir) if database.kind == "embedded" else place(database.parameters),
        server=database.run(_server),
        schema=schema.version,
        schema_pending=len(schema.pending),
        holdings=database.run(_holdings if schema.version >= CALLS else _empty),
        erasures=len(register.erasures),
        erasures_pending=sum(1 for one in register.erasures if one.erasure_id not in done),
        key_id=secret.key_id if secret else None,
        unknown_keys=tuple(key for key in used if key not in known),
        unsearchable=0 if schema.pending else database.run(lambda found: _count(found, outdated(database.words))),
    )


def calls_of_customer(connection: Connection, secret_file: Path, customer: str) -> int:
    """Return how many calls are kept of a customer. Raises StoreError where the secret cannot be used."""
    made = open_secret(connection, secret_file).pseudonyms("customer", customer)
    return _count(connection, among(calls.c.customer_pseudonym, [one.value for one in made]))


def calls_of_id(connection: Connection, call_id: str) -> int:
    """Return 1 where a call of that id is kept, else 0."""
    return _count(connection, calls.c.call_id == clean(call_id))


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(calls).where(which)).scalar_one())


def _server(connection: Connection) -> str:
    return str(connection.execute(text("SHOW server_version")).scalar_one()).split()[0]  # Debian's adds its own


def _keys(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.scalars(select(pseudonym_keys.c.key_id).order_by(pseudonym_keys.c.key_id)))


def _holdings(connection: Connection) -> Holdings:
    counted = select(func.count(), func.count(calls.c.audio_file), func.coalesce(func.sum(calls.c.audio_bytes), 0))
    number, recordings, audio_bytes = connection.execute(counted.select_from(calls)).one()
    return Holdings(number, recordings, _size(connection), int(audio_bytes))


def _empty(connection: Connection) -> Holdings:
    return Holdings(0, 0, _size(connection), 0)


def _size(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
