"""Finds and verifies text models: the embedded one, folders and hub names; imports no network.

The embedded weights lie in the package. Nothing is downloaded unless a hub name is asked for with `fetch`.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from platformdirs import user_cache_path

from stimmung.models.hub import Kind, Located, locate_pretrained, verified
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
KIND = Kind(
    what="text model",
    small_files=("*.json", "*.txt", "*.model"),
    choose=f"choose {EMBEDDED_TEXT}, a folder, OWNER/NAME of the hub, or none",
)


def locate_text_model(name: str, cache: Path | None = None, *, fetch: bool = False) -> Located:
    """Return where the text model `name` lies: the embedded one, verified; a folder; a hub name.

    A hub name is downloaded only with `fetch`, into `cache`, by default the user's cache folder.
    """
    if name == EMBEDDED_TEXT:
        return verified(name, FOLDER, SHA256, "reinstall stimmung, or name another model with --text-model")
    return locate_pretrained(name, cache or user_cache_path("stimmung"), KIND, fetch=fetch)
