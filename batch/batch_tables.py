"""The tables of a batch of calls: one file a table and format, whatever happens while it grows.

Each call is a part of its own, whole or not there, under the name of its recording: done again, it is written over and
never twice in a table. The files are made of the parts, and can be at any time. The parts stay: a later run adds to the
batch, and after an erasure, which deletes the part and the files, they are made anew without the call.
"""

import gzip
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import BinaryIO, get_args

from stimmung.calls.exports_columns import Table
from stimmung.calls.exports_tables import CallKey, CallRows, in_columns, rows_of
from stimmung.calls.records import CallAnalysis
from stimmung.calls.table_files import TableFormat, write_table
from stimmung.speech.errors import StoreError
from stimmung.store.durable import sync_folder

# Has the store know of a file that is written in the block, and that it holds these calls, which are kept.
Exporting = Callable[[Path, Sequence[str]], AbstractContextManager[None]]
TABLES: tuple[Table, ...] = get_args(Table)
PART = ".rows"  # gzipped JSON: the rows of both tables
LEVEL = 1  # of gzip


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of a part without holding its rows: where it is, and what the rows are ordered by."""

    began: str
    call_id: str
    file: Path


class BatchTables:
    """Grows by a call at a time, from several processes too; see the module.

    What `folder` or the store refuses raises OSError and StoreError; adding or finishing again is then safe.
    """

    def __init__(self, folder: Path, batch: str, formats: Sequence[TableFormat], exporting: Exporting) -> None:
        self._folder, self._formats, self._exporting = folder, tuple(formats), exporting
        self._name = re.sub(r"[^\w.-]+", "-", batch).strip(".-") or "batch"
        self._parts = folder / f"{self._name}.parts"

    def add(self, analysis: CallAnalysis, key: CallKey) -> None:
        """Add a call that is kept under `key`, or replace it. Once this returns, the rows are on the disk."""
        self._parts.mkdir(parents=True, exist_ok=True)
        rows = rows_of(analysis, key)
        text = json.dumps({"call": rows.call, "utterances": rows.utterances}, ensure_ascii=False)
        part = self._parts / f"{key.content_hash}{PART}"
        with self._exporting(part, [key.call_id]), _whole(part) as stream:
            stream.write(gzip.compress(text.encode("utf-8"), LEVEL, mtime=0))

    def finish(self) -> tuple[Path, ...]:
        """Make the files of all calls that were added so far, ordered by when they began, and return them.

        Without calls there are none. Raises StoreError where a call was erased meanwhile; then do it once more.
        """
        parts = self._all_parts()
        ids = [part.call_id for part in parts]
        files = {(table, form): self._folder / f"{self._name}.{table}.{form}" for table, form in self._pairs()}
        for (table, form), file in files.items() if parts else ():
            with self._exporting(file, ids), _whole(file) as stream:
                rows = (row for part in parts for row in _read(part.file).of(table))
                try:
                    write_table(stream, table, form, rows)
                except FileNotFoundError as error:
                    raise StoreError(f"{file}: not written: one of its calls was erased in the meantime") from error
        return tuple(files.values()) if parts else ()

    def _pairs(self) -> Iterator[tuple[Table, TableFormat]]:
        return product(TABLES, self._formats)

    def _all_parts(self) -> list[_Part]:
        found = []
        for file in sorted(self._parts.glob(f"*{PART}")):
            with suppress(FileNotFoundError):  # erased a moment ago
                call = _read(file).call
                found.append(_Part(str(call["started_at"] or ""), str(call["call_id"]), file))
        return sorted(found, key=lambda part: (part.began, part.call_id))


def _read(file: Path) -> CallRows:
    """Return the rows of a part. Raises StoreError where it is none."""
    try:
        content = json.loads(gzip.decompress(file.read_bytes()))
        said = tuple(in_columns("utterances", row) for row in content["utterances"])
        return CallRows(in_columns("calls", content["call"]), said)
    except (EOFError, gzip.BadGzipFile, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{file}: cannot be read; delete it and do the call again") from error


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Yield a stream whose content is under `path`, on the disk and whole, when the block ends; else nothing is."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    partial.replace(path)
    sync_folder(path.parent)
