"""Parquet files, row by row."""

import io
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from stimmung.calls.parquet_rows import ROWS_AT_A_TIME, parquet_rows
from stimmung.speech.errors import CallInfoError


def test_rows_come_in_order_across_batches(tmp_path: Path) -> None:
    count = 2 * ROWS_AT_A_TIME + 1
    parquet.write_table(pyarrow.table({"a": range(count), "b": ["x", None, *["y"] * (count - 2)]}), tmp_path / "t")
    with (tmp_path / "t").open("rb") as stream:
        rows = list(parquet_rows(stream, "t"))
    assert rows[:2] == [{"a": 0, "b": "x"}, {"a": 1, "b": None}]
    assert [row["a"] for row in rows] == list(range(count))


@pytest.mark.parametrize("content", [b"", b"file\n4711.wav", b"PAR1" * 9])
def test_what_is_no_parquet_is_told(content: bytes) -> None:
    with pytest.raises(CallInfoError, match=r"calls\.parquet: is no Parquet file"):
        list(parquet_rows(io.BytesIO(content), "calls.parquet"))
