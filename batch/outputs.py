"""Results in their formats: as text, and as files that never overwrite each other."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from stimmung.batch.screen import printable, to_json_text
from stimmung.batch.transcript_view import transcript_text
from stimmung.calls.exports import analysis_to_json
from stimmung.calls.exports_columns import Table
from stimmung.calls.exports_tables import CallKey, rows_of
from stimmung.calls.records import CallAnalysis
from stimmung.calls.subtitles import to_srt, to_vtt
from stimmung.calls.table_files import TableFormat, is_table, write_table

Format = Literal["json", "srt", "vtt", "txt"]  # of what was found, whichever call it is
TextFormat = Literal[Format, "vcon"]
AnyFormat = Literal[TextFormat, TableFormat]
TABLES: tuple[Table, ...] = get_args(Table)
TABLE_FORMATS: tuple[TableFormat, ...] = get_args(TableFormat)  # two files each
# Formats that can hold scores; subtitles hold words alone.
SCORED: tuple[AnyFormat, ...] = ("json", "txt", "vcon", "parquet", "csv", "jsonl")
NAMING: tuple[AnyFormat, ...] = ("vcon", *TABLE_FORMATS)  # formats that say which call it is, and so need its origin
OWN_KEYS = {  # by which JSON of ours is known
    "json": frozenset({"schema_version", "call", "utterances"}),
    "vcon": frozenset({"vcon", "uuid", "analysis"}),
}
HEAD = re.compile(r"\d+:\d\d · \d+ channels? · ")  # of a transcript: length, channels


@dataclass(frozen=True, slots=True)
class Origin:
    """Which call it is, and when its files are made."""

    key: CallKey
    made_at: datetime


def render(analysis: CallAnalysis, form: TextFormat, origin: Origin | None = None) -> str:
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
        case "vcon":
            from stimmung.calls.vcon import vcon_of, vcon_text

            told = _known(origin)
            return vcon_text(vcon_of(analysis, told.key, told.made_at))


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


def write_results(
    analysis: CallAnalysis, folder: Path, stem: str, formats: Sequence[AnyFormat], origin: Origin | None = None
) -> list[Path]:
    """Write the files of each format into an existing folder; none is ever seen half-written under its final name.

    `origin` is needed by the formats of NAMING. Returns the files, as `result_files` does.
    """
    written = []
    for form in formats:
        for target in result_files(folder, stem, [form]):
            _write(analysis, target, form, origin)
            written.append(target)
    return written


def _write(analysis: CallAnalysis, target: Path, form: AnyFormat, origin: Origin | None) -> None:
    partial = _partial(target)
    match form:
        case "parquet" | "csv" | "jsonl":
            table = _table_in(target)
            rows = rows_of(analysis, _known(origin).key).of(table)
            with partial.open("wb") as stream:
                write_table(stream, table, form, rows)
        case _:
            partial.write_text(printable(render(analysis, form, origin)), encoding="utf-8", newline="\n")
    partial.replace(target)


def remove_scored(folder: Path, stem: str, kept: Sequence[AnyFormat]) -> list[Path]:
    """Remove earlier results of that name which can hold scores, and what a killed run left of them; return which.

    The formats in `kept` stay. So does a file that is no result, such as a text that somebody else put there.
    """
    removed = []
    for form in SCORED:
        for target in result_files(folder, stem, [form]):
            partial = _partial(target)
            found = [target] if form not in kept and target.is_file() and _is_result(target, form) else []
            for path in (*found, *([partial] if partial.is_file() else [])):
                path.unlink()
                removed.append(path)
    return removed


def result_files(folder: Path, stem: str, formats: Iterable[AnyFormat]) -> list[Path]:
    """Return where results stand: a file a format, and two for a format of tables."""
    found = []
    for form in formats:
        endings = [f"{table}.{form}" for table in TABLES] if form in TABLE_FORMATS else [form]
        found += [folder / f"{stem}.{ending}" for ending in endings]
    return found


def result_file(folder: Path, stem: str, form: TextFormat) -> Path:
    """Return where the one file of a format stands that is no table."""
    return folder / f"{stem}.{form}"


def _partial(target: Path) -> Path:
    """Return where a file stands until it is whole."""
    return target.with_name(f".{target.name}.partial")


def _table_in(target: Path) -> Table:
    """Return which table a file holds: its name says so."""
    return next(table for table in TABLES if target.stem.endswith(f".{table}"))


def _known(origin: Origin | None) -> Origin:
    if origin is None:
        raise ValueError(f"{', '.join(NAMING)} say which call it is: pass its origin")
    return origin


def _is_result(path: Path, form: AnyFormat) -> bool:
    match form:
        case "parquet" | "csv" | "jsonl":
            return is_table(path, _table_in(path), form)
        case "txt":
            text = " ".join(_text(path).split())  # of a long path, the head goes on in the next line
            return HEAD.search(text) is not None
        case _:
            return _is_json(_text(path), OWN_KEYS["vcon" if form == "vcon" else "json"])


def _is_json(text: str, keys: frozenset[str]) -> bool:
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, dict) and keys <= value.keys()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
