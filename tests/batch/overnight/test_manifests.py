"""Lists of recordings: CSV of every spreadsheet, JSON lines, Parquet; a bad row is told and costs no other."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import fsspec
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from tests.batch.overnight.places import finder, found, later, names, told, write

from stimmung.batch.overnight.manifests import is_manifest
from stimmung.batch.overnight.records import Found, Told
from stimmung.speech.callinfo import parse_call_info
from stimmung.speech.errors import AudioError, CallInfoError


def read(where: Path | str) -> list[Found | Told]:
    return list(finder().find(str(where), later))


def reasons(items: list[Found | Told]) -> list[str]:
    return [item.reason for item in told(iter(items))]


def calls(items: list[Found | Told]) -> list[Found]:
    return found(iter(items))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write(tmp_path, "4711.wav", "monday/4712.wav", "4713-agent.wav", "4713-caller.wav")
    return tmp_path


def test_a_list_is_known_by_its_extension(tmp_path: Path) -> None:
    assert all(is_manifest(f"calls{ending}") for ending in (".csv", ".TSV", ".jsonl", ".ndjson", ".parquet"))
    assert is_manifest("s3://bucket/calls.csv")
    (tmp_path / "folder.csv").mkdir()
    assert not is_manifest(str(tmp_path / "folder.csv"))
    assert not is_manifest("calls.json")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_every_spreadsheet(place: Path, separator: str) -> None:
    rows = [
        "\ufeffFile,Queue,started at,wait-seconds,Customer,Order Number",
        "4711.wav,Störung,2026-11-21 10:15:30,41,anonymous,A1077",
        "",
    ]
    listed = write(place, "calls.csv", content="\r\n".join(rows).replace(",", separator))
    (call,) = calls(read(listed))
    assert call.places == (str(place / "4711.wav"),)
    assert call.info == {
        "queue": "Störung", "started_at": "2026-11-21T09:15:30+00:00", "wait_seconds": 41.0,
        "metadata": {"order_number": "A1077"},
    }  # fmt: skip
    assert call.began == datetime(2026, 11, 21, 9, 15, 30, tzinfo=UTC)


def test_quoted_cells_may_hold_separators_and_line_ends(place: Path) -> None:
    listed = write(place, "calls.csv", content='file,note,roles\n4711.wav,"a, b\nc","agent, customer"\n')
    (call,) = calls(read(listed))
    assert call.info == {"roles": ["agent", "customer"], "metadata": {"note": "a, b\nc"}}


def test_two_files_of_a_call_in_two_columns(place: Path) -> None:
    rows = [
        {"agent_file": "4713-agent.wav", "customer_file": "4713-caller.wav", "queue": "billing"},
        {"file": "4711.wav", "file2": "monday/4712.wav"},
        {"agent_file": "4713-agent.wav"},
    ]
    listed = write(place, "calls.jsonl", content="\n\n".join(json.dumps(row) for row in rows))
    first, second, third = calls(read(listed))
    assert names(first) == ("4713-agent.wav", "4713-caller.wav")
    assert first.info == {"roles": ["agent", "customer"], "queue": "billing"}
    assert names(second) == ("4711.wav", "4712.wav")
    assert second.info == {}
    assert third.info == {"roles": ["agent"]}


def test_parquet_with_its_own_types(place: Path) -> None:
    table = pyarrow.table(
        {
            "path": ["4711.wav", "monday/4712.wav"],
            "started_at": [datetime(2026, 11, 21, 9, 15, tzinfo=UTC), None],
            "wait_seconds": pyarrow.array([41, None], pyarrow.int64()),
            "score": [float("nan"), 0.5],
            "ratio": [float("inf"), None],
            "price": [Decimal("1.50"), None],
            "billed": [date(2026, 11, 30), None],
            "tags": [["a", "b"], None],
        }
    )
    parquet.write_table(table, place / "calls.parquet")
    first, second = calls(read(place / "calls.parquet"))
    assert first.info == {
        "started_at": "2026-11-21T09:15:00+00:00", "wait_seconds": 41.0,
        "metadata": {"price": "1.50", "billed": "2026-11-30", "tags": ["a", "b"]},
    }  # fmt: skip
    assert second.info == {"metadata": {"score": 0.5}}
    json.dumps(first.info)


def test_bad_rows_are_told_with_their_line_and_the_rest_goes_on(place: Path) -> None:
    rows = [
        "file,file2,consent", "gone.wav,,", "4711.wav,,granted", "4711.wav,,", ",4711.wav,", ",,granted",
        "monday,,", "4713-agent.wav,4713-agent.wav,", "a,b", "tape://y/z.wav,,", "monday/4712.wav,,granted",
    ]  # fmt: skip
    items = read(write(place, "calls.csv", content="\n".join(rows)))
    assert [names(call) for call in calls(items)] == [("4711.wav",), ("4712.wav",)]
    expected = [
        "line 2: " + str(place / "gone.wav") + ": there is no such file", "line 4: .*stands in line 3 already",
        "line 5: names a second recording in file2 and no first", "line 6: names no recording",
        "line 7: .*monday: cannot be read", "line 8: names .*4713-agent.wav twice",
        "line 9: has 2 cells, the first line 3",
        "line 10: tape://y/z.wav: nothing here reads tape://",
    ]  # fmt: skip
    problems = reasons(items)
    assert len(problems) == len(expected)
    for reason, wanted in zip(problems, expected, strict=True):
        assert re.match(wanted, reason), reason
    assert {item.kind for item in told(iter(items))} == {"line"}


def test_bytes_that_are_no_text_cost_their_line_only(place: Path) -> None:
    (place / "calls.csv").write_bytes(b"file,queue\n4711.wav,St\xf6rung\nmonday/4712.wav,x\n")
    items = read(place / "calls.csv")
    assert reasons(items) == ["line 2: is not UTF-8; save the list as UTF-8"]
    assert [names(call) for call in calls(items)] == [("4712.wav",)]


def test_json_lines_that_are_none(place: Path) -> None:
    lines = [
        b"{",
        b"[]",
        b'"x"',
        b'{"file": "4711.wav", "queue": "\xf6"}',
        b"[" * 100_000,
        b'{"x": "' + b"y" * 1_000_000,
    ]
    lines += [b'{"file": "4711.wav"}']
    (place / "calls.jsonl").write_bytes(b"\n".join(lines))
    items = read(place / "calls.jsonl")
    assert [reason.partition(":")[0] for reason in reasons(items)] == [f"line {number}" for number in range(1, 7)]
    assert [names(call) for call in calls(items)] == [("4711.wav",)]


def test_values_that_make_no_sense_are_trouble_for_the_call_not_for_the_list(place: Path) -> None:
    (call,) = calls(read(write(place, "calls.csv", content="file,started_at\n4711.wav,21.11.2026\n")))
    assert call.trouble is not None
    assert "calls.csv: line 2: started_at" in call.trouble
    assert call.info == {}


def test_a_list_goes_before_xml_and_after_our_own_file(place: Path) -> None:
    write(place, "4711.xml", content="<c><queue>xml</queue><agent>204</agent></c>")
    write(place, "4711.call.json", content='{"team": "json"}')
    (call,) = calls(read(write(place, "calls.csv", content="file,queue,team\n4711.wav,list,list\n")))
    assert call.info == {"queue": "list", "agent": "204", "team": "json"}
    assert call.versions[0].count("+") == 2


def test_a_file_that_is_still_written_waits(place: Path) -> None:
    listed = write(place, "calls.csv", content="file\n4711.wav\n")
    (item,) = finder().find(str(listed), (place / "4711.wav").stat().st_mtime.__float__)
    assert isinstance(item, Told)
    assert item.kind == "waiting"


def test_lists_and_recordings_at_addresses(place: Path) -> None:
    system = fsspec.filesystem("memory")
    system.pipe({"/lists/calls.csv": f"url,queue\na.wav,x\nmemory://lists/b.wav,y\n{place}/4711.wav,z\n".encode()})
    system.pipe({"/lists/a.wav": b"1", "/lists/b.wav": b"2", "/lists/b.call.json": b'{"team": "t"}'})
    try:
        items = read("memory://lists/calls.csv")
    finally:
        system.rm("/lists", recursive=True)
    first, second = calls(items)
    assert (first.places, first.info) == (("memory://lists/a.wav",), {"queue": "x"})
    assert (second.places, second.info) == (("memory://lists/b.wav",), {"queue": "y", "team": "t"})
    assert len(reasons(items)) == 1  # a path of this machine means nothing in a list that lies elsewhere


@pytest.mark.parametrize("name", ["gone.csv", "gone.jsonl", "gone.parquet"])
def test_a_list_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(AudioError, match="the list cannot be read"):
        read(tmp_path / name)


def test_what_is_no_list_at_all_is_told(tmp_path: Path) -> None:
    with pytest.raises(CallInfoError, match="is no Parquet file"):
        read(write(tmp_path, "calls.parquet", content="file\n"))
    with pytest.raises(CallInfoError, match="a column stands there twice: file, file"):
        read(write(tmp_path, "calls.csv", content="file,File\n"))
    assert read(write(tmp_path, "empty.csv", content="")) == []


cells = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=8), st.lists(st.text(max_size=3))
)
columns = st.sampled_from(["queue", "started_at", "roles", "consent", "wait_seconds", "metadata", "own", "file2"])


@given(rows=st.lists(st.dictionaries(columns, cells), max_size=4))
def test_any_row_is_a_call_with_info_that_can_be_kept_or_is_told(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Mapping[str, object]]
) -> None:
    place = tmp_path_factory.mktemp("rows")
    write(place, *(f"{number}.wav" for number in range(4)))
    lines = [json.dumps({**row, "file": f"{number}.wav"}) for number, row in enumerate(rows)]
    items = read(write(place, "calls.jsonl", content="\n".join(lines)))
    assert len(items) == len(rows)
    for call in calls(items):
        parse_call_info(json.loads(json.dumps(call.info)), "job")
