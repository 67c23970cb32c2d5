"""What stands beside a recording: which file speaks for it, and what a broken one means."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.batch.overnight.places import write

from stimmung.batch.overnight.file_patterns import file_patterns
from stimmung.batch.overnight.folders import files_in
from stimmung.batch.overnight.sidecar_xml import LARGEST
from stimmung.batch.overnight.sidecars import Beside, SidecarReader, is_sidecar, sources_of

READER = SidecarReader((), ZoneInfo("Europe/Berlin"), file_patterns(["*.wav"]))


def beside(folder: Path, *names: str) -> Beside:
    return READER.beside(files_in(folder)[0], names)


def test_both_kinds_are_read_and_nothing_is_fine(tmp_path: Path) -> None:
    assert beside(tmp_path, "4711") == Beside()
    write(tmp_path, "4711.call.json", content='\ufeff{"queue": "billing"}')
    write(tmp_path, "4711.xml", content="<call><agent>204</agent></call>")
    both = beside(tmp_path, "4711", "4711.wav")
    assert (both.recorder, both.ours, both.trouble) == ({"agent": "204"}, {"queue": "billing"}, None)
    assert [file.name for file in both.files] == ["4711.xml", "4711.call.json"]


def test_the_first_name_that_has_one_speaks(tmp_path: Path) -> None:
    write(tmp_path, "4711-in.call.json", content='{"queue": "first"}')
    write(tmp_path, "4711-out.call.json", content='{"queue": "second"}')
    write(tmp_path, "4711-in.wav.xml", content="<call><agent>204</agent></call>")
    found = beside(tmp_path, "4711", "4711-in", "4711-out", "4711-in.wav")
    assert (found.ours, found.recorder) == ({"queue": "first"}, {"agent": "204"})


def test_capitals_of_the_extension_do_not_matter(tmp_path: Path) -> None:
    write(tmp_path, "4711.XML", content="<call><agent>204</agent></call>")
    assert beside(tmp_path, "4711").recorder == {"agent": "204"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("4711.call.json", "{", "line 1, column 2"),
        ("4711.call.json", "[]", "one JSON object"),
        ("4711.call.json", "[" * 100_000, "nested too deeply"),
        ("4711.call.json", " " * (LARGEST + 1), "at most"),
        ("4711.xml", "<call>", "is not XML"),
        ("4711.xml", " " * (LARGEST + 1), "at most"),
    ],
)
def test_a_file_that_makes_no_sense_is_trouble_for_the_call(tmp_path: Path, name: str, content: str, said: str) -> None:
    path = write(tmp_path, name, content=content)
    found = beside(tmp_path, "4711")
    assert found.trouble is not None
    assert found.trouble.startswith(f"{path}: ")
    assert said in found.trouble
    assert (found.recorder, found.ours) == ({}, {})


def test_bytes_that_are_no_text_and_files_that_vanish_are_trouble(tmp_path: Path) -> None:
    path = tmp_path / "4711.call.json"
    path.write_bytes(b'{"queue": "St\xf6rung"}')
    files = files_in(tmp_path)[0]
    assert "is not UTF-8 (byte 13)" in str(READER.beside(files, ("4711",)).trouble)
    path.unlink()
    assert "cannot be read" in str(READER.beside(files, ("4711",)).trouble)


def test_what_stands_beside_a_call_is_in_its_version(tmp_path: Path) -> None:
    write(tmp_path, "4711-in.wav", "4711-out.wav", "4711.call.json")
    files = files_in(tmp_path)[0]
    both = (files["4711-in.wav"], files["4711-out.wav"])
    first, second = sources_of(both, Beside(files=(files["4711.call.json"],)))
    assert first.version == f"{both[0].version}+{files['4711.call.json'].version}"
    assert second.version == both[1].version


@pytest.mark.parametrize(
    ("name", "is_one"), [("a.call.json", True), ("A.XML", True), ("a.json", False), ("xml", False)]
)
def test_files_about_recordings_are_none(name: str, is_one: bool) -> None:
    assert is_sidecar(name) is is_one
