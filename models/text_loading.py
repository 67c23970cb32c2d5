"""Finds, verifies and loads text models: the embedded one, folders and hub names, all through transformers.

The embedded weights lie in the package. Nothing is downloaded unless a hub name is asked for, and nothing that came
from the hub is executed.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import torch
from platformdirs import user_cache_path
from safetensors import SafetensorError

from stimmung.models.calibration import read_calibration
from stimmung.models.label_maps import GOEMOTIONS_PREFIX, label_map
from stimmung.models.precision import halves
from stimmung.models.recognisers import Located
from stimmung.models.text_emotion import TextModel, TextOptions
from stimmung.speech.engines import ModelId
from stimmung.speech.errors import SettingsError, WeightsError
from stimmung.speech.settings import EMBEDDED_TEXT, ModelSettings

if TYPE_CHECKING:
    from transformers import PreTrainedModel

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parent / "weights" / "text"
SHA256: Final[Mapping[str, str]] = MappingProxyType({})
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")  # of the two the first that is there
SMALL_FILES = ("*.json", "*.txt", "*.model")


def load_text_model(name: str, settings: ModelSettings) -> TextModel:
    """Load the text model `name` onto the device of the settings.

    Raises WeightsError that says the way out where it cannot be had, is damaged, or has labels that mean nothing here.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    located = locate_text_model(name, settings.cache, fetch=True)
    device = _device(settings)
    logger.debug("loading %s from %s", name, located.folder)
    try:
        with _quiet():
            tokenizer = AutoTokenizer.from_pretrained(located.folder, local_files_only=True)
            network = AutoModelForSequenceClassification.from_pretrained(
                located.folder, local_files_only=True, dtype=torch.bfloat16 if halves(device) else torch.float32
            )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise WeightsError(f"{name}: {located.folder} holds no text classifier: {error}") from error
    return _assemble(located, network.to(device), tokenizer)


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

    choose = f"choose {EMBEDDED_TEXT}, a folder, OWNER/NAME of the hub, or none"
    try:
        for file in WEIGHT_FILES:
            patterns = [*SMALL_FILES, file]
            found = huggingface_hub.snapshot_download(
                name, cache_dir=cache / "hub", allow_patterns=patterns, local_files_only=not fetch
            )
            if (Path(found) / file).is_file():
                break
        return Path(found)
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


def _assemble(located: Located, network: "PreTrainedModel", tokenizer: object) -> TextModel:
    from transformers import PreTrainedTokenizerFast

    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise WeightsError(f"{located.name}: its tokenizer has no fast form (tokenizer.json), which is needed here")
    names = [network.config.id2label[index] for index in range(network.config.num_labels)]
    several = network.config.problem_type == "multi_label_classification"
    ours = any(label.startswith(GOEMOTIONS_PREFIX) for label in names)
    options = TextOptions(context=ours, vectors=ours)
    return TextModel(
        network,
        tokenizer,
        label_map(located.name, names, several),
        read_calibration(located.folder),
        ModelId(located.name, located.sha256),
        options,
    )


def _device(settings: ModelSettings) -> torch.device:
    if settings.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise SettingsError("models.device = cuda: PyTorch sees no GPU; `cpu` works everywhere")
    return torch.device(settings.device)


def _sha256_of(file: Path) -> str:
    """Return the file's SHA-256, empty where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers' bars and load reports off the screen; what matters comes as an error."""
    from transformers.utils import logging as reports

    level, bars = reports.get_verbosity(), reports.is_progress_bar_enabled()
    reports.set_verbosity_error()
    reports.disable_progress_bar()
    try:
        yield
    finally:
        reports.set_verbosity(level)
        if bars:
            reports.enable_progress_bar()
