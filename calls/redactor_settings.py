"""The redactor that a deployment's settings ask for."""

from stimmung.calls.redaction.records import RedactionOptions
from stimmung.calls.redaction.redactor import Redactor
from stimmung.speech.engines import NameFinder
from stimmung.speech.settings import RedactionSettings


def redactor_of(settings: RedactionSettings, names: NameFinder | None) -> Redactor:
    """Build it; `names` is the model that `redaction.names_model` names, None where it names none."""
    return Redactor(RedactionOptions(settings.customer_numbers), names)
