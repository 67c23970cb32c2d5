"""Results say what they were measured on, keep what was there, and name no host."""

import datetime
import json
import platform
from pathlib import Path

from machine import CORES, describe, peak_memory_mb, result_file, save, usable_cores


def test_the_file_is_named_by_processor_and_day() -> None:
    file = result_file(datetime.date(2026, 3, 1), "AMD EPYC 7763 (64-Core)")
    assert file.name == "amd-epyc-7763-64-core_2026-03-01.json"
    assert file.parent.name == "results"


def test_figures_of_other_benchmarks_stay(tmp_path: Path) -> None:
    file = tmp_path / "results" / "x.json"
    save(file, "turns", {"utterances": 3})
    save(file, "transcribe", {"speed": 1})
    save(file, "transcribe", {"speed": 2})
    content = json.loads(file.read_text())
    assert content["turns"]["utterances"] == 3
    assert content["transcribe"]["speed"] == 2


def test_no_host_name_is_written(tmp_path: Path) -> None:
    save(tmp_path / "x.json", "turns", {})
    assert platform.node() not in (tmp_path / "x.json").read_text()
    assert {"processor", "cores", "python", "ctranslate2", "faster-whisper"} <= set(describe())


def test_two_cores_at_most_are_used() -> None:
    assert 1 <= len(usable_cores()) <= CORES


def test_memory_is_that_of_this_process_in_mb() -> None:
    before = peak_memory_mb()
    block = bytearray(b"x") * 60_000_000
    assert 10 < before < 8_000
    assert peak_memory_mb() >= before
    assert len(block) == 60_000_000
