"""Tables of calls as files: Parquet for databases, CSV for spreadsheets, JSONL for everything else."""

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Literal

from stimmung.calls.exports_columns import Table, columns_of
from stimmung.calls.exports_tables import VERSION_KEY, Row, schema_of, table_of

TableFormat = Literal["parquet", "csv", "jsonl"]
FIRST = 3  # columns by which a file is known as ours
LONGEST = 1 << 20  # bytes of its first line
ROWS_AT_A_TIME = 20_000  # a row group: memory stays small, and readers can skip what they do not ask for
# A spreadsheet runs a cell that begins so as a formula (CWE-1236): what callers say and others name is no formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_table(stream: BinaryIO, table: Table, form: TableFormat, rows: Iterable[Row]) -> None:
    """Write rows as one file into `stream`, which stays open; rows may be more than memory holds."""
    match form:
        case "parquet":
            _parquet(stream, table, rows)
        case "csv":
            _csv(stream, table, rows)
        case "jsonl":
            _jsonl(stream, rows)


def is_table(file: Path, table: Table, form: TableFormat) -> bool:
    """Say whether a file is such a table of ours, of any version, and no file that somebody else put there."""
    known = [column.name for column in columns_of(table)][:FIRST]
    with file.open("rb") as stream:
        if form == "parquet":
            return _is_parquet(stream)
        line = stream.readline(LONGEST).decode("utf-8", "replace")
    if form == "csv":
        return line.rstrip("\r\n").split(",")[:FIRST] == known
    try:
        row = json.loads(line)
    except ValueError:
        return False
    return isinstance(row, dict) and list(row)[:FIRST] == known


def _is_parquet(stream: BinaryIO) -> bool:
    from pyarrow import ArrowException, parquet

    try:
        metadata = parquet.read_metadata(stream).metadata
    except (ArrowException, OSError):
        return False
    return VERSION_KEY in (metadata or {})


def _parquet(stream: BinaryIO, table: Table, rows: Iterable[Row]) -> None:
    from pyarrow import parquet  # 0.2 s: only who writes tables needs it

    with parquet.ParquetWriter(stream, schema_of(table), compression="zstd") as writer:
        for some in _in_groups(rows):
            writer.write_table(table_of(table, some))


def _csv(stream: BinaryIO, table: Table, rows: Iterable[Row]) -> None:
    with _text_of(stream) as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.name for column in columns_of(table)])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)


def _jsonl(stream: BinaryIO, rows: Iterable[Row]) -> None:
    with _text_of(stream) as text:
        text.writelines(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)


@contextmanager
def _text_of(stream: BinaryIO) -> Iterator[IO[str]]:
    """Yield the stream as UTF-8 with Unix line ends; it stays open afterwards."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n")
    try:
        yield text
    finally:
        text.detach()  # writes what waits


def _cell(value: object) -> object:
    """Return what stands in a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value}" if value.startswith(FORMULA) else value
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
    return value


def _in_groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while some := list(itertools.islice(left, ROWS_AT_A_TIME)):
        yield some
