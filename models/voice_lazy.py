"""A voice model that is there from the start and loaded when a customer's voice first comes to be judged."""

import threading
from collections.abc import Callable, Sequence

from stimmung.models.hub import Located
from stimmung.speech.engines import ModelId, Voice, VoiceBaseline, VoiceEmotion
from stimmung.speech.records import Samples, VoiceEmotionScore


class LazyVoiceModel:
    """Implements `VoiceEmotion` over the model that `load` returns; it is called once.

    The weights are located and verified by then; what can still go wrong is a WeightsError of the first use.
    """

    def __init__(self, located: Located, load: Callable[[], VoiceEmotion]) -> None:
        self._located = ModelId(located.name, located.sha256)
        self._load = load
        self._loaded: VoiceEmotion | None = None
        self._lock = threading.Lock()

    @property
    def model(self) -> ModelId:
        return self._loaded.model if self._loaded else self._located

    def describe(self, voices: Sequence[Voice]) -> Samples:
        """Return what is heard in each voice, (voices, width)."""
        return self._there().describe(voices)

    def judge(self, description: Samples, baseline: VoiceBaseline) -> VoiceEmotionScore:
        """Score one row of `describe`."""
        return self._there().judge(description, baseline)

    def accustom(self, baseline: VoiceBaseline, description: Samples) -> VoiceBaseline:
        """Return the caller's baseline after this utterance too."""
        return self._there().accustom(baseline, description)

    def _there(self) -> VoiceEmotion:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded
