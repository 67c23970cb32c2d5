"""All models by name, whatever they do: which are embedded, and where any of them lies."""

from pathlib import Path

from stimmung.models import recognisers
from stimmung.models.hub import WEIGHT_FILES, Located
from stimmung.models.text_weights import locate_text_model
from stimmung.models.voice_head import is_head
from stimmung.models.voice_weights import locate_voice
from stimmung.speech.settings import EMBEDDED_TEXT, EMBEDDED_VOICE, ModelSettings


def known() -> tuple[str, ...]:
    """Return the names of the models that need no network."""
    return (*recognisers.known(), EMBEDDED_TEXT, EMBEDDED_VOICE)


def locate(name: str, settings: ModelSettings) -> Located:
    """Return where `name` lies, read through. Raises WeightsError where it is not here or not whole.

    A hub name is a voice or text model if the settings choose it as one, otherwise a recognition model; a folder is
    what it holds.
    """
    chosen_voice = name in (EMBEDDED_VOICE, settings.voice) and name not in (settings.whisper, settings.text)
    if chosen_voice or is_head(Path(name).expanduser()):
        return locate_voice(name, settings.cache)
    chosen_text = name in (EMBEDDED_TEXT, settings.text) and name != settings.whisper
    text_folder = any((Path(name).expanduser() / file).is_file() for file in WEIGHT_FILES)
    if chosen_text or text_folder:
        return locate_text_model(name, settings.cache)
    return recognisers.locate(name, settings.cache)
