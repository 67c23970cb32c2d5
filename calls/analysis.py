"""The whole pipeline on one screen: a recording goes in, who said what and when comes out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stimmung.calls.records import CallAnalysis
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.records import CallInfo

Progress = Callable[[float], None]  # called with the seconds of the recording that are done, growing to its duration


@dataclass(frozen=True, slots=True)
class Recording:
    """The file or files of one call; two files are one channel each, in this order."""

    files: tuple[Path, ...]
    raw_format: str | None = None  # e.g. "ulaw:8000:2" for headerless sound; None: by extension or container


def analyze(
    recording: Recording, info: CallInfo, engines: Engines, options: TranscriptionOptions, progress: Progress
) -> CallAnalysis:
    """Transcribe one call. Raises AudioError where the recording cannot be read or is empty."""
    raise NotImplementedError
