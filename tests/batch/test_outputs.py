"""Names of result files, and files that are whole or not there."""

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.batch.outputs import file_stems, remove_scored, render, write_results
from stimmung.batch.screen import to_json_list, to_json_text
from stimmung.calls.records import CallAnalysis


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


class TestErasure:
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

    def test_removes_what_a_killed_run_left(self, tmp_path: Path) -> None:
        partial = tmp_path / ".a.json.partial"
        partial.write_text("{")
        assert remove_scored(tmp_path, "a", ("json",)) == [partial]

    @pytest.mark.parametrize(
        ("name", "text"), [("a.txt", "Notes of mine"), ("a.json", "{"), ("a.json", "[1]"), ("a.json", '{"call": 1}')]
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
