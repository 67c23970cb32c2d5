"""Results in their formats: as text, and as files that never overwrite each other."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from stimmung.batch.screen import printable, to_json_text
from stimmung.batch.transcript_view import transcript_text
from stimmung.calls.exports import analysis_to_json
from stimmung.calls.records import CallAnalysis
from stimmung.calls.subtitles import to_srt, to_vtt

Format = Literal["json", "srt", "vtt", "txt"]
SCORED: tuple[Format, ...] = ("json", "txt")  # formats that can hold scores; subtitles hold words alone
HEAD = re.compile(r"\d+:\d\d · \d+ channels? · ")  # of a transcript: length, channels


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
        target, partial = _places(folder, stem, form)
        partial.write_text(printable(render(analysis, form)), encoding="utf-8", newline="\n")
        partial.replace(target)
        written.append(target)
    return written


def remove_scored(folder: Path, stem: str, kept: Sequence[Format]) -> list[Path]:
    """Remove earlier results of that name which can hold scores, and what a killed run left of them; return which.

    The formats in `kept` stay. So does a file that is no result, such as a text that somebody else put there.
    """
    removed = []
    for form in SCORED:
        target, partial = _places(folder, stem, form)
        found = [target] if form not in kept and target.is_file() and _is_result(target, form) else []
        for path in (*found, *([partial] if partial.is_file() else [])):
            path.unlink()
            removed.append(path)
    return removed


def result_file(folder: Path, stem: str, form: Format) -> Path:
    """Return where a result stands."""
    return folder / f"{stem}.{form}"


def _places(folder: Path, stem: str, form: Format) -> tuple[Path, Path]:
    """Return the same, and where it stands until it is whole."""
    return result_file(folder, stem, form), folder / f".{stem}.{form}.partial"


def _is_result(path: Path, form: Format) -> bool:
    text = path.read_text(encoding="utf-8", errors="replace")
    if form == "txt":
        return HEAD.search(" ".join(text.split())) is not None  # of a long path, the head goes on in the next line
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, dict) and {"schema_version", "call", "utterances"} <= value.keys()
