"""Finds and verifies voice models: the embedded head, heads in folders, transformers models; imports no network."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from stimmung.models.hub import Located, located, verified
from stimmung.models.voice_head import FILE, is_head
from stimmung.models.voice_hub_loading import locate_voice_model
from stimmung.speech.settings import EMBEDDED_VOICE

FOLDER = Path(__file__).resolve().parent / "weights" / "voice"
SHA256: Final[Mapping[str, str]] = MappingProxyType(
    {FILE: "3f89a129f0d81850dfce95aaae30ee56fd2ff21afd27264b30038a8edc35ec6d"}
)


def locate_voice(name: str, cache: Path | None = None, *, fetch: bool = False) -> Located:
    """Return where the voice model `name` lies: the embedded head, verified; a folder; a hub name.

    A hub name is downloaded only with `fetch`. Raises WeightsError that says the way out.
    """
    if name == EMBEDDED_VOICE:
        return verified(name, FOLDER, SHA256, "reinstall stimmung, or name another model with --voice-model")
    folder = Path(name).expanduser()
    if is_head(folder):
        return located(name, folder, "folder", FILE)
    return locate_voice_model(name, cache, fetch=fetch)
