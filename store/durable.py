"""Files that are on the disk, whole, before anybody relies on them."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def write_beside(path: Path, content: Iterable[bytes]) -> Path:
    """Return a new file beside `path` that holds `content`, for its owner only (0600), on the disk.

    Its name begins with a dot and the name of `path`. Raises OSError; then no file is left.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return partial


def sync_folder(folder: Path) -> None:
    """Have the names in `folder` on the disk: a new or renamed file may else be gone after a loss of power."""
    if os.name != "posix":  # Windows opens no folders
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
