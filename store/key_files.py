"""Files with keys: made once, whole and on the disk, read by their owner only, refused where others could read them.

A line of 64 hexadecimal digits is a key, the newest last; blank lines and those that begin with # are left alone.
"""

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from stimmung.speech.errors import StoreError
from stimmung.store.data_folder import private_folder
from stimmung.store.durable import sync_folder, write_beside

KEY_BYTES = 32  # 256 bit, as HMAC-SHA256 and AES-256 want them
KEY_LINE = re.compile(rb"[0-9a-fA-F]{64}")
MOST_BYTES = 1 << 20  # sixteen thousand keys; whatever is longer is another file
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def new_key() -> bytes:
    """Return a random key."""
    return secrets.token_bytes(KEY_BYTES)


def read_keys(path: Path, what: str) -> tuple[bytes, ...]:
    """Return the keys in `path`, oldest first; `what` says in messages what they are.

    A link is followed: container platforms hand secrets over as links. What counts are the owner and the rights of the
    file that was opened. Raises StoreError where there is none, where others may read it, or where it holds no key.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY), "rb") as file:
            _refuse_loose(path, what, os.fstat(file.fileno()))
            content = file.read(MOST_BYTES)
    except FileNotFoundError as error:
        raise StoreError(f"{path}: there is no file with {what}; put it back from where you keep a copy") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot read {what}: {error.strerror}") from error
    lines = [line.strip() for line in content.split(b"\n")]
    keys = [line for line in lines if line and not line.startswith(b"#")]
    if not keys or not all(KEY_LINE.fullmatch(key) for key in keys):
        raise StoreError(
            f"{path}: does not hold {what}: each line should be 64 digits as `openssl rand -hex 32` prints"
        )
    return tuple(bytes.fromhex(key.decode("ascii")) for key in keys)


def make_keys(path: Path, what: str, note: str) -> tuple[bytes, ...]:
    """Return the keys in `path`, made now if there was no file; of two processes that make it both get the same.

    `note` is written above the key, for whoever finds the file. Raises StoreError as `read_keys`, and where it cannot
    be written.
    """
    if not os.path.lexists(path):
        try:
            if not path.parent.exists():
                private_folder(path.parent)
            partial = write_beside(path, _lines([new_key()], note))
            try:
                with contextlib.suppress(FileExistsError):  # another process was quicker: its key counts
                    os.link(partial, path)  # under its name the file is whole, or not there
            finally:
                partial.unlink()
            sync_folder(path.parent)
        except OSError as error:
            raise StoreError(f"{path}: cannot keep {what} there: {error.strerror}") from error
    return read_keys(path, what)


def replace_keys(path: Path, keys: Sequence[bytes], what: str, note: str) -> None:
    """Have `path` hold `keys`: when this returns they are on the disk, until then it holds what it held.

    Raises StoreError where it cannot be written.
    """
    try:
        target = path.resolve()  # a link stays one
        partial = write_beside(target, _lines(keys, note))
        try:
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        sync_folder(target.parent)
    except OSError as error:
        raise StoreError(f"{path}: cannot write {what}: {error.strerror}") from error


def _lines(keys: Sequence[bytes], note: str) -> list[bytes]:
    return [f"# {line}\n".encode() for line in note.splitlines()] + [f"{key.hex()}\n".encode() for key in keys]


def _refuse_loose(path: Path, what: str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path}: is no file with {what}")
    if os.name != "posix":  # Windows keeps a user's folder to the user, and has no such rights to look at
        return
    if found.st_uid not in {os.geteuid(), 0}:  # root could read it anyway, and mounts secrets
        raise StoreError(f"{path}: belongs to the user with id {found.st_uid}; {what} must be this user's or root's")
    if found.st_mode & OTHERS:
        raise StoreError(
            f"{path}: others may read {what} ({stat.filemode(found.st_mode)}): `chmod 600` it, and if others were on"
            " this machine, replace what it holds"
        )
