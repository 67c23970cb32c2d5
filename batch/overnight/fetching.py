"""The files of a job on this machine: as they are, or copied into a private folder for as long as they are needed."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from stimmung.batch.overnight.urls import is_url, local_copy, remote_errors


class SourceError(Exception):
    """A recording that cannot be fetched; `gone`: its place is there and it is not, so that waiting does not help."""

    def __init__(self, reason: str, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


@contextmanager
def fetched(places: Sequence[str]) -> Iterator[tuple[Path, ...]]:
    """Have the files of one call here while the block runs; copies are removed after it. Raises SourceError."""
    if not any(is_url(place) for place in places):
        files = tuple(Path(place) for place in places)
        require(files)
        yield files
        return
    with tempfile.TemporaryDirectory(prefix="stimmung-", ignore_cleanup_errors=True) as folder:  # for its owner only
        yield tuple(_copied(place, Path(folder) / str(number)) for number, place in enumerate(places))


def require(files: Sequence[Path]) -> None:
    """Raise SourceError where one of the files cannot be opened any more."""
    for file in files:
        try:
            with file.open("rb"):
                pass
        except OSError as error:
            raise _away(str(file), error, gone=_is_gone(file, error)) from error


def _copied(place: str, folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    try:
        return local_copy(place, folder)
    except remote_errors() as error:
        raise _away(place, error, gone=isinstance(error, FileNotFoundError)) from error


def _is_gone(file: Path, error: OSError) -> bool:
    """Say whether a file was removed; the folder of a drive that is away is missing too, or empty."""
    if not isinstance(error, FileNotFoundError):
        return False
    try:
        return next(file.parent.iterdir(), None) is not None
    except OSError:
        return False


def _away(place: str, error: Exception, gone: bool) -> SourceError:
    reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
    return SourceError(f"{place}: cannot be read: {reason}", gone)
