"""The sound that is kept: a tone where an identifier was said, all else as it was."""

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stimmung.batch.kept_sound import redacted_sound
from stimmung.calls.analysis import Recording
from stimmung.calls.records import CallAnalysis, RedactionReport
from stimmung.calls.redaction.records import Bleep
from stimmung.speech.decode import decode
from stimmung.speech.errors import AudioError
from stimmung.speech.records import CallInfo, Samples, Span

RATE = 16_000  # Hz
CALL = CallAnalysis("call.wav", 3.0, 2, "de", CallInfo(), (), (), (), redaction=RedactionReport({}))
TONE = 1000.0  # Hz, of what is laid over identifiers


def hum(hertz: float, seconds: float = 3.0) -> Samples:
    return np.asarray(0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE), np.float32)


def write(path: Path, *channels: Samples) -> Recording:
    """Write 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.stack(channels, axis=1) * 32767).astype("<i2").tobytes())
    return Recording((path,))


def pitch(samples: Samples) -> float:
    """Return the strongest frequency in Hz."""
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * RATE / samples.size)


def heard(sound: bytes, folder: Path) -> Samples:
    (folder / "kept.opus").write_bytes(sound)
    return decode([folder / "kept.opus"]).samples


def test_a_tone_lies_over_what_was_redacted(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).normal(0, 0.1, 3 * RATE).astype(np.float32)  # like no hum, so not its echo
    recording = write(tmp_path / "call.wav", noise, hum(330))
    bleeps = (Bleep(1, Span(1.0, 2.0), "IBAN"),)
    kept = heard(redacted_sound(recording, replace(CALL, redaction=RedactionReport({"IBAN": 1}, bleeps))), tmp_path)
    assert kept.shape == (2, 3 * RATE)
    assert pitch(kept[1, RATE : 2 * RATE]) == pytest.approx(TONE, abs=2)
    assert pitch(kept[1, : RATE - 1600]) == pytest.approx(330, abs=2)
    assert np.corrcoef(kept[0, RATE : 2 * RATE], noise[RATE : 2 * RATE])[0, 1] > 0.5


def test_a_tone_lies_over_what_sounds_where_nobody_is_sure(tmp_path: Path) -> None:
    unsure = (Bleep(0, Span(0.5, 2.5), "IBAN"),)
    silent = hum(440)
    silent[:RATE] = silent[2 * RATE :] = 0.0
    call = replace(CALL, redaction=RedactionReport({}, (), unsure))
    kept = heard(redacted_sound(write(tmp_path / "call.wav", silent), call), tmp_path)
    assert pitch(kept[0, RATE : 2 * RATE]) == pytest.approx(TONE, abs=2)
    assert float(np.abs(kept[0, : RATE // 2]).max()) < 0.01


def test_two_channels_of_one_signal_become_one(tmp_path: Path) -> None:
    recording = write(tmp_path / "call.wav", hum(440), hum(440))
    call = replace(CALL, dual_mono=True, redaction=RedactionReport({"IBAN": 1}, (Bleep(0, Span(1.0, 2.0), "IBAN"),)))
    kept = heard(redacted_sound(recording, call), tmp_path)
    assert kept.shape[0] == 1
    assert pitch(kept[0, RATE : 2 * RATE]) == pytest.approx(TONE, abs=2)


def test_a_call_that_nobody_redacted_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="nobody looked"):
        redacted_sound(write(tmp_path / "call.wav", hum(440)), replace(CALL, redaction=None))


def test_a_recording_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(AudioError):
        redacted_sound(Recording((tmp_path / "gone.wav",)), CALL)
