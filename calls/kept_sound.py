"""The sound of a call as it may be kept: a tone over every identifier, as Opus."""

from stimmung.calls.records import CallAnalysis
from stimmung.speech.bleep import bleeped
from stimmung.speech.errors import AudioError
from stimmung.speech.opus import opus_bytes
from stimmung.speech.records import Audio


def redacted_opus(audio: Audio, analysis: CallAnalysis) -> bytes:
    """Return a finished Opus file of a call's whole sound; of channels that hold the same signal the first.

    Raises AudioError where nobody looked for identifiers in the call, or Opus has no form for the sound.
    """
    if analysis.redaction is None:
        raise AudioError(f"{analysis.path}: nobody looked for identifiers in what was said, so its sound is not kept")
    if analysis.dual_mono:
        audio = Audio(audio.samples[:1], audio.sample_rate)
    return opus_bytes(bleeped(audio, analysis.redaction.bleeps, analysis.redaction.unsure))
