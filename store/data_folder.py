"""The data folder: private to its owner, wherever it lies, without touching a folder that was there for others."""

import os
import stat
from pathlib import Path

from platformdirs import user_data_path

from stimmung.speech.errors import StoreError
from stimmung.speech.settings import StoreSettings

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def data_folder(settings: StoreSettings) -> Path:
    """Return the data folder, made private if it was not there: `store.data_dir`, else the user's data folder.

    Raises StoreError where it cannot be written, belongs to somebody else, or holds things that others can read.
    """
    return private_folder(place_of_data(settings))


def place_of_data(settings: StoreSettings) -> Path:
    """Return where the data folder is, or would be."""
    return (settings.data_dir or user_data_path("stimmung", appauthor=False)).resolve()


def private_folder(path: Path) -> Path:
    """Return `path` as a folder that only its owner can enter (0700), made if need be; see `data_folder`."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
        if os.name == "posix":  # Windows keeps a user's folder to the user, and has no such rights to look at
            _refuse_foreign(path, found)
            if found.st_mode & OTHERS:
                _close_to_others(path, found)
    except OSError as error:
        raise StoreError(f"{path}: cannot be used as data folder: {error.strerror}; name another one") from error
    return path


def _refuse_foreign(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{path}: is a link; name the folder that it points to")
    if found.st_uid != os.geteuid():
        raise StoreError(
            f"{path}: belongs to the user with id {found.st_uid}, and stimmung runs as {os.geteuid()}: run it as that"
            " user, or name another folder with --data-dir (store.data_dir)"
        )


def _close_to_others(path: Path, found: os.stat_result) -> None:
    """Close an empty folder, such as a fresh volume; one with contents may be there for others too."""
    if any(path.iterdir()):
        raise StoreError(
            f"{path}: others can read this folder ({stat.filemode(found.st_mode)}): `chmod 700` it if it is stimmung's"
            " alone, or name another folder with --data-dir (store.data_dir)"
        )
    path.chmod(0o700)
