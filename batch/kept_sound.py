"""The sound of a recording as it is kept: decoded once more, without identifiers."""

from stimmung.calls.analysis import Recording
from stimmung.calls.kept_sound import redacted_opus
from stimmung.calls.records import CallAnalysis
from stimmung.speech.decode import decode
from stimmung.speech.rawformat import parse_raw_format


def redacted_sound(recording: Recording, analysis: CallAnalysis) -> bytes:
    """Return an Opus file.

    Raises AudioError where the recording cannot be read any more, or where nobody looked for identifiers in it.
    """
    audio = decode(recording.files, parse_raw_format(recording.raw_format) if recording.raw_format else None)
    return redacted_opus(audio, analysis)
