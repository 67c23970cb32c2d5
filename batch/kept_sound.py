"""The sound of a call as it is kept: decoded once more, a tone over every identifier, as Opus."""

from stimmung.calls.analysis import Recording
from stimmung.calls.records import CallAnalysis
from stimmung.speech.bleep import bleeped
from stimmung.speech.decode import decode
from stimmung.speech.errors import AudioError
from stimmung.speech.opus import opus_bytes
from stimmung.speech.rawformat import parse_raw_format
from stimmung.speech.records import Audio


def redacted_sound(recording: Recording, analysis: CallAnalysis) -> bytes:
    """Return an Opus file; of channels that hold the same signal the first.

    Raises AudioError where the recording cannot be read any more, or where nobody looked for identifiers in it.
    """
    if analysis.redaction is None:
        raise AudioError(f"{analysis.path}: nobody looked for identifiers in what was said, so its sound is not kept")
    audio = decode(recording.files, parse_raw_format(recording.raw_format) if recording.raw_format else None)
    if analysis.dual_mono:
        audio = Audio(audio.samples[:1], audio.sample_rate)
    return opus_bytes(bleeped(audio, analysis.redaction.bleeps))
