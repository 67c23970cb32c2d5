"""`stimmung analyze --format`: formats by name, and those that say which call it is."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.store.content import hash_recording, made_call_id


@pytest.fixture
def analyze(runner: CliRunner, pipeline: Any, calls: Path) -> Any:  # Any: the FakePipeline of conftest.py
    """Run `stimmung analyze` with these words."""

    def run(*words: str) -> Result:
        return runner.invoke(build_app(pipeline), ["analyze", *words])

    return run


def test_formats_by_name(analyze: Any, calls: Path) -> None:
    assert analyze("a.wav", "--srt", "--format", "parquet, csv,vcon,jsonl", "--output", "out").exit_code == 0
    tables = [f"a.{table}.{form}" for table in ("calls", "utterances") for form in ("csv", "jsonl", "parquet")]
    assert sorted(path.name for path in (calls / "out").iterdir()) == sorted([*tables, "a.srt", "a.vcon"])
    (row,) = [json.loads(line) for line in (calls / "out/a.calls.jsonl").read_text("utf-8").splitlines()]
    assert row["content_hash"] == hash_recording([Path("a.wav")], None)
    assert row["call_id"] == made_call_id(row["content_hash"])


def test_a_vcon_of_one_is_printed(analyze: Any) -> None:
    result = analyze("a.wav", "--format", "vcon")
    assert json.loads(result.stdout)["vcon"] == "0.4.0"


def test_a_format_by_name_is_the_same_as_its_option(analyze: Any) -> None:
    assert analyze("a.wav", "--format", "srt").stdout == analyze("a.wav", "--srt", "--format", "srt").stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["a.wav", "--format", "xml"], "--format xml: is none of json, srt, vtt, txt, vcon, parquet, csv, jsonl"),
        (["a.wav", "--format", "parquet"], "--format parquet needs --output DIR"),
        (["a.wav", "--json", "--format", "vcon"], "--json, --format vcon: choose one"),
        (["a.wav", "b.wav", "--format", "vcon"], "--format vcon of several recordings needs --output DIR"),
        (["a.wav", "--unredacted", "--format", "vcon"], "--format vcon is made to be handed on"),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_runs(words: list[str], hint: str, analyze: Any, pipeline: Any) -> None:
    result = analyze(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert hint in " ".join(result.stderr.replace("│", " ").split())
    assert pipeline.recordings == []
