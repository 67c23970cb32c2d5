"""The tables of a batch: no call lost, none twice, files whole or not there, and known to the store before they are."""

import errno
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from tests.calls.told_call import numbered

from stimmung.batch import batch_tables
from stimmung.batch.batch_tables import BatchTables
from stimmung.batch.store_access import Opening
from stimmung.batch.store_arguments import open_real_store
from stimmung.calls import exports_columns
from stimmung.calls.exports_columns import Column
from stimmung.calls.table_files import TableFormat
from stimmung.speech.errors import StoreError
from stimmung.speech.settings_sources import Given, load_settings
from stimmung.store.records import Provenance, SavedCall


@dataclass
class Register:
    """What the store was told: files, the calls in them, and whether they were there before."""

    told: list[tuple[str, tuple[str, ...], bool]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)  # calls that were erased

    @contextmanager
    def exporting(self, file: Path, call_ids: Sequence[str]) -> Iterator[None]:
        self.told.append((file.name, tuple(call_ids), file.exists()))
        if self.gone & set(call_ids):
            raise StoreError(f"{file}: not written: 1 of its calls was erased in the meantime")
        yield


@pytest.fixture
def register() -> Register:
    """A store that knows nothing yet."""
    return Register()


@pytest.fixture
def tables(tmp_path: Path, register: Register) -> BatchTables:
    """The tables of the batch `night`, as JSONL."""
    return BatchTables(tmp_path, "night", ("jsonl",), register.exporting)


def add(tables: BatchTables, *numbers: int) -> None:
    for number in numbers:
        tables.add(*numbered(number))


def part_of(folder: Path, number: int) -> Path:
    """Return the file of one call of the batch `night`."""
    return folder / "night.parts" / f"{numbered(number)[1].content_hash}.rows"


def calls_in(folder: Path, batch: str = "night") -> list[Any]:
    """Return the rows of the calls, from JSONL."""
    lines = (folder / f"{batch}.calls.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def ids_in(folder: Path) -> list[str]:
    return [row["call_id"] for row in calls_in(folder)]


class TestFiles:
    @pytest.mark.parametrize("formats", [("parquet",), ("csv", "jsonl"), ("parquet", "csv", "jsonl")])
    def test_one_a_table_and_format(self, formats: tuple[TableFormat, ...], tmp_path: Path, register: Register) -> None:
        tables = BatchTables(tmp_path / "out", "night", formats, register.exporting)
        add(tables, 0, 1)
        files = tables.finish()
        assert {file.name for file in files} == {
            f"night.{table}.{form}" for table in ("calls", "utterances") for form in formats
        }
        assert all(file.stat().st_size for file in files)
        assert {path.name for path in (tmp_path / "out").iterdir()} == {"night.parts", *(file.name for file in files)}

    def test_rows_are_in_the_order_of_their_calls(self, tables: BatchTables, tmp_path: Path) -> None:
        add(tables, 5, 2, 30, 0)
        late, key = numbered(1)
        tables.add(replace(late, info=numbered(99)[0].info), key)
        tables.finish()
        assert ids_in(tmp_path) == ["c0000", "c0002", "c0005", "c0030", "c0001"]
        said = [json.loads(line) for line in (tmp_path / "night.utterances.jsonl").read_text("utf-8").splitlines()]
        assert [(row["call_id"], row["number"]) for row in said[:3]] == [("c0000", 0), ("c0000", 1), ("c0002", 0)]

    def test_calls_of_one_moment_are_in_the_order_of_their_ids(self, tables: BatchTables, tmp_path: Path) -> None:
        for number in (7, 3, 5):
            analysis, key = numbered(number)
            tables.add(replace(analysis, info=replace(analysis.info, started_at=None)), key)
        tables.finish()
        assert ids_in(tmp_path) == ["c0003", "c0005", "c0007"]

    def test_parquet_has_the_same_rows(self, tmp_path: Path, register: Register) -> None:
        tables = BatchTables(tmp_path, "night", ("parquet",), register.exporting)
        add(tables, 1, 0)
        calls, said = (parquet.read_table(file) for file in tables.finish())
        assert calls["call_id"].to_pylist() == ["c0000", "c0001"]
        assert said.num_rows == 4

    def test_without_calls_there_are_none(self, tables: BatchTables, tmp_path: Path) -> None:
        assert tables.finish() == ()
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("batch", "name"), [("/srv/rec/2026", "srv-rec-2026"), ("..", "batch"), ("Süd 1", "Süd-1")]
    )
    def test_any_name_of_a_batch_is_one_of_files(
        self, batch: str, name: str, tmp_path: Path, register: Register
    ) -> None:
        tables = BatchTables(tmp_path, batch, ("jsonl",), register.exporting)
        add(tables, 1)
        assert tables.finish()[0] == tmp_path / f"{name}.calls.jsonl"


