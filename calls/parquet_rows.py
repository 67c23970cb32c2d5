"""Rows of a Parquet file, a few at a time, whatever its size."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from stimmung.speech.errors import CallInfoError

ROWS_AT_A_TIME = 1_000


def parquet_rows(stream: BinaryIO, source: str) -> Iterator[dict[str, Any]]:  # Any: what a column may hold
    """Yield the rows by column. Raises CallInfoError naming `source` where it is no Parquet file."""
    from pyarrow import ArrowException, parquet  # 0.2 s: only who reads such a list needs it

    try:
        for batch in parquet.ParquetFile(stream).iter_batches(ROWS_AT_A_TIME):
            yield from batch.to_pylist()
    except (ArrowException, OSError) as error:
        raise CallInfoError(f"{source}: is no Parquet file that can be read: {error}") from error
