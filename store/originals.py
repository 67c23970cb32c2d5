"""Words as they were said, encrypted with AES-256-GCM: each call has a random key of its own, in the database only
encrypted with the key of the key file. Without the file nothing can be read; with a call's key its words are gone.

What is encrypted is bound to its place: words cannot be shown as those of another call or utterance.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, insert, select

from stimmung.calls.redaction.records import Original
from stimmung.speech.errors import StoreError
from stimmung.store.json_records import from_json, to_json
from stimmung.store.key_files import KEY_BYTES, make_keys, read_keys
from stimmung.store.schema import calls, original_keys, originals
from stimmung.store.secret import fingerprint

KEY_FILE = "originals.key"
WHAT = "the key of the originals"
NOTE = "stimmung: encrypts words as they were said. Keep a copy: without it they cannot be read again."
NONCE_BYTES = 12  # as NIST SP 800-38D has it; random, and at most a few thousand under one key


@dataclass(frozen=True, slots=True)
class Envelope:
    """The words of a call, encrypted: its key, encrypted with the key file's, and by utterance what was said."""

    key_id: str
    wrapped: bytes
    sealed: tuple[tuple[int, bytes], ...] = field(repr=False)


def seal_originals(key_file: Path, call_id: str, words: Sequence[Original]) -> Envelope:
    """Encrypt the words of a call; the key file is made if there is none. Raises StoreError where it cannot be used."""
    master = make_keys(key_file, WHAT, NOTE)[-1]
    key = secrets.token_bytes(KEY_BYTES)
    wrapped = _sealed(master, key, _place(call_id))
    sealed = tuple((one.utterance, _sealed(key, _plain(one), _place(call_id, one.utterance))) for one in words)
    return Envelope(fingerprint(master), wrapped, sealed)


def open_originals(key_file: Path, call_id: str, envelope: Envelope) -> tuple[Original, ...]:
    """Decrypt the words of a call. Raises StoreError without the right key, and where they were tampered with."""
    masters = {fingerprint(key): key for key in read_keys(key_file, WHAT)}
    if envelope.key_id not in masters:
        raise StoreError(
            f"{key_file}: does not hold the key {envelope.key_id} with which the originals of call {call_id} were"
            " encrypted: put the file back that was there when the call was kept"
        )
    try:
        key = _opened(masters[envelope.key_id], envelope.wrapped, _place(call_id))
        plain = [_opened(key, sealed, _place(call_id, number)) for number, sealed in envelope.sealed]
    except InvalidTag as error:
        raise StoreError(f"the originals of call {call_id} are damaged, or are those of another call") from error
    return tuple(from_json(Original, json.loads(one)) for one in plain)


def store_originals(connection: Connection, call: int, envelope: Envelope) -> None:
    """Write what was encrypted; `call` is the row's number."""
    connection.execute(insert(original_keys).values(call=call, key_id=envelope.key_id, wrapped=envelope.wrapped))
    rows = [{"call": call, "number": number, "sealed": sealed} for number, sealed in envelope.sealed]
    connection.execute(insert(originals), rows)


def load_originals(connection: Connection, key_file: Path, call_id: str) -> tuple[Original, ...]:
    """Return the words of a call as they were said, by utterance; none where none were kept.

    Every look is to be recorded by whoever shows them. Raises StoreError as `open_originals`.
    """
    found = connection.execute(
        select(calls.c.id, original_keys.c.key_id, original_keys.c.wrapped)
        .join(original_keys, original_keys.c.call == calls.c.id)
        .where(calls.c.call_id == call_id)
    ).one_or_none()
    if found is None:
        return ()
    rows = connection.execute(
        select(originals.c.number, originals.c.sealed).where(originals.c.call == found.id).order_by(originals.c.number)
    )
    sealed = tuple((row.number, bytes(row.sealed)) for row in rows)
    return open_originals(key_file, call_id, Envelope(found.key_id, bytes(found.wrapped), sealed))


def _plain(one: Original) -> bytes:
    return json.dumps(to_json(one)).encode("ascii")


def _place(call_id: str, utterance: int | None = None) -> bytes:
    """Return the associated data: what the ciphertext belongs to; a call id holds no NUL."""
    place = "key" if utterance is None else str(utterance)
    return f"stimmung original 1\0{call_id}\0{place}".encode()


def _sealed(key: bytes, plain: bytes, place: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place)


def _opened(key: bytes, sealed: bytes, place: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
