"""By which version and settings a call was analysed: what has to be the same for the same result."""

from importlib.metadata import version

from stimmung.speech.settings import Settings
from stimmung.store.records import Provenance

DISTRIBUTION = "stimmung"
# Settings that change what comes out; where models run and how many threads they take does not. What a deployment
# has settled about people (`policy`) is kept with the rules of each call.
THAT_MATTER = (
    "languages",
    "roles",
    "models.whisper",
    "models.text",
    "models.voice",
    "models.compute_type",
    "models.beam_size",
    "models.hotwords",
    "redaction.customer_numbers",
    "redaction.names_model",
)


def provenance_of(settings: Settings) -> Provenance:
    """Return the version that runs and the settings that matter, as texts."""
    return Provenance(version(DISTRIBUTION), {key: _text(settings, key) for key in THAT_MATTER})


def _text(settings: Settings, key: str) -> str:
    value: object = settings
    for name in key.split("."):
        value = getattr(value, name)
    if value is None:
        return ""
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
