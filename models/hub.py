"""Models as files: where one lies, whether it is what was pinned, and how the hub's refusals are told.

Nothing is downloaded unless it is asked for with `fetch`; importing this module brings no network along.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stimmung.speech.errors import WeightsError

WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")  # of a transformers model; of the two the first that is there


@dataclass(frozen=True, slots=True)
class Located:
    """A model on this machine; `sha256` is that of its weight file."""

    name: str
    folder: Path
    source: str  # "embedded", "folder" or "hub"
    sha256: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of transformers model is wanted: how errors call it, and what is fetched of one from the hub."""

    what: str  # as in "no text model"
    small_files: tuple[str, ...]  # patterns of the files that are needed beside the weights
    choose: str  # the names that could be given instead: "choose …"


def sha256_of(file: Path) -> str | None:
    """Return the file's SHA-256, None where it cannot be read; 0.1 s for the 145 MB of Whisper `base`."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None


def located(name: str, folder: Path, source: str, weight_file: str) -> Located:
    """Return the model in `folder`, its weights read through. Raises WeightsError where they cannot be read."""
    sha256 = sha256_of(folder / weight_file)
    if sha256 is None:
        raise WeightsError(f"{folder / weight_file}: cannot be read")
    return Located(name, folder, source, sha256)


def verified(name: str, folder: Path, sha256_by_file: Mapping[str, str], way_out: str) -> Located:
    """Return an embedded model, every file compared with its pin; `model.safetensors` must be among them.

    Raises WeightsError that ends with `way_out` where a file is missing or another one.
    """
    for file, expected in sha256_by_file.items():
        found = sha256_of(folder / file)
        if found != expected:
            raise WeightsError(
                f"{folder / file} is not the file that was pinned (SHA-256 {found or 'unknown: cannot be read'},"
                f" expected {expected}): {way_out}"
            )
    return Located(name, folder, "embedded", sha256_by_file[WEIGHT_FILES[0]])


def locate_pretrained(name: str, cache: Path, kind: Kind, *, fetch: bool) -> Located:
    """Return where the transformers model `name` lies: a folder, or a hub name, which `fetch` downloads into `cache`.

    Raises WeightsError that names what is wrong and what to choose instead.
    """
    folder = Path(name).expanduser()
    source = "folder"
    if not folder.is_dir():
        folder = _snapshot(name, cache, kind, fetch)
        source = "hub"
    weights = [file for file in WEIGHT_FILES if (folder / file).is_file()]
    if not weights or not (folder / "config.json").is_file():
        raise WeightsError(f"{folder}: no {kind.what}: config.json and {' or '.join(WEIGHT_FILES)} are needed")
    return located(name, folder, source, weights[0])


def _snapshot(name: str, cache: Path, kind: Kind, fetch: bool) -> Path:
    import huggingface_hub

    def download(weights: str) -> Path:
        patterns = [*kind.small_files, weights]
        return Path(
            huggingface_hub.snapshot_download(
                name, cache_dir=cache / "hub", allow_patterns=patterns, local_files_only=not fetch
            )
        )

    absent = f"no copy of this {kind.what} on this machine yet; {kind.choose}"
    with hub_errors(name, kind.choose, fetch=fetch, absent=absent):
        safe, pickled = WEIGHT_FILES
        folder = download(safe)
        return folder if (folder / safe).is_file() else download(pickled)


@contextmanager
def hub_errors(
    name: str, choose: str, *, fetch: bool, absent: str = "no copy of this model on this machine yet"
) -> Iterator[None]:
    """Turn what the hub's library raises about the model `name` into a WeightsError that says the way out.

    `choose` tells the names that could be given instead, `absent` what there is where nothing was fetched before.
    """
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        yield
    except LocalEntryNotFoundError as error:
        how = "the hub did not answer and" if fetch else "it is fetched when it is first used;"
        raise WeightsError(f"{name}: {how} there is {absent}") from error
    except ValueError as error:  # also the hub's own complaint about a malformed name
        raise WeightsError(f"{name}: no such model; {choose}") from error
    except HfHubHTTPError as error:
        raise WeightsError(f"{name}: the hub does not give this model out: {error}; {choose}") from error
    except OSError as error:
        raise WeightsError(f"{name}: cannot fetch it: {error}; copy the model into a folder and name that") from error
