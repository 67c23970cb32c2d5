"""Rows of a list of recordings: CSV as spreadsheets write it, JSON lines, Parquet. A bad row costs no other."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from stimmung.batch.overnight.records import Told
from stimmung.batch.overnight.urls import open_file
from stimmung.calls.parquet_rows import parquet_rows
from stimmung.speech.errors import CallInfoError

CSV, JSONL, PARQUET = (".csv", ".tsv"), (".jsonl", ".ndjson"), (".parquet",)
SEPARATORS = ";,\t"
LONGEST_LINE = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its line (of Parquet: its number from 1), and its values by column in lower case, blanks as `_`."""

    line: int
    values: Mapping[str, object]


def manifest_rows(where: str) -> Iterator[Row | Told]:
    """Yield the rows of a list by its extension, and what is wrong with those that are none.

    Raises CallInfoError where it is no such list at all, OSError and what `open_file` raises where it is away.
    """
    with open_file(where) as stream:
        if where.casefold().endswith(PARQUET):
            for number, values in enumerate(parquet_rows(stream, where), 1):
                yield Row(number, {_column(name): value for name, value in values.items()})
        elif where.casefold().endswith(JSONL):
            yield from _jsonl(stream, where)
        else:
            yield from _csv(stream, where)


def told_line(where: str, line: int, reason: str) -> Told:
    """Return what is wrong with a line of a list."""
    return Told("line", where, f"line {line}: {reason}")


def _column(name: str) -> str:
    return re.sub(r"[\s-]+", "_", str(name).strip().casefold())


def _jsonl(stream: BinaryIO, where: str) -> Iterator[Row | Told]:
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            yield told_line(where, number, f"is longer than {LONGEST_LINE} bytes")
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)
            continue
        if not line.strip():
            continue
        try:
            values = json.loads(line.decode("utf-8-sig"))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            yield told_line(where, number, f"is not JSON in UTF-8: {error}")
            continue
        if isinstance(values, dict):
            yield Row(number, {_column(name): value for name, value in values.items()})
        else:
            yield told_line(where, number, 'should hold an object such as {"file": "4711.wav"}')


def _csv(stream: BinaryIO, where: str) -> Iterator[Row | Told]:
    # Bytes that are no UTF-8 become signs that no text has, so that only their line is lost.
    with io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="") as text:
        first = text.readline(LONGEST_LINE)
        separator = max(SEPARATORS, key=first.count)
        header = [_column(name) for name in next(csv.reader([first], delimiter=separator), [])]
        if len(set(header)) < len(header):
            raise CallInfoError(f"{where}: line 1: a column stands there twice: {', '.join(header)}")
        yield from _csv_rows(text, separator, header, where)


def _csv_rows(text: io.TextIOWrapper, separator: str, header: list[str], where: str) -> Iterator[Row | Told]:
    reader = csv.reader(text, delimiter=separator)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield told_line(where, reader.line_num + 1, f"is not CSV: {error}")
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _row(where, reader.line_num + 1, header, cells)


def _row(where: str, line: int, header: list[str], cells: list[str]) -> Row | Told:
    if len(cells) != len(header):
        return told_line(where, line, f"has {len(cells)} cells, the first line {len(header)}")
    if any("\udc80" <= sign <= "\udcff" for cell in cells for sign in cell):
        return told_line(where, line, "is not UTF-8; save the list as UTF-8")
    return Row(line, dict(zip(header, cells, strict=True)))