class TestGrowing:
    def test_a_call_that_is_done_again_is_replaced(self, tables: BatchTables, tmp_path: Path) -> None:
        add(tables, 1, 2)
        analysis, key = numbered(1)
        tables.add(replace(analysis, language="en"), key)
        tables.finish()
        assert [row["language"] for row in calls_in(tmp_path)] == ["en", "de"]

    def test_a_later_run_adds_to_the_batch(self, tables: BatchTables, tmp_path: Path, register: Register) -> None:
        add(tables, 1)
        tables.finish()
        later = BatchTables(tmp_path, "night", ("jsonl",), register.exporting)
        add(later, 2)
        later.finish()
        assert ids_in(tmp_path) == ["c0001", "c0002"]

    def test_batches_of_one_folder_stay_apart(self, tables: BatchTables, tmp_path: Path, register: Register) -> None:
        other = BatchTables(tmp_path, "other", ("jsonl",), register.exporting)
        add(tables, 1)
        add(other, 2)
        tables.finish()
        assert ids_in(tmp_path) == ["c0001"]


class TestTrouble:
    def test_a_call_that_cannot_be_written_leaves_nothing(self, tables: BatchTables, tmp_path: Path) -> None:
        analysis, key = numbered(1)
        with pytest.raises(ValueError, match="JSON"):
            tables.add(replace(analysis, duration=float("nan")), key)
        assert list((tmp_path / "night.parts").iterdir()) == []

    def test_files_stay_as_they_were_where_new_ones_cannot_be_made(
        self, tables: BatchTables, tmp_path: Path, register: Register
    ) -> None:
        add(tables, 1)
        tables.finish()
        add(tables, 2)
        part_of(tmp_path, 2).write_bytes(b"torn")
        with pytest.raises(StoreError, match=r"\.rows: cannot be read; delete it and do the call again"):
            tables.finish()
        assert ids_in(tmp_path) == ["c0001"]

    def test_a_file_that_cannot_be_written_to_its_end_is_gone(
        self, tables: BatchTables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(stream: Any, *_given: object) -> None:
            stream.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        add(tables, 1)
        with monkeypatch.context() as small:
            small.setattr(batch_tables, "write_table", full)
            with pytest.raises(OSError, match="No space"):
                tables.finish()
        assert [path.name for path in tmp_path.iterdir()] == ["night.parts"]
        tables.finish()
        assert ids_in(tmp_path) == ["c0001"]

    def test_what_a_killed_run_left_is_no_part(self, tables: BatchTables, tmp_path: Path) -> None:
        add(tables, 1)
        (tmp_path / "night.parts/.0002.rows.partial").write_bytes(b"torn")
        tables.finish()
        assert ids_in(tmp_path) == ["c0001"]

    def test_a_part_of_an_older_version_has_its_new_columns_unknown(
        self, tables: BatchTables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add(tables, 1)
        with monkeypatch.context() as newer:
            newer.setattr(exports_columns, "CALLS", (*exports_columns.CALLS, Column("mood_of_tomorrow", "text")))
            assert exports_columns.columns_of("calls")[-1].name == "mood_of_tomorrow"
            tables.finish()
        assert calls_in(tmp_path)[0]["mood_of_tomorrow"] is None


class TestErasure:
    def test_the_store_knows_of_every_file_before_it_is_there(
        self, tables: BatchTables, tmp_path: Path, register: Register
    ) -> None:
        add(tables, 1, 2)
        tables.finish()
        both = ("c0001", "c0002")
        assert register.told == [
            (part_of(tmp_path, 1).name, ("c0001",), False),
            (part_of(tmp_path, 2).name, ("c0002",), False),
            ("night.calls.jsonl", both, False),
            ("night.utterances.jsonl", both, False),
        ]

    def test_what_is_erased_is_not_written(self, tables: BatchTables, tmp_path: Path, register: Register) -> None:
        add(tables, 1)
        register.gone = {"c0001"}
        with pytest.raises(StoreError, match="erased"):
            tables.finish()
        with pytest.raises(StoreError, match="erased"):
            add(tables, 1)
        assert [path.name for path in tmp_path.iterdir()] == ["night.parts"]

    def test_without_its_part_the_call_is_out_of_the_files(self, tables: BatchTables, tmp_path: Path) -> None:
        add(tables, 1, 2)
        tables.finish()
        part_of(tmp_path, 1).unlink()
        tables.finish()
        assert ids_in(tmp_path) == ["c0002"]


@pytest.mark.slow
def test_an_erasure_deletes_the_part_and_the_files_and_they_are_made_anew_without_the_call(tmp_path: Path) -> None:
    settings = load_settings(None, [Given("store.data_dir", str(tmp_path / "kept"), "--data-dir")]).settings
    out = tmp_path / "out"
    with open_real_store(settings, lambda _told: None, Opening(make=True)) as store:
        tables = BatchTables(out, "night", ("jsonl",), store.exporting)
        with pytest.raises(StoreError, match="erased"):
            add(tables, 1)  # not kept yet
        for number in (1, 2):
            analysis, key = numbered(number)
            analysis = replace(analysis, info=replace(analysis.info, started_at=None))  # else too old to be kept
            store.save(SavedCall(analysis, key.content_hash, Provenance("0.1.0", {})))
            tables.add(analysis, key)
        files = tables.finish()
        assert ids_in(out) == ["c0001", "c0002"]
        assert {"format": "rows", "calls": 1} in [act.detail for act in store.acts("c0001", None)]
        assert store.erase_call("c0001").proof.exports == 3
        assert [file.exists() for file in files] == [False, False]
        assert [file.name for file in (out / "night.parts").iterdir()] == [part_of(out, 2).name]
        tables.finish()
        assert ids_in(out) == ["c0002"]
