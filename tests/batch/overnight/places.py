"""Recordings that nobody listens to: files with a byte in them, looked at when they have long been settled."""

import time
from collections.abc import Iterator
from pathlib import Path

from stimmung.batch.overnight.records import Found, FoundFile, Told
from stimmung.batch.overnight.sources import Finder, finder_of
from stimmung.speech.settings import BatchSettings, Settings

HOUR = 3_600.0  # s


def write(folder: Path, *names: str, content: str = "x") -> Path:
    """Write files and the folders above them; return the first."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return folder / names[0]


def later() -> float:
    """A clock: an hour from now, when what a test wrote is long done with."""
    return time.time() + HOUR


def finder(**batch: object) -> Finder:
    """Return a finder for these settings of the section `batch`."""
    return finder_of(Settings(batch=BatchSettings.model_validate(batch)))


def listed(*names: str, changed: float | None = 0.0) -> dict[str, FoundFile]:
    """Return a folder's files as a listing shows them."""
    return {name: FoundFile(f"/calls/{name}", name, 1, f"v-{name}", changed) for name in names}


def found(items: Iterator[Found | Told]) -> list[Found]:
    """Return the calls among them."""
    return [item for item in items if isinstance(item, Found)]


def told(items: Iterator[Found | Told]) -> list[Told]:
    """Return what is not done."""
    return [item for item in items if isinstance(item, Told)]


def names(call: Found) -> tuple[str, ...]:
    """Return the names of a call's files."""
    return tuple(place.rpartition("/")[2] for place in call.places)
