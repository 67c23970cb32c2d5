"""A model that finds names: found and verified from the start, loaded when it is first asked; imports no network."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from stimmung.models.hub import Kind, Located, locate_pretrained
from stimmung.speech.engines import ModelId

if TYPE_CHECKING:
    from stimmung.models.names import NameModel

KIND = Kind(
    what="names model",
    small_files=("*.json", "*.txt", "*.model"),
    choose="choose a folder, OWNER/NAME of the hub, or none",
)


def locate_names_model(name: str, cache: Path | None = None, *, fetch: bool = False) -> Located:
    """Return where the names model `name` lies: a folder or a hub name, downloaded into `cache` only with `fetch`."""
    return locate_pretrained(name, cache or user_cache_path("stimmung"), KIND, fetch=fetch)


class LazyNameModel:
    """Implements `NameFinder` over the model that `load` returns; it is called once.

    The weights are located by then; what can still go wrong is a WeightsError of the first use.
    """

    def __init__(self, located: Located, load: "Callable[[], NameModel]") -> None:
        self._model = ModelId(located.name, located.sha256)
        self._load = load
        self._loaded: NameModel | None = None
        self._lock = threading.Lock()

    @property
    def model(self) -> ModelId:
        return self._model

    def find_names(self, texts: Sequence[str], language: str) -> list[list[tuple[int, int]]]:
        """Return of each text the characters of the names in it."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded.find_names(texts, language)
