"""Finds and verifies text models: the embedded one, folders and hub names; imports no network.

The embedded weights lie in the package. Nothing is downloaded unless a hub name is asked for with `fetch`.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from platformdirs import user_cache_path

from stimmung.models.recognisers import Located
from stimmung.speech.errors import WeightsError
from stimmung.speech.settings import EMBEDDED_TEXT

FOLDER = Path(__file__).resolve().parent / "weights" / "text"
SHA256: Final[Mapping[str, str]] = MappingProxyType(
    {
        "config.json": "36144f33fd6cb6a2c78dc1ca4428d80abef3c03b172c89763ed88cd85eedb70b",
        "model.safetensors": "f6c5f7f32c8b0c8a96986cd0131d51c28ccf6d6812cd70bafcb9b5a4dbb130c6",
        "tokenizer.json": "e1d8aba9388a0603a994162c81555f9076cabc7689b3a3f64f2c21fc4434ef76",
        "tokenizer_config.json": "a312c78135a76984da63ae4488c31022c203c32e81732588722dda0ea8b752a6",
        "calibration.json": "300e568e6b57ae0ef906d1c5fca2dd8d3ec7d93fef778c2cea66c6e2e50b6482",
        "embedding.safetensors": "44a09ad6e067300f90d508baa680d9ee61a8067e55f2ebf1eedceafc933aae4f",
    }
)
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")  # of the two the first that is there
SMALL_FILES = ("*.json", "*.txt", "*.model")


def locate_text_model(name: str, cache: Path | None = None, *, fetch: bool = False) -> Located:
    """Return where the text model `name` lies: the embedded one, verified; a folder; a hub name.

    A hub name is downloaded only with `fetch`, into `cache`, by default the user's cache folder.
    """
    if name == EMBEDDED_TEXT:
        return _verified()
    folder = Path(name).expanduser()
    source = "folder"
    if not folder.is_dir():
        folder = _hub_folder(name, cache or user_cache_path("stimmung"), fetch)
        source = "hub"
    weights = [folder / file for file in WEIGHT_FILES if (folder / file).is_file()]
    if not weights or not (folder / "config.json").is_file():
        raise WeightsError(f"{folder}: no text model: config.json and {' or '.join(WEIGHT_FILES)} are needed")
    return Located(name, folder, source, _sha256_of(weights[0]))


def _verified() -> Located:
    for file, expected in SHA256.items():
        found = _sha256_of(FOLDER / file)
        if found != expected:
            raise WeightsError(
                f"{FOLDER / file} is not the file that was pinned (SHA-256 {found or 'unknown: cannot be read'},"
                f" expected {expected}): reinstall stimmung, or name another model with --text-model"
            )
    return Located(EMBEDDED_TEXT, FOLDER, "embedded", SHA256[WEIGHT_FILES[0]])


def _hub_folder(name: str, cache: Path, fetch: bool) -> Path:
    import huggingface_hub
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    def snapshot(weights: str) -> Path:
        patterns = [*SMALL_FILES, weights]
        where = cache / "hub"
        return Path(
            huggingface_hub.snapshot_download(
                name, cache_dir=where, allow_patterns=patterns, local_files_only=not fetch
            )
        )

    choose = f"choose {EMBEDDED_TEXT}, a folder, OWNER/NAME of the hub, or none"
    try:
        safe, pickled = WEIGHT_FILES
        folder = snapshot(safe)
        return folder if (folder / safe).is_file() else snapshot(pickled)
    except HFValidationError as error:
        raise WeightsError(f"{name}: no such model; {choose}") from error
    except LocalEntryNotFoundError as error:
        how = "the hub did not answer and" if fetch else "it is fetched when it is first used;"
        raise WeightsError(
            f"{name}: {how} there is no copy of this text model on this machine yet; {choose}"
        ) from error
    except HfHubHTTPError as error:
        raise WeightsError(f"{name}: the hub does not give this model out: {error}; {choose}") from error
    except OSError as error:
        raise WeightsError(f"{name}: cannot fetch it: {error}; copy the model into a folder and name that") from error


def _sha256_of(file: Path) -> str:
    """Return the file's SHA-256, empty where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""
