"""What stands beside a recording about its call: `NAME.call.json`, ours, and `NAME.xml`, as recorders write it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from stimmung.batch.overnight.file_patterns import FilePatterns
from stimmung.batch.overnight.pairs import Taken, Waits, settled, wait_of
from stimmung.batch.overnight.records import FoundFile, Source, Told
from stimmung.batch.overnight.sidecar_xml import LARGEST, XmlField, xml_values
from stimmung.batch.overnight.urls import open_file, remote_errors
from stimmung.speech.callinfo import SUFFIX
from stimmung.speech.errors import CallInfoError

XML = ".xml"


@dataclass(frozen=True, slots=True)
class Beside:
    """What the files say; their versions are the call's too."""

    recorder: Mapping[str, object] = field(default_factory=dict)  # NAME.xml
    ours: Mapping[str, object] = field(default_factory=dict)  # NAME.call.json
    files: tuple[FoundFile, ...] = ()
    trouble: str | None = None  # a file that is there and makes no sense: consent may have been in it


@dataclass(frozen=True, slots=True)
class SidecarReader:
    """Reads what stands beside recordings."""

    xml_fields: Sequence[XmlField]
    zone: tzinfo
    patterns: FilePatterns  # what they leave out is not read

    def beside(self, files: Mapping[str, FoundFile], names: Sequence[str]) -> Beside:
        """Return what stands beside a call whose recordings may be called `names`, with or without extension.

        `files` are all files of the folder, by name. The first of each kind that is there speaks for the call.
        """
        found = {suffix: self._first(files, [name + suffix for name in names]) for suffix in (XML, SUFFIX)}
        there = tuple(file for file in found.values() if file is not None)
        try:
            said = {suffix: self._read(file, suffix) for suffix, file in found.items() if file is not None}
        except CallInfoError as error:
            return Beside(files=there, trouble=str(error))
        return Beside(said.get(XML, {}), said.get(SUFFIX, {}), there)

    def _first(self, files: Mapping[str, FoundFile], names: Sequence[str]) -> FoundFile | None:
        spelled = (spelling for name in names for spelling in (name, f"{name[:-4]}{name[-4:].upper()}"))
        return next((files[name] for name in spelled if name in files and not self.patterns.leave_out(name)), None)

    def _read(self, file: FoundFile, suffix: str) -> Mapping[str, object]:
        data = _bytes_of(file)
        return xml_values(data, self.xml_fields, file.place, self.zone) if suffix == XML else _json(data, file.place)


def is_sidecar(name: str) -> bool:
    """Say whether a file of that name is about a recording and none itself."""
    return name.casefold().endswith((SUFFIX, XML))


def settled_with(taken: Taken, beside: Beside, waits: Waits) -> Taken | Told:
    """Return the call, or that it has to wait because one of its files or what stands beside it changed just now."""
    fresh = next((file for file in beside.files if wait_of(file, waits.settle, waits.now) > 0), None)
    if fresh is None:
        return settled(taken, waits)
    seconds = wait_of(fresh, waits.settle, waits.now)
    return Told("waiting", taken.files[0].place, f"{fresh.name} may still be being written", seconds)


def sources_of(files: Sequence[FoundFile], beside: Beside) -> tuple[Source, ...]:
    """Return the files as sources; the first's version is also that of what stands beside it."""
    first = "+".join(file.version for file in (files[0], *beside.files))
    versions = [first, *(file.version for file in files[1:])]
    return tuple(
        Source(file.place, file.size, version, file.changed) for file, version in zip(files, versions, strict=True)
    )


def _bytes_of(file: FoundFile) -> bytes:
    try:
        with open_file(file.place) as stream:
            data = stream.read(LARGEST + 1)
    except remote_errors() as error:
        raise CallInfoError(f"{file.place}: cannot be read: {error}") from error
    if len(data) > LARGEST:
        raise CallInfoError(f"{file.place}: has {file.size} bytes; a file about one call has at most {LARGEST}")
    return data


def _json(data: bytes, source: str) -> Mapping[str, object]:
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CallInfoError(f"{source}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise CallInfoError(f"{source}: line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise CallInfoError(f"{source}: is nested too deeply") from error
    if not isinstance(content, dict):
        raise CallInfoError(f'{source}: should hold one JSON object such as {{"call_id": "4711"}}')
    return content
