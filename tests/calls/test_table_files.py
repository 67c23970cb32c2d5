"""Tables as files: read back by those who will read them, with what was written."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyarrow import parquet
from tests.calls.told_call import ANALYSIS, CUSTOMER, KEY, numbered

from stimmung.calls import table_files
from stimmung.calls.exports_columns import Table, columns_of
from stimmung.calls.exports_tables import VERSION_KEY, Row, rows_of
from stimmung.calls.table_files import TableFormat, write_table

ROWS = rows_of(ANALYSIS, KEY)


def written(path: Path, table: Table, rows: tuple[Row, ...]) -> Path:
    """Write a file in the format that its ending names."""
    forms: dict[str, TableFormat] = {".parquet": "parquet", ".csv": "csv", ".jsonl": "jsonl"}
    with path.open("wb") as stream:
        write_table(stream, table, forms[path.suffix], rows)
        assert not stream.closed
    return path


class TestParquet:
    def test_comes_back_with_its_version(self, tmp_path: Path) -> None:
        file = parquet.ParquetFile(written(tmp_path / "u.parquet", "utterances", ROWS.utterances))
        assert file.schema_arrow.metadata[VERSION_KEY] == b"1"
        agent, customer = file.read().to_pylist()
        assert (agent["text"], agent["text_emotions"]) == ("Guten Tag.", None)
        assert customer["said_at"] == datetime(2026, 3, 1, 13, 30, 2, tzinfo=UTC)
        assert customer["text_emotions"] == [("anger", 0.8)]
        file.close()

    def test_duckdb_joins_both(self, tmp_path: Path) -> None:
        calls = written(tmp_path / "c.parquet", "calls", ROWS.of("calls"))
        said = written(tmp_path / "u.parquet", "utterances", ROWS.utterances)
        with duckdb.connect() as database:
            found = database.execute(
                "SELECT c.mood, c.distress_reasons, u.text, u.text_emotions['anger'], epoch(u.said_at - c.started_at)"
                " FROM read_parquet(?) c JOIN read_parquet(?) u USING (call_id) WHERE u.role = 'customer'",
                [str(calls), str(said)],
            ).fetchall()
        assert found == [("worsening", ["safety: names an emergency"], "Frechheit!", 0.8, 2.0)]

    def test_more_rows_than_are_held_at_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(table_files, "ROWS_AT_A_TIME", 3)
        rows = tuple(rows_of(*numbered(number)).call for number in range(7))
        with parquet.ParquetFile(written(tmp_path / "c.parquet", "calls", rows)) as file:
            assert file.num_row_groups == 3
            assert file.read(["call_id"]).to_pydict()["call_id"] == [f"c{number:04}" for number in range(7)]

    def test_no_rows(self, tmp_path: Path) -> None:
        table = parquet.read_table(written(tmp_path / "u.parquet", "utterances", ()))
        assert (table.num_rows, table.num_columns) == (0, len(columns_of("utterances")))


class TestCsv:
    def read(self, file: Path) -> list[dict[str, str]]:
        with file.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def test_cells(self, tmp_path: Path) -> None:
        agent, customer = self.read(written(tmp_path / "u.csv", "utterances", ROWS.utterances))
        assert list(agent) == [column.name for column in columns_of("utterances")]
        assert (agent["text_polarity"], agent["level"], agent["flags"]) == ("", "", '["fast"]')
        assert (customer["text_calibrated"], customer["voice_ambiguous"]) == ("true", "false")
        assert json.loads(customer["text_emotions"]) == {"anger": 0.8}
        assert customer["said_at"] == "2026-03-01T13:30:02+00:00"

    @pytest.mark.parametrize("text", ["Süß, nicht?", 'er sagt "ja"', "zwei\nZeilen", ""])
    def test_any_text_comes_back(self, text: str, tmp_path: Path) -> None:
        rows = rows_of(replace(ANALYSIS, utterances=(replace(CUSTOMER, text=text),)), KEY).utterances
        (row,) = self.read(written(tmp_path / "u.csv", "utterances", rows))
        assert row["text"] == text

    @pytest.mark.parametrize("text", ["=1+1", "+49", "-5", "@SUM(A1)", "\t=1"])
    def test_nothing_is_a_formula(self, text: str, tmp_path: Path) -> None:
        rows = rows_of(replace(ANALYSIS, utterances=(replace(CUSTOMER, text=text),)), KEY).utterances
        (row,) = self.read(written(tmp_path / "u.csv", "utterances", rows))
        assert row["text"] == f"'{text}"
        assert row["level"] == "-21.3"  # a number is none anyway

    def test_duckdb_reads_it(self, tmp_path: Path) -> None:
        file = written(tmp_path / "c.csv", "calls", ROWS.of("calls"))
        with duckdb.connect() as database:
            found = database.execute("SELECT queue, mood_end, dual_mono FROM read_csv(?)", [str(file)]).fetchall()
        assert found == [(None, -3.14, False)]


class TestJsonl:
    def test_a_row_a_line(self, tmp_path: Path) -> None:
        text = written(tmp_path / "u.jsonl", "utterances", ROWS.utterances).read_text("utf-8")
        assert [json.loads(line) for line in text.splitlines()] == list(ROWS.utterances)

    def test_umlauts_stay_umlauts(self, tmp_path: Path) -> None:
        assert "Frühling" in written(tmp_path / "c.jsonl", "calls", ROWS.of("calls")).read_text("utf-8")


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_rows_are_taken_as_they_come(form: TableFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "ROWS_AT_A_TIME", 1)
    stream, sizes = io.BytesIO(), []

    def rows() -> Iterator[dict[str, Any]]:
        for row in repeat(ROWS.call, 2_000):
            sizes.append(stream.tell())
            yield row

    write_table(stream, "calls", form, rows())
    assert 0 < sizes[-1] < stream.tell()
