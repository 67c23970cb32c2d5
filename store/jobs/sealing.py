"""Names of files, what is known of a call and messages are encrypted in job rows: file names hold numbers and names.

The key is made from the one that encrypts words as they were said (`originals`), so that there is one file to keep.
Each text is bound to its row and column. Digests by which a file is known again are keyed as well: who has the database
alone cannot try file names.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from stimmung.store.key_files import make_keys, read_keys
from stimmung.store.originals import NOTE, WHAT
from stimmung.store.places import Places
from stimmung.store.secret import fingerprint

NONCE_BYTES = 12  # as NIST SP 800-38D has it; random, good for 2**32 texts under one key
Sealed = Literal["sources", "info", "error"]  # columns
Digested = Literal["sources", "versions"]
Json = Any  # what json.loads returns


@dataclass(frozen=True, slots=True)
class JobKey:
    """One key of the file, and what is made from it for job rows."""

    key_id: str
    _seal: bytes = field(repr=False)
    _digest: bytes = field(repr=False)

    def digest(self, what: Digested, parts: Iterable[str]) -> str:
        """Return 64 hexadecimal digits that stand for these texts in this order."""
        made = hmac.new(self._digest, what.encode(), hashlib.sha256)
        for part in parts:
            encoded = part.encode("utf-8", "surrogatepass")  # names of files need not be text
            made.update(len(encoded).to_bytes(8, "big") + encoded)
        return made.hexdigest()

    def seal(self, source_key: str, column: Sealed, value: Json) -> bytes:
        """Encrypt plain JSON for the row of `source_key`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._seal).encrypt(nonce, json.dumps(value).encode("ascii"), _place(source_key, column))

    def open(self, source_key: str, column: Sealed, sealed: bytes) -> Json:
        """Decrypt it. Raises InvalidTag where it was tampered with, or stood elsewhere."""
        return json.loads(
            AESGCM(self._seal).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(source_key, column))
        )


@dataclass(frozen=True, slots=True)
class JobKeys:
    """All keys of the file, oldest first; the newest encrypts."""

    keys: tuple[JobKey, ...]

    @property
    def newest(self) -> JobKey:
        return self.keys[-1]

    @property
    def key_ids(self) -> tuple[str, ...]:
        return tuple(key.key_id for key in self.keys)

    def source_keys(self, sources: Sequence[str]) -> tuple[str, ...]:
        """Return every digest that may stand for these sources, oldest first."""
        return tuple(key.digest("sources", sources) for key in self.keys)

    def by_id(self, key_id: str) -> JobKey | None:
        """Return the key with that fingerprint, None where the file lacks it."""
        return next((key for key in self.keys if key.key_id == key_id), None)

    def open(self, sealed_by: str, source_key: str, column: Sealed, sealed: bytes | None) -> Json | None:
        """Decrypt a column; None where it is empty, its key is missing, or it was tampered with."""
        key = self.by_id(sealed_by)
        if key is None or sealed is None:
            return None
        try:
            return key.open(source_key, column, bytes(sealed))
        except InvalidTag:
            return None


def job_keys(places: Places, make: bool = False) -> JobKeys:
    """Return the keys in the file; with `make` it is made where there is none. Raises StoreError."""
    masters = make_keys(places.originals_key, WHAT, NOTE) if make else read_keys(places.originals_key, WHAT)
    return JobKeys(tuple(_from_master(master) for master in masters))


def _from_master(master: bytes) -> JobKey:
    seal, digest = (hmac.digest(master, b"stimmung job 1 " + use, "sha256") for use in (b"seal", b"digest"))
    return JobKey(fingerprint(master), seal, digest)


def _place(source_key: str, column: Sealed) -> bytes:
    """Return the associated data: what the ciphertext belongs to."""
    return f"stimmung job 1\0{column}\0{source_key}".encode()
