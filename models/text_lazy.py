"""A text model that is there from the start and loaded when it is first asked: where no customer speaks, never.

PyTorch and transformers take seconds to import, which a recording without roles should not cost.
"""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from stimmung.models.hub import Located
from stimmung.speech.engines import ModelId, SpokenText, TextReading
from stimmung.speech.records import Samples

if TYPE_CHECKING:
    from stimmung.models.text_emotion import TextModel


class LazyTextModel:
    """Implements `TextEmotion` and `TextEmbedding` over the model that `load` returns; it is called once.

    The weights are located and verified by then; what can still go wrong is a WeightsError of the first use.
    """

    def __init__(self, located: Located, load: "Callable[[], TextModel]") -> None:
        self._model = ModelId(located.name, located.sha256)
        self._load = load
        self._loaded: TextModel | None = None
        self._lock = threading.Lock()

    @property
    def model(self) -> ModelId:
        return self._model

    @property
    def width(self) -> int:
        return self._there().width

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        """Return a reading of each text."""
        return self._there().read(texts)

    def embed(self, texts: Sequence[str]) -> Samples:
        """Return unit vectors (texts, width)."""
        return self._there().embed(texts)

    def _there(self) -> "TextModel":
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded
