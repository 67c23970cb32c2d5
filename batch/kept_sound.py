"""The sound of a call as it is kept: decoded once more, a tone over every identifier, as Opus."""

from stimmung.calls.analysis import Recording
from stimmung.calls.records import CallAnalysis


def redacted_sound(recording: Recording, analysis: CallAnalysis) -> bytes:
    """Return an Opus file. Raises AudioError where the recording cannot be read any more."""
    raise NotImplementedError
