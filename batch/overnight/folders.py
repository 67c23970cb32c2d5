"""Folders on this machine, walked without getting lost: hidden files, circles of links, folders nobody may read."""

import os
from collections.abc import Iterator
from pathlib import Path

from stimmung.batch.overnight.records import FoundFile, Listing, Told
from stimmung.speech.errors import AudioError


def folder_listings(top: Path) -> Iterator[Listing | Told]:
    """Yield `top` and every folder below it, by name; links are followed, but no folder is entered twice.

    Names that begin with a dot are hidden. Raises AudioError where `top` is no folder.
    """
    top = top.absolute()
    if not top.is_dir():
        raise AudioError(f"{top}: is no folder; name one with recordings, or a list of them as CSV, JSONL or Parquet")
    waiting = [(top, "")]
    known: dict[tuple[int, int], Path] = {}
    while waiting:
        folder, below = waiting.pop()
        try:
            number = folder.stat()
            earlier = known.setdefault((number.st_dev, number.st_ino), folder)
            if earlier != folder:
                yield Told("left_out", str(folder), f"is the same folder as {earlier}")
                continue
            files, folders = files_in(folder)
        except OSError as error:
            yield Told("unreadable", str(folder), f"the folder cannot be read: {error.strerror}")
            continue
        yield Listing(str(folder), below, files)
        waiting += [(folder / name, f"{below}/{name}" if below else name) for name in sorted(folders, reverse=True)]


def found_file(path: Path) -> FoundFile:
    """Return a file on this machine as a listing shows it. Raises OSError."""
    status = path.stat()
    # A copy that keeps the time of its original is older than its bytes; only the system's own time tells.
    changed = max(status.st_mtime, status.st_ctime)
    return FoundFile(str(path), path.name, status.st_size, f"{status.st_size}-{status.st_mtime_ns}", changed)


def files_in(folder: Path) -> tuple[dict[str, FoundFile], list[str]]:
    """Return the files and the names of the folders in `folder` that are not hidden. Raises OSError."""
    files = {}
    folders = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_dir():
                    folders.append(entry.name)
                elif entry.is_file():
                    files[entry.name] = found_file(folder / entry.name)
            except OSError:  # gone since, or a link that leads nowhere
                continue
    return dict(sorted(files.items())), folders
