"""Lists of recordings (manifests): a row a call, its columns called as the keys of CallInfo.

`file`, `path` or `url` names the recording; two mono files stand in `file` and `file2`, or in `agent_file` and
`customer_file`. What a list does not know the files beside a recording may.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, tzinfo
from pathlib import Path

from stimmung.batch.overnight.field_texts import value_of
from stimmung.batch.overnight.known_info import known_info
from stimmung.batch.overnight.manifest_rows import CSV, JSONL, PARQUET, Row, manifest_rows, told_line
from stimmung.batch.overnight.pairs import Taken, Waits, stem_of
from stimmung.batch.overnight.records import Found, FoundFile, Told
from stimmung.batch.overnight.sidecars import Beside, SidecarReader, settled_with, sources_of
from stimmung.batch.overnight.urls import is_url, neighbours, remote_errors, stat_file
from stimmung.speech.errors import AudioError, SettingsError
from stimmung.speech.records import CallInfo, Role

FIRST, SECOND = ("file", "path", "url"), ("file2", "path2", "url2")
BY_ROLE: Mapping[str, Role] = {"agent_file": "agent", "customer_file": "customer"}
FILE_COLUMNS = (*FIRST, *SECOND, *BY_ROLE)
WITHOUT_FOLDERS = ("http://", "https://")  # a web server need not list what it has
FOLDERS_KEPT = 64  # listings; rows of a list mostly lie in one folder after the other
KNOWN_KEYS = frozenset(key.name for key in fields(CallInfo))


def is_manifest(where: str) -> bool:
    """Say whether a place is a list of recordings, by its extension."""
    return where.casefold().endswith((*CSV, *JSONL, *PARQUET)) and (is_url(where) or not Path(where).is_dir())


@dataclass(frozen=True, slots=True)
class ManifestReader:
    """Reads lists of recordings."""

    sidecars: SidecarReader
    zone: tzinfo
    waits: Waits
    _folders: dict[str, Mapping[str, FoundFile]] = field(default_factory=dict)

    def calls(self, where: str) -> Iterator[Found | Told]:
        """Yield the calls of a list, and what is wrong with rows, by line.

        Raises CallInfoError where it is no such list, AudioError where it is away.
        """
        where = where if is_url(where) else str(Path(where).absolute())
        rows = manifest_rows(where)
        lines: dict[tuple[str, ...], int] = {}
        while True:
            try:
                row = next(rows, None)
            except remote_errors() as error:
                raise AudioError(f"{where}: the list cannot be read: {error}") from error
            if row is None:
                return
            yield row if isinstance(row, Told) else self._call(where, row, lines)

    def _call(self, where: str, row: Row, lines: dict[tuple[str, ...], int]) -> Found | Told:
        named = {key: str(row.values[key]).strip() for key in FILE_COLUMNS if not _is_blank(row.values.get(key))}
        places, roles, wrong = _places(where, named)
        if wrong:
            return told_line(where, row.line, wrong)
        if places in lines:
            return told_line(where, row.line, f"{' and '.join(places)}: stands in line {lines[places]} already")
        lines[places] = row.line
        try:
            files = tuple(self._file(place) for place in places)
            beside_files = self._neighbours(places[0])
        except FileNotFoundError as error:
            return told_line(where, row.line, f"{error.filename or ' or '.join(places)}: there is no such file")
        except SettingsError as error:
            return told_line(where, row.line, str(error))
        except remote_errors() as error:
            return told_line(where, row.line, f"{' and '.join(places)}: cannot be read: {error}")
        taken = Taken(files, tuple(stem_of(file.name) for file in files), roles)
        beside = self.sidecars.beside(beside_files, (*taken.stems, *(file.name for file in files)))
        fresh = settled_with(taken, beside, self.waits)
        return fresh if isinstance(fresh, Told) else self._found(where, row, taken, beside)

    def _found(self, where: str, row: Row, taken: Taken, beside: Beside) -> Found:
        values = {key: _value(key, value) for key, value in row.values.items() if key not in FILE_COLUMNS}
        roles = {"roles": list(taken.roles)} if taken.roles else {}
        layers = (beside.recorder, roles, values, beside.ours)
        known = known_info(layers, f"{where}: line {row.line}", self.zone)
        trouble = beside.trouble or known.trouble
        return Found(sources_of(taken.files, beside), {} if trouble else known.info, known.began, trouble)

    def _file(self, place: str) -> FoundFile:
        """Return a file, from the listing of its folder where that can be had: one request for many files."""
        if place.startswith(WITHOUT_FOLDERS):
            return stat_file(place)
        name = place.rstrip("/").rpartition("/")[2]
        found = self._neighbours(place).get(name)
        return found if found is not None else stat_file(place)

    def _neighbours(self, place: str) -> Mapping[str, FoundFile]:
        if place.startswith(WITHOUT_FOLDERS):
            return {}
        folder = place.rstrip("/").rpartition("/")[0]
        if folder not in self._folders:
            if len(self._folders) >= FOLDERS_KEPT:
                self._folders.pop(next(iter(self._folders)))
            self._folders[folder] = neighbours(place)
        return self._folders[folder]


def _places(where: str, named: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[Role, ...], str]:
    """Return the places that a row names, who speaks in them, and what is wrong with it."""
    plain = [[key for key in keys if key in named] for keys in (FIRST, SECOND)]
    by_role = [key for key in BY_ROLE if key in named]
    if any(len(keys) > 1 for keys in plain) or (by_role and plain[0] + plain[1]):
        return (), (), f"names recordings in {', '.join(named)}; one of these columns is enough"
    if plain[1] and not plain[0]:
        return (), (), f"names a second recording in {plain[1][0]} and no first"
    keys = [*plain[0], *plain[1], *by_role]
    if not keys:
        return (), (), f"names no recording: no column {', '.join(FIRST)} or {' and '.join(BY_ROLE)} has a value"
    places = tuple(_place(where, named[key]) for key in keys)
    if not all(place.isprintable() for place in places):
        return (), (), f"names {places!r}: no file is called so"
    if len(set(places)) < len(places):
        return (), (), f"names {places[0]} twice"
    return places, tuple(BY_ROLE[key] for key in by_role), ""


def _place(where: str, text: str) -> str:
    """Return where a recording is: as it stands there, or below the folder of the list."""
    if is_url(text):
        return text
    if is_url(where):
        return f"{where.rpartition('/')[0]}/{text.lstrip('/')}"
    return str((Path(where).parent / text).absolute())


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value != value  # NaN


def _value(key: str, value: object) -> object:
    """Return a value in plain JSON types; text of CallInfo's keys as in names."""
    if _is_blank(value):
        return None
    if isinstance(value, str):
        return value_of(key, value) if key in KNOWN_KEYS else value.strip()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, bool | int | float):
        return float(value) if key == "wait_seconds" else value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _value("", part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_value("", part) for part in value]
    return str(value)
