"""Results in their formats: as text, and as files that never overwrite each other."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from stimmung.batch.screen import printable, to_json_text
from stimmung.batch.transcript_view import transcript_text
from stimmung.calls.exports import analysis_to_json
from stimmung.calls.records import CallAnalysis
from stimmung.calls.subtitles import to_srt, to_vtt

Format = Literal["json", "srt", "vtt", "txt"]


def render(analysis: CallAnalysis, form: Format) -> str:
    """Return the analysis in one format, ended by a line break."""
    match form:
        case "json":
            return to_json_text(analysis_to_json(analysis))
        case "srt":
            return to_srt(analysis)
        case "vtt":
            return to_vtt(analysis)
        case "txt":
            return transcript_text(analysis)


def file_stems(recordings: Sequence[Path]) -> list[str]:
    """Return for each recording the name of its results, without ending: its own stem, numbered where two share one.

    Upper and lower case count as the same, as they do on Windows and macOS.
    """
    taken: set[str] = set()
    own = {path.stem.casefold() for path in recordings}
    stems = []
    for path in recordings:
        stem, number = path.stem, 1
        while stem.casefold() in taken or (number > 1 and stem.casefold() in own):
            number += 1
            stem = f"{path.stem}-{number}"
        taken.add(stem.casefold())
        stems.append(stem)
    return stems


def write_results(analysis: CallAnalysis, folder: Path, stem: str, formats: Sequence[Format]) -> list[Path]:
    """Write one file a format into an existing folder; a half-written file is never seen under its final name."""
    written = []
    for form in formats:
        target = folder / f"{stem}.{form}"
        partial = folder / f".{stem}.{form}.partial"
        partial.write_text(printable(render(analysis, form)), encoding="utf-8", newline="\n")
        partial.replace(target)
        written.append(target)
    return written
