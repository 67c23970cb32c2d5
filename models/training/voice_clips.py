"""Labelled recordings of single voices, read from a manifest: what a voice head learns from and is measured on."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stimmung.models.voice_label_maps import SYNONYMS
from stimmung.speech.decode import decode
from stimmung.speech.engines import SpeechDetector
from stimmung.speech.errors import AudioError, CallInfoError
from stimmung.speech.records import SAMPLE_RATE, Audio, Samples
from stimmung.speech.utterances import utterances_of

NEEDED = ("path", "speaker", "emotion")
QUIET = 0.5  # s of silence around a clip, so that the detector hears it begin and end
NEIGHBOURHOOD = 0.2  # s kept around the speech, as a window keeps it


@dataclass(frozen=True, slots=True, eq=False)
class LabelledVoice:
    """One clip: mono float32 (samples,) at 16 kHz, its speech found, whose it is and how it was meant."""

    samples: Samples
    start_sample: int  # of its speech
    end_sample: int
    speaker: str
    emotion: str  # a key of `voice_label_maps.PLACES`
    sex: str = ""
    text: str = ""
    cut: bool = False  # its length was set by whoever made the copy and would give the class away

    @property
    def speech(self) -> Samples:
        return self.samples[self.start_sample : self.end_sample]


def read_clips(manifest: Path, detector: SpeechDetector) -> list[LabelledVoice]:
    """Read a CSV with columns path, speaker, emotion; also start, end (s), channel, gender, text, cut_to_2s if there.

    Paths are relative to the manifest. Raises CallInfoError that names line and value where something makes no sense,
    AudioError where a recording cannot be read. Clips in which no speech is heard are taken whole.
    """
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, restval="")
            rows = list(table)
    except OSError as error:
        raise CallInfoError(f"{manifest}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CallInfoError(f"{manifest}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    missing = [name for name in NEEDED if name not in (table.fieldnames or ())]
    if missing:
        raise CallInfoError(f"{manifest}: needs the columns {', '.join(NEEDED)}; {', '.join(missing)} not found")
    recordings = _Recordings()
    return [_clip(manifest, line, row, detector, recordings) for line, row in enumerate(rows, start=2)]


def shortened(clips: Sequence[LabelledVoice], seconds: float) -> list[LabelledVoice]:
    """Return the clips, each cut to its first `seconds`: of all classes alike, so that length tells nothing.

    Those in which nobody has spoken by then are left out.
    """
    most = round(seconds * SAMPLE_RATE)
    return [
        LabelledVoice(
            one.samples[:most], one.start_sample, min(one.end_sample, most), one.speaker, one.emotion,
            one.sex, one.text, cut=True,
        )
        for one in clips
        if one.start_sample < most
    ]  # fmt: skip


class _Recordings:
    """Decodes recordings, and keeps the last one: rows of one call mostly follow each other."""

    def __init__(self) -> None:
        self._file: Path | None = None
        self._audio: Audio | None = None

    def read(self, file: Path) -> Audio:
        """Return the recording. Raises AudioError where it cannot be read."""
        if self._audio is None or file != self._file:
            self._file, self._audio = file, decode((file,))
        return self._audio


def _clip(
    manifest: Path, line: int, row: dict[str, str], detector: SpeechDetector, recordings: _Recordings
) -> LabelledVoice:
    emotion = SYNONYMS.get(row["emotion"].strip().lower().replace(" ", "_"))
    if emotion is None:
        known = ", ".join(sorted(SYNONYMS))
        raise CallInfoError(f"{manifest}, line {line}: emotion {row['emotion']!r} is not known; one of {known}")
    if not row["speaker"].strip():
        raise CallInfoError(f"{manifest}, line {line}: speaker is empty; who speaks must be known")
    samples = _sound(manifest, line, row, recordings)
    first, last = _speech(samples, detector)
    cut = row.get("cut_to_2s", "").strip() in {"1", "true", "True"}
    return LabelledVoice(
        samples, first, last, row["speaker"].strip(), emotion, row.get("gender") or "", row.get("text") or "", cut
    )


def _sound(manifest: Path, line: int, row: dict[str, str], recordings: _Recordings) -> Samples:
    """Return the row's part of its recording."""
    try:
        channel = int(row.get("channel") or 0)
        start = float(row.get("start") or 0)
        end = float(row["end"]) if row.get("end") else None
    except ValueError as error:
        raise CallInfoError(f"{manifest}, line {line}: channel, start and end must be numbers: {error}") from error
    if not 0 <= start < np.inf or (end is not None and not start < end < np.inf):
        raise CallInfoError(f"{manifest}, line {line}: from {start} to {end} s is no time of a recording")
    try:
        audio = recordings.read(manifest.parent / row["path"])
    except AudioError as error:
        raise AudioError(f"{manifest}, line {line}: {error}") from error
    if not 0 <= channel < audio.channels:
        raise CallInfoError(f"{manifest}, line {line}: channel {channel} of a recording with {audio.channels}")
    part = audio.samples[channel, round(start * SAMPLE_RATE) : None if end is None else round(end * SAMPLE_RATE)]
    if not part.size:
        raise AudioError(f"{manifest}, line {line}: no sound between {start} and {end} s of {row['path']}")
    return part.copy()  # a view would keep the whole call in memory


def _speech(samples: Samples, detector: SpeechDetector) -> tuple[int, int]:
    """Return where the speech begins and ends, in samples; all of it where the detector hears none."""
    quiet = np.zeros(round(QUIET * SAMPLE_RATE), np.float32)
    padded = np.concatenate([quiet, samples, quiet])
    probabilities, _ = detector.probabilities(padded)
    spoken = utterances_of(padded, 0, probabilities, detector.frame_samples / SAMPLE_RATE, ())
    if not spoken:
        return 0, samples.shape[0]
    edges = spoken[0].speech[0].start, spoken[-1].speech[-1].end
    first, last = (round((time - QUIET) * SAMPLE_RATE) for time in edges)
    return max(0, first), min(samples.shape[0], last)
