"""Names of result files, and files that are whole or not there."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from stimmung.batch.outputs import TABLE_FORMATS, AnyFormat, Origin, file_stems, remove_scored, render, write_results
from stimmung.batch.screen import to_json_list, to_json_text
from stimmung.calls.exports_tables import CallKey
from stimmung.calls.records import CallAnalysis

ORIGIN = Origin(CallKey("4711", "ab12"), datetime(2026, 3, 2, tzinfo=UTC))


def stems(*names: str) -> list[str]:
    return file_stems([Path(name) for name in names])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.wav", "b.wav"], ["a", "b"]),
        (["x/a.wav", "y/a.wav", "z/a.wav"], ["a", "a-2", "a-3"]),
        (["a.wav", "a.mp3"], ["a", "a-2"]),
        (["a.wav", "x/a.wav", "a-2.wav"], ["a", "a-3", "a-2"]),
        (["A.wav", "a.wav"], ["A", "a-2"]),
        (["call.2026-03-01.wav"], ["call.2026-03-01"]),
    ],
)
def test_names(names: list[str], expected: list[str]) -> None:
    assert stems(*names) == expected


@given(st.lists(st.sampled_from(["a", "A", "a-2", "a-3", "b", "a-2-2"]), max_size=8))
def test_no_two_ever_share_a_name(names: list[str]) -> None:
    found = stems(*(f"{number}/{name}.wav" for number, name in enumerate(names)))
    assert all(one.casefold() != other.casefold() for one, other in combinations(found, 2))


def test_files_are_utf8_with_unix_line_ends(billing: CallAnalysis, tmp_path: Path) -> None:
    for path in write_results(billing, tmp_path, "a", ("json", "srt", "vtt", "txt")):
        content = path.read_bytes()
        assert "Kündigung" in content.decode("utf-8")
        assert b"\r" not in content


def test_an_earlier_result_is_replaced_and_nothing_else_is_left(billing: CallAnalysis, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("old")
    write_results(billing, tmp_path, "a", ("json",))
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_text(encoding="utf-8").startswith("{")


class TestTables:
    @pytest.mark.parametrize("form", TABLE_FORMATS)
    def test_are_two_files(self, form: AnyFormat, billing: CallAnalysis, tmp_path: Path) -> None:
        written = write_results(billing, tmp_path, "a", (form,), ORIGIN)
        assert [path.name for path in written] == [f"a.calls.{form}", f"a.utterances.{form}"]
        assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written}

    def test_hold_the_call(self, billing: CallAnalysis, tmp_path: Path) -> None:
        calls, said = write_results(billing, tmp_path, "a", ("parquet",), ORIGIN)
        assert parquet.read_table(calls)["call_id"].to_pylist() == ["4711"]
        assert parquet.read_table(said)["text"].to_pylist()[-1] == "Das kann doch wohl nicht wahr sein!"

    def test_a_vcon_names_the_call(self, billing: CallAnalysis) -> None:
        vcon = json.loads(render(billing, "vcon", ORIGIN))
        assert (vcon["vcon"], vcon["created_at"]) == ("0.4.0", "2026-03-02T00:00:00+00:00")

    @pytest.mark.parametrize("form", ["vcon", "parquet"])
    def test_without_knowing_which_call_it_is_there_is_none(
        self, form: AnyFormat, billing: CallAnalysis, tmp_path: Path
    ) -> None:
        with pytest.raises(ValueError, match="origin"):
            write_results(billing, tmp_path, "a", (form,))
        assert [path for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


class TestErasure:
    @pytest.mark.parametrize("form", [*TABLE_FORMATS, "vcon"])
    def test_removes_what_names_the_call_too(self, form: AnyFormat, billing: CallAnalysis, tmp_path: Path) -> None:
        written = write_results(billing, tmp_path, "a", (form,), ORIGIN)
        write_results(billing, tmp_path, "b", (form,), ORIGIN)
        assert remove_scored(tmp_path, "a", (form,)) == []
        assert remove_scored(tmp_path, "a", ("json",)) == written
        assert {path.stem.partition(".")[0] for path in tmp_path.iterdir()} == {"b"}

    def test_removes_what_can_hold_scores_and_is_not_kept(self, billing: CallAnalysis, tmp_path: Path) -> None:
        write_results(billing, tmp_path, "a", ("json", "srt", "vtt", "txt"))
        write_results(billing, tmp_path, "b", ("json", "txt"))
        assert remove_scored(tmp_path, "a", ("json",)) == [tmp_path / "a.txt"]
        assert remove_scored(tmp_path, "a", ("srt",)) == [tmp_path / "a.json"]
        assert {path.name for path in tmp_path.iterdir()} == {"a.srt", "a.vtt", "b.json", "b.txt"}

    def test_knows_a_transcript_with_a_long_path(self, billing: CallAnalysis, tmp_path: Path) -> None:
        for length in range(60, 100):
            write_results(replace(billing, path="x" * length), tmp_path, "a", ("txt",))
            assert remove_scored(tmp_path, "a", ("json",)) == [tmp_path / "a.txt"]

    def test_leaves_tables_of_others(self, tmp_path: Path) -> None:
        theirs = tmp_path / "a.calls.parquet"
        parquet.write_table(pyarrow.table({"schema_version": [1]}), theirs)
        assert remove_scored(tmp_path, "a", ("srt",)) == []
        assert theirs.exists()

    def test_removes_what_a_killed_run_left(self, tmp_path: Path) -> None:
        partial = tmp_path / ".a.json.partial"
        partial.write_text("{")
        assert remove_scored(tmp_path, "a", ("json",)) == [partial]

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("a.txt", "Notes of mine"),
            ("a.json", "{"),
            ("a.json", "[1]"),
            ("a.json", '{"call": 1}'),
            ("a.vcon", '{"vcon": "0.4.0"}'),
            ("a.csv", "call_id,text"),
            ("a.calls.csv", "call_id,schema_version,content_hash"),
            ("a.calls.jsonl", '{"call_id": "4711"}'),
            ("a.utterances.jsonl", ""),
            ("a.calls.parquet", "PAR1"),
        ],
    )
    def test_leaves_what_is_no_result(self, name: str, text: str, tmp_path: Path) -> None:
        (tmp_path / name).write_text(text)
        assert remove_scored(tmp_path, "a", ("srt",)) == []
        assert (tmp_path / name).read_text() == text


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_refused(number: float, billing: CallAnalysis) -> None:
    with pytest.raises(ValueError, match="JSON"):
        render(replace(billing, duration=number), "json")


@pytest.mark.parametrize("values", [[], [{"a": [1, {}]}], [{"a": "x\u2028y\n\x85z"}, [], "Süd"]])
def test_a_list_of_json_texts_is_the_json_of_the_list(values: list[object]) -> None:
    text = to_json_list([to_json_text(value) for value in values])
    assert text == to_json_text(values)
    assert json.loads(text) == values
