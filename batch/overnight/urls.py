"""Recordings at a URL: buckets, servers and whatever else fsspec reaches, through the same eyes as a folder.

Passwords stay out of addresses, since addresses are kept with every recording.
"""

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import fsspec

from stimmung.batch.overnight.folders import files_in, found_file
from stimmung.batch.overnight.records import FoundFile, Listing, Told
from stimmung.speech.errors import AudioError, SettingsError

TIMES = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")  # as file systems call them
TAGS = ("ETag", "etag", "VersionId", "md5Hash")
# What the libraries below fsspec raise besides OSError when a place is away; looked up where they are loaded.
REMOTE_ERRORS = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp", "ClientError"),
    ("paramiko", "SSHException"),
)
PACKAGES = {"s3": "pip install 'stimmung[s3]'", "s3a": "pip install 'stimmung[s3]'"}


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A file system of fsspec's and a path in it."""

    system: Any  # Any: fsspec has no types
    path: str
    before: str | None = None  # of the URL, what the file system leaves out of its paths: `sftp://user@host`, `s3://`

    def address(self, path: str) -> str:
        """Return the URL of a path in the same file system."""
        return str(self.system.unstrip_protocol(path)) if self.before is None else self.before + path


def is_url(place: str) -> bool:
    """Say whether a place is an address such as s3://bucket/folder, not a path."""
    return "://" in place


def remote_place(url: str) -> RemotePlace:
    """Return where a URL leads, without asking it. Raises SettingsError where nothing here can read such URLs."""
    scheme = url.partition("://")[0]
    if urlsplit(url).password is not None:
        raise SettingsError(
            f"{scheme}://…: leave the password out of the address, which is kept with every recording; give it to "
            "fsspec in ~/.config/fsspec or to the program that keeps your keys"
        )
    try:
        system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        way = PACKAGES.get(scheme, f"install what it names: {error}")
        raise SettingsError(f"{url}: reading {scheme}:// needs another package: {way}") from error
    except ValueError as error:
        raise SettingsError(f"{url}: nothing here reads {scheme}://: {error}") from error
    bare, path = url.rstrip("/"), str(path)
    return RemotePlace(system, path, bare.removesuffix(path) if path and bare.endswith(path) else None)


def url_listings(url: str) -> Iterator[Listing | Told]:
    """Yield the folder at `url` and every one below it, by name, without those that are hidden by a dot.

    Raises SettingsError as `remote_place`, AudioError where there is nothing at `url`.
    """
    top = remote_place(url)
    top.system.invalidate_cache()  # what was listed an hour ago is not what is there now
    waiting = [(top.path, "")]
    known: set[str] = set()
    while waiting:
        path, below = waiting.pop()
        known.add(path)
        try:
            entries = top.system.ls(path, detail=True)
        except FileNotFoundError as error:
            if not below:
                raise AudioError(f"{url}: there is nothing") from error
            continue  # gone since
        except remote_errors() as error:
            yield Told("unreadable", top.address(path), f"cannot be listed: {_reason(error)}")
            continue
        files, folders = _split(top, path, entries)
        yield Listing(top.address(path), below, files)
        for name, inner in sorted(folders.items(), reverse=True):
            if inner not in known:
                waiting.append((inner, f"{below}/{name}" if below else name))


def stat_file(place: str) -> FoundFile:
    """Return the file at a path or URL as a listing shows it.

    Raises what `remote_errors` names, SettingsError as `remote_place`.
    """
    if not is_url(place):
        path = Path(place).absolute()
        if path.is_dir():
            raise IsADirectoryError(21, "is a folder", place)
        return found_file(path)
    remote = remote_place(place)
    details = remote.system.info(remote.path)
    if details.get("type") == "directory":
        raise IsADirectoryError(21, "is a folder", place)
    return _file(remote, details)


def neighbours(place: str) -> Mapping[str, FoundFile]:
    """Return the files of the folder in which `place` lies, by name. Raises as `stat_file`."""
    if not is_url(place):
        return files_in(Path(place).absolute().parent)[0]
    remote = remote_place(place)
    folder = remote.path.rpartition("/")[0]
    return _split(remote, folder, remote.system.ls(folder, detail=True))[0]


def open_file(place: str) -> BinaryIO:
    """Open a path or URL for reading bytes; the caller closes it. Raises as `stat_file`."""
    if not is_url(place):
        return Path(place).open("rb")
    remote = remote_place(place)
    opened: BinaryIO = remote.system.open(remote.path, "rb")
    return opened


def local_copy(place: str, folder: Path) -> Path:
    """Return a file of this machine with what is at `place`: a path itself, of a URL a copy in `folder`.

    The copy keeps its name, whose ending tells the decoder what it is. Raises as `stat_file`.
    """
    if not is_url(place):
        return Path(place)
    target = folder / (remote_place(place).path.rstrip("/").rpartition("/")[2] or "recording")
    with open_file(place) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    return target


def remote_errors() -> tuple[type[Exception], ...]:
    """Return the errors by which a place says that it is away: OSError, and those of the libraries in use."""
    found = ((sys.modules.get(module), name) for module, name in REMOTE_ERRORS)
    return (OSError, *(getattr(module, name) for module, name in found if module is not None))


def _split(
    place: RemotePlace, path: str, entries: list[Mapping[str, Any]]
) -> tuple[dict[str, FoundFile], dict[str, str]]:
    """Sort what a file system listed (its own types) into files and folders by name."""
    files = {}
    folders = {}
    for entry in entries:
        inner = str(entry["name"]).rstrip("/")
        name = inner.rpartition("/")[2]
        if not name or name.startswith(".") or inner == path.rstrip("/"):  # buckets list a folder in itself
            continue
        if entry.get("type") == "directory":
            folders[name] = inner
        else:
            files[name] = _file(place, entry)
    return dict(sorted(files.items())), folders


def _file(place: RemotePlace, details: Mapping[str, Any]) -> FoundFile:
    path = str(details["name"])
    size = int(details.get("size") or 0)
    changed = next((_seconds(details[key]) for key in TIMES if details.get(key) is not None), None)
    tag = next((str(details[key]).strip('"') for key in TAGS if details.get(key)), None)
    version = tag if tag is not None else f"{size}-{changed}"
    return FoundFile(place.address(path), path.rpartition("/")[2], size, version, changed)


def _seconds(time: object) -> float | None:
    if isinstance(time, datetime):
        return time.timestamp()
    return float(time) if isinstance(time, int | float) else None


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
