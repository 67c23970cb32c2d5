"""Pseudonyms of customers and agents: HMAC-SHA256 with a secret that lies in a file and never in the database.

A new secret does not replace the old ones, it is put over them: the pseudonym of a kept call can then be made anew from
the one that is there, without the customer's key, which is kept nowhere. Who has an old secret and the database, but
not the file, can do nothing with them.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from stimmung.speech.errors import StoreError
from stimmung.store.key_files import make_keys, new_key, read_keys, replace_keys

SECRET_FILE = "secret"
WHAT = "the secret of the pseudonyms"
NOTE = (
    "stimmung: turns customer keys into pseudonyms. Keep a copy apart from the database's backups:\n"
    "without it nobody can find a customer's calls again. One line a secret, the newest last; remove none."
)
Subject = Literal["customer", "agent", "call", "content"]


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """A pseudonym, 64 hexadecimal digits, and the fingerprint of the secret that it was made with."""

    value: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Secret:
    """The secrets, oldest first: each is put over the pseudonym that those before it make."""

    keys: tuple[bytes, ...] = field(repr=False)

    @property
    def key_id(self) -> str:
        return fingerprint(self.keys[-1])

    @property
    def key_ids(self) -> tuple[str, ...]:
        return tuple(fingerprint(key) for key in self.keys)

    def pseudonym(self, subject: Subject, key: str) -> Pseudonym:
        """Return the pseudonym of a customer key, an agent's name, a call id or the hash of a recording."""
        return self.pseudonyms(subject, key)[-1]

    def pseudonyms(self, subject: Subject, key: str) -> tuple[Pseudonym, ...]:
        """Return all pseudonyms that may stand in a database, oldest first: one for each secret that there was."""
        value = b"\0".join((subject.encode(), normalised(key).encode("utf-8", "replace")))
        made = []
        for one in self.keys:
            value = hmac.digest(one, value, "sha256")
            made.append(Pseudonym(value.hex(), fingerprint(one)))
        return tuple(made)

    def renewed(self, old: Pseudonym) -> Pseudonym:
        """Return the pseudonym that the newest secret makes of an older one. Raises StoreError for an unknown key."""
        if old.key_id not in self.key_ids:
            raise StoreError(
                f"the pseudonym was made with the secret {old.key_id}, which is none of those in the secret file"
                f" ({', '.join(self.key_ids)}): put the file back that was there when the call was kept"
            )
        value = bytes.fromhex(old.value)
        for one in self.keys[self.key_ids.index(old.key_id) + 1 :]:
            value = hmac.digest(one, value, "sha256")
        return Pseudonym(value.hex(), self.key_id)


def normalised(key: str) -> str:
    """Return a customer key without blanks around it, in one way of writing accents.

    Upper and lower case stay: some systems tell customers apart by them, and finding somebody else's calls, or erasing
    them, is worse than asking again.
    """
    return unicodedata.normalize("NFC", key).strip()


def fingerprint(key: bytes) -> str:
    """Return 16 hexadecimal digits that tell keys apart and say nothing about them."""
    return hmac.new(key, b"stimmung key id", hashlib.sha256).hexdigest()[:16]


def read_secret(path: Path) -> Secret:
    """Return the secret in `path`. Raises StoreError where there is none, or where others may read it."""
    return Secret(read_keys(path, WHAT))


def read_or_make_secret(path: Path) -> Secret:
    """Return the secret in `path`, made now if there is none. Raises StoreError as `read_secret`."""
    return Secret(make_keys(path, WHAT, NOTE))


def add_secret(path: Path) -> Secret:
    """Put a new secret over those in `path`, on the disk when this returns. Raises StoreError."""
    secret = Secret((*read_secret(path).keys, new_key()))
    replace_keys(path, secret.keys, WHAT, NOTE)
    return secret
