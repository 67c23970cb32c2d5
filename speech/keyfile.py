"""The file with the service's key, for a machine on which nobody set one: only its owner can read it.

It lies here because both the server, which makes it, and the command line, which reads it, may import this folder.
"""

import contextlib
import os
import re
import secrets
import stat
from pathlib import Path

from platformdirs import user_state_path

from stimmung.speech.errors import SettingsError
from stimmung.speech.settings import KEY_CHARACTERS

KEY_FILE = "serve.key"
KEY_BYTES = 32  # 256 bit, 43 letters
MOST_BYTES = 4096  # no key is longer; whatever is, is another file
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def key_path() -> Path:
    """Return where the key of this user's servers lies (`~/.local/state/stimmung/serve.key` on Linux)."""
    return user_state_path("stimmung", appauthor=False) / KEY_FILE


def read_key(path: Path) -> str:
    """Return the key in `path`. Raises SettingsError where there is none, or where others may read it."""
    try:
        # Not through a link, and the rights of what was opened: a name can be given to another file in between.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: there is no key yet; `stimmung serve` makes one, or set serve.api_key") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot read the key: {error.strerror}; or set serve.api_key") from error
    with os.fdopen(handle, "rb") as file:
        _refuse_loose(path, os.fstat(file.fileno()))
        key = file.read(MOST_BYTES).decode("ascii", "replace").strip()
    if not re.fullmatch(KEY_CHARACTERS, key):
        raise SettingsError(f"{path}: holds no key; delete it, and the next `stimmung serve` makes one")
    return key


def read_or_make_key(path: Path) -> str:
    """Return the key in `path`, made now if there was none; of two servers that start at once both get the same.

    Raises SettingsError where it cannot be kept there, or where others may read it.
    """
    if not os.path.lexists(path):
        _make(path, secrets.token_urlsafe(KEY_BYTES))
    return read_key(path)


def _make(path: Path, key: str) -> None:
    """Write the file under another name and link it: whoever opens `path` finds a whole key or none."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(key + "\n")
            with contextlib.suppress(FileExistsError):  # another server was quicker: its key counts
                os.link(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot keep a key there: {error.strerror}; set serve.api_key (STIMMUNG_SERVE__API_KEY)"
        ) from error


def _refuse_loose(path: Path, found: os.stat_result) -> None:
    if os.name != "posix":  # Windows keeps a user's folder to the user, and has no such rights to look at
        return
    if not stat.S_ISREG(found.st_mode):
        raise SettingsError(f"{path}: is no file; delete it, and the next `stimmung serve` makes a key")
    if found.st_uid != os.geteuid():
        raise SettingsError(f"{path}: belongs to another user; delete it, and the next `stimmung serve` makes a key")
    if found.st_mode & OTHERS:
        raise SettingsError(
            f"{path}: others may read this key ({stat.filemode(found.st_mode)}): delete it, and the next"
            " `stimmung serve` makes a new one"
        )
